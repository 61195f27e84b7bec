"""Instants as text, beside the library's own way to write them."""

from email.utils import formatdate
from random import Random

from cosell import clock


def test_a_date_header_is_as_the_library_writes_it() -> None:
    last = clock.END_MS // clock.SECOND_MS
    drawn = Random(7)
    seconds = [0, 951_782_400, last, *(drawn.randrange(last) for _ in range(2_000))]
    for second in seconds:
        assert clock.http_date(second) == formatdate(second, usegmt=True)

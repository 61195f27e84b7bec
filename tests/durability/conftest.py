"""Whatever a test leaves alive is ended by its process id."""

from collections.abc import Iterator

import pytest

from tests.durability.lives import BORN


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Iterator[None]:
    yield
    while BORN:
        BORN.pop().clear_away()

"""The file of a saved namespace: what is written is read, and what is not ours is not."""

import hashlib
import zlib

import orjson
import pytest

from cosell.store import Batch, saved
from cosell.store.saved import Header, Unreadable

HEADER = Header("team-a", "2030-01-01T00:00:00.000Z", True, 3, "1.0", "2026-11-17")
COLUMNS = {"id": "text", "seq": "integer", "body": "blob"}
ROWS = [(f"ä{number}", number, bytes(range(256)) * 3) for number in range(1_234)]
BATCHES = [Batch("thing", COLUMNS, ROWS), Batch("empty", {"seq": "integer"}, [])]


def sealed(content: bytes, kind: bytes = b"1") -> bytes:
    checksum = hashlib.sha256(content).hexdigest().encode()
    return b"cosell namespace %s %s\n%s" % (kind, checksum, content)


def about(**changes: object) -> bytes:
    state, _ = saved.write(HEADER, [])
    return orjson.dumps({**orjson.loads(state.split(b"\n")[1]), **changes}) + b"\n"


def test_what_was_written_is_read() -> None:
    state, checksum = saved.write(HEADER, BATCHES)
    header, batches = saved.read(state, 3)
    rows = [tuple(row) for batch in batches for row in batch.rows if batch.table == "thing"]
    assert header == HEADER
    assert rows == ROWS
    assert checksum in state[:100].decode()


def test_the_same_rows_make_the_same_file() -> None:
    assert saved.write(HEADER, BATCHES) == saved.write(HEADER, BATCHES)


def test_a_file_says_in_its_first_lines_what_it_is() -> None:
    first, second, _ = saved.write(HEADER, BATCHES)[0].split(b"\n", 2)
    assert first.startswith(b"cosell namespace 1 ")
    assert orjson.loads(second)["Namespace"] == "team-a"


@pytest.mark.parametrize("state", [b"", b"x", b"SQLite format 3\0", b"cosell namespace 1\n", b"\n"])
def test_another_file_is_refused(state: bytes) -> None:
    with pytest.raises(Unreadable, match="not a namespace that cosell saved"):
        saved.read(state, 3)


def test_a_file_of_another_kind_is_not_misread() -> None:
    with pytest.raises(Unreadable, match="another kind than this cosell knows"):
        saved.read(sealed(b"whatever", b"2"), 3)


def test_rows_of_a_newer_format_are_not_misread() -> None:
    state = sealed(about(Format=4, Cosell="2.0"))
    with pytest.raises(Unreadable, match=r"format 4 .* cosell 2\.0; .* up to 3"):
        saved.read(state, 3)


def test_any_byte_that_changed_is_noticed() -> None:
    state, _ = saved.write(HEADER, BATCHES)
    head = state.index(b"\n")
    for at in [*range(400), *range(400, len(state), 97), len(state) - 1]:
        damaged = state[:at] + bytes([state[at] ^ 1]) + state[at + 1 :]
        with pytest.raises(Unreadable):
            saved.read(damaged, 3)
    for end in (head, head + 1, len(state) // 2, len(state) - 1):
        with pytest.raises(Unreadable):
            saved.read(state[:end], 3)
    with pytest.raises(Unreadable, match="damaged"):
        saved.read(state + b"x", 3)


UNSOUND = {
    "no header": b"",
    "a header that is no object": b"[]\n",
    "a header without a time": b'{"Format": 3}\n',
    "a format that is text": about(Format="3"),
    "a format that never was": about(Format=0),
    "rows that are not packed": about() + b"{}",
    "rows that end early": about() + zlib.compress(b"{}\n" * 9)[:-6],
    "rows that are not JSON": about() + zlib.compress(b"nonsense\n"),
    "rows that are no batch": about() + zlib.compress(b"{}\n"),
    "a batch of something": about() + zlib.compress(b'{"table":"t","columns":[],"rows":3}\n'),
    "a table that is none": about() + zlib.compress(b'{"table":[],"columns":{},"rows":[]}\n'),
    "a column of no type": about() + zlib.compress(b'{"table":"t","columns":{"a":[]},"rows":[]}\n'),
    "a row that is too short": about()
    + zlib.compress(b'{"table":"t","columns":{"a":"blob"},"rows":[[]]}\n'),
}


@pytest.mark.parametrize("how", UNSOUND)
def test_a_file_that_is_sealed_and_unsound_is_refused(how: str) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        list(saved.read(sealed(UNSOUND[how]), 3)[1])


def test_a_file_that_unpacks_without_end_is_refused() -> None:
    packer = zlib.compressobj(1)
    line = b'{"table":"t","columns":{},"rows":[]%s}\n' % (b" " * (1 << 20))
    first, again = [packer.compress(line) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)]
    with pytest.raises(Unreadable, match="more than 32 MiB"):
        for _ in saved.read(sealed(about() + first + again * 100), 3, 1 << 25)[1]:
            pass

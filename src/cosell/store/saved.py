"""A namespace as a file: a line that names and seals it, a line about it, its rows, compressed.

    cosell namespace 1 <SHA-256 of all that follows, in hex>
    {"Namespace": …, "Time": …, "Frozen": …, "Format": …, "Cosell": …, "ModelDate": …, "Account": …}
    zlib of one line of JSON for each batch of rows; what is a blob there is text here, a character
    for each byte

Must not know a database, nor what a row means.
"""

import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

from cosell.originals import orjson, sha256
from cosell.store import Batch

VERSION = 1
_NAME = b"cosell namespace "
_LEVEL = 1  # of compression: more of it costs more time than it saves room
EXPANDED_MAX = 1 << 30
"""Bytes that rows may have, unpacked: what would have more is no namespace but an attack."""
_PIECE, _CHUNK = 1 << 16, 1 << 20  # bytes, packed and unpacked, at a time
_ROWS = 500  # on one line
_MEMBERS: dict[str, type] = {
    "Namespace": str, "Time": str, "Frozen": bool, "Format": int, "Cosell": str, "ModelDate": str,
    "Account": str,
}  # fmt: skip
_UNTOLD: dict[str, object] = {"Account": ""}  # what the first files do not say


class Unreadable(ValueError):
    """A file cannot be read as a saved namespace; the text says why, and what would help."""


class Header(NamedTuple):
    """What a file says of itself. `time` is ISO 8601, and stands still if `frozen`; `format` is
    that of the rows, `cosell` the version that wrote it, `model_date` that version's API; `account`
    is whose call saved it, '' if that is not known."""

    namespace: str
    time: str
    frozen: bool
    format: int
    cosell: str
    model_date: str
    account: str = ""


def write(header: Header, batches: Iterable[Batch]) -> tuple[bytes, str]:
    """The bytes of a file, and the checksum that seals it."""
    packer = zlib.compressobj(_LEVEL)
    about = orjson.dumps(dict(zip(_MEMBERS, header, strict=True))) + b"\n"
    packed = [packer.compress(line) for batch in batches for line in _lines(batch)]
    content = b"".join([about, *packed, packer.flush()])
    checksum = sha256(content).hexdigest()
    return b"%s%d %s\n%s" % (_NAME, VERSION, checksum.encode(), content), checksum


def _lines(batch: Batch) -> Iterator[bytes]:
    table, columns, rows = batch
    for start in range(0, len(rows), _ROWS):
        line = {"table": table, "columns": columns, "rows": rows[start : start + _ROWS]}
        yield orjson.dumps(line, default=_text, option=orjson.OPT_APPEND_NEWLINE)


def _text(blob: object) -> str:
    return cast("bytes", blob).decode("latin-1")


def read(
    state: bytes, format_max: int, bytes_max: int = EXPANDED_MAX
) -> tuple[Header, Iterator[Batch]]:
    """What a file says of itself, and its rows, which are unpacked on the way. Unreadable if it is
    none, is damaged, or is newer than this program."""
    seal, _, content = state.partition(b"\n")
    words = seal.removeprefix(_NAME).split(b" ")
    if not seal.startswith(_NAME) or len(words) != 2:
        raise Unreadable("It is not a namespace that cosell saved.")
    if words[0] != b"%d" % VERSION:
        raise Unreadable(
            f"It is a saved namespace of another kind than this cosell knows ({VERSION}). Use the"
            " newer cosell that wrote it."
        )
    if sha256(content).hexdigest().encode() != words[1]:
        raise Unreadable("It is damaged: its checksum is not that of its content. Save it again.")
    about, _, packed = content.partition(b"\n")
    header = _header(about)
    if header.format > format_max:
        raise Unreadable(
            f"It has format {header.format} and was saved by cosell {header.cosell}; this cosell"
            f" knows formats up to {format_max}. Use a newer cosell."
        )
    return header, _batches(packed, bytes_max)


def _header(line: bytes) -> Header:
    try:
        about = _UNTOLD | orjson.loads(line)
        values = [about[member] for member in _MEMBERS]
    except (ValueError, LookupError, TypeError):
        raise Unreadable("It is damaged: its header cannot be read.") from None
    kinds = _MEMBERS.values()
    fits = all(type(value) is kind for value, kind in zip(values, kinds, strict=True))
    if not fits or about["Format"] < 1:
        raise Unreadable("It is damaged: its header cannot be read.")
    return Header(*values)


def _batches(packed: bytes, bytes_max: int) -> Iterator[Batch]:
    for line in _unpacked(packed, bytes_max):
        try:
            batch = Batch(**orjson.loads(line))
            _ensure_rows(batch)
            _restore_blobs(batch)
        except (ValueError, LookupError, TypeError, AttributeError):
            raise Unreadable("It is damaged: its rows cannot be read.") from None
        yield batch


def _ensure_rows(batch: Batch) -> None:
    """ValueError for what are no rows of a table's columns."""
    columns: object = batch.columns
    rows: object = batch.rows
    table: object = batch.table
    if isinstance(table, str) and isinstance(columns, dict) and isinstance(rows, list):
        width = len(columns)
        is_typed = all(isinstance(kind, str) for kind in columns.values())
        if is_typed and all(isinstance(row, list) and len(row) == width for row in rows):
            return
    raise ValueError


def _restore_blobs(batch: Batch) -> None:
    blobs = [number for number, kind in enumerate(batch.columns.values()) if kind == "blob"]
    for row in cast("list[list[object]]", batch.rows):
        for number in blobs:
            row[number] = _bytes(row[number])


def _bytes(text: object) -> object:
    return text.encode("latin-1") if isinstance(text, str) else text


def _unpacked(packed: bytes, bytes_max: int) -> Iterator[bytes]:
    """The lines of a compressed text, one after the other."""
    begun: list[bytes] = []  # of a line whose end has not come
    for chunk in _chunks(packed, bytes_max):
        ended, *more = chunk.split(b"\n")
        begun.append(ended)
        for line in more:
            yield b"".join(begun)
            begun = [line]


def _chunks(packed: bytes, bytes_max: int) -> Iterator[bytes]:
    unpacker, size = zlib.decompressobj(), 0
    for start in range(0, len(packed), _PIECE):
        piece = packed[start : start + _PIECE]
        while piece and not unpacker.eof:
            try:
                chunk = unpacker.decompress(piece, _CHUNK)
            except zlib.error:
                raise Unreadable("It is damaged: its rows cannot be unpacked.") from None
            piece = unpacker.unconsumed_tail
            size += len(chunk)
            if size > bytes_max:
                raise Unreadable(f"It holds more than {bytes_max >> 20:,} MiB.")
            yield chunk
    if not unpacker.eof:
        raise Unreadable("It is damaged: it ends too early.")

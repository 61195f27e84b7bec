"""Where the worlds of failed tests are kept: on the disk that there is, also where a test has
another file system in its place, which is gone with the test.

Must not know what a world's file is.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from os import O_CREAT, O_EXCL, O_WRONLY
from typing import TYPE_CHECKING, Final, TypeAlias

from cosell.originals import Path, disk, getpid, gettempdir, mkdtemp, token_hex

if TYPE_CHECKING:
    import pytest

Folder: TypeAlias = Callable[[], Path]
"""A folder, which may have to be made; OSError if it cannot be."""
_NAME: Final = "cosell-failed"


def folders(config: "pytest.Config", said: str | None) -> Iterator[Folder]:
    """The one that was said; else those to try in turn: a source tree may be read-only, and pytest
    only warns then that it has no cache."""
    if said:
        yield lambda: config.rootpath / said
        return
    cache = getattr(config, "cache", None)
    if disk.is_replaced():  # pytest would make its folders there, and take them for made ever after
        there = getattr(cache, "_cachedir", None)
        if there is not None and _is_there(there):
            yield lambda: Path(there) / "d" / "cosell"
        yield _temporary
        return
    if cache is not None:
        yield lambda: Path(cache.mkdir("cosell"))
    factory = getattr(config, "_tmp_path_factory", None)  # this user's alone; pytest empties it
    if factory is not None:
        yield lambda: Path(factory.getbasetemp()) / _NAME
    yield lambda: Path(mkdtemp(prefix=f"{_NAME}-"))


def _temporary() -> Path:
    folder = Path(gettempdir()) / f"{_NAME}-{token_hex(4)}"
    disk.mkdir(folder, 0o700)
    return folder


def write(file: Path, content: bytes) -> Path:
    """Write a file that is there as a whole or not at all, folders made as needed; answers where.
    OSError if that cannot be."""
    _make(file.parent)
    part = file.with_name(f"{file.name}.{getpid()}.part")
    with suppress(FileNotFoundError):  # of a process that was killed
        disk.unlink(part)
    try:
        opened = disk.open(part, O_WRONLY | O_CREAT | O_EXCL, 0o666)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[disk.write(opened, rest) :]
        finally:
            disk.close(opened)
        disk.replace(part, file)
    except BaseException:  # a signal's, too
        with suppress(OSError):
            disk.unlink(part)
        raise
    return file


def _make(folder: Path) -> None:
    try:
        disk.mkdir(folder)
    except FileExistsError:
        return
    except FileNotFoundError:
        _make(folder.parent)
        _make(folder)


def _is_there(folder: Path) -> bool:
    try:
        disk.stat(folder)
    except OSError:
        return False
    return True

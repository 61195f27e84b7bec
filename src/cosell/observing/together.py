"""Counting together: each process of a server keeps its counts in files in one directory, which are
the library's (prometheus_client.mmap_dict), so that its collector reads those of all of them.

The files are written as memory. Where the disk has no room for a block of such a file the system
ends the process, so each has its blocks before anything is written to it. Must not know what is
counted.
"""

import errno
import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Final

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict, mmap_key

_KINDS: Final = ("counter", "gauge_livesum", "histogram")  # that are used; the library's names
_BYTES: Final = 64 << 10  # of a file, at first
_ENTRY_BYTES: Final = 64  # of a number, beside its key, and a few more
_ANEW: Final = (errno.EOPNOTSUPP, errno.EINVAL)  # the disk cannot give blocks without writing them


def begin(directory: str) -> None:
    """Let all that this process counts from here on be kept in the directory. OSError if there is
    no room, or no directory."""
    made: list[_File] = []
    try:
        for kind in _KINDS:
            made.append(_File(f"{directory}/{kind}_{os.getpid()}.db"))
    except OSError:
        for file in made:
            file.close()  # type: ignore[no-untyped-call]
        raise
    files = dict(zip(_KINDS, made, strict=True))
    values.ValueClass = partial(_Value, files, Lock())


class _File(MmapedDict):
    """Numbers by their keys. Whoever reads the directory meets no file that is not whole yet; one
    that another process of the same number has left is gone on with."""

    def __init__(self, path: str) -> None:
        if not Path(path).exists():
            fresh = f"{path}.new"
            try:
                with open(fresh, "wb") as file:
                    _reserve(file.fileno(), _BYTES)
                os.rename(fresh, path)
            except OSError:
                with suppress(OSError):
                    os.unlink(fresh)
                raise
        super().__init__(path)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> None:
        """Make room, which the library would not ask the disk for, and begin a number."""
        if self._used + len(key.encode()) + _ENTRY_BYTES > self._capacity:
            _reserve(self._f.fileno(), 2 * self._capacity)
        super()._init_value(key)  # type: ignore[no-untyped-call]


def _reserve(file: int, size: int) -> None:
    """Let a file have so many bytes, and each of them its place on the disk; OSError if there is no
    room."""
    try:
        os.posix_fallocate(file, 0, size)
        return
    except AttributeError:  # of this system
        pass
    except OSError as error:
        if error.errno not in _ANEW:
            raise
    missing = size - os.fstat(file).st_size
    os.lseek(file, 0, os.SEEK_END)
    while missing > 0:
        missing -= os.write(file, bytes(min(missing, _BYTES)))


class _Value:
    """A number, as the library's metrics ask for it; this process alone writes it."""

    def __init__(
        self,
        files: dict[str, _File],
        lock: Lock,
        *named: Any,
        multiprocess_mode: str = "",
        **_: object,
    ) -> None:
        """`named` is what the library calls it: kind, metric, name, names and values of labels,
        and help."""
        kind, *key = named
        self._file = files[f"{kind}_{multiprocess_mode}" if multiprocess_mode else kind]
        self._key = mmap_key(*key)
        self._lock = lock
        with lock:
            self._value: float = self._file.read_value(self._key)[0]  # type: ignore[no-untyped-call]

    def inc(self, amount: float) -> None:
        with self._lock:
            self._value += amount
            self._file.write_value(self._key, self._value, 0.0)  # type: ignore[no-untyped-call]

    def set(self, value: float, timestamp: float | None = None) -> None:
        with self._lock:
            self._value = value
            self._file.write_value(self._key, value, timestamp or 0.0)  # type: ignore[no-untyped-call]

    def get(self) -> float:
        return self._value

    def set_exemplar(self, _: object) -> None:
        """There are none."""

    def get_exemplar(self) -> None:
        return None

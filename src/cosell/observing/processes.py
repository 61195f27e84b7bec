"""Counting together: the processes of one server keep their counts as files in one directory.

What becomes of the directory, and what is forgotten of a process that ended; how prometheus_client
is kept from another directory, before it is imported. Must not know what is counted.
"""

import errno
import fcntl
import os
import re
from pathlib import Path
from typing import Final

_TOLD: Final = ("PROMETHEUS_MULTIPROC_DIR", "prometheus_multiproc_dir")
_GONE: Final = (
    "the files in which the processes of this server count are gone; start the server anew"
)
_NOWHERE: Final = "there is no temporary directory that can be written"
_NAMED: Final = "cosell-metrics-"
_OWNED: Final = "owner.lock"
_LIVE: Final = re.compile(r"gauge_live[a-z]*_(\d+)\.db")


class Directory:
    """A new, empty directory for the processes of this server, which are to be told of it. It is
    this process's while it lives; those of others that were killed are taken away. OSError if there
    is no place for one."""

    def __init__(self) -> None:
        import tempfile  # few servers have several processes

        try:
            self.path = tempfile.mkdtemp(prefix=_NAMED)
        except FileNotFoundError:
            raise FileNotFoundError(errno.ENOENT, _NOWHERE) from None
        # Nobody sees the lock before it is held.
        self._lock = os.open(f"{self.path}/new", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        os.rename(f"{self.path}/new", f"{self.path}/{_OWNED}")
        # Who tidies up temporary directories (systemd-tmpfiles) leaves one that is locked alone.
        self._held = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._held, fcntl.LOCK_SH)
        for lock in Path(tempfile.gettempdir()).glob(f"{_NAMED}*/{_OWNED}"):
            _take_away_if_left(lock)

    def close(self) -> None:
        """The server has ended."""
        _take_away(self.path)
        os.close(self._lock)
        os.close(self._held)


def _take_away_if_left(lock: Path) -> None:
    try:
        file = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return  # it is somebody else's, or gone meanwhile
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _take_away(str(lock.parent))
    except OSError:
        pass  # that server lives
    finally:
        os.close(file)


def _take_away(directory: str) -> None:
    import shutil

    shutil.rmtree(directory, ignore_errors=True)


def tell_nothing() -> None:
    """Let prometheus_client count nowhere of itself, whatever somebody else's environment says;
    before its first import."""
    for name in _TOLD:
        os.environ.pop(name, None)


def ensure_kept(directory: str) -> None:
    """OSError if what this process counts is not there any more for whoever tells it."""
    if not Path(directory, f"counter_{os.getpid()}.db").exists():
        raise FileNotFoundError(errno.ENOENT, _GONE, directory)


def forget_ended(directory: str) -> None:
    """What was so at present in a process that has ended is so no more; what it counted stays."""
    for file in Path(directory).iterdir():
        named = _LIVE.fullmatch(file.name)
        if named and not _is_alive(int(named[1])):
            file.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # there is one, and it is not ours: the number was given away again
        return False
    return True

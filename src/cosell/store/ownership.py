"""One process owns a state file: a lock of the operating system, held until the process ends.

Must not know a database.
"""

import fcntl
import os

from cosell.clock import monotonic, sleep
from cosell.originals import Path
from cosell.store import StoreError

_OWNER_WAIT_S = 5.0  # how long a start waits for a dying owner


class Ownership:
    """An exclusive lock of the operating system on `<state>.lock`, which also says whose it is."""

    def __init__(self, path: Path, owner: int) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"The state cannot be kept at {path}: {error.strerror}.") from error
        until = monotonic() + _OWNER_WAIT_S
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if monotonic() < until:
                    sleep(0.02)
                    continue
                whose = os.pread(self._file, 100, 0).decode(errors="replace").strip()
                os.close(self._file)
                raise StoreError(
                    f"The state {path} belongs to another cosell ({whose or 'unknown'}). Stop that"
                    " one first, or start this one with another --database."
                ) from None
        try:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"process {owner}\n".encode(), 0)
            # Nobody else may read it: the key that sessions are signed with is in there.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            os.close(self._file)
            raise StoreError(f"The state cannot be kept at {path}: {error.strerror}.") from error

    def release(self) -> None:
        os.close(self._file)

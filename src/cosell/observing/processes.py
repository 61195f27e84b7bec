"""Counting together: the processes of one server keep their counts as files in one directory.

How prometheus_client is told so, before it is imported; and what is forgotten of a process that
ended. Must not know what is counted.
"""

import os
import re
from pathlib import Path
from typing import Final

_TOLD: Final = ("PROMETHEUS_MULTIPROC_DIR", "prometheus_multiproc_dir")
_LIVE: Final = re.compile(r"gauge_live[a-z]*_(\d+)\.db")


def open_directory() -> str:
    """A new, empty directory for the processes of this server, which are to be told of it."""
    import tempfile  # few servers have several processes

    return tempfile.mkdtemp(prefix="cosell-metrics-")


def close_directory(directory: str) -> None:
    """The server has ended."""
    import shutil

    shutil.rmtree(directory, ignore_errors=True)


def tell(directory: str | None) -> None:
    """Let prometheus_client count there, or in this process alone, whatever somebody else's
    environment says; before its first import."""
    for name in _TOLD:
        os.environ.pop(name, None)
    if directory is not None:
        os.environ[_TOLD[0]] = directory


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

"""Waiting for what must come, and comes when it likes. Must not know what a test expects."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE_S = 90.0  # for a busy machine; who waits so long has found a miss
_STEP_S = 0.02


def until(holds: Callable[[], Any], what: str = "") -> None:
    """Wait until something is so; AssertionError, saying what was waited for, if it never is."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(_STEP_S)


def until_told(log: Path | None, *words: str) -> str:
    """What a log says, as soon as it says all of these: a server answers without waiting for it."""
    assert log is not None
    until(lambda: all(one in log.read_text() for one in words), f"the log says {words}")
    return log.read_text()

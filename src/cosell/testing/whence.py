"""Where a call of botocore's was made: the line of the code under test, and its thread.

Must not import botocore, nor raise: what is told is of a call that has failed already.
"""

import contextlib
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Final

from cosell.originals import Path, current_thread, main_thread

_SDK: Final = frozenset({"boto3", "botocore", "s3transfer"})
_BETWEEN: Final = frozenset({"_pytest", "cosell", "pluggy"})  # who calls what somebody hands them
_STANDARD: Final = contextlib.__file__.removesuffix("contextlib.py")  # the library's folder
_INSTALLED: Final = "/site-packages/"


def made_at() -> str:
    """As `crm.py:12 (push)`, and the thread if it is not the main one. Where that is called by the
    SDK (it is handed a call to make, or an event), also who had called that: `conftest.py:3 (fake),
    for crm.py:12 (push)`."""
    told = ", for ".join(map(_line, _callers()))
    thread = current_thread()
    return told if thread is main_thread() else f"{told}, in the thread {thread.name!r}"


def _line(frame: FrameType) -> str:
    code = frame.f_code
    return f"{_shown(code.co_filename)}:{frame.f_lineno} ({code.co_name})"


def _callers() -> list[FrameType]:
    """The nearest frame that is somebody's own: not the SDK's, nor that of a package that has
    wrapped what is within the SDK; and the nearest such one outside of the SDK. A pool, or whoever
    else calls what it was given, is named only if nobody stands behind it."""
    frames = list(_outwards(sys._getframe(1)))
    inner = max((at + 1 for at, frame in enumerate(frames) if _root(frame) in _SDK), default=0)
    outer = [frame for frame in frames[inner:] if _is_somebodys(frame)][:1]
    for frame in frames[:inner]:
        if _is_somebodys(frame) and _INSTALLED not in frame.f_code.co_filename:
            return [frame, *outer]
    return outer or [frames[min(inner, len(frames) - 1)]]


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _root(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _is_somebodys(frame: FrameType) -> bool:
    path = frame.f_code.co_filename
    if path.startswith(_STANDARD) and _INSTALLED not in path:
        return False
    return _root(frame) not in _SDK | _BETWEEN and not path.startswith("<frozen ")


def _shown(path: str) -> str:
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (OSError, ValueError):  # it is elsewhere
        return path

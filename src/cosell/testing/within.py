"""One call of a thread at a time: what comes in the middle of another one is refused.

A signal's handler (or what a garbage collector ends) may call while its thread is at a call. In the
process of a test the engine itself may be half-way through it then; on a server it could wait. It
is one rule for both, so that a test means the same wherever its world is. Must not know what a call
is.
"""

import sys
from collections.abc import Callable
from types import CodeType
from typing import Final, TypeVar

from cosell.originals import get_ident

_Done = TypeVar("_Done")

AT_WORK: Final[set[int]] = set()
"""The threads that are at a call. A signal's exception may leave one behind that is at none."""
ENTERED: Final[set[CodeType]] = set()
"""The functions within which a thread is at a call; each asks `ensure_over` itself."""


class CallWithinAnother(RuntimeError):
    """A call was made in the middle of another one of the same thread. Nothing of it was done."""

    def __init__(self) -> None:
        super().__init__(
            "A call was made in the middle of another one of the same thread, as a signal's handler"
            " may do. It has to wait until that one is over."
        )

    def __reduce__(self) -> tuple[type["CallWithinAnother"], tuple[()]]:
        return type(self), ()  # another process may be told it


def ensure_none() -> None:
    """CallWithinAnother if this thread is at a call."""
    if get_ident() in AT_WORK:
        ensure_over()


def ensure_over() -> None:
    """As `ensure_none`, for a thread that is in AT_WORK: it may be left there from what a signal's
    exception broke off. The caller's own frame does not count."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code in ENTERED:
            raise CallWithinAnother
        frame = frame.f_back  # type: ignore[assignment]  # None beyond the outermost


def alone(act: Callable[[], _Done]) -> _Done:
    """Do something at a place, as one does a call there: CallWithinAnother in the middle of one,
    and none comes in the middle of it."""
    me = get_ident()
    if me in AT_WORK:
        ensure_over()
    try:
        AT_WORK.add(me)
        return act()
    finally:
        AT_WORK.discard(me)


ENTERED.add(alone.__code__)

"""Who comes too late: to a world that is closed, or to this process's engine when that ends.

Python ends a thread where it next wants the interpreter. One that is within a match of re2's takes
the process down then, and one within SQLite's steps, if its state is closed. So nobody else may be
at work in there by then, nor begin. Must not know what is done in there.
"""

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from cosell.clock import monotonic, sleep
from cosell.originals import get_ident

_Asked = ParamSpec("_Asked")
_Done = TypeVar("_Done")

_AT_WORK_S: Final = 0.5  # how long the end of the process waits for those who are at work
_LOOK_S: Final = 0.001
# How long others wait for the end then. Mostly it comes before, and nobody is told anything; who is
# waited for (a queue that is emptied at exit) is told in the end, and not left hanging.
_END_S: Final = 1.0
_ENDED: Final = (
    "This process ends, and its worlds are closed: only what was registered with atexit after the"
    " first world was made could still call one."
)


class WorldClosed(RuntimeError):
    """A world was asked for something after it was closed."""


def closed(world: str) -> str:
    """What to say of a world that is asked for something too late."""
    return (
        f"The world {world} is closed, and nothing is left of it: ask it while it is open, or save"
        " it before (world.save)."
    )


class Admission:
    """Lets threads in to an engine, until the process ends."""

    def __init__(self) -> None:
        self._inside: set[int] = set()
        self._are_lost = False
        self._ends_at = 0.0  # for all but the thread that ends the process
        self._ends_by = 0
        self.is_over = False
        """Whether the process ends: nobody is let in any more."""

    def within(
        self, act: Callable[_Asked, _Done], *args: _Asked.args, **named: _Asked.kwargs
    ) -> _Done:
        """Do something in there, and do not wait on purpose meanwhile: the end waits for it.
        WorldClosed if that has come; only the thread that ends the process is told at once."""
        me = get_ident()
        try:
            self._inside.add(me)  # before it asks: whoever ends looks who is there afterwards
            if not self.is_over:
                return act(*args, **named)
        finally:
            self._inside.discard(me)
        if me != self._ends_by:
            sleep(max(0.0, self._ends_at - monotonic()))
        raise WorldClosed(_ENDED)

    def end(self) -> bool:
        """From now on nobody is let in. Answers whether all those who were at work are done; they
        are waited for, but not for long."""
        now = monotonic()
        self._ends_by, self._ends_at = get_ident(), now + _END_S
        self.is_over = True
        others = self._inside.difference((self._ends_by,))
        while others and monotonic() < now + _AT_WORK_S:
            sleep(_LOOK_S)
            others &= self._inside
        return not (others or self._are_lost)

    def lose_others(self) -> None:
        """In a process that was forked off: those who were at work are not here, and never done."""
        self._are_lost = bool(self._inside)
        self._inside.clear()

"""`world.faults.meanwhile`: what others do between two calls of the code under test.

It happens in this process, right before a call reaches the world. Must not change the call.
"""

from collections.abc import Callable
from typing import Final

from cosell import forks
from cosell.originals import RLock, iscoroutinefunction, local
from cosell.selling.contract import CONTRACT
from cosell.testing import amounts
from cosell.testing.expected import ensure_fired, enter, leave
from cosell.testing.place import WhileOpen
from cosell.testing.references import wire_name

_EVER: Final = 1 << 62


class _Own(local):
    """Of each thread: whether it is what happens now."""

    acts = False


class Meanwhile:
    """Something that happens before the next calls of an operation. As a context manager it is
    taken back at the end, and fails if it never happened."""

    def __init__(
        self,
        way: WhileOpen,
        operation: str,
        act: Callable[[], object],
        times: int | None,
        optional: bool,
    ) -> None:
        """ValueError for an operation that there is not, and for no number of times; TypeError for
        what cannot be called, or has to be awaited."""
        self.way = way
        self.operation = wire_name(operation)
        if self.operation not in CONTRACT.operations:
            raise ValueError(CONTRACT.lacking(self.operation))
        if not callable(act):
            raise TypeError(f"act: {act!r} cannot be called. Give a function without arguments.")
        if iscoroutinefunction(act):
            raise TypeError("act: nobody would await it. Give a function that is not async.")
        self._act = act
        self._left = _EVER if times is None else amounts.times(times)
        self.begin_anew()
        forks.renew(self)
        self._own = _Own()
        self.fired = 0
        self.is_known = True
        self.optional = optional
        self.ended_by = ""  # what happens in this process, no desk forgets

    def begin_anew(self) -> None:
        """Nobody counts now."""
        self._counting = RLock()

    @property
    def remaining(self) -> int | None:
        """How often it will happen yet; None if that has no end."""
        return None if self._left > _EVER // 2 else self._left

    def happen(self, operation: str) -> None:
        """Do it, if it is for this operation. What it calls itself does not set it off again."""
        if operation != self.operation or not self._left or self._own.acts:
            return
        self._own.acts = True  # before the lock: a signal's handler that calls does not want it
        try:
            if self._has_turn():
                self._act()
        finally:
            self._own.acts = False

    def _has_turn(self) -> bool:
        with self._counting:
            if not self._left:  # another thread's call came first
                return False
            self._left -= 1
            self.fired += 1
        return True

    def remove(self) -> None:
        """It happens no more."""
        with self._counting:
            self._left = 0

    @property
    def in_vain(self) -> str:
        """What to say if it never happened."""
        return (
            f"What was to happen {self} never did: boto3 did not make that call in this "
            "process. Say optional=True if it need not."
        )

    check = ensure_fired
    __enter__, __exit__ = enter, leave

    def __str__(self) -> str:
        return f"before {self.operation}"

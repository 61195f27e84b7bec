"""The pen: one thread at a time writes, and none is kept from it by one who writes on and on.

Must not know what is written.
"""

from collections.abc import Callable

from cosell.originals import RLock


class Pen:
    """Held within `with`. Whoever waits for it holds the turn, so that one who writes many times in
    a row (the clock being moved, a sweep) lets everybody else in between.

    Both locks know themselves whose they are, from the instruction on that takes them: an exception
    that comes out of nowhere (a signal's) leaves none behind of which nobody knows.
    """

    __slots__ = ("_has_turn", "_pen", "_turn", "is_mine")

    def __init__(self) -> None:
        self._pen = RLock()
        self._turn = RLock()
        # As Condition asks it.
        self.is_mine: Callable[[], bool] = self._pen._is_owned  # type: ignore[attr-defined]
        self._has_turn: Callable[[], bool] = self._turn._is_owned  # type: ignore[attr-defined]

    def __enter__(self) -> None:
        if self.is_mine():
            raise RuntimeError("a transaction was begun within another one of the same thread")
        with self._turn:
            self._pen.acquire()

    def take(self, wait_s: float) -> bool:
        """Take it, if it can be had within that time; whoever did gives it back by `__exit__`."""
        if not self._turn.acquire(timeout=wait_s):
            return False
        try:
            return self._pen.acquire(timeout=wait_s)
        finally:
            self._turn.release()

    def __exit__(self, *_: object) -> None:
        self._pen.release()

    def is_awaited(self) -> bool:
        """Whether somebody waits for it; asked by who has it."""
        if not self._turn.acquire(blocking=False):
            return True
        self._turn.release()
        return False

    def is_left(self) -> bool:
        """Whether this thread has the pen, or waits for it."""
        return self.is_mine() or self._has_turn()

    def drop(self) -> None:
        """Give away whatever of it this thread has."""
        while self.is_mine():
            self._pen.release()
        while self._has_turn():
            self._turn.release()

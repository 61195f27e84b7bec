"""When the rows go that worlds leave in this process: those that are no more, and what a living one
was before it began anew.

One look at each table is enough for several of them, so small ones wait for each other; rows are
never left for long. Must not know which rows those are.
"""

from collections.abc import Callable
from typing import Final

_LEFT_MAX: Final = 16  # namespaces that are swept together
_ROWS_MAX: Final = 2_000  # that they may have, about


class Sweeping:
    """Sweeps a place's engine, which no thread does."""

    def __init__(self, sweep: Callable[[], object], written: Callable[[], int]) -> None:
        """`sweep` deletes every row that was left, `written` answers how many were ever written or
        deleted there."""
        self._sweep = sweep
        self._written = written
        self._since: dict[str, int] = {}  # by world: how many there were when it began
        self._left = self._rows = 0  # namespaces that wait, and the rows that they have at most

    def begin(self, world: str) -> None:
        """A world begins."""
        self._since[world] = self._written()

    def rows(self, world: str) -> int:
        """How many rows a world has at most: so many were written since it began."""
        return self._written() - self._since.get(world, 0)

    def begin_anew(self, world: str, rows: int) -> None:
        """A world has become another, when it had so many rows at most."""
        self._since[world] = self._since.get(world, 0) + rows
        self._leave(rows)

    def end(self, world: str) -> None:
        """A world is no more."""
        rows = self.rows(world)
        self._since.pop(world, None)
        self._leave(rows)

    def _leave(self, rows: int) -> None:
        self._left += 1
        self._rows += rows
        if self._left >= _LEFT_MAX or self._rows >= _ROWS_MAX:
            self._left = self._rows = 0
            self._sweep()

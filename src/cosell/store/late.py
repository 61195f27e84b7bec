"""What a transaction executes when it ends, and which of it belongs to a step that can be undone by
itself. Must not execute anything.
"""

from collections.abc import Mapping

from cosell.store import Value


class Late:
    """Statements with their rows, in the order in which they were asked for."""

    __slots__ = ("_asked", "_steps")

    def __init__(self) -> None:
        self._asked: list[tuple[str, Mapping[str, Value]]] = []
        self._steps: list[int] = []  # those under way: how much was asked for when each began

    def ask(self, statement: str, values: Mapping[str, Value]) -> None:
        """Execute it for this row in the end."""
        self._asked.append((statement, values))

    def set_out(self) -> int:
        """A step begins; answers how many are under way."""
        self._steps.append(len(self._asked))
        return len(self._steps)

    def end_step(self, undone: bool) -> None:
        """The step that began last ends; if it is undone, so is what it asked for."""
        before = self._steps.pop()
        if undone:
            del self._asked[before:]

    def rows(self) -> Mapping[str, list[Mapping[str, Value]]]:
        """All that was asked for: each statement, and its rows."""
        rows: dict[str, list[Mapping[str, Value]]] = {}
        for statement, values in self._asked:
            rows.setdefault(statement, []).append(values)
        return rows

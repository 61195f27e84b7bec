"""Bugs that are planted on purpose, in the processes of a server that is launched with one: the
suite has to find them. None of this is ever imported by the program.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from cosell import runner
from cosell.clock import wall_ms
from cosell.store import agenda, namespaces
from cosell.store.retries import retrying


def checkpoint_apart() -> None:
    """What is due is taken from the agenda in one transaction, and done in the next."""

    def run_first(self: Any, name: str, ns: int | None, until: int | None) -> bool:
        def take(tx: Any) -> Any:
            namespace = namespaces.find(tx, name)
            now = namespace.now(wall_ms())
            due = agenda.first(tx, namespace.ns, now if until is None else max(until, now))
            if due is None or ns not in (None, namespace.ns):
                return None
            if due.due_at > now:
                runner._put_forward(tx, namespace, due.due_at)
            agenda.pop(tx, due)
            return due

        due = retrying(self.store, take)
        if due is None:
            return False

        def effect(tx: Any) -> bool:
            namespace = namespaces.find(tx, name)
            self._table[due.kind](self._call(namespace, due), tx, due.ref)
            return True

        return retrying(self.store, effect)

    def work(self: Any, name: str, for_s: float, woken: Callable[[Any, str], bool]) -> int:
        ran = 0
        if retrying(self.store, lambda tx: woken(tx, name)):
            while run_first(self, name, None, None):
                ran += 1
            retrying(self.store, partial(self._plan_look, name))
        return ran

    runner.Runner._run_first = run_first  # type: ignore[method-assign]
    runner.Runner.work = work  # type: ignore[method-assign,assignment]


PLANTS: dict[str, Callable[[], None]] = {"checkpoint-apart": checkpoint_apart}

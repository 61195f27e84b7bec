"""Bugs that are planted on purpose, in the processes of a server that is launched with one: the
suite has to find them. None of this is ever imported by the program.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from cosell import runner
from cosell.clock import monotonic, wall_ms
from cosell.store import agenda, namespaces, postgres
from cosell.store.retries import retrying


def checkpoint_apart() -> None:
    """What is due is taken from the agenda in one transaction, and done in the next."""

    def run(self: Any, goal: runner.Goal, for_s: float) -> tuple[int, bool]:
        ran, until = 0, monotonic() + for_s
        while (due := retrying(self.store, partial(take, self, goal))) is not None:
            retrying(self.store, partial(effect, self, goal.name, due))
            ran += 1
            if monotonic() >= until:
                return ran, True
        return ran, False

    def take(self: Any, goal: runner.Goal, tx: Any) -> Any:
        if not goal.begin(tx, goal.name):
            return None
        namespace = namespaces.find(tx, goal.name)
        now = namespace.now(wall_ms())
        due = agenda.take(tx, namespace.ns, now if goal.to_ms is None else max(now, goal.to_ms))
        if due is not None:
            runner._put_forward(tx, namespace, due.due_at)
        else:
            self._arrive(tx, goal)
        return due

    def effect(self: Any, name: str, due: agenda.Due, tx: Any) -> None:
        self._table[due.kind](self._call(namespaces.find(tx, name), due), tx, due.ref)

    runner.Runner._run = run  # type: ignore[method-assign]


class _Apart(threading.local):
    """Whether this thread is in the transaction in which the job is deferred."""

    active = False


def job_apart() -> None:
    """The job that says that somebody is to look is deferred after what is due was committed, in a
    transaction of its own."""
    plan, end, apart = postgres.PostgresStore.plan_looks, postgres._Writing.end, _Apart()

    def end_and_defer(self: Any, undone: bool) -> None:
        store, tx = self._store, self._tx
        end(self, undone)
        if undone or tx.planned is None or apart.active:
            return
        apart.active = True
        try:
            with store.write() as later:
                for name in tx.woken_at:
                    namespaces.find(later, name)
                later.planned = tx.planned
                plan(store, later._cursor.connection, later)
        finally:
            apart.active = False

    postgres.PostgresStore.plan_looks = lambda *_: None  # type: ignore[method-assign]
    postgres._Writing.end = end_and_defer  # type: ignore[method-assign]


PLANTS: dict[str, Callable[[], None]] = {
    "checkpoint-apart": checkpoint_apart,
    "job-apart": job_apart,
}
ON_POSTGRES = {"job-apart"}  # there is no job elsewhere

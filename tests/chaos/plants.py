"""Bugs that are planted on purpose, in the processes of a server that is launched with one: the
suite has to find them. None of this is ever imported by the program.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from cosell import runner
from cosell.clock import wall_ms
from cosell.store import agenda, namespaces, postgres
from cosell.store.retries import retrying


def checkpoint_apart() -> None:
    """What is due is taken from the agenda in one transaction, and done in the next."""

    def run_first(self: Any, name: str, ns: int | None, until: int | None) -> bool:
        def take(tx: Any) -> Any:
            namespace = namespaces.find(tx, name)
            now = namespace.now(wall_ms())
            due = agenda.take(tx, namespace.ns, now if until is None else max(until, now))
            if due is None or ns not in (None, namespace.ns):
                return None
            if due.due_at > now:
                runner._put_forward(tx, namespace, due.due_at)
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
            retrying(self.store, partial(self.plan_look, name))
        return ran

    runner.Runner._run_first = run_first  # type: ignore[method-assign]
    runner.Runner.work = work  # type: ignore[method-assign,assignment]


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

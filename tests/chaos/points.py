"""Commit points by name, in the processes of a server: who is killed before or after which.

A point's name is what is being committed: an operation, or what was due (`due` and the agenda's
word, with the step of a task). Only the store's transactions pass through here; what is committed
stays as it is. Must not know why somebody is to die.
"""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from cosell import operations, service
from cosell.runner import Runner
from cosell.selling.workflows import running
from cosell.selling.workflows.kinds import WORKFLOWS
from cosell.selling.workflows.tasks import STEP
from cosell.store.postgres import PostgresStore
from cosell.store.postgres_tx import PostgresTx
from cosell.store.sqlite import SqliteStore
from cosell.store.sqlite_tx import SqliteTx

Moment = Literal["before", "after"]
Whom = Literal["worker", "main", "both"]
MOMENTS: tuple[Moment, ...] = ("before", "after")
ANY = "any"  # the name that every commit has beside its own
PASSED, DIED = "commits", "deaths"  # files: a line for each

ARRIVES = "AdvanceClock arrives"  # with what was due last, if anything was
# What is committed beside operations and what is due, by the function that does it.
OTHERS = {
    "<lambda>": "a fault is met",
    "_run_some": "a look finds nothing",
    "plan_look": "a look leaves the rest to another",
    "plan": "the sweep calls for a look",
}


@dataclass(frozen=True)
class Death:
    """Who dies before or after the n-th commit of a name (or of any) that a process makes, or so
    many milliseconds later; once."""

    name: str
    moment: Moment
    whom: Whom
    nth: int = 1
    later_ms: float = 0.0

    def __str__(self) -> str:
        later = f", {self.later_ms:.1f} ms later" if self.later_ms else ""
        return f"{self.whom} dies {self.moment} commit {self.nth} of {self.name}{later}"


class Book:
    """The deaths to come, and what was passed, in a folder that all processes of a seed share.
    `watched` is whether this process is to have another one that watches over it."""

    def __init__(self, folder: Path, deaths: Iterable[Death], watched: bool) -> None:
        self._folder, self._watched = folder, watched
        self._deaths = list(deaths)
        self._met: Counter[tuple[str, Moment]] = Counter()

    def meet(self, name: str, moment: Moment) -> None:
        """A commit of that name is about to be, or was; somebody may die of it."""
        if moment == "before":
            self._note(PASSED, name)
        for called in (name, ANY):
            self._met[called, moment] += 1
        for number, one in enumerate(self._deaths):
            met = self._met[one.name, moment] if one.name in (name, ANY) else 0
            if one.moment == moment and one.nth == met and self._spend(number):
                self._note(DIED, f"soon after {name}" if one.later_ms else f"{moment} {name}")
                whom = one.whom if self._watched else "worker"
                if one.later_ms:
                    threading.Timer(one.later_ms / 1_000, die, [whom]).start()
                else:
                    die(whom)

    def _spend(self, number: int) -> bool:
        try:
            (self._folder / f"spent-{number}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _note(self, file: str, line: str) -> None:
        with open(self._folder / file, "a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")


def die(whom: Whom) -> None:
    """SIGKILL to this process, to the one that watches over it, or to both."""
    main = os.getppid()
    if whom != "worker":
        os.kill(main, signal.SIGKILL)
    if whom != "main":
        os.kill(os.getpid(), signal.SIGKILL)


class _Named(threading.local):
    """What this thread is about to commit: an operation, or one or more of what was due."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.changes = 0  # rows of PostgreSQL's


_named = _Named()


class _Watched:
    """A transaction of the store's that tells the book of its commit, if it changed something."""

    def __init__(self, book: Book, inner: AbstractContextManager[Any], whose: str) -> None:
        self._book, self._inner, self._whose = book, inner, whose

    def __enter__(self) -> Any:
        _named.names = []
        self._tx = tx = self._inner.__enter__()
        self._changes = _changes(tx)
        return tx

    def __exit__(self, kind: Any, *rest: Any) -> None:
        names = dict.fromkeys(_named.names) or [OTHERS.get(self._whose, self._whose)]
        if kind is not None or _changes(self._tx) == self._changes:
            self._inner.__exit__(kind, *rest)
            return
        for name in names:
            self._book.meet(name, "before")
        self._inner.__exit__(kind, *rest)
        for name in names:
            self._book.meet(name, "after")


def _changes(tx: Any) -> int:
    """How many rows the transaction's connection, or this thread, has changed so far, or is yet to
    change."""
    changed = tx._connection.total_changes if isinstance(tx, SqliteTx) else _named.changes
    return int(changed) + (tx.behind.count() if tx.behind is not None else 0)


def _asker() -> str:
    """The function that asks for a transaction; `retrying` does so for another one."""
    frame = sys._getframe(2)
    work = frame.f_locals.get("work")
    while isinstance(work, partial):
        work = work.func
    return getattr(work, "__name__", "") or frame.f_code.co_name


def install(book: Book) -> None:
    """From now on the commits of this process, and of those that it forks, have names."""
    stores: tuple[Any, ...] = SqliteStore, PostgresStore
    for store in stores:
        store.write = _watched(book, store.write)
    PostgresTx.execute = _counting(PostgresTx.execute)  # type: ignore[method-assign]
    PostgresTx._write = _counting(PostgresTx._write)  # type: ignore[method-assign]
    PostgresTx.fill = _counting(PostgresTx.fill)  # type: ignore[method-assign]
    service.Engine._once = _naming(service.Engine._once)  # type: ignore[method-assign]
    named = {kind: _due(kind, run) for kind, run in operations.DUE.items()}
    vars(service)["DUE"] = named  # whoever makes an engine finds these
    running._step = _stepping(running._step)
    Runner._arrive = _arriving(Runner._arrive)  # type: ignore[method-assign]


def _watched(book: Book, write: Callable[..., Any]) -> Callable[..., Any]:
    return lambda store, **how: _Watched(book, write(store, **how), _asker())


def _counting(execute: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*asked: Any) -> Any:
        changed = execute(*asked)
        _named.changes += 1 if changed is None else changed
        return changed

    return counted


def _naming(once: Callable[..., Any]) -> Callable[..., Any]:
    def named(engine: Any, passage: Any, tx: Any) -> Any:
        _named.names = [passage.operation.name]
        return once(engine, passage, tx)

    return named


def _due(kind: str, run: Callable[..., None]) -> Callable[..., None]:
    def named(call: Any, tx: Any, ref: str) -> None:
        _named.names.append(f"due {kind}")
        run(call, tx, ref)

    return named


def _arriving(arrive: Callable[..., None]) -> Callable[..., None]:
    def named(runner: Any, tx: Any, goal: Any) -> None:
        if goal.to_ms is not None:
            _named.names.append(ARRIVES)
        arrive(runner, tx, goal)

    return named


def _stepping(step: Callable[..., Any]) -> Callable[..., Any]:
    def named(call: Any, tx: Any, workflow: Any, task: Any) -> Any:
        if _named.names and _named.names[-1] == f"due {STEP}":
            name = workflow.line(task.document)[task.document["step"]].name
            _named.names[-1] = f"due {workflow.operation} {name}"
        return step(call, tx, workflow, task)

    return named


def steps() -> list[str]:
    """The names of all steps of tasks that are taken when they are due."""
    return [f"due {kind.operation} {step.name}" for kind in WORKFLOWS for step in kind.steps]


def is_command(operation: str) -> bool:
    """Whether an operation of the API or the desk commits something."""
    tables = operations.SELLING.handlers, operations.DESK.handlers
    return any(table[operation].kind != "query" for table in tables if operation in table)

"""The real server, one of whose processes is killed at a commit that somebody chose.

    python -m tests.durability.launcher PLAN serve --port … --database …

Only what SQLite is told passes through here: a connection that counts the commits that change
something. A plan is carried out once, also when the server is started again with it.
"""

import json
import math
import os
import signal
import sqlite3
import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from cosell import cli, haste, serving

Moment = Literal["before", "after"]
Whom = Literal["worker", "main", "both"]


@dataclass(frozen=True)
class Plan:
    """Who is killed before or after which commit (0: nobody, ever); each commit is a byte in
    `commits`, and the plan is spent once `commits` + '.spent' exists.

    With `every`, from when the plan is armed until it is disarmed: before each commit, and after
    it when it is tried again. With `together`, so many due entries are one commit, however long
    they take.
    """

    commits: str
    at: int = 0
    moment: Moment = "before"
    whom: Whom = "both"
    every: bool = False
    together: int = 0

    @property
    def program(self) -> tuple[str, ...]:
        """What to start instead of `-m cosell`."""
        return ("-m", "tests.durability.launcher", json.dumps(asdict(self)))

    @property
    def spent(self) -> Path:
        """The file that says that the plan was carried out."""
        return Path(f"{self.commits}.spent")

    @property
    def counted(self) -> int:
        """How many commits there were."""
        return Path(self.commits).stat().st_size

    @property
    def armed(self) -> Path:
        """The file that says after how many commits killing began."""
        return Path(f"{self.commits}.armed")

    def arm(self) -> None:
        self.armed.write_text(str(self.counted))

    def disarm(self) -> int:
        """Answers how often a commit was tried meanwhile."""
        begun = int(self.armed.read_text())
        self.armed.unlink()
        return self.counted - begun

    def _is_due(self, number: int, moment: Moment) -> bool:
        if not self.every:
            return (number, moment) == (self.at, self.moment) and not self.spent.exists()
        if not self.armed.exists():
            return False
        tried_again = (number - int(self.armed.read_text())) % 2 == 0
        return tried_again == (moment == "after")

    def meet(self, number: int, moment: Moment) -> None:
        """Carry the plan out, if its moment has come."""
        if not self._is_due(number, moment):
            return
        self.spent.touch()
        main = os.getppid()
        if self.whom != "worker":
            os.kill(main, signal.SIGKILL)
        if self.whom != "main":
            os.kill(os.getpid(), signal.SIGKILL)


class Watched(sqlite3.Connection):
    """A connection that tells its plan of every commit that changes something."""

    plan: Plan
    _changes_before = -1

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "begin immediate":
            self._changes_before = self.total_changes
        changed = sql == "commit" and -1 < self._changes_before < self.total_changes
        if not changed:
            return super().execute(sql, *values)
        self._changes_before = -1
        with open(self.plan.commits, "ab") as commits:
            commits.write(b".")
        number = self.plan.counted
        self.plan.meet(number, "before")
        cursor = super().execute(sql, *values)
        self.plan.meet(number, "after")
        return cursor


def watch(plan: Plan) -> None:
    """From here on the store's connections are such."""
    from cosell.store import sqlite  # the main process of a server never loads it

    Watched.plan = plan
    vars(sqlite).update(connect=partial(sqlite3.connect, factory=Watched))


def load(plan: Plan, serve: Any, *arguments: Any) -> Any:
    """What the worker calls first."""
    if plan.together:
        always = {"_TOGETHER": plan.together, "_TOGETHER_S": -1.0, "_TOGETHER_S_MAX": math.inf}
        vars(haste).update(always)
    watch(plan)
    return serve(*arguments)


if __name__ == "__main__":
    chosen = Plan(**json.loads(sys.argv[1]))
    serving._load = partial(load, chosen, serving._load)
    raise SystemExit(cli.main(sys.argv[2:]))

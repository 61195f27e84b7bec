"""Chaos on SQLite: one server, a file; whoever is killed, the next one takes the file."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.chaos.client import Journal
from tests.chaos.ground import Nursery, Serving, killed, paused, told_of
from tests.chaos.memory import Miss
from tests.chaos.plan import Plan, Trouble


class OnSqlite:
    """A Ground: `kill` is SIGKILL, `pause` a worker that stands still, `lock` somebody else's lock
    on the file, `stop` an end that was asked for."""

    acts: tuple[str, ...] = ("kill", "kill", "kill", "pause", "lock", "stop")

    def __init__(self, nursery: Nursery, plant: str = "") -> None:
        self._nursery, self._plant = nursery, plant

    def begin(self, folder: Path, plan: Plan, journal: Journal) -> None:
        self._state, self._journal = folder / "state.db", journal
        about = told_of(plan, self._plant)
        self._server = Serving(self._nursery, folder / "server.log", str(self._state), about)
        self._server.start()

    def port(self) -> int:
        return self._server.port

    def tend(self) -> None:
        code = self._server.code()
        if code is not None:
            self._journal.note("chaos", f"the server ended with {code}; another one starts")
            self._server.start()

    def make(self, trouble: Trouble) -> bool:
        lasts_s = trouble.lasts_ms / 1_000
        if trouble.act == "lock":
            return self._lock(lasts_s)
        if trouble.act == "stop":
            if self._server.stop() is None:
                raise Miss(f"the server was asked to end, and goes on:\n{self._server.told()}")
            self._server.start()
            return True
        victims = self._server.victims("worker" if trouble.act == "pause" else trouble.whom)
        if trouble.act == "pause":
            paused(victims, lasts_s)
        else:
            killed(victims)
        return bool(victims)

    def _lock(self, seconds: float) -> bool:
        with closing(sqlite3.connect(self._state, timeout=0.2, isolation_level=None)) as held:
            try:
                held.execute("begin immediate")
            except sqlite3.OperationalError:
                return False
            time.sleep(seconds)
            held.execute("rollback")
            return True

    def end(self) -> None:
        self._server.end()

    def rows(self, text: str, **values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self._state}?mode=ro", uri=True)) as connection:
            return connection.execute(text, values).fetchall()

    def ensure_sound(self) -> None:
        if self.rows("pragma integrity_check") != [("ok",)]:
            raise Miss("the file is damaged")

    def clear_away(self) -> None:
        self._server.clear_away()

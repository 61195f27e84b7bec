"""What a database of PostgreSQL is: its format, the steps from an older one, its tables.

With its siblings postgres_* the only module that imports psycopg. Must not read or write a row of
anybody's.
"""

import contextlib
import re
from collections.abc import Callable, Iterable
from functools import partial
from importlib.resources import files
from typing import NamedTuple, cast

import psycopg
from psycopg import errors

from cosell.store import Form, Row, StoreError
from cosell.store.postgres_migration import Connection, Migration
from cosell.store.postgres_queue import Queue, take_steps, why_ahead, why_not
from cosell.store.sqlite_file import newest_format

_LOCK = 0x636F73656C6C  # 'cosell': one migration at a time
_APART = {"name", "ns", "created_at", "used_at", "woken_at"}  # of a namespace's row
_KINDS = {"bigint": "integer", "text": "text", "bytea": "blob"}
_NUMBER = re.compile(r"(\d{4})_\w+\.sql")
_WORKS_WITH = re.compile(r"^-- works with: (\d+)$", re.MULTILINE)
_NOT_OURS = "it has tables of another program; give cosell a database, or a schema, of its own"
_OWNER = (
    "Migrate with the role that owns the database and has migrated it before; a new one is given to"
    " a role by ALTER DATABASE … OWNER TO …."
)
_TAKEN = (errors.DuplicateTable, errors.DuplicateObject, errors.DuplicateFunction)
_FORMATS = """
create table cosell_format (
  format bigint primary key,
  works_with bigint not null,
  migrated_at timestamptz not null default now()
)"""


COLUMNS = """
select (select max(format) from cosell_format), c.relname::text, a.attname::text,
  format_type(a.atttypid, null)
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
  and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum"""
"""Asks for the format and every column there is, at one instant."""


class Step(NamedTuple):
    """A migration: to which format it leads, and of what format a program has to be at least to
    work on what it leads to. One with which older programs work adds what they may leave alone,
    and writes no table anew: who reads at an instant before it would find that table empty."""

    format: int
    works_with: int
    text: str


def steps() -> list[Step]:
    """The migrations in their order. The first leads from nothing to what SQLite calls by the same
    number, so that a saved namespace moves between both."""
    folder = files(__package__) / "migrations" / "postgres"
    found = []
    for item in folder.iterdir():
        if named := _NUMBER.fullmatch(item.name):
            text, format = item.read_text(), int(named[1])
            least = _WORKS_WITH.search(text)
            found.append(Step(format, int(least[1]) if least else format, text))
    return sorted(found)


def state_of(connection: Connection) -> tuple[int, int]:
    """The format of a database, and that which a program has to know at least to work on it; zeros
    for one in which nothing is. StoreError if it is another program's, or cannot hold any text."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreError(
            f"its encoding is {encoding}, which has not every letter; make one whose encoding is"
            " UTF8 (createdb --encoding UTF8 --template template0)"
        )
    [(ours, others)] = connection.execute(
        "select to_regclass('cosell_format') is not null,"
        " coalesce(to_regclass('namespace'), to_regclass('document'),"
        " to_regclass('procrastinate_jobs')) is not null"
    ).fetchall()
    if not ours:
        if others:
            raise StoreError(_NOT_OURS)
        return 0, 0
    row = connection.execute(
        "select format, works_with from cosell_format order by format desc limit 1"
    ).fetchone()
    return cast("tuple[int, int]", row) if row else (0, 0)


def ensure_usable(connection: Connection, where: str, queue: Queue | None = None) -> None:
    """StoreError, which says what to run, unless this program can work on the database, and its
    library on the queue there."""
    try:
        why = _why_not(connection) or (queue and why_not(connection, queue))
    except StoreError as error:
        raise StoreError(f"The database {where} cannot be used: {error}.") from None
    except psycopg.Error as error:
        raise StoreError(f"The database {where} cannot be used: {_said(error)}.") from None
    if why:
        raise StoreError(f"The database {where} {why}")


def _why_not(connection: Connection) -> str | None:
    format, works_with = state_of(connection)
    newest = newest_format()
    if format < newest:
        is_new = "has no tables of cosell's yet" if not format else f"has format {format}"
        return (
            f"{is_new}; this cosell needs format {newest}. Run `cosell migrate --database …` first."
        )
    return _why_ahead(format, works_with)


def _why_ahead(format: int, works_with: int) -> str | None:
    newest = newest_format()
    if works_with <= newest:
        return None
    return (
        f"has format {format}; this cosell knows formats up to {newest}. Use the newer cosell that"
        " migrated it."
    )


def _silent(_: str) -> None:
    """Nobody is told."""


def migrate(
    connection: Connection, where: str, queue: Queue, tell: Callable[[str], None] = _silent
) -> tuple[int, int]:
    """Bring the database to the newest format, and the queue's tables to theirs, each step in a
    transaction of its own; answers the format before and after. Whoever else migrates waits, and
    then finds nothing to do. `tell` is told what somebody should know meanwhile. StoreError for a
    database that is newer, or not ours, or if others do not let go of it."""
    [(is_mine,)] = connection.execute("select pg_try_advisory_lock(%s)", [_LOCK]).fetchall()
    if not is_mine:
        tell("Another migration is at work; this one waits for its end.")
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
    try:
        before, works_with = state_of(connection)
        why = _why_ahead(before, works_with)
        if before and not why:
            why = why_ahead(connection, queue)
        if why:
            raise StoreError(f"it {why.removesuffix('.')}")
        migration = Migration(connection, tell)
        for step in steps():
            if step.format > before:
                migration.take(partial(_take, connection, step))
        take_steps(migration, queue, tell)
        return before, max(before, newest_format())
    except StoreError as error:
        raise StoreError(f"The database {where} cannot be migrated: {error}.") from None
    except psycopg.Error as error:
        why = f"{_said(error)} ({_NOT_OURS})" if isinstance(error, _TAKEN) else _said(error)
        help = f" {_OWNER}" if isinstance(error, errors.InsufficientPrivilege) else ""
        raise StoreError(f"The database {where} cannot be migrated: {why}.{help}") from None
    finally:
        with contextlib.suppress(psycopg.Error):  # who has lost the connection has no lock any more
            connection.execute("select pg_advisory_unlock(%s)", [_LOCK])


def _said(error: psycopg.Error) -> str:
    return error.diag.message_primary or type(error).__name__


def _take(connection: Connection, step: Step) -> None:
    if connection.execute("select to_regclass('namespace')").fetchall()[0][0]:
        # Every call asks for its namespace first: who has that table alone meets none in the others
        # that waits for him while he waits for it.
        connection.execute("lock table namespace in access exclusive mode")
    else:
        connection.execute(_FORMATS)
    connection.execute(step.text.encode(), prepare=False)
    connection.execute(
        "insert into cosell_format (format, works_with) values (%s, %s)",
        [step.format, step.works_with],
    )


def form_of(rows: Iterable[Row]) -> Form:
    """What a database keeps of a namespace, of the rows that COLUMNS finds."""
    format, columns = 0, cast("dict[str, dict[str, str]]", {})
    for latest, table, column, kind in cast("Iterable[tuple[int, str, str, str]]", rows):
        format = latest
        columns.setdefault(table, {})[column] = _KINDS.get(kind, kind)
    tables = {
        name: {column: kind for column, kind in of.items() if column != "ns"}
        for name, of in columns.items()
        if next(iter(of)) == "ns" and name != "retired"
    }
    of = columns.get("namespace", {})
    return Form(format, {name: kind for name, kind in of.items() if name not in _APART}, tables)

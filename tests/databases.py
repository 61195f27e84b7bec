"""The database that a run of the tests is on: SQLite, or PostgreSQL if TEST_DATABASE says so; and
its rows, read past whoever serves it.

Must not know what a test expects.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from cosell.config import Postgres, is_postgres
from cosell.store import Store
from cosell.store.sqlite import SqliteStore

Row: TypeAlias = tuple[Any, ...]
Ask: TypeAlias = Callable[..., list[Row]]
"""What a statement finds, with the values that stand for its `?`."""
ON_POSTGRES = os.environ.get("TEST_DATABASE") == "postgres"
_APART = ("namespace", "retired")  # tables with an `ns` that are not a namespace's rows


def fresh(folder: Path) -> str:
    """What a server is given as a new database of its own, for a state that lies in a folder."""
    if not ON_POSTGRES:
        return str(folder / "state.db")
    from tests import postgres

    return postgres.migrated_database()


def opened(state: str = ":memory:") -> tuple[str, Store]:
    """A store for an engine in this process, and where it is; in a file or in memory, unless the
    run is on PostgreSQL."""
    if not ON_POSTGRES:
        return state, SqliteStore(state)
    from cosell.looks import Looks
    from cosell.store.postgres import PostgresStore
    from tests import postgres

    where = postgres.migrated_database()
    return where, PostgresStore(where, Postgres(), Looks())


def closed(where: str, store: Store) -> None:
    """A store that `opened` answered is wanted no more."""
    store.close()
    if is_postgres(where):
        from tests import postgres

        postgres.give_back(where)


class Database(NamedTuple):
    """What a server keeps its state in: a file's path or a PostgreSQL's URL."""

    where: str

    def rows(self, text: str, *values: object) -> list[Row]:
        """What one statement finds; `?` is a value."""
        with self._asking() as ask:
            return ask(text, *values)

    def rows_of(self, namespace: str) -> Iterator[tuple[str, Row]]:
        """Every row that a namespace has, with its table's name; without `ns`."""
        with self._asking() as ask:
            [(ns,)] = ask("select ns from namespace where name = ?", namespace)
            for table, columns in self._tables(ask).items():
                for row in ask(f"select {', '.join(columns)} from {table} where ns = ?", ns):
                    yield table, row

    @contextmanager
    def _asking(self) -> Iterator[Ask]:
        """One statement after the other, on one connection."""
        if is_postgres(self.where):
            import psycopg  # some environments that the tests run in have no PostgreSQL

            with psycopg.connect(self.where, autocommit=True) as connection:
                yield lambda text, *values: connection.execute(
                    text.replace("?", "%s").encode(), values
                ).fetchall()
            return
        opened = sqlite3.connect(f"file:{self.where}?mode=ro", uri=True)
        with closing(opened) as reading:
            yield lambda text, *values: reading.execute(text, values).fetchall()

    def _tables(self, ask: Ask) -> dict[str, Sequence[str]]:
        """The columns beside `ns` of each table of a namespace's rows, in an order that both
        databases have."""
        if is_postgres(self.where):
            found = ask(
                "select table_name, column_name from information_schema.columns"
                " where table_schema = current_schema()"
            )
        else:
            found = ask(
                "select t.name, c.name from sqlite_master t, pragma_table_info(t.name) c"
                " where t.type = 'table'"
            )
        tables: dict[str, list[str]] = {}
        for table, column in found:
            tables.setdefault(table, []).append(column)
        return {
            table: sorted(column for column in columns if column != "ns")
            for table, columns in sorted(tables.items())
            if "ns" in columns and table not in _APART
        }

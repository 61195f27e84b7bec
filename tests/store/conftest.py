"""The databases that the behaviour suite runs on: a test that asks for `store` runs on each.

A test of `store` speaks to Store, Tx and the store's modules alone. What only a file can show
(it is opened again, it is owned, it is full) asks for `sqlite_file`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cosell.config import Postgres
from cosell.store import Store
from cosell.store.postgres import PostgresStore
from cosell.store.sqlite import SqliteStore
from tests import postgres
from tests.waiting import until


@pytest.fixture(params=["file", "memory", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    if request.param == "postgres":
        yield request.getfixturevalue("postgres_store")
        return
    opened = SqliteStore(str(tmp_path / "state.db") if request.param == "file" else ":memory:")
    yield opened
    opened.close()


@pytest.fixture
def postgres_store() -> Iterator[PostgresStore]:
    """An empty store in a database of PostgreSQL's, for what only that has."""
    url = postgres.migrated_database()
    opened = PostgresStore(url, Postgres())
    # The pool draws from `random` for each connection that it makes, in a thread of its own, and
    # Hypothesis takes that for a draw of the test's: none is being made any more.
    until(lambda: not opened.pool_use()["used"], "every connection is at rest")
    yield opened
    opened.close()
    postgres.give_back(url)


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store in a SQLite file, for what only SQLite has."""
    opened = SqliteStore(str(tmp_path / "state.db"))
    yield opened
    opened.close()

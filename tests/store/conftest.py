"""The databases that the behaviour suite runs on: every test that asks for `store` runs on each.

A driver is a function from a test's folder to where its state is; one that keeps it is opened
again by `reopened`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cosell.store import Store
from cosell.store.sqlite import SqliteStore


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = SqliteStore(str(tmp_path / "state.db") if request.param == "file" else ":memory:")
    yield opened
    opened.close()


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store in a SQLite file, for what only SQLite has."""
    opened = SqliteStore(str(tmp_path / "state.db"))
    yield opened
    opened.close()

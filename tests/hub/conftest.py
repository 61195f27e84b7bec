"""Two servers on one PostgreSQL database, and what whoever works on it is given."""

from collections.abc import Iterator

import pytest

from tests import postgres
from tests.harness import Server


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    url = postgres.migrated_database()
    yield url
    postgres.drop(url)


@pytest.fixture(scope="module")
def servers(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """They must end cleanly when the tests are over."""
    folder = tmp_path_factory.mktemp("hub")
    running = [Server(database, log=folder / f"log-{number}").start() for number in range(2)]
    yield running
    assert [one.stop() for one in running] == [0, 0]

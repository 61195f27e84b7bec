"""Connections that the database ends at any moment: each trouble is told as one of the database's
(StoreError), whatever was being said to it."""

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from cosell.config import Postgres
from cosell.store import StoreError
from cosell.store.postgres import PostgresStore
from tests.failures.cluster import Cluster

TRIES = 12
_ENDED = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'kept'"


@pytest.fixture
def _cut_off(cluster: Cluster, database: str) -> Iterator[None]:
    """Whoever is connected to the database is cut off, again and again."""
    over = threading.Event()

    def cut() -> None:
        while not over.wait(0.002):
            cluster.ask(_ENDED)

    thread = threading.Thread(target=cut)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.mark.usefixtures("_cut_off")
def test_start_that_is_cut_off_is_refused_for_the_database_s_sake(database: str) -> None:
    for _ in range(TRIES):
        with suppress(StoreError):
            PostgresStore(database, Postgres()).close()


def test_number_that_is_raised_while_connections_end_is_raised_or_refused(
    cluster: Cluster, database: str
) -> None:
    store = PostgresStore(database, Postgres())
    for number in range(TRIES):
        thread = threading.Thread(target=cluster.ask, args=(_ENDED,))
        thread.start()
        with suppress(StoreError):
            store.raise_number("seq", 1_000 * number)
        thread.join()
    store.close()

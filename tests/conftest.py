"""One server for a test process, a fresh world in it for each test."""

import os
from collections.abc import Iterator

import pytest

from tests.harness import NOW, Server, Worker, World

ON_POSTGRES = os.environ.get("TEST_DATABASE") == "postgres"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server on a real SQLite file (on PostgreSQL, with a worker, if TEST_DATABASE says so);
    it must end cleanly when the tests are over."""
    folder = tmp_path_factory.mktemp("server")
    if ON_POSTGRES:
        from tests import postgres

        url = postgres.migrated_database()
        running = Server(url, log=folder / "log").start()
        worker = Worker(url, log=folder / "worker-log").start()
        yield running
        assert (worker.stop(), running.stop()) == (0, 0)
        return
    running = Server(str(folder / "state.db"), log=folder / "log").start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def world(server: Server) -> World:
    """A namespace that no other test uses."""
    return World(server)


@pytest.fixture
def still(world: World) -> World:
    """A world whose clock stands at NOW."""
    world.desk("PutClock", Time=NOW, Frozen=True)
    return world

"""One server for a test process, a fresh world in it for each test."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import databases
from tests.databases import ON_POSTGRES
from tests.harness import NOW, Server, Worker, World
from tests.scenes import Scene

_CLUSTER = "TEST_POSTGRES_FOLDER"  # as tests/postgres.py reads it
_ending = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """All processes of the run share one PostgreSQL, if one of them wants any. A terminal that is
    closed ends servers also where the run was begun by `nohup`, and Ctrl-C where a shell began it
    in its background."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput") and _CLUSTER not in os.environ:
        os.environ[_CLUSTER] = tempfile.mkdtemp(prefix="cosell-pg-")
        _ending.callback(_end_cluster)


def pytest_unconfigure() -> None:
    _ending.close()


def _end_cluster() -> None:
    folder = Path(os.environ.pop(_CLUSTER))
    if not any(folder.iterdir()):
        folder.rmdir()
        return
    from tests import postgres

    postgres.end(folder)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server on a real SQLite file (on PostgreSQL, with a worker, if TEST_DATABASE says so);
    it must end cleanly when the tests are over."""
    folder = tmp_path_factory.mktemp("server")
    running = Server(databases.fresh(folder), log=folder / "log").start()
    if not ON_POSTGRES:
        yield running
        assert running.stop() == 0
        return
    worker = Worker(running.database, log=folder / "worker-log").start()
    yield running
    assert (worker.stop(), running.stop()) == (0, 0)


@pytest.fixture(scope="session")
def sqlite_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server on a SQLite file, whatever the run is on, for what only such a one has."""
    if not ON_POSTGRES:
        yield request.getfixturevalue("server")
        return
    running = Server(str(tmp_path_factory.mktemp("sqlite") / "state.db")).start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def world(server: Server) -> World:
    """A namespace that no other test uses."""
    return World(server)


@pytest.fixture
def scene() -> Iterator[Scene]:
    """The service in this process, on a state of its own."""
    made = Scene()
    yield made
    made.close()


@pytest.fixture
def still(world: World) -> World:
    """A world whose clock stands at NOW."""
    world.desk("PutClock", Time=NOW, Frozen=True)
    return world


@pytest.fixture
def migrated() -> Iterator[str]:
    """A database of PostgreSQL's that `cosell migrate` has been at, whatever the run is on; the
    test may do with it what it likes."""
    from tests import postgres

    url = postgres.migrated_database()
    yield url
    postgres.drop(url)

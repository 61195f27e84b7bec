"""One server for a test process, a fresh world in it for each test."""

from collections.abc import Iterator

import pytest

from tests.harness import Server, World


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server on a real SQLite file; it must end cleanly when the tests are over."""
    folder = tmp_path_factory.mktemp("server")
    running = Server(str(folder / "state.db"), log=folder / "log").start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def world(server: Server) -> World:
    """A namespace that no other test uses."""
    return World(server)

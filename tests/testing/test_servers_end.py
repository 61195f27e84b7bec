"""A world on a server that is started anew, or has gone, before the world ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cosell.testing import World
from cosell.testing.journal import CallsForgotten
from tests.harness import Server

ENOUGH = 30


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server that no other test has."""
    running = Server(str(tmp_path / "state.db"), ("--auth", "open")).start()
    yield running
    if running.main is not None and running.main.poll() is None:
        running.stop()


def listed(world: World, times: int, operation: str = "ListSolutions") -> None:
    for _ in range(times):
        world.caller()(operation, Catalog="AWS")


def test_calls_of_before_and_after_a_start(own: Server) -> None:
    """The numbers of calls begin anew with the server: none of the new ones is an old one."""
    with World(server=own.url) as world:
        listed(world, ENOUGH)
        assert len(world.calls) == ENOUGH
        own.stop()
        own.start()
        listed(world, ENOUGH + 3, "ListOpportunities")
        with pytest.warns(CallsForgotten, match="its server was started anew"):
            operations = world.calls.operations
        assert operations == ["ListSolutions"] * ENOUGH + ["ListOpportunities"] * (ENOUGH + 3)
        assert world.calls.last.request == {"Catalog": "AWS"}

"""A world on a server that is started anew, or has gone, before the world ends."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cosell.testing import World, WorldClosed, current
from cosell.testing.missing import CallsForgotten
from cosell.testing.there import ServerGone
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


def asked_of(world: World, server: Server, found: list[Any]) -> None:
    with world:
        found += [world.faults.throttle("GetOpportunity"), world.faults.lag(3)]
        listed(world, 1, "ListOpportunities")
        server.stop()


def test_a_world_whose_server_has_gone_is_closed_and_says_it_once(own: Server) -> None:
    faults: list[Any] = []
    world = World(server=own.url)
    address, path = urlsplit(world.endpoint_url)[1:3]
    assert current.addressed(address, f"{path}/") is world
    with pytest.raises(ServerGone, match="No cosell answers") as gone:
        asked_of(world, own, faults)
    told = f"The world {world.name} is closed; what it left there was not deleted."
    assert gone.value.__notes__ == [told]
    assert (world.closed, repr(world)) == (True, f"<World {world.name}, closed>")
    world.close()
    assert current.addressed(address, f"{path}/") is None
    for one in faults:
        assert (one.fired, one.is_known) == (0, False)
        assert "its server could not be asked any more" in one.in_vain
    with pytest.warns(CallsForgotten, match="could not be asked for the last ones"):
        assert not world.calls
    assert not world.calls  # it is told once
    with pytest.raises(WorldClosed):
        world.clock.now()


def failed_on(server: Server) -> None:
    with World(server=server.url):
        server.stop()
        raise ZeroDivisionError


def test_what_a_test_failed_with_is_told_though_the_server_has_gone(own: Server) -> None:
    with pytest.raises(ZeroDivisionError) as failed:
        failed_on(own)
    assert "No cosell answers" in failed.value.__notes__[0]

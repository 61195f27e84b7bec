"""A world that has ended: what became of it stays known, and nothing new is asked of it."""

from collections.abc import Callable
from typing import Any

import pytest

from cosell.testing import Refused, World, WorldClosed
from cosell.testing.calling import SELLING, Caller
from tests.harness import Server


def throttled(world: World, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Refused, match="Throttling"):
            world.caller()("ListOpportunities", Catalog="AWS")


@pytest.fixture(params=["here", "there"])
def place(request: pytest.FixtureRequest, server: Server) -> str | None:
    """Where a world is made: in this process, or on a server."""
    return server.url if request.param == "there" else None


def test_faults_say_how_often_they_fired(place: str | None) -> None:
    with World(server=place) as world:
        fault = world.faults.throttle("ListOpportunities", times=3)
        task = world.faults.fail_task(at="CreateOpportunity")
        lag = world.faults.lag(0)
        throttled(world, 2)
        world.caller()("ListSolutions", Catalog="AWS")
        world.given.task()
    assert (fault.fired, fault.remaining, task.fired, lag.fired) == (2, 0, 1, 1)
    assert repr(fault) == ("<fault ThrottlingException on ListOpportunities: fired 2, remaining 0>")
    assert len(world.faults.fired) == 3
    for one in (fault, task, lag):
        one.remove()  # it is taken back already
        one.check()


def test_calls_and_what_they_said_stay_known(place: str | None) -> None:
    with World(server=place) as world:
        calls = world.calls
        world.given.opportunity()
        world.caller()("ListSolutions", Catalog="AWS", MaxResults=7)
    assert repr(calls) == f"<calls: ListSolutions as {world.account}: Success>"
    assert calls[:].operations == calls.of("ListSolutions").operations == ["ListSolutions"]
    assert calls.last.request == {"Catalog": "AWS", "MaxResults": 7}
    assert calls.last.response["SolutionSummaries"]
    assert len(calls.all) > 1


def test_calls_that_nobody_looked_at_before() -> None:
    with World() as world:
        world.partner.client.list_solutions(Catalog="AWS", MaxResults=7)
    assert world.calls.last.request == {"Catalog": "AWS", "MaxResults": 7}
    assert world.calls.since(0).operations == ["ListSolutions"]


@pytest.mark.parametrize("is_looked_at", [False, True])
def test_that_nothing_was_called_stays_known(place: str | None, is_looked_at: bool) -> None:
    with World(server=place) as world:
        assert not is_looked_at or not world.calls
    assert not world.calls
    assert (len(world.calls.all), world.calls.lost) == (0, 0)
    with World(server=place) as asked:
        asked.desk("ListFaults")
    assert not asked.calls


def test_what_another_process_called_on_a_server_stays_known(server: Server) -> None:
    with World(server=server.url) as world:
        Caller(world.place, world.name, world.account, SELLING)("ListSolutions", Catalog="AWS")
    assert world.calls.last.request == {"Catalog": "AWS"}


class Late(Exception):
    pass


def test_a_world_whose_only_call_was_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a signal does that comes while an answer is delayed."""

    def late(_: float) -> None:
        raise Late

    with World() as world:
        world.faults.delay("ListSolutions", 30, optional=True)
        with monkeypatch.context() as patch:
            patch.setattr("cosell.testing.place.sleep", late)
            with pytest.raises(Late):
                world.caller()("ListSolutions", Catalog="AWS")
    assert not world.calls.all


def left_by_an_error(world: World, found: list[Any]) -> None:
    with world:
        found.append(world.faults.throttle("ListOpportunities"))
        throttled(world, 1)
        raise ZeroDivisionError


def test_of_a_world_that_was_closed_or_left_by_an_error() -> None:
    closed = World()
    of_closed = closed.faults.throttle("ListOpportunities")
    throttled(closed, 1)
    closed.close()
    left = World()
    found: list[Any] = []
    with pytest.raises(ZeroDivisionError):
        left_by_an_error(left, found)
    [of_left] = found
    assert (of_closed.fired, of_left.fired) == (1, 1)
    for world in (closed, left):
        assert world.calls.refused.last.outcome == "ThrottlingException"


NEW: dict[str, Callable[[World], Any]] = {
    "a fault": lambda world: world.faults.throttle("ListOpportunities"),
    "a fault of tasks": lambda world: world.faults.fail_task(at="CreateOpportunity"),
    "a lag": lambda world: world.faults.lag(1),
    "something meanwhile": lambda world: world.faults.meanwhile("ListOpportunities", list),
    "a call": lambda world: world.caller()("ListOpportunities", Catalog="AWS"),
    "something given": lambda world: world.given.opportunity(),
    "another time": lambda world: world.clock.advance(days=1),
}


@pytest.mark.parametrize("what", NEW)
def test_nothing_new_is_asked_of_it(what: str) -> None:
    with World() as world:
        world.faults.throttle("ListOpportunities", optional=True)
        throttled(world, 1)
    with pytest.raises(WorldClosed):
        NEW[what](world)
    assert len(world.calls) == 1


def test_a_call_of_before_the_world_became_another(world: World) -> None:
    with World() as scene:
        scene.given.opportunity()
        world.caller()("ListSolutions", Catalog="AWS")
        held = world.calls.last
        world.start_from(scene)
    with pytest.raises(LookupError, match=r"before the world became another \(start_from\)"):
        _ = held.request
    assert held.operation == "ListSolutions"


def test_a_call_of_before_a_reset(world: World) -> None:
    world.caller()("ListSolutions", Catalog="AWS")
    kept, held = world.calls.last, world.calls[-1]
    assert kept.request == {"Catalog": "AWS"}
    world.caller()("ListEngagements", Catalog="AWS")
    held = world.calls.last
    world.desk("ResetNamespace")
    assert kept.request == {"Catalog": "AWS"}  # it was looked at in time
    with pytest.raises(LookupError, match="before the namespace began anew"):
        _ = held.response

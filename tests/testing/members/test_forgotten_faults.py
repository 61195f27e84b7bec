"""Faults that the desk knows no more: what they did stays known, whoever made it forget them."""

import json
import pickle
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from cosell.journal import BODY_BYTES_MAX, CALLS_MAX, NAMESPACE_BYTES_MAX
from cosell.store.faults import KEPT_MAX
from cosell.testing import FaultForgotten, FaultNeverFired, Refused, World, remembered
from cosell.testing.calling import DESK, Caller
from cosell.testing.missing import CallsForgotten
from cosell.testing.report import look_at


def met(world: World, error: str = "ThrottlingException") -> Any:
    """A fault that one call has met."""
    fault = world.faults.fail("ListOpportunities", error)
    with pytest.raises(Refused, match=error):
        world.caller()("ListOpportunities", Catalog="AWS")
    return fault


def put(world: World) -> Any:
    return world.faults.cut("ListOpportunities")


def lagging(world: World) -> Any:
    return world.faults.lag(5)


def reset(world: World, fault: Any) -> None:
    world.desk("ResetNamespace")


def delete(world: World, fault: Any) -> None:
    world.desk("DeleteFault", FaultId=fault.id)


@pytest.mark.parametrize("forget", [reset, delete])
def test_what_it_did_stays_known(somewhere: World, forget: Any, tmp_path: Path) -> None:
    fault = met(somewhere)
    somewhere.given.opportunity()
    saved = somewhere.save(tmp_path / "scene.cosell")
    forget(somewhere, fault)
    assert (fault.fired, fault.remaining) == (1, 0)
    assert "ThrottlingException on ListOpportunities (once)" in "".join(look_at(somewhere).above)
    somewhere.start_from(saved)
    fault.remove()
    somewhere.faults.check()
    assert fault.fired == 1


@pytest.mark.parametrize("ask", [put, lagging])
def test_what_a_scene_leaves_behind_is_told(somewhere: World, ask: Any, tmp_path: Path) -> None:
    saved = somewhere.save(tmp_path / "scene.cosell")
    fault = ask(somewhere)
    assert somewhere.faults.unfired == [str(fault)]
    somewhere.start_from(saved)
    somewhere.caller()("ListOpportunities", Catalog="AWS")
    assert somewhere.faults.unfired == [f"{fault} (start_from left it behind)"]
    with pytest.raises(FaultNeverFired, match="start_from left it behind before it could"):
        somewhere.faults.check()


@pytest.mark.parametrize("ask", [put, lagging])
def test_what_a_reset_takes_along_is_told(somewhere: World, ask: Any) -> None:
    fault = ask(somewhere)
    somewhere.desk("ResetNamespace")
    assert somewhere.faults.unfired == [f"{fault} (the namespace began anew)"]
    with pytest.raises(FaultNeverFired, match="the namespace began anew before it could"):
        somewhere.faults.check()


def test_a_scene_that_there_is_not_leaves_nothing_behind(somewhere: World) -> None:
    fault = put(somewhere)
    with pytest.raises(FileNotFoundError):
        somewhere.start_from("/proc/none")
    assert somewhere.faults.unfired == [str(fault)]
    with pytest.raises(FaultNeverFired, match="no call met it"):
        somewhere.faults.check()


def test_which_have_not_fired_yet(world: World) -> None:
    met(world)
    world.faults.cut("ListOpportunities", optional=True)
    world.faults.meanwhile("GetOpportunity", lambda: None, optional=True)
    world.faults.cut("GetEngagement", optional=True).remove()  # the test's own hand
    assert world.faults.unfired == ["cut connection on ListOpportunities", "before GetOpportunity"]


def test_which_ended_before_a_call_met_them(world: World) -> None:
    with pytest.raises(RuntimeError), world.faults.cut("GetEngagement"):
        raise RuntimeError
    world.faults.throttle("ListOpportunities", expires_seconds=1)
    world.clock.advance(seconds=10)
    assert world.faults.unfired == [
        "cut connection on GetEngagement (taken back)",
        "ThrottlingException on ListOpportunities (it expired)",
    ]
    for _ in world.faults.unfired:
        with pytest.raises(FaultNeverFired):
            world.faults.check()


def test_what_is_taken_back_behind_the_worlds_back(world: World) -> None:
    fired, unmet = met(world), world.faults.cut("GetOpportunity")
    for fault in (fired, unmet):
        unseen(world, "DeleteFault", FaultId=fault.id)
    assert (fired.fired, unmet.fired) == (1, 0)
    with pytest.raises(FaultNeverFired, match="GetOpportunity never fired"):
        world.faults.check()


def test_what_a_world_leaves_unread_finds_room_in_what_the_desk_keeps() -> None:
    assert 2 * (remembered.CALLS_UNREAD_MAX + 1) < CALLS_MAX
    assert 2 * (remembered.BYTES_UNREAD_MAX + 2 * BODY_BYTES_MAX) < NAMESPACE_BYTES_MAX
    assert remembered.FAULTS_UNNOTED_MAX + 1 < KEPT_MAX


def test_more_faults_than_the_desk_keeps(world: World) -> None:
    call = world.caller()
    for _ in range(1_010):
        world.faults.throttle("ListOpportunities")
        with pytest.raises(Refused, match="ThrottlingException"):
            call("ListOpportunities", Catalog="AWS")
    first, *_, last = world.faults._asked
    assert (first.fired, last.fired) == (1, 1)
    world.faults.check()


@pytest.mark.parametrize("is_looked_at", [False, True])
def test_a_lag_that_showed_stays_known(world: World, is_looked_at: bool) -> None:
    lag = world.faults.lag(5)
    world.caller()("ListOpportunities", Catalog="AWS")
    assert not is_looked_at or lag.fired == 1
    world.desk("ResetNamespace")
    world.caller()("ListOpportunities", Catalog="AWS")
    assert (lag.fired, lag.remaining) == (1, 0)
    lag.remove()
    world.faults.check()


def test_a_lag_goes_on_if_the_desk_refuses_to_begin_anew(world: World) -> None:
    lag = world.faults.lag(5)
    with pytest.raises(Refused, match="state"):
        world.desk("LoadNamespace", State="bm8gc2NlbmU=")
    world.caller()("ListOpportunities", Catalog="AWS")
    assert (lag.fired, lag.remaining) == (1, None)


def test_a_refusal_is_told_to_another_process(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.caller()("ListOpportunities", Catalog="Nope")
    copied = pickle.loads(pickle.dumps(refused.value))
    assert (str(copied), copied.members) == (str(refused.value), refused.value.members)


def by_a_client(world: World, operation: str, body: bytes) -> None:
    """As another program calls the desk."""
    url = f"{world.endpoint_url}/_cosell/{operation}"
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert answer.status == 200


def by_its_way(world: World, operation: str, body: bytes) -> None:
    Caller(world.way, world.name, world.account, DESK)(operation, **json.loads(body))


def unseen(world: World, operation: str, **members: Any) -> None:
    """As another process calls the server that the world is on."""
    Caller(world.place, world.name, world.account, DESK)(operation, **members)


def ended_task(world: World) -> Any:
    """A fault that has ended a task."""
    fault = world.faults.fail_task(at="CreateOpportunity")
    assert world.given.task().TaskStatus == "FAILED"
    return fault


@pytest.mark.parametrize("how", [by_a_client, by_its_way])
def test_what_the_code_under_test_resets_stays_known(world: World, how: Any) -> None:
    lag, fault, task = world.faults.lag(0), met(world), ended_task(world)
    world.caller()("ListOpportunities", Catalog="AWS")
    how(world, "ResetNamespace", b"{}")
    assert [one.fired for one in (lag, fault, task)] == [1, 1, 1]
    assert [one.remaining for one in (lag, fault, task)] == [0, 0, 0]
    world.faults.check()


@pytest.mark.parametrize("how", [by_a_client, by_its_way])
def test_what_the_code_under_test_takes_back_stays_known(world: World, how: Any) -> None:
    task, unmet = ended_task(world), world.faults.cut("GetOpportunity", times=2)
    for fault in (task, unmet):
        how(world, "DeleteFault", json.dumps({"FaultId": fault.id}).encode())
    assert [(one.fired, one.remaining) for one in (task, unmet)] == [(1, 0), (0, 0)]
    with pytest.raises(FaultNeverFired, match="GetOpportunity never fired"):
        world.faults.check()


def test_what_nobody_knows_is_no_failure(somewhere: World) -> None:
    """A fault of calls, of tasks, and a lag, each met before a reset that nobody saw."""
    for ask in (met, ended_task, listed):
        fault = ask(somewhere)
        unseen(somewhere, "ResetNamespace")
        with pytest.warns((FaultForgotten, CallsForgotten)) as warned:
            fault.check()
        [told] = [one.message for one in warned if one.category is FaultForgotten]
        assert str(told).startswith("It is not known whether")
        assert "somebody" in str(told).lower()
        somewhere.faults.check()  # it is told once


def listed(world: World) -> Any:
    lag = world.faults.lag(5)
    world.caller()("ListOpportunities", Catalog="AWS")
    return lag


@pytest.mark.parametrize("calls", [0, 1_100])
def test_what_is_known_of_a_fault_that_somebody_took_back(world: World, calls: int) -> None:
    """As far as the journal goes back, and where it was read in time."""
    fired, unmet = met(world), world.faults.cut("GetOpportunity")
    unseen(world, "DeleteFault", FaultId=fired.id)
    unseen(world, "DeleteFault", FaultId=unmet.id)
    call = world.caller()
    for _ in range(calls):
        call("ListSolutions", Catalog="AWS")
    assert fired.fired == 1
    with pytest.raises(FaultNeverFired, match="was taken back, not by this world"):
        unmet.check()


@pytest.mark.parametrize("calls", [0, 1_100])
def test_a_lag_that_never_showed(world: World, calls: int) -> None:
    lag, call = world.faults.lag(5), world.caller()
    for _ in range(calls):
        with pytest.raises(Refused):
            call("ListSolutions", Catalog="Nope")
    with pytest.raises(FaultNeverFired, match="never showed"):
        lag.check()

"""Faults that the desk knows no more: what they did stays known, whoever made it forget them."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from cosell.testing import FaultNeverFired, Refused, World
from cosell.testing.calling import DESK, Caller
from cosell.testing.report import described


def met(world: World, error: str = "ThrottlingException") -> Any:
    """A fault that one call has met."""
    fault = world.faults.fail("ListOpportunities", error)
    with pytest.raises(Refused, match=error):
        world.caller()("ListOpportunities", Catalog="AWS")
    return fault


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
    assert "ThrottlingException on ListOpportunities (once)" in described(somewhere, saved)
    somewhere.start_from(saved)
    fault.remove()
    somewhere.faults.check()
    assert fault.fired == 1


def test_what_is_taken_back_behind_the_worlds_back(world: World) -> None:
    fired, unmet = met(world), world.faults.cut("GetOpportunity")
    elsewhere = Caller(world.way, world.name, world.account, DESK)
    for fault in (fired, unmet):
        elsewhere("DeleteFault", FaultId=fault.id)
    assert (fired.fired, unmet.fired) == (1, 0)
    with pytest.raises(FaultNeverFired, match="GetOpportunity never fired"):
        world.faults.check()


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


def test_what_is_reset_behind_the_worlds_back_is_told_so(world: World) -> None:
    fault = met(world)
    Caller(world.way, world.name, world.account, DESK)("ResetNamespace")
    with pytest.raises(FaultNeverFired, match="as far as is known: the desk has it no more"):
        fault.check()

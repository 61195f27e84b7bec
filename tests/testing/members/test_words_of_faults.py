"""What is told of a fault: what it does, to which call, and to whose."""

from typing import Any

import pytest

from cosell.testing.expected import FaultNeverFired
from cosell.testing.world import World

ON = "ThrottlingException on GetOpportunity"
ACCOUNT = "444455556666"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, ON),
        ({"account": ACCOUNT}, f"{ON} by account {ACCOUNT}"),
        ({"account": "B"}, f"{ON} by account {{B}} (B)"),
        ({"account": None}, f"{ON} by account {{own}} (the default partner)"),
    ],
)
def test_a_fault_says_whose_calls_it_meets(world: World, said: Any, told: str) -> None:
    told = told.format(B=world.partner("B").account, own=world.account)
    fault = world.faults.throttle("GetOpportunity", **said)
    assert str(fault) == told
    assert repr(fault) == f"<fault {told}: fired 0, remaining 1>"
    assert world.faults.unfired == [told]
    as_whom = ", as that account" if said else ""
    with pytest.raises(FaultNeverFired) as never:
        world.faults.check()
    assert f"The fault {told} never fired" in str(never.value)
    assert f"Did the code under test make such a call{as_whom}? Say" in str(never.value)


def test_a_partner_is_told_as_its_label_is(world: World) -> None:
    partner = world.partner("B")
    fault = world.faults.throttle(account=partner, optional=True)
    assert str(fault) == f"ThrottlingException on any call by account {partner.account} (B)"
    own = world.faults.cut(account=world.partner, optional=True)
    assert str(own).endswith(f"by account {world.account} (the default partner)")


def test_a_fault_that_fired_says_whose_call_it_met(world: World) -> None:
    account = world.partner("B").account
    with world.faults.lose_answer("ListSolutions", account="B"):
        world.partner("B").client.list_solutions(Catalog="AWS")
    assert world.faults.fired == [f"lost answer on ListSolutions by account {account} (B) (once)"]


def test_a_scene_s_fault_says_whose_calls_it_meets(world: World) -> None:
    with World() as scene:
        scene.faults.throttle("GetOpportunity", account=ACCOUNT, optional=True)
        world.start_from(scene)
    assert world.faults.unfired == [f"{ON} by account {ACCOUNT}"]


def test_a_fault_of_tasks_asks_for_a_task(world: World) -> None:
    world.faults.fail_task(at="CreateOpportunity")
    with pytest.raises(FaultNeverFired, match=r"no task met it\. Did .* start such a task\?"):
        world.faults.check()

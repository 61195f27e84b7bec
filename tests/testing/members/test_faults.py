"""What goes wrong on demand, as boto3 meets it, and what is known of it afterwards."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ParamValidationError,
    ReadTimeoutError,
)

from cosell.testing.calling import Refused
from cosell.testing.expected import FaultNeverFired
from cosell.testing.world import World

ONCE = {"retries": {"total_max_attempts": 1}}


@pytest.fixture
def client(world: World) -> Any:
    """One that never tries again."""
    return world.client(config=Config(**ONCE))


def listed(client: Any) -> list[Any]:
    return list(client.list_opportunities(Catalog="Sandbox")["OpportunitySummaries"])


def test_fail(world: World, client: Any) -> None:
    fault = world.faults.fail("ListOpportunities", "AccessDeniedException", times=2)
    for left in (1, 0):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            listed(client)
        assert fault.remaining == left
    assert listed(client) == []
    assert fault.fired == 2
    world.faults.check()


def test_with_removes_it(world: World, client: Any) -> None:
    with world.faults.fail("ListOpportunities", times=None) as fault:
        for _ in range(3):
            with pytest.raises(ClientError, match="InternalServerException"):
                listed(client)
        lasting = fault.remaining
    assert lasting is None
    assert listed(client) == []
    assert (fault.fired, fault.remaining) == (3, 0)


def test_one_that_never_fired_fails(world: World) -> None:
    with (
        pytest.raises(FaultNeverFired, match="ThrottlingException on GetOpportunity never fired"),
        world.faults.throttle("get_opportunity"),
    ):
        pass
    world.faults.check()  # it was told


def test_a_world_ends_with_the_faults_that_never_fired() -> None:
    with pytest.raises(FaultNeverFired), World() as world:
        world.faults.throttle()
    assert world.closed


def test_an_error_on_the_way_is_told_as_it_is() -> None:
    with pytest.raises(KeyError), World() as world, world.faults.throttle():
        raise KeyError


def test_optional(world: World) -> None:
    with world.faults.throttle(optional=True):
        pass
    world.faults.check()


def test_of_any_operation(world: World, client: Any) -> None:
    with world.faults.fail(error="ThrottlingException"), pytest.raises(ClientError):
        client.list_solutions(Catalog="AWS")


def test_sdk_tries_again(world: World) -> None:
    with world.faults.throttle("ListOpportunities", times=2) as fault:
        assert listed(world.partner.client) == []
    assert fault.fired == 2
    assert world.calls.of("ListOpportunities").refused.operations == ["ListOpportunities"] * 2


def test_after_the_effect(world: World, client: Any) -> None:
    with world.faults.fail("CreateOpportunity", after=True), pytest.raises(ClientError):
        client.create_opportunity(**world.example("CreateOpportunity"))
    assert len(listed(client)) == 1


def test_lost_answer_leaves_one_opportunity_whoever_tries_again(world: World) -> None:
    with world.faults.lose_answer("CreateOpportunity") as fault:
        made = world.partner.client.create_opportunity(**world.example("CreateOpportunity"))
    assert fault.fired == 1
    assert [one["Id"] for one in listed(world.partner.client)] == [made["Id"]]


def test_lost_answer_leaves_two_without_a_token(world: World, client: Any) -> None:
    with world.faults.lose_answer("CreateOpportunity"), pytest.raises(ConnectionClosedError):
        client.create_opportunity(**world.example("CreateOpportunity"))
    client.create_opportunity(**world.example("CreateOpportunity"))
    assert len(listed(client)) == 2


def test_cut(world: World, client: Any) -> None:
    with world.faults.cut("CreateOpportunity"), pytest.raises(ConnectionClosedError):
        client.create_opportunity(**world.example("CreateOpportunity"))
    assert listed(client) == []


def test_delay(world: World) -> None:
    patient = world.client(config=Config(**ONCE))
    hasty = world.client(config=Config(read_timeout=0.01, **ONCE))
    with world.faults.delay("ListOpportunities", seconds=0.02, times=2) as fault:
        assert listed(patient) == []
        with pytest.raises(ReadTimeoutError):
            listed(hasty)
    assert fault.fired == 2


def throttled(world: World, calls: int) -> list[bool]:
    """Which of so many calls met half a share of faults."""
    fault = world.faults.throttle("ListSolutions", share=0.5)
    met = []
    for _ in range(calls):
        try:
            world.caller()("ListSolutions", Catalog="AWS")
            met.append(False)
        except Refused:
            met.append(True)
    assert met.count(True) == fault.fired
    return met


def test_share_is_seeded() -> None:
    met = []
    for seed in (1, 2, 1):
        with World(seed=seed) as world:
            met.append(throttled(world, 20))
    assert 0 < met[0].count(True) < 20
    assert met[0] == met[2] != met[1]


def test_account(world: World) -> None:
    with world.faults.throttle(account="B", times=None) as fault:
        world.caller()("ListSolutions", Catalog="AWS")
        with pytest.raises(Refused, match="ThrottlingException"):
            world.caller("B")("ListSolutions", Catalog="AWS")
    assert fault.fired == 1


def test_expires(world: World) -> None:
    with world.faults.throttle(times=None, expires_seconds=60):
        with pytest.raises(Refused):
            world.caller()("ListSolutions", Catalog="AWS")
        world.clock.advance(seconds=60)
        world.caller()("ListSolutions", Catalog="AWS")


@pytest.mark.parametrize("scope", [{"times": 3}, {"times": None}, {"share": 0.5}])
def test_an_expired_fault_says_so(world: World, scope: Any) -> None:
    fault = world.faults.throttle("ListSolutions", expires_seconds=10, **scope)
    assert fault.remaining == scope.get("times")
    world.clock.advance(seconds=11)
    assert fault.remaining == 0
    assert repr(fault).endswith("on ListSolutions: fired 0, remaining 0, expired>")
    with pytest.raises(FaultNeverFired, match="expires_seconds, of the world's time"):
        world.faults.check()


def test_a_fault_that_expired_within_its_with(world: World) -> None:
    with (
        pytest.raises(FaultNeverFired, match="it expired"),
        world.faults.throttle("ListSolutions", expires_seconds=10),
    ):
        world.clock.advance(seconds=11)


def test_task(world: World) -> None:
    kind = "StartEngagementFromOpportunityTask"
    with world.faults.fail_task(kind, at="SubmitOpportunity", message="Not today") as fault:
        assert world.given.task().TaskStatus == "COMPLETE"
        task = world.tasks[world.given.task(kind)]
    assert (task.status, task.reason_code, task.message) == ("FAILED", "InternalError", "Not today")
    assert fault.fired == 1


def test_lag(world: World, client: Any) -> None:
    world.clock.freeze()
    with world.faults.lag(5) as lag:
        world.given.opportunity()
        assert listed(client) == []
        world.clock.advance(seconds=5)
        assert len(listed(client)) == 1
        world.given.opportunity()
        assert len(listed(client)) == 1
    assert lag.fired == 3
    assert len(listed(client)) == 2


def test_lag_within_a_lag_leaves_the_outer_one(world: World, client: Any) -> None:
    world.clock.freeze()
    with world.faults.lag(60):
        with world.faults.lag(5):
            world.given.opportunity()
            world.clock.advance(seconds=5)
            assert len(listed(client)) == 1
        world.given.opportunity()
        world.clock.advance(seconds=5)
        assert len(listed(client)) == 1
    assert len(listed(client)) == 2


def test_lags_end_in_any_order(world: World, client: Any) -> None:
    world.clock.freeze()
    first, second = world.faults.lag(60, optional=True), world.faults.lag(5)
    world.given.opportunity()
    first.remove()
    assert listed(client) == []
    world.clock.advance(seconds=5)
    assert len(listed(client)) == 1
    second.remove()
    assert world.desk("PutLag", Seconds=0).SecondsBefore == 0


def test_lag_under_a_profile_that_lags_leaves_that(client: Any) -> None:
    with World(profile="production-like") as drawn:
        with drawn.faults.lag(60, optional=True):
            pass
        assert drawn.desk("PutLag", Seconds=0).SecondsBefore == 3


def test_lists_that_never_lag_fire_no_lag(world: World, client: Any) -> None:
    engagement = world.given.engagement()
    with world.faults.lag(5, optional=True) as lag:
        client.list_engagement_members(Catalog="Sandbox", Identifier=engagement.Id)
    assert lag.fired == 0


def test_lists_that_were_not_answered_fire_no_lag(world: World, client: Any) -> None:
    with world.faults.lag(5, optional=True) as lag:
        with pytest.raises(ParamValidationError):
            client.list_opportunities(Katalog="AWS")
        with pytest.raises(ClientError):
            client.list_opportunities(Catalog="Nope")
        with world.faults.lose_answer("ListOpportunities"), pytest.raises(ConnectionClosedError):
            client.list_opportunities(Catalog="AWS")
        assert lag.fired == 0
        client.list_opportunities(Catalog="AWS")
    assert lag.fired == 1


def test_lag_that_never_showed_fails(world: World) -> None:
    with pytest.raises(FaultNeverFired, match="nothing was listed"), world.faults.lag(5):
        world.given.opportunity()
    with world.faults.lag(5, optional=True):
        pass


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda faults: faults.fail("CreateOportunity"), "Did you mean CreateOpportunity"),
        (lambda faults: faults.fail("GetOpportunity", "Throttling"), "Did you mean Throttling"),
        (lambda faults: faults.cut("create_oportunity"), "no operation 'CreateOportunity'"),
        (lambda faults: faults.fail_task(at="CreateOportunity"), "CreateOpportunity"),
        (lambda faults: faults.fail_task("Start", at="CreateOpportunity"), "StartEngagement"),
        (
            lambda faults: faults.fail_task(at="AcceptInvitation", reason_code="No"),
            "AcceptInvitation|reasonCode",
        ),
    ],
)
def test_what_there_is_not_is_told_at_once(world: World, ask: Any, told: str) -> None:
    with pytest.raises(Refused, match=told):
        ask(world.faults)
    world.faults.check()


def test_a_scene_ends_faults_but_not_what_is_known_of_them(world: World, client: Any) -> None:
    with World() as scene:
        scene.given.opportunity()
        fault = world.faults.throttle("ListOpportunities", times=5)
        with pytest.raises(ClientError):
            listed(client)
        world.start_from(scene)
        assert len(listed(client)) == 1
    assert fault.fired == 1
    assert fault.remaining == 0
    fault.remove()
    world.faults.check()


def test_what_happens_meanwhile_happens_before_the_call_and_once(world: World, client: Any) -> None:
    mine = world.given.opportunity()
    stale = world.example("UpdateOpportunity", Identifier=mine.Id)
    update = world.partner.client.update_opportunity  # the same call sets nothing off again

    def colleague() -> None:
        update(**world.example("UpdateOpportunity", Identifier=mine.Id))

    with world.faults.meanwhile("update_opportunity", colleague) as happened:
        assert happened.remaining == 1
        with pytest.raises(ClientError, match="ConflictException"):
            client.update_opportunity(**stale)
        assert (happened.fired, happened.remaining) == (1, 0)
        update(**world.example("UpdateOpportunity", Identifier=mine.Id))
    assert happened.fired == 1
    assert world.faults.fired == ["before UpdateOpportunity (once)"]


def test_calls_of_several_threads_set_it_off_as_often_as_was_said(world: World) -> None:
    both = Barrier(2)
    happened = world.faults.meanwhile("ListOpportunities", lambda: both.wait(60), times=2)
    with ThreadPoolExecutor(4) as threads:
        for _ in threads.map(lambda _: listed(world.client()), range(4)):
            pass
    assert (happened.fired, happened.remaining) == (2, 0)


def test_what_happens_meanwhile_may_end_it(world: World, client: Any) -> None:
    happened = world.faults.meanwhile("ListOpportunities", lambda: happened.remove(), times=None)
    for _ in range(3):
        listed(client)
    assert (happened.fired, happened.remaining) == (1, 0)


def test_what_never_happened_meanwhile_fails_and_what_is_misspelt_is_told(world: World) -> None:
    with pytest.raises(ValueError, match="Did you mean UpdateOpportunity"):
        world.faults.meanwhile("UpdateOportunity", dict)
    with world.faults.meanwhile("UpdateOpportunity", dict, optional=True):
        pass
    waiting = world.faults.meanwhile("ListSolutions", dict, times=None)
    assert waiting.remaining is None
    with pytest.raises(FaultNeverFired, match="before ListSolutions"):
        world.faults.check()
    world.faults.check()


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda world: world.faults.throttle(time=3), "does not take time=. Did you mean times"),
        (lambda world: world.faults.lose_answer(shares=1), "shares=. Did you mean share"),
        (lambda world: world.faults.throttle(share=1.0, times=3), "exclude each other"),
        (lambda world: world.faults.throttle(seed=3), "seed picks"),
        (lambda world: world.faults.throttle(times=0), "times: 0"),
        (lambda world: world.faults.throttle(times=True), "times: True"),
        (lambda world: world.faults.throttle(share=1.5), "share: 1.5"),
        (lambda world: world.faults.throttle(expires_seconds=0.5), "expires_seconds: 0.5"),
        (lambda world: world.faults.fail_task(at="CreateOpportunity", times=None), "times: None"),
        (lambda world: world.faults.fail_task(at="CreateOpportunity", share=1), "take share="),
        (lambda world: world.faults.meanwhile("ListOpportunities", dict, times=-1), "times: -1"),
        (lambda world: world.faults.lag(1.5), "seconds: 1.5 are no whole seconds"),
        (lambda world: world.tasks.paced(seconds=0.5), "seconds: 0.5 are no whole seconds"),
        (lambda world: world.events.deliver_all(dict, duplicate=3), "duplicate: 3 is no share"),
    ],
)
def test_amounts_that_would_be_dropped_are_told(world: World, ask: Any, told: str) -> None:
    with pytest.raises((TypeError, ValueError), match=told):
        ask(world)
    world.faults.check()
    assert not world.desk("ListFaults").Faults

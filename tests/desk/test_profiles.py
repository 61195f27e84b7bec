"""The profile production-like: what it brings, that each of it can be changed, and that leaving it
leaves nothing. How events arrive in it, and how long a review takes."""

from collections import Counter
from typing import Any

import pytest

from tests.harness import ACCOUNT, World, opportunity
from tests.refusal import desk_refusal
from tests.submitting import CO_SELL, shared

BOX = {"Catalog": "Sandbox"}
LIKE = "production-like"
DAY_S = 86_400


@pytest.fixture
def like(world: World) -> World:
    """A world like production, in which time stands still."""
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    put = world.desk("PutProfile", Profile=LIKE, Seed=7)
    assert put == {"Profile": LIKE, "Seed": 7, "Switches": ["events_unordered", "solutions_given"]}
    return world


def rules(world: World) -> dict[str, Any]:
    return {one["Id"]: one for one in world.desk("GetAutopilot")["Rules"]}


def pace(world: World) -> str:
    """How a task that starts now advances."""
    referred = world.referred()
    started = world.client().start_engagement_by_accepting_invitation_task(
        **BOX, Identifier=referred["EngagementInvitationId"]
    )
    world.desk("AdvanceClock", Seconds=1)  # for the quota of the next
    return str(started["TaskStatus"])


def test_production_like_brings_paced_tasks_quotas_and_slow_reviews(like: World) -> None:
    assert like.desk("GetQuotas")["Mode"] == "Documented"
    assert pace(like) == "IN_PROGRESS"
    told = {id: (one["Outcome"], one["DelaySeconds"]) for id, one in rules(like).items()}
    assert told == {
        "production-like-take-up": ("In review", 60),
        "production-like-decide": ("Approved", 14_400),
    }


def test_what_a_profile_brought_can_be_changed(like: World) -> None:
    like.desk("PutPace", Mode="Inline")
    like.desk("PutQuotas", Mode="Relaxed")
    like.desk("DeleteAutopilot")
    assert pace(like) == "COMPLETE"
    assert (like.desk("GetQuotas")["Mode"], rules(like)) == ("Relaxed", {})


@pytest.mark.parametrize("profile", ["observed", "documented", "newly-onboarded"])
def test_leaving_production_like_leaves_what_a_new_namespace_has(like: World, profile: str) -> None:
    like.desk("PutAutopilot", Id="mine", Outcome="Rejected")
    put = like.desk("PutProfile", Profile=profile)
    assert put["Seed"] is None
    assert pace(like) == "COMPLETE"
    assert like.desk("GetQuotas")["Mode"] == "Relaxed"
    assert list(rules(like)) == ["mine"]


def test_other_profiles_leave_alone_what_was_put(world: World) -> None:
    world.desk("PutPace", Mode="Paced", StepSeconds=9)
    world.desk("PutQuotas", Mode="Documented")
    for profile in ("documented", "newly-onboarded", "observed"):
        world.desk("PutProfile", Profile=profile)
    assert pace(world) == "IN_PROGRESS"
    assert world.desk("GetQuotas")["Mode"] == "Documented"


def test_reset_ends_production_like(like: World) -> None:
    like.desk("ResetNamespace")
    assert (like.desk("GetQuotas")["Mode"], rules(like)) == ("Relaxed", {})
    assert pace(like) == "COMPLETE"


def test_seed_is_drawn_and_told_or_refused_where_nothing_is_drawn(world: World) -> None:
    assert world.desk("PutProfile", Profile=LIKE)["Seed"] >= 0
    refused = desk_refusal(world, "PutProfile", Profile="observed", Seed=1)
    assert refused.fields == [("seed", "INVALID_VALUE")]
    assert LIKE in refused.message


def test_lists_lag_like_production_until_the_profile_is_left(like: World) -> None:
    partner = like.client()
    made = partner.create_opportunity(**BOX, **opportunity())["Id"]

    def listed() -> list[str]:
        page = partner.list_opportunities(**BOX)
        return [one["Id"] for one in page["OpportunitySummaries"]]

    assert partner.get_opportunity(**BOX, Identifier=made)["Id"] == made
    assert listed() == []
    like.desk("AdvanceClock", Seconds=3)
    assert listed() == [made]
    other = partner.create_opportunity(**BOX, **opportunity())["Id"]
    assert listed() == [made]
    like.desk("PutProfile", Profile="observed")
    assert set(listed()) == {made, other}


# --- events --------------------------------------------------------------------------------------


def created(world: World, number: int) -> list[str]:
    """The ids of so many opportunities, created a second apart."""
    partner, made = world.client(), []
    for _ in range(number):
        made.append(partner.create_opportunity(**BOX, **opportunity())["Id"])
        world.desk("AdvanceClock", Seconds=1)
    return made


def arrived(world: World, made: list[str]) -> list[int]:
    """Which opportunity each event is about, by the order of creation."""
    told = [one["detail"]["opportunity"]["identifier"] for one in world.events()]
    return [made.index(id) for id in told]


def test_events_arrive_late_out_of_order_and_some_twice(like: World) -> None:
    made = created(like, 40)
    assert len(arrived(like, made)) < 50
    like.desk("AdvanceClock", Seconds=60)
    seen = arrived(like, made)
    assert set(seen) == set(range(40))
    assert seen != sorted(seen)
    counts = Counter(seen)
    assert set(counts.values()) == {1, 2}
    events = like.events()
    assert len({one["id"] for one in events}) == 40
    for one in events:  # a copy is the same to the letter
        assert one == next(other for other in events if other["id"] == one["id"])
    assert like.desk("GetClock")["NextDueTime"] is None


def test_events_arrive_alike_by_the_same_seed(like: World) -> None:
    orders = []
    for seed in (3, 3, 4):
        world = World(like.server)
        world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
        world.desk("PutProfile", Profile=LIKE, Seed=seed)
        made = created(world, 15)
        world.desk("AdvanceClock", Seconds=60)
        orders.append(arrived(world, made))
    assert orders[0] == orders[1] != orders[2]


def test_events_arrive_at_once_and_once_in_other_profiles(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    assert arrived(world, created(world, 10)) == list(range(10))


# --- reviews -------------------------------------------------------------------------------------


def submitted(world: World) -> str:
    id = shared(world)
    world.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    return id


def test_review_takes_its_time_and_the_same_time_by_the_same_seed(world: World) -> None:
    waits = []
    for _ in "12":
        one = World(world.server)
        one.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
        rule = {"DelaySeconds": 100, "DelaySecondsMax": 10_000, "Seed": 5}
        put = one.desk("PutAutopilot", **rule)
        assert put["Rules"][0].items() >= rule.items()
        due = []
        for _ in "123":
            submitted(one)
            due.append(one.desk("GetClock")["NextDueTime"])
            one.desk("AdvanceClock", Seconds=DAY_S)
        waits.append(due)
    assert waits[0] == waits[1]
    assert len(set(waits[0])) == 3
    assert all("2030-01-01T00:01:40" <= first < "2030-01-01T02:46:40" for first, *_ in waits)


def test_review_like_production_is_taken_up_and_then_decided(like: World) -> None:
    like.desk("PutQuotas", Mode="Relaxed")
    like.desk("PutPace", Mode="Inline")
    id = submitted(like)
    partner = like.client()

    def status() -> str:
        return str(partner.get_opportunity(**BOX, Identifier=id)["LifeCycle"]["ReviewStatus"])

    assert status() == "Submitted"
    like.desk("AdvanceClock", Seconds=900)
    assert status() == "In review"
    like.desk("AdvanceClock", Seconds=14_400 - 900)
    assert status() == "In review"
    like.desk("AdvanceClock", Seconds=3 * DAY_S)
    assert status() == "Approved"


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"DelaySeconds": 10, "DelaySecondsMax": 9}, "delaySecondsMax"),
        ({"Seed": 1}, "seed"),
        ({"Act": "Refer", "Catalog": "Sandbox", "ReceiverAccountId": ACCOUNT, "Seed": 1}, "seed"),
        ({"Act": "Refer", "Catalog": "Sandbox", "ReceiverAccountId": ACCOUNT,
          "DelaySecondsMax": 1}, "delaySecondsMax"),
    ],
)  # fmt: skip
def test_wait_that_makes_no_sense_is_refused(
    world: World, members: dict[str, Any], field: str
) -> None:
    assert desk_refusal(world, "PutAutopilot", **members).fields == [(field, "INVALID_VALUE")]
    assert rules(world) == {}

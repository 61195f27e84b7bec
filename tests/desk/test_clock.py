"""The namespace's clock: put, frozen, advanced; and what is due on the way."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.harness import ACCOUNT, World
from tests.refusal import desk_refusal

START = "2030-01-01T00:00:00.000Z"
DAY_S = 86_400


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def stands(world: World) -> None:
    world.desk("PutClock", Time=START, Frozen=True)


def test_get_clock_of_new_namespace_runs_with_real_time(world: World) -> None:
    first = world.desk("GetClock")
    assert first["Frozen"] is False
    assert first["NextDueTime"] is None
    second = world.desk("GetClock")
    passed = instant(second["Time"]) - instant(first["Time"])
    assert timedelta() <= passed < timedelta(minutes=1)


def test_get_clock_names_the_next_due_time(world: World) -> None:
    stands(world)
    world.referred()
    world.desk("AdvanceClock", Seconds=60)
    world.referred()
    assert world.desk("GetClock")["NextDueTime"] == "2030-01-16T00:00:00.000Z"


def test_put_clock_frozen_stands_until_it_runs_again(world: World) -> None:
    expected = {"Time": START, "Frozen": True, "NextDueTime": None}
    assert world.desk("PutClock", Time=START, Frozen=True) == expected
    assert world.desk("GetClock") == expected
    later = world.desk("PutClock", Time="2030-01-02T00:00:00Z")
    assert (later["Frozen"], later["Time"]) == (True, "2030-01-02T00:00:00.000Z")
    assert world.desk("PutClock", Frozen=False)["Frozen"] is False
    running = world.desk("GetClock")
    assert running["Time"] >= later["Time"]
    stopped = world.desk("PutClock", Frozen=True)
    assert stopped["Time"] >= running["Time"]
    assert world.desk("GetClock") == stopped


def test_put_clock_goes_back_while_nothing_is_there(world: World) -> None:
    stands(world)
    world.desk("PutFault", Operation="GetOpportunity", Error="ThrottlingException")
    for time in ("2024-06-30T00:00:00.000Z", "1969-12-31T23:59:59.000Z", START):
        assert world.desk("PutClock", Time=time)["Time"] == time
    world.referred()
    refused = desk_refusal(world, "PutClock", Time="2029-12-31T23:59:59.999Z")
    assert refused.fields == [("time", "INVALID_VALUE")]
    assert world.desk("GetClock")["Time"] == START
    assert world.desk("PutClock", Time=START)["Time"] == START
    assert world.desk("PutClock", Time="2030-01-01T00:00:01Z")["Frozen"] is True


def test_what_is_planned_goes_back_with_the_clock(world: World) -> None:
    stands(world)
    rule = {"Act": "Refer", "Catalog": "Sandbox", "ReceiverAccountId": ACCOUNT}
    world.desk("PutAutopilot", **rule, EverySeconds=3600)
    fault = world.desk("PutFault", Error="ThrottlingException", ExpiresInSeconds=60)
    world.desk("AdvanceClock", Seconds=10)
    back = world.desk("PutClock", Time="2026-03-01T00:00:00Z")
    assert back["NextDueTime"] == "2026-03-01T00:59:50.000Z"
    [told] = world.desk("ListFaults")["Faults"]
    assert (fault["ExpiresAt"], told["ExpiresAt"]) == (
        "2030-01-01T00:01:00.000Z",
        "2026-03-01T00:00:50.000Z",
    )
    assert world.desk("AdvanceClock", Seconds=3590)["Fired"] == 1
    assert world.desk("ListFaults")["Faults"][0]["Status"] == "Expired"


def test_lists_that_lag_show_what_was_written_before_the_clock_went_back(world: World) -> None:
    stands(world)
    world.desk("PutLag", Seconds=60)
    world.desk("PutSolution", Catalog="Sandbox", AccountId=ACCOUNT, Identifier="S-7654321")
    world.desk("PutClock", Time="2026-03-01T00:00:00Z")
    solutions = world.client().list_solutions
    assert "S-7654321" not in str(solutions(Catalog="Sandbox"))
    world.desk("AdvanceClock", Seconds=60)
    assert "S-7654321" in str(solutions(Catalog="Sandbox"))


@pytest.mark.parametrize(
    ("operation", "members", "field", "code"),
    [
        ("PutClock", {}, "time", "INVALID_VALUE"),
        ("PutClock", {"Time": "tomorrow"}, "time", "INVALID_STRING_FORMAT"),
        ("PutClock", {"Time": "9999-01-01T00:00:00Z"}, "time", "INVALID_VALUE"),
        ("PutClock", {"Time": "0999-12-31T23:59:59.999Z"}, "time", "INVALID_VALUE"),
        ("AdvanceClock", {}, "seconds", "INVALID_VALUE"),
        ("AdvanceClock", {"Seconds": 1, "To": START}, "seconds", "INVALID_VALUE"),
        ("AdvanceClock", {"Seconds": -1}, "seconds", "VALUE_OUT_OF_RANGE"),
        ("AdvanceClock", {"To": "2029-12-31T23:59:59.999Z"}, "to", "INVALID_VALUE"),
        ("AdvanceClock", {"To": "9999-01-01T00:00:00Z"}, "to", "INVALID_VALUE"),
    ],
)
def test_clock_asked_for_what_cannot_be_refuses(
    world: World, operation: str, members: dict[str, Any], field: str, code: str
) -> None:
    stands(world)
    assert desk_refusal(world, operation, **members).fields == [(field, code)]
    assert world.desk("GetClock")["Time"] == START


def test_advance_clock_past_every_year_is_refused(world: World) -> None:
    world.desk("PutClock", Time="8999-12-31T00:00:00Z", Frozen=True)
    refused = desk_refusal(world, "AdvanceClock", Seconds=2 * DAY_S)
    assert refused.fields == [("seconds", "INVALID_VALUE")]
    assert world.referred()["OpportunityId"]  # and what is due has room


def test_advance_clock_moves_it_by_seconds_or_to_an_instant(world: World) -> None:
    stands(world)
    moved = world.desk("AdvanceClock", Seconds=90)
    assert moved == {
        "Time": "2030-01-01T00:01:30.000Z", "Frozen": True, "NextDueTime": None, "Fired": 0,
    }  # fmt: skip
    assert world.desk("AdvanceClock", Seconds=0)["Time"] == moved["Time"]
    assert world.desk("AdvanceClock", To=moved["Time"])["Time"] == moved["Time"]
    later = "2031-05-05T05:05:05.555Z"
    assert world.desk("AdvanceClock", To=later)["Time"] == later


def test_advance_clock_that_runs_answers_no_time_before_its_aim(world: World) -> None:
    later = "2099-05-05T05:05:05.555Z"
    moved = world.desk("AdvanceClock", To=later)
    assert moved["Frozen"] is False
    assert later <= moved["Time"] <= world.desk("GetClock")["Time"]


def test_advance_clock_repeated_with_its_token_moves_once(world: World) -> None:
    stands(world)
    world.referred()
    asked = {"Seconds": 20 * DAY_S, "ClientToken": "one"}
    first = world.desk("AdvanceClock", **asked)
    assert first["Fired"] == 1
    again = world.desk("AdvanceClock", **asked)
    assert again == first | {"Fired": 0}
    world.desk("AdvanceClock", Seconds=1)
    assert world.desk("AdvanceClock", **asked)["Time"] == "2030-01-21T00:00:01.000Z"
    other = desk_refusal(world, "AdvanceClock", Seconds=1, ClientToken="one")
    assert other.code == "ConflictException"


def test_advance_clock_fires_what_is_due_in_order(world: World) -> None:
    stands(world)
    sent = []
    for pause in (0, 3600, 3600, DAY_S):
        world.desk("AdvanceClock", Seconds=pause)
        sent.append(world.referred()["EngagementInvitationId"])
    moved = world.desk("AdvanceClock", To="2030-01-16T01:00:00Z")  # to the second one's instant
    assert moved["Fired"] == 2
    assert moved["NextDueTime"] == "2030-01-16T02:00:00.000Z"
    assert world.desk("AdvanceClock", Seconds=100 * DAY_S)["Fired"] == 2
    assert world.desk("GetClock")["NextDueTime"] is None
    expired = [e for e in world.events() if e["detail-type"] == "Engagement Invitation Expired"]
    assert [e["detail"]["engagementInvitation"]["id"] for e in expired] == sent
    times = [f"2030-01-{rest}:00:00Z" for rest in ("16T00", "16T01", "16T02", "17T02")]
    assert [e["time"] for e in expired] == times


def test_advance_clock_fires_ties_in_the_order_they_were_made(world: World) -> None:
    stands(world)
    sent = [world.referred()["EngagementInvitationId"] for _ in range(5)]
    world.desk("AdvanceClock", Seconds=15 * DAY_S)
    expired = [e for e in world.events() if e["detail-type"] == "Engagement Invitation Expired"]
    assert [e["detail"]["engagementInvitation"]["id"] for e in expired] == sent


def test_clock_that_runs_does_what_is_due_by_itself(world: World) -> None:
    referred = world.referred()
    world.desk("AdvanceClock", Seconds=15 * DAY_S)
    invitation = world.client().get_engagement_invitation(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    assert invitation["Status"] == "EXPIRED"
    assert world.desk("GetClock")["NextDueTime"] is None


def test_put_pace_answers_what_holds_from_now_on(world: World) -> None:
    assert world.desk("PutPace", Mode="Held") == {"Mode": "Held", "StepSeconds": 2}
    paced = {"Mode": "Paced", "StepSeconds": 0}
    assert world.desk("PutPace", **paced) == paced
    assert world.desk("PutPace", Mode="Inline") == {"Mode": "Inline", "StepSeconds": 0}


def test_advance_task_of_nobody_is_not_found(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    task = world.client(ACCOUNT).start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=world.referred()["EngagementInvitationId"]
    )
    for catalog, id in (("AWS", task["TaskId"]), ("Sandbox", "task-0000000000000")):
        refused = desk_refusal(world, "AdvanceTask", Catalog=catalog, TaskIdentifier=id)
        assert refused.code == "ResourceNotFoundException"

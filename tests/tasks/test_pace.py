"""When tasks advance: Inline, Paced, Held, by the desk, by the namespace's clock, by real time."""

import time
from typing import Any

import pytest

from cosell.clock import parse_iso
from tests.harness import OTHER, Refused, World
from tests.scenes import STEPS, listed, page, refused, start, started
from tests.tasking import so_far

WAIT_S_MAX = 60.0
DAY_S = 86_400
NOON = "2024-02-29T12:00:00.000Z"


def states(task: Any) -> list[str]:
    return [one["Status"] for one in task["Steps"]]


def advance(world: World, task: Any, **members: Any) -> Any:
    asked = {"Catalog": "Sandbox", "TaskIdentifier": task["TaskId"], **members}
    return world.desk("AdvanceTask", **asked)


def present(world: World, task: Any) -> Any:
    """The task as it is listed now."""
    [found] = listed(world.client(), TaskIdentifier=[task["TaskId"]])
    return found


def wait_until_complete(world: World, task: Any) -> Any:
    """Look again and again until the runner has brought the task to its end."""
    until = time.monotonic() + WAIT_S_MAX
    while (found := present(world, task))["TaskStatus"] == "IN_PROGRESS":
        assert time.monotonic() < until, found
        time.sleep(0.01)
    assert found["TaskStatus"] == "COMPLETE"
    return found


def due_s(world: World) -> float:
    """In how many seconds something is due next; the clock stands still."""
    clock = world.desk("GetClock")
    assert clock["Frozen"]
    return (parse_iso(clock["NextDueTime"]) - parse_iso(clock["Time"])) / 1000


def in_place(world: World) -> World:
    """The clock stands at noon, so that what is due when is exact."""
    world.desk("PutClock", Time=NOON, Frozen=True)
    return world


# --- Inline --------------------------------------------------------------------------------------


def test_start_in_a_new_namespace_is_inline_and_complete_at_once(world: World) -> None:
    task = started(world)
    assert task["TaskStatus"] == "COMPLETE"
    assert task["OpportunityId"]
    assert task["ResourceSnapshotJobId"]
    assert "ReasonCode" not in task
    assert "Message" not in task


def test_start_after_reset_is_inline_again(world: World) -> None:
    world.desk("PutPace", Mode="Held", StepSeconds=7)
    world.desk("ResetNamespace")
    assert started(world)["TaskStatus"] == "COMPLETE"
    assert world.desk("PutPace", Mode="Paced")["StepSeconds"] == 2


# --- Held ----------------------------------------------------------------------------------------


def test_start_held_is_in_progress_and_promises_the_opportunity(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    referred, partner = world.referred(), world.client()
    task = start(partner, referred["EngagementInvitationId"])
    assert task["TaskStatus"] == "IN_PROGRESS"
    assert task["OpportunityId"] == referred["OpportunityId"]
    assert "ResourceSnapshotJobId" not in task
    get = partner.get_opportunity
    asked = {"Catalog": "Sandbox", "Identifier": task["OpportunityId"]}
    assert refused(get, **asked) == "ResourceNotFoundException"
    assert present(world, task) == task


def test_start_held_stays_whatever_time_goes_by(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    task = started(world)
    assert world.desk("AdvanceClock", Seconds=10 * DAY_S)["Fired"] == 0
    assert present(world, task) == task


def test_advance_task_runs_one_step_at_a_time(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    task = started(world)
    for number in range(1, len(STEPS) + 1):
        told = advance(world, task)
        assert [one["Name"] for one in told["Steps"]] == list(STEPS)
        assert states(told) == so_far(number, len(STEPS))
        assert told["TaskStatus"] == ("COMPLETE" if number == len(STEPS) else "IN_PROGRESS")
        assert told["OpportunityId"] == task["OpportunityId"]
        assert (told["ResourceSnapshotJobId"] is None) == (number < 4)
    again = advance(world, task, Steps=3)
    assert again == told


@pytest.mark.parametrize("steps", [2, 5, 100])
def test_advance_task_runs_as_many_steps_as_asked(world: World, steps: int) -> None:
    world.desk("PutPace", Mode="Held")
    told = advance(world, started(world), Steps=steps)
    assert states(told).count("DONE") == min(steps, len(STEPS))


def test_advance_task_takes_the_arn(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    task = started(world)
    told = world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=task["TaskArn"], Steps=5)
    assert told["TaskStatus"] == "COMPLETE"


@pytest.mark.parametrize("catalog", ["Sandbox", "AWS"])
@pytest.mark.parametrize("name", ["TaskId", "TaskArn"])
def test_advance_task_needs_no_catalog(world: World, catalog: str, name: str) -> None:
    """As GetTask needs none: an id is of one task."""
    world.desk("PutPace", Mode="Held")
    id = world.referred(catalog=catalog)["EngagementInvitationId"]
    task = start(world.client(), id, catalog)
    told = world.desk("AdvanceTask", TaskIdentifier=task[name], Steps=5)
    assert told["TaskStatus"] == "COMPLETE"
    assert world.desk("GetTask", TaskIdentifier=task[name])["Status"] == "COMPLETE"
    with pytest.raises(Refused) as caught:
        world.desk("AdvanceTask", TaskIdentifier="task-0000000000000")
    assert caught.value.code == "ResourceNotFoundException"


def test_advance_task_of_another_catalog_or_unknown_is_not_found(world: World) -> None:
    task = started(world)
    for asked in (
        {"Catalog": "AWS", "TaskIdentifier": task["TaskId"]},
        {"Catalog": "AWS", "TaskIdentifier": task["TaskArn"]},
        {"Catalog": "Sandbox", "TaskIdentifier": "task-0000000000000"},
    ):
        with pytest.raises(Refused) as caught:
            world.desk("AdvanceTask", **asked)
        assert caught.value.code == "ResourceNotFoundException"


def test_advance_task_acts_for_its_owner(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    task = started(world, OTHER)
    advance(world, task, Steps=5)
    asked = {"Catalog": "Sandbox", "Identifier": task["OpportunityId"]}
    assert world.client(OTHER).get_opportunity(**asked)["Id"] == task["OpportunityId"]
    assert refused(world.client().get_opportunity, **asked) == "ResourceNotFoundException"


# --- Paced ---------------------------------------------------------------------------------------


def test_start_paced_answers_in_progress_with_the_opportunity(world: World) -> None:
    assert world.desk("PutPace", Mode="Paced", StepSeconds=3600) == {
        "Mode": "Paced",
        "StepSeconds": 3600,
    }
    task = started(world)
    assert task["TaskStatus"] == "IN_PROGRESS"
    assert task["OpportunityId"]


def test_advance_clock_fires_a_paced_tasks_steps_in_order(world: World) -> None:
    in_place(world).desk("PutPace", Mode="Paced", StepSeconds=60)
    task = started(world)
    for number in range(1, len(STEPS) + 1):
        assert due_s(world) == 60
        assert world.desk("AdvanceClock", Seconds=59)["Fired"] == 0
        told = world.desk("AdvanceClock", Seconds=1)
        assert told["Fired"] == 1
        assert parse_iso(told["Time"]) == parse_iso(NOON) + number * 60_000
        expected = "COMPLETE" if number == len(STEPS) else "IN_PROGRESS"
        assert present(world, task)["TaskStatus"] == expected
    assert world.desk("GetClock")["NextDueTime"] is None


def test_advance_clock_over_everything_gives_each_step_its_own_instant(world: World) -> None:
    in_place(world).desk("PutPace", Mode="Paced", StepSeconds=60)
    task, partner = started(world), world.client()
    assert world.desk("AdvanceClock", Seconds=DAY_S)["Fired"] == len(STEPS)
    done = present(world, task)
    assert done["TaskStatus"] == "COMPLETE"
    assert done["StartTime"] == task["StartTime"]
    job = partner.get_resource_snapshot_job(
        Catalog="Sandbox", ResourceSnapshotJobIdentifier=done["ResourceSnapshotJobId"]
    )
    assert job["CreatedAt"].isoformat() == "2024-02-29T12:04:00+00:00"
    times = [event["time"] for event in world.events()]
    assert times == [f"2024-02-29T12:0{minute}:00Z" for minute in (0, 1, 1, 2, 2, 2, 3)]


def test_advance_clock_over_two_tasks_takes_turns(world: World) -> None:
    in_place(world).desk("PutPace", Mode="Paced", StepSeconds=60)
    started(world)
    world.desk("AdvanceClock", Seconds=30)
    started(world, OTHER)
    assert world.desk("AdvanceClock", Seconds=3600)["Fired"] == 2 * len(STEPS)
    shared = [
        (event["Event"]["time"][14:19], event["AccountId"])
        for event in world.desk("ListEvents")["Events"]
        if event["Event"]["detail-type"] == "Engagement Resource Snapshot Created"
    ]
    assert [time for time, _ in shared] == ["02:00", "02:30", "03:00", "03:30"]
    assert len({account for _, account in shared}) == 2


def test_advance_clock_over_the_expiry_lets_it_win_against_later_steps(world: World) -> None:
    in_place(world)
    world.desk("PutPace", Mode="Paced", StepSeconds=DAY_S)
    referred = world.referred()
    world.desk("AdvanceClock", Seconds=14 * DAY_S + 1)
    task = start(world.client(), referred["EngagementInvitationId"])
    world.desk("AdvanceClock", Seconds=2 * DAY_S)
    failed = present(world, task)
    assert (failed["TaskStatus"], failed["ReasonCode"]) == (
        "FAILED", "EngagementInvitationConflict",
    )  # fmt: skip
    assert [event["detail-type"] for event in world.events()][1:] == [
        "Engagement Invitation Expired"
    ]


def test_start_paced_without_a_pause_is_brought_to_its_end_by_the_runner(world: World) -> None:
    world.desk("PutPace", Mode="Paced", StepSeconds=0)
    task = started(world)
    assert task["TaskStatus"] == "IN_PROGRESS"
    done = wait_until_complete(world, task)
    assert done["OpportunityId"] == task["OpportunityId"]


def test_start_paced_in_a_frozen_namespace_runs_what_is_due_now(world: World) -> None:
    in_place(world).desk("PutPace", Mode="Paced", StepSeconds=0)
    wait_until_complete(world, started(world))


def test_put_clock_forward_lets_the_runner_catch_up(world: World) -> None:
    in_place(world).desk("PutPace", Mode="Paced", StepSeconds=600)
    task = started(world)
    world.desk("PutClock", Time="2024-02-29T13:00:00Z")
    wait_until_complete(world, task)
    times = [event["time"][11:16] for event in world.events()]
    assert times == ["12:00", "12:10", "12:10", "12:20", "12:20", "12:20", "12:30"]


# --- PutPace plans anew --------------------------------------------------------------------------


def test_put_pace_takes_what_is_due_out_and_puts_it_back(world: World) -> None:
    in_place(world).desk("PutPace", Mode="Paced", StepSeconds=60)
    started(world)
    expiry = 15 * DAY_S
    world.referred()
    assert due_s(world) == 60
    world.desk("PutPace", Mode="Held")
    assert due_s(world) == expiry
    world.desk("PutPace", Mode="Paced", StepSeconds=100)
    assert due_s(world) == 100
    world.desk("AdvanceClock", Seconds=40)
    world.desk("PutPace", Mode="Paced")
    assert due_s(world) == 100
    world.desk("PutPace", Mode="Paced", StepSeconds=5)
    assert due_s(world) == 5


def test_put_pace_held_keeps_a_paced_task_where_it_is(world: World) -> None:
    in_place(world).desk("PutPace", Mode="Paced", StepSeconds=60)
    task = started(world)
    assert world.desk("AdvanceClock", Seconds=130)["Fired"] == 2
    world.desk("PutPace", Mode="Held")
    assert world.desk("AdvanceClock", Seconds=DAY_S)["Fired"] == 0
    assert states(advance(world, task)) == so_far(3, 5)
    world.desk("PutPace", Mode="Paced", StepSeconds=60)
    assert world.desk("AdvanceClock", Seconds=120)["Fired"] == 2
    assert present(world, task)["TaskStatus"] == "COMPLETE"


def test_put_pace_inline_brings_held_tasks_to_their_end_now(world: World) -> None:
    in_place(world).desk("PutPace", Mode="Held")
    tasks = [started(world), started(world, OTHER)]
    advance(world, tasks[0], Steps=2)
    world.desk("PutPace", Mode="Inline")
    wait_until_complete(world, tasks[0])
    until = time.monotonic() + WAIT_S_MAX
    while page(world.client(OTHER), TaskStatus=["IN_PROGRESS"])["TaskSummaries"]:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert {event["time"] for event in world.events()} == {"2024-02-29T12:00:00Z"}


def test_advance_task_of_a_paced_task_plans_its_next_step_from_then(world: World) -> None:
    in_place(world).desk("PutPace", Mode="Paced", StepSeconds=60)
    task = started(world)
    world.desk("AdvanceClock", Seconds=45)
    advance(world, task)
    assert due_s(world) == 60
    assert world.desk("AdvanceClock", Seconds=240)["Fired"] == 4
    assert present(world, task)["TaskStatus"] == "COMPLETE"


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"Mode": "Fast"}, ("mode", "INVALID_ENUM_VALUE")),
        ({}, ("mode", "REQUIRED_FIELD_MISSING")),
        ({"Mode": "Paced", "StepSeconds": -1}, ("stepSeconds", "VALUE_OUT_OF_RANGE")),
        ({"Mode": "Paced", "StepSeconds": 86_401}, ("stepSeconds", "VALUE_OUT_OF_RANGE")),
    ],
)
def test_put_pace_with_a_wrong_member_is_refused(
    world: World, members: dict[str, Any], error: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as caught:
        world.desk("PutPace", **members)
    [told] = caught.value.body["ErrorList"]
    assert (told["FieldName"], told["Code"]) == error

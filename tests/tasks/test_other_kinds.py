"""Tasks of every kind on the one runner: paces, the desk's hand, tokens, events, tags.

What only the task on an invitation does is in test_pace.py, test_tokens.py and test_events.py.
"""

import re
import time
from typing import Any

import pytest
from botocore.utils import parse_timestamp

from cosell.clock import parse_iso
from tests.engaging import engaged, lead
from tests.harness import ACCOUNT, OTHER, Refused, World
from tests.refusal import refusal
from tests.scenes import refused
from tests.tasking import (
    CONVERTING,
    KINDS,
    SANDBOX,
    SUBMITTING,
    Kind,
    advance,
    failure,
    prospect,
    prospected,
    so_far,
    states,
)

NOON = "2024-02-29T12:00:00.000Z"
DAY_S = 86_400
WAIT_S_MAX = 60.0
TOKEN = "a-token-of-ours"
OTHERS = {name: kind for name, kind in KINDS.items() if name != "accepting"}


@pytest.fixture(params=[*OTHERS.values()], ids=[*OTHERS])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def held(world: World) -> World:
    world.desk("PutPace", Mode="Held")
    return world


def paced(world: World) -> World:
    """The clock stands at noon, and a minute goes by between two steps."""
    world.desk("PutClock", Time=NOON, Frozen=True)
    world.desk("PutPace", Mode="Paced", StepSeconds=60)
    return world


def present(world: World, kind: Kind, task: Any) -> Any:
    [found] = kind.listed(world, TaskIdentifier=[task["TaskId"]])
    return found


def due_s(world: World) -> float | None:
    clock = world.desk("GetClock")
    if clock["NextDueTime"] is None:
        return None
    return (parse_iso(clock["NextDueTime"]) - parse_iso(clock["Time"])) / 1000


# --- ids and ARNs --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_task_has_an_arn_of_its_kind(world: World, kind: Kind) -> None:
    task = kind.started(world)
    assert re.fullmatch("task-[0-9a-z]{13}", task["TaskId"])
    assert task["TaskArn"] == (
        f"arn:aws:partnercentral:us-east-1::catalog/Sandbox/{kind.arn_type}/{task['TaskId']}"
    )


def test_prospecting_task_has_the_models_arn(world: World) -> None:
    task = prospect(world)
    assert re.fullmatch("task-[0-9a-z]{14}", task["TaskId"])
    assert task["TaskArn"] == (
        "arn:aws:partnercentral-selling:us-east-1::catalog/Sandbox/"
        f"prospecting-from-engagement-task/{task['TaskId']}"
    )


# --- paces ---------------------------------------------------------------------------------------


def test_start_held_promises_what_it_can_and_the_desk_takes_it_on(world: World, kind: Kind) -> None:
    task = kind.started(held(world))
    assert failure(task) == ("IN_PROGRESS", None)
    assert task["OpportunityId"]
    assert world.desk("AdvanceClock", Seconds=10 * DAY_S)["Fired"] == 0
    assert present(world, kind, task) == task
    for number in range(1, len(kind.steps) + 1):
        told = advance(world, task)
        assert [one["Name"] for one in told["Steps"]] == list(kind.steps)
        assert states(told) == so_far(number, len(kind.steps))
        assert told["OpportunityId"] == task["OpportunityId"]
    assert told["TaskStatus"] == "COMPLETE"
    assert advance(world, task, Steps=3) == told
    assert present(world, kind, task)["TaskStatus"] == "COMPLETE"


def test_advance_task_takes_the_arn_of_any_kind(world: World, kind: Kind) -> None:
    task = kind.started(held(world))
    told = world.desk("AdvanceTask", **SANDBOX, TaskIdentifier=task["TaskArn"], Steps=100)
    assert failure(told) == ("COMPLETE", None)
    assert told["EngagementId"].startswith("eng-")
    assert task["StartTime"] <= parse_timestamp(told["EndTime"])


def test_advance_task_by_an_arn_of_another_kind_is_not_found(world: World, kind: Kind) -> None:
    task = kind.started(held(world))
    for arn in (
        task["TaskArn"].replace(kind.arn_type, "engagement-by-accepting-invitation-task"),
        task["TaskArn"].replace("Sandbox", "AWS"),
        task["TaskArn"].replace("partnercentral", "partnercentral-selling"),
    ):
        with pytest.raises(Refused) as caught:
            world.desk("AdvanceTask", **SANDBOX, TaskIdentifier=arn)
        assert caught.value.code == "ResourceNotFoundException"


def test_advance_clock_gives_each_step_its_own_instant(world: World, kind: Kind) -> None:
    task = kind.started(paced(world))
    for number in range(1, len(kind.steps) + 1):
        assert due_s(world) == 60
        told = world.desk("AdvanceClock", Seconds=60)
        assert (told["Fired"], parse_iso(told["Time"])) == (1, parse_iso(NOON) + number * 60_000)
    assert due_s(world) is None
    assert present(world, kind, task)["TaskStatus"] == "COMPLETE"


def test_start_paced_without_a_pause_is_brought_to_its_end_by_the_runner(
    world: World, kind: Kind
) -> None:
    world.desk("PutPace", Mode="Paced", StepSeconds=0)
    task, until = kind.started(world), time.monotonic() + WAIT_S_MAX
    while (found := present(world, kind, task))["TaskStatus"] == "IN_PROGRESS":
        assert time.monotonic() < until, found
        time.sleep(0.01)
    assert failure(found) == ("COMPLETE", None)


def test_put_pace_plans_tasks_of_every_kind_anew(world: World) -> None:
    paced(world)
    ids = [engaged(world, lead())["Id"] for _ in range(2)]
    tasks = [*(kind.started(world) for kind in KINDS.values()), prospect(world, *ids)]
    world.desk("PutPace", Mode="Held")
    clock = world.desk("GetClock")
    assert parse_iso(clock["NextDueTime"]) - parse_iso(clock["Time"]) == 15 * DAY_S * 1000
    assert world.desk("AdvanceClock", Seconds=DAY_S)["Fired"] == 0
    world.desk("PutPace", Mode="Paced", StepSeconds=10)
    steps = sum(len(kind.steps) for kind in KINDS.values()) + 2
    assert world.desk("AdvanceClock", Seconds=3600)["Fired"] == steps
    for kind, task in zip(KINDS.values(), tasks[:3], strict=True):
        assert present(world, kind, task)["TaskStatus"] == "COMPLETE"
    assert "EndTime" in prospected(world, tasks[3])


def test_put_pace_inline_brings_a_prospecting_task_to_its_end(world: World) -> None:
    task = prospect(held(world), engaged(world, lead())["Id"])
    world.desk("PutPace", Mode="Inline")
    until = time.monotonic() + WAIT_S_MAX
    while "EndTime" not in prospected(world, task):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_advance_task_acts_for_its_owner(world: World, kind: Kind) -> None:
    task = kind.started(held(world), OTHER)
    advance(world, task, Steps=100)
    asked = {**SANDBOX, "Identifier": task["OpportunityId"]}
    assert world.client(OTHER).get_opportunity(**asked)["Id"] == task["OpportunityId"]
    assert refused(world.client().get_opportunity, **asked) == "ResourceNotFoundException"


# --- tokens --------------------------------------------------------------------------------------


def test_start_again_with_the_token_answers_the_tasks_present_state(
    world: World, kind: Kind
) -> None:
    members = kind.prepare(held(world))
    first = kind.start(world, **members, ClientToken=TOKEN)
    for steps in (1, 2, 100):
        advance(world, first, Steps=steps)
        again = kind.start(world, **members, ClientToken=TOKEN)
        assert again["TaskId"] == first["TaskId"]
        assert [again] == kind.listed(world)
    assert again["TaskStatus"] == "COMPLETE"
    assert kind.start(world, **members, ClientToken=TOKEN) == again


def test_start_with_the_token_of_another_body_is_a_conflict(world: World, kind: Kind) -> None:
    kind.started(world, ClientToken=TOKEN)
    start = getattr(world.client(), kind.start_name)
    told = refusal(start, **SANDBOX, **kind.prepare(world), ClientToken=TOKEN)
    assert told.code == "ConflictException"
    assert len(kind.listed(world)) == 1


def test_start_with_a_failed_answer_binds_its_token(world: World, kind: Kind) -> None:
    members = kind.prepare(world)
    world.desk("PutTaskFault", Step=kind.steps[2], ReasonCode="InternalError")
    failed = kind.start(world, **members, ClientToken=TOKEN)
    assert kind.start(world, **members, ClientToken=TOKEN) == failed
    assert failure(kind.start(world, **members)) == ("COMPLETE", None)
    assert kind.start(world, **members, ClientToken=TOKEN) == failed


def test_prospect_again_with_the_token_answers_the_tasks_present_state(world: World) -> None:
    id = engaged(held(world), lead())["Id"]
    first = prospect(world, id, ClientToken=TOKEN)
    assert first["TaskStatus"] == "PENDING"
    advance(world, first)
    again = prospect(world, id, ClientToken=TOKEN)
    assert (again["TaskId"], again["TaskStatus"]) == (first["TaskId"], "COMPLETED")
    start = world.client().start_prospecting_from_engagement_task
    told = refusal(start, **SANDBOX, Identifiers=[id], TaskName="Autumn", ClientToken=TOKEN)
    assert told.code == "ConflictException"


# --- tags ----------------------------------------------------------------------------------------


def test_start_with_a_tag_twice_is_refused_before_anything_is_looked_up(
    world: World, kind: Kind
) -> None:
    twice = [{"Key": "team", "Value": value} for value in ("blue", "green")]
    unknown = {"Identifier": "O1", "AwsSubmission": {"InvolvementType": "Co-Sell"}}
    if kind is CONVERTING:
        unknown = {"Identifier": "eng-00000000000000", "ContextIdentifier": "1"}
    start = getattr(world.client(), kind.start_name)
    told = refusal(start, **SANDBOX, **unknown, Tags=twice)
    assert told.fields == [("tags[1].key", "DUPLICATE_KEY_VALUE")]


def test_start_after_a_failure_takes_the_new_tags_or_else_the_old(world: World, kind: Kind) -> None:
    old, new = ([{"Key": "team", "Value": value}] for value in ("blue", "green"))
    partner = world.client()
    cases: list[tuple[dict[str, Any], Any]] = [({}, old), ({"Tags": new}, new)]
    for given, expected in cases:
        members = kind.prepare(world)
        step = "CreateResourceSnapshot" if kind is SUBMITTING else "CreateOpportunity"
        world.desk("PutTaskFault", Step=step, ReasonCode="InternalError")
        assert failure(kind.start(world, **members, Tags=old))[0] == "FAILED"
        done = kind.start(world, **members, **given)
        if kind is SUBMITTING:
            arn = partner.get_resource_snapshot_job(
                **SANDBOX, ResourceSnapshotJobIdentifier=done["ResourceSnapshotJobId"]
            )["Arn"]
        else:
            arn = partner.get_opportunity(**SANDBOX, Identifier=done["OpportunityId"])["Arn"]
            expected = given.get("Tags", [])  # the draft was not made: nothing was taken over
        assert partner.list_tags_for_resource(ResourceArn=arn)["Tags"] == expected


# --- events --------------------------------------------------------------------------------------

CONVERTED = [
    "Engagement Created",
    "Engagement Member Added",
    "Opportunity Created",
    "Engagement Resource Snapshot Created",
    "Engagement Updated",
]
SUBMITTED = [
    "Opportunity Created",
    "Engagement Created",
    "Engagement Member Added",
    "Engagement Resource Snapshot Created",
    "Engagement Invitation Created",
    "Opportunity Updated",
]


@pytest.mark.parametrize(
    ("kind", "told"), [(CONVERTING, CONVERTED), (SUBMITTING, SUBMITTED)], ids=OTHERS
)
def test_start_tells_all_that_the_task_did_in_the_order_of_its_steps(
    world: World, kind: Kind, told: list[str]
) -> None:
    """For a submission they are the five that the developer guide lists for this operation; the
    guide names them in another order than the operation's page does its acts."""
    kind.started(world)
    everybody = world.desk("ListEvents")["Events"]
    assert [one["Event"]["detail-type"] for one in everybody] == told
    assert {one["AccountId"] for one in everybody} == {ACCOUNT}


def test_start_of_a_submission_with_a_role_tells_of_a_second_revision(world: World) -> None:
    partner = world.client()
    partner.put_selling_system_settings(**SANDBOX, ResourceSnapshotJobRoleIdentifier="Snapshots")
    SUBMITTING.started(world)
    told = [event["detail-type"] for event in world.events()]
    assert told == [*SUBMITTED, "Engagement Resource Snapshot Created"]


def test_conversion_tells_the_engagements_new_types(world: World) -> None:
    CONVERTING.started(world)
    last = world.events()[-1]
    assert last["detail"]["engagement"]["ContextTypes"] == ["Lead", "CustomerProject"]
    assert last["detail"]["engagement"]["LastModifiedBy"] == ACCOUNT


def test_prospecting_tells_the_members_that_aws_updated_the_engagement(world: World) -> None:
    id = engaged(world, lead())["Id"]
    before = len(world.events())
    prospect(world, id)
    [told] = world.events()[before:]
    assert told["detail-type"] == "Engagement Updated"
    about = told["detail"]["engagement"]
    assert (about["engagementId"], about["LastModifiedBy"]) == (id, "aws")
    assert about["ContextTypes"] == ["Lead", "ProspectingResult"]

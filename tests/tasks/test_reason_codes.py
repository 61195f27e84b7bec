"""Every reason code of every step, by a fault that was asked for: what stays, what is undone, and
that a new Start goes on where the task failed."""

from typing import Any, get_args

import pytest

from cosell.errors import ErrorCode
from tests.answers import MODEL
from tests.harness import ACCOUNT, OTHER, Refused, World
from tests.scenes import STEPS, TEMPLATE, listed, refused, start, started
from tests.tasking import so_far

ANYWHERE = {"RequestThrottled", "InternalError"}
CODES = {
    "AcceptInvitation": {
        "EngagementAccessDenied",
        "EngagementConflict",
        "EngagementInvitationConflict",
        "InvitationAccessDenied",
        "InvitationValidationFailed",
        "ServiceQuotaExceeded",
        *ANYWHERE,
    },
    "CreateOpportunity": {
        "OpportunityAccessDenied",
        "OpportunityConflict",
        "OpportunityValidationFailed",
        *ANYWHERE,
    },
    "CreateResourceSnapshot": {
        "ResourceSnapshotAccessDenied",
        "ResourceSnapshotConflict",
        "ResourceSnapshotValidationFailed",
        *ANYWHERE,
    },
    "CreateResourceSnapshotJob": {
        "ResourceSnapshotJobAccessDenied",
        "ResourceSnapshotJobConflict",
        "ResourceSnapshotJobValidationFailed",
        *ANYWHERE,
    },
    "StartResourceSnapshotJob": {
        "ResourceSnapshotJobAccessDenied",
        "ResourceSnapshotJobConflict",
        "ResourceSnapshotJobValidationFailed",
        *ANYWHERE,
    },
}
ROWS = [(step, code) for step in STEPS for code in sorted(CODES[step])]
MODELLED = set(MODEL["shapes"]["ReasonCode"]["enum"])


def ensure_done(world: World, referred: Any, done: int, account: str = ACCOUNT) -> None:
    """What the public API shows once that many of the five steps are done, and no more."""
    partner = world.client(account)
    sandbox = {"Catalog": "Sandbox"}
    invitation = partner.get_engagement_invitation(
        Identifier=referred["EngagementInvitationId"], **sandbox
    )
    assert invitation["Status"] == ("ACCEPTED" if done > 0 else "PENDING")
    assert ("ExpirationDate" in invitation) == (done == 0)
    engagement, opportunity = referred["EngagementId"], referred["OpportunityId"]
    if done > 0:
        found = partner.get_engagement(Identifier=engagement, **sandbox)
        assert found["MemberCount"] == 2
    else:
        get = partner.get_engagement
        assert refused(get, Identifier=engagement, **sandbox) == "ResourceNotFoundException"
    seen = partner.list_opportunities(Identifier=[opportunity], **sandbox)["OpportunitySummaries"]
    assert [one["Id"] for one in seen] == ([opportunity] if done > 1 else [])
    if done <= 1:
        get = partner.get_opportunity
        assert refused(get, Identifier=opportunity, **sandbox) == "ResourceNotFoundException"
    _ensure_shared(partner, referred, done)


def _ensure_shared(partner: Any, referred: Any, done: int) -> None:
    """The snapshot and the job, as far as the steps that are done made them."""
    target = {
        "Catalog": "Sandbox",
        "EngagementIdentifier": referred["EngagementId"],
        "ResourceIdentifier": referred["OpportunityId"],
        "ResourceSnapshotTemplateIdentifier": TEMPLATE,
        "ResourceType": "Opportunity",
    }
    if done > 2:
        assert partner.get_resource_snapshot(**target)["Revision"] == 1
    else:
        assert refused(partner.get_resource_snapshot, **target) == "ResourceNotFoundException"
    jobs = partner.list_resource_snapshot_jobs(Catalog="Sandbox")["ResourceSnapshotJobSummaries"]
    expected = [] if done <= 3 else ["Stopped" if done == 4 else "Running"]
    assert [job["Status"] for job in jobs] == expected


# --- the table of steps and codes ----------------------------------------------------------------


@pytest.mark.parametrize(("step", "code"), ROWS)
def test_start_with_a_fault_at_a_step_keeps_what_was_done_and_goes_on_later(
    world: World, step: str, code: str
) -> None:
    referred, partner, number = world.referred(), world.client(), STEPS.index(step)
    invitation = referred["EngagementInvitationId"]
    world.desk("PutTaskFault", Step=step, ReasonCode=code, Message=f"No luck at {step}.")

    failed = start(partner, invitation)
    assert (failed["TaskStatus"], failed["ReasonCode"]) == ("FAILED", code)
    assert failed["Message"] == f"No luck at {step}."
    expected = referred["OpportunityId"] if number > 1 else None
    assert failed.get("OpportunityId") == expected
    assert ("ResourceSnapshotJobId" in failed) == (number > 3)
    assert listed(partner) == [failed]
    ensure_done(world, referred, number)

    done = start(partner, invitation)
    assert done["TaskStatus"] == "COMPLETE"
    assert done["TaskId"] != failed["TaskId"]
    assert done["OpportunityId"] == referred["OpportunityId"]
    if number > 3:
        assert done["ResourceSnapshotJobId"] == failed["ResourceSnapshotJobId"]
    assert listed(partner) == [done, failed]
    ensure_done(world, referred, 5)


@pytest.mark.parametrize("step", STEPS)
def test_put_task_fault_with_a_code_of_another_step_is_refused(world: World, step: str) -> None:
    strange = sorted(MODELLED - CODES[step])
    assert strange
    for code in strange:
        with pytest.raises(Refused) as caught:
            world.desk("PutTaskFault", Step=step, ReasonCode=code)
        [error] = caught.value.body["ErrorList"]
        assert (error["FieldName"], error["Code"]) == ("reasonCode", "INVALID_VALUE")
    assert started(world)["TaskStatus"] == "COMPLETE"


def test_put_task_fault_takes_only_codes_of_the_model(world: World) -> None:
    assert set().union(*CODES.values()) <= MODELLED
    unknown = {"ReasonCode": "BadLuck", "Step": "SendFlowers", "Task": "CreateOpportunity"}
    for member, value in unknown.items():
        asked = {"Step": STEPS[0], "ReasonCode": "InternalError", member: value}
        with pytest.raises(Refused) as caught:
            world.desk("PutTaskFault", **asked)
        [error] = caught.value.body["ErrorList"]
        assert error["Code"] == "INVALID_ENUM_VALUE"
        assert error["Code"] in get_args(ErrorCode)


def test_put_task_fault_with_a_count_fails_that_many_tasks(world: World) -> None:
    world.desk("PutTaskFault", Step=STEPS[2], ReasonCode="ResourceSnapshotConflict", Count=2)
    states = [started(world)["TaskStatus"] for _ in range(3)]
    assert states == ["FAILED", "FAILED", "COMPLETE"]


def test_put_task_fault_twice_is_met_in_order(world: World) -> None:
    for code in ("InternalError", "RequestThrottled"):
        world.desk("PutTaskFault", Step=STEPS[1], ReasonCode=code)
    assert [started(world).get("ReasonCode") for _ in range(3)] == [
        "InternalError", "RequestThrottled", None,
    ]  # fmt: skip


def test_start_with_a_fault_that_has_no_message_says_where_it_comes_from(world: World) -> None:
    world.desk("PutTaskFault", Step=STEPS[1], ReasonCode="InternalError")
    assert started(world)["Message"]


# --- going on ------------------------------------------------------------------------------------


def test_start_again_and_again_goes_on_at_each_step_that_failed(world: World) -> None:
    referred, partner = world.referred(), world.client()
    invitation, made = referred["EngagementInvitationId"], []
    for number, step in enumerate(STEPS):
        world.desk("PutTaskFault", Step=step, ReasonCode="InternalError", Count=2)
        for _ in range(2):
            made.append(start(partner, invitation))
            assert made[-1]["TaskStatus"] == "FAILED"
            ensure_done(world, referred, number)
    made.append(start(partner, invitation))
    assert made[-1]["TaskStatus"] == "COMPLETE"
    assert listed(partner) == made[::-1]
    ensure_done(world, referred, 5)


@pytest.mark.parametrize("step", STEPS[1:])
def test_start_on_a_failed_task_shows_the_steps_that_were_done(world: World, step: str) -> None:
    world.desk("PutTaskFault", Step=step, ReasonCode="InternalError")
    failed = started(world)
    world.desk("PutPace", Mode="Held")
    resumed = start(world.client(), failed["EngagementInvitationId"])
    assert resumed["TaskStatus"] == "IN_PROGRESS"
    assert resumed["OpportunityId"]
    number = STEPS.index(step)
    task = world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=resumed["TaskId"])
    states = [one["Status"] for one in task["Steps"]]
    assert states == so_far(number + 1, 5)


def test_advance_task_of_a_failed_task_leaves_it_and_names_the_step(world: World) -> None:
    world.desk("PutTaskFault", Step=STEPS[2], ReasonCode="ResourceSnapshotAccessDenied")
    failed = started(world)
    for _ in range(2):
        task = world.desk(
            "AdvanceTask", Catalog="Sandbox", TaskIdentifier=failed["TaskId"], Steps=100
        )
        assert task["TaskStatus"] == "FAILED"
        assert [one["Status"] for one in task["Steps"]] == [
            "DONE", "DONE", "FAILED", "SKIPPED", "SKIPPED",
        ]  # fmt: skip
    assert listed(world.client()) == [failed]


@pytest.mark.parametrize("step", STEPS)
def test_start_by_another_account_on_a_failed_one_is_not_found(world: World, step: str) -> None:
    world.desk("PutTaskFault", Step=step, ReasonCode="InternalError")
    failed = started(world)
    other = world.client(OTHER)
    code = refused(
        other.start_engagement_by_accepting_invitation_task,
        Catalog="Sandbox",
        Identifier=failed["EngagementInvitationId"],
    )
    assert code == "ResourceNotFoundException"
    assert listed(other) == []
    assert start(world.client(), failed["EngagementInvitationId"])["TaskStatus"] == "COMPLETE"


def test_start_on_a_failed_one_with_other_tags_takes_the_new_ones(world: World) -> None:
    world.desk("PutTaskFault", Step=STEPS[1], ReasonCode="InternalError")
    failed = started(world, Tags=[{"Key": "team", "Value": "blue"}])
    partner = world.client()
    done = start(
        partner, failed["EngagementInvitationId"], Tags=[{"Key": "team", "Value": "green"}]
    )
    arn = partner.get_opportunity(Catalog="Sandbox", Identifier=done["OpportunityId"])["Arn"]
    tags = partner.list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "team", "Value": "green"}]

"""Every reason code of every step of the conversion's and the submission's tasks, by a fault that
was asked for: what stays, what is undone, and that a new Start leaves no litter."""

from typing import Any

import pytest

from cosell.selling.workflows.kinds import WORKFLOWS
from tests.answers import MODEL
from tests.harness import OTHER, Refused, World
from tests.tasking import (
    ACCEPTING,
    CONVERTING,
    KINDS,
    SANDBOX,
    SUBMITTING,
    Kind,
    advance,
    failure,
    prospect,
    so_far,
    states,
)

ANYWHERE = {"InternalError", "RequestThrottled"}
ENGAGEMENT = {
    "EngagementAccessDenied",
    "EngagementConflict",
    "EngagementValidationFailed",
    "ServiceQuotaExceeded",
}
OPPORTUNITY = {"OpportunityAccessDenied", "OpportunityConflict", "OpportunityValidationFailed"}
INVITATION = {
    "EngagementInvitationConflict",
    "InvitationAccessDenied",
    "InvitationValidationFailed",
    "ServiceQuotaExceeded",
}
SNAPSHOT = {
    "ResourceSnapshotAccessDenied",
    "ResourceSnapshotConflict",
    "ResourceSnapshotValidationFailed",
}
JOB = {
    "ResourceSnapshotJobAccessDenied",
    "ResourceSnapshotJobConflict",
    "ResourceSnapshotJobValidationFailed",
}
SHARE = {
    "CreateResourceSnapshot": SNAPSHOT,
    "CreateResourceSnapshotJob": JOB,
    "StartResourceSnapshotJob": JOB,
}
LEAD = {
    "ContextNotFound",
    "CustomerProjectContextNotPermitted",
    "DisqualifiedLeadNotPermitted",
}
CODES: dict[str, dict[str, set[str]]] = {
    "converting": {
        "GetEngagement": ENGAGEMENT | LEAD,
        "CreateOpportunity": OPPORTUNITY,
        **SHARE,
        "CreateEngagementContext": ENGAGEMENT | {"DisqualifiedLeadNotPermitted"},
    },
    "submitting": {
        "GetOpportunity": OPPORTUNITY | {"OpportunitySubmissionFailed"},
        "CreateEngagement": ENGAGEMENT,
        **SHARE,
        "CreateEngagementInvitation": INVITATION,
        "SubmitOpportunity": {"OpportunityAccessDenied", "OpportunitySubmissionFailed"},
    },
}
ROWS = [
    (kind, step, code)
    for kind, steps in CODES.items()
    for step, codes in steps.items()
    for code in sorted(codes | ANYWHERE)
]
MODELLED = set(MODEL["shapes"]["ReasonCode"]["enum"])


def made(world: World) -> dict[str, Any]:
    """What tasks make, as it can be listed, and the events that tell of it."""
    partner = world.client()
    jobs = partner.list_resource_snapshot_jobs(**SANDBOX)["ResourceSnapshotJobSummaries"]
    engagements = partner.list_engagements(**SANDBOX)["EngagementSummaryList"]
    contexts = [
        len(partner.get_engagement(**SANDBOX, Identifier=one["Id"]).get("Contexts", []))
        for one in engagements
    ]
    invitations = partner.list_engagement_invitations(**SANDBOX, ParticipantType="SENDER")
    opportunities = partner.list_opportunities(**SANDBOX)["OpportunitySummaries"]
    return {
        "contexts of engagements": contexts,
        "jobs": [job["Status"] for job in jobs],
        "invitations": len(invitations["EngagementInvitationSummaries"]),
        "reviews": [one["LifeCycle"]["ReviewStatus"] for one in opportunities],
        "events": [event["detail-type"] for event in world.events()],
    }


@pytest.fixture(scope="module", params=CODES)
def calm(request: pytest.FixtureRequest, server: Any) -> tuple[str, list[Any]]:
    """A task that the desk takes on step by step: what there is before each step, and after the
    last."""
    kind, world = KINDS[request.param], World(server)
    world.desk("PutPace", Mode="Held")
    task = kind.started(world)
    seen = [made(world)]
    for _ in kind.steps:
        advance(world, task)
        seen.append(made(world))
    return request.param, seen


# --- the table of steps and codes ----------------------------------------------------------------


def test_start_with_a_fault_keeps_what_was_done_and_a_new_one_ends_the_same(
    calm: tuple[str, list[Any]], server: Any
) -> None:
    name, seen = calm
    kind = KINDS[name]
    for step, code in [(step, code) for of, step, code in ROWS if of == name]:
        world, number = World(server), kind.steps.index(step)
        members = kind.prepare(world)
        world.desk("PutTaskFault", Step=step, ReasonCode=code, Message=f"No luck at {step}.")
        failed = kind.start(world, **members)
        assert (*failure(failed), failed["Message"]) == ("FAILED", code, f"No luck at {step}.")
        assert made(world) == seen[number], step
        assert kind.listed(world) == [failed]
        done = kind.start(world, **members)
        assert failure(done) == ("COMPLETE", None), step
        assert made(world) == seen[-1], step
        assert kind.listed(world) == [done, failed]


def test_the_tables_here_are_those_of_the_program() -> None:
    for name, steps in CODES.items():
        [workflow] = [one for one in WORKFLOWS if one.operation == KINDS[name].operation]
        told = {step.name: set(step.codes) for step in workflow.steps}
        assert told == {step: codes | ANYWHERE for step, codes in steps.items()}
        assert tuple(told) == KINDS[name].steps


def test_every_reason_code_of_the_model_ends_some_step() -> None:
    known = {code for workflow in WORKFLOWS for step in workflow.steps for code in step.codes}
    assert known == MODELLED


# --- faults for one kind of task -----------------------------------------------------------------


def ask(world: World, kind: Kind, step: str, code: str = "InternalError", **members: Any) -> Any:
    return world.desk("PutTaskFault", Task=kind.operation, Step=step, ReasonCode=code, **members)


def test_put_task_fault_for_one_kind_is_met_by_that_kind_alone(world: World) -> None:
    step = "CreateResourceSnapshot"
    answer = ask(world, SUBMITTING, step, Message="No.")
    assert answer | {"FaultId": ""} == {
        "FaultId": "",
        "Task": SUBMITTING.operation,
        "Step": step,
        "ReasonCode": "InternalError",
        "Message": "No.",
        "Count": 1,
        "Remaining": 1,
        "Fired": 0,
        "Status": "Live",
    }
    assert [failure(kind.started(world))[0] for kind in (ACCEPTING, CONVERTING)] == ["COMPLETE"] * 2
    assert failure(SUBMITTING.started(world)) == ("FAILED", "InternalError")
    assert failure(SUBMITTING.started(world)) == ("COMPLETE", None)


def test_put_task_fault_for_no_kind_is_met_by_whichever_comes_first(world: World) -> None:
    fault = {"Step": "CreateResourceSnapshotJob", "ReasonCode": "ResourceSnapshotJobConflict"}
    world.desk("PutTaskFault", **fault, Count=3)
    for kind in KINDS.values():
        assert failure(kind.started(world)) == ("FAILED", "ResourceSnapshotJobConflict")
    for kind in KINDS.values():
        assert failure(kind.started(world)) == ("COMPLETE", None)


def test_put_task_fault_with_count_0_takes_back_those_of_its_kind(world: World) -> None:
    step = "StartResourceSnapshotJob"
    for kind in (ACCEPTING, CONVERTING):
        ask(world, kind, step, Count=5)
    ask(world, CONVERTING, step, Count=0)
    assert failure(CONVERTING.started(world)) == ("COMPLETE", None)
    assert failure(ACCEPTING.started(world)) == ("FAILED", "InternalError")
    world.desk("PutTaskFault", Step=step, Count=0)
    assert failure(ACCEPTING.started(world)) == ("COMPLETE", None)


@pytest.mark.parametrize(
    ("kind", "step", "code", "field"),
    [
        (CONVERTING, "SubmitOpportunity", "InternalError", "step"),
        (SUBMITTING, "CreateOpportunity", "InternalError", "step"),
        (SUBMITTING, "SubmitOpportunity", "OpportunityConflict", "reasonCode"),
        (CONVERTING, "GetEngagement", "OpportunityConflict", "reasonCode"),
        (CONVERTING, "CreateEngagementContext", "ContextNotFound", "reasonCode"),
    ],
)
def test_put_task_fault_of_another_kinds_is_refused(
    world: World, kind: Kind, step: str, code: str, field: str
) -> None:
    with pytest.raises(Refused) as caught:
        ask(world, kind, step, code)
    [error] = caught.value.body["ErrorList"]
    assert (error["FieldName"], error["Code"]) == (field, "INVALID_VALUE")


def test_put_task_fault_fails_one_engagement_of_a_prospecting_task(world: World) -> None:
    ids = [CONVERTING.prepare(world)["Identifier"] for _ in range(2)]
    world.desk("PutTaskFault", Step="ProspectEngagement", ReasonCode="RequestThrottled")
    task = prospect(world, *ids)
    assert task["TaskStatus"] == "COMPLETED"
    told = advance(world, task)
    assert [one["Status"] for one in told["Engagements"]] == ["FAILED", "COMPLETED"]
    assert told["Engagements"][0]["ReasonCode"] == "RequestThrottled"
    assert states(told) == ["FAILED", "DONE"]


# --- going on ------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", CONVERTING.steps[2:])
def test_start_on_a_lead_goes_on_where_the_draft_was_made(world: World, step: str) -> None:
    members = CONVERTING.prepare(world)
    world.desk("PutTaskFault", Step=step, ReasonCode="InternalError")
    failed = CONVERTING.start(world, **members)
    world.desk("PutPace", Mode="Held")
    resumed = CONVERTING.start(world, **members)
    assert resumed["OpportunityId"] == failed["OpportunityId"]
    number = CONVERTING.steps.index(step)
    assert states(advance(world, resumed)) == so_far(number + 1, len(CONVERTING.steps))


@pytest.mark.parametrize("step", CONVERTING.steps[:2])
def test_start_on_a_lead_begins_anew_where_no_draft_was_made(world: World, step: str) -> None:
    members = CONVERTING.prepare(world)
    world.desk("PutTaskFault", Step=step, ReasonCode="InternalError")
    assert "OpportunityId" not in CONVERTING.start(world, **members)
    world.desk("PutPace", Mode="Held")
    resumed = CONVERTING.start(world, **members)
    assert states(advance(world, resumed)) == so_far(1, 6)


def test_start_on_another_lead_of_the_engagement_never_goes_on_with_the_first(
    world: World,
) -> None:
    members = CONVERTING.prepare(world)
    about = world.client().get_engagement(**SANDBOX, Identifier=members["Identifier"])
    context = {name: about["Contexts"][0][name] for name in ("Type", "Payload")}
    world.client().create_engagement_context(
        **SANDBOX, EngagementIdentifier=members["Identifier"], **context
    )
    world.desk("PutTaskFault", Step="CreateResourceSnapshot", ReasonCode="InternalError")
    failed = CONVERTING.start(world, **members)
    other = CONVERTING.start(world, **{**members, "ContextIdentifier": "2"})
    assert other["OpportunityId"] != failed["OpportunityId"]
    again = CONVERTING.start(world, **members)
    assert again["OpportunityId"] == failed["OpportunityId"]


def test_start_after_a_heir_completed_makes_a_second_draft(world: World) -> None:
    members = CONVERTING.prepare(world)
    world.desk("PutTaskFault", Step="CreateResourceSnapshot", ReasonCode="InternalError")
    first, second, third = (CONVERTING.start(world, **members) for _ in range(3))
    assert first["OpportunityId"] == second["OpportunityId"] != third["OpportunityId"]


def test_start_refused_beside_an_unfinished_one_takes_nothing_over(world: World) -> None:
    members = CONVERTING.prepare(world)
    world.desk("PutTaskFault", Step="CreateResourceSnapshot", ReasonCode="InternalError")
    failed = CONVERTING.start(world, **members)
    world.desk("PutPace", Mode="Held")
    heir = CONVERTING.start(world, **members)
    assert failure(CONVERTING.start(world, **members)) == ("FAILED", "EngagementConflict")
    world.desk("PutTaskFault", Step="CreateResourceSnapshot", ReasonCode="InternalError")
    assert failure(advance(world, heir)) == ("FAILED", "InternalError")
    last = CONVERTING.start(world, **members)
    assert last["OpportunityId"] == failed["OpportunityId"]


@pytest.mark.parametrize("kind", [ACCEPTING, CONVERTING, SUBMITTING], ids=KINDS)
def test_job_that_was_deleted_half_way_fails_the_task_and_a_new_start_makes_another(
    world: World, kind: Kind
) -> None:
    members = kind.prepare(world)
    world.desk("PutPace", Mode="Held")
    task = kind.start(world, **members)
    told = advance(world, task, Steps=4)
    job = {**SANDBOX, "ResourceSnapshotJobIdentifier": told["ResourceSnapshotJobId"]}
    world.client().delete_resource_snapshot_job(**job)
    assert failure(advance(world, task)) == ("FAILED", "ResourceSnapshotJobAccessDenied")
    world.desk("PutPace", Mode="Inline")
    done = kind.start(world, **members)
    assert failure(done) == ("COMPLETE", None)
    assert done["ResourceSnapshotJobId"] != told["ResourceSnapshotJobId"]
    assert made(world)["jobs"] == ["Running"]


@pytest.mark.parametrize("kind", [ACCEPTING, CONVERTING, SUBMITTING], ids=KINDS)
def test_job_of_a_failed_task_may_be_deleted_and_a_new_start_makes_another(
    world: World, kind: Kind
) -> None:
    members = kind.prepare(world)
    world.desk("PutTaskFault", Step="StartResourceSnapshotJob", ReasonCode="InternalError")
    assert failure(kind.start(world, **members)) == ("FAILED", "InternalError")
    jobs = world.client().list_resource_snapshot_jobs(**SANDBOX)["ResourceSnapshotJobSummaries"]
    [gone] = [job["Id"] for job in jobs]
    world.client().delete_resource_snapshot_job(**SANDBOX, ResourceSnapshotJobIdentifier=gone)
    world.desk("PutTaskFault", Step="StartResourceSnapshotJob", ReasonCode="InternalError")
    assert failure(kind.start(world, **members)) == ("FAILED", "InternalError")  # once more
    done = kind.start(world, **members)
    assert failure(done) == ("COMPLETE", None)
    assert done["ResourceSnapshotJobId"] != gone
    assert made(world)["jobs"] == ["Running"]


def test_start_by_another_member_never_goes_on_with_mine(world: World) -> None:
    members = CONVERTING.prepare(world, OTHER)
    world.desk("PutTaskFault", Step="CreateResourceSnapshot", ReasonCode="InternalError")
    theirs = CONVERTING.start(world, OTHER, **members)
    id = world.client(OTHER).create_engagement_invitation(
        **SANDBOX,
        EngagementIdentifier=members["Identifier"],
        Invitation={
            "Message": "Join us.",
            "Receiver": {"Account": {"AwsAccountId": "111122223333"}},
            "Payload": {"LeadInvitation": {"Customer": {
                "CompanyName": "Example Company", "CountryCode": "US", "Industry": "Retail",
                "WebsiteUrl": "https://www.example.com",
            }, "Interaction": {"ContactBusinessTitle": "Head", "SourceType": "Webinar"}}},
        },
    )["Id"]  # fmt: skip
    world.client().accept_engagement_invitation(**SANDBOX, Identifier=id)
    mine = CONVERTING.start(world, **members)
    assert failure(mine) == ("COMPLETE", None)
    assert mine["OpportunityId"] != theirs["OpportunityId"]
    again = CONVERTING.start(world, OTHER, **members)
    assert again["OpportunityId"] == theirs["OpportunityId"]

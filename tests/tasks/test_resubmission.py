"""StartEngagementFromOpportunityTask after AWS's review: which states it may start from, and that a
resubmission goes on with what the first one made."""

import re
from typing import Any

import pytest

from tests.harness import ACCOUNT, World
from tests.sharing import target
from tests.submitting import CO_SELL, VISIBILITY_ONLY, created
from tests.tasking import CONVERTING, SANDBOX, SUBMITTING, advance, failure, led
from tests.updating import body

CORRECTED = {"Project.CustomerBusinessProblem": "The customer moves its web shop, and the reports."}


def on(id: str, **submission: str) -> dict[str, Any]:
    return {"Identifier": id, "AwsSubmission": {**CO_SELL, **submission}}


def review(world: World, id: str, outcome: str, **members: Any) -> None:
    asked = {**SANDBOX, "OpportunityIdentifier": id, "Outcome": outcome, **members}
    world.desk("ReviewOpportunity", **asked)


def status(world: World, id: str) -> Any:
    found = world.client().get_opportunity(**SANDBOX, Identifier=id)
    return found["LifeCycle"]["ReviewStatus"]


def update(world: World, id: str, changes: dict[str, Any]) -> None:
    world.client().update_opportunity(**body(world, id, changes))


def submitted(world: World, **submission: str) -> Any:
    """A task that submitted an opportunity of its own."""
    return SUBMITTING.start(world, **on(created(world), **submission))


def made(world: World) -> dict[str, Any]:
    """What tasks make, and the events that tell of it."""
    partner = world.client()
    jobs = partner.list_resource_snapshot_jobs(**SANDBOX)["ResourceSnapshotJobSummaries"]
    sent = partner.list_engagement_invitations(**SANDBOX, ParticipantType="SENDER")
    return {
        "engagements": len(partner.list_engagements(**SANDBOX)["EngagementSummaryList"]),
        "jobs": sorted(job["Id"] for job in jobs),
        "invitations": [one["Id"] for one in sent["EngagementInvitationSummaries"]],
        "events": len(world.events()),
    }


IDS = ("EngagementId", "EngagementInvitationId", "ResourceSnapshotJobId", "OpportunityId")


def ids(task: Any) -> list[Any]:
    return [task.get(name) for name in IDS]


# --- Action Required -----------------------------------------------------------------------------


def test_start_in_action_required_submits_again_with_what_is_there(world: World) -> None:
    first = submitted(world)
    id = first["OpportunityId"]
    review(world, id, "Action Required", Comments="Which reports?")
    before = made(world)
    second = SUBMITTING.start(world, **on(id))
    assert failure(second) == ("COMPLETE", None)
    assert ids(second) == ids(first)
    assert status(world, id) == "Submitted"
    after = made(world)
    assert {**after, "events": 0} == {**before, "events": 0}
    assert second["TaskId"] != first["TaskId"]


def test_start_after_a_correction_completes_and_makes_nothing_new(world: World) -> None:
    """The update itself submitted it again."""
    first = submitted(world)
    id = first["OpportunityId"]
    review(world, id, "Action Required")
    update(world, id, CORRECTED)
    assert status(world, id) == "Submitted"
    before = made(world)
    revision = world.client().get_resource_snapshot(**target(first["EngagementId"], id))["Revision"]
    second = SUBMITTING.start(world, **on(id))
    assert failure(second) == ("COMPLETE", None)
    assert ids(second) == ids(first)
    assert made(world) == before
    shown = world.client().get_resource_snapshot(**target(first["EngagementId"], id))
    assert shown["Revision"] == revision


@pytest.mark.parametrize("deleted", [False, True], ids=["stopped", "deleted"])
def test_start_after_a_correction_leaves_a_job_that_runs(world: World, deleted: bool) -> None:
    """As a Start in Action Required does."""
    world.client().put_selling_system_settings(
        **SANDBOX, ResourceSnapshotJobRoleIdentifier="Snapshots"
    )
    first = submitted(world)
    id, partner = first["OpportunityId"], world.client()
    review(world, id, "Action Required")
    job = {**SANDBOX, "ResourceSnapshotJobIdentifier": first["ResourceSnapshotJobId"]}
    partner.stop_resource_snapshot_job(**job)
    update(world, id, CORRECTED)
    if deleted:
        partner.delete_resource_snapshot_job(**job)
    before, here = made(world), target(first["EngagementId"], id)
    revision = partner.get_resource_snapshot(**here)["Revision"]
    second = SUBMITTING.start(world, **on(id))
    assert failure(second) == ("COMPLETE", None)
    assert (second["ResourceSnapshotJobId"] == first["ResourceSnapshotJobId"]) != deleted
    assert made(world)["jobs"] == [second["ResourceSnapshotJobId"]]
    assert made(world)["invitations"] == before["invitations"]
    job["ResourceSnapshotJobIdentifier"] = second["ResourceSnapshotJobId"]
    assert partner.get_resource_snapshot_job(**job)["Status"] == "Running"
    # The job shares the correction, which it missed.
    assert partner.get_resource_snapshot(**here)["Revision"] == revision + 1


def test_start_in_action_required_starts_a_job_that_was_stopped(world: World) -> None:
    first = submitted(world)
    id, partner = first["OpportunityId"], world.client()
    job = {**SANDBOX, "ResourceSnapshotJobIdentifier": first["ResourceSnapshotJobId"]}
    partner.stop_resource_snapshot_job(**job)
    review(world, id, "Action Required")
    assert ids(SUBMITTING.start(world, **on(id))) == ids(first)
    assert partner.get_resource_snapshot_job(**job)["Status"] == "Running"


def test_start_in_action_required_makes_another_job_for_one_that_was_deleted(world: World) -> None:
    first = submitted(world)
    id, partner = first["OpportunityId"], world.client()
    job = {**SANDBOX, "ResourceSnapshotJobIdentifier": first["ResourceSnapshotJobId"]}
    partner.stop_resource_snapshot_job(**job)
    partner.delete_resource_snapshot_job(**job)
    review(world, id, "Action Required")
    second = SUBMITTING.start(world, **on(id))
    assert second["ResourceSnapshotJobId"] != first["ResourceSnapshotJobId"]
    assert made(world)["jobs"] == [second["ResourceSnapshotJobId"]]


def test_start_in_action_required_goes_on_after_a_failure(world: World) -> None:
    first = submitted(world)
    id = first["OpportunityId"]
    review(world, id, "Action Required")
    for step in SUBMITTING.steps:
        world.desk("PutTaskFault", Step=step, ReasonCode="InternalError")
        assert failure(SUBMITTING.start(world, **on(id))) == ("FAILED", "InternalError")
    assert ids(SUBMITTING.start(world, **on(id))) == ids(first)
    assert len(made(world)["jobs"]) == len(made(world)["invitations"]) == 1


def test_start_for_visibility_only_after_a_co_sell_submission_fails(world: World) -> None:
    id = submitted(world)["OpportunityId"]
    review(world, id, "Action Required")
    task = SUBMITTING.start(world, **on(id, **VISIBILITY_ONLY))
    assert failure(task) == ("FAILED", "OpportunitySubmissionFailed")
    assert "involvementType" in task["Message"]
    assert failure(SUBMITTING.start(world, **on(id))) == ("COMPLETE", None)


SENT_BACK = {
    "LifeCycle.ReviewStatus": "Action Required",
    "PrimaryNeedsFromAws": ["Co-Sell - Deal Support"],
}


def involved(world: World, id: str) -> Any:
    asked = {**SANDBOX, "RelatedOpportunityIdentifier": id}
    summary = world.client().get_aws_opportunity_summary(**asked)
    return summary["InvolvementType"], summary["Visibility"]


def test_start_after_a_correction_that_asks_for_more_submits_it_so(world: World) -> None:
    first = submitted(world, **VISIBILITY_ONLY, Visibility="Limited")
    id = first["OpportunityId"]
    update(world, id, SENT_BACK)
    update(world, id, CORRECTED)
    assert involved(world, id) == ("For Visibility Only", "Limited")
    second = SUBMITTING.start(world, **on(id))
    assert failure(second) == ("COMPLETE", None)
    assert ids(second) == ids(first)
    assert (status(world, id), involved(world, id)) == ("Submitted", ("Co-Sell", "Full"))


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"Visibility": "Limited"}, "primaryNeedsFromAws"), (VISIBILITY_ONLY, "involvementType")],
    ids=["limited", "visibility only"],
)
def test_start_after_a_correction_fails_like_any_other(
    world: World, asked: dict[str, str], field: str
) -> None:
    id = submitted(world)["OpportunityId"]
    review(world, id, "Action Required")
    update(world, id, CORRECTED)
    task = SUBMITTING.start(world, **on(id, **asked))
    assert failure(task) == ("FAILED", "OpportunitySubmissionFailed")
    assert field in task["Message"]
    assert involved(world, id) == ("Co-Sell", "Full")
    assert failure(SUBMITTING.start(world, **on(id))) == ("COMPLETE", None)


# --- the other states ----------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["In review", "Approved", "Rejected"])
def test_start_in_any_other_state_fails(world: World, outcome: str) -> None:
    id = submitted(world)["OpportunityId"]
    reason = {"Reason": "Other"} if outcome == "Rejected" else {}
    review(world, id, outcome, **reason)
    before = made(world)
    task = SUBMITTING.start(world, **on(id))
    assert failure(task) == ("FAILED", "OpportunitySubmissionFailed")
    assert outcome in task["Message"]
    assert "EngagementId" not in task
    assert made(world) == before
    assert status(world, id) == outcome


def test_start_on_what_the_sandbox_approved_by_itself_fails(world: World) -> None:
    id = created(world)
    update(world, id, {"LifeCycle.ReviewStatus": "Approved"})
    task = SUBMITTING.start(world, **on(id))
    assert failure(task) == ("FAILED", "OpportunitySubmissionFailed")


@pytest.mark.parametrize("stage", ["Closed Lost", "Launched"])
def test_start_on_an_ended_opportunity_fails_for_its_stage_too(world: World, stage: str) -> None:
    id, partner = submitted(world)["OpportunityId"], world.client()
    partner.associate_opportunity(
        **SANDBOX,
        OpportunityIdentifier=id,
        RelatedEntityType="Solutions",
        RelatedEntityIdentifier="S-1234567",
    )
    review(world, id, "Approved")
    changes = {"LifeCycle.Stage": stage}
    if stage == "Closed Lost":
        changes["LifeCycle.ClosedLostReason"] = "Price"
    update(world, id, changes)
    task = SUBMITTING.start(world, **on(id))
    assert failure(task) == ("FAILED", "OpportunitySubmissionFailed")
    assert re.findall(r"([A-Z_]+) ([\w.]+): ", task["Message"]) == [
        ("ACTION_NOT_PERMITTED", "lifeCycle.reviewStatus"),
        ("ACTION_NOT_PERMITTED", "lifeCycle.stage"),
    ]


def test_advance_task_after_a_review_meanwhile_fails_at_the_end(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    id = created(world)
    task = SUBMITTING.start(world, **on(id))
    advance(world, task, Steps=6)
    update(world, id, {"LifeCycle.ReviewStatus": "Approved"})
    assert failure(advance(world, task)) == ("FAILED", "OpportunitySubmissionFailed")


# --- a lead's opportunity ------------------------------------------------------------------------


def completed(world: World, id: str) -> None:
    """What a converted draft needs to be submitted."""
    update(
        world,
        id,
        {
            "Customer.Account.Address.PostalCode": "98101",
            "Customer.Account.Address.StateOrRegion": "Washington",
            "PrimaryNeedsFromAws": ["Co-Sell - Architectural Validation"],
            "Project.CustomerUseCase": "Migration / Database Migration",
            "Project.DeliveryModels": ["Professional Services"],
            "Project.ExpectedCustomerSpend": [
                {
                    "Amount": "2500.00",
                    "CurrencyCode": "USD",
                    "Frequency": "Monthly",
                    "TargetCompany": "AWS",
                }
            ],
            "Project.OtherSolutionDescription": "A migration that we carry out ourselves",
            "Project.SalesActivities": ["Initialized discussions with customer"],
            "Project.Title": "Web shop on AWS",
        },
    )


def test_start_on_a_leads_opportunity_reuses_its_engagement_and_makes_its_own_job(
    world: World,
) -> None:
    members = led(world)
    converted = CONVERTING.start(world, **members)
    id = converted["OpportunityId"]
    completed(world, id)
    task = SUBMITTING.start(world, **on(id))
    assert failure(task) == ("COMPLETE", None)
    assert task["EngagementId"] == members["Identifier"]
    assert task["ResourceSnapshotJobId"] != converted["ResourceSnapshotJobId"]
    engagement = world.client().get_engagement(**SANDBOX, Identifier=members["Identifier"])
    assert [one["Type"] for one in engagement["Contexts"]] == ["Lead", "CustomerProject"]
    assert engagement["CreatedBy"] == ACCOUNT
    review(world, id, "Action Required")
    again = SUBMITTING.start(world, **on(id))
    assert ids(again) == ids(task)


def test_start_on_an_opportunity_of_aws_s_lead_invites_nobody(world: World) -> None:
    referred = world.desk("ReferLead", **SANDBOX, ReceiverAccountId=ACCOUNT)
    world.client().accept_engagement_invitation(
        **SANDBOX, Identifier=referred["EngagementInvitationId"]
    )
    converted = CONVERTING.start(world, Identifier=referred["EngagementId"], ContextIdentifier="1")
    assert failure(converted) == ("COMPLETE", None)
    completed(world, converted["OpportunityId"])
    task = SUBMITTING.start(world, **on(converted["OpportunityId"]))
    assert failure(task) == ("COMPLETE", None)
    assert task["EngagementId"] == referred["EngagementId"]
    assert "EngagementInvitationId" not in task
    review(world, task["OpportunityId"], "Approved")
    assert status(world, task["OpportunityId"]) == "Approved"

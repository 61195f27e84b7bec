"""StartEngagementFromOpportunityTask: what it makes, and Start on an opportunity in every state
that does not need AWS's review (test_resubmission.py has those)."""

from typing import Any

import pytest

from tests.engaging import engaged, invited, lead, project
from tests.harness import OTHER, World, opportunity
from tests.refusal import refusal
from tests.scenes import TEMPLATE, started
from tests.sharing import target
from tests.submitting import CO_SELL, VISIBILITY_ONLY, created, shown, submittable
from tests.tasking import CONVERTING, SANDBOX, SUBMITTING, advance, complete, failure, led

TAGS = [{"Key": "team", "Value": "blue"}]
MISSING = {
    "project.customerUseCase",
    "project.deliveryModels",
    "project.salesActivities",
    "primaryNeedsFromAws",
    "relatedEntityIdentifiers",
}


def on(id: str, **submission: str) -> dict[str, Any]:
    return {"Identifier": id, "AwsSubmission": {**CO_SELL, **submission}}


def secret() -> dict[str, Any]:
    """What makes an opportunity one of national security, without a site."""
    account = {
        "Address": {"CountryCode": "US", "PostalCode": "98101"},
        "CompanyName": "An agency",
        "Industry": "Government",
    }
    return {"NationalSecurity": "Yes", "Customer": {"Account": account}}


def read(world: World, id: str) -> Any:
    return world.client().get_opportunity(**SANDBOX, Identifier=id)


def made(world: World) -> dict[str, int]:
    """How many there are of what a task makes."""
    partner = world.client()
    return {
        "engagements": len(partner.list_engagements(**SANDBOX)["EngagementSummaryList"]),
        "jobs": len(partner.list_resource_snapshot_jobs(**SANDBOX)["ResourceSnapshotJobSummaries"]),
        "invitations": len(
            partner.list_engagement_invitations(**SANDBOX, ParticipantType="SENDER")[
                "EngagementInvitationSummaries"
            ]
        ),
    }


def ensure_failed(world: World, members: dict[str, Any], code: str) -> str:
    """Start FAILED before it did anything; its message."""
    before = made(world), read(world, members["Identifier"])["LifeCycle"]["ReviewStatus"]
    task = SUBMITTING.start(world, **members)
    assert failure(task) == ("FAILED", code)
    assert task["OpportunityId"] == members["Identifier"]
    assert not {"EngagementId", "EngagementInvitationId", "ResourceSnapshotJobId"} & set(task)
    assert SUBMITTING.listed(world, TaskIdentifier=[task["TaskId"]]) == [task]
    after = made(world), read(world, members["Identifier"])["LifeCycle"]["ReviewStatus"]
    assert after == before
    return str(task["Message"])


# --- what it makes -------------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", ["Sandbox", "AWS"])
def test_start_submits_and_names_what_it_made(world: World, catalog: str) -> None:
    members = complete(world, catalog=catalog)
    task = SUBMITTING.start(world, Catalog=catalog, **members)
    assert failure(task) == ("COMPLETE", None)
    assert task["OpportunityId"] == members["Identifier"]
    partner, where = world.client(), {"Catalog": catalog}
    found = partner.get_opportunity(**where, Identifier=task["OpportunityId"])
    assert found["LifeCycle"]["ReviewStatus"] == "Submitted"
    engagement = partner.get_engagement(**where, Identifier=task["EngagementId"])
    assert (engagement["Title"], engagement["MemberCount"]) == ("Web shop on AWS", 1)
    assert engagement["Description"] == found["Project"]["CustomerBusinessProblem"]
    [context] = engagement["Contexts"]
    assert (context["Id"], context["Type"]) == ("1", "CustomerProject")
    job = partner.get_resource_snapshot_job(
        **where, ResourceSnapshotJobIdentifier=task["ResourceSnapshotJobId"]
    )
    assert (job["Status"], job["EngagementId"]) == ("Running", task["EngagementId"])
    invitation = partner.get_engagement_invitation(
        **where, Identifier=task["EngagementInvitationId"]
    )
    assert (invitation["Status"], invitation["EngagementTitle"]) == ("PENDING", "Web shop on AWS")
    assert invitation["Receiver"]["Account"]["AwsAccountId"] == "aws"
    assert "ExpirationDate" not in invitation


def test_start_cuts_what_an_engagement_has_no_room_for(world: World) -> None:
    project = {
        **submittable()["Project"],
        "Title": "T" * 255,
        "CustomerBusinessProblem": "P" * 2000,
    }
    task = SUBMITTING.started(world, **complete(world, Project=project))
    engagement = world.client().get_engagement(**SANDBOX, Identifier=task["EngagementId"])
    assert (engagement["Title"], engagement["Description"]) == ("T" * 40, "P" * 255)
    about = engagement["Contexts"][0]["Payload"]["CustomerProject"]["Project"]
    assert (len(about["Title"]), len(about["BusinessProblem"])) == (255, 2000)


def test_start_for_a_secret_customer_makes_an_engagement_without_a_context(world: World) -> None:
    task = SUBMITTING.started(world, **complete(world, **secret()))
    assert task["TaskStatus"] == "COMPLETE"
    engagement = world.client().get_engagement(**SANDBOX, Identifier=task["EngagementId"])
    assert "Contexts" not in engagement


def test_start_puts_its_tags_on_the_job(world: World) -> None:
    task = SUBMITTING.started(world, Tags=TAGS)
    partner = world.client()
    job = partner.get_resource_snapshot_job(
        **SANDBOX, ResourceSnapshotJobIdentifier=task["ResourceSnapshotJobId"]
    )
    assert partner.list_tags_for_resource(ResourceArn=job["Arn"])["Tags"] == TAGS
    arn = read(world, task["OpportunityId"])["Arn"]
    assert partner.list_tags_for_resource(ResourceArn=arn)["Tags"] == []


def test_start_for_visibility_only_wants_no_support_and_keeps_the_next_steps(world: World) -> None:
    life = {"TargetCloseDate": "2099-12-31", "NextSteps": "Call them."}
    id = created(world, LifeCycle=life)
    assert SUBMITTING.start(world, **on(id, **VISIBILITY_ONLY))["TaskStatus"] == "COMPLETE"
    found = read(world, id)
    assert found["PrimaryNeedsFromAws"] == ["Do Not Need Support from AWS Sales Rep"]
    assert found["LifeCycle"]["NextSteps"] == "Call them."


def test_start_with_limited_visibility_needs_no_sales_activities(world: World) -> None:
    project = submittable()["Project"]
    del project["SalesActivities"]
    id = created(world, Project=project, PrimaryNeedsFromAws=[])
    members = on(id, **VISIBILITY_ONLY, Visibility="Limited")
    assert SUBMITTING.start(world, **members)["TaskStatus"] == "COMPLETE"


def test_start_without_a_role_leaves_one_revision_and_a_failure_of_the_job(world: World) -> None:
    task = SUBMITTING.started(world)
    partner = world.client()
    asked = target(task["EngagementId"], task["OpportunityId"])
    shown_now = partner.get_resource_snapshot(**asked)
    assert shown_now["Revision"] == 1
    life = shown_now["Payload"]["OpportunitySummary"]["Lifecycle"]
    assert life["ReviewStatus"] == "Pending Submission"
    job = partner.get_resource_snapshot_job(
        **SANDBOX, ResourceSnapshotJobIdentifier=task["ResourceSnapshotJobId"]
    )
    assert "PutSellingSystemSettings" in job["LastFailure"]


def test_start_with_a_role_shares_the_submission_at_once(world: World) -> None:
    partner = world.client()
    partner.put_selling_system_settings(**SANDBOX, ResourceSnapshotJobRoleIdentifier="Snapshots")
    task = SUBMITTING.started(world)
    shown_now = partner.get_resource_snapshot(**target(task["EngagementId"], task["OpportunityId"]))
    assert shown_now["Revision"] == 2
    life = shown_now["Payload"]["OpportunitySummary"]["Lifecycle"]
    assert life["ReviewStatus"] == "Submitted"


# --- what is there already -----------------------------------------------------------------------


def test_start_takes_the_engagement_where_the_opportunity_is_shown(world: World) -> None:
    id = created(world)
    engagement = engaged(world)["Id"]
    shown(world, id, engagement)
    task = SUBMITTING.start(world, **on(id))
    assert (task["TaskStatus"], task["EngagementId"]) == ("COMPLETE", engagement)
    assert made(world)["engagements"] == 1
    snapshot = world.client().get_resource_snapshot(**target(engagement, id))
    assert snapshot["Revision"] == 1, "nothing had changed"


def test_start_takes_the_leads_engagement_and_a_job_of_its_own(world: World) -> None:
    members = led(world)
    converted = CONVERTING.start(world, **members)
    id, partner = converted["OpportunityId"], world.client()
    assert failure(SUBMITTING.start(world, **on(id))) == ("FAILED", "OpportunityValidationFailed")
    whole = partner.create_opportunity(**SANDBOX, **submittable())["Id"]
    shown(world, whole, members["Identifier"])
    task = SUBMITTING.start(world, **on(whole))
    assert (task["TaskStatus"], task["EngagementId"]) == ("COMPLETE", members["Identifier"])
    assert task["ResourceSnapshotJobId"] != converted["ResourceSnapshotJobId"]


def test_start_beside_a_job_that_was_asked_for_makes_one_of_its_own(world: World) -> None:
    id = created(world)
    engagement = engaged(world)["Id"]
    shown(world, id, engagement)
    asked = world.client().create_resource_snapshot_job(**target(engagement, id))
    task = SUBMITTING.start(world, **on(id))
    assert task["ResourceSnapshotJobId"] != asked["Id"]
    assert made(world)["jobs"] == 2


def test_start_where_aws_is_a_member_invites_nobody(world: World) -> None:
    engagement = world.client().get_engagement_invitation(
        **SANDBOX, Identifier=started(world)["EngagementInvitationId"]
    )["EngagementId"]
    id = created(world)
    shown(world, id, engagement)
    task = SUBMITTING.start(world, **on(id))
    assert (task["TaskStatus"], task["EngagementId"]) == ("COMPLETE", engagement)
    assert "EngagementInvitationId" not in task
    assert made(world)["invitations"] == 0


# --- Start on … ----------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["O1", "O9999999999999999999"])
def test_start_on_an_unknown_opportunity_is_not_found(world: World, id: str) -> None:
    start = world.client().start_engagement_from_opportunity_task
    assert refusal(start, **SANDBOX, **on(id)).code == "ResourceNotFoundException"
    assert SUBMITTING.listed(world) == []


def test_start_on_what_the_caller_cannot_see_is_not_found(world: World) -> None:
    id, other = created(world), World(world.server)
    referred = world.referred()["OpportunityId"]
    for client, asked in (
        (world.client(OTHER), {**SANDBOX, **on(id)}),
        (world.client(), {"Catalog": "AWS", **on(id)}),
        (world.client(), {**SANDBOX, **on(referred)}),
        (other.client(), {**SANDBOX, **on(id)}),
    ):
        told = refusal(client.start_engagement_from_opportunity_task, **asked)
        assert (told.code, told.status) == ("ResourceNotFoundException", 400)


def test_start_on_an_incomplete_opportunity_fails_for_all_that_is_missing(world: World) -> None:
    id = world.client().create_opportunity(**SANDBOX, **opportunity())["Id"]
    told = ensure_failed(world, on(id), "OpportunityValidationFailed")
    parts = [one.split(": ", 1)[0].split(" ") for one in told.split("; ")]
    assert {field for _, field in parts} == MISSING
    assert {code for code, _ in parts} == {"REQUIRED_FIELD_MISSING"}


@pytest.mark.parametrize(
    ("changes", "submission", "field"),
    [
        ({}, {"Visibility": "Limited"}, "primaryNeedsFromAws"),
        (
            secret(),
            VISIBILITY_ONLY,
            "nationalSecurity",
        ),
    ],
    ids=["co-sell-limited", "secret-visibility-only"],
)
def test_start_that_may_not_be_fails_the_submission(
    world: World, changes: dict[str, Any], submission: dict[str, str], field: str
) -> None:
    members = on(created(world, **changes), **submission)
    told = ensure_failed(world, members, "OpportunitySubmissionFailed")
    assert told.startswith(f"ACTION_NOT_PERMITTED {field}: ")


@pytest.mark.parametrize("submission", [CO_SELL, VISIBILITY_ONLY], ids=["co-sell", "visibility"])
def test_start_on_a_submitted_opportunity_fails(world: World, submission: dict[str, str]) -> None:
    id = created(world)
    SUBMITTING.start(world, **on(id))
    told = ensure_failed(world, on(id, **submission), "OpportunitySubmissionFailed")
    assert told.startswith("ACTION_NOT_PERMITTED lifeCycle.reviewStatus: ")
    assert "Submitted" in told


def test_start_on_an_accepted_referral_fails(world: World) -> None:
    id = started(world)["OpportunityId"]
    told = ensure_failed(world, on(id), "OpportunitySubmissionFailed")
    assert "Approved" in told


def test_start_beside_an_unfinished_task_fails_and_leaves_that_alone(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    members = complete(world)
    first = SUBMITTING.start(world, **members)
    assert first["TaskStatus"] == "IN_PROGRESS"
    assert first["TaskId"] in ensure_failed(world, members, "OpportunityConflict")
    done = advance(world, first, Steps=7)
    assert (done["TaskStatus"], done["ReasonCode"]) == ("COMPLETE", None)


def test_start_in_a_leads_engagement_without_a_customer_project_fails(world: World) -> None:
    engagement = engaged(world, *[lead()] * 5)["Id"]
    id = created(world)
    shown(world, id, engagement)
    task = SUBMITTING.start(world, **on(id))
    assert failure(task) == ("FAILED", "EngagementValidationFailed")
    assert "CustomerProject" in task["Message"]
    assert made(world) == {"engagements": 1, "jobs": 0, "invitations": 0}


def test_start_in_a_full_engagement_fails_with_the_quota(world: World) -> None:
    engagement = engaged(world, project())["Id"]
    for number in range(9):
        invited(world, engagement, f"{number:012}")
    id = created(world)
    shown(world, id, engagement)
    task = SUBMITTING.start(world, **on(id))
    assert failure(task) == ("FAILED", "ServiceQuotaExceeded")
    assert read(world, id)["LifeCycle"]["ReviewStatus"] == "Pending Submission"


# --- asked first and last ------------------------------------------------------------------------


def test_advance_task_asks_again_at_the_end_whether_it_may(world: World) -> None:
    """Meanwhile the opportunity was submitted directly."""
    world.desk("PutPace", Mode="Held")
    members = complete(world)
    task = SUBMITTING.start(world, **members)
    assert advance(world, task, Steps=5)["TaskStatus"] == "IN_PROGRESS"
    world.client().submit_opportunity(**SANDBOX, **CO_SELL, Identifier=members["Identifier"])
    ended = advance(world, task, Steps=2)
    assert failure(ended) == ("FAILED", "OpportunitySubmissionFailed")
    assert "lifeCycle.reviewStatus" in ended["Message"]
    assert made(world)["invitations"] == 1


def test_start_again_after_a_failure_leaves_no_litter(world: World) -> None:
    """Also where nothing but an engagement was made: it is not shown anywhere yet."""
    members, steps = complete(world), SUBMITTING.steps
    for step in steps:
        world.desk("PutTaskFault", Step=step, ReasonCode="InternalError")
        assert failure(SUBMITTING.start(world, **members)) == ("FAILED", "InternalError")
    done = SUBMITTING.start(world, **members)
    assert done["TaskStatus"] == "COMPLETE"
    assert made(world) == {"engagements": 1, "jobs": 1, "invitations": 1}
    partner = world.client()
    snapshot = partner.get_resource_snapshot(
        **SANDBOX,
        EngagementIdentifier=done["EngagementId"],
        ResourceType="Opportunity",
        ResourceIdentifier=done["OpportunityId"],
        ResourceSnapshotTemplateIdentifier=TEMPLATE,
    )
    assert snapshot["Revision"] == 1
    assert len(SUBMITTING.listed(world)) == len(steps) + 1

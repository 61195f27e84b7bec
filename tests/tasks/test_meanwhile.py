"""Tasks in pace Held, and what somebody does between each pair of their steps."""

from typing import Any

import pytest

from tests.engaging import engaged, invitation, lead, project
from tests.harness import World
from tests.sharing import target
from tests.submitting import CO_SELL, created, shown
from tests.tasking import CONVERTING, SANDBOX, SUBMITTING, advance, complete, failure
from tests.updating import body

SUBMISSION, CONVERSION = len(SUBMITTING.steps), len(CONVERTING.steps)


def asked(world: World) -> dict[str, tuple[str, str]]:
    """The engagement and the status of every invitation that AWS got."""
    sent = world.client().list_engagement_invitations(**SANDBOX, ParticipantType="SENDER")
    return {
        one["Id"]: (one["EngagementId"], one["Status"])
        for one in sent["EngagementInvitationSummaries"]
    }


def review(world: World, id: str, outcome: str) -> None:
    world.desk("ReviewOpportunity", **SANDBOX, OpportunityIdentifier=id, Outcome=outcome)


def held(world: World, kind: Any, steps: int, **members: Any) -> Any:
    """A task of which that many steps are done: its Start's answer, and what became of it."""
    world.desk("PutPace", Mode="Held")
    task = kind.start(world, **members)
    return advance(world, task, Steps=steps) if steps else task


def ended(world: World, task: Any) -> Any:
    return advance(world, task, Steps=9)


# --- StartEngagementFromOpportunityTask ----------------------------------------------------------


@pytest.mark.parametrize("steps", range(SUBMISSION))
def test_submission_shown_elsewhere_meanwhile_goes_where_the_task_says(
    world: World, steps: int
) -> None:
    members, elsewhere = complete(world), engaged(world)["Id"]
    task = held(world, SUBMITTING, steps, **members)
    shown(world, members["Identifier"], elsewhere)
    done = ended(world, task)
    assert failure(done) == ("COMPLETE", None)
    assert (done["EngagementId"] == elsewhere) == (steps < 2)
    invited = {done["EngagementInvitationId"]: (done["EngagementId"], "PENDING")}
    assert asked(world) == invited
    review(world, members["Identifier"], "Approved")
    assert asked(world) == {done["EngagementInvitationId"]: (done["EngagementId"], "ACCEPTED")}
    members_of = world.client().list_engagement_members(**SANDBOX, Identifier=done["EngagementId"])
    assert len(members_of["EngagementMemberList"]) == 2


def test_submission_that_failed_goes_on_in_its_own_engagement(world: World) -> None:
    members, elsewhere = complete(world), engaged(world)["Id"]
    world.desk("PutTaskFault", Step="SubmitOpportunity", ReasonCode="InternalError")
    failed = SUBMITTING.start(world, **members)
    shown(world, members["Identifier"], elsewhere)
    done = SUBMITTING.start(world, **members)
    assert failure(done) == ("COMPLETE", None)
    assert done["EngagementId"] == failed["EngagementId"]
    assert asked(world) == {done["EngagementInvitationId"]: (failed["EngagementId"], "PENDING")}


@pytest.mark.parametrize("steps", range(SUBMISSION))
def test_submission_updated_meanwhile_submits_what_it_is_then(world: World, steps: int) -> None:
    members = complete(world)
    task = held(world, SUBMITTING, steps, **members)
    changes = {"Project.Title": "Another title"}
    world.client().update_opportunity(**body(world, members["Identifier"], changes))
    done = ended(world, task)
    assert failure(done) == ("COMPLETE", None)
    found = world.client().get_opportunity(**SANDBOX, Identifier=members["Identifier"])
    assert (found["Project"]["Title"], found["LifeCycle"]["ReviewStatus"]) == (
        "Another title", "Submitted",
    )  # fmt: skip


@pytest.mark.parametrize("steps", range(SUBMISSION))
def test_submission_that_lacks_something_meanwhile_fails_where_it_is_asked(
    world: World, steps: int
) -> None:
    members = complete(world)
    task = held(world, SUBMITTING, steps, **members)
    changes = {"Project.CustomerUseCase": None}
    world.client().update_opportunity(**body(world, members["Identifier"], changes))
    done = ended(world, task)
    reason = "OpportunitySubmissionFailed" if steps else "OpportunityValidationFailed"
    assert failure(done) == ("FAILED", reason)
    assert "project.customerUseCase" in done["Message"]


@pytest.mark.parametrize("steps", range(3, SUBMISSION))
def test_submission_submitted_directly_meanwhile_fails_and_asks_aws_once(
    world: World, steps: int
) -> None:
    members = complete(world)
    task = held(world, SUBMITTING, steps, **members)
    world.client().submit_opportunity(**SANDBOX, Identifier=members["Identifier"], **CO_SELL)
    done = ended(world, task)
    assert failure(done) == ("FAILED", "OpportunitySubmissionFailed")
    assert list(asked(world).values()) == [(task["EngagementId"], "PENDING")]


@pytest.mark.parametrize("steps", range(2, SUBMISSION - 1))
def test_submission_where_aws_was_asked_meanwhile_names_that_invitation(
    world: World, steps: int
) -> None:
    task = held(world, SUBMITTING, steps, **complete(world))
    made = world.client().create_engagement_invitation(
        **SANDBOX, EngagementIdentifier=task["EngagementId"], Invitation=invitation("aws")
    )
    done = ended(world, task)
    assert (failure(done), done["EngagementInvitationId"]) == (("COMPLETE", None), made["Id"])
    assert list(asked(world)) == [made["Id"]]


def test_submission_where_aws_declined_meanwhile_asks_again_and_says_so(world: World) -> None:
    task = held(world, SUBMITTING, SUBMISSION - 1, **complete(world))
    where = task["EngagementId"]
    other = created(world)
    shown(world, other, where)
    world.client().submit_opportunity(**SANDBOX, Identifier=other, **CO_SELL)
    review(world, other, "Rejected")
    assert asked(world) == {task["EngagementInvitationId"]: (where, "REJECTED")}
    done = ended(world, task)
    assert failure(done) == ("COMPLETE", None)
    assert done["EngagementInvitationId"] != task["EngagementInvitationId"]
    assert asked(world) == {
        task["EngagementInvitationId"]: (where, "REJECTED"),
        done["EngagementInvitationId"]: (where, "PENDING"),
    }


# --- StartOpportunityFromEngagementTask ----------------------------------------------------------


def converted(world: World, steps: int) -> tuple[str, Any]:
    """An engagement with a lead, and a task on it of which that many steps are done."""
    engagement = str(engaged(world, lead())["Id"])
    members = {"Identifier": engagement, "ContextIdentifier": "1"}
    return engagement, held(world, CONVERTING, steps, **members)


def contexts(world: World, engagement: str) -> list[str]:
    found = world.client().get_engagement(**SANDBOX, Identifier=engagement)
    return [one["Type"] for one in found["Contexts"]]


def fill(world: World, engagement: str, count: int) -> None:
    for _ in range(count):
        found = world.client().get_engagement(**SANDBOX, Identifier=engagement)
        world.client().create_engagement_context(
            **SANDBOX, EngagementIdentifier=found["Id"], **project()
        )


@pytest.mark.parametrize("steps", range(2, CONVERSION))
def test_conversion_shown_elsewhere_meanwhile_stays_where_the_lead_is(
    world: World, steps: int
) -> None:
    elsewhere = engaged(world)["Id"]
    engagement, task = converted(world, steps)
    shown(world, task["OpportunityId"], elsewhere)
    done = ended(world, task)
    assert failure(done) == ("COMPLETE", None)
    assert contexts(world, engagement) == ["Lead", "CustomerProject"]
    job = world.client().get_resource_snapshot_job(
        **SANDBOX, ResourceSnapshotJobIdentifier=done["ResourceSnapshotJobId"]
    )
    assert (job["EngagementId"], job["Status"]) == (engagement, "Running")
    here = target(engagement, task["OpportunityId"])
    assert world.client().get_resource_snapshot(**here)["Revision"] == 1


@pytest.mark.parametrize("steps", range(CONVERSION))
@pytest.mark.parametrize(("count", "expected"), [(3, "COMPLETE"), (4, "FAILED")])
def test_conversion_needs_room_for_its_context_at_the_end(
    world: World, steps: int, count: int, expected: str
) -> None:
    engagement, task = converted(world, steps)
    fill(world, engagement, count)
    done = ended(world, task)
    reason = "ServiceQuotaExceeded" if expected == "FAILED" else None
    assert failure(done) == (expected, reason)
    assert len(contexts(world, engagement)) == 5
    if expected == "FAILED":
        first_open = next(n for n, one in enumerate(done["Steps"]) if one["Status"] != "DONE")
        assert first_open == (CONVERSION - 1 if steps else 0)


@pytest.mark.parametrize("steps", range(2, CONVERSION))
def test_conversion_updated_meanwhile_ends_all_the_same(world: World, steps: int) -> None:
    engagement, task = converted(world, steps)
    changes = {"Project.Title": "Another title"}
    world.client().update_opportunity(**body(world, task["OpportunityId"], changes))
    done = ended(world, task)
    assert failure(done) == ("COMPLETE", None)
    assert contexts(world, engagement) == ["Lead", "CustomerProject"]

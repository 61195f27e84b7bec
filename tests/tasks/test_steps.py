"""Steps of a task in this process: scenes that no public operation can make yet, and errors that
come from inside a step, real ones and unforeseen ones."""

import logging
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from cosell.errors import (
    AccessDeniedException,
    ApiError,
    ConflictException,
    ForbiddenOriginException,
    InternalServerException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ThrottlingException,
    ValidationException,
)
from cosell.selling.domain import invitations, jobs, opportunities, showing
from cosell.store import Contention, StoreError
from tests.harness import ACCOUNT, OTHER, answered
from tests.scenes import STEPS, Scene, lead_invitation, opportunity_invitation

# Where each step does its work: the function that an induced bug is put behind.
WORK: dict[str, tuple[ModuleType, str]] = {
    "AcceptInvitation": (invitations, "accept"),
    "CreateOpportunity": (opportunities, "accept_referral"),
    "CreateResourceSnapshot": (showing, "show"),
    "CreateResourceSnapshotJob": (jobs, "create"),
    "StartResourceSnapshotJob": (jobs, "start"),
}
SUBJECTS = {
    "CreateOpportunity": "Opportunity",
    "CreateResourceSnapshot": "ResourceSnapshot",
    "CreateResourceSnapshotJob": "ResourceSnapshotJob",
    "StartResourceSnapshotJob": "ResourceSnapshotJob",
}
MAPPED: list[tuple[str, type[ApiError], str]] = [
    ("AcceptInvitation", AccessDeniedException, "InvitationAccessDenied"),
    ("AcceptInvitation", ResourceNotFoundException, "InvitationAccessDenied"),
    ("AcceptInvitation", ValidationException, "InvitationValidationFailed"),
    ("AcceptInvitation", ConflictException, "EngagementInvitationConflict"),
    ("AcceptInvitation", ServiceQuotaExceededException, "ServiceQuotaExceeded"),
    *((step, AccessDeniedException, f"{it}AccessDenied") for step, it in SUBJECTS.items()),
    *((step, ResourceNotFoundException, f"{it}AccessDenied") for step, it in SUBJECTS.items()),
    *((step, ValidationException, f"{it}ValidationFailed") for step, it in SUBJECTS.items()),
    *((step, ConflictException, f"{it}Conflict") for step, it in SUBJECTS.items()),
    *((step, ThrottlingException, "RequestThrottled") for step in STEPS),
    *((step, InternalServerException, "InternalError") for step in STEPS),
    *((step, ForbiddenOriginException, "InternalError") for step in STEPS),
]


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Let a step do its work and fail then; answers how to mend it."""

    def spoil(step: str, error: Exception) -> Callable[[], None]:
        module, name = WORK[step]
        work = getattr(module, name)

        def fails(*args: Any, **members: Any) -> Any:
            work(*args, **members)
            raise error

        monkeypatch.setattr(module, name, fails)
        return lambda: monkeypatch.setattr(module, name, work)

    return spoil


def referred(scene: Scene) -> Any:
    return scene.desk("ReferOpportunity", Catalog="Sandbox", ReceiverAccountId=ACCOUNT)


def ensure_failed(task: Any, code: str) -> None:
    assert (task["TaskStatus"], task["ReasonCode"]) == ("FAILED", code)
    assert task["OpportunityId"] is None
    assert task["ResourceSnapshotJobId"] is None


def status_of(scene: Scene, invitation: str, account: str = ACCOUNT) -> Any:
    found = answered(scene.ask("GetEngagementInvitation", account, Identifier=invitation))
    return found["Status"]


def seen(scene: Scene) -> dict[str, Any]:
    """All that the account can list of the things that a task makes."""
    jobs_seen = answered(scene.ask("ListResourceSnapshotJobs"))["ResourceSnapshotJobSummaries"]
    return {
        "opportunities": len(answered(scene.ask("ListOpportunities"))["OpportunitySummaries"]),
        "jobs": [job["Status"] for job in jobs_seen],
        "events": [
            event["Event"]["detail-type"]
            for event in scene.desk("ListEvents", AccountId=ACCOUNT)["Events"]
        ],
    }


EVENTS = [
    "Engagement Invitation Created",
    "Engagement Invitation Accepted",
    "Engagement Member Added",
    "Opportunity Created",
    "Opportunity Updated",
    "Engagement Resource Snapshot Created",  # AWS's own view
    "Engagement Resource Snapshot Created",
]


def seen_after(done: int) -> dict[str, Any]:
    """What `seen` shows of one referral when that many steps are done."""
    return {
        "opportunities": int(done > 1),
        "jobs": [[], ["Stopped"], ["Running"]][max(0, done - 3)],
        "events": EVENTS[: [1, 3, 6, 7, 7, 7][done]],
    }


# --- invitations between partners ----------------------------------------------------------------


def test_start_on_an_invitation_that_the_caller_sent_fails_with_access_denied(
    scene: Scene,
) -> None:
    invitation = scene.invite(opportunity_invitation())
    ensure_failed(scene.start(invitation, OTHER), "InvitationAccessDenied")
    assert status_of(scene, invitation) == "PENDING"
    assert scene.start(invitation)["TaskStatus"] == "COMPLETE"
    ensure_failed(scene.start(invitation, OTHER), "InvitationAccessDenied")


def test_start_by_the_sender_never_goes_on_with_the_receivers_failed_task(scene: Scene) -> None:
    invitation = scene.invite(opportunity_invitation())
    scene.desk("PutTaskFault", Step="CreateOpportunity", ReasonCode="InternalError")
    failed = scene.start(invitation)
    assert failed["ReasonCode"] == "InternalError"
    assert status_of(scene, invitation, OTHER) == "ACCEPTED"
    ensure_failed(scene.start(invitation, OTHER), "InvitationAccessDenied")
    assert scene.start(invitation)["TaskStatus"] == "COMPLETE"


def test_start_on_a_lead_invitation_fails_with_validation_failed(scene: Scene) -> None:
    invitation = scene.invite(lead_invitation())
    ensure_failed(scene.start(invitation), "InvitationValidationFailed")
    assert status_of(scene, invitation) == "PENDING"
    assert scene.ask("AcceptEngagementInvitation", Identifier=invitation).status == 200
    ensure_failed(scene.start(invitation), "InvitationValidationFailed")


def test_start_on_a_partners_invitation_makes_an_opportunity_of_its_own(scene: Scene) -> None:
    invitation = scene.invite(opportunity_invitation())
    task = scene.start(invitation)
    assert (task["TaskStatus"], task["ReasonCode"]) == ("COMPLETE", None)
    made = answered(scene.ask("GetOpportunity", Identifier=task["OpportunityId"]))
    assert made["Project"]["Title"] == "Web shop on AWS"
    assert made["LifeCycle"]["ReviewStatus"] == "Pending Submission"
    assert scene.ask("GetOpportunity", OTHER, Identifier=task["OpportunityId"]).status == 400


def test_start_on_a_partners_invitation_after_a_failure_keeps_the_promise(scene: Scene) -> None:
    invitation = scene.invite(opportunity_invitation())
    scene.desk("PutTaskFault", Step="CreateOpportunity", ReasonCode="OpportunityConflict")
    ensure_failed(scene.start(invitation), "OpportunityConflict")
    task = scene.start(invitation)
    assert task["TaskStatus"] == "COMPLETE"
    made = answered(scene.ask("GetOpportunity", Identifier=task["OpportunityId"]))
    assert made["Id"] == task["OpportunityId"]
    assert seen(scene)["opportunities"] == 1


def test_start_on_an_invitation_to_a_full_engagement_fails_with_the_quota(scene: Scene) -> None:
    last = scene.invite(opportunity_invitation(), members=9)
    full = scene.invite(opportunity_invitation(), members=10)
    assert scene.start(last)["TaskStatus"] == "COMPLETE"
    ensure_failed(scene.start(full), "ServiceQuotaExceeded")
    assert status_of(scene, full) == "PENDING"


def test_start_on_an_invitation_of_a_member_fails_with_a_conflict(scene: Scene) -> None:
    invitation = scene.invite(opportunity_invitation(), joined=True)
    ensure_failed(scene.start(invitation), "EngagementConflict")
    assert status_of(scene, invitation) == "PENDING"


def test_start_on_an_overdue_invitation_that_nobody_expired_yet_fails(scene: Scene) -> None:
    """No runner is at work here: the clock alone makes it EXPIRED, to the millisecond."""
    scene.desk("PutClock", Time="2024-02-29T12:00:00Z", Frozen=True)
    invitation = referred(scene)["EngagementInvitationId"]
    scene.desk("PutClock", Time="2024-03-15T11:59:59.999Z")
    assert status_of(scene, invitation) == "PENDING"
    scene.desk("PutClock", Time="2024-03-15T12:00:00Z")
    assert status_of(scene, invitation) == "EXPIRED"
    ensure_failed(scene.start(invitation), "EngagementInvitationConflict")
    assert seen(scene) == seen_after(0)
    assert scene.engine.runner.work("scene", 60.0, lambda *_: True) == 1
    assert seen(scene)["events"] == [EVENTS[0], "Engagement Invitation Expired"]


# --- errors from inside --------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "error", "code"), MAPPED)
def test_start_with_an_error_inside_a_step_fails_with_the_steps_code(
    scene: Scene, spoil: Callable[..., Any], step: str, error: type[ApiError], code: str
) -> None:
    invitation = referred(scene)["EngagementInvitationId"]
    mend = spoil(step, error("Told from inside."))
    failed = scene.start(invitation)
    assert (failed["TaskStatus"], failed["ReasonCode"]) == ("FAILED", code)
    assert failed["Message"] == "Told from inside."
    assert seen(scene) == seen_after(STEPS.index(step))
    mend()
    assert scene.start(invitation)["TaskStatus"] == "COMPLETE"
    assert seen(scene) == seen_after(5)


@pytest.mark.parametrize("step", STEPS)
def test_start_with_a_bug_inside_a_step_fails_and_logs_the_story(
    scene: Scene, spoil: Callable[..., Any], caplog: pytest.LogCaptureFixture, step: str
) -> None:
    invitation = referred(scene)["EngagementInvitationId"]
    mend = spoil(step, ZeroDivisionError("An induced bug."))
    with caplog.at_level(logging.ERROR):
        reply = scene.ask(
            "StartEngagementByAcceptingInvitationTask", Identifier=invitation, ClientToken="one"
        )
    assert reply.status == 200
    failed = reply.document
    assert (failed["TaskStatus"], failed["ReasonCode"]) == ("FAILED", "InternalError")
    assert "induced" not in failed["Message"]
    [record] = caplog.records
    assert failed["TaskId"] in record.getMessage()
    assert step in record.getMessage()
    assert reply.headers["x-amzn-requestid"] in record.getMessage()
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ZeroDivisionError)
    assert seen(scene) == seen_after(STEPS.index(step))
    mend()
    assert scene.start(invitation)["TaskStatus"] == "COMPLETE"
    assert seen(scene) == seen_after(5)


@pytest.mark.parametrize("step", STEPS)
def test_advance_clock_over_a_bug_inside_a_step_fails_that_task_alone(
    scene: Scene, spoil: Callable[..., Any], step: str
) -> None:
    scene.desk("PutClock", Frozen=True)
    scene.desk("PutPace", Mode="Paced", StepSeconds=60)
    invitation = referred(scene)["EngagementInvitationId"]
    task = scene.start(invitation)
    mend = spoil(step, ZeroDivisionError("An induced bug."))
    done = STEPS.index(step)
    assert scene.desk("AdvanceClock", Seconds=3600)["Fired"] == done + 1
    [after] = answered(scene.ask("ListEngagementByAcceptingInvitationTasks"))["TaskSummaries"]
    assert (after["TaskId"], after["ReasonCode"]) == (task["TaskId"], "InternalError")
    assert seen(scene) == seen_after(done)
    mend()
    other = scene.start(referred(scene)["EngagementInvitationId"])
    scene.desk("AdvanceClock", Seconds=3600)
    [after] = answered(
        scene.ask("ListEngagementByAcceptingInvitationTasks", TaskIdentifier=[other["TaskId"]])
    )["TaskSummaries"]
    assert after["TaskStatus"] == "COMPLETE"


@pytest.mark.parametrize("step", STEPS)
def test_start_with_contention_inside_a_step_is_tried_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    invitation = referred(scene)["EngagementInvitationId"]
    module, name = WORK[step]
    work, calls = getattr(module, name), []

    def contended(*args: Any, **members: Any) -> Any:
        calls.append(step)
        done = work(*args, **members)
        if len(calls) == 1:
            raise Contention("Somebody was faster.")
        return done

    monkeypatch.setattr(module, name, contended)
    assert scene.start(invitation)["TaskStatus"] == "COMPLETE"
    assert len(calls) == 2
    assert seen(scene) == seen_after(5)


def test_start_with_a_broken_store_inside_a_step_changes_nothing(
    scene: Scene, spoil: Callable[..., Any]
) -> None:
    invitation = referred(scene)["EngagementInvitationId"]
    mend = spoil("CreateResourceSnapshotJob", StoreError("The disk is full."))
    asked = {"Identifier": invitation, "ClientToken": "one"}
    reply = scene.ask("StartEngagementByAcceptingInvitationTask", **asked)
    assert (reply.status, reply.document["__type"]) == (500, "InternalServerException")
    assert answered(scene.ask("ListEngagementByAcceptingInvitationTasks"))["TaskSummaries"] == []
    assert seen(scene) == seen_after(0)
    mend()
    again = answered(scene.ask("StartEngagementByAcceptingInvitationTask", **asked))
    assert again["TaskStatus"] == "COMPLETE"
    assert seen(scene) == seen_after(5)

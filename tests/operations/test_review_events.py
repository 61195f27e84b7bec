"""A submission and AWS's review of it, event by event, in both catalogs; and who is where then."""

from functools import partial
from typing import Any

import pytest

from tests.deals import (
    ACCEPTED,
    AWS_OWN,
    CATALOGS,
    CREATED,
    JOINED,
    REJECTED,
    SHOWN,
    UPDATED,
    VIEW,
    Deal,
    Told,
    beside_aws,
    engaged,
    statuses,
    submitted,
    told,
)
from tests.harness import ACCOUNT, World


@pytest.fixture(params=CATALOGS)
def catalog(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def set_role(deal: Deal) -> None:
    """The account's snapshot jobs may share, and one of them runs for the opportunity."""
    deal.partner.put_selling_system_settings(
        Catalog=deal.catalog, ResourceSnapshotJobRoleIdentifier="Snapshots"
    )
    job = deal.partner.create_resource_snapshot_job(**deal.target())["Id"]
    deal.partner.start_resource_snapshot_job(
        Catalog=deal.catalog, ResourceSnapshotJobIdentifier=job
    )


def job_of(deal: Deal) -> Any:
    [job] = deal.partner.list_resource_snapshot_jobs(Catalog=deal.catalog)[
        "ResourceSnapshotJobSummaries"
    ]
    return deal.partner.get_resource_snapshot_job(
        Catalog=deal.catalog, ResourceSnapshotJobIdentifier=job["Id"]
    )


# --- without a job -------------------------------------------------------------------------------


def test_submission_tells(world: World, catalog: str) -> None:
    deal = engaged(world, catalog=catalog)
    assert told(world, ACCOUNT, deal.submit) == [(UPDATED, deal.id), (CREATED, "aws")]


def test_approval_tells(world: World, catalog: str) -> None:
    deal = submitted(world, catalog)
    assert told(world, ACCOUNT, partial(deal.review, "Approved")) == [
        (ACCEPTED, "aws"),
        (JOINED, "aws"),
        (UPDATED, deal.id),
        VIEW,
        AWS_OWN,
    ]
    assert deal.status == "Approved"
    assert deal.members() == [ACCOUNT, "aws"]
    assert [one["Status"] for one in deal.invitations()] == ["ACCEPTED"]
    assert statuses(deal) == ["Pending Submission", "Approved"]


def test_rejection_tells(world: World, catalog: str) -> None:
    deal = submitted(world, catalog)
    act = partial(deal.review, "Rejected", Reason="Unable to support")
    assert told(world, ACCOUNT, act) == [(REJECTED, "aws"), (UPDATED, deal.id), VIEW]
    [asked] = deal.invitations()
    assert (asked["Status"], asked["RejectionReason"]) == ("REJECTED", "Unable to support")
    assert deal.members() == [ACCOUNT]
    assert statuses(deal) == ["Pending Submission", "Rejected"]


def test_rejection_has_a_reason_by_itself(world: World) -> None:
    deal = submitted(world)
    deal.review("Rejected")
    assert deal.invitations()[0]["RejectionReason"] == "Other"


def test_action_required_and_a_correction_tell(world: World, catalog: str) -> None:
    deal = submitted(world, catalog)
    for outcome in ("InReview", "ActionRequired"):
        assert told(world, ACCOUNT, partial(deal.review, outcome)) == [(UPDATED, deal.id)]
        assert [one["Status"] for one in deal.invitations()] == ["PENDING"]
    change = {"Customer.Account.WebsiteUrl": "https://shop.example.com"}
    assert told(world, ACCOUNT, partial(deal.update, change)) == [(UPDATED, deal.id)]
    assert told(world, ACCOUNT, deal.submit) == []
    assert statuses(deal) == ["Pending Submission"]
    approved = told(world, ACCOUNT, partial(deal.review, "Approved"))
    assert [type for type, _ in approved] == [ACCEPTED, JOINED, UPDATED, SHOWN, SHOWN]
    assert statuses(deal) == ["Pending Submission", "Approved"]


def test_action_required_and_a_new_submission_tell(world: World, catalog: str) -> None:
    deal = submitted(world, catalog)
    deal.review("ActionRequired")
    assert told(world, ACCOUNT, deal.submit) == [(UPDATED, deal.id)]
    act = partial(deal.review, "Rejected")
    assert told(world, ACCOUNT, act) == [(REJECTED, "aws"), (UPDATED, deal.id), VIEW]


# --- with a job that may share -------------------------------------------------------------------


def test_whole_review_tells_of_each_revision_once(world: World, catalog: str) -> None:
    deal = engaged(world, catalog=catalog)
    set_role(deal)
    change: list[Told] = [(UPDATED, deal.id), VIEW]
    assert told(world, ACCOUNT, deal.submit) == [*change, (CREATED, "aws")]
    assert told(world, ACCOUNT, partial(deal.review, "InReview")) == change
    assert told(world, ACCOUNT, partial(deal.review, "ActionRequired")) == change
    assert told(world, ACCOUNT, deal.submit) == change
    assert told(world, ACCOUNT, partial(deal.review, "Approved")) == [
        (ACCEPTED, "aws"), (JOINED, "aws"), *change, AWS_OWN,
    ]  # fmt: skip
    assert statuses(deal) == [
        "Pending Submission", "Submitted", "In review", "Action Required", "Submitted", "Approved",
    ]  # fmt: skip
    assert "LastFailure" not in job_of(deal)


def test_decision_is_shown_where_the_job_may_not_share(world: World) -> None:
    deal = engaged(world)
    job = deal.partner.create_resource_snapshot_job(**deal.target())["Id"]
    deal.partner.start_resource_snapshot_job(
        Catalog=deal.catalog, ResourceSnapshotJobIdentifier=job
    )
    deal.submit()
    assert "PutSellingSystemSettings" in job_of(deal)["LastFailure"]
    deal.review("Approved")
    assert statuses(deal) == ["Pending Submission", "Approved"]


def test_decision_ends_the_failure_of_a_job_that_has_a_role_by_then(world: World) -> None:
    deal = engaged(world)
    set_role(deal)
    clear: dict[str, Any] = {"Catalog": deal.catalog}
    deal.partner.put_selling_system_settings(**clear)
    deal.submit()
    assert "PutSellingSystemSettings" in job_of(deal)["LastFailure"]
    deal.partner.put_selling_system_settings(**clear, ResourceSnapshotJobRoleIdentifier="Snapshots")
    deal.review("Approved")
    assert statuses(deal) == ["Pending Submission", "Approved"]
    assert "LastFailure" not in job_of(deal)
    assert job_of(deal)["LastSuccessfulExecutionDate"]


# --- AWS and its invitation ----------------------------------------------------------------------


def test_approval_where_aws_is_a_member_answers_no_invitation(world: World) -> None:
    deal = beside_aws(world)
    deal.submit()
    assert [type for type, _ in told(world, ACCOUNT, partial(deal.review, "Approved"))] == [
        UPDATED, SHOWN, SHOWN,
    ]  # fmt: skip


def second_in(deal: Deal) -> Deal:
    """Another opportunity of the account's, submitted into the same engagement."""
    other = Deal(deal.world, engaged(deal.world).id, deal.engagement)
    other.partner.create_resource_snapshot(**other.target())
    other.submit()
    return other


def test_two_submissions_into_an_engagement_are_reviewed_one_by_one(world: World) -> None:
    first = submitted(world)
    second = second_in(first)
    first.review("Approved")
    assert (first.status, second.status) == ("Approved", "Submitted")
    assert second.members() == [ACCOUNT, "aws"]
    second.review("Rejected")
    assert second.status == "Rejected"
    assert [one["Status"] for one in first.invitations()] == ["ACCEPTED"]


# --- the Sandbox's reviewer ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "types"),
    [
        ("Approved", [ACCEPTED, JOINED, UPDATED, SHOWN, SHOWN]),
        ("Rejected", [REJECTED, UPDATED, SHOWN]),
        ("Action Required", [UPDATED]),
    ],
)
def test_sandbox_reviewer_decides_as_aws_does(world: World, status: str, types: list[str]) -> None:
    deal = submitted(world)
    changes = {
        "LifeCycle.ReviewStatus": status,
        "LifeCycle.ReviewComments": "We looked at it.",
        "LifeCycle.ReviewStatusReason": "Next steps unclear",
        "Customer.Account.CompanyName": "Another Company",
    }
    assert [type for type, _ in told(world, ACCOUNT, partial(deal.update, changes))] == types
    after = deal.read()
    assert after["Customer"]["Account"]["CompanyName"] == "Another Company"
    assert after["LifeCycle"]["ReviewComments"] == "We looked at it."
    [asked] = deal.invitations()
    if status == "Rejected":
        assert asked["RejectionReason"] == "Next steps unclear"


@pytest.mark.parametrize("reason", ["x" * 90, "a\nb", "\n", ""])
def test_sandbox_reviewers_reason_is_fitted_into_the_invitation(world: World, reason: str) -> None:
    deal = submitted(world)
    deal.update({"LifeCycle.ReviewStatus": "Rejected", "LifeCycle.ReviewStatusReason": reason})
    expected = {"x" * 90: "x" * 80, "a\nb": "a"}.get(reason, "Other")
    assert deal.invitations()[0]["RejectionReason"] == expected


@pytest.mark.parametrize("status", ["Approved", "Rejected", "Action Required"])
def test_sandbox_reviewer_before_submission_sets_the_status_alone(
    world: World, status: str
) -> None:
    deal = engaged(world)
    act = partial(deal.update, {"LifeCycle.ReviewStatus": status})
    assert told(world, ACCOUNT, act) == [(UPDATED, deal.id)]
    assert deal.status == status
    assert (deal.members(), deal.invitations()) == ([ACCOUNT], [])
    assert statuses(deal) == ["Pending Submission"]

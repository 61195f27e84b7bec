"""A submission and AWS's review of it, event by event, in both catalogs; and who is where then."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.deals import AWS_VIEW, CATALOGS, Deal, beside_aws, engaged, followed, submitted
from tests.engaging import accepted, invited
from tests.harness import ACCOUNT, OTHER, World
from tests.sharing import SUMMARY
from tests.submitting import CO_SELL

CREATED = "Engagement Invitation Created"
ACCEPTED = "Engagement Invitation Accepted"
REJECTED = "Engagement Invitation Rejected"
JOINED = "Engagement Member Added"
UPDATED = "Opportunity Updated"
SHOWN = "Engagement Resource Snapshot Created"
Told = tuple[str, str]
VIEW, AWS_OWN = (SHOWN, SUMMARY), (SHOWN, AWS_VIEW)


@pytest.fixture(params=CATALOGS)
def catalog(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def told(world: World, account: str, act: Callable[[], Any]) -> list[Told]:
    """What an account is told of an act: each event, and what it is about."""
    before = len(world.events(account))
    act()
    return [(one["detail-type"], _about(one)) for one in world.events(account)[before:]]


def _about(event: Any) -> str:
    detail = event["detail"]
    if "resourceSnapshot" in detail:
        return str(detail["resourceSnapshot"]["arn"].split("/template/")[1].split("/")[0])
    if "opportunity" in detail:
        return str(detail["opportunity"]["identifier"])
    if "engagementMember" in detail:
        return str(detail["engagementMember"]["accountId"])
    return str(detail["engagementInvitation"]["receiverAccountId"])


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


def statuses(deal: Deal) -> list[str]:
    """The review status that each revision shows."""
    newest = deal.snapshot()["Revision"]
    return [
        deal.snapshot(Revision=number)["Payload"]["OpportunitySummary"]["Lifecycle"]["ReviewStatus"]
        for number in range(1, newest + 1)
    ]


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


# --- those who follow ----------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["Approved", "Rejected"])
def test_decision_cascades_to_two_who_follow(world: World, catalog: str, outcome: str) -> None:
    deal = submitted(world, catalog)
    partners = (OTHER, "777788889999")
    followers = [followed(deal, account) for account in partners]
    assert [one.status for one in followers] == ["Submitted"] * 2
    dates = [one.read()["LastModifiedDate"] for one in followers]
    deal.review("ActionRequired")
    assert [one.status for one in followers] == ["Submitted"] * 2
    before = len(world.desk("ListEvents", MaxResults=1000)["Events"])
    deal.review(outcome)
    assert [one.status for one in (deal, *followers)] == [outcome] * 3
    assert all(
        one.read()["LastModifiedDate"] > date for one, date in zip(followers, dates, strict=True)
    )
    assert [statuses(one) for one in followers] == [["Submitted", outcome]] * 2
    events = world.desk("ListEvents", MaxResults=1000)["Events"][before:]
    updated = [
        (one["AccountId"], _about(one["Event"]))
        for one in events
        if one["Event"]["detail-type"] == UPDATED
    ]
    assert updated == [(one.account, one.id) for one in (deal, *followers)]
    shown = [
        (_about(one["Event"]), one["Event"]["detail"]["resourceSnapshot"]["resourceId"])
        for one in events
        if one["AccountId"] == OTHER and one["Event"]["detail-type"] == SHOWN
    ]
    own = [(AWS_VIEW, followers[0].id)] if outcome == "Approved" else []
    nearer, farther = ((SUMMARY, one.id) for one in followers)
    assert shown == [(SUMMARY, deal.id), nearer, *own, farther]


def test_decision_reaches_those_who_follow_a_follower(world: World) -> None:
    deal = submitted(world)
    nearer = followed(deal)
    farther = followed(Deal(world, nearer.id, deal.engagement, "Sandbox", OTHER), "777788889999")
    assert farther.status == "Submitted"
    deal.review("Approved")
    assert (nearer.status, farther.status) == ("Approved", "Approved")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ([], "Pending Submission"),
        (["submit"], "Submitted"),
        (["submit", "InReview"], "Submitted"),
        (["submit", "ActionRequired"], "Submitted"),
        (["submit", "Approved"], "Approved"),
        (["submit", "Rejected"], "Pending Submission"),
    ],
)
def test_received_opportunity_begins_where_the_senders_is(
    world: World, path: list[str], expected: str
) -> None:
    deal = engaged(world)
    for act in path:
        deal.submit() if act == "submit" else deal.review(act)
    assert followed(deal).status == expected


def completed(follower: Deal) -> Deal:
    """With all that a submission needs."""
    follower.update(
        {
            "Customer.Account.Address.PostalCode": "98101",
            "Customer.Account.Address.StateOrRegion": "Washington",
            "PrimaryNeedsFromAws": ["Co-Sell - Deal Support"],
            "Project.CustomerUseCase": "Migration / Database Migration",
            "Project.DeliveryModels": ["SaaS or PaaS"],
            "Project.OtherSolutionDescription": "Ours",
            "Project.SalesActivities": ["SOW Signed"],
        }
    )
    return follower


def test_received_opportunity_that_its_owner_submits_has_a_review_of_its_own(world: World) -> None:
    deal = engaged(world)
    follower = completed(followed(deal))
    deal.submit()
    follower.submit(**CO_SELL)
    assert (follower.status, follower.invitations()) == ("Submitted", [])
    deal.review("Approved")
    assert (deal.status, follower.status) == ("Approved", "Submitted")
    follower.review("Rejected")
    assert (deal.status, follower.status) == ("Approved", "Rejected")


def test_rejection_of_a_receivers_submission_leaves_the_senders_invitation(world: World) -> None:
    deal = engaged(world)
    follower = completed(followed(deal))
    deal.submit()
    follower.submit()
    follower.review("Rejected")
    assert [one["Status"] for one in deal.invitations() if _to_aws(one)] == ["PENDING"]
    deal.review("Approved")
    assert "aws" in deal.members()


def _to_aws(invitation: Any) -> bool:
    return bool(invitation["Receiver"]["Account"]["AwsAccountId"] == "aws")


@pytest.mark.parametrize("by_desk", [True, False])
def test_decision_on_a_follower_is_its_own(world: World, by_desk: bool) -> None:
    deal = submitted(world)
    follower = followed(deal)
    act = partial(follower.review, "Approved")
    if not by_desk:
        act = partial(follower.update, {"LifeCycle.ReviewStatus": "Approved"})
    assert told(world, OTHER, act) == [(UPDATED, follower.id), VIEW, AWS_OWN]
    assert (deal.status, follower.status) == ("Submitted", "Approved")
    assert [one["Status"] for one in deal.invitations() if _to_aws(one)] == ["PENDING"]
    deal.review("Rejected")
    assert follower.status == "Approved"


def declined(world: World) -> Deal:
    """A receiver's submission in an engagement whose sender's was rejected, with the invitation."""
    deal = engaged(world)
    follower = completed(followed(deal))
    deal.submit()
    follower.submit()
    deal.review("Rejected")
    assert (deal.status, follower.status) == ("Rejected", "Submitted")
    assert [one["Status"] for one in deal.invitations() if _to_aws(one)] == ["REJECTED"]
    return follower


def test_aws_joins_for_another_opportunity_after_it_declined(world: World) -> None:
    follower = declined(world)
    assert told(world, OTHER, partial(follower.review, "Approved")) == [
        (JOINED, "aws"), (UPDATED, follower.id), VIEW, AWS_OWN,
    ]  # fmt: skip
    assert follower.members() == [ACCOUNT, OTHER, "aws"]


def test_aws_stays_out_of_an_engagement_that_filled_up_after_it_declined(world: World) -> None:
    follower = declined(world)
    for number in range(8):
        account = f"{number:012}"
        accepted(world, invited(world, follower.engagement, account), account)
    follower.review("Approved")
    assert follower.status == "Approved"
    assert "aws" not in follower.members()


def test_follower_of_another_opportunity_is_left_alone(world: World) -> None:
    deal, other = submitted(world), submitted(world)
    follower = followed(other)
    deal.review("Approved")
    assert follower.status == "Submitted"

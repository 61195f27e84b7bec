"""AWS's decision on one partner's opportunity, and those of other partners that follow it."""

from functools import partial
from typing import Any

import pytest

from tests.deals import (
    AWS_OWN,
    AWS_VIEW,
    CATALOGS,
    JOINED,
    SHOWN,
    UPDATED,
    VIEW,
    Deal,
    about,
    completed,
    engaged,
    followed,
    statuses,
    submitted,
    told,
)
from tests.engaging import invitation
from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import refusal
from tests.sharing import SUMMARY
from tests.submitting import CO_SELL, VISIBILITY_ONLY


@pytest.mark.parametrize("catalog", CATALOGS)
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
        (one["AccountId"], about(one["Event"]))
        for one in events
        if one["Event"]["detail-type"] == UPDATED
    ]
    assert updated == [(one.account, one.id) for one in (deal, *followers)]
    shown = [
        (about(one["Event"]), one["Event"]["detail"]["resourceSnapshot"]["resourceId"])
        for one in events
        if one["AccountId"] == OTHER and one["Event"]["detail-type"] == SHOWN
    ]
    own = [(AWS_VIEW, followers[0].id)] if outcome == "Approved" else []
    nearer, farther = ((SUMMARY, one.id) for one in followers)
    assert shown == [(SUMMARY, deal.id), nearer, *own, farther]


@pytest.mark.parametrize("outcome", ["Approved", "Rejected"])
def test_decision_reaches_a_follower_that_aws_has_taken_up(world: World, outcome: str) -> None:
    deal = submitted(world)
    follower = followed(deal)
    follower.review("InReview")
    own = [AWS_OWN] if outcome == "Approved" else []
    seen = told(world, OTHER, partial(deal.review, outcome))
    assert seen[-2 - len(own) :] == [(UPDATED, follower.id), VIEW, *own]
    assert follower.status == outcome


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


def test_invitation_stays_open_for_the_receivers_submission(world: World) -> None:
    deal = engaged(world)
    follower = completed(followed(deal))
    deal.submit()
    follower.submit()
    deal.review("Rejected")
    assert (deal.status, follower.status) == ("Rejected", "Submitted")
    assert told(world, OTHER, partial(follower.review, "Approved")) == [
        (JOINED, "aws"), (UPDATED, follower.id), VIEW, AWS_OWN,
    ]  # fmt: skip
    assert follower.members() == [ACCOUNT, OTHER, "aws"]
    assert [one["Status"] for one in deal.invitations() if _to_aws(one)] == ["ACCEPTED"]


def test_last_rejection_in_an_engagement_rejects_the_invitation(world: World) -> None:
    deal = engaged(world)
    follower = completed(followed(deal))
    deal.submit()
    follower.submit()
    for one in (deal, follower):
        assert [one["Status"] for one in deal.invitations() if _to_aws(one)] == ["PENDING"]
        one.review("Rejected")
    assert [one["Status"] for one in deal.invitations() if _to_aws(one)] == ["REJECTED"]


def test_each_members_rejection_has_its_own_words(world: World) -> None:
    """Whoever's rejection is the last, the invitation has what AWS said to its sender."""
    deal = engaged(world)
    follower = completed(followed(deal))
    deal.submit()
    follower.submit()
    deal.review("Rejected", Reason="Lead is out of territory")
    follower.review("Rejected", Reason="For the other partner only")
    [asked] = (one for one in deal.invitations() if _to_aws(one))
    assert (asked["Status"], asked["RejectionReason"]) == ("REJECTED", "Lead is out of territory")


def test_rejection_of_another_members_has_no_words_for_an_invitation_by_hand(world: World) -> None:
    """A partner's own invitation of AWS speaks of no opportunity that AWS rejected."""
    deal = engaged(world)
    follower = completed(followed(deal))
    deal.partner.create_engagement_invitation(
        Catalog=deal.catalog, EngagementIdentifier=deal.engagement, Invitation=invitation("aws")
    )
    follower.submit()
    follower.review("Rejected", Reason="For the other partner only")
    [asked] = (one for one in deal.invitations() if _to_aws(one))
    assert (asked["Status"], asked["RejectionReason"]) == ("REJECTED", "Other")


@pytest.mark.parametrize("catalog", CATALOGS)
def test_task_names_no_invitation_of_another_members(world: World, catalog: str) -> None:
    deal = engaged(world, catalog=catalog)
    follower = completed(followed(deal))
    deal.submit()
    partner = follower.partner
    task = partner.start_engagement_from_opportunity_task(**follower.named, AwsSubmission=CO_SELL)
    assert (task["TaskStatus"], task["EngagementId"]) == ("COMPLETE", deal.engagement)
    [listed] = partner.list_engagement_from_opportunity_tasks(Catalog=catalog)["TaskSummaries"]
    assert not [one for one in (task, listed) if "EngagementInvitationId" in one]
    follower.review("Approved")
    [asked] = (one for one in deal.invitations() if _to_aws(one))
    assert (asked["Status"], "aws" in follower.members()) == ("ACCEPTED", True)


def test_follower_of_another_opportunity_is_left_alone(world: World) -> None:
    deal, other = submitted(world), submitted(world)
    follower = followed(other)
    deal.review("Approved")
    assert follower.status == "Submitted"


# --- a follower that AWS asks something of -------------------------------------------------------

CORRECTION = {"Customer.Account.Address.City": "Seattle"}


@pytest.mark.parametrize("outcome", ["Approved", "Rejected"])
def test_correction_of_a_follower_takes_over_the_decision_that_it_missed(
    world: World, outcome: str
) -> None:
    deal = submitted(world)
    follower = followed(deal)
    nearer = Deal(world, follower.id, deal.engagement, "Sandbox", OTHER)
    farther = followed(nearer, "777788889999")
    follower.review("ActionRequired")
    deal.review(outcome)
    assert (follower.status, farther.status) == ("Action Required", "Submitted")
    own = [AWS_OWN] if outcome == "Approved" else []
    assert told(world, OTHER, partial(follower.update, CORRECTION))[: 2 + len(own)] == [
        (UPDATED, follower.id), VIEW, *own,
    ]  # fmt: skip
    assert (follower.status, farther.status) == (outcome, outcome)
    assert follower.read()["Customer"]["Account"]["Address"]["City"] == "Seattle"
    assert statuses(follower)[-1] == outcome


def test_corrected_follower_waits_for_the_decision_on_its_leader(world: World) -> None:
    deal = submitted(world)
    follower = followed(deal)
    follower.review("ActionRequired")
    follower.update(CORRECTION)
    assert (deal.status, follower.status) == ("Submitted", "Submitted")
    deal.review("Approved")
    assert follower.status == "Approved"


@pytest.mark.parametrize("by", ["task", "SubmitOpportunity"])
def test_corrected_follower_is_submitted_with_its_leader(world: World, by: str) -> None:
    deal = submitted(world)
    follower = followed(deal)
    follower.review("ActionRequired")
    follower.update(CORRECTION)
    before = (world.events(OTHER), len(deal.invitations()))
    start = follower.partner.start_engagement_from_opportunity_task
    if by == "task":
        task = start(**follower.named, AwsSubmission=CO_SELL)
        assert task["TaskStatus"] == "COMPLETE"
        assert task["EngagementId"] == deal.engagement
        assert "ResourceSnapshotJobId" not in task
        failed = start(**follower.named, AwsSubmission=VISIBILITY_ONLY)
        assert failed["ReasonCode"] == "OpportunityValidationFailed"
    else:
        follower.submit(**CO_SELL)
        told_so = refusal(follower.submit, **VISIBILITY_ONLY)
        assert told_so.reason == "BUSINESS_VALIDATION_FAILED"
    assert (world.events(OTHER), len(deal.invitations())) == before
    deal.review("Approved")
    assert follower.status == "Approved"


# --- before a submission, and after a rejection ---------------------------------------------------

SENT_BACK = {"LifeCycle.ReviewStatus": "Action Required"}


@pytest.mark.parametrize("outcome", ["Approved", "Rejected"])
def test_sandbox_reviewers_decision_before_a_submission_reaches_who_follows(
    world: World, outcome: str
) -> None:
    deal = engaged(world)
    follower = followed(deal)
    farther = followed(Deal(world, follower.id, deal.engagement, "Sandbox", OTHER), "777788889999")
    follower.update(SENT_BACK)
    follower.update(CORRECTION)
    assert [one.status for one in (deal, follower, farther)] == [
        "Pending Submission", "Submitted", "Pending Submission",
    ]  # fmt: skip
    own = [AWS_OWN] if outcome == "Approved" else []
    act = partial(deal.update, {"LifeCycle.ReviewStatus": outcome})
    assert told(world, OTHER, act) == [(UPDATED, follower.id), VIEW, *own]
    assert [one.status for one in (deal, follower, farther)] == [
        outcome, outcome, "Pending Submission",
    ]  # fmt: skip
    assert statuses(deal) == ["Pending Submission"], "its own is not shown: it was not submitted"


def test_received_opportunity_of_a_rejected_one_has_a_review_of_its_own(world: World) -> None:
    deal = submitted(world)
    deal.say(Insights={"NextBestActions": "Find another sponsor."})
    deal.review("Rejected")
    follower = followed(deal)
    assert (follower.status, "Insights" in follower.summary()) == ("Pending Submission", False)
    completed(follower)
    follower.update(SENT_BACK)
    follower.update(CORRECTION)
    assert follower.status == "Submitted"
    follower.submit()
    assert [one["Status"] for one in follower.invitations() if _to_aws(one)] == ["PENDING"]
    follower.review("Approved")
    assert (deal.status, follower.status) == ("Rejected", "Approved")
    assert "aws" in deal.members()


@pytest.mark.parametrize("before", [[], [SENT_BACK], [SENT_BACK, CORRECTION]])
def test_follower_is_shown_its_sandbox_reviewers_decision_whatever_came_before(
    world: World, before: list[dict[str, str]]
) -> None:
    follower = followed(engaged(world))
    for changes in before:
        follower.update(changes)
    act = partial(follower.update, {"LifeCycle.ReviewStatus": "Approved"})
    assert told(world, OTHER, act) == [(UPDATED, follower.id), VIEW, AWS_OWN]

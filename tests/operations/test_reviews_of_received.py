"""Reviews of what never had an invitation of its own: an opportunity that came from a partner, one
that the Sandbox's reviewer sent back before it was submitted, two that share an invitation."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import desk_refusal, refusal
from tests.stories.sides import Side
from tests.stories.test_with_partners import to_partner
from tests.submitting import CO_SELL

THIRD = "777788889999"
IN_BOX = {"Catalog": "Sandbox"}
FULL_VIEW = "AwsOpportunitySummaryFullView"


def sides(world: World) -> tuple[Side, Side, Side]:
    first, second, third = (Side(world, "Sandbox", one) for one in (ACCOUNT, OTHER, THIRD))
    return first, second, third


def passed_on(sender: Side, engagement: str, receiver: Side) -> str:
    """The receiver accepts an invitation to the engagement: its own opportunity."""
    invited = sender.ask(
        "create_engagement_invitation",
        EngagementIdentifier=engagement,
        Invitation=to_partner(receiver.account),
    )
    task = receiver.ask("start_engagement_by_accepting_invitation_task", Identifier=invited["Id"])
    assert task["TaskStatus"] == "COMPLETE", task
    return str(task["OpportunityId"])


def submitted(side: Side) -> tuple[str, str]:
    id = side.create()
    side.associate(id)
    return id, str(side.submit(id)["EngagementId"])


def test_received_opportunity_reviewed_by_itself_is_shown_and_followed(world: World) -> None:
    first, second, third = sides(world)
    id, engagement = submitted(first)
    own = passed_on(first, engagement, second)
    assert second.get(own)["PrimaryNeedsFromAws"] == ["Do Not Need Support from AWS Sales Rep"]
    made = second.ask("create_engagement", Title="Further", Description="Further on")
    second.ask(
        "create_resource_snapshot",
        EngagementIdentifier=made["Id"],
        ResourceType="Opportunity",
        ResourceIdentifier=own,
        ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
    )
    last = passed_on(second, made["Id"], third)
    assert third.life(last)["ReviewStatus"] == "Submitted"

    second.review(own, "Approved")
    assert third.life(last)["ReviewStatus"] == "Approved"
    assert first.life(id)["ReviewStatus"] == "Submitted", "a leader does not follow"
    assert second.snapshot(engagement, own)["Lifecycle"]["ReviewStatus"] == "Approved"
    assert second.snapshots(engagement, FULL_VIEW) == [1]
    assert second.snapshots(made["Id"], FULL_VIEW) == [], "nobody asked AWS there"
    assert third.snapshots(made["Id"], FULL_VIEW) == [1], "its own, not the other's"
    assert "aws" not in second.members(made["Id"])


@pytest.mark.parametrize("by", ["task", "SubmitOpportunity"])
def test_opportunity_sent_back_before_it_was_submitted_is_submitted_in_earnest(
    world: World, by: str
) -> None:
    side = Side(world, "Sandbox")
    id = side.create()
    side.associate(id)
    side.edit(id, lambda one: one["LifeCycle"].update(ReviewStatus="Action Required"))
    problem = "The customer wants to move its web shop to AWS by spring."
    side.edit(id, lambda one: one["Project"].update(CustomerBusinessProblem=problem))
    assert side.life(id)["ReviewStatus"] == "Submitted"
    if by == "task":
        task = side.submit(id)
        engagement = task["EngagementId"]
        assert task["ResourceSnapshotJobId"]
        assert side.snapshots(engagement) == [1]
    else:
        engagement = by_hand(side, id)
    assert side.summary(id)["InvolvementType"] == "Co-Sell"
    side.review(id, "Approved")
    assert side.members(engagement) == [ACCOUNT, "aws"]
    assert [one["Status"] for one in sent(side)] == ["ACCEPTED"]


@pytest.mark.parametrize("path", ["Approved", "Action Required", "corrected"])
@pytest.mark.parametrize("outcome", ["Approved", "Rejected"])
def test_decision_before_a_submission_is_the_status_alone(
    world: World, path: str, outcome: str
) -> None:
    """Whatever the Sandbox's reviewer said before, and wherever the draft is shown."""
    side = Side(world, "Sandbox")
    id = side.create()
    engagement = shown(side, id)
    if path != "Approved":
        side.edit(id, lambda one: one["LifeCycle"].update(ReviewStatus="Action Required"))
    if path == "corrected":
        side.edit(id, lambda one: one.update(PartnerOpportunityIdentifier="CRM-7"))
    side.edit(id, lambda one: one["LifeCycle"].update(ReviewStatus=outcome))
    assert side.life(id)["ReviewStatus"] == outcome
    assert side.snapshots(engagement) == [1]
    assert side.snapshots(engagement, FULL_VIEW) == []
    assert not sent(side)


@pytest.mark.parametrize("outcome", ["Approved", "Rejected"])
def test_so_is_one_on_what_came_of_an_engagement_that_shows_nothing(
    world: World, outcome: str
) -> None:
    """It follows nobody, and AWS was asked for no review: there is nothing to show of AWS's."""
    first, second, _ = sides(world)
    engagement = str(first.ask("create_engagement", Title="Empty", Description="No deal")["Id"])
    own = passed_on(first, engagement, second)
    second.edit(own, lambda draft: draft["LifeCycle"].update(ReviewStatus=outcome))
    assert second.life(own)["ReviewStatus"] == outcome
    assert second.snapshots(engagement, FULL_VIEW) == []
    assert not sent(second)


@pytest.mark.parametrize("outcome", ["Approved", "Rejected", "Action Required", "In review"])
def test_aws_reviews_nothing_that_was_never_submitted(world: World, outcome: str) -> None:
    first, second, _ = sides(world)
    id = first.create()
    first.associate(id)
    own = passed_on(first, shown(first, id), second)
    for side, one in ((first, id), (second, own)):
        side.edit(one, lambda draft: draft["LifeCycle"].update(ReviewStatus="Action Required"))
        side.edit(one, lambda draft: draft.update(PartnerOpportunityIdentifier="CRM-7"))
        told = desk_refusal(
            world, "ReviewOpportunity", **IN_BOX, OpportunityIdentifier=one, Outcome=outcome
        )
        assert told.fields == [("outcome", "INVALID_RESOURCE_STATE")]
        assert side.life(one)["ReviewStatus"] == "Submitted"
    first.submit(id)
    second.review(own, outcome)
    assert second.life(own)["ReviewStatus"] == outcome


def sent_back_and_corrected(side: Side) -> str:
    """Submitted by a correction of what the Sandbox's reviewer asked for, and by nothing else."""
    id = side.create()
    side.associate(id)
    side.edit(id, lambda one: one["LifeCycle"].update(ReviewStatus="Action Required"))
    side.edit(id, lambda one: one.update(PartnerOpportunityIdentifier="CRM-7"))
    assert side.life(id)["ReviewStatus"] == "Submitted"
    return id


def test_opportunity_sent_back_before_it_was_submitted_has_to_be_shown(world: World) -> None:
    side = Side(world, "Sandbox")
    id = sent_back_and_corrected(side)
    told = refusal(side.ask, operation="submit_opportunity", Identifier=id, **CO_SELL)
    assert (told.code, told.fields) == (
        "ValidationException",
        [("identifier", "INVALID_RESOURCE_STATE")],
    )
    assert side.life(id)["ReviewStatus"] == "Submitted"
    assert not sent(side)


def test_opportunity_sent_back_before_it_was_submitted_is_submitted_once(world: World) -> None:
    side = Side(world, "Sandbox")
    id = sent_back_and_corrected(side)
    engagement = by_hand(side, id)
    assert side.life(id)["ReviewStatus"] == "Submitted"
    [invitation] = sent(side)
    assert (invitation["EngagementId"], invitation["Status"]) == (engagement, "PENDING")
    assert invitation["Receiver"]["Account"]["AwsAccountId"] == "aws"
    again = refusal(side.ask, operation="submit_opportunity", Identifier=id, **CO_SELL)
    assert again.fields == [("lifeCycle.reviewStatus", "ACTION_NOT_PERMITTED")]
    assert len(sent(side)) == 1


def sent(side: Side) -> list[Any]:
    """The invitations that the account sent."""
    listed = side.ask("list_engagement_invitations", ParticipantType="SENDER")
    return list(listed["EngagementInvitationSummaries"])


def by_hand(side: Side, id: str) -> str:
    """Submitted by the single operations."""
    engagement = shown(side, id)
    side.ask("submit_opportunity", Identifier=id, InvolvementType="Co-Sell")
    return engagement


def shown(side: Side, id: str) -> str:
    """An engagement of its owner's own in which the opportunity is shown."""
    engagement = str(side.ask("create_engagement", Title="By hand", Description="One by one")["Id"])
    show(side, engagement, id)
    return engagement


def show(side: Side, engagement: str, id: str) -> None:
    """An engagement's members see the opportunity from now on."""
    side.ask(
        "create_resource_snapshot",
        EngagementIdentifier=engagement,
        ResourceType="Opportunity",
        ResourceIdentifier=id,
        ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
    )


def test_invitation_of_two_submissions_stays_open_until_the_last_is_rejected(world: World) -> None:
    side = Side(world, "Sandbox")
    first, second = side.create(), side.create()
    engagement = str(side.ask("create_engagement", Title="Two", Description="Two deals")["Id"])
    for id in (first, second):
        side.associate(id)
        show(side, engagement, id)
        side.ask("submit_opportunity", Identifier=id, InvolvementType="Co-Sell")

    def statuses() -> list[Any]:
        return [one["Status"] for one in sent(side)]

    side.review(first, "Rejected")
    assert statuses() == ["PENDING"]
    # Its seat is kept: the engagement has room for eight more, and then for none.
    for number in range(8):
        invite(side, engagement, f"{number:012}")
    full = refusal(invite, side=side, engagement=engagement, receiver=f"{9:012}")
    assert full.code == "ServiceQuotaExceededException"
    side.review(second, "Approved")
    assert side.members(engagement) == [ACCOUNT, "aws"]
    assert "ACCEPTED" in statuses()


def invite(side: Side, engagement: str, receiver: str) -> None:
    side.ask(
        "create_engagement_invitation",
        EngagementIdentifier=engagement,
        Invitation=to_partner(receiver),
    )

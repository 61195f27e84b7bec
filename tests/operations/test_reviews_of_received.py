"""Reviews of what never had an invitation of its own: an opportunity that came from a partner, one
that the Sandbox's reviewer sent back before it was submitted, two that share an invitation."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import refusal
from tests.stories.deals import Deal
from tests.stories.test_with_partners import to_partner

THIRD = "777788889999"
FULL_VIEW = "AwsOpportunitySummaryFullView"


def sides(world: World) -> tuple[Deal, Deal, Deal]:
    first, second, third = (Deal(world, "Sandbox", one) for one in (ACCOUNT, OTHER, THIRD))
    return first, second, third


def passed_on(sender: Deal, engagement: str, receiver: Deal) -> str:
    """The receiver accepts an invitation to the engagement: its own opportunity."""
    invited = sender.ask(
        "create_engagement_invitation",
        EngagementIdentifier=engagement,
        Invitation=to_partner(receiver.account),
    )
    task = receiver.ask("start_engagement_by_accepting_invitation_task", Identifier=invited["Id"])
    assert task["TaskStatus"] == "COMPLETE", task
    return str(task["OpportunityId"])


def submitted(deal: Deal) -> tuple[str, str]:
    id = deal.create()
    deal.associate(id)
    return id, str(deal.submit(id)["EngagementId"])


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
    assert second.snapshot(made["Id"], own)["Lifecycle"]["ReviewStatus"] == "Approved"
    assert second.snapshots(made["Id"], FULL_VIEW) == [1]
    assert third.snapshots(made["Id"], FULL_VIEW) == [1], "its own, not the other's"
    assert "aws" not in second.members(made["Id"])


@pytest.mark.parametrize("by", ["task", "SubmitOpportunity"])
def test_opportunity_sent_back_before_it_was_submitted_is_submitted_in_earnest(
    world: World, by: str
) -> None:
    deal = Deal(world, "Sandbox")
    id = deal.create()
    deal.associate(id)
    deal.edit(id, lambda one: one["LifeCycle"].update(ReviewStatus="Action Required"))
    problem = "The customer wants to move its web shop to AWS by spring."
    deal.edit(id, lambda one: one["Project"].update(CustomerBusinessProblem=problem))
    assert deal.life(id)["ReviewStatus"] == "Submitted"
    if by == "task":
        task = deal.submit(id)
        engagement = task["EngagementId"]
        assert task["ResourceSnapshotJobId"]
        assert deal.snapshots(engagement) == [1]
    else:
        engagement = by_hand(deal, id)
    assert deal.summary(id)["InvolvementType"] == "Co-Sell"
    deal.review(id, "Approved")
    assert deal.members(engagement) == [ACCOUNT, "aws"]
    [sent] = deal.ask("list_engagement_invitations", ParticipantType="SENDER")[
        "EngagementInvitationSummaries"
    ]
    assert sent["Status"] == "ACCEPTED"


def by_hand(deal: Deal, id: str) -> str:
    """Submitted by the single operations."""
    engagement = str(deal.ask("create_engagement", Title="By hand", Description="One by one")["Id"])
    deal.ask(
        "create_resource_snapshot",
        EngagementIdentifier=engagement,
        ResourceType="Opportunity",
        ResourceIdentifier=id,
        ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
    )
    deal.ask("submit_opportunity", Identifier=id, InvolvementType="Co-Sell")
    return engagement


def test_invitation_of_two_submissions_stays_open_until_the_last_is_rejected(world: World) -> None:
    deal = Deal(world, "Sandbox")
    first, second = deal.create(), deal.create()
    engagement = str(deal.ask("create_engagement", Title="Two", Description="Two deals")["Id"])
    for id in (first, second):
        deal.associate(id)
        deal.ask(
            "create_resource_snapshot",
            EngagementIdentifier=engagement,
            ResourceType="Opportunity",
            ResourceIdentifier=id,
            ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
        )
        deal.ask("submit_opportunity", Identifier=id, InvolvementType="Co-Sell")

    def statuses() -> list[Any]:
        listed = deal.ask("list_engagement_invitations", ParticipantType="SENDER")
        return [one["Status"] for one in listed["EngagementInvitationSummaries"]]

    deal.review(first, "Rejected")
    assert statuses() == ["PENDING"]
    # Its seat is kept: the engagement has room for eight more, and then for none.
    for number in range(8):
        invite(deal, engagement, f"{number:012}")
    full = refusal(invite, deal=deal, engagement=engagement, receiver=f"{9:012}")
    assert full.code == "ServiceQuotaExceededException"
    deal.review(second, "Approved")
    assert deal.members(engagement) == [ACCOUNT, "aws"]
    assert "ACCEPTED" in statuses()


def invite(deal: Deal, engagement: str, receiver: str) -> None:
    deal.ask(
        "create_engagement_invitation",
        EngagementIdentifier=engagement,
        Invitation=to_partner(receiver),
    )

"""AWS's side, in the shortest words that do."""

import pytest

from cosell.testing.calling import Refused
from cosell.testing.world import World
from tests.scenes import opportunity_invitation

FRIEND = "444455556666"


def test_refer_to_the_default_partner(world: World) -> None:
    made = world.aws.refer(Project={"Title": "Web shop"})
    assert made.EngagementInvitationId == made["EngagementInvitationId"]
    named = {"Catalog": "Sandbox", "Identifier": made.EngagementInvitationId}
    found = world.caller()("GetEngagementInvitation", **named)
    assert found.Payload.OpportunityInvitation.Project.Title == "Web shop"


def test_refer_to_another(world: World) -> None:
    made = world.aws.refer(to=FRIEND, Catalog="AWS")
    named = {"Catalog": "AWS", "Identifier": made.EngagementInvitationId}
    assert world.caller(FRIEND)("GetEngagementInvitation", **named).Status == "PENDING"


def test_refer_lead(world: World) -> None:
    made = world.aws.refer_lead(QualificationStatus="Qualified")
    assert made.ContextId == "1"
    world.partner.client.accept_engagement_invitation(
        Catalog=world.catalog, Identifier=made.EngagementInvitationId
    )
    told = world.aws.update_lead(made, Insights={"LeadReadinessScore": "Low"})
    assert (told.EngagementId, told.ContextId) == (made.EngagementId, "1")


@pytest.mark.parametrize("by", ["answer", "id", "arn"])
def test_review(world: World, by: str) -> None:
    found = world.given.opportunity("Submitted", Catalog="AWS")
    named = {"answer": found, "id": found.Id, "arn": found.Arn}[by]
    catalog = {"Catalog": "AWS"} if by == "id" else {}
    told = world.aws.review(named, "Action Required", comments="Which city?", **catalog)
    assert (told.ReviewStatus, told.ReviewComments) == ("Action Required", "Which city?")
    assert world.aws.review(found).ReviewStatus == "Approved"


def test_what_names_no_opportunity_is_said(world: World) -> None:
    with pytest.raises(ValueError, match=r"No opportunity is named by 'engi-1'. Give its id"):
        world.aws.review("engi-1")
    with pytest.raises(Refused, match="ResourceNotFoundException"):
        world.aws.review("O1")


def test_update_summary(world: World) -> None:
    found = world.given.opportunity("Approved")
    told = world.aws.update_summary(found, LifeCycle={"Stage": "Engaged"})
    assert told.LifeCycle.Stage == "Engaged"
    assert world.aws.update_summary(found.Id).Insights


def test_update_opportunity(world: World) -> None:
    found = world.given.opportunity("Approved")
    told = world.aws.update_opportunity(found, Project={"Title": "By AWS"})
    assert (told.OpportunityId, told.LastModifiedDate > found.LastModifiedDate) == (found.Id, True)
    again = world.aws.update_opportunity(found.Id)
    assert again.LastModifiedDate > told.LastModifiedDate


def test_answer_invitation(world: World) -> None:
    named = {"Catalog": "Sandbox"}
    about = {**named, "Title": "Shared", "Description": "Work", "ClientToken": "made"}
    made = world.caller()("CreateEngagement", **about)
    asked = {
        **named,
        "EngagementIdentifier": made.Id,
        "Invitation": {
            "Message": "Join us.",
            "Receiver": {"Account": {"AwsAccountId": "aws"}},
            "Payload": opportunity_invitation(),
        },
    }
    invitation = world.caller()("CreateEngagementInvitation", **asked, ClientToken="one")
    told = world.aws.answer_invitation(invitation, "Rejected", reason="Not now")
    assert (told.Status, told.RejectionReason) == ("REJECTED", "Not now")
    again = world.caller()("CreateEngagementInvitation", **asked, ClientToken="again")
    assert world.aws.answer_invitation(again.Arn).EngagementId == made.Id


def test_autopilot(world: World) -> None:
    put = world.aws.autopilot(delay_seconds=60, outcome="Rejected")
    assert put.Id == "review"
    found = world.given.opportunity("Submitted")
    assert world.clock.advance(seconds=60) == 1
    named = {"Catalog": "Sandbox", "Identifier": found.Id}
    assert world.caller()("GetOpportunity", **named).LifeCycle.ReviewStatus == "Rejected"
    assert world.aws.autopilot_off().Deleted == 1


def test_autopilot_refers(world: World) -> None:
    put = world.aws.autopilot(act="Refer", every_seconds=60)
    assert put.Rules[0].ReceiverAccountId == world.account
    assert world.clock.advance(seconds=120) == 2
    world.aws.autopilot(act="Refer", to=FRIEND)
    assert len(world.aws.autopilot().Rules) == 3


def test_what_else_the_desk_knows(world: World) -> None:
    assert world.aws.put_solution(Name="Ours").Name == "Ours"
    assert world.aws.put_partner(FRIEND, CompanyName="Friend").CompanyName == "Friend"
    assert (
        world.aws.put_estimate(
            "https://calculator.aws/#/estimate?id=0123456789abcdef0123456789abcdef", 1234
        ).Amount
        == "1234.00"
    )
    lead = world.given.lead()
    put = world.aws.put_prospect(lead, ReasonCode="InternalError")
    assert put.EngagementIdentifier == lead.Id


def test_misspelt_member_is_told(world: World) -> None:
    with pytest.raises(Refused, match="Did you mean"):
        world.aws.refer(Projct={})  # type: ignore[call-arg]

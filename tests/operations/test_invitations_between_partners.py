"""Invitations from partner to partner: both sides' lists, who may answer, what members see."""

from typing import Any

import pytest

from cosell.selling.domain import engagements, invitations
from cosell.store import Contention, Value
from tests.harness import ACCOUNT, OTHER, Reply, answered, opportunity
from tests.scenes import Scene, lead_invitation, opportunity_invitation

THIRD = "777788889999"


def listed(scene: Scene, account: str, participant: str, **members: Any) -> list[Any]:
    page = answered(
        scene.ask("ListEngagementInvitations", account, ParticipantType=participant, **members)
    )
    return list(page["EngagementInvitationSummaries"])


def error(reply: Reply) -> str:
    assert reply.status == 400
    return str(reply.document["__type"])


def test_list_engagement_invitations_shows_each_side_its_own(scene: Scene) -> None:
    lead = scene.invite(lead_invitation())
    shared = scene.invite(opportunity_invitation())
    for account, participant in ((ACCOUNT, "RECEIVER"), (OTHER, "SENDER")):
        found = listed(scene, account, participant)
        assert [one["Id"] for one in found] == [shared, lead]
        assert {one["ParticipantType"] for one in found} == {participant}
        only = listed(scene, account, participant, PayloadType=["LeadInvitation"])
        assert [one["Id"] for one in only] == [lead]
        assert len(listed(scene, account, participant, SenderAwsAccountId=[OTHER])) == 2
        assert listed(scene, account, participant, SenderAwsAccountId=["aws"]) == []
    for account, participant in ((ACCOUNT, "SENDER"), (OTHER, "RECEIVER"), (THIRD, "RECEIVER")):
        assert listed(scene, account, participant) == []


def test_accept_engagement_invitation_is_the_receivers_alone(scene: Scene) -> None:
    id = scene.invite(lead_invitation())
    assert answered(scene.ask("GetEngagementInvitation", OTHER, Identifier=id))["Id"] == id
    for operation in ("AcceptEngagementInvitation", "RejectEngagementInvitation"):
        assert error(scene.ask(operation, OTHER, Identifier=id)) == "AccessDeniedException"
        assert error(scene.ask(operation, THIRD, Identifier=id)) == "ResourceNotFoundException"
    assert error(scene.ask("GetEngagementInvitation", THIRD, Identifier=id)) == (
        "ResourceNotFoundException"
    )
    assert scene.ask("AcceptEngagementInvitation", Identifier=id).status == 200
    assert [one["Status"] for one in listed(scene, OTHER, "SENDER")] == ["ACCEPTED"]


@pytest.mark.parametrize("act", ["Accept", "Reject"])
def test_an_answer_is_refused_in_order(scene: Scene, act: str) -> None:
    """Nobody's invitation, another's to answer, answered already, answered too late."""
    scene.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    first, second, third = (scene.invite(opportunity_invitation()) for _ in range(3))
    operation = f"{act}EngagementInvitation"
    scene.ask("RejectEngagementInvitation", Identifier=first)
    for id, account, expected in (
        ("engi-0000000000000", OTHER, "ResourceNotFoundException"),
        (first, THIRD, "ResourceNotFoundException"),
        (first, OTHER, "AccessDeniedException"),
        (first, ACCOUNT, "ConflictException"),
    ):
        assert error(scene.ask(operation, account, Identifier=id)) == expected
    assert scene.ask(operation, Identifier=second).status == 200
    told = scene.ask(operation, Identifier=second).document["Message"]
    assert told == f"Only PENDING invitations can be {act.lower()}ed; this one is {act.upper()}ED."
    scene.desk("PutClock", Time="2030-01-16T00:00:00Z", Frozen=True)
    late = scene.ask(operation, Identifier=third)
    assert (error(late), late.document["Message"][-8:]) == ("ConflictException", "EXPIRED.")
    assert error(scene.ask(operation, OTHER, Identifier=third)) == "AccessDeniedException"


def test_accept_engagement_invitation_changes_the_engagement_for_each_member(
    scene: Scene,
) -> None:
    id = scene.invite(opportunity_invitation())
    engagement = answered(scene.ask("GetEngagementInvitation", Identifier=id))["EngagementId"]
    before = answered(scene.ask("GetEngagement", OTHER, Identifier=engagement))
    assert (before["MemberCount"], before["ModifiedBy"]) == (1, OTHER)
    scene.ask("AcceptEngagementInvitation", Identifier=id)
    seen = [
        answered(scene.ask("GetEngagement", account, Identifier=engagement))
        for account in (ACCOUNT, OTHER)
    ]
    assert seen[0] == seen[1]
    assert (seen[0]["MemberCount"], seen[0]["ModifiedBy"]) == (2, ACCOUNT)
    assert seen[0]["CreatedAt"] == before["CreatedAt"] <= seen[0]["ModifiedAt"]
    third = scene.ask("GetEngagement", THIRD, Identifier=engagement)
    assert error(third) == "ResourceNotFoundException"


def test_get_resource_snapshot_of_another_member_is_read_and_not_made(scene: Scene) -> None:
    id = scene.invite(opportunity_invitation())
    engagement = answered(scene.ask("GetEngagementInvitation", Identifier=id))["EngagementId"]
    made = scene.ask("CreateOpportunity", OTHER, **opportunity(ClientToken="one"))
    target = {
        "EngagementIdentifier": engagement,
        "ResourceType": "Opportunity",
        "ResourceIdentifier": answered(made)["Id"],
        "ResourceSnapshotTemplateIdentifier": "OpportunitySummaryView",
    }
    answered(scene.ask("CreateResourceSnapshot", OTHER, **target, ClientToken="one"))
    hidden = scene.ask("GetResourceSnapshot", **target)
    assert error(hidden) == "ResourceNotFoundException"
    scene.ask("AcceptEngagementInvitation", Identifier=id)
    shown = answered(scene.ask("GetResourceSnapshot", **target))
    assert (shown["Revision"], shown["CreatedBy"]) == (1, OTHER)
    assert shown["TargetMemberAccounts"] == [OTHER]
    for operation in ("CreateResourceSnapshot", "CreateResourceSnapshotJob"):
        again = scene.ask(operation, **target, ClientToken="two")
        assert error(again) == "ResourceNotFoundException"


def test_task_follows_what_the_sender_shared_last_while_the_clock_stands(scene: Scene) -> None:
    scene.desk("PutClock", Frozen=True)
    id = scene.invite(opportunity_invitation())
    engagement = answered(scene.ask("GetEngagementInvitation", Identifier=id))["EngagementId"]
    for name, revisions in (("first", 3), ("last", 1)):
        marketing = {
            "Source": "Marketing Activity", "AwsFundingUsed": "No", "CampaignName": name,
        }  # fmt: skip
        asked = opportunity(ClientToken=name, Marketing=marketing)
        target = {
            "EngagementIdentifier": engagement,
            "ResourceType": "Opportunity",
            "ResourceIdentifier": answered(scene.ask("CreateOpportunity", OTHER, **asked))["Id"],
            "ResourceSnapshotTemplateIdentifier": "OpportunitySummaryView",
        }
        for number in range(revisions):
            token = f"{name}-{number}"
            answered(scene.ask("CreateResourceSnapshot", OTHER, **target, ClientToken=token))
    made = scene.start(id)["OpportunityId"]
    marketing = answered(scene.ask("GetOpportunity", Identifier=made))["Marketing"]
    assert marketing["CampaignName"] == "last"


def test_lead_invitation_is_open_for_five_years(scene: Scene) -> None:
    scene.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    scene.invite(lead_invitation())
    [one] = listed(scene, ACCOUNT, "RECEIVER")
    assert one["ExpirationDate"] is None
    scene.desk("AdvanceClock", To="2034-12-30T23:59:59.999Z")
    assert [one["Status"] for one in listed(scene, OTHER, "SENDER")] == ["PENDING"]
    assert scene.desk("AdvanceClock", Seconds=1)["Fired"] == 1
    for account, participant in ((ACCOUNT, "RECEIVER"), (OTHER, "SENDER")):
        assert [one["Status"] for one in listed(scene, account, participant)] == ["EXPIRED"]


def test_only_an_invitation_whose_time_is_over_gives_way(scene: Scene) -> None:
    def invite(id: str, expires_at: int | None, now: int) -> int:
        who: dict[str, Value] = {
            "ns": 1,
            "engagement": "eng-1",
            "account": ACCOUNT,
            "invitation": id,
        }
        return tx.run("invite", **who, expires_at=expires_at, now=now)

    def open_at(now: int) -> list[str]:
        rows = tx.all("list_invited", ns=1, engagement="eng-1", now=now)
        return [str(row[1]) for row in rows]

    with scene.store.write() as tx:
        assert invite("first", 10, now=1) == 1
        assert invite("second", 20, now=9) == 0
        assert open_at(9) == ["first"]
        assert invite("third", None, now=10) == 1
        assert invite("fourth", 99, now=10**15) == 0
        assert open_at(10**15) == ["third"]


def test_a_second_open_invitation_is_never_made(scene: Scene) -> None:
    content: dict[str, Any] = {
        "Receiver": {"Account": {"AwsAccountId": ACCOUNT}},
        "Payload": opportunity_invitation(),
    }
    with scene.store.write() as tx:
        call = scene.call(tx, OTHER)
        engagement = engagements.create(call, tx, OTHER, {"Title": "Shared", "Description": "Work"})
        room = invitations.Room(call, tx, engagement)
        invitations.create(call, tx, room, OTHER, content)
        with pytest.raises(Contention):
            invitations.create(call, tx, room, OTHER, content)

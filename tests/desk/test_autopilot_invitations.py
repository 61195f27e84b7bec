"""What the autopilot does beside reviews: it accepts invitations and refers opportunities."""

from typing import Any

import pytest

from tests.engaging import engaged, invited
from tests.harness import ACCOUNT, OTHER, World
from tests.piloting import BOX, DAY_S, HOUR_S, advanced, answered, titled
from tests.refusal import desk_refusal
from tests.sharing import target
from tests.submitting import CO_SELL, created

# --- invitations ---------------------------------------------------------------------------------


def test_autopilot_accepts_what_partners_invite_aws_to(still: World) -> None:
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=HOUR_S, TitlePattern="^Web")
    ours, theirs = engaged(still)["Id"], engaged(still, Title="Theirs")["Id"]
    invitations = [invited(still, ours, "aws"), invited(still, theirs, "aws")]
    assert advanced(still, HOUR_S)["Fired"] == 1
    assert [answered(still, one) for one in invitations] == ["ACCEPTED", "PENDING"]
    members = still.client().list_engagement_members(**BOX, Identifier=ours)
    accounts = [one["AccountId"] for one in members["EngagementMemberList"]]
    assert accounts == [ACCOUNT, "aws"]


def test_autopilot_leaves_the_invitation_of_a_submission_to_the_review(still: World) -> None:
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=HOUR_S)
    engagement = engaged(still)["Id"]
    id = created(still)
    still.client().create_resource_snapshot(**target(engagement, id))
    invitation = invited(still, engagement, "aws")
    still.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    assert advanced(still, HOUR_S)["Fired"] == 1
    assert answered(still, invitation) == "PENDING"
    still.desk("ReviewOpportunity", **BOX, OpportunityIdentifier=id, Outcome="Approved")
    assert answered(still, invitation) == "ACCEPTED"


def test_submission_alone_plans_no_answer(still: World) -> None:
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=HOUR_S)
    id = created(still)
    still.client().create_resource_snapshot(**target(engaged(still)["Id"], id))
    still.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    assert still.desk("GetClock")["NextDueTime"] is None


def test_invitation_that_was_answered_is_not_looked_at(still: World) -> None:
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=HOUR_S)
    ids = [created(still, **titled(name)) for name in ("First", "Second")]
    for id, outcome in zip(ids, ("Rejected", "Approved"), strict=True):
        engagement = engaged(still)["Id"]
        still.client().create_resource_snapshot(**target(engagement, id))
        invitation = invited(still, engagement, "aws")
        still.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
        assert still.desk("GetClock")["NextDueTime"] == "2030-01-01T01:00:00.000Z"
        still.desk("ReviewOpportunity", **BOX, OpportunityIdentifier=id, Outcome=outcome)
        assert answered(still, invitation) != "PENDING"
        assert still.desk("GetClock")["NextDueTime"] is None


@pytest.mark.parametrize("outcome", ["Approved", "Rejected"])
def test_invitation_that_was_left_to_the_reviews_is_answered_by_the_last(
    still: World, outcome: str
) -> None:
    still.desk("PutAutopilot", Act="Accept", DelaySeconds=HOUR_S)
    engagement = engaged(still)["Id"]
    ids = [created(still, **titled(name)) for name in ("First", "Second")]
    for id in ids:
        still.client().create_resource_snapshot(**target(engagement, id))
    invitation = invited(still, engagement, "aws")
    for id in ids:
        still.client().submit_opportunity(**BOX, Identifier=id, **CO_SELL)
    advanced(still, HOUR_S)
    reviewed = dict(zip(ids, ("Rejected", outcome), strict=True))
    for id, decided in reviewed.items():
        assert answered(still, invitation) == "PENDING"
        still.desk("ReviewOpportunity", **BOX, OpportunityIdentifier=id, Outcome=decided)
    expected = {"Approved": "ACCEPTED", "Rejected": "REJECTED"}
    assert answered(still, invitation) == expected[outcome]


# --- referrals -----------------------------------------------------------------------------------


def received(world: World, account: str = ACCOUNT, catalog: str = "Sandbox") -> list[Any]:
    found = world.client(account).list_engagement_invitations(
        Catalog=catalog,
        ParticipantType="RECEIVER",
        Sort={"SortBy": "InvitationDate", "SortOrder": "ASCENDING"},
    )
    return list(found["EngagementInvitationSummaries"])


def test_autopilot_refers_every_so_often(still: World) -> None:
    still.desk(
        "PutAutopilot",
        Act="Refer",
        **BOX,
        ReceiverAccountId=OTHER,
        EverySeconds=HOUR_S,
        Referral={"Project": {"Title": "One every hour"}, "Message": "Again."},
    )
    assert received(still, OTHER) == []
    moved = advanced(still, 3 * HOUR_S)
    assert (moved["Fired"], moved["NextDueTime"]) == (3, "2030-01-01T04:00:00.000Z")
    found = received(still, OTHER)
    assert [one["InvitationDate"].hour for one in found] == [1, 2, 3]
    assert {one["EngagementTitle"] for one in found} == {"One every hour"}
    assert {one["SenderCompanyName"] for one in found} == {"AWS"}
    still.desk("DeleteAutopilot")
    advanced(still, DAY_S)
    assert len(received(still, OTHER)) == 3


def test_autopilot_refers_once_a_day_if_it_is_not_told(still: World) -> None:
    rule = {"Act": "Refer", "Catalog": "AWS", "ReceiverAccountId": ACCOUNT}
    [kept] = still.desk("PutAutopilot", **rule)["Rules"]
    assert (kept["Id"], kept["EverySeconds"]) == (f"refer-AWS-{ACCOUNT}", DAY_S)
    advanced(still, 2 * DAY_S)
    assert len(received(still, catalog="AWS")) == 2
    assert received(still) == []


def test_autopilot_put_again_plans_anew(still: World) -> None:
    rule = {"Act": "Refer", **BOX, "ReceiverAccountId": ACCOUNT}
    still.desk("PutAutopilot", **rule, EverySeconds=HOUR_S)
    advanced(still, HOUR_S - 1)
    still.desk("PutAutopilot", **rule, EverySeconds=DAY_S)
    moved = advanced(still, HOUR_S)
    assert (moved["Fired"], moved["NextDueTime"]) == (0, "2030-01-02T00:59:59.000Z")


def test_referral_that_cannot_be_made_holds_up_nothing_and_is_told(still: World) -> None:
    rule = {"Act": "Refer", **BOX, "ReceiverAccountId": OTHER, "EverySeconds": HOUR_S}
    [said] = still.desk("PutAutopilot", **rule)["Rules"]
    still.desk("PutPartner", AccountId=OTHER, Catalogs=["AWS"])
    moved = advanced(still, 2 * HOUR_S)
    assert (moved["Fired"], moved["NextDueTime"]) == (2, "2030-01-01T03:00:00.000Z")
    [failed] = still.desk("GetAutopilot")["Rules"]
    told = f"ResourceNotFoundException: There is no partner {OTHER} in catalog Sandbox."
    assert failed == {
        **said,
        "LastFailure": told,
        "LastFailureTime": "2030-01-01T02:00:00.000Z",
    }
    still.desk("PutPartner", AccountId=OTHER, Catalogs=["AWS", "Sandbox"])
    assert still.desk("PutAutopilot", **rule)["Rules"] == [failed]
    advanced(still, HOUR_S)
    assert len(received(still, OTHER)) == 1
    assert still.desk("GetAutopilot")["Rules"] == [said]


def test_rule_that_refers_to_nobody_is_refused(still: World) -> None:
    still.desk("PutPartner", AccountId=OTHER, Catalogs=["AWS"])
    rule = {"Act": "Refer", "ReceiverAccountId": OTHER}
    told = desk_refusal(still, "PutAutopilot", **rule, **BOX)
    assert told.code == "ResourceNotFoundException"
    assert told.message == f"There is no partner {OTHER} in catalog Sandbox."
    assert still.desk("GetAutopilot")["Rules"] == []
    assert len(still.desk("PutAutopilot", **rule, Catalog="AWS")["Rules"]) == 1

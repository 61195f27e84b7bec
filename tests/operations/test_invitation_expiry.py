"""The fifteen days of an invitation: to the millisecond, whether or not the expiry was run."""

from typing import Any

import pytest

from tests.harness import World
from tests.refusal import refusal

START = "2030-01-01T00:00:00.000Z"
LAST = "2030-01-15T23:59:59.999Z"
OVER = "2030-01-16T00:00:00.000Z"


def statuses(world: World, **members: Any) -> list[str]:
    page = world.client().list_engagement_invitations(
        Catalog="Sandbox", ParticipantType="RECEIVER", **members
    )
    return [one["Status"] for one in page["EngagementInvitationSummaries"]]


def asked(referred: Any) -> dict[str, str]:
    return {"Catalog": "Sandbox", "Identifier": referred["EngagementInvitationId"]}


@pytest.fixture
def referred(world: World) -> Any:
    """A referral at START, in a world whose clock stands."""
    world.desk("PutClock", Time=START, Frozen=True)
    return world.referred()


@pytest.mark.parametrize("move", ["AdvanceClock", "PutClock"])
def test_invitation_expires_with_the_fifteenth_day(world: World, referred: Any, move: str) -> None:
    member = "To" if move == "AdvanceClock" else "Time"  # PutClock runs nothing that is due
    assert world.desk("GetClock")["NextDueTime"] == OVER
    world.desk(move, **{member: LAST})
    assert statuses(world) == ["PENDING"]
    assert statuses(world, Status=["EXPIRED"]) == []
    world.desk(move, **{member: OVER})
    assert statuses(world) == ["EXPIRED"]
    assert statuses(world, Status=["PENDING"]) == []
    assert statuses(world, Status=["EXPIRED"]) == ["EXPIRED"]
    invitation = world.client().get_engagement_invitation(**asked(referred))
    assert invitation["Status"] == "EXPIRED"
    assert "ExpirationDate" not in invitation


def test_accept_engagement_invitation_in_its_last_millisecond_is_fine(
    world: World, referred: Any
) -> None:
    world.desk("PutClock", Time=LAST)
    world.client().accept_engagement_invitation(**asked(referred))
    world.desk("AdvanceClock", Seconds=86_400)
    assert statuses(world) == ["ACCEPTED"]
    assert world.desk("GetClock")["NextDueTime"] is None


@pytest.mark.parametrize("act", ["accept", "reject"])
@pytest.mark.parametrize("move", [("AdvanceClock", "To"), ("PutClock", "Time")])
def test_invitation_that_expired_conflicts(
    world: World, referred: Any, move: tuple[str, str], act: str
) -> None:
    operation, member = move
    world.desk(operation, **{member: OVER})
    method = getattr(world.client(), f"{act}_engagement_invitation")
    refused = refusal(method, **asked(referred))
    assert refused.code == "ConflictException"
    assert refused.message == f"Only PENDING invitations can be {act}ed; this one is EXPIRED."


def test_invitation_expired_tells_the_receiver_once(world: World, referred: Any) -> None:
    fired = world.desk("AdvanceClock", To="2030-03-01T00:00:00Z")["Fired"]
    assert fired == 1
    expired = [e for e in world.events() if e["detail-type"] == "Engagement Invitation Expired"]
    [event] = expired
    assert event["time"] == "2030-01-16T00:00:00Z"
    assert event["resources"] == [referred["EngagementInvitationArn"]]
    assert statuses(world) == ["EXPIRED"]

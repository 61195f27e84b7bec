"""Worlds keep their own time: years apart in one process, while signatures follow real time.

Must not wait for anything.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cosell.testing import World
from tests.harness import opportunity
from tests.testing.invitations import invited, refer
from tests.testing.sessions import assumed


def _invitation(client: Any) -> Any:
    answer = client.list_engagement_invitations(Catalog="AWS", ParticipantType="RECEIVER")
    return answer["EngagementInvitationSummaries"][0]


def test_two_worlds_a_year_apart() -> None:
    with World() as now, World() as then:
        later = datetime.now(UTC) + timedelta(days=365)
        then.desk("PutClock", Time=later.isoformat())
        refer(now, "Now")
        refer(then, "Then")
        clients = now.partner.client, then.partner.client
        near, far = (_invitation(one)["InvitationDate"] for one in clients)
        assert timedelta(days=364) < far - near < timedelta(days=366)


def test_an_invitation_expires_while_signatures_stay_valid(world: World) -> None:
    """A session's signature is checked, and checked against real time."""
    client, _ = assumed(world.account)
    invitation = refer(world, "Short-lived")
    assert _invitation(client)["Status"] == "PENDING"
    world.desk("AdvanceClock", Seconds=30 * 86_400)
    assert invited(client) == [invitation]
    assert _invitation(client)["Status"] == "EXPIRED"
    with pytest.raises(client.exceptions.ConflictException):
        client.reject_engagement_invitation(Catalog="AWS", Identifier=invitation)


def test_a_past_in_which_a_close_date_is_still_to_come(world: World) -> None:
    world.desk("PutClock", Time="2026-03-01T00:00:00Z")
    client = world.partner.client
    created = client.create_opportunity(
        Catalog="AWS",
        **opportunity(LifeCycle={"TargetCloseDate": "2026-05-31", "Stage": "Prospect"}),
    )
    assert client.get_opportunity(Catalog="AWS", Identifier=created["Id"])["LastModifiedDate"] < (
        datetime(2026, 3, 2, tzinfo=UTC)
    )

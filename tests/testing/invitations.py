"""What the tests here have happen: AWS invites a partner, and a client sees it.

Must not know how a call reaches the world.
"""

from typing import Any

from cosell.testing import World


def refer(world: World, title: str, to: str | None = None) -> str:
    """An opportunity of AWS's that a partner is invited to; its invitation's id."""
    answer = world.desk(
        "ReferOpportunity",
        Catalog="AWS",
        ReceiverAccountId=to or world.account,
        Project={"Title": title},
    )
    return str(answer.EngagementInvitationId)


def invited(client: Any) -> list[str]:
    """The ids of the invitations that a client sees."""
    answer = client.list_engagement_invitations(Catalog="AWS", ParticipantType="RECEIVER")
    return [one["Id"] for one in answer["EngagementInvitationSummaries"]]

"""What has to be there before something can be shared: an engagement, an opportunity in it.

Must not know what is shared.
"""

from typing import Any

from tests.harness import ACCOUNT, World, opportunity

SUMMARY = "OpportunitySummaryView"


def joined(world: World, account: str = ACCOUNT) -> str:
    """An engagement that the account is a member of."""
    referred = world.referred(account)
    world.client(account).accept_engagement_invitation(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    return str(referred["EngagementId"])


def target(engagement: str, resource: str, template: str = SUMMARY) -> dict[str, Any]:
    return {
        "Catalog": "Sandbox",
        "EngagementIdentifier": engagement,
        "ResourceType": "Opportunity",
        "ResourceIdentifier": resource,
        "ResourceSnapshotTemplateIdentifier": template,
    }


def shared(world: World) -> dict[str, Any]:
    """An own opportunity in an engagement, as a target."""
    made = world.client().create_opportunity(Catalog="Sandbox", **opportunity())
    return target(joined(world), made["Id"])

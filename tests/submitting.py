"""What has to be there before an opportunity can be submitted: a request that lacks nothing, and an
engagement in which it is shown.

Must not know what becomes of a submission.
"""

from typing import Any

from tests.harness import ACCOUNT, World, opportunity
from tests.sharing import joined, target

CO_SELL = {"InvolvementType": "Co-Sell"}
VISIBILITY_ONLY = {"InvolvementType": "For Visibility Only"}


def submittable(**changes: Any) -> dict[str, Any]:
    """A CreateOpportunity request, without Catalog, for an opportunity that can be submitted."""
    request = opportunity(PrimaryNeedsFromAws=["Co-Sell - Architectural Validation"])
    request["Project"] |= {
        "CustomerUseCase": "Migration / Database Migration",
        "DeliveryModels": ["Professional Services"],
        "OtherSolutionDescription": "A migration that we carry out ourselves",
        "SalesActivities": ["Initialized discussions with customer"],
    }
    request["OpportunityTeam"] = [
        {
            "BusinessTitle": "PartnerAccountManager",
            "Email": "manager@example.com",
            "FirstName": "Account",
            "LastName": "Manager",
        }
    ]
    return {**request, **changes}


def created(world: World, account: str = ACCOUNT, catalog: str = "Sandbox", **changes: Any) -> str:
    """An opportunity of the account's that can be submitted once it is shared: its id."""
    made = world.client(account).create_opportunity(Catalog=catalog, **submittable(**changes))
    return str(made["Id"])


def shown(world: World, id: str, engagement: str) -> None:
    """The opportunity is shown in an engagement."""
    world.client().create_resource_snapshot(**target(engagement, id))


def shared(world: World, **changes: Any) -> str:
    """An opportunity of the account's in an engagement that AWS is a member of: its id."""
    id = created(world, **changes)
    shown(world, id, joined(world))
    return id

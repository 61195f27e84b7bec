"""What partners need to engage each other: contexts, engagements, invitations, as they are sent.

Must not know what a test expects.
"""

import copy
from typing import Any

from tests.harness import ACCOUNT, OTHER, World
from tests.scenes import lead_invitation, opportunity_invitation

CATALOG = "Sandbox"
THIRD = "777788889999"


def project(**changes: Any) -> dict[str, Any]:
    """A CustomerProject context; `changes` replace members of its Project."""
    customer = {
        "CompanyName": "Example Company",
        "CountryCode": "US",
        "Industry": "Retail",
        "WebsiteUrl": "https://www.example.com",
    }
    about = {
        "BusinessProblem": "The customer wants to move its web shop to AWS.",
        "TargetCompletionDate": "2099-12-31",
        "Title": "Web shop on AWS",
        **changes,
    }
    payload = {"CustomerProject": {"Customer": customer, "Project": about}}
    return {"Type": "CustomerProject", "Payload": payload}


def interaction(**changes: Any) -> dict[str, Any]:
    """One interaction with a lead."""
    return {
        "BusinessProblem": "The customer asked how to move its web shop to AWS.",
        "Contact": {
            "BusinessTitle": "Head of Infrastructure",
            "Email": "head@example.com",
            "FirstName": "Customer",
            "LastName": "Contact",
        },
        "CustomerAction": "Attended",
        "SourceName": "A webinar",
        "SourceType": "Webinar",
        **changes,
    }


def lead_customer(**changes: Any) -> dict[str, Any]:
    return {
        "Address": {"CountryCode": "US", "StateOrRegion": "Washington"},
        "CompanyName": "Example Company",
        "Industry": "Retail",
        "WebsiteUrl": "https://www.example.com",
        **changes,
    }


def lead(**changes: Any) -> dict[str, Any]:
    """A Lead context with one interaction; `changes` replace members of the lead."""
    about = {"Customer": lead_customer(), "Interactions": [interaction()], **changes}
    return {"Type": "Lead", "Payload": {"Lead": about}}


def prospecting() -> dict[str, Any]:
    """A ProspectingResult context, such as only a task makes."""
    found = {"Customer": {"AccountName": "Example Company"}}
    return {"Type": "ProspectingResult", "Payload": {"ProspectingResult": {"Aws": found}}}


def engaged(world: World, *contexts: dict[str, Any], account: str = ACCOUNT, **more: Any) -> Any:
    """The answer to CreateEngagement by an account."""
    about = {"Catalog": CATALOG, "Title": "Web shop", "Description": "Shared work", **more}
    if contexts:
        about["Contexts"] = list(contexts)
    return world.client(account).create_engagement(**about)


def invitation(
    receiver: str = OTHER, payload: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """The Invitation of CreateEngagementInvitation, to an opportunity unless said otherwise."""
    return {
        "Message": "Join us.",
        "Receiver": {"Account": {"AwsAccountId": receiver}},
        "Payload": payload or opportunity_payload(),
        **changes,
    }


def opportunity_payload(**changes: Any) -> dict[str, Any]:
    """The payload of an opportunity's invitation; `changes` replace members of its Project."""
    payload = copy.deepcopy(opportunity_invitation())
    payload["OpportunityInvitation"]["Project"] |= changes
    return payload


def lead_payload() -> dict[str, Any]:
    """The payload of a lead's invitation, whole."""
    payload = copy.deepcopy(lead_invitation())
    payload["LeadInvitation"]["Interaction"] = {
        "ContactBusinessTitle": "Head of Infrastructure",
        "SourceType": "Webinar",
    }
    return payload


def invited(
    world: World, engagement: str, receiver: str = OTHER, sender: str = ACCOUNT, **changes: Any
) -> str:
    """The id of an invitation by a member."""
    answer = world.client(sender).create_engagement_invitation(
        Catalog=CATALOG,
        EngagementIdentifier=engagement,
        Invitation=invitation(receiver, **changes),
    )
    return str(answer["Id"])


def accepted(world: World, id: str, receiver: str = OTHER) -> None:
    """The receiver becomes a member, and no more."""
    world.client(receiver).accept_engagement_invitation(Catalog=CATALOG, Identifier=id)

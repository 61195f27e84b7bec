"""Valid documents for requests, each with texts of its own: what a partner would write.

The content is what the desk's referrals say, so that there is one set of sample data; here stands
only what a referral lacks. Must not call anything.
"""

import copy
from typing import Any, Final, cast

from cosell.clock import datetime, timedelta
from cosell.selling import values
from cosell.selling.domain import drawn, payloads

Document = dict[str, Any]

_FURTHER: Final[Document] = {
    "OpportunityTeam": [
        {
            "BusinessTitle": "PartnerAccountManager",
            "Email": "alliances@example.com",
            "FirstName": "Account",
            "LastName": "Manager",
        }
    ],
    "Project": {"OtherSolutionDescription": "A migration that we carry out ourselves"},
}
CO_SELL: Final[Document] = {"InvolvementType": "Co-Sell", "Visibility": "Full"}
ROLE: Final = "ResourceSnapshotJobRole"


def merged(default: Document, said: Document) -> Document:
    """`said` over `default`, object by object; a list that is said replaces the default's, None
    leaves a member out, and an address is one thing: no street of one town goes into another."""
    made = copy.deepcopy(default)
    for name, value in said.items():
        under = made.get(name)
        if value is None:
            made.pop(name, None)
        elif isinstance(value, dict) and isinstance(under, dict) and name != "Address":
            made[name] = merged(under, value)
        else:
            made[name] = copy.deepcopy(value)
    return made


def filled(answer: Any) -> Any:
    """An answer without its nulls, as boto3 hands it out and takes it for a request."""
    if isinstance(answer, dict):
        kept = {name: filled(value) for name, value in answer.items() if value is not None}
        return type(answer)(kept)
    return [filled(value) for value in answer] if isinstance(answer, list) else answer


def opportunity(number: int, now: datetime) -> Document:
    """The members of a CreateOpportunity that can also be submitted; `number` tells it apart."""
    days = cast("int", values.defaults("referral")["TargetCloseDays"])
    content: Document = merged(drawn.opportunity(0), _FURTHER)
    content["Customer"]["Account"]["CompanyName"] += f" {number}"
    content["Project"]["Title"] += f" {number}"
    content["LifeCycle"]["TargetCloseDate"] = _in_days(now, days)
    return content


def team() -> list[Document]:
    """The partner's people, as an OpportunityTeam and as whom AssignOpportunity names."""
    return cast("list[Document]", copy.deepcopy(_FURTHER["OpportunityTeam"]))


def engagement(number: int, now: datetime) -> Document:
    """The members of a CreateEngagement with a customer's project as its context."""
    content = cast("Any", opportunity(number, now))
    context = {"Type": "CustomerProject", "Payload": payloads.customer_project(content)}
    return {**payloads.engagement(content), "Contexts": [context]}


def lead(number: int) -> Document:
    """A Lead context, as CreateEngagement and CreateEngagementContext take it."""
    about: Document = copy.deepcopy(drawn.lead(0))
    about["Customer"]["CompanyName"] += f" {number}"
    return {"Type": "Lead", "Payload": {"Lead": about}}


def invitation(number: int, now: datetime, receiver: str) -> Document:
    """The Invitation of a CreateEngagementInvitation to an opportunity."""
    words = cast("Document", values.defaults("referral")["Invitation"])
    content = cast("Any", opportunity(number, now))
    return {
        "Message": f"Let us do this together: {content['Project']['Title']}.",
        "Receiver": {"Account": {"AwsAccountId": receiver}},
        "Payload": payloads.invitation(content, cast("Any", words)),
    }


def _in_days(now: datetime, days: int) -> str:
    return (now + timedelta(days=days)).date().isoformat()

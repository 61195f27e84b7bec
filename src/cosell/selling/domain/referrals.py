"""AWS refers an opportunity: an engagement, an opportunity that nobody sees yet, an invitation.

The desk and the Sandbox's `Origin: AWS Referral` both come here. Source: domain rules D28, D29
and I; the defaults are not documented and stand in values/referral.json.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple, cast

import orjson

from cosell.calls import Call
from cosell.clock import DAY_MS, iso_date
from cosell.contract import Document, Json
from cosell.selling import AWS, at, object_at, text_at, values
from cosell.selling.domain import engagements, invitations, opportunities
from cosell.store import Tx
from cosell.store.documents import Stored


class Referral(NamedTuple):
    """What a referral made."""

    invitation: Stored
    opportunity: Stored


@cache
def defaults() -> Document:
    """What AWS says of an opportunity when nobody says otherwise."""
    return cast("Document", orjson.loads((files(values) / "referral.json").read_bytes()))


def refer(call: Call, tx: Tx, receiver: str, opportunity: Document, words: Document) -> Referral:
    """Refer an opportunity. `opportunity`: members of CreateOpportunity, as they are to be;
    `words`: Message, SenderContacts, ReceiverResponsibilities, or their defaults."""
    content = _approved(opportunity)
    invited = {**object_at(defaults(), "Invitation"), **words}
    project = object_at(content, "Project")
    title, problem = text_at(project, "Title"), text_at(project, "CustomerBusinessProblem")
    engagement = engagements.create(
        call,
        tx,
        AWS,
        {
            "Title": title[: engagements.TITLE_MAX],
            "Description": problem[: engagements.DESCRIPTION_MAX],
            "Contexts": [_context(content)],
        },
    )
    made = opportunities.insert(call, tx, opportunities.reserve_id(tx), receiver, content)
    invitation = invitations.create(
        call,
        tx,
        engagement,
        AWS,
        {
            "Receiver": {"Account": {"AwsAccountId": receiver}},
            "InvitationMessage": invited["Message"],
            "Payload": {"OpportunityInvitation": _payload(content, invited)},
            "referral": made.id,
        },
    )
    return Referral(invitation, made)


def completed(call: Call, said: Document) -> Document:
    """What was said of an opportunity, and the defaults for what was not."""
    content = _merged(object_at(defaults(), "Opportunity"), said)
    close = iso_date(call.now + cast("int", defaults()["TargetCloseDays"]) * DAY_MS)
    return {**content, "LifeCycle": {"TargetCloseDate": close, **object_at(content, "LifeCycle")}}


def _approved(opportunity: Document) -> Document:
    """The opportunity as it will be once it is accepted."""
    content = opportunities.drafted(opportunity)
    return {**content, "LifeCycle": {**object_at(content, "LifeCycle"), "ReviewStatus": "Approved"}}


def _merged(default: Document, said: Document) -> Document:
    """`said` over `default`, object by object; a list or an address that is said replaces the
    default's: no street of one town, no spend of one currency goes into another."""
    merged = {**default, **said}
    for name, value in said.items():
        under = default.get(name)
        if isinstance(value, dict) and isinstance(under, dict) and name != "Address":
            merged[name] = _merged(under, value)
    return merged


def _customer(content: Document) -> Document:
    """A national security customer may have no name and no site: the members are there, empty."""
    account = object_at(content, "Customer.Account")
    return {
        "CompanyName": text_at(account, "CompanyName"),
        "CountryCode": text_at(account, "Address.CountryCode"),
        "Industry": text_at(account, "Industry"),
        "WebsiteUrl": text_at(account, "WebsiteUrl"),
    }


def _payload(content: Document, invited: Document) -> Document:
    """What the receiver may know before it accepts. Source: domain rule D14."""
    return {
        "Customer": _customer(content),
        "Project": {
            **_project(content),
            "ExpectedCustomerSpend": at(content, "Project.ExpectedCustomerSpend"),
        },
        "ReceiverResponsibilities": invited["ReceiverResponsibilities"],
        "SenderContacts": invited["SenderContacts"],
    }


def _context(content: Document) -> Document:
    details: dict[str, Json] = {"Customer": _customer(content), "Project": _project(content)}
    return {"Type": "CustomerProject", "Payload": {"CustomerProject": details}}


def _project(content: Document) -> Document:
    return {
        "BusinessProblem": at(content, "Project.CustomerBusinessProblem"),
        "TargetCompletionDate": at(content, "LifeCycle.TargetCloseDate"),
        "Title": at(content, "Project.Title"),
    }

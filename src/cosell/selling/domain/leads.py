"""AWS refers a lead: an engagement with the lead as its context, and an invitation to it. Later it
may tell more of it.

Source: developer guide, Working with your leads; the defaults are not documented and stand in
values/lead.json and values/examples.json.
"""

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import AWS, object_at, objects_at, overlaid, text_at, values
from cosell.selling.domain import contexts, drawn, engagements, invitations
from cosell.selling.rules.engagement_context import INTERACTIONS_MAX
from cosell.store import Tx
from cosell.store.documents import Stored

_TITLE_MAX = 80  # of a contact, as an invitation tells it
_CUSTOMER = ("AwsMaturity", "CompanyName", "Industry", "MarketSegment", "WebsiteUrl")
_INTERACTION = ("SourceId", "SourceName", "SourceType", "Usecase")
_LEAD = ("Insights", "Interactions", "QualificationStatus")


def completed(said: Document, turn: int) -> Document:
    """What was said of a lead, and the defaults for what was not: who the customer is and what it
    wants is another from turn to turn, but one customer whose name is said stays one. A customer is
    completed member by member, but no street of one town goes into another's address."""
    default = drawn.lead(turn, text_at(said, "Customer.CompanyName"))
    customer = {**object_at(default, "Customer"), **object_at(said, "Customer")}
    kept = {name: said[name] for name in _LEAD if name in said}
    return {**default, **kept, "Customer": customer}


def refer(call: Call, tx: Tx, receiver: str, lead: Document, message: str) -> Stored:
    """AWS (the caller) invites a partner to a lead; answers the invitation."""
    newest = objects_at(lead, "Interactions")[-1]
    company = text_at(lead, "Customer.CompanyName")
    problem = text_at(newest, "BusinessProblem")
    engagement = engagements.create(
        call,
        tx,
        AWS,
        {
            "Title": f"Lead: {company}"[: engagements.TITLE_MAX],
            "Description": problem[: engagements.DESCRIPTION_MAX],
            "Contexts": [{"Type": contexts.LEAD, "Payload": {contexts.LEAD: lead}}],
        },
    )
    return invitations.create(
        call,
        tx,
        invitations.Room(call, tx, engagement),
        AWS,
        {
            "Receiver": {"Account": {"AwsAccountId": receiver}},
            "InvitationMessage": message or text_at(values.defaults("lead"), "Message"),
            "Payload": {"LeadInvitation": _payload(lead, newest)},
        },
    )


def changed(lead: Document, said: Document) -> Document:
    """What a lead's context is updated with: what AWS says over what is there, object by object,
    interactions beside the earlier ones; without words, one interaction more."""
    if not said:
        said = {"Interactions": [_next_interaction(lead)]}
    known, more = objects_at(lead, "Interactions"), objects_at(said, "Interactions")
    return {**overlaid(lead, said), "Interactions": [*known, *more]}


def _next_interaction(lead: Document) -> Document:
    """The same person speaks of something that the lead is not about yet, as long as there is such
    a thing."""
    known = objects_at(lead, "Interactions")
    number, company = len(known), text_at(lead, "Customer.CompanyName")
    told = {text_at(one, "Usecase") for one in known}
    turns = (drawn.lead(number + turn, company) for turn in range(INTERACTIONS_MAX))
    offered = [one for lead in turns for one in objects_at(lead, "Interactions")]
    interaction = next((one for one in offered if text_at(one, "Usecase") not in told), offered[0])
    source = text_at(interaction, "SourceId").rpartition("-")[0]
    contact = object_at(known[-1], "Contact") if known else interaction["Contact"]
    return {**interaction, "Contact": contact, "SourceId": f"{source}-{number + 1:03}"}


def _payload(lead: Document, interaction: Document) -> Document:
    """What the receiver may know before it accepts: of a contact its title, and no name, address or
    number. Source: API reference, LeadInvitationPayload."""
    customer = object_at(lead, "Customer")
    told = {name: customer[name] for name in _CUSTOMER if name in customer}
    return {
        "Customer": {**told, "CountryCode": text_at(customer, "Address.CountryCode") or None},
        "Interaction": {
            **{name: interaction[name] for name in _INTERACTION if name in interaction},
            "ContactBusinessTitle": text_at(interaction, "Contact.BusinessTitle")[:_TITLE_MAX],
        },
    }

"""AWS refers an opportunity: an engagement, an opportunity that nobody sees yet, an invitation.

The desk and the Sandbox's `Origin: AWS Referral` both come here. See differences
`sandbox.referral` and `sandbox.referral-values`; the defaults stand in values/referral.json and
values/examples.json.
"""

from typing import Final, NamedTuple, cast

from cosell.calls import Call
from cosell.clock import DAY_MS, iso_date
from cosell.contract import Document
from cosell.selling import AWS, object_at, related, text_at, values
from cosell.selling.domain import (
    drawn,
    engagements,
    estimates,
    invitations,
    opportunities,
    payloads,
)
from cosell.selling.domain.accounts import is_partner
from cosell.selling.domain.contexts import CUSTOMER_PROJECT
from cosell.selling.lifecycle import REFERRED
from cosell.selling.rules import enforce
from cosell.selling.rules.refer import RECEIVER, Receiver
from cosell.store import Tx
from cosell.store.documents import Stored

# What AWS's summary says of a referral; it is kept with it as a submission's would be.
_REFERRED: Final = {"origin": "AWS Referral", "involvement": "Co-Sell", "visibility": "Full"}


class Referral(NamedTuple):
    """What a referral made."""

    invitation: Stored
    opportunity: Stored


def ensure_partner(call: Call, tx: Tx, account: str) -> None:
    """ResourceNotFoundException for an account that nobody can invite in the call's catalog."""
    enforce(RECEIVER, Receiver(account, call.catalog, lambda: is_partner(call, tx, account)))


def refer(call: Call, tx: Tx, receiver: str, opportunity: Document, words: Document) -> Referral:
    """Refer an opportunity. `opportunity`: members of CreateOpportunity, as they are to be, and
    RelatedEntityIdentifiers; `words`: Message, SenderContacts, ReceiverResponsibilities, or their
    defaults."""
    content = _approved(call, tx, opportunity)
    invited = {**object_at(values.defaults("referral"), "Invitation"), **words}
    context: Document = {"Type": CUSTOMER_PROJECT, "Payload": payloads.customer_project(content)}
    about: Document = {**payloads.engagement(content), "Contexts": [context]}
    engagement = engagements.create(call, tx, AWS, about)
    kept: Document = {**content, **_REFERRED, "submitted_in": engagement.id}
    made = opportunities.insert(call, tx, opportunities.reserve_id(tx), receiver, kept)
    invitation = invitations.create(
        call,
        tx,
        invitations.Room(call, tx, engagement),
        AWS,
        {
            "Receiver": {"Account": {"AwsAccountId": receiver}},
            "InvitationMessage": invited["Message"],
            "Payload": payloads.invitation(content, invited),
            "referral": made.id,
        },
    )
    return Referral(invitation, made)


def completed(call: Call, said: Document, turn: int = 0) -> Document:
    """What was said of an opportunity, and the defaults for what was not: who the customer is and
    what it wants is another from turn to turn, but one customer whose name is said stays one."""
    default = values.defaults("referral")
    company = text_at(said, "Customer.Account.CompanyName")
    example = drawn.opportunity(turn, text_at(said, "Project.AwsPartition"), company)
    content = _merged(example, said)
    close = iso_date(call.now + cast("int", default["TargetCloseDays"]) * DAY_MS)
    return {**content, "LifeCycle": {"TargetCloseDate": close, **object_at(content, "LifeCycle")}}


def _approved(call: Call, tx: Tx, opportunity: Document) -> Document:
    """The opportunity as it will be once it is accepted."""
    content = opportunities.drafted(opportunity, estimates.known(call, tx))
    life: Document = {**object_at(content, "LifeCycle"), "ReviewStatus": REFERRED}
    return {**content, "LifeCycle": life, related.MEMBER: related.all_of(opportunity)}


def _merged(default: Document, said: Document) -> Document:
    """`said` over `default`, object by object; a list or an address that is said replaces the
    default's: no street of one town, no spend of one currency goes into another."""
    merged = {**default, **said}
    for name, value in said.items():
        under = default.get(name)
        if isinstance(value, dict) and isinstance(under, dict) and name != "Address":
            merged[name] = _merged(under, value)
    return merged

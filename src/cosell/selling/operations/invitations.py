"""Invitations: made, listed, read, accepted, rejected."""

from typing import cast

from cosell.calls import Call, Rendered, command, due, query
from cosell.contract import Document, Json
from cosell.originals import orjson
from cosell.selling import Kind, object_at, text_at
from cosell.selling.domain import engagements, invitations
from cosell.selling.listing import By, Condition, List, answer
from cosell.selling.rules import enforce
from cosell.selling.rules.create_engagement_invitation import INVITE, Invited
from cosell.selling.rules.spend import completed
from cosell.selling.views import INVITATIONS, invitation_row
from cosell.store import Tx
from cosell.store.pages import Order


def _by_status(asked: list[str]) -> list[Condition]:
    """An invitation whose time is over is EXPIRED, whether or not that was carried out."""
    conditions: list[Condition] = []
    for status in asked:
        conditions.append((status, "live" if status == "PENDING" else ""))
        if status == "EXPIRED":
            conditions.append(("PENDING", "overdue"))
    return conditions


def _as_seen(summary: bytes, call: Call) -> bytes:
    if b'"PENDING"' not in summary:
        return summary
    return orjson.dumps(invitations.seen(call, orjson.loads(summary)))


_INVITATIONS = List(
    INVITATIONS,
    "EngagementInvitationSummaries",
    20,  # not documented: see difference `page.defaults`
    Kind.INVITATION,
    lambda invitation, call: invitation_row(
        invitation, call.account, text_at(call.input, "ParticipantType")
    ),
    {"InvitationDate": Order("invited_at")},
    (
        By("EngagementIdentifier", "engagement", Kind.ENGAGEMENT),
        By("SenderAwsAccountId", "sender"),
        By("Status", "status", conditions=_by_status),
        By("PayloadType", "payload_type"),
    ),
    _as_seen,
)


@query("ListEngagementInvitations", single=True)
def list_engagement_invitations(call: Call, tx: Tx) -> Rendered:
    """The invitations that the caller sent, or those that it received."""
    lead = (*call.key, text_at(call.input, "ParticipantType"))
    return answer(call, tx, _INVITATIONS, lead)


@query("GetEngagementInvitation")
def get_engagement_invitation(call: Call, tx: Tx) -> Document:
    """An invitation with its payload, for its sender and its receiver."""
    invitation = invitations.find(call, tx, text_at(call.input, "Identifier"))
    return invitations.seen(call, invitation.document)


@command("CreateEngagementInvitation")
def create_engagement_invitation(call: Call, tx: Tx) -> Document:
    """Ask an account, or AWS, into an engagement of the caller's."""
    engagement = engagements.find(call, tx, text_at(call.input, "EngagementIdentifier"))
    said = object_at(call.input, "Invitation")
    content: Document = {
        "Receiver": said["Receiver"],
        "Payload": said["Payload"],
        "InvitationMessage": said["Message"],
    }
    room = invitations.Room(call, tx, engagement)
    invited = invitations.asked(call, tx, room, content)
    enforce(INVITE, invited)
    content["Payload"] = _kept(invited)
    made = invitations.create(call, tx, room, call.account, content)
    return {"Arn": made.document["Arn"], "Id": made.id}


def _kept(invited: Invited) -> Document:
    """The payload with its spend put right, as an opportunity's is."""
    offer = object_at(invited.payload, "OpportunityInvitation")
    if not offer:
        return invited.payload
    entries = cast("list[Json]", completed(invited.spend))
    project: Document = {**invited.project, "ExpectedCustomerSpend": entries}
    return {"OpportunityInvitation": {**offer, "Project": project}}


@command("AcceptEngagementInvitation")
def accept_engagement_invitation(call: Call, tx: Tx) -> Document:
    """Become a member of the engagement, and nothing more."""
    invitation = invitations.find(call, tx, text_at(call.input, "Identifier"))
    invitations.accept(call, tx, invitation, {})
    return {}


@command("RejectEngagementInvitation")
def reject_engagement_invitation(call: Call, tx: Tx) -> Document:
    """Decline; a reason may be given."""
    invitation = invitations.find(call, tx, text_at(call.input, "Identifier"))
    invitations.reject(call, tx, invitation, text_at(call.input, "RejectionReason") or None)
    return {}


@due(invitations.EXPIRY)
def expire(call: Call, tx: Tx, ref: str) -> None:
    """Fifteen days went by."""
    invitations.expire(call, tx, ref)

"""Invitations: listed, read, accepted, rejected."""

from typing import cast

import orjson

from cosell import ids
from cosell.calls import Call, Rendered, command, due, query
from cosell.contract import Document
from cosell.selling import Kind, text_at
from cosell.selling.domain import invitations
from cosell.selling.listing import List, answer, filter_of, ids_or_arns
from cosell.selling.views import INVITATIONS, invitation_row
from cosell.store import Tx
from cosell.store.pages import Filter, Selection

_LIVE = "(expires_at is null or expires_at > :now)"
_OVERDUE = "expires_at <= :now"


_INVITATIONS = List(
    INVITATIONS,
    "EngagementInvitationSummaries",
    20,  # domain rule D18; not documented
    Kind.INVITATION,
    lambda invitation, call: invitation_row(
        invitation, call.account, text_at(call.input, "ParticipantType")
    ),
    {"InvitationDate": ("invited_at", False)},
    lambda summary, call: _overdue_told(summary, call),
)


def _overdue_told(summary: bytes, call: Call) -> bytes:
    if b'"PENDING"' not in summary:
        return summary
    return orjson.dumps(invitations.as_of(orjson.loads(summary), call.now))


@query("ListEngagementInvitations")
def list_engagement_invitations(call: Call, tx: Tx) -> Rendered:
    """The invitations that the caller sent, or those that it received."""
    filters = (
        *filter_of(
            "engagement",
            ids_or_arns(
                call,
                "EngagementIdentifier",
                lambda one: ids.plain_id(one, call.catalog, Kind.ENGAGEMENT),
            ),
        ),
        *filter_of("sender", cast("list[str]", call.input.get("SenderAwsAccountId"))),
        *_statuses(cast("list[str]", call.input.get("Status") or [])),
        *filter_of("payload_type", cast("list[str]", call.input.get("PayloadType"))),
    )
    lead = (call.ns, call.account, call.catalog, text_at(call.input, "ParticipantType"))
    selection = Selection(lead, filters, names=(("now", call.now),))
    return answer(call, tx, _INVITATIONS, selection)


def _statuses(asked: list[str]) -> tuple[Filter, ...]:
    """An invitation whose time is over is EXPIRED, whether or not that was carried out."""
    conditions: list[tuple[str, str]] = []
    for status in dict.fromkeys(asked):
        conditions.append((status, _LIVE if status == "PENDING" else ""))
        if status == "EXPIRED":
            conditions.append(("PENDING", _OVERDUE))
    if not conditions:
        return ()
    values, extras = zip(*conditions, strict=True)
    return (Filter("status", values, extras),)


@query("GetEngagementInvitation")
def get_engagement_invitation(call: Call, tx: Tx) -> Document:
    """An invitation with its payload, for its sender and its receiver."""
    invitation = invitations.find(call, tx, text_at(call.input, "Identifier"))
    return invitations.as_of(invitation.document, call.now)


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

"""Invitations to engagements: made, seen, accepted, rejected, expired.

Source: API reference, EngagementInvitationSummary; see differences `invitation.lead-expiry` and
`invitation.expiration-date`.
"""

from functools import cached_property
from typing import cast

from cosell import ids
from cosell.calls import Call
from cosell.clock import DAY_MS, iso, parse_iso
from cosell.contract import Document
from cosell.selling import AWS, Kind, object_at, text_at, truth
from cosell.selling.domain import anybodys, autopilot, engagements, estimates
from cosell.selling.domain.accounts import company_of, is_partner
from cosell.selling.domain.contexts import enrichment
from cosell.selling.domain.event_messages import tell_of_invitation
from cosell.selling.lifecycle import INVITATION, follow
from cosell.selling.profiles import profile
from cosell.selling.rules import enforce
from cosell.selling.rules import find as rows
from cosell.selling.rules.create_engagement_invitation import ROOM, Invited
from cosell.selling.rules.invitation import ANSWER, Answer
from cosell.selling.views import INVITATIONS, invitation_row
from cosell.store import Contention, Tx, Value, agenda, documents, late, named
from cosell.store.documents import Stored
from cosell.store.statements import statements

EXPIRY = "invitation-expiry"  # the agenda's word: its time is over
EXPIRES_MS = 15 * DAY_MS
LEAD_EXPIRES_MS = 1825 * DAY_MS  # observed once; not documented


class Room:
    """An engagement, who is in it and who is asked into it: each is looked up once, when it is
    first asked for, and holds for one act."""

    def __init__(self, call: Call, tx: Tx, engagement: Stored) -> None:
        self.engagement = engagement
        self._call, self._tx = call, tx

    @cached_property
    def members(self) -> list[engagements.Member]:
        return engagements.members(self._call, self._tx, self.engagement.id)

    @cached_property
    def invited(self) -> dict[str, str]:
        """The accounts that can still answer, with the invitation."""
        return open_in(self._call, self._tx, self.engagement.id)

    @property
    def accounts(self) -> list[str]:
        return [member.account for member in self.members]

    def has_room_for(self, account: str) -> bool:
        """Whether an account is in it or asked into it, or could be."""
        known = account in self.invited or account in self.accounts
        return known or len(self.members) + len(self.invited) < engagements.MEMBERS_MAX


def create(call: Call, tx: Tx, room: Room, sender: str, content: Document) -> Stored:
    """Invite an account. `content`: Receiver, Payload (a union), InvitationMessage, what else the
    invitation keeps for itself (lower case), and what it says of an engagement that says
    nothing of itself."""
    engagement = room.engagement
    id = ids.mint(call.random, "engi-", 13)
    payload = cast("Document", content["Payload"])
    (payload_type,) = payload
    receiver = text_at(content, "Receiver.Account.AwsAccountId")
    lead = payload_type == "LeadInvitation"
    expires_at: int | None = call.now + (LEAD_EXPIRES_MS if lead else EXPIRES_MS)
    if receiver == AWS:
        expires_at = None  # AWS takes its time: see difference `review.invitation`
    document: Document = {
        "EngagementTitle": engagement.document.get("Title"),
        "EngagementDescription": engagement.document.get("Description"),
        **content,
        "Id": id,
        "Arn": ids.arn("", call.catalog, f"engagement-invitation/{id}"),
        "Catalog": call.catalog,
        "EngagementId": engagement.id,
        "EnrichmentContext": enrichment(engagement.document),
        "ExistingMembers": [
            {"CompanyName": m.company, "WebsiteUrl": m.website} for m in room.members
        ],
        "ExpirationDate": iso(expires_at) if expires_at else None,
        "InvitationDate": iso(call.now),
        "PayloadType": payload_type,
        "SenderAwsAccountId": sender,
        "SenderCompanyName": company_of(call, tx, sender).name,
        "Status": "PENDING",
    }
    seq = tx.number("seq")
    made = Stored(call.ns, Kind.INVITATION, id, call.catalog, receiver, 1, seq, document)
    invitation = truth.insert(tx, made)
    for account, participant in participants(invitation):
        documents.show(tx, INVITATIONS, invitation_row(invitation, account, participant))
    if expires_at:
        agenda.plan(tx, call.ns, expires_at, EXPIRY, id)
    _ask(call, tx, invitation, expires_at)
    tell_of_invitation(call, tx, invitation, participants(invitation), "Created")
    autopilot.await_answer(call, tx, invitation)
    return invitation


def _ask(call: Call, tx: Tx, invitation: Stored, expires_at: int | None) -> None:
    """One invitation of an account to an engagement is open at a time; `Contention` if one is."""
    engagement = text_at(invitation.document, "EngagementId")
    done = tx.run(
        "invite",
        ns=call.ns,
        engagement=engagement,
        account=invitation.owner,
        invitation=invitation.id,
        expires_at=expires_at,
        now=call.now,
    )
    if done != 1:
        raise Contention(f"{invitation.owner} has an open invitation to {engagement}")


def asked(call: Call, tx: Tx, room: Room, content: Document) -> Invited:
    """What the rules of inviting look at: the caller invites; `content` is as in `create`."""
    receiver = text_at(content, "Receiver.Account.AwsAccountId")
    return Invited(
        call.account,
        receiver,
        object_at(content, "Payload"),
        lambda: is_partner(call, tx, receiver),
        lambda: room.accounts,
        lambda: room.invited,
        estimates.known(call, tx),
    )


def ensure_room(call: Call, tx: Tx, room: Room, receiver: str) -> None:
    """ConflictException for a member and for an account that has yet to answer another invitation,
    ServiceQuotaExceededException where there is no room for it."""
    content: Document = {"Receiver": {"Account": {"AwsAccountId": receiver}}}
    enforce(ROOM, asked(call, tx, room, content))


def participants(invitation: Stored) -> list[tuple[str, str]]:
    """The accounts that list the invitation, each with its part in it; AWS lists nothing."""
    sender = text_at(invitation.document, "SenderAwsAccountId")
    both = [(sender, "SENDER"), (invitation.owner, "RECEIVER")]
    return [(account, participant) for account, participant in both if account != AWS]


def find(call: Call, tx: Tx, identifier: str) -> Stored:
    """An invitation of the caller's, by id or ARN, or ResourceNotFoundException."""
    id = ids.plain_id(identifier, call.catalog, Kind.INVITATION)
    found = id and documents.find_visible(tx, INVITATIONS, call.key, Kind.INVITATION, id)
    return rows.ensure(rows.INVITATION, found or None)


def find_any(call: Call, tx: Tx, identifier: str) -> Stored:
    """An invitation of any account, by id or ARN, for AWS, or ResourceNotFoundException."""
    return anybodys.find_named(rows.ANY_INVITATION, call, tx, Kind.INVITATION, identifier)


def as_of(document: Document, now: int) -> Document:
    """The invitation as it stands at an instant: overdue is EXPIRED, and what is no more pending
    has no expiration date."""
    status = status_at(document, now)
    if status == "PENDING":
        return document
    return {**document, "Status": status, "ExpirationDate": None}


def seen(call: Call, document: Document) -> Document:
    """The invitation as those see it now whom it is between. Of one to a lead the date on which it
    expires is told by its event, and here only if the profile says so."""
    told = as_of(document, call.now)
    if text_at(told, "PayloadType") != "LeadInvitation" or profile(call).lead_expiry_shown:
        return told
    return {**told, "ExpirationDate": None}


def status_at(document: Document, now: int) -> str:
    """The status at an instant, whether or not the expiry has been carried out."""
    status = text_at(document, "Status")
    expires = text_at(document, "ExpirationDate")
    if status == "PENDING" and expires and parse_iso(expires) <= now:
        return "EXPIRED"
    return status


def accept(call: Call, tx: Tx, invitation: Stored, note: Document) -> Stored:
    """The receiver becomes a member. `note` is what the invitation keeps of it (lower case)."""
    invitation = _move(call, tx, invitation, "accept", note)
    tell_of_invitation(call, tx, invitation, participants(invitation), "Accepted")
    engagement = engagements.get(call, tx, text_at(invitation.document, "EngagementId"))
    engagements.join(call, tx, engagement, invitation.owner)
    return invitation


def reject(call: Call, tx: Tx, invitation: Stored, reason: str | None) -> Stored:
    """The receiver declines; the invitation stays listed with the reason."""
    note: Document = {} if reason is None else {"RejectionReason": reason}
    invitation = _move(call, tx, invitation, "reject", note)
    tell_of_invitation(call, tx, invitation, participants(invitation), "Rejected")
    return invitation


def expire(call: Call, tx: Tx, id: str) -> None:
    """What the agenda does when an invitation's time is over."""
    invitation = documents.find(tx, call.ns, Kind.INVITATION, id)
    if invitation is None:
        return
    status = follow(INVITATION, text_at(invitation.document, "Status"), "expire")
    if status is None:
        return
    _answered(tx, invitation)
    after = _put(tx, invitation, {"Status": status, "ExpirationDate": None})
    tell_of_invitation(call, tx, after, participants(after), "Expired")


def answered(call: Call, invitation: Stored, act: str) -> Answer:
    """What the rules of an answer look at: the caller accepts or rejects."""
    status = status_at(invitation.document, call.now)
    after = follow(INVITATION, status, act)
    return Answer(act, call.account, invitation.owner, status, after)


def _move(call: Call, tx: Tx, invitation: Stored, act: str, note: Document) -> Stored:
    answer = answered(call, invitation, act)
    enforce(ANSWER, answer)
    agenda.forget(tx, call.ns, EXPIRY, invitation.id)
    autopilot.await_nothing(call, tx, invitation)
    _answered(tx, invitation)
    return _put(tx, invitation, {"Status": answer.after, "ExpirationDate": None, **note})


def open_in(call: Call, tx: Tx, engagement: str) -> dict[str, str]:
    """The accounts that are invited to an engagement and can still answer, with the invitation."""
    rows = tx.all("list_invited", ns=call.ns, engagement=engagement, now=call.now)
    return dict(cast("list[tuple[str, str]]", rows))


def _answered(tx: Tx, invitation: Stored) -> None:
    ns, account, id = invitation.ns, invitation.owner, invitation.id
    engagement = text_at(invitation.document, "EngagementId")
    asked: dict[str, Value] = {
        "ns": ns, "engagement": engagement, "account": account, "invitation": id,
    }  # fmt: skip
    row = named.invited(ns, engagement, account, id)
    late.write(tx, row, statements()["answer_invitation"], asked)


def _put(tx: Tx, invitation: Stored, changes: Document) -> Stored:
    invitation = truth.replace(tx, invitation, {**invitation.document, **changes})
    for account, participant in participants(invitation):
        documents.show_again(tx, INVITATIONS, invitation_row(invitation, account, participant))
    return invitation

"""Who may answer an invitation, and when; and who may join an engagement."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from cosell.errors import (
    AccessDeniedException,
    ConflictException,
    ServiceQuotaExceededException,
)
from cosell.selling.rules import Rule, Table
from cosell.selling.rules.create_engagement_invitation import MEMBERS_MAX
from cosell.selling.rules.sources import (
    PARTNERS,
    SAMPLES,
)


class Answer(NamedTuple):
    """Who accepts or rejects (`act`) whose invitation, how it stands at that instant, and how it
    would stand then: None if its life cycle has no such act."""

    act: str
    account: str
    receiver: str
    status: str
    after: str | None


class Asked(NamedTuple):
    """AWS answers an invitation to an engagement in which an opportunity awaits its review; None if
    none does."""

    awaited: str | None


class Joining(NamedTuple):
    """Who joins an engagement, and who is in it, to be looked up when a row asks."""

    account: str
    members: Callable[[], Collection[str]]


RECEIVER: Rule[Answer] = Rule(
    "answer.receiver",
    "",
    None,
    "Only the receiver of an engagement invitation can accept or reject it.",
    "not documented",
    lambda answer: answer.account != answer.receiver,
    cite="API reference: AcceptEngagementInvitation, errors",
    store=True,
    error=AccessDeniedException,
    when="The caller sent it, or has nothing to do with it",
)
PENDING: Rule[Answer] = Rule(
    "answer.pending",
    "",
    None,
    "Only PENDING invitations can be {facts.act}ed; this one is {facts.status}.",
    "observed",
    lambda answer: answer.after is None,
    cite=SAMPLES,
    store=True,
    error=ConflictException,
    shown="Only PENDING invitations can be accepted (or rejected); this one is *its status*.",
    when="Its Status is another",
)
ANSWER = (RECEIVER, PENDING)

AWAITED: tuple[Rule[Asked], ...] = (
    Rule(
        "answer.awaited",
        "",
        None,
        "Opportunity {facts.awaited} awaits AWS's review in this engagement, and the review answers"
        " the invitation: call ReviewOpportunity.",
        "not documented",
        lambda asked: asked.awaited is not None,
        store=True,
        error=ConflictException,
        when="An opportunity that was submitted in the engagement is under review",
    ),
)

NO_MEMBER: Rule[Joining] = Rule(
    "join.member",
    "",
    None,
    "The account is a member of the engagement already.",
    "not documented",
    lambda joining: joining.account in joining.members(),
    store=True,
    error=ConflictException,
    when="The account is one",
)
ROOM: Rule[Joining] = Rule(
    "join.quota",
    "",
    None,
    f"An engagement has at most {MEMBERS_MAX} members.",
    "documented",
    lambda joining: len(joining.members()) >= MEMBERS_MAX,
    cite=PARTNERS,
    store=True,
    error=ServiceQuotaExceededException,
    when="It has as many already",
)
JOIN = (NO_MEMBER, ROOM)

_ACCEPT, _START = "AcceptEngagementInvitation", "StartEngagementByAcceptingInvitationTask"
TABLES = (
    Table(
        "Answer an invitation",
        (_ACCEPT, _START, "RejectEngagementInvitation", "AnswerInvitation"),
        ANSWER,
    ),
    Table("AWS answers an invitation", ("AnswerInvitation",), AWAITED),
    Table("Become a member of an engagement", (_ACCEPT, _START, "AnswerInvitation"), (NO_MEMBER,)),
    # Invitations count as members do, so that only somebody who joins without one can meet this.
    Table("Find room in an engagement", (_START,), (ROOM,)),
)

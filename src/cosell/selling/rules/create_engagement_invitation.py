"""Whom a member may invite to an engagement, and what an invitation may say."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from cosell.contract import Document
from cosell.errors import (
    ConflictException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
)
from cosell.selling import object_at, objects_at, text_at
from cosell.selling.rules import Rule, Table, is_impossible_date, spend
from cosell.selling.rules.sources import (
    PARTNERS,
)
from cosell.selling.rules.spend import Estimates, Spend, nothing_known, spend_of

MEMBERS_MAX = 10


class Invited(NamedTuple):
    """Who asks whom, and what with. What has to be looked up is looked up when a row asks: whether
    the receiver is a partner in the catalog, who is a member, who is asked already, what an
    estimate of AWS's calculator is worth."""

    sender: str
    receiver: str
    payload: Document
    is_partner: Callable[[], bool]
    members: Callable[[], Collection[str]]
    pending: Callable[[], Collection[str]]
    estimates: Estimates = nothing_known

    @property
    def spend(self) -> Spend:
        return spend_of(self.project, self.estimates)

    @property
    def project(self) -> Document:
        return object_at(self.payload, "OpportunityInvitation.Project")


_ACCOUNT = "invitation.receiver.account.awsAccountId"
_PROJECT = "invitation.payload.opportunityInvitation.project"
# What an invitation tells of its spend holds by these.
_SPEND = (
    spend.FREQUENCY,
    spend.CURRENCY,
    spend.AMOUNT_MISSING,
    spend.AMOUNT_POSITIVE,
    spend.ESTIMATION_URL,
    spend.ESTIMATE_CURRENCY,
)


def _own_spend(invited: Invited) -> bool:
    entries = objects_at(invited.project, "ExpectedCustomerSpend")
    return any(text_at(entry, "TargetCompany") == "Self" for entry in entries)


def _within(row: Rule[Spend]) -> Rule[Invited]:
    """A rule of an opportunity's spend, as it holds for the spend that an invitation tells of."""
    return Rule(
        f"invite.{row.id}",
        f"invitation.payload.opportunityInvitation.{row.field}",
        row.code,
        row.message.replace("{facts.", "{facts.spend."),
        row.source,
        lambda invited: row.broken(invited.spend),
        cite=row.cite,
        store=row.store,
        when=row.when,
    )


RECEIVER: tuple[Rule[Invited], ...] = (
    Rule(
        "invite.receiver-unknown",
        "",
        None,
        "There is no partner {facts.receiver} in this catalog.",
        "not documented",
        lambda invited: not invited.is_partner(),
        cite="API reference: CreateEngagementInvitation, errors",
        store=True,
        error=ResourceNotFoundException,
        when="The account is neither `aws` nor a partner of the catalog",
    ),
    Rule(
        "invite.receiver-self",
        _ACCOUNT,
        "INVALID_VALUE",
        "A partner cannot invite itself",
        "not documented",
        lambda invited: invited.receiver == invited.sender,
        when="The receiver is the sender",
    ),
)

# Part of every invitation, whoever makes it.
ROOM: tuple[Rule[Invited], ...] = (
    Rule(
        "invite.member",
        "",
        None,
        "The account {facts.receiver} is a member of the engagement already.",
        "not documented",
        lambda invited: invited.receiver in invited.members(),
        cite="API reference: CreateEngagementInvitation, errors",
        store=True,
        error=ConflictException,
        when="The receiver is a member",
    ),
    Rule(
        "invite.pending",
        "",
        None,
        "The account {facts.receiver} has an invitation to the engagement that it has not"
        " answered yet.",
        "not documented",
        lambda invited: invited.receiver in invited.pending(),
        cite="API reference: CreateEngagementInvitation, errors",
        store=True,
        error=ConflictException,
        when="The receiver has a PENDING invitation there",
    ),
    Rule(
        "invite.quota",
        "",
        None,
        f"An engagement has at most {MEMBERS_MAX} members, those that are invited included.",
        "documented",
        lambda invited: len(invited.members()) + len(invited.pending()) >= MEMBERS_MAX,
        cite=PARTNERS,
        store=True,
        error=ServiceQuotaExceededException,
        when="Members and PENDING invitations are as many",
    ),
)

PAYLOAD: tuple[Rule[Invited], ...] = (
    Rule(
        "invite.completion-date-impossible",
        f"{_PROJECT}.targetCompletionDate",
        "INVALID_VALUE",
        "TargetCompletionDate must be a day of the calendar",
        "not documented",
        lambda invited: is_impossible_date(text_at(invited.project, "TargetCompletionDate")),
        when="The calendar has no such day (`2026-02-30`)",
    ),
    Rule(
        "invite.spend-self",
        f"{_PROJECT}.expectedCustomerSpend.targetCompany",
        "INVALID_VALUE",
        "TargetCompany must be 'AWS': a Self entry needs a contract's duration, and an invitation"
        " tells none",
        "not documented",
        _own_spend,
        when="An entry's TargetCompany is `Self`",
    ),
    *(_within(row) for row in _SPEND),
)

INVITE = (*RECEIVER, *ROOM, *PAYLOAD)

TABLES = (Table("Invite to an engagement", ("CreateEngagementInvitation",), INVITE),)

"""When a task that accepts an invitation ends FAILED at its first step.

Source: the steps' reason codes are told apart by their names alone; the rows are decisions.
"""

from dataclasses import dataclass
from typing import Any

from cosell.selling.rules import Rule, Table
from cosell.selling.rules.unfinished import busy


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An invitation as it stands, and who accepts it into which company."""

    received: bool  # by the caller
    payload_type: str
    status: str
    member: bool  # the caller is one already
    members: int
    members_max: int


BUSY = busy("accept-task.busy", "invitation", "EngagementInvitationConflict")
RULES: tuple[Rule[Acceptance], ...] = (
    Rule(
        "accept-task.sender",
        "",
        None,
        "Only the receiver of an engagement invitation can accept or reject it.",
        "not documented",
        lambda facts: not facts.received,
        store=True,
        reason="InvitationAccessDenied",
    ),
    Rule(
        "accept-task.lead",
        "",
        None,
        "This is a lead invitation. Accept it with AcceptEngagementInvitation.",
        "documented",
        lambda facts: facts.payload_type != "OpportunityInvitation",
        cite="developer guide: Working with your leads",
        store=True,
        reason="InvitationValidationFailed",
    ),
    Rule(
        "accept-task.status",
        "",
        None,
        "Only PENDING invitations can be accepted; this one is {facts.status}.",
        "observed",
        lambda facts: facts.status != "PENDING",
        cite="recorded traffic: aws-samples/partner-crm-integration-samples",
        store=True,
        reason="EngagementInvitationConflict",
    ),
    Rule(
        "accept-task.member",
        "",
        None,
        "The account is a member of the engagement already.",
        "not documented",
        lambda facts: facts.member,
        store=True,
        reason="EngagementConflict",
    ),
    Rule(
        "accept-task.members",
        "",
        None,
        "An engagement has at most {facts.members_max} members.",
        "documented",
        lambda facts: facts.members >= facts.members_max,
        cite="developer guide: Working with multi-partner opportunities",
        store=True,
        reason="ServiceQuotaExceeded",
    ),
)
_OPERATION = "StartEngagementByAcceptingInvitationTask"
_ROWS: tuple[Rule[Any], ...] = (BUSY, *RULES)
TABLES = (Table("Accept an invitation in a task", (_OPERATION,), _ROWS),)

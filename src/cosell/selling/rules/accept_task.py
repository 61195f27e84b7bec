"""When a task that accepts an invitation ends FAILED at its first step: what an answer by hand is
refused for, and a lead, which no task accepts."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from cosell.selling.rules import Rule, Table
from cosell.selling.rules.invitation import NO_MEMBER, PENDING, RECEIVER, ROOM, Answer, Joining
from cosell.selling.rules.sources import (
    LEADS,
)
from cosell.selling.rules.unfinished import busy

Part = TypeVar("Part")


class Acceptance(NamedTuple):
    """What the invitation tells of, and who accepts it into which company."""

    payload_type: str
    answer: Answer
    joining: Joining


def _in_task(
    id: str, row: Rule[Part], part: Callable[[Acceptance], Part], reason: str
) -> Rule[Acceptance]:
    """What refuses an act by hand ends the task with a reason code."""
    return Rule(
        f"accept-task.{id}",
        "",
        None,
        row.message.replace("{facts.", "{facts.answer."),
        row.source,
        lambda facts: row.broken(part(facts)),
        row.cite,
        row.store,
        reason=reason,
        shown=row.shown,
        when=row.when,
    )


def _answer(facts: Acceptance) -> Answer:
    return facts.answer


def _joining(facts: Acceptance) -> Joining:
    return facts.joining


BUSY = busy("accept-task.busy", "invitation", "EngagementInvitationConflict")
RULES: tuple[Rule[Acceptance], ...] = (
    _in_task("sender", RECEIVER, _answer, "InvitationAccessDenied"),
    Rule(
        "accept-task.lead",
        "",
        None,
        "This is a lead invitation. Accept it with AcceptEngagementInvitation.",
        "documented",
        lambda facts: facts.payload_type != "OpportunityInvitation",
        cite=LEADS,
        store=True,
        reason="InvitationValidationFailed",
        when="The invitation is to a lead",
    ),
    _in_task("status", PENDING, _answer, "EngagementInvitationConflict"),
    _in_task("member", NO_MEMBER, _joining, "EngagementConflict"),
    _in_task("members", ROOM, _joining, "ServiceQuotaExceeded"),
)
_OPERATION = "StartEngagementByAcceptingInvitationTask"
_ROWS: tuple[Rule[Any], ...] = (BUSY, *RULES)
TABLES = (Table("Accept an invitation in a task", (_OPERATION,), _ROWS),)

"""Why prospecting fails for an engagement; the others of its task go on.

Source: the reason codes are told apart by their names alone: which row has which is not
documented.
"""

from typing import NamedTuple

from cosell.selling.rules import Rule, Table
from cosell.selling.rules.engagement_context import CONTEXTS_MAX


class Prospect(NamedTuple):
    """An engagement as the caller sees it: whether it does, how many leads it has and how many of
    them are not Disqualified, and how many contexts."""

    visible: bool
    leads: int
    open_leads: int
    contexts: int


class Said(NamedTuple):
    """Whether the desk says what prospecting finds, by which code that fails, and with which
    message."""

    found: bool
    failed: bool
    explained: bool


RULES: tuple[Rule[Prospect], ...] = (
    Rule(
        "prospect-task.engagement",
        "",
        None,
        "There is no such engagement, or you are not a member.",
        "not documented",
        lambda facts: not facts.visible,
        store=True,
        reason="EngagementAccessDenied",
        when="There is none, or the account is no member",
    ),
    Rule(
        "prospect-task.lead",
        "",
        None,
        "The engagement has no context of type Lead.",
        "not documented",
        lambda facts: not facts.leads,
        store=True,
        reason="ContextNotFound",
        when="It has none",
    ),
    Rule(
        "prospect-task.disqualified",
        "",
        None,
        "The lead is Disqualified.",
        "not documented",
        lambda facts: not facts.open_leads,
        store=True,
        reason="DisqualifiedLeadNotPermitted",
        when="Every lead of the engagement is Disqualified",
    ),
    Rule(
        "prospect-task.contexts",
        "",
        None,
        f"An engagement has at most {CONTEXTS_MAX} contexts.",
        "documented",
        lambda facts: facts.contexts >= CONTEXTS_MAX,
        cite="API reference: GetEngagement",
        store=True,
        reason="ServiceQuotaExceeded",
        when="There is no room for the ProspectingResult context",
    ),
)
# Faults of the request's shape.
SAID: tuple[Rule[Said], ...] = (
    Rule(
        "prospect.found-or-failed",
        "reasonCode",
        "INVALID_VALUE",
        "Give either ReasonCode, or Customer, Insights or both",
        "not documented",
        lambda said: said.found and said.failed,
        when="Both are given",
    ),
    Rule(
        "prospect.message",
        "message",
        "INVALID_VALUE",
        "Message goes with ReasonCode; give that too, or leave it out",
        "not documented",
        lambda said: said.explained and not said.failed,
        when="It is given without ReasonCode",
    ),
)
_OPERATION = "StartProspectingFromEngagementTask"
TABLES = (
    Table("Say what prospecting finds", ("PutProspectingResult",), SAID),
    Table("Prospect an engagement in a task", (_OPERATION,), RULES),
)

"""When a task that makes an opportunity from a lead ends FAILED at its first step."""

from typing import Any, NamedTuple

from cosell.selling.rules import Rule, Table
from cosell.selling.rules.engagement_context import CONTEXTS_MAX
from cosell.selling.rules.sources import LEADS
from cosell.selling.rules.unfinished import busy


class Conversion(NamedTuple):
    """The context that is to be converted: its type ('' if there is no such context), whether the
    lead is out of the race, and what it lacks, in words; and how many contexts there are."""

    context: str
    type: str
    disqualified: bool
    lacks: str
    contexts: int


BUSY = busy("convert-task.busy", "context", "EngagementConflict")
_DISQUALIFIED: Rule[Conversion] = Rule(
    "convert-task.disqualified",
    "",
    None,
    "The lead is Disqualified.",
    "documented",
    lambda facts: facts.disqualified,
    cite=LEADS,
    store=True,
    reason="DisqualifiedLeadNotPermitted",
    when="Its QualificationStatus is Disqualified, at the first step or later",
)
RULES: tuple[Rule[Conversion], ...] = (
    Rule(
        "convert-task.context",
        "",
        None,
        "The engagement has no context {facts.context}.",
        "not documented",
        lambda facts: not facts.type,
        store=True,
        reason="ContextNotFound",
        when="There is none with this number",
    ),
    Rule(
        "convert-task.not-a-lead",
        "",
        None,
        "Only a context of type Lead becomes an opportunity; this one is a {facts.type}.",
        "documented",
        lambda facts: facts.type != "Lead",
        cite=LEADS,
        store=True,
        reason="CustomerProjectContextNotPermitted",
        when="The context has another type",
    ),
    _DISQUALIFIED,
    Rule(
        "convert-task.lacks",
        "",
        None,
        "{facts.lacks}",
        "decision",
        lambda facts: bool(facts.lacks),
        cite="API reference: EngagementCustomer, EngagementCustomerProjectDetails",
        store=True,
        reason="EngagementValidationFailed",
        shown="What CreateEngagementContext would say of the lead's customer and project: *code*"
        " *field*: *message*; *and so on*",
        when="The CustomerProject context would break the rules of its shape",
    ),
    Rule(
        "convert-task.contexts",
        "",
        None,
        f"An engagement has at most {CONTEXTS_MAX} contexts.",
        "documented",
        lambda facts: facts.contexts >= CONTEXTS_MAX,
        cite="API reference: GetEngagement",
        store=True,
        reason="ServiceQuotaExceeded",
        when="There is no room for the CustomerProject context",
    ),
)
# What is asked again before the context is made, and of a lead that a failed task is gone on with.
MEANWHILE = (_DISQUALIFIED,)

_ROWS: tuple[Rule[Any], ...] = (BUSY, *RULES)
TABLES = (Table("Convert a lead in a task", ("StartOpportunityFromEngagementTask",), _ROWS),)

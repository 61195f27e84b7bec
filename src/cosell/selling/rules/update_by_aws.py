"""What AWS is refused when it updates a partner's opportunity directly: what it is refused in a
referral, and what no opportunity can be. What the state closes to its owner is open to AWS."""

from typing import Any, Final

from cosell.selling import at
from cosell.selling.lifecycle import CLOSED, DRAFT
from cosell.selling.rules import Rule, Table, refer, spend
from cosell.selling.rules.opportunity_content import RULES as WRITTEN
from cosell.selling.rules.sources import MESSAGES
from cosell.selling.rules.update_facts import Update
from cosell.selling.rules.update_opportunity import RULES as BROUGHT

_ASKED: Final = frozenset({"update.renewal-itself"})
_OF_RENEWALS: Final = frozenset({"opportunity.renewal", "opportunity.renewal-unknown"})

_REASON: Final = "LifeCycle.ClosedLostReason"

STATE: tuple[Rule[Update], ...] = (
    Rule(
        "by-aws.unsubmitted",
        "lifeCycle.stage",
        "ACTION_NOT_PERMITTED",
        "An opportunity that was never submitted cannot become Closed Lost or Launched",
        "not documented",
        lambda u: u.status == DRAFT and u.becomes(*CLOSED),
        MESSAGES,
        when="ReviewStatus is Pending Submission, and it becomes so",
    ),
    Rule(
        "by-aws.closed-lost-reason",
        "lifeCycle.closedLostReason",
        "REQUIRED_FIELD_MISSING",
        "ClosedLostReason is required with stage Closed Lost",
        "not documented",
        lambda u: u.becomes("Closed Lost") and not at(u.content.document, _REASON),
        MESSAGES,
        when="Stage becomes Closed Lost, and the opportunity has none",
    ),
    Rule(
        "by-aws.closed-lost-reason-stray",
        "lifeCycle.closedLostReason",
        "INVALID_VALUE",
        "ClosedLostReason is only for stage Closed Lost: say that stage, too",
        "not documented",
        lambda u: u.content.touches(_REASON) and u.content.text("LifeCycle.Stage") != "Closed Lost",
        when="It is given, and the opportunity has another stage",
    ),
    *(row for row in BROUGHT if row.id in _ASKED),
)
CONTENT = (*refer.VALUES, *(row for row in WRITTEN if row.id in _OF_RENEWALS))
SPEND = spend.RULES

_ROWS: tuple[Rule[Any], ...] = (*STATE, *CONTENT, *SPEND)
TABLES = (Table("AWS updates a partner's opportunity", ("UpdatePartnerOpportunity",), _ROWS),)

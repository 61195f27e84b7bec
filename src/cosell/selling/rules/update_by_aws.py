"""What AWS is refused when it updates a partner's opportunity directly: what it is refused in a
referral, and what no opportunity can be. What the state closes to its owner is open to AWS; what
its owner may never take away, AWS does not take away either."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from cosell.selling import at
from cosell.selling.lifecycle import CLOSED, DRAFT
from cosell.selling.rules import Rule, Table, refer, spend
from cosell.selling.rules.content import field_of
from cosell.selling.rules.opportunity_content import RULES as WRITTEN
from cosell.selling.rules.opportunity_members import PATHS
from cosell.selling.rules.sources import MESSAGES
from cosell.selling.rules.update_facts import Update
from cosell.selling.rules.update_opportunity import RULES as BROUGHT

_ASKED: Final = frozenset({"update.renewal-itself"})
_OF_RENEWALS: Final = frozenset({"opportunity.renewal", "opportunity.renewal-unknown"})

_REASON: Final = "LifeCycle.ClosedLostReason"
_PATHS: Final = {field_of(path): path for path in PATHS}


def _emptied(row: Rule[Any], facts: Callable[[Update], Any]) -> Rule[Update]:
    """What an opportunity has, and its owner may not take away by a row of its own. A referral may
    go without."""
    path = _PATHS[row.field]

    def broken(update: Update) -> bool:
        taken = bool(at(update.before, path)) and not at(update.content.document, path)
        return taken and row.broken(facts(update))

    return replace(
        row,
        id=f"by-aws.{row.id}",
        source="not documented",
        broken=broken,
        when="AWS empties it. " + row.when,
    )


_OWN_WRITTEN: Final = frozenset(
    {
        "opportunity.customer.account.companyName",
        "opportunity.postal-code",
        "opportunity.state",
        "opportunity.spend",
        "opportunity.sales-activities",
        "opportunity.other-competitor",
    }
)
_OWN_BROUGHT: Final = frozenset(
    {
        "update.submitted-project.deliveryModels",
        "update.received-project.deliveryModels",
        "update.received-primaryNeedsFromAws",
        "update.other-solution",
    }
)
EMPTIED: Final = (
    *(_emptied(row, lambda u: u.content) for row in WRITTEN if row.id in _OWN_WRITTEN),
    *(_emptied(row, lambda u: u) for row in BROUGHT if row.id in _OWN_BROUGHT),
)

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
    *EMPTIED,
)
CONTENT = (*refer.VALUES, *(row for row in WRITTEN if row.id in _OF_RENEWALS))
SPEND = spend.RULES

_ROWS: tuple[Rule[Any], ...] = (*STATE, *CONTENT, *SPEND)
TABLES = (Table("AWS updates a partner's opportunity", ("UpdatePartnerOpportunity",), _ROWS),)

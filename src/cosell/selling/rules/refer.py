"""What AWS is refused when it refers: a receiver that is no partner, and what even AWS cannot leave
aside. It may leave out what a partner has to say, but for what an invitation needs, and say what
a partner may not say together, but no value that does not exist: no unknown state, use case or
currency, no spend that does not add up, no impossible dates."""

from collections.abc import Callable
from typing import Any, NamedTuple

from cosell.errors import ResourceNotFoundException
from cosell.selling.lifecycle import REFERRED
from cosell.selling.rules import Rule, Table, spend
from cosell.selling.rules.content import Content
from cosell.selling.rules.create_opportunity import STAGE
from cosell.selling.rules.opportunity_content import RULES


class Receiver(NamedTuple):
    """Whom AWS refers to, in which catalog, and whether that is a partner there."""

    account: str
    catalog: str
    is_partner: Callable[[], bool]


RECEIVER: tuple[Rule[Receiver], ...] = (
    Rule(
        "refer.receiver",
        "",
        None,
        "There is no partner {facts.account} in catalog {facts.catalog}.",
        "not documented",
        lambda receiver: not receiver.is_partner(),
        store=True,
        error=ResourceNotFoundException,
        when="The account is not enrolled in the catalog",
    ),
)
_APPROVED: Rule[Content] = Rule(
    "refer.review-status",
    "lifeCycle.reviewStatus",
    "ACTION_NOT_PERMITTED",
    f"What AWS refers is {REFERRED} from the start: leave ReviewStatus out",
    "not documented",
    lambda content: content.text("LifeCycle.ReviewStatus") not in ("", REFERRED),
    when="It is given, and is not Approved",
)
_ASKED = frozenset(
    {
        "opportunity.customer.account.address.countryCode",
        "opportunity.project.title",
        "opportunity.state-name",
        "opportunity.marketing-use-case",
        "opportunity.marketing-unfunded",
        "opportunity.revenue-dates",
        "opportunity.revenue-euro",
        "opportunity.revenue-currency",
        "opportunity.close-date-impossible",
        "opportunity.close-date",
    }
)
VALUES = tuple(row for row in RULES if row.id in _ASKED)
CONTENT: tuple[Rule[Content], ...] = (STAGE, _APPROVED, *VALUES)
SPEND = spend.RULES

_ROWS: tuple[Rule[Any], ...] = (*CONTENT, *SPEND)
TABLES = (
    Table("AWS chooses a receiver", ("PutAutopilot", "ReferLead", "ReferOpportunity"), RECEIVER),
    Table("AWS refers an opportunity", ("PutAutopilot", "ReferOpportunity"), _ROWS),
)

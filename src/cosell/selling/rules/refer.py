"""What AWS is refused when it refers: a receiver that is no partner, and what even AWS cannot leave
aside, since an invitation has to say it: spend that adds up, dates that can be; and no opportunity
begins at its end."""

from collections.abc import Callable
from typing import Any, NamedTuple

from cosell.errors import ResourceNotFoundException
from cosell.selling.lifecycle import REFERRED
from cosell.selling.rules import Rule, Table, spend
from cosell.selling.rules.content import Content
from cosell.selling.rules.create_opportunity import STAGE
from cosell.selling.rules.opportunity_content import (
    CLOSE_DATE,
    CLOSE_DATE_IMPOSSIBLE,
    COUNTRY,
    REVENUE_DATES,
    TITLE,
)


class Receiver(NamedTuple):
    """Whom AWS refers to, and whether that is a partner in the catalog."""

    account: str
    is_partner: Callable[[], bool]


RECEIVER: tuple[Rule[Receiver], ...] = (
    Rule(
        "refer.receiver",
        "",
        None,
        "There is no partner {facts.account} in this catalog.",
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
CONTENT: tuple[Rule[Content], ...] = (
    COUNTRY,
    TITLE,
    REVENUE_DATES,
    STAGE,
    _APPROVED,
    CLOSE_DATE_IMPOSSIBLE,
    CLOSE_DATE,
)
SPEND = spend.RULES

_ROWS: tuple[Rule[Any], ...] = (*CONTENT, *SPEND)
TABLES = (
    Table("AWS chooses a receiver", ("PutAutopilot", "ReferLead", "ReferOpportunity"), RECEIVER),
    Table("AWS refers an opportunity", ("PutAutopilot", "ReferOpportunity"), _ROWS),
)

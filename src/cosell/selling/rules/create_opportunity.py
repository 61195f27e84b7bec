"""What is asked of CreateOpportunity beyond what every opportunity's content must hold to.

Server-made drafts (referrals, leads, invitations) bypass this table.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from cosell.errors import FieldError
from cosell.selling import object_at, objects_at
from cosell.selling.lifecycle import CLOSED
from cosell.selling.rules import Rule, Table, check, opportunity_content, spend
from cosell.selling.rules.assign_opportunity import TEAM_MAX
from cosell.selling.rules.content import Content
from cosell.selling.rules.sources import (
    MESSAGES,
)
from cosell.selling.rules.spend import Estimates, Spend, nothing_known, spend_of


class Draft(NamedTuple):
    """What was sent, the catalog, and what is known of estimates."""

    content: Content
    catalog: str
    estimates: Estimates = nothing_known

    def text(self, path: str) -> str:
        return self.content.text(path)


def _team_too_large(draft: Draft) -> bool:
    named = objects_at(draft.content.document, "OpportunityTeam")
    return sum(one.get("BusinessTitle") != "OpportunityOwner" for one in named) >= TEAM_MAX


# Asked of referrals, too: of whatever has a text at a path.
STAGE: Rule[Any] = Rule(
    "create.stage",
    "lifeCycle.stage",
    "INVALID_VALUE",
    "An opportunity cannot be created as Closed Lost or Launched",
    "observed",
    lambda said: said.text("LifeCycle.Stage") in CLOSED,
    MESSAGES,
    when="Stage is Closed Lost or Launched",
)
RULES: tuple[Rule[Draft], ...] = (
    Rule(
        "create.origin",
        "origin",
        "INVALID_VALUE",
        "Origin must be 'Partner Referral' in catalog AWS; 'AWS Referral' works in Sandbox only",
        "documented",
        lambda draft: draft.catalog == "AWS" and draft.text("Origin") == "AWS Referral",
        "API reference: CreateOpportunity",
        when="Catalog is AWS and Origin is AWS Referral",
    ),
    STAGE,
    Rule(
        "create.team",
        "opportunityTeam",
        "TOO_MANY_VALUES",
        f"OpportunityTeam has at most {TEAM_MAX - 1} members beside the OpportunityOwner",
        "not documented",
        _team_too_large,
        "API reference: GetOpportunity shows at most 10 members, the owner among them",
        when="More are named, the OpportunityOwner not counted",
    ),
)
TABLES = (Table("Create an opportunity", ("CreateOpportunity",), RULES),)


def _spend(draft: Draft) -> Spend:
    return spend_of(object_at(draft.content.document, "Project"), draft.estimates)


# What is told together, and the facts that each is asked of.
TOGETHER: tuple[tuple[Table, Callable[[Draft], Any]], ...] = (
    *((table, lambda draft: draft) for table in TABLES),
    *((table, lambda draft: draft.content) for table in opportunity_content.TABLES),
    *((table, _spend) for table in spend.TABLES),
)


def faults_of(draft: Draft) -> tuple[FieldError, ...]:
    """Every rule that the draft breaks: its creation's, its content's, its spend's."""
    return tuple(error for table, facts in TOGETHER for error in check(table.rules, facts(draft)))

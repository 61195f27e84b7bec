"""Whom an opportunity may be assigned to. Which users an account has is not known: any will do."""

from typing import NamedTuple

from cosell.contract import Document
from cosell.contract.faults import lower_camel
from cosell.selling import text_at
from cosell.selling.rules import Rule, Table

# The titles that AWS's documents know.
OWNER = "OpportunityOwner"
MANAGER = "PartnerAccountManager"
TEAM_MAX = 10  # the model's, the owner included, whom the service puts first


class Assignment(NamedTuple):
    """The assignee, and how many others the team will have."""

    assignee: Document
    others: int


def _empty(member: str) -> Rule[Assignment]:
    field = f"assignee.{lower_camel(member)}"
    return Rule(
        f"assign.{lower_camel(member)}",
        field,
        "REQUIRED_FIELD_MISSING",
        f"{field} is required",
        "documented",
        lambda facts: not text_at(facts.assignee, member),
        "API reference: AssigneeContact",
        when="It is empty",
    )


RULES: tuple[Rule[Assignment], ...] = (
    _empty("FirstName"),
    _empty("LastName"),
    _empty("BusinessTitle"),
    Rule(
        "assign.team-full",
        "assignee",
        "TOO_MANY_VALUES",
        f"A team has at most {TEAM_MAX} members: name an {OWNER}, or a BusinessTitle that one of"
        " them has",
        "not documented",
        lambda facts: facts.others >= TEAM_MAX,
        "API reference: CreateOpportunity, OpportunityTeam (the list's maximum)",
        store=True,
        when="A PartnerAccountManager comes to a team that is full of others",
    ),
)
TABLES = (Table("Assign an opportunity", ("AssignOpportunity",), RULES),)

"""Whose role an account's snapshot jobs run with. Which roles an account has is not known."""

from typing import NamedTuple

from cosell.errors import AccessDeniedException
from cosell.selling.rules import Rule, Table


class Passing(NamedTuple):
    """Who passes a role, and the ARN of the role (`arn:aws:iam::111122223333:role/Sharing`)."""

    account: str
    role: str


def _owner(arn: str) -> str:
    return arn.split(":")[4]


RULES: tuple[Rule[Passing], ...] = (
    Rule(
        "settings.role-of-another",
        "",
        None,
        "Cross-account pass role is not allowed. Name a role of account {facts.account}.",
        "not documented",
        lambda passing: _owner(passing.role) != passing.account,
        "IAM User Guide: Grant a user permissions to pass a role to an AWS service",
        error=AccessDeniedException,
        when="The ARN is of another account's role",
    ),
)
TABLES = (Table("Set the role of snapshot jobs", ("PutSellingSystemSettings",), RULES),)

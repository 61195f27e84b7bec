"""Who may call at all: a partner in the catalog that is asked for."""

from typing import NamedTuple

from cosell.errors import AccessDeniedException
from cosell.selling.contract import CONTRACT
from cosell.selling.rules import Rule, Table


class Caller(NamedTuple):
    """Who calls, in which catalog, and whether the account is enrolled there."""

    account: str
    catalog: str
    is_enrolled: bool


RULES: tuple[Rule[Caller], ...] = (
    Rule(
        "account.enrolled",
        "",
        None,
        "The account {facts.account} is not enrolled as a partner in catalog {facts.catalog}.",
        "observed",
        lambda caller: not caller.is_enrolled,
        "seen by programs whose account was not registered as a partner",
        store=True,
        error=AccessDeniedException,
        why="INCOMPATIBLE_BENEFIT_AWS_PARTNER_STATE",
        when="The desk's PutPartner took the enrolment away, or the profile begins without one",
    ),
)
TABLES = (Table("Call as a partner", tuple(sorted(CONTRACT.operations)), RULES),)

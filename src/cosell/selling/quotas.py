"""Which quota each operation has: one table, by the groups of the developer guide.

Must not count anything.
"""

from typing import Final, NamedTuple

from cosell.quotas import Quota
from cosell.selling.contract import CONTRACT
from cosell.selling.rules import Source
from cosell.selling.rules.sources import GUIDE

QUOTAS_PAGE: Final = f"{GUIDE}: Quotas"
_READS: Final = ("Get", "List")


class Group(NamedTuple):
    """Operations that the guide gives the same quota, or (`operations` empty) those that it does
    not name: of them the ones that read, or the others. Each operation counts for itself."""

    title: str
    quota: Quota
    source: Source
    cite: str
    operations: tuple[str, ...] = ()
    reads: bool = True


GROUPS: Final = (
    Group(
        "Read",
        Quota(10, 100_000),
        "documented",
        QUOTAS_PAGE,
        (
            "GetAwsOpportunitySummary",
            "GetEngagementInvitation",
            "GetOpportunity",
            "ListEngagementInvitations",
            "ListOpportunities",
            "ListSolutions",
        ),
    ),
    Group(
        "Write",
        Quota(1, 10_000),
        "documented",
        QUOTAS_PAGE,
        (
            "AssignOpportunity",
            "AssociateOpportunity",
            "CreateOpportunity",
            "DisassociateOpportunity",
            "RejectEngagementInvitation",
            "StartEngagementByAcceptingInvitationTask",
            "StartEngagementFromOpportunityTask",
            "UpdateOpportunity",
        ),
    ),
    Group("Create an engagement", Quota(15), "documented", QUOTAS_PAGE, ("CreateEngagement",)),
    Group(
        "Read a prospecting task",
        Quota(100),
        "documented",
        QUOTAS_PAGE,
        ("GetProspectingFromEngagementTask",),
    ),
    Group(
        "List prospecting tasks",
        Quota(50),
        "documented",
        QUOTAS_PAGE,
        ("ListProspectingFromEngagementTasks",),
    ),
    Group(
        "Start prospecting",
        Quota(2),
        "documented",
        QUOTAS_PAGE,
        ("StartProspectingFromEngagementTask",),
    ),
    Group("Every other Get and List", Quota(10), "not documented", ""),
    Group("Every other operation", Quota(1), "not documented", "", reads=False),
)


def _quotas() -> dict[str, Group]:
    named = {name: group for group in GROUPS for name in group.operations}
    rest = {group.reads: group for group in GROUPS if not group.operations}
    every = CONTRACT.operations
    return {name: named.get(name) or rest[name.startswith(_READS)] for name in every}


GROUP_OF: Final = _quotas()
"""The group of each operation."""

QUOTA_OF: Final = {name: group.quota for name, group in GROUP_OF.items()}
"""The quota of each operation."""

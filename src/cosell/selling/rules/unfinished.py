"""A task has what it is about to itself while it is at work, and goes on where one failed.

Not documented: see differences `task.busy` and `task.resume`.
"""

from dataclasses import replace
from typing import NamedTuple

from cosell.selling.rules import Rule, Table
from cosell.selling.rules.tag_resource import RULES, Tagging


class Unfinished(NamedTuple):
    """The account's task of the same kind that is still at work on the same thing, if any."""

    other: str | None


def busy(id: str, thing: str, reason: str) -> Rule[Unfinished]:
    """The row that ends a second task on `thing` with a reason code."""
    return Rule(
        id,
        "",
        None,
        f"The task {{facts.other}} is at work on this {thing}. Wait for it to end.",
        "not documented",
        lambda facts: facts.other is not None,
        store=True,
        reason=reason,
        when="A task of this kind on the same thing is IN_PROGRESS",
    )


# What a failed task made, or is still to make, has to have room for the tags of the Start that goes
# on beside its own.
TAGS: tuple[Rule[Tagging], ...] = tuple(
    replace(
        row,
        id="go-on.too-many-tags",
        field="",
        code=None,
        reason="OpportunityValidationFailed",
    )
    for row in RULES
)
TABLES = (
    Table(
        "Go on where a task failed",
        (
            "StartEngagementByAcceptingInvitationTask",
            "StartEngagementFromOpportunityTask",
            "StartOpportunityFromEngagementTask",
        ),
        TAGS,
    ),
)

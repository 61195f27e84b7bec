"""A task has what it is about to itself while it is at work. Source: decisions; not documented."""

from dataclasses import dataclass

from cosell.selling.rules import Rule


@dataclass(frozen=True, slots=True)
class Unfinished:
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
    )

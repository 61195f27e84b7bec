"""quotas.md: how many calls of each operation an account may make, and where that comes from."""

from typing import Final

from cosell.selling.quotas import GROUP_OF, GROUPS, Group
from tools.reference import code, listed, page, table
from tools.reference.rules import sourced

FILE: Final = "quotas.md"
_INTRODUCTION: Final = (
    "With `PutQuotas` `Documented` at the desk, or in the profile `production-like`, a call over "
    "its quota is answered `ThrottlingException` (*Rate exceeded*). Without, nothing is refused, "
    "and `GetQuotas` says how many calls would have been."
)
_RULES: Final = (
    "Each account has a quota of its own for each operation, in each namespace and in both "
    "catalogs together. After a second without calls all of a second's calls can be made at once. "
    "A day is the last 24 hours, in whole minutes. Time is the namespace's: while its clock stands "
    "still, nothing is given back; `AdvanceClock` gives back what the time on the way does. A "
    "refused call takes nothing. The token service and the desk have no quotas. What was called is "
    "kept in the server's memory: it begins anew when the server does."
)


def quotas_page() -> str:
    """The page."""
    rows = [_row(group) for group in GROUPS]
    heads = ("group", "operations", "calls a second", "calls a day", "source")
    return page("Quotas", _INTRODUCTION, table(heads, rows), _RULES)


def _row(group: Group) -> tuple[str, ...]:
    names = [code(name) for name in sorted(GROUP_OF) if GROUP_OF[name] is group]
    a_day = group.quota.calls_per_day
    return (
        group.title,
        listed(names),
        str(group.quota.calls_per_s),
        "no limit" if a_day is None else f"{a_day:,}",
        sourced(group.source, group.cite),
    )

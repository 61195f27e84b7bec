"""Choices about how calls are counted against quotas. The quotas themselves: selling/quotas.py."""

from typing import Final

from cosell.selling.differences import SILENT, Difference, Subject
from cosell.selling.quotas import QUOTAS_PAGE

QUOTAS: Final = Subject(
    "Quotas",
    (
        Difference(
            "quota.mode",
            "Whether quotas are kept",
            "Always.",
            "",
            "Only where `PutQuotas` asks for it: a test suite is faster than any quota. "
            "`GetQuotas` says what would have been throttled.",
            "decision",
            QUOTAS_PAGE,
        ),
        Difference(
            "quota.shared",
            "Whether the operations of a group share its quota",
            "A table gives each group one rate and one daily limit.",
            "",
            "Each operation counts for itself, for each account.",
            "not documented",
        ),
        Difference(
            "quota.burst",
            "How many calls at once",
            SILENT,
            "",
            "As many as a second has room for, if the second before was idle; what a call takes is "
            "given back evenly.",
            "not documented",
        ),
        Difference(
            "quota.rest",
            "Operations that the guide's table does not name",
            SILENT,
            "",
            "Those that get or list 10 calls a second, all others 1; no daily limit.",
            "not documented",
        ),
        Difference(
            "quota.day",
            "The daily limit",
            "Calls in a rolling period of 24 hours.",
            "",
            "The same, in whole minutes of the namespace's clock. Beyond it, too, the error is "
            "`ThrottlingException`.",
            "documented",
            QUOTAS_PAGE,
        ),
        Difference(
            "quota.refused",
            "Calls that are refused",
            SILENT,
            "",
            "One that is throttled takes nothing. One that is refused later (its shape, a rule) "
            "has taken its part; one that is refused before (its signature, its JSON) has not.",
            "not documented",
        ),
    ),
)

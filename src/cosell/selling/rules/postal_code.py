"""The form of a postal code: what is told of one that has none of its country's, and refused where
the profile says so.

The list is the retired channel's, and AWS's own samples break it. Must not decide what becomes of
what is told: see `domain/doubts.py`.
"""

import re
from functools import cache
from typing import Final

from cosell.selling import values
from cosell.selling.rules import Rule, Table
from cosell.selling.rules.content import COUNTRY_CODE, Content, about, field_of
from cosell.selling.rules.sources import POSTAL_LIST

_POSTAL: Final = "Customer.Account.Address.PostalCode"
_OR: Final = " OR "
_compile: Final = re.compile  # as in contract/patterns.py
_PARTS: Final = {"9": "[0-9]", "N": "[0-9]", "A": "[A-Z]", "(": "(?:", ")": ")?", "/": "|"}


@cache
def _matcher(country: str) -> re.Pattern[str] | None:
    """What a country's postal codes match; None where no form is published."""
    formats = values.postal_code_formats().get(country)
    if formats is None:
        return None
    forms = ("".join(_PARTS.get(one, re.escape(one)) for one in f) for f in formats.split(_OR))
    return _compile("|".join(forms), re.IGNORECASE)


def _is_formless(content: Content) -> bool:
    code, matcher = content.text(_POSTAL), _matcher(content.text(COUNTRY_CODE))
    return bool(code) and matcher is not None and matcher.fullmatch(code) is None


FORMS: tuple[Rule[Content], ...] = (
    Rule(
        "opportunity.postal-form",
        field_of(_POSTAL),
        "INVALID_VALUE",
        "PostalCode has no form that is published for its country: {facts.postal_forms}"
        " (9 and N: a digit, A: a letter)",
        "documented",
        about((_POSTAL, COUNTRY_CODE), _is_formless),
        POSTAL_LIST,
        shown="PostalCode has no form that is published for its country: *forms* (9 and N: a"
        " digit, A: a letter)",
        when="A form is published for the country, and it has none",
    ),
)
TABLES = (
    Table(
        "Write a postal code",
        ("CreateOpportunity", "UpdateOpportunity"),
        FORMS,
        "Only the profile `documented` refuses by it, together with the rows before. Elsewhere it"
        " warns: the call succeeds, and the log and the journal say so.",
    ),
)

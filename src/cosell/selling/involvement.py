"""How AWS is involved in an opportunity: one answer for the rules, for AWS's summary and for what
AWS says of it.

An opportunity keeps what its owner submitted (`involvement`, `visibility`) and what AWS says
besides (`aws_says`). Only reads and makes documents.
"""

from typing import Final

from cosell.contract import Document
from cosell.selling import object_at, text_at

CO_SELL: Final = "Co-Sell"
VISIBILITY_ONLY: Final = "For Visibility Only"
# What AWS's summary has of a submission, and why that changed.
_SAID: Final = ("InvolvementType", "InvolvementTypeChangeReason", "Visibility")


def in_force(opportunity: Document) -> str:
    """How AWS is involved: as AWS says, else as the owner submitted it; '' before a submission,
    whatever AWS says of a draft."""
    submitted = text_at(opportunity, "involvement")
    return submitted and (text_at(opportunity, "aws_says.InvolvementType") or submitted)


def is_bound(opportunity: Document) -> bool:
    """Whether its owner asked for AWS's support and has it: what AWS alone made Co-Sell binds
    nobody, nor does what AWS only looks on at by now."""
    return text_at(opportunity, "involvement") == in_force(opportunity) == CO_SELL


def submitted(opportunity: Document, involvement: str, visibility: str) -> Document:
    """The opportunity after its owner asked for that. What AWS said of it before is over with the
    first submission, and where the owner asks for support while AWS only looks on."""
    first = not text_at(opportunity, "involvement")
    upgraded = (in_force(opportunity), involvement) == (VISIBILITY_ONLY, CO_SELL)
    after = {**opportunity, "involvement": involvement, "visibility": visibility}
    said = object_at(opportunity, "aws_says")
    if (first or upgraded) and said:
        kept = {name: value for name, value in said.items() if name not in _SAID}
        after["aws_says"] = kept
    return after

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


def submitted(opportunity: Document, involvement: str, visibility: str) -> Document:
    """The opportunity after its owner asked for that. Who asks for AWS's support where AWS only
    looks on gets it: what AWS said of that before is over."""
    upgraded = (in_force(opportunity), involvement) == (VISIBILITY_ONLY, CO_SELL)
    after = {**opportunity, "involvement": involvement, "visibility": visibility}
    said = object_at(opportunity, "aws_says")
    if upgraded and said:
        kept = {name: value for name, value in said.items() if name not in _SAID}
        after["aws_says"] = kept
    return after

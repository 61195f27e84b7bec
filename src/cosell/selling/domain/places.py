"""In which engagements an opportunity is shown, and in which AWS reviews it.

Must not decide where it is to be submitted, nor show anything.
"""

from typing import cast

from cosell.calls import Call
from cosell.selling import Template, text_at
from cosell.store import Tx
from cosell.store.documents import Stored


def reviewed_in(call: Call, tx: Tx, opportunity: Stored) -> str:
    """The engagement in which AWS was asked for a review of the opportunity: by its own submission,
    else by that of the one which it follows, wherever else it is shown; '' if it was asked in
    none."""
    document = opportunity.document
    place = text_at(document, "submitted_in") or text_at(document, "followed_in")
    if place or not text_at(document, "follows"):
        return place
    return shared_in(call, tx, opportunity) or ""  # an older version has not kept where it follows


def shared_in(call: Call, tx: Tx, opportunity: Stored) -> str | None:
    """The engagement in which the opportunity was shown last, if it is shown in one."""
    shown = shown_in(call, tx, opportunity)
    return max(shown, key=lambda one: one[1])[0] if shown else None


def shown_in(call: Call, tx: Tx, opportunity: Stored) -> list[tuple[str, int]]:
    """The engagements in which the opportunity is shown, each with the number of what it shows."""
    rows = tx.all(
        "engagements_of",
        ns=call.ns,
        account=opportunity.owner,
        catalog=opportunity.catalog,
        resource=opportunity.id,
        template=Template.SUMMARY,
    )
    return cast("list[tuple[str, int]]", rows)

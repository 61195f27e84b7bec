"""An opportunity changes, and what follows from that: a new date, an event, new snapshots, the
event of everybody whose summary by AWS changes with it, and AWS's own view where its words change.

Every change after an opportunity was revealed comes through here. Must not know who changes what.
"""

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import text_at
from cosell.selling.domain import followers, jobs, opportunities, summaries
from cosell.store import Tx
from cosell.store.documents import Stored


def change(call: Call, tx: Tx, opportunity: Stored, document: Document) -> Stored:
    """The opportunity is `document` from now on, and its running jobs share what is new in it."""
    changed = opportunities.change(call, tx, opportunity, document)
    jobs.share(call, tx, changed)
    others = followers.tell(call, tx, opportunity, changed)
    if summaries.speaks_anew(opportunity.document, changed.document):
        for one in (changed, *others):
            _show(call, tx, one)
    return changed


def _show(call: Call, tx: Tx, opportunity: Stored) -> None:
    """AWS's own view is as its summary is now, where AWS was asked for a review."""
    document = opportunity.document
    if place := text_at(document, "submitted_in") or text_at(document, "followed_in"):
        summaries.show(call, tx, opportunity, place)

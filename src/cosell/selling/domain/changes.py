"""An opportunity changes, and what follows from that: a new date, an event, new snapshots, and the
event of everybody whose summary by AWS changes with it.

Every change after an opportunity was revealed comes through here. Must not know who changes what.
"""

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling.domain import followers, jobs, opportunities
from cosell.store import Tx
from cosell.store.documents import Stored


def change(call: Call, tx: Tx, opportunity: Stored, document: Document) -> Stored:
    """The opportunity is `document` from now on, and its running jobs share what is new in it."""
    changed = opportunities.change(call, tx, opportunity, document)
    jobs.share(call, tx, changed)
    followers.tell(call, tx, opportunity, changed)
    return changed

"""AWS decides on an opportunity. Must not know who may decide."""

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import object_at
from cosell.selling.domain import changes
from cosell.store import Tx
from cosell.store.documents import Stored


def conclude(call: Call, tx: Tx, opportunity: Stored, document: Document, status: str) -> Stored:
    """The opportunity is `document` from now on, with that review status."""
    life: Document = {**object_at(document, "LifeCycle"), "ReviewStatus": status}
    kept = {name: value for name, value in document.items() if name != "resubmitted"}
    return changes.change(call, tx, opportunity, {**kept, "LifeCycle": life})

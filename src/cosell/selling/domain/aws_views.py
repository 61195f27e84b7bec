"""AWS's own view of an opportunity: its summary, as a snapshot for the opportunity's owner alone.

The one place that decides when there is one, where it is and when it is made anew; everything that
AWS decides, says or changes, and all that follows from a submission, an update or a review, comes
through here. Must not know who changes what. See difference `snapshot.full-view`.
"""

from cosell.calls import Call
from cosell.contract import Document, Json
from cosell.selling import AWS, as_kept, object_at, text_at
from cosell.selling.domain import places, snapshots, summaries
from cosell.store import Tx
from cosell.store.documents import Stored


def follow(call: Call, tx: Tx, before: Stored, after: Stored) -> None:
    """AWS's own view of an opportunity that changed is as its summary now, if that is AWS's doing
    (`is_by_aws`)."""
    if is_by_aws(call, before, after):
        show(call, tx, after)


def is_by_aws(call: Call, before: Stored, after: Stored) -> bool:
    """Whether AWS changed the opportunity, or its part of the summary is another: what it decided,
    how it is involved, what it says. What the owner alone changes of what is copied is not."""
    return call.account == AWS or _part(before.document) != _part(after.document)


def _part(document: Document) -> tuple[Json, ...]:
    return (
        summaries.leader_of(document),
        text_at(document, "LifeCycle.ReviewStatus"),
        document.get("involvement"),
        document.get("visibility"),
        object_at(document, "aws_says"),
    )


def show(call: Call, tx: Tx, opportunity: Stored) -> None:
    """The summary as it is now is the next revision of AWS's own view. The first is made once AWS
    has approved the opportunity or said something of it."""
    speaks = summaries.is_spoken_of(call, tx, opportunity)
    if not (place := place_of(call, tx, opportunity, speaks)):
        return
    approved = text_at(opportunity.document, "LifeCycle.ReviewStatus") == "Approved"
    summary, _ = as_kept(summaries.read(call, tx, opportunity))
    del summary["Catalog"]
    draft = snapshots.draft_of_aws(call, tx, place, opportunity, summary)
    if draft.differs and (draft.latest or speaks or approved):
        snapshots.write(call, tx, draft)


def place_of(call: Call, tx: Tx, opportunity: Stored, speaks: bool = True) -> str:
    """The engagement of AWS's own view: in which AWS was asked for a review, else, for what AWS
    says of what never was submitted, where that was shown last; '' for none."""
    reviewed = places.reviewed_in(call, tx, opportunity)
    return reviewed or (places.shared_in(call, tx, opportunity) or "" if speaks else "")

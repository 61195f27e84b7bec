"""An opportunity is shown in an engagement, with what that brings about there.

Not for the conversion of a lead, which has a step of its own for the context.

Source: developer guide, Working with your leads; see difference `snapshot.other-engagement`.
"""

from cosell.calls import Call
from cosell.selling import objects_at, text_at
from cosell.selling.domain import contexts, conversions, engagements, payloads, snapshots
from cosell.selling.domain.snapshots import Draft, Target
from cosell.store import Tx
from cosell.store.documents import Stored


def show(call: Call, tx: Tx, draft: Draft, opportunity: Stored) -> int:
    """The next revision, as `snapshots.write` makes it. The first of an opportunity brings a
    CustomerProject context into an engagement that comes from a lead, if there is room for one and
    the opportunity says what such a context has to."""
    revision = snapshots.write(call, tx, draft)
    if draft.latest:
        return revision
    engagement = engagements.get(call, tx, draft.target.engagement)
    types = [text_at(one, "Type") for one in objects_at(engagement.document, "Contexts")]
    if (
        contexts.LEAD in types
        and len(types) < engagements.CONTEXTS_MAX
        and contexts.find_project(engagement.document, opportunity.id) is None
        and not conversions.lacks(opportunity.document)
    ):
        engagements.add_context(call, tx, engagement, payloads.project_context(opportunity))
    return revision


def show_changes(call: Call, tx: Tx, target: Target, opportunity: Stored) -> None:
    """The next revision, if there is anything new to show."""
    draft = snapshots.draft(call, tx, target, opportunity)
    if draft.differs:
        show(call, tx, draft, opportunity)

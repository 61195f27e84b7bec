"""An opportunity is shown in an engagement, with what that brings about there.

Not for the conversion of a lead, which has a step of its own for the context.

Source: developer guide, Working with your leads; see difference `engagement.context-owner`.
"""

from cosell.calls import Call
from cosell.selling import objects_at, text_at
from cosell.selling.domain import contexts, conversions, engagements, payloads, snapshots
from cosell.selling.domain.snapshots import Target
from cosell.store import Tx
from cosell.store.documents import Stored


def show(call: Call, tx: Tx, target: Target, opportunity: Stored, *, always: bool) -> int:
    """The next revision, as `snapshots.create` makes it. The first of an opportunity brings a
    CustomerProject context into an engagement that comes from a lead, if there is room for one and
    the opportunity says what such a context has to."""
    first = not snapshots.is_shown(call, tx, target)
    revision = snapshots.create(call, tx, target, opportunity, always=always)
    engagement = engagements.get(call, tx, target.engagement)
    types = [text_at(one, "Type") for one in objects_at(engagement.document, "Contexts")]
    if (
        first
        and contexts.LEAD in types
        and len(types) < engagements.CONTEXTS_MAX
        and contexts.find_project(engagement.document, opportunity.id) is None
        and not conversions.lacks(opportunity.document)
    ):
        engagements.add_context(call, tx, engagement, payloads.project_context(opportunity))
    return revision

"""An opportunity changes, and what follows from that: a new date, an event, new snapshots, AWS's
own view, and an event and a view for everybody whose summary by AWS changes with it.

Every change after an opportunity was revealed comes through here. Must not know who changes what.
"""

from collections.abc import Iterable
from typing import TypeAlias

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling.domain import aws_views, followers, jobs, opportunities, snapshots
from cosell.selling.domain.event_messages import tell_of_opportunity
from cosell.store import Tx
from cosell.store.documents import Stored

Changed: TypeAlias = tuple[Stored, Stored]
"""An opportunity as it was and as it is."""


def change(call: Call, tx: Tx, opportunity: Stored, document: Document) -> Stored:
    """The opportunity is `document` from now on, and its running jobs share what is new in it."""
    return _follow(call, tx, opportunity, opportunities.change(call, tx, opportunity, document))


def change_by_aws(call: Call, tx: Tx, opportunity: Stored, document: Document) -> Stored:
    """The same by AWS (the caller): where it was asked for a review, else where the opportunity was
    shown last, what is new is shown whether or not a job runs."""
    changed = opportunities.change(call, tx, opportunity, document)
    snapshots.renew(call, tx, aws_views.place_of(call, tx, changed), changed)
    return _follow(call, tx, opportunity, changed)


def _follow(call: Call, tx: Tx, opportunity: Stored, changed: Stored) -> Stored:
    jobs.share(call, tx, changed)
    aws_views.follow(call, tx, opportunity, changed)
    tell_followers(call, tx, [(opportunity, changed)])
    return changed


def tell_followers(call: Call, tx: Tx, changes: Iterable[Changed]) -> None:
    """The owners of those whose summary is another than it was, by what changed, are told once, and
    shown AWS's own view. Those that changed themselves are done with."""
    done = {after.id for _, after in changes}
    for before, after in changes:
        speaks = aws_views.is_by_aws(call, before, after)
        for other in followers.changed(call, tx, before, after):
            if other.id in done:
                continue
            done.add(other.id)
            tell_of_opportunity(call, tx, other, "Updated")
            if speaks:
                aws_views.show(call, tx, other)

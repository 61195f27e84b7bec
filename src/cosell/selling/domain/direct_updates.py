"""AWS updates a partner's opportunity directly: some members, in any state; the others stay.

Must not review: what AWS decides is `reviews.py`. Source: developer guide, Working with opportunity
updates; see difference `review.by-aws`.
"""

from typing import Final

from cosell.calls import Call
from cosell.clock import DAY_MS, END_MS, iso_date, parse_iso
from cosell.contract import Document
from cosell.errors import business_refused
from cosell.selling import object_at, overlaid, text_at
from cosell.selling.domain import changes, opportunities, opportunity_edits
from cosell.selling.domain.acting import as_owner
from cosell.selling.rules import check, update_by_aws
from cosell.selling.rules.content import Content
from cosell.selling.rules.update_facts import Update
from cosell.store import Tx
from cosell.store.documents import Stored

_LATER_DAYS: Final = 30
_CLOSE: Final = "LifeCycle.TargetCloseDate"


def update(call: Call, tx: Tx, opportunity: Stored, said: Document) -> Stored:
    """The opportunity has what AWS (the caller) says of it, member by member; without words it
    closes later. ValidationException for what no opportunity can be."""
    before = opportunity.document
    asked = overlaid(before, said or _later(call, before))
    edit = opportunity_edits.edit(call, tx, before, asked)
    owner = as_owner(call, opportunity)
    content = Content(
        edit.wanted,
        iso_date(call.now),
        lambda id: opportunities.find_own(owner, tx, id) is not None,
        edit.changed,
    )
    facts = Update(before, content, edit.spend, asked, call.catalog, stage_open=True)
    errors = check(update_by_aws.STATE, facts) + check(update_by_aws.CONTENT, content)
    errors += check(update_by_aws.SPEND, edit.spend)
    if errors:
        raise business_refused(*errors)
    document = opportunity_edits.applied(call, before, edit)
    return changes.change_by_aws(call, tx, opportunity, _consistent(document))


def _later(call: Call, document: Document) -> Document:
    """AWS's team expects the customer to decide a month later, as far as the calendar goes."""
    from_day = parse_iso(max(iso_date(call.now), text_at(document, _CLOSE)))
    late = min(from_day + _LATER_DAYS * DAY_MS, END_MS)
    return {"LifeCycle": {"TargetCloseDate": iso_date(late)}}


def _consistent(document: Document) -> Document:
    """A reason for which a deal was lost goes with it."""
    life = object_at(document, "LifeCycle")
    if life.get("Stage") == "Closed Lost" or not life.get("ClosedLostReason"):
        return document
    kept = {name: value for name, value in life.items() if name != "ClosedLostReason"}
    return {**document, "LifeCycle": kept}

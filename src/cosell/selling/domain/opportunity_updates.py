"""An opportunity's owner updates it; in the Sandbox the owner may play AWS's reviewer so.

See differences `update.what-is-checked`, `update.nothing`, `update.action-required` and
`review.sandbox`.
"""

from cosell.calls import Call
from cosell.clock import iso_date
from cosell.contract import Document
from cosell.selling import involvement, object_at, text_at
from cosell.selling.domain import changes, doubts, opportunities, opportunity_edits, reviews
from cosell.selling.lifecycle import OPPORTUNITY_REVIEW, followed
from cosell.selling.profiles import profile
from cosell.selling.rules import enforce
from cosell.selling.rules.content import Content
from cosell.selling.rules.update_facts import Update, becomes_co_sell
from cosell.selling.rules.update_opportunity import STATE, faults_of
from cosell.store import Tx
from cosell.store.documents import Stored


def update(call: Call, tx: Tx, opportunity: Stored, asked: Document) -> Stored:
    """The opportunity is what the request says from now on, as far as its owner writes it. A
    request that changes nothing is taken in every state, and only the date moves."""
    before = opportunity.document
    edit = opportunity_edits.edit(call, tx, before, asked)
    content = Content(
        edit.wanted,
        iso_date(call.now),
        lambda id: opportunities.find_own(call, tx, id) is not None,
        edit.changed,
    )
    stage_open = profile(call).stage_open_while_pending
    facts = Update(before, content, edit.spend, asked, call.catalog, stage_open)
    enforce(STATE, facts)
    doubts.ensure(call, content, faults_of(facts))
    document = opportunity_edits.applied(call, before, edit)
    if edit.changed:
        call.trace.cleared = opportunity_edits.cleared(before, edit, asked)
    if facts.reviewed:
        document = opportunity_edits.with_remarks(document, asked)
        return reviews.conclude(call, tx, opportunity, document, facts.reviewed)
    document = _followed(document, facts)
    if decision := reviews.missed(call, tx, document):
        document = reviews.taken_over(document, decision)
        return reviews.conclude(call, tx, opportunity, document, decision)
    return changes.change(call, tx, opportunity, document)


def _followed(document: Document, facts: Update) -> Document:
    """What follows from a change: what AWS asked for is submitted again with it, and needs make a
    Co-Sell opportunity of one that was only shown."""
    if becomes_co_sell(facts):
        document = involvement.submitted(document, involvement.CO_SELL, "Full")
    if facts.status != "Action Required" or not facts.content.changed:
        return document
    life = object_at(document, "LifeCycle")
    status = followed(OPPORTUNITY_REVIEW, text_at(life, "ReviewStatus"), "correct")
    return {**document, "resubmitted": True, "LifeCycle": {**life, "ReviewStatus": status}}

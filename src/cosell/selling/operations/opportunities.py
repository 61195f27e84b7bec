"""Opportunities: created, read, updated, listed."""

from cosell.calls import Call, Rendered, command, query
from cosell.clock import iso_date, parse_iso
from cosell.contract import Document
from cosell.selling import Kind, text_at
from cosell.selling.domain import (
    doubts,
    estimates,
    opportunities,
    opportunity_updates,
    referrals,
    tags,
)
from cosell.selling.listing import By, List, answer
from cosell.selling.rules.content import Content
from cosell.selling.rules.create_opportunity import Draft, faults_of
from cosell.selling.views import OPPORTUNITIES, opportunity_row
from cosell.store import Tx
from cosell.store.pages import Bound, Order

_OPPORTUNITIES = List(
    OPPORTUNITIES,
    "OpportunitySummaries",
    20,
    Kind.OPPORTUNITY,
    lambda opportunity, _: opportunity_row(opportunity),
    {
        "LastModifiedDate": Order("modified_at"),
        "Identifier": Order("number"),
        "CustomerCompanyName": Order("company", textual=True),
        "CreatedDate": Order("created_at"),
        "TargetCloseDate": Order("close_date", textual=True),
    },
    (
        By("Identifier", "id"),
        By("CustomerCompanyName", "company"),
        By("LifeCycleStage", "stage"),
        By("LifeCycleReviewStatus", "review_status"),
    ),
)
_BOUNDS = (
    ("LastModifiedDate.AfterLastModifiedDate", "modified_at", ">="),
    ("LastModifiedDate.BeforeLastModifiedDate", "modified_at", "<="),
    ("CreatedDate.AfterCreatedDate", "created_at", ">="),
    ("CreatedDate.BeforeCreatedDate", "created_at", "<="),
    ("TargetCloseDate.AfterTargetCloseDate", "close_date", ">="),
    ("TargetCloseDate.BeforeTargetCloseDate", "close_date", "<="),
)


@command("CreateOpportunity")
def create_opportunity(call: Call, tx: Tx) -> Document:
    """A draft of the caller's; in the Sandbox, `Origin: AWS Referral` plays AWS instead."""
    labels = tags.tags_of(call.input)
    content = Content(
        call.input,
        iso_date(call.now),
        lambda id: opportunities.find_own(call, tx, id) is not None,
    )
    known = estimates.known(call, tx)
    doubts.ensure(call, content, faults_of(Draft(content, call.catalog, known)))
    if call.input.get("Origin") == "AWS Referral":
        made = referrals.refer(call, tx, call.account, call.input, {}).opportunity
    else:
        draft = opportunities.drafted(call.input, known)
        id = opportunities.reserve_id(tx)
        made = opportunities.insert(call, tx, id, call.account, draft)
        opportunities.reveal(call, tx, made)
    tags.add(call, tx, text_at(made.document, "Arn"), labels)
    return {"Id": made.id, "LastModifiedDate": made.document["LastModifiedDate"]}


@query("GetOpportunity")
def get_opportunity(call: Call, tx: Tx) -> Document:
    """One of the caller's opportunities, whole."""
    return opportunities.find(call, tx, text_at(call.input, "Identifier")).document


@command("UpdateOpportunity")
def update_opportunity(call: Call, tx: Tx) -> Document:
    """Replace one of the caller's opportunities by what the request says."""
    opportunity = opportunities.find(call, tx, text_at(call.input, "Identifier"))
    updated = opportunity_updates.update(call, tx, opportunity, call.input)
    return {"Id": updated.id, "LastModifiedDate": updated.document["LastModifiedDate"]}


@query("ListOpportunities", single=True)
def list_opportunities(call: Call, tx: Tx) -> Rendered:
    """The caller's opportunities; empty filter lists mean no filter."""
    return answer(call, tx, _OPPORTUNITIES, call.key, _bounds(call.input))


def _bounds(input: Document) -> tuple[Bound, ...]:
    """Ranges include both ends, as the operation's page says."""
    bounds = []
    for path, column, comparison in _BOUNDS:
        value = text_at(input, path)
        if value:
            instant = column.endswith("_at")
            if comparison == "<=" and not instant:
                bounds.append(Bound(column, ">", ""))  # what has no date is not before any
            bounds.append(Bound(column, comparison, parse_iso(value) if instant else value))
    return tuple(bounds)

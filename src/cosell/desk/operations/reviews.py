"""AWS reviews what partners submit, and says what it thinks of it."""

from typing import Final, cast

from cosell.calls import Call, command
from cosell.clock import iso_date
from cosell.contract import Document, Json
from cosell.contract.faults import lower_camel
from cosell.errors import FieldError, business_refused
from cosell.selling import object_at, objects_at, text_at
from cosell.selling.domain import (
    estimates,
    opportunities,
    reviews,
    spend_insights,
    submissions,
    summaries,
)
from cosell.selling.domain.acting import as_aws
from cosell.selling.lifecycle import OPPORTUNITY_REVIEW, follow
from cosell.selling.rules import check, enforce, spend
from cosell.selling.rules.content import Content
from cosell.selling.rules.review_opportunity import (
    RULES,
    SAID,
    SAID_PRODUCT,
    SAID_SPEND,
    Reviewing,
)
from cosell.store import Tx
from cosell.store.documents import Stored

SPELLINGS: Final = {"ActionRequired": "Action Required", "InReview": "In review"}
_SPEND: Final = "insights.awsProductsSpendInsightsBySource"  # as a field
_PARTITION: Final = "Project.AwsPartition"
_COMMENTS: Final = (
    "Please say more about what the customer needs, and check the customer's address and website."
)
_SHOWN: Final = ("ReviewStatus", "ReviewComments", "ReviewStatusReason")
_SAID: Final = (
    "CosellMotion",
    "Customer",
    "Insights",
    "InvolvementType",
    "InvolvementTypeChangeReason",
    "LifeCycle",
    "OpportunityTeam",
    "Project",
    "RelatedEntityIds",
    "SoftwareRevenue",
    "Visibility",
)


@command("ReviewOpportunity")
def review_opportunity(call: Call, tx: Tx) -> Document:
    """AWS takes up a submission, approves or rejects it, or sends it back for action."""
    call = as_aws(call)
    opportunity = opportunities.find_any(call, tx, text_at(call.input, "OpportunityIdentifier"))
    asked = text_at(call.input, "Outcome")
    outcome = SPELLINGS.get(asked, asked)
    status = text_at(opportunity.document, "LifeCycle.ReviewStatus")
    after = follow(OPPORTUNITY_REVIEW, status, f"review {outcome}")
    submitted = submissions.sent(call, tx, opportunity.document) is not None
    enforce(RULES, Reviewing(status, outcome, after, submitted))
    document = _commented(call.input, opportunity.document, outcome)
    reviewed = reviews.conclude(call, tx, opportunity, document, cast("str", after))
    life = object_at(reviewed.document, "LifeCycle")
    return {
        **{name: life.get(name) for name in _SHOWN},
        "LastModifiedDate": reviewed.document["LastModifiedDate"],
        "OpportunityId": reviewed.id,
    }


def _sound(call: Call, tx: Tx, said: Document, opportunity: Stored) -> Document:
    """What AWS says, its spend put right as any; ValidationException for what nobody can say."""
    project = {**object_at(opportunity.document, "Project"), **object_at(said, "Project")}
    partition: Document = {"AwsPartition": project.get("AwsPartition")}
    told = spend.spend_of({**object_at(said, "Project"), **partition}, estimates.known(call, tx))
    staged = _staged(call, tx, said, opportunity)
    errors = check(SAID, Content(staged, iso_date(call.now), lambda _: True))
    errors += check(SAID_SPEND, told) + _nameless(said)
    if errors:
        raise business_refused(*errors)
    if not told.entries:
        return said
    entries: list[Json] = [*spend.completed(told)]
    return {**said, "Project": {**object_at(said, "Project"), "ExpectedCustomerSpend": entries}}


def _nameless(said: Document) -> tuple[FieldError, ...]:
    """A product that cannot be told from others, each at its place in the request."""
    sources = object_at(said, spend_insights.SPEND)
    return tuple(
        SAID_PRODUCT.field_error(
            one, f"{_SPEND}.{lower_camel(source)}.awsProducts[{n}].productCode"
        )
        for source in sources
        for n, one in enumerate(objects_at(sources, f"{source}.AwsProducts"))
        if SAID_PRODUCT.broken(one)
    )


def _staged(call: Call, tx: Tx, said: Document, opportunity: Stored) -> Document:
    """What AWS says, with the stage that its summary has if it gives a reason and says no other."""
    life = object_at(said, "LifeCycle")
    if not life.get("ClosedLostReason") or life.get("Stage"):
        return said
    stage = text_at(summaries.read(call, tx, opportunity), "LifeCycle.Stage")
    return {**said, "LifeCycle": {**life, "Stage": stage}}


def _commented(said: Document, document: Document, outcome: str) -> Document:
    """The opportunity with what AWS says of it. What it said before is past once it decides."""
    life = object_at(document, "LifeCycle")
    comments, reason = said.get("Comments"), said.get("Reason")
    if outcome == "In review":
        comments = comments or life.get("ReviewComments")
        reason = reason or life.get("ReviewStatusReason")
    if outcome == "Action Required":
        comments = comments or _COMMENTS
    reason = reason or reviews.REASONS.get(outcome)
    told: Document = {"ReviewComments": comments, "ReviewStatusReason": reason}
    return {**document, "LifeCycle": {**life, **told}}


@command("UpdateAwsOpportunitySummary")
def update_aws_opportunity_summary(call: Call, tx: Tx) -> Document:
    """AWS says something of an opportunity: what is given, or what fits it if nothing is."""
    call = as_aws(call)
    opportunity = opportunities.find_any(call, tx, text_at(call.input, "OpportunityIdentifier"))
    said: Document = {name: call.input[name] for name in _SAID if name in call.input}
    said = _sound(call, tx, said, opportunity)
    partition = text_at(said, _PARTITION) or text_at(opportunity.document, _PARTITION)
    said = spend_insights.completed(said, partition)
    return summaries.read(call, tx, reviews.say(call, tx, opportunity, said))

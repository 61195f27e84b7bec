"""Submission to AWS, and AWS's own summary of an opportunity. The review is the desk's."""

from cosell.calls import Call, command, query
from cosell.contract import Document
from cosell.selling import text_at
from cosell.selling.domain import opportunities, submissions, summaries
from cosell.selling.domain.submissions import Submission
from cosell.store import Tx


@command("SubmitOpportunity")
def submit_opportunity(call: Call, tx: Tx) -> Document:
    """Hand one of the caller's opportunities to AWS for review."""
    opportunity = opportunities.find(call, tx, text_at(call.input, "Identifier"))
    involvement = text_at(call.input, "InvolvementType")
    visibility = text_at(call.input, "Visibility") or "Full"
    place = submissions.place(call, tx, opportunity)
    submissions.submit(call, tx, opportunity, Submission(involvement, visibility), place)
    return {}


@query("GetAwsOpportunitySummary")
def get_aws_opportunity_summary(call: Call, tx: Tx) -> Document:
    """What AWS has of one of the caller's opportunities, sparse until it is submitted."""
    id = text_at(call.input, "RelatedOpportunityIdentifier")
    return summaries.read(call, tx, opportunities.find(call, tx, id))

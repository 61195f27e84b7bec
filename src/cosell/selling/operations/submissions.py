"""Submission to AWS. What follows is AWS's doing: see the desk."""

from cosell.calls import Call, command
from cosell.contract import Document
from cosell.selling import text_at
from cosell.selling.domain import opportunities, submissions
from cosell.selling.domain.submissions import Submission
from cosell.store import Tx


@command("SubmitOpportunity")
def submit_opportunity(call: Call, tx: Tx) -> Document:
    """Hand one of the caller's opportunities to AWS for review."""
    opportunity = opportunities.find(call, tx, text_at(call.input, "Identifier"))
    involvement = text_at(call.input, "InvolvementType")
    visibility = text_at(call.input, "Visibility") or "Full"
    submissions.submit(call, tx, opportunity, Submission(involvement, visibility))
    return {}

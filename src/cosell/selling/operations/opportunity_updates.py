"""UpdateOpportunity. What it asks for and what follows stands in domain/updates.py."""

from cosell.calls import Call, command
from cosell.contract import Document
from cosell.selling import text_at
from cosell.selling.domain import opportunities, updates
from cosell.store import Tx


@command("UpdateOpportunity")
def update_opportunity(call: Call, tx: Tx) -> Document:
    """Replace one of the caller's opportunities by what the request says."""
    opportunity = opportunities.find(call, tx, text_at(call.input, "Identifier"))
    updated = updates.update(call, tx, opportunity, call.input)
    return {"Id": updated.id, "LastModifiedDate": updated.document["LastModifiedDate"]}

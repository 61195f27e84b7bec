"""AWS updates the partner's own opportunity, which it seldom does: what it thinks of one is in its
summary."""

from typing import Final

from cosell.calls import Call, command
from cosell.contract import Document
from cosell.selling import text_at
from cosell.selling.domain import direct_updates, opportunities
from cosell.selling.domain.acting import as_aws
from cosell.store import Tx

_APART: Final = frozenset({"Catalog", "OpportunityIdentifier", "ClientToken"})


@command("UpdatePartnerOpportunity")
def update_partner_opportunity(call: Call, tx: Tx) -> Document:
    """AWS changes members of an opportunity, whatever its state; its owner is told."""
    call = as_aws(call)
    opportunity = opportunities.find_any(call, tx, text_at(call.input, "OpportunityIdentifier"))
    said: Document = {name: one for name, one in call.input.items() if name not in _APART}
    updated = direct_updates.update(call, tx, opportunity, said)
    return {
        "LastModifiedDate": updated.document["LastModifiedDate"],
        "OpportunityId": updated.id,
    }

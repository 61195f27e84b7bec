"""Engagements: read by their members."""

from cosell import ids
from cosell.calls import Call, query
from cosell.contract import Document
from cosell.selling import Kind, text_at
from cosell.selling.domain import engagements
from cosell.store import Tx


@query("GetEngagement")
def get_engagement(call: Call, tx: Tx) -> Document:
    """An engagement, for its members; to everybody else it is not there."""
    identifier = text_at(call.input, "Identifier")
    id = ids.plain_id(identifier, call.catalog, Kind.ENGAGEMENT)
    return engagements.find(call, tx, id).document

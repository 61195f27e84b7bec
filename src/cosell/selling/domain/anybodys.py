"""What AWS looks for, whoever has it: in one catalog, and where that has none, in which it is.

Must not know what may be done with it.
"""

from collections.abc import Callable
from typing import TypeVar

from cosell import ids
from cosell.calls import Call
from cosell.selling.domain.accounts import CATALOGS
from cosell.selling.rules import Rule
from cosell.selling.rules.find import Sought
from cosell.store import Tx, documents
from cosell.store.documents import Stored

_Thing = TypeVar("_Thing")


def find(row: Rule[Sought], call: Call, look: Callable[[Call], _Thing | None]) -> _Thing:
    """What `look` finds in the call's catalog, or the row's refusal, which names the other catalog
    if it is there."""
    found = look(call)
    if found is not None:
        return found
    others = (catalog for catalog in CATALOGS if catalog != call.catalog)
    other = next((one for one in others if look(call._replace(catalog=one)) is not None), "")
    raise row.refusal(Sought(found, call.catalog, other))


def find_named(row: Rule[Sought], call: Call, tx: Tx, kind: str, identifier: str) -> Stored:
    """The same for what an id or an ARN names."""

    def look(call: Call) -> Stored | None:
        id = ids.plain_id(identifier, call.catalog, kind)
        found = documents.find(tx, call.ns, kind, id) if id else None
        return found if found and found.catalog == call.catalog else None

    return find(row, call, look)

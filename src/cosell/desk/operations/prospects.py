"""What AWS finds when leads are prospected: said beforehand, engagement by engagement."""

from cosell.calls import Call, command, query
from cosell.contract import Document, Json
from cosell.errors import request_refused
from cosell.selling import text_at
from cosell.selling.domain import engagements, prospecting
from cosell.selling.rules import check
from cosell.selling.rules.prospect_task import SAID, Said
from cosell.store import Tx

_FOUND = ("Customer", "Insights")
_MESSAGE = "This outcome was asked for at the desk."


@command("PutProspectingResult")
def put_prospecting_result(call: Call, tx: Tx) -> Document:
    """What prospecting an engagement finds from now on, over what the lead says and the defaults;
    or how it fails. The shortest call says that it finds just these."""
    id = engagements.find_any(call, tx, text_at(call.input, "EngagementIdentifier")).id
    found = {name: call.input[name] for name in _FOUND if name in call.input}
    reason = text_at(call.input, "ReasonCode")
    message = text_at(call.input, "Message")
    if errors := check(SAID, Said(bool(found), bool(reason), bool(message))):
        raise request_refused(*errors)
    if not reason:
        return prospecting.put(call, tx, id, found)
    return prospecting.put(call, tx, id, {"ReasonCode": reason, "Message": message or _MESSAGE})


@query("ListProspectingResults")
def list_prospecting_results(call: Call, tx: Tx) -> Document:
    """Everything that was said of engagements."""
    known: list[Json] = [*prospecting.every(call, tx)]
    return {"Results": known}


@command("DeleteProspectingResult")
def delete_prospecting_result(call: Call, tx: Tx) -> Document:
    """Take back what was said of an engagement, or of all."""
    id = text_at(call.input, "EngagementIdentifier") or None
    return {"Deleted": prospecting.forget(call, tx, id)}

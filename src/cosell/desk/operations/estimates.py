"""What AWS's pricing calculator says: the desk knows it, since nobody here can ask."""

from cosell.calls import Call, command, query
from cosell.contract import Document, Json
from cosell.errors import FieldError, request_refused
from cosell.selling import text_at
from cosell.selling.domain import estimates
from cosell.selling.rules.spend import is_estimate
from cosell.store import Tx


@command("PutEstimate")
def put_estimate(call: Call, tx: Tx) -> Document:
    """What the estimate behind a URL is worth from now on; without Amount it leads nowhere."""
    url = text_at(call.input, "EstimationUrl")
    if not is_estimate(url):
        message = "An estimate's URL looks like https://calculator.aws/#/estimate?id=<32 to 64 hex>"
        raise request_refused(FieldError("estimationUrl", "INVALID_VALUE", message))
    amount = text_at(call.input, "Amount") or None
    return estimates.put(call, tx, url, amount, text_at(call.input, "CurrencyCode") or None)


@query("ListEstimates")
def list_estimates(call: Call, tx: Tx) -> Document:
    """Every estimate that the desk knows."""
    known: list[Json] = [*estimates.every(call, tx)]
    return {"Estimates": known}


@command("DeleteEstimate")
def delete_estimate(call: Call, tx: Tx) -> Document:
    """Forget an estimate, or all of them."""
    url = text_at(call.input, "EstimationUrl") or None
    return {"Deleted": estimates.forget(call, tx, url)}

"""What the estimates of AWS's pricing calculator are worth, as the desk says (PutEstimate).

Here nobody can ask the calculator. Must not decide what an unknown estimate is worth.
"""

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import text_at
from cosell.selling.domain import desk_rules
from cosell.selling.rules.spend import Estimate, Estimates
from cosell.store import Tx

_KIND = "estimate"
_CURRENCY = "USD"  # the calculator's, but for that of the European Sovereign Cloud


def known(call: Call, tx: Tx) -> Estimates:
    """What the desk says of a URL: asked of the store when a rule wants to know."""

    def find(url: str) -> Estimate | None:
        said = desk_rules.find(call, tx, _KIND, url)
        if said is None:
            return None
        return Estimate(text_at(said, "Amount") or None, text_at(said, "CurrencyCode"))

    return find


def put(call: Call, tx: Tx, url: str, amount: str | None, currency: str | None) -> Document:
    """Say what a URL is worth; without an amount it leads nowhere."""
    said: Document = {"EstimationUrl": url, "CurrencyCode": currency or _CURRENCY}
    if amount is not None:
        said["Amount"] = amount
    desk_rules.put(call, tx, _KIND, url, said)
    return said


def every(call: Call, tx: Tx) -> list[Document]:
    """All that was said, in order."""
    return desk_rules.every(call, tx, _KIND)


def forget(call: Call, tx: Tx, url: str | None) -> int:
    """Take back what was said of a URL, or of all; answers of how many."""
    return desk_rules.forget(call, tx, _KIND, url)

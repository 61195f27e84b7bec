"""What AWS finds when a lead is prospected: what the desk says of an engagement, or a default.

Not documented: see difference `task.prospecting`; the defaults stand in values/prospecting.json.
"""

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import object_at, text_at, values
from cosell.selling.contract import CONTRACT
from cosell.selling.domain import desk_rules
from cosell.store import Tx

_KIND = "prospecting-result"


def put(call: Call, tx: Tx, engagement: str, said: Document) -> Document:
    """Say what is found of an engagement's lead: Customer and Insights, or ReasonCode and
    Message."""
    kept: Document = {**said, "EngagementIdentifier": engagement}
    desk_rules.put(call, tx, _KIND, engagement, kept)
    return kept


def said(call: Call, tx: Tx, engagement: str) -> Document:
    """What the desk says of an engagement; empty if it says nothing."""
    return desk_rules.find(call, tx, _KIND, engagement) or {}


def every(call: Call, tx: Tx) -> list[Document]:
    """All that the desk says, in order."""
    return desk_rules.every(call, tx, _KIND)


def forget(call: Call, tx: Tx, engagement: str | None) -> int:
    """Take back what was said of an engagement, or of all; answers of how many."""
    return desk_rules.forget(call, tx, _KIND, engagement)


def result(lead: Document, said: Document) -> Document:
    """The customer and the insights: what the desk says, over what the lead says, over the
    defaults: of these, where a customer is and how large are those of its country and its segment,
    and not there where neither is known."""
    customer, stated = object_at(lead, "Customer"), object_at(said, "Customer")
    country, segment = text_at(customer, "Address.CountryCode"), text_at(customer, "MarketSegment")
    known = {
        "AccountName": text_at(customer, "CompanyName"),
        "Country": _member_of("CountryCode", country),
        "Industry": _member_of("Industry", text_at(customer, "Industry")),
        "Segment": segment,
    }
    told = {name: value for name, value in known.items() if value}
    default = values.defaults("prospecting")
    places, sizes = object_at(default, "InCountry"), object_at(default, "InSegment")
    return {
        "Customer": {
            **object_at(default, "Customer"),
            **_of(places, text_at(stated, "Country") or country),
            **_of(sizes, text_at(stated, "Segment") or segment),
            **told,
            **stated,
        },
        "Insights": {**object_at(default, "Insights"), **object_at(said, "Insights")},
    }


def _of(groups: Document, group: str) -> Document:
    """What a default says of a country or a segment, which may be any text."""
    found = groups.get(group)
    return found if isinstance(found, dict) else {}


def _member_of(shape: str, value: str) -> str:
    """A lead's free text, if it is one of the values that the result can have."""
    return value if value in CONTRACT.enum(shape) else ""

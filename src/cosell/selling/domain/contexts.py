"""What an engagement's contexts hold: numbered from "1" on, of three types, leads with a history.

Only makes documents: engagements.py keeps them. See difference
`engagement.contexts`.
"""

from typing import cast

from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document, Json
from cosell.selling import object_at, objects_at, text_at

CUSTOMER_PROJECT = "CustomerProject"
LEAD = "Lead"
PROSPECTING_RESULT = "ProspectingResult"


def made(call: Call, number: int, given: Document) -> Document:
    """A new context from its Type and its Payload. An interaction of a lead that has no date
    happened now."""
    return {**given, "Id": str(number), "Payload": _dated(call, object_at(given, "Payload"))}


def find(engagement: Document, id: str) -> Document | None:
    """The context of an engagement that has this number."""
    contexts = objects_at(engagement, "Contexts")
    return next((one for one in contexts if text_at(one, "Id") == id), None)


def find_project(engagement: Document, opportunity: str) -> Document | None:
    """The context of an engagement that the service made for an opportunity."""
    contexts = objects_at(engagement, "Contexts")
    return next((one for one in contexts if one.get("opportunity") == opportunity), None)


def updated(call: Call, context: Document, payload: Document) -> Document:
    """A context after an update. A lead keeps its status, its insights and its interactions, and
    gets what the update says besides; any other payload is replaced."""
    said = payload.get(LEAD)
    if not isinstance(said, dict):
        return {**context, "Payload": payload}
    lead = {**object_at(context, f"Payload.{LEAD}"), **said}
    interaction = lead.pop("Interaction", None)
    if interaction is not None:
        lead["Interactions"] = [*cast("list[Json]", lead["Interactions"]), interaction]
    return {**context, "Payload": _dated(call, {LEAD: lead})}


def lead_of(context: Document) -> Document:
    """The payload of a lead context."""
    return object_at(context, f"Payload.{LEAD}")


def retold(call: Call, context: Document, lead: Document) -> Document:
    """A context with another lead in it. An interaction that has no date happened now."""
    return {**context, "Payload": _dated(call, {LEAD: lead})}


def enrichment(engagement: Document) -> Document | None:
    """What an invitation tells of what AWS found out: the readiness of the newest lead that was
    scored, the newest prospecting result. None if there is neither.

    Source: API reference: EnrichmentContext. Which one, if there are several: not documented.
    """
    found: Document = {}
    for context in objects_at(engagement, "Contexts"):
        insights = object_at(context, f"Payload.{LEAD}.Insights")
        result = object_at(context, f"Payload.{PROSPECTING_RESULT}.Aws")
        if insights:
            found["LeadInsights"] = insights
        if result:
            told = ("Customer", "Insights")
            found["ProspectingResultAws"] = {name: result.get(name) for name in told}
    return found or None


def _dated(call: Call, payload: Document) -> Document:
    interactions = objects_at(payload, f"{LEAD}.Interactions")
    if not interactions:
        return payload
    dated: list[Json] = [{"InteractionDate": iso(call.now), **one} for one in interactions]
    return {LEAD: {**object_at(payload, LEAD), "Interactions": dated}}

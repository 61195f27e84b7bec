"""AWS tells more of a lead that it, or a partner, has in an engagement."""

from typing import Final, cast

from cosell.calls import Call, command
from cosell.contract import Document
from cosell.selling import objects_at, text_at
from cosell.selling.domain import contexts, engagements, leads
from cosell.selling.domain.acting import as_aws
from cosell.selling.rules import enforce
from cosell.selling.rules.update_lead import RULES, Telling
from cosell.store import Tx

_SAID: Final = ("Customer", "Insights", "Interactions")


@command("UpdateLead")
def update_lead(call: Call, tx: Tx) -> Document:
    """A lead has more interactions, another score, other words for its customer; without words, one
    interaction more. Every member of the engagement is told."""
    call = as_aws(call)
    engagement = engagements.find_any(call, tx, text_at(call.input, "EngagementIdentifier"))
    asked = text_at(call.input, "ContextIdentifier")
    present = objects_at(engagement.document, "Contexts")
    of_type = [one for one in present if text_at(one, "Type") == contexts.LEAD]
    newest = of_type[-1] if of_type else None
    stored = contexts.find(engagement.document, asked) if asked else newest
    said: Document = {name: call.input[name] for name in _SAID if name in call.input}
    enforce(RULES, Telling(asked, stored, len(objects_at(said, "Interactions")), not said))
    lead = cast("Document", stored)
    after = contexts.retold(call, lead, leads.changed(contexts.lead_of(lead), said))
    kept = [after if one is stored else one for one in present]
    changed = engagements.put_contexts(call, tx, engagement, kept)
    return {
        "ContextId": after["Id"],
        "EngagementArn": changed.document["Arn"],
        "EngagementId": changed.id,
        "EngagementLastModifiedAt": changed.document["ModifiedAt"],
    }

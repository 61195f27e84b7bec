"""StartOpportunityFromEngagementTask: an opportunity of one's own from a lead, shared where the
lead is.

Source: the operation's page of the API reference names the acts; see difference `task.lead-draft`.
"""

from typing import Final

from cosell.calls import Call
from cosell.contract import Document
from cosell.errors import ServiceQuotaExceededException
from cosell.selling import Kind, object_at, objects_at, text_at
from cosell.selling.domain import (
    contexts,
    conversions,
    engagements,
    opportunities,
    payloads,
    snapshots,
)
from cosell.selling.lifecycle import is_open_lead
from cosell.selling.rules.convert_task import BUSY, MEANWHILE, RULES, Conversion
from cosell.selling.workflows import Step, ensure, reasons_of, sharing, told
from cosell.selling.workflows.single import Trait, single
from cosell.store import Tx
from cosell.store.documents import Stored


def _lead(engagement: Stored, task: Stored) -> Document:
    """The lead context that the task was started on; empty if there is no such lead."""
    found = contexts.find(engagement.document, text_at(task.document, "lead")) or {}
    return object_at(found, f"Payload.{contexts.LEAD}")


def _facts(call: Call, tx: Tx, task: Stored) -> Conversion:
    engagement = engagements.find(call, tx, text_at(task.document, "EngagementId"))
    number = text_at(task.document, "lead")
    lead = _lead(engagement, task)
    lacking = conversions.lacks(conversions.draft(call, lead)) if lead else ()
    return Conversion(
        context=number,
        type=text_at(contexts.find(engagement.document, number) or {}, "Type"),
        disqualified=not is_open_lead(text_at(lead, "QualificationStatus")),
        lacks=told(lacking),
        contexts=len(objects_at(engagement.document, "Contexts")),
    )


def _get_engagement(call: Call, tx: Tx, task: Stored) -> Document:
    ensure(RULES, _facts(call, tx, task))
    return {}


def _create_opportunity(call: Call, tx: Tx, task: Stored) -> Document:
    engagement = engagements.find(call, tx, text_at(task.document, "EngagementId"))
    content = conversions.draft(call, _lead(engagement, task))
    id = text_at(task.document, "OpportunityId")
    opportunity = opportunities.insert(call, tx, id, call.account, content)
    opportunities.reveal(call, tx, opportunity)
    sharing.label(call, tx, task, text_at(opportunity.document, "Arn"))
    return {"created": True}


def _create_context(call: Call, tx: Tx, task: Stored) -> Document:
    ensure(MEANWHILE, _facts(call, tx, task))
    engagement = engagements.find(call, tx, text_at(task.document, "EngagementId"))
    opportunity = opportunities.find(call, tx, text_at(task.document, "OpportunityId"))
    present = contexts.find_project(engagement.document, opportunity.id)
    if present is not None:
        return {"ContextId": present["Id"]}  # a snapshot that was made by hand meanwhile brought it
    _, id = engagements.add_context(call, tx, engagement, payloads.project_context(opportunity))
    return {"ContextId": id}


_ENGAGEMENT = {
    **reasons_of("Engagement"),
    ServiceQuotaExceededException: "ServiceQuotaExceeded",
}
_DISQUALIFIED = "DisqualifiedLeadNotPermitted"
_STEPS = (
    Step(
        "GetEngagement",
        _get_engagement,
        _ENGAGEMENT,
        ("ContextNotFound", "CustomerProjectContextNotPermitted", _DISQUALIFIED),
    ),
    Step("CreateOpportunity", _create_opportunity, reasons_of("Opportunity")),
    *sharing.steps("EngagementId", snapshots.create),
    Step("CreateEngagementContext", _create_context, _ENGAGEMENT, (_DISQUALIFIED,)),
)


def _again(call: Call, tx: Tx, failed: Stored) -> Document:
    """A lead that was given up meanwhile is gone on with no more."""
    ensure(MEANWHILE, _facts(call, tx, failed))
    return sharing.anew(_STEPS, call, tx, failed)


CONVERTING: Final = single(
    "StartOpportunityFromEngagementTask",
    Kind.CONVERSION_TASK,
    _STEPS,
    Trait(
        summary="ListOpportunityFromEngagementTaskSummary",
        subject=lambda task: f"{task['EngagementId']}/{task['lead']}",
        trace="created",
        kept=("created", "step", "tags", "OpportunityId", "ResourceSnapshotJobId"),
        busy=BUSY,
        again=_again,
    ),
)

"""StartProspectingFromEngagementTask: what AWS finds of each engagement's lead, as a context.

A step for each engagement; one that fails leaves the others alone. Source: developer guide,
Working with your leads; see difference `task.prospecting`.
"""

from typing import Final, cast

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document, Json
from cosell.errors import ResourceNotFoundException, ServiceQuotaExceededException
from cosell.selling import Kind, object_at, objects_at, text_at
from cosell.selling.domain import contexts, drawn, engagements, prospecting
from cosell.selling.domain.acting import as_aws
from cosell.selling.lifecycle import PROSPECTING_TASK, followed, is_open_lead
from cosell.selling.rules.prospect_task import RULES, Prospect
from cosell.selling.views import PROSPECTING_TASKS, prospecting_row
from cosell.selling.workflows import Step, TaskEnd, Workflow, ensure, number_of, reasons_of
from cosell.store import Tx
from cosell.store.documents import Stored

SERVICE: Final = "partnercentral-selling"  # in the ARNs of this kind alone, as the model has it
_STATES: Final = {"COMPLETED": "COMPLETE"}  # the desk's word for what this kind calls otherwise


def about(call: Call, identifiers: list[str]) -> Document:
    """What a task says at first: an engagement that stands twice is prospected once."""
    waiting: list[Json] = [
        {"EngagementIdentifier": id, "Status": "PENDING"} for id in dict.fromkeys(identifiers)
    ]
    listed: list[Json] = [*identifiers]
    task: Document = {"Identifiers": listed, "Engagements": waiting, "TaskStatus": "PENDING"}
    return task if waiting else _ended(call, task)


def _prospect(call: Call, tx: Tx, task: Stored) -> Document:
    id = text_at(_present(task.document), "EngagementIdentifier")
    engagement = _find(call, tx, id)
    leads = _leads(engagement)
    unspoilt = [lead for lead in leads if is_open_lead(text_at(lead, "QualificationStatus"))]
    facts = Prospect(
        visible=engagement is not None,
        leads=len(leads),
        open_leads=len(unspoilt),
        contexts=len(objects_at(engagement.document, "Contexts")) if engagement else 0,
    )
    ensure(RULES, facts)
    said = prospecting.said(call, tx, id)
    if reason := text_at(said, "ReasonCode"):
        raise TaskEnd(reason, text_at(said, "Message"))
    found: Document = {
        **prospecting.result(unspoilt[0], said, drawn.turn_of(call, tx, "prospecting", id)),
        **{name: task.document[name] for name in ("StartTime", "TaskId", "TaskArn", "TaskName")},
        "EndTime": iso(call.now),
    }
    context: Document = {
        "Type": contexts.PROSPECTING_RESULT,
        "Payload": {contexts.PROSPECTING_RESULT: {"Aws": found}},
    }
    engagements.add_context(as_aws(call), tx, cast("Stored", engagement), context)
    return {"EngagementContextId": ids.mint(call.random, "ctx-", 14)}


def _find(call: Call, tx: Tx, id: str) -> Stored | None:
    try:
        return engagements.find(call, tx, id)
    except ResourceNotFoundException:
        return None


def _leads(engagement: Stored | None) -> list[Document]:
    all = objects_at(engagement.document, "Contexts") if engagement else []
    leads = [one for one in all if text_at(one, "Type") == contexts.LEAD]
    return [object_at(one, f"Payload.{contexts.LEAD}") for one in leads]


def _present(task: Document) -> Document:
    """The engagement whose turn it is."""
    return objects_at(task, "Engagements")[number_of(task)]


def _moved(call: Call, task: Document, outcome: Document) -> Document:
    """The task after an engagement had its turn."""
    number = number_of(task)
    present = [*objects_at(task, "Engagements")]
    present[number] = {**present[number], **outcome}
    all: list[Json] = [*present]
    moved: Document = {**task, "Engagements": all, "step": number + 1}
    if number + 1 == len(present):
        return _ended(call, moved)
    return {**moved, "TaskStatus": followed(PROSPECTING_TASK, text_at(task, "TaskStatus"), "go on")}


def _ended(call: Call, task: Document) -> Document:
    """A task fails only if it had engagements and all of them failed."""
    all = objects_at(task, "Engagements")
    failed = [one for one in all if one["Status"] == "FAILED"]
    act = "fail" if all and failed == all else "complete"
    status = followed(PROSPECTING_TASK, text_at(task, "TaskStatus"), act)
    ended: Document = {**task, "TaskStatus": status, "EndTime": iso(call.now)}
    if status == "FAILED":
        first = failed[0]
        of = f"All {len(all)} engagements failed. The first: " if len(all) > 1 else ""
        ended |= {"ReasonCode": first["ReasonCode"], "Message": f"{of}{first['Message']}"}
        ended |= {name: first[name] for name in ("rules",) if name in first}
    return ended


def _failed(call: Call, task: Document, end: TaskEnd) -> Document:
    return _moved(call, task, {"Status": "FAILED", **end.told})


_STEP: Final = Step(
    "ProspectEngagement",
    _prospect,
    {**reasons_of("Engagement"), ServiceQuotaExceededException: "ServiceQuotaExceeded"},
    ("ContextNotFound", "DisqualifiedLeadNotPermitted"),
)
PROSPECTING: Final = Workflow(
    operation="StartProspectingFromEngagementTask",
    kind=Kind.PROSPECTING_TASK,
    steps=(_STEP,),
    view=PROSPECTING_TASKS,
    row=prospecting_row,
    at_work=frozenset({"PENDING", "IN_PROGRESS"}),
    line=lambda task: (_STEP,) * len(objects_at(task, "Engagements")),
    states=lambda task: [
        _STATES.get(text_at(one, "Status"), text_at(one, "Status"))
        for one in objects_at(task, "Engagements")
    ],
    passed=lambda call, task, learnt: _moved(call, task, {"Status": "COMPLETED", **learnt}),
    failed=_failed,
    id_length=14,
    service=SERVICE,
)

"""Tasks as the desk sees them: of every account and kind in one order, each with its steps.

Must not run a step.
"""

from typing import Final, TypeAlias, cast

from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document, Json
from cosell.selling import RENDERER, Kind, objects_at, text_at
from cosell.selling.domain.accounts import CATALOGS
from cosell.selling.workflows import kinds, tasks
from cosell.selling.workflows.kinds import Found
from cosell.selling.workflows.running import is_at_work
from cosell.store import Tx, Value, View, agenda, documents
from cosell.store.lag import MARK
from cosell.store.pages import Bound, Order, Place, Selection, compose

Position: TypeAlias = tuple[int, int]
"""Where a task stands in the order: when it was started, and its number."""

_ORDER: Final = Order("start_at", descending=False)
_LEAD: Final = ("ns", "status")
_CURRENT: Final = Bound("account", "<", MARK)  # not the second rows of lists that lag


def _view(table: str) -> View:
    """A table of tasks, whoever's, by their state."""
    return View(table, _LEAD, "start_at", (), {}, {"start_at": f"{table}_by_state"})


# Each table with what names a task in it, and the states that its tasks have.
TABLES: Final = (
    (_view("task_view"), "kind, id", ("IN_PROGRESS", "COMPLETE", "FAILED")),
    (
        _view("prospecting_view"),
        f"'{Kind.PROSPECTING_TASK}', id",
        ("PENDING", "IN_PROGRESS", "COMPLETED", "FAILED"),
    ),
)
_STATES: Final = {"COMPLETE": "DONE", "FAILED": "FAILED"}
_KEPT: Final = (
    "TaskId",
    "TaskArn",
    "StartTime",
    "EndTime",
    "ReasonCode",
    "Message",
    "OpportunityId",
    "EngagementInvitationId",
    "EngagementId",
    "ResourceSnapshotJobId",
    "ContextId",
    "TaskName",
)


def page(
    call: Call, tx: Tx, status: str, after: Position | None, limit: int
) -> list[tuple[Position, Found]]:
    """Tasks in a state, or in any, the first started first. COMPLETE is also what prospecting
    calls COMPLETED, and the other way round."""
    wanted = {"COMPLETE", "COMPLETED"} if status.startswith("COMPLETE") else {status}
    rows: list[tuple[int, int, str, str]] = []
    for view, shown, every in TABLES:
        states = [one for one in every if not status or one in wanted]
        if not states:
            continue
        others = cast("tuple[Value, ...]", tuple(states[1:]))
        selection = Selection((call.ns, states[0]), bounds=(_CURRENT,), others=others)
        text, values = compose(tx, view, selection, Place(_ORDER, RENDERER, after), shown)
        values["limit"] = limit
        rows += cast("list[tuple[int, int, str, str]]", tx.query(text, values))
    found = []
    for started_at, seq, kind, id in sorted(rows)[:limit]:
        task = documents.get(tx, call.ns, kind, id)
        found.append(((started_at, seq), Found(kinds.of(kind), task)))
    return found


def find(call: Call, tx: Tx, identifier: str) -> Found | None:
    """The task of any account and catalog that an id or an ARN names."""
    for catalog in CATALOGS:
        if found := kinds.find(call._replace(catalog=catalog), tx, identifier):
            return found
    return None


def told(call: Call, tx: Tx, found: Found) -> Document:
    """All that the desk says of a task."""
    workflow, task = found
    document = task.document
    at_work = is_at_work(workflow, task)
    row = agenda.due_of(tx, call.ns, tasks.STEP, tasks.ref(task)) if at_work else None
    kept: Document = {name: document[name] for name in _KEPT if name in document}
    if "engagement" in document:  # what the API does not say of an acceptance
        kept.setdefault("EngagementId", document["engagement"])
    steps: list[Json] = [*_steps(found, at_work)]
    return {
        **kept,
        "Kind": workflow.operation,
        "AccountId": task.owner,
        "Catalog": task.catalog,
        "Status": document["TaskStatus"],
        "Steps": steps,
        "Held": at_work and row is None,
        "DueAt": None if row is None else iso(row),
        "Rules": document.get("rules", []),
    }


def described(found: Found) -> Document:
    """What the API says of a task, and its steps."""
    workflow, task = found
    engagement: Document = {}
    if "engagement" in task.document:  # what the API does not say of an acceptance
        engagement["EngagementId"] = task.document["engagement"]
    steps: list[Json] = [*_steps(found, is_at_work(workflow, task))]
    return {**engagement, **task.document, "Steps": steps}


def _steps(found: Found, at_work: bool) -> list[Document]:
    """The steps, and for those that failed why: where each has a subject, it says so itself."""
    workflow, task = found
    line, states = workflow.line(task.document), workflow.states(task.document)
    subjects = objects_at(task.document, "Engagements")
    steps: list[Document] = []
    next_is_known = False
    for number, (step, state) in enumerate(zip(line, states, strict=True)):
        status = _STATES.get(state)
        if status is None:
            status = "SKIPPED" if not at_work else "WAITING" if next_is_known else "NEXT"
            next_is_known = True
        told: Document = {"Name": step.name, "Status": status, "Rules": []}
        if subjects:
            told["EngagementIdentifier"] = subjects[number]["EngagementIdentifier"]
        if status == "FAILED":
            why = subjects[number] if subjects else task.document
            told |= {"ReasonCode": why["ReasonCode"], "Message": text_at(why, "Message")}
            told["Rules"] = why.get("rules", [])
        steps.append(told)
    return steps

"""Prospecting: tasks started, read and listed. What they do stands in selling/workflows."""

from typing import Final, cast

from cosell.calls import Call, Rendered, command, query
from cosell.clock import parse_iso
from cosell.contract import Document
from cosell.selling import Kind, text_at
from cosell.selling.listing import By, List, answer
from cosell.selling.rules import find as rows
from cosell.selling.views import PROSPECTING_TASKS, prospecting_row
from cosell.selling.workflows import prospecting, tasks
from cosell.selling.workflows.prospecting import PROSPECTING
from cosell.store import Tx, documents
from cosell.store.pages import Bound, Order

_TASKS = List(
    PROSPECTING_TASKS,
    "TaskSummaries",
    20,  # not documented
    Kind.PROSPECTING_TASK,
    lambda task, _: prospecting_row(task),
    {
        "StartTime": Order("start_at"),
        "TaskName": Order("name", textual=True),
        "FailedEngagementCount": Order("failed"),
    },
    (By("TaskIdentifier", "id"), By("TaskName", "name")),
)
# A task that began at the instant itself began neither after nor before it.
_BOUNDS: Final = (("StartAfter", ">=", 1), ("StartBefore", "<=", -1))


@command("StartProspectingFromEngagementTask", replay=tasks.present(PROSPECTING))
def start_prospecting_from_engagement_task(call: Call, tx: Tx) -> Document:
    """Start the task that looks into engagements; one that the caller cannot see fails in it."""
    about = prospecting.about(call, cast("list[str]", call.input["Identifiers"]))
    content: Document = {**about, "TaskName": call.input["TaskName"], "step": 0}
    return tasks.begin(call, tx, PROSPECTING, tasks.new(call, tx, PROSPECTING, content))


@query("GetProspectingFromEngagementTask")
def get_prospecting_from_engagement_task(call: Call, tx: Tx) -> Document:
    """One of the caller's tasks, with what became of each engagement."""
    id = text_at(call.input, "TaskIdentifier")
    kind = Kind.PROSPECTING_TASK
    found = documents.find_visible(tx, PROSPECTING_TASKS, call.key, kind, id)
    return rows.ensure(rows.PROSPECTING, found).document


@query("ListProspectingFromEngagementTasks", single=True)
def list_prospecting_from_engagement_tasks(call: Call, tx: Tx) -> Rendered:
    """The caller's own tasks; identifiers and names that nobody knows match nothing."""
    bounds = tuple(
        Bound("start_at", comparison, parse_iso(given) + off)
        for member, comparison, off in _BOUNDS
        if (given := text_at(call.input, member))
    )
    return answer(call, tx, _TASKS, call.key, bounds)

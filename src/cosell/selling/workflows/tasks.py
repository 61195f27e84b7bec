"""A task as it is kept: begun, taken on step by step, planned. Must not know a kind of task."""

from typing import Final

from cosell import ids
from cosell.calls import Call, Replay
from cosell.clock import iso
from cosell.contract import Document
from cosell.selling import objects_at, text_at, truth
from cosell.selling.workflows import Workflow
from cosell.selling.workflows.running import advance, is_at_work
from cosell.store import Tx, agenda, documents
from cosell.store.documents import Stored

STEP: Final = "task-step"  # the agenda's word; what it refers to is `kind/id`
_ALL: Final = 1_000_000  # more steps than a task has


def new(call: Call, tx: Tx, workflow: Workflow, content: Document) -> Stored:
    """A task that nobody has seen yet. It remembers for whom it acts."""
    id = ids.mint(call.random, "task-", workflow.id_length)
    document: Document = {
        **content,
        "TaskId": id,
        "TaskArn": ids.arn("", call.catalog, f"{workflow.kind}/{id}", workflow.service),
        "StartTime": iso(call.now),
        "principal": call.principal,
    }
    seq = tx.number("seq")
    return Stored(call.ns, workflow.kind, id, call.catalog, call.account, 1, seq, document)


def labelled(labels: dict[str, str]) -> Document:
    """What a task remembers of the tags that it is to put on what it makes."""
    if not labels:
        return {}
    return {"tags": [{"Key": key, "Value": value} for key, value in labels.items()]}


def labels_of(task: Document) -> dict[str, str]:
    """The tags that a task remembers."""
    return {text_at(one, "Key"): text_at(one, "Value") for one in objects_at(task, "tags")}


def begin(call: Call, tx: Tx, workflow: Workflow, task: Stored) -> Document:
    """The task is there; in pace Inline it has run to its end. Answers it as it is then."""
    if call.namespace.pace == "Inline":
        task = advance(call, tx, workflow, task, _ALL)
        _note_end(call, workflow, task)
    task = truth.insert(tx, task)
    documents.show(tx, workflow.view, workflow.row(task))
    plan(call, tx, workflow, task)
    return task.document


def present(workflow: Workflow) -> Replay:
    """How a repeated Start is answered: with the same task as it is now."""

    def replay(call: Call, tx: Tx, first: Document) -> Document:
        return documents.get(tx, call.ns, workflow.kind, text_at(first, "TaskId")).document

    return replay


def step(call: Call, tx: Tx, workflow: Workflow, task: Stored, steps: int) -> Stored:
    """Run steps of a task on its owner's behalf, write what came of them, plan the next. Nothing
    is due for it meanwhile: its entry of the agenda is done, or forgotten."""
    owner = call._replace(
        account=task.owner,
        principal=text_at(task.document, "principal"),
        catalog=task.catalog,
    )
    after = advance(owner, tx, workflow, task, steps)
    if after is not task:
        _note_end(call, workflow, after)
        after = truth.replace(tx, task, after.document)
        row = workflow.row(after)
        if row != workflow.row(task):  # most steps change nothing that a list says
            documents.show_again(tx, workflow.view, row)
    plan(owner, tx, workflow, after)
    return after


def step_at_once(call: Call, tx: Tx, workflow: Workflow, task: Stored, steps: int) -> Stored:
    """As `step`, whenever the next one is due."""
    agenda.forget(tx, call.ns, STEP, ref(task))
    return step(call, tx, workflow, task, steps)


def _note_end(call: Call, workflow: Workflow, task: Stored) -> None:
    if not is_at_work(workflow, task):
        call.trace.ended += ((workflow.kind, text_at(task.document, "TaskStatus")),)


def plan_anew(call: Call, tx: Tx, workflow: Workflow, task: Stored) -> None:
    """After a change of pace."""
    agenda.forget(tx, call.ns, STEP, ref(task))
    plan(call, tx, workflow, task)


def plan(call: Call, tx: Tx, workflow: Workflow, task: Stored) -> None:
    """Put a task's next step, if there is one, where the namespace's pace wants it."""
    if not is_at_work(workflow, task) or call.namespace.pace == "Held":
        return
    wait_ms = call.namespace.step_ms if call.namespace.pace == "Paced" else 0
    agenda.plan(tx, call.ns, call.now + wait_ms, STEP, ref(task))


def ref(task: Stored) -> str:
    """What the agenda calls a task."""
    return f"{task.kind}/{task.id}"

"""Tasks about one thing: they end with the first step that fails, and a new one goes on there.

The thing is a task's *subject*: an account has one unfinished task on it, and at most one that
failed and left something to go on with. Must not know what the steps do.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document
from cosell.selling import text_at, truth
from cosell.selling.domain import opportunities, tags
from cosell.selling.lifecycle import TASK, followed
from cosell.selling.rules import Rule
from cosell.selling.rules.tag_resource import Tagging
from cosell.selling.rules.unfinished import TAGS, Unfinished
from cosell.selling.views import TASKS, task_row
from cosell.selling.workflows import Step, TaskEnd, Workflow, ensure, number_of, tasks
from cosell.store import Tx, Value, documents
from cosell.store.documents import Stored

AT_WORK: Final = frozenset({"IN_PROGRESS"})


class Trait(NamedTuple):
    """What tells kinds of such tasks apart. `subject` is what a task is about; `trace` is the
    member that a failed task has if it left something behind, `kept` what a new task takes over
    from it. Some promise from the start which opportunity they will have `created`. `again` looks
    at what a failed task left, before another goes on with it: what that has to do anew, or
    TaskEnd."""

    summary: str  # the shape of its row in a list
    subject: Callable[[Document], str]
    trace: str
    kept: tuple[str, ...]
    busy: Rule[Unfinished]
    promises: bool = True
    again: Callable[[Call, Tx, Stored], Document] = lambda _call, _tx, _failed: {}


class Single(NamedTuple):
    """A kind of task about one thing."""

    workflow: Workflow
    trait: Trait


def single(operation: str, kind: str, steps: tuple[Step, ...], trait: Trait) -> Single:
    """A kind of task about one thing, from what is its own."""
    workflow = Workflow(
        operation=operation,
        kind=kind,
        steps=steps,
        view=TASKS,
        row=lambda task: _row(trait, task),
        at_work=AT_WORK,
        line=lambda _: steps,
        states=lambda task: _states(steps, task),
        passed=lambda call, task, learnt: _passed(call, steps, task, learnt),
        failed=lambda call, task, end: _failed(call, trait, task, end),
    )
    return Single(workflow, trait)


def start(
    call: Call, tx: Tx, kind: Single, about: Document, promise: Callable[[], Document]
) -> Document:
    """Start a task: `about` names its subject, `promise` what it says from the first answer on
    unless a failed one said so already. Answers the task as it is then."""
    workflow, trait = kind
    task = tasks.new(call, tx, workflow, {"TaskStatus": "IN_PROGRESS", "step": 0, **about})
    key: dict[str, Value] = {
        "ns": call.ns,
        "account": call.account,
        "kind": workflow.kind,
        "subject": trait.subject(task.document),
    }
    others = {str(status): str(id) for status, id in tx.all("tasks_on", **key)}
    failed = others.get("FAILED")
    before = documents.get(tx, call.ns, workflow.kind, failed) if failed else None
    try:
        ensure((trait.busy,), Unfinished(others.get("IN_PROGRESS")))
        if before:
            anew = trait.again(call, tx, before)
            about = {**about, **anew, **_labelled(call, tx, before, about)}
    except TaskEnd as end:
        call.trace.causes += end.causes
        task = task._replace(document=workflow.failed(call, task.document, end))
        return tasks.begin(call, tx, workflow, task)
    kept = _taken_over(tx, kind, task.id, before) if before else {}
    document = {**task.document, **kept, **about}
    if trait.promises and "OpportunityId" not in document:
        document |= promise()
    return tasks.begin(call, tx, workflow, task._replace(document=document))


def _labelled(call: Call, tx: Tx, failed: Stored, about: Document) -> Document:
    """The tags of a Start that goes on: its own over those of the one that failed. They belong on
    the opportunity that there is already: the step that would put them there is done."""
    before, labels = tasks.labels_of(failed.document), tasks.labels_of(about)
    if not labels:
        return {}
    if failed.document.get("created"):
        arn = opportunities.arn(call, text_at(failed.document, "OpportunityId"), call.account)
        ensure(TAGS, tags.tagging(call, tx, arn, labels))
        tags.add(call, tx, arn, labels)
    else:
        ensure(TAGS, Tagging(frozenset(before), frozenset(labels)))
    return tasks.labelled({**before, **labels})


def _taken_over(tx: Tx, kind: Single, id: str, failed: Stored) -> Document:
    """What a task that failed left to go on with; it leaves that to this one alone."""
    workflow, trait = kind
    after = truth.replace(tx, failed, {**failed.document, "resumed_by": id})
    documents.show_again(tx, workflow.view, workflow.row(after))
    kept = {name: failed.document[name] for name in trait.kept if name in failed.document}
    return {**kept, "resumes": failed.id}


def _row(trait: Trait, task: Stored) -> dict[str, Value]:
    """A row has a subject while the task has it to itself: at work, or to be gone on with."""
    document = task.document
    status = text_at(document, "TaskStatus")
    waits = status == "FAILED" and trait.trace in document and "resumed_by" not in document
    has_subject = status in AT_WORK or waits
    return task_row(task, trait.summary, trait.subject(document) if has_subject else None)


def _states(steps: tuple[Step, ...], task: Document) -> list[str]:
    number, failed = number_of(task), text_at(task, "TaskStatus") == "FAILED"
    after = ["PENDING"] * (len(steps) - number)
    if failed:
        after[0] = "FAILED"
    return ["COMPLETE"] * number + after


def _passed(call: Call, steps: tuple[Step, ...], task: Document, learnt: Document) -> Document:
    number = number_of(task) + 1
    done = {**task, **learnt, "step": number}
    if number == len(steps):
        done["TaskStatus"] = followed(TASK, text_at(task, "TaskStatus"), "complete")
        done["EndTime"] = iso(call.now)
    return done


def _failed(call: Call, trait: Trait, task: Document, end: TaskEnd) -> Document:
    failed: Document = {
        **task,
        "TaskStatus": followed(TASK, text_at(task, "TaskStatus"), "fail"),
        **end.told,
        "EndTime": iso(call.now),  # for the desk: the API does not say it of these kinds
    }
    if trait.promises and not task.get("created"):
        failed.pop("OpportunityId", None)
    return failed

"""Every kind of task, and finding a task of any of them."""

from collections.abc import Iterator
from typing import Final, NamedTuple, cast

from cosell import ids
from cosell.calls import Call
from cosell.selling.workflows import Step, Workflow, tasks
from cosell.selling.workflows.accepting import ACCEPTING
from cosell.selling.workflows.converting import CONVERTING
from cosell.selling.workflows.prospecting import PROSPECTING
from cosell.selling.workflows.submitting import SUBMITTING
from cosell.store import Tx, documents
from cosell.store.documents import Stored

WORKFLOWS: Final = (ACCEPTING.workflow, CONVERTING.workflow, PROSPECTING, SUBMITTING.workflow)
_BY_KIND: Final = {workflow.kind: workflow for workflow in WORKFLOWS}
_UNFINISHED: Final = ("unfinished_tasks", "unfinished_prospecting")


class Found(NamedTuple):
    """A task and its kind."""

    workflow: Workflow
    task: Stored


def steps(name: str, operation: str = "") -> Iterator[Step]:
    """The steps of that name, of every kind of task or of the one that an operation starts."""
    for workflow in WORKFLOWS:
        if operation in ("", workflow.operation):
            yield from (step for step in workflow.steps if step.name == name)


def find(call: Call, tx: Tx, identifier: str) -> Found | None:
    """The task of any account in the call's catalog that an id or an ARN names."""
    for workflow in WORKFLOWS:
        id = ids.plain_id(identifier, call.catalog, workflow.kind, workflow.service)
        task = id and documents.find(tx, call.ns, workflow.kind, id)
        if task and task.catalog == call.catalog:
            return Found(workflow, task)
    return None


def of(kind: str) -> Workflow:
    """What a kind of document, which is a task's, runs by."""
    return _BY_KIND[kind]


def referred(call: Call, tx: Tx, ref: str) -> Found | None:
    """The task that an agenda entry refers to."""
    kind, _, id = ref.partition("/")
    task = documents.find(tx, call.ns, kind, id)
    return Found(_BY_KIND[kind], task) if task else None


def count(tx: Tx) -> list[tuple[str, str, int]]:
    """How many tasks are at work in all namespaces, by kind and state."""
    rows = []
    for workflow in WORKFLOWS:
        for state in sorted(workflow.at_work):
            if workflow is PROSPECTING:
                row = tx.one("count_prospecting", state=state)
            else:
                row = tx.one("count_tasks", kind=workflow.kind, state=state)
            rows.append((workflow.kind, state, cast("tuple[int]", row)[0]))
    return rows


def replan(call: Call, tx: Tx) -> None:
    """After a change of pace: plan every unfinished task anew."""
    for statement in _UNFINISHED:
        for kind, id in tx.all(statement, ns=call.ns):
            task = documents.get(tx, call.ns, str(kind), str(id))
            tasks.plan_anew(call, tx, _BY_KIND[str(kind)], task)

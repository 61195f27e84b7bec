"""The steps with which a task shares its opportunity in an engagement: a snapshot, and a job that
keeps it up to date. Must not know why it is shared.
"""

from collections.abc import Callable

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import Template, objects_at, text_at
from cosell.selling.domain import jobs, opportunities, snapshots, tags
from cosell.selling.domain.snapshots import Target
from cosell.selling.workflows import Step, reasons_of
from cosell.store import Tx
from cosell.store.documents import Stored


def steps(engagement: str) -> tuple[Step, ...]:
    """The three steps; `engagement` is the task's member that names the engagement."""

    def bound(run: Callable[[Call, Tx, Target, Stored], Document]) -> Callable[..., Document]:
        def step(call: Call, tx: Tx, task: Stored) -> Document:
            resource = text_at(task.document, "OpportunityId")
            where = text_at(task.document, engagement)
            return run(call, tx, Target(where, resource, Template.SUMMARY), task)

        return step

    return (
        Step("CreateResourceSnapshot", bound(_create_snapshot), reasons_of("ResourceSnapshot")),
        Step("CreateResourceSnapshotJob", bound(_create_job), reasons_of("ResourceSnapshotJob")),
        Step("StartResourceSnapshotJob", bound(_start_job), reasons_of("ResourceSnapshotJob")),
    )


def label(call: Call, tx: Tx, task: Stored, arn: str) -> None:
    """Put the tags that the request carried on what the task made of it."""
    asked = objects_at(task.document, "tags")
    labels = {text_at(tag, "Key"): text_at(tag, "Value") for tag in asked}
    tags.put(call, tx, arn, labels)


def _create_snapshot(call: Call, tx: Tx, target: Target, _: Stored) -> Document:
    opportunity = opportunities.find(call, tx, target.resource)
    snapshots.create(call, tx, target, opportunity, always=False)
    return {}


def _create_job(call: Call, tx: Tx, target: Target, _: Stored) -> Document:
    return {"ResourceSnapshotJobId": jobs.create(call, tx, target, {}).id}


def _start_job(call: Call, tx: Tx, _: Target, task: Stored) -> Document:
    jobs.start(call, tx, jobs.find(call, tx, text_at(task.document, "ResourceSnapshotJobId")))
    return {}

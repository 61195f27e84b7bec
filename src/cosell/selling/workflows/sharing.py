"""The steps with which a task shares its opportunity in an engagement: a snapshot, and a job that
keeps it up to date. Must not know why it is shared.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from cosell.calls import Call
from cosell.contract import Document
from cosell.errors import ResourceNotFoundException
from cosell.selling import Template, text_at
from cosell.selling.domain import jobs, opportunities, tags
from cosell.selling.domain.snapshots import Target
from cosell.selling.workflows import Step, number_of, reasons_of, tasks
from cosell.store import Tx
from cosell.store.documents import Stored

_CREATE_JOB: Final = "CreateResourceSnapshotJob"
_START_JOB: Final = "StartResourceSnapshotJob"
# How a task's opportunity is shown: `showing.show_changes`, or `snapshots.create` where the task
# has a step of its own for the context that goes with it.
Show: TypeAlias = Callable[[Call, Tx, Target, Stored], None]


def steps(engagement: str, show: Show) -> tuple[Step, ...]:
    """The three steps; `engagement` is the task's member that names the engagement."""

    def target(task: Stored) -> Target:
        where, what = text_at(task.document, engagement), text_at(task.document, "OpportunityId")
        return Target(where, what, Template.SUMMARY)

    def create_snapshot(call: Call, tx: Tx, task: Stored) -> Document:
        opportunity = opportunities.find(call, tx, target(task).resource)
        show(call, tx, target(task), opportunity)
        return {}

    def create_job(call: Call, tx: Tx, task: Stored) -> Document:
        return {"ResourceSnapshotJobId": jobs.create(call, tx, target(task), {}).id}

    return (
        Step("CreateResourceSnapshot", create_snapshot, reasons_of("ResourceSnapshot")),
        Step(_CREATE_JOB, create_job, reasons_of("ResourceSnapshotJob")),
        Step(_START_JOB, start_job, reasons_of("ResourceSnapshotJob")),
    )


def anew(steps: tuple[Step, ...], call: Call, tx: Tx, failed: Stored) -> Document:
    """What a task with these steps goes on with after one that failed: somebody may have deleted or
    stopped the job which that one had made."""
    names, done = [step.name for step in steps], number_of(failed.document)
    create, start = names.index(_CREATE_JOB), names.index(_START_JOB)
    if done <= create:
        return {}
    try:
        job = jobs.find(call, tx, text_at(failed.document, "ResourceSnapshotJobId"))
    except ResourceNotFoundException:
        return {"step": create, "ResourceSnapshotJobId": None}
    return {"step": start} if done > start and text_at(job.document, "Status") != "Running" else {}


def start_job(call: Call, tx: Tx, task: Stored) -> Document:
    """The task's job runs from now on."""
    jobs.start(call, tx, jobs.find(call, tx, text_at(task.document, "ResourceSnapshotJobId")))
    return {}


def label(call: Call, tx: Tx, task: Stored, arn: str) -> None:
    """Put the tags that the request carried on what the task made of it."""
    tags.add(call, tx, arn, tasks.labels_of(task.document))

"""What resource snapshots and their jobs are refused for. Who owns the opportunity, and who is in
the engagement, is asked before: what is not the caller's is not found."""

from collections.abc import Callable
from typing import NamedTuple

from cosell.errors import ConflictException, ResourceNotFoundException
from cosell.selling import Template
from cosell.selling.rules import Rule, Table
from cosell.selling.rules.sources import (
    EVENTS,
)

_TEMPLATE = "resourceSnapshotTemplateIdentifier"


class Wanted(NamedTuple):
    """The template that was asked for, and the job that there is for the target, or ''."""

    template: str
    job: str = ""


class Looking(NamedTuple):
    """The template of a snapshot that is asked for, and whether the opportunity is the caller's."""

    template: str
    owns: Callable[[], bool]


class Turn(NamedTuple):
    """A job's status, and the one that an act would give it; None if the act is not permitted."""

    status: str
    after: str | None


TEMPLATE: tuple[Rule[Wanted], ...] = (
    Rule(
        "snapshot.template-of-aws",
        _TEMPLATE,
        "ACTION_NOT_PERMITTED",
        "Only AWS makes snapshots with this template",
        "decision",
        lambda wanted: wanted.template == Template.AWS_FULL,
        EVENTS,
        when="The template is AwsOpportunitySummaryFullView",
    ),
    Rule(
        "snapshot.template",
        _TEMPLATE,
        "INVALID_VALUE",
        f"There is no such template; use {Template.SUMMARY}",
        "decision",
        lambda wanted: wanted.template not in (Template.SUMMARY, Template.AWS_FULL),
        "API reference: ResourceSnapshotPayload, which has these two",
        when="The template is another",
    ),
)
VIEW: tuple[Rule[Looking], ...] = (
    Rule(
        "snapshot.view-of-owner",
        "",
        None,
        "There is no such snapshot in the engagement.",
        "documented",
        lambda looking: looking.template == Template.AWS_FULL and not looking.owns(),
        EVENTS,
        store=True,
        error=ResourceNotFoundException,
        when="It is AwsOpportunitySummaryFullView of another account's opportunity",
    ),
)
SECOND_JOB: tuple[Rule[Wanted], ...] = (
    Rule(
        "job.second",
        "",
        None,
        "The job {facts.job} exists for this engagement, resource and template.",
        "decision",
        lambda wanted: bool(wanted.job),
        "API reference: CreateResourceSnapshotJob, errors",
        store=True,
        error=ConflictException,
        when="CreateResourceSnapshotJob made one for the same three",
    ),
)
STOP: tuple[Rule[Turn], ...] = (
    Rule(
        "job.stop",
        "resourceSnapshotJobIdentifier",
        "INVALID_RESOURCE_STATE",
        "The job must be started prior to being stopped; this one is {facts.status}",
        "documented",
        lambda turn: turn.after is None,
        "API reference: StopResourceSnapshotJob",
        store=True,
        when="Its Status is Stopped",
    ),
)
DELETE: tuple[Rule[Turn], ...] = (
    Rule(
        "job.delete",
        "",
        None,
        "A job must be stopped before it can be deleted; this one is {facts.status}.",
        "documented",
        lambda turn: turn.after is None,
        "API reference: DeleteResourceSnapshotJob",
        store=True,
        error=ConflictException,
        when="Its Status is Running",
    ),
)
TABLES = (
    Table(
        "Choose a template for a snapshot or its job",
        ("CreateResourceSnapshot", "CreateResourceSnapshotJob"),
        TEMPLATE,
    ),
    Table("Read a resource snapshot", ("GetResourceSnapshot",), VIEW),
    Table("Create a resource snapshot job", ("CreateResourceSnapshotJob",), SECOND_JOB),
    Table("Stop a resource snapshot job", ("StopResourceSnapshotJob",), STOP),
    Table("Delete a resource snapshot job", ("DeleteResourceSnapshotJob",), DELETE),
)

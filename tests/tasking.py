"""Tasks of every kind, each started in a world where it can run to its end; and what they are on
the wire. tests/scenes.py has what only the task on an invitation needs.

Must not know what a test expects.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.engaging import engaged, lead
from tests.harness import ACCOUNT, World
from tests.submitting import CO_SELL, created

SANDBOX = {"Catalog": "Sandbox"}


@dataclass(frozen=True)
class Kind:
    """A kind of task about one thing: its operations in boto3's spelling, its steps, and what a
    Start of it needs in a world (`prepare` answers the members)."""

    operation: str
    start_name: str
    list_name: str
    arn_type: str
    steps: tuple[str, ...]
    prepare: Callable[..., dict[str, Any]]

    def start(self, world: World, account: str = ACCOUNT, **members: Any) -> Any:
        """The answer to Start, without boto3's own member."""
        asked = {**SANDBOX, **members}
        answer = getattr(world.client(account), self.start_name)(**asked)
        del answer["ResponseMetadata"]
        return answer

    def started(self, world: World, account: str = ACCOUNT, **members: Any) -> Any:
        """A task on a thing of its own: the answer to Start."""
        return self.start(world, account, **{**self.prepare(world, account), **members})

    def listed(self, world: World, account: str = ACCOUNT, **members: Any) -> list[Any]:
        """The tasks of one page."""
        asked = {**SANDBOX, **members}
        answer = getattr(world.client(account), self.list_name)(**asked)
        return list(answer["TaskSummaries"])


def invited(world: World, account: str = ACCOUNT, catalog: str = "Sandbox") -> dict[str, Any]:
    return {"Identifier": world.referred(account, catalog)["EngagementInvitationId"]}


def led(world: World, account: str = ACCOUNT, catalog: str = "Sandbox") -> dict[str, Any]:
    """Names the lead of an engagement of its own."""
    made = engaged(world, lead(), account=account, Catalog=catalog)
    return {"Identifier": made["Id"], "ContextIdentifier": "1"}


def complete(
    world: World, account: str = ACCOUNT, catalog: str = "Sandbox", **changes: Any
) -> dict[str, Any]:
    """Names an opportunity that can be submitted, and how."""
    id = created(world, account, catalog, **changes)
    return {"Identifier": id, "AwsSubmission": {**CO_SELL, "Visibility": "Full"}}


_SHARE = ("CreateResourceSnapshot", "CreateResourceSnapshotJob", "StartResourceSnapshotJob")
ACCEPTING = Kind(
    "StartEngagementByAcceptingInvitationTask",
    "start_engagement_by_accepting_invitation_task",
    "list_engagement_by_accepting_invitation_tasks",
    "engagement-by-accepting-invitation-task",
    ("AcceptInvitation", "CreateOpportunity", *_SHARE),
    invited,
)
CONVERTING = Kind(
    "StartOpportunityFromEngagementTask",
    "start_opportunity_from_engagement_task",
    "list_opportunity_from_engagement_tasks",
    "opportunity-from-engagement-task",
    ("GetEngagement", "CreateOpportunity", *_SHARE, "CreateEngagementContext"),
    led,
)
SUBMITTING = Kind(
    "StartEngagementFromOpportunityTask",
    "start_engagement_from_opportunity_task",
    "list_engagement_from_opportunity_tasks",
    "engagement-from-opportunity-task",
    (
        "GetOpportunity",
        "CreateEngagement",
        *_SHARE,
        "CreateEngagementInvitation",
        "SubmitOpportunity",
    ),
    complete,
)
KINDS = {"accepting": ACCEPTING, "converting": CONVERTING, "submitting": SUBMITTING}


def advance(world: World, task: Any, **members: Any) -> Any:
    """The desk runs the next step of a task, or the next `Steps`."""
    asked = {**SANDBOX, "TaskIdentifier": task["TaskId"], **members}
    return world.desk("AdvanceTask", **asked)


def so_far(done: int, steps: int, *first: str) -> list[str]:
    """The states of a task's steps when so many are done (`first`: in other words)."""
    ahead = steps - done
    return [*(first or ["DONE"] * done), *["NEXT"][:ahead], *["WAITING"] * (ahead - 1)]


def states(task: Any) -> list[str]:
    """How far each step of a task is, as the desk tells it."""
    return [one["Status"] for one in task["Steps"]]


def failure(task: Any) -> tuple[str, str | None]:
    """How a task ended."""
    return task["TaskStatus"], task.get("ReasonCode")


def prospect(world: World, *engagements: str, account: str = ACCOUNT, **members: Any) -> Any:
    """The answer to StartProspectingFromEngagementTask, without boto3's own member."""
    asked = {**SANDBOX, "Identifiers": list(engagements), "TaskName": "Spring", **members}
    answer = world.client(account).start_prospecting_from_engagement_task(**asked)
    del answer["ResponseMetadata"]
    return answer


def prospected(world: World, task: Any, account: str = ACCOUNT) -> Any:
    """The task with its engagements."""
    return world.client(account).get_prospecting_from_engagement_task(
        **SANDBOX, TaskIdentifier=task["TaskId"]
    )

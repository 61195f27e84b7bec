"""Tasks about one thing, listed. Source: the operations' pages."""

from typing import Final

from cosell.calls import Call, Rendered, query
from cosell.selling import Kind
from cosell.selling.listing import By, List, answer
from cosell.selling.views import TASKS
from cosell.store import Tx, Value
from cosell.store.documents import Stored
from cosell.store.pages import Order

_PAGE: Final = 50  # not documented; the largest default among the lists


def _row(task: Stored, _: Call) -> dict[str, Value]:
    """A row that another version rendered, anew. Such rows alone need what a task does."""
    from cosell.selling.workflows import kinds

    return kinds.of(task.kind).row(task)


def _list(kind: str, *filters: By) -> List:
    """A list of tasks about one thing: they differ in what they can be filtered by."""
    return List(
        TASKS,
        "TaskSummaries",
        _PAGE,
        kind,
        _row,
        {"StartTime": Order("start_at")},
        (
            By("TaskIdentifier", "id", kind),
            *filters,
            By("OpportunityIdentifier", "opportunity"),
            By("TaskStatus", "status"),
        ),
    )


_ACCEPTING = _list(
    Kind.TASK,
    By("EngagementInvitationIdentifier", "invitation", Kind.INVITATION),
)
_CONVERTING = _list(
    Kind.CONVERSION_TASK,
    By("EngagementIdentifier", "engagement", Kind.ENGAGEMENT),
    By("ContextIdentifier", "context"),
)
_SUBMITTING = _list(
    Kind.SUBMISSION_TASK,
    By("EngagementIdentifier", "engagement", Kind.ENGAGEMENT),
)


@query("ListEngagementByAcceptingInvitationTasks", single=True)
def list_engagement_by_accepting_invitation_tasks(call: Call, tx: Tx) -> Rendered:
    """The caller's own tasks; identifiers that nobody knows match nothing."""
    return answer(call, tx, _ACCEPTING, (*call.key, Kind.TASK))


@query("ListOpportunityFromEngagementTasks", single=True)
def list_opportunity_from_engagement_tasks(call: Call, tx: Tx) -> Rendered:
    """The caller's own tasks. A context is the one that the task made, as its summary says."""
    return answer(call, tx, _CONVERTING, (*call.key, Kind.CONVERSION_TASK))


@query("ListEngagementFromOpportunityTasks", single=True)
def list_engagement_from_opportunity_tasks(call: Call, tx: Tx) -> Rendered:
    """The caller's own tasks."""
    return answer(call, tx, _SUBMITTING, (*call.key, Kind.SUBMISSION_TASK))

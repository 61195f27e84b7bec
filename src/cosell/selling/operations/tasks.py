"""Tasks about one thing: started and listed; and what the agenda does for tasks of every kind.

What a task does stands in selling/workflows. Source: the operations' pages.
"""

from typing import Final

from cosell import ids
from cosell.calls import Call, Rendered, command, due, query
from cosell.contract import Document
from cosell.selling import Kind, text_at
from cosell.selling.domain import engagements, invitations, opportunities, tags
from cosell.selling.listing import By, List, answer
from cosell.selling.workflows import Workflow, accepting, kinds, tasks
from cosell.selling.workflows.accepting import ACCEPTING
from cosell.selling.workflows.converting import CONVERTING
from cosell.selling.workflows.single import start
from cosell.selling.workflows.submitting import SUBMITTING
from cosell.store import Tx

_PAGE: Final = 50  # not documented; the largest default among the lists


def _list(workflow: Workflow, *filters: By) -> List:
    """A list of tasks about one thing: they differ in what they can be filtered by."""
    return List(
        workflow.view,
        "TaskSummaries",
        _PAGE,
        workflow.kind,
        lambda task, _: workflow.row(task),
        {"StartTime": ("start_at", False)},
        (
            By("TaskIdentifier", "id", workflow.kind),
            *filters,
            By("OpportunityIdentifier", "opportunity"),
            By("TaskStatus", "status"),
        ),
    )


_ACCEPTING = _list(
    ACCEPTING.workflow,
    By("EngagementInvitationIdentifier", "invitation", Kind.INVITATION),
)
_CONVERTING = _list(
    CONVERTING.workflow,
    By("EngagementIdentifier", "engagement", Kind.ENGAGEMENT),
    By("ContextIdentifier", "context"),
)
_SUBMITTING = _list(
    SUBMITTING.workflow,
    By("EngagementIdentifier", "engagement", Kind.ENGAGEMENT),
)


@due(tasks.STEP)
def run_step(call: Call, tx: Tx, ref: str) -> None:
    """What the agenda does for a task outside pace Inline: one step, one transaction."""
    found = kinds.referred(call, tx, ref)
    if found is not None:
        tasks.step(call, tx, *found, 1)


@query("ListEngagementByAcceptingInvitationTasks", single=True)
def list_engagement_by_accepting_invitation_tasks(call: Call, tx: Tx) -> Rendered:
    """The caller's own tasks; identifiers that nobody knows match nothing."""
    return answer(call, tx, _ACCEPTING, (*call.key, Kind.TASK))


@command("StartEngagementByAcceptingInvitationTask", replay=tasks.present(ACCEPTING.workflow))
def start_engagement_by_accepting_invitation_task(call: Call, tx: Tx) -> Document:
    """Start the task that accepts an invitation and gives the caller an opportunity of its own."""
    about = tasks.labelled(tags.tags_of(call.input))
    invitation = invitations.find(call, tx, text_at(call.input, "Identifier"))
    about |= {"EngagementInvitationId": invitation.id}
    return start(call, tx, ACCEPTING, about, lambda: accepting.promised(tx, invitation))


@query("ListOpportunityFromEngagementTasks", single=True)
def list_opportunity_from_engagement_tasks(call: Call, tx: Tx) -> Rendered:
    """The caller's own tasks. A context is the one that the task made, as its summary says."""
    return answer(call, tx, _CONVERTING, (*call.key, Kind.CONVERSION_TASK))


@command("StartOpportunityFromEngagementTask", replay=tasks.present(CONVERTING.workflow))
def start_opportunity_from_engagement_task(call: Call, tx: Tx) -> Document:
    """Start the task on a lead of an engagement that the caller is a member of."""
    about = tasks.labelled(tags.tags_of(call.input))
    id = ids.plain_id(text_at(call.input, "Identifier"), call.catalog, Kind.ENGAGEMENT)
    engagement = engagements.find(call, tx, id)
    about |= {"EngagementId": engagement.id, "lead": call.input["ContextIdentifier"]}
    return start(
        call, tx, CONVERTING, about, lambda: {"OpportunityId": opportunities.reserve_id(tx)}
    )


@query("ListEngagementFromOpportunityTasks", single=True)
def list_engagement_from_opportunity_tasks(call: Call, tx: Tx) -> Rendered:
    """The caller's own tasks."""
    return answer(call, tx, _SUBMITTING, (*call.key, Kind.SUBMISSION_TASK))


@command("StartEngagementFromOpportunityTask", replay=tasks.present(SUBMITTING.workflow))
def start_engagement_from_opportunity_task(call: Call, tx: Tx) -> Document:
    """Start the task that shares one of the caller's opportunities and submits it to AWS."""
    about = tasks.labelled(tags.tags_of(call.input))
    opportunity = opportunities.find(call, tx, text_at(call.input, "Identifier"))
    about |= {
        "OpportunityId": opportunity.id,
        "involvement": text_at(call.input, "AwsSubmission.InvolvementType"),
        "visibility": text_at(call.input, "AwsSubmission.Visibility") or "Full",
    }
    return start(call, tx, SUBMITTING, about, dict)

"""Tasks about one thing, started; and what the agenda does for tasks of every kind.

They are listed in task_lists.py; what a task does stands in selling/workflows. Source: the
operations' pages.
"""

from cosell import ids
from cosell.calls import Call, command, due
from cosell.contract import Document
from cosell.selling import Kind, text_at
from cosell.selling.domain import engagements, invitations, opportunities, tags
from cosell.selling.workflows import accepting, kinds, tasks
from cosell.selling.workflows.accepting import ACCEPTING
from cosell.selling.workflows.converting import CONVERTING
from cosell.selling.workflows.single import start
from cosell.selling.workflows.submitting import SUBMITTING
from cosell.store import Tx


@due(tasks.STEP)
def run_step(call: Call, tx: Tx, ref: str) -> None:
    """What the agenda does for a task outside pace Inline: one step, one transaction."""
    found = kinds.referred(call, tx, ref)
    if found is not None:
        tasks.step(call, tx, *found, 1)


@command("StartEngagementByAcceptingInvitationTask", replay=tasks.present(ACCEPTING.workflow))
def start_engagement_by_accepting_invitation_task(call: Call, tx: Tx) -> Document:
    """Start the task that accepts an invitation and gives the caller an opportunity of its own."""
    about = tasks.labelled(tags.tags_of(call.input))
    invitation = invitations.find(call, tx, text_at(call.input, "Identifier"))
    about |= {"EngagementInvitationId": invitation.id}
    return start(call, tx, ACCEPTING, about, lambda: accepting.promised(tx, invitation))


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

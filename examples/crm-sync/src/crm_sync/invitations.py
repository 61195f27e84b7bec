"""Invitations: take them in, and follow the tasks that accept them until there is a deal.

Must not know what a deal is made of, nor call anything that changes something at AWS.
"""

import logging
import time

from crm_sync import opportunities
from crm_sync.crm import (
    ACCEPT,
    ACCEPTED,
    ACCEPTING,
    DECLINED,
    EXPIRED,
    FAILED,
    WAITS,
    Crm,
    Invitation,
)
from crm_sync.partner_central import Answer, call, client, pages

LOOK_EVERY_S = 2.0
PATIENCE_S = 60.0  # a task that takes longer is looked at in the next pass
TASKS_MAX = 10  # that one call can be asked for
STARTS_MAX = 3
PASSING = {"RequestThrottled", "InternalError", "ServiceQuotaExceeded"}  # may go well later
CLOSED = {"ACCEPTED": ACCEPTED, "REJECTED": DECLINED, "EXPIRED": EXPIRED}

log = logging.getLogger(__name__)


def take_in(crm: Crm) -> None:
    """Every opportunity that somebody invites us to, and the end of those that wait no longer."""
    pending = set()
    for one in pages(
        client.list_engagement_invitations,
        "EngagementInvitationSummaries",
        ParticipantType="RECEIVER",
        PayloadType=["OpportunityInvitation"],
        Status=["PENDING"],
    ):
        pending.add(one["Id"])
        expires_at = one["ExpirationDate"].isoformat()
        crm.add_invitation(one["Id"], one["EngagementTitle"], one["SenderCompanyName"], expires_at)
    for invitation in crm.invitations(WAITS):
        if invitation.id not in pending:
            close(crm, invitation)


def follow(crm: Crm) -> None:
    """Look at the tasks under way until they have ended, or patience has."""
    for _ in range(int(PATIENCE_S / LOOK_EVERY_S)):
        under_way = _under_way(crm)
        ids = list(under_way)
        for first in range(0, len(ids), TASKS_MAX):
            for task in pages(
                client.list_engagement_by_accepting_invitation_tasks,
                "TaskSummaries",
                TaskIdentifier=ids[first : first + TASKS_MAX],
            ):
                _end(crm, under_way[task["TaskId"]], task)
        if not _under_way(crm):
            return
        time.sleep(LOOK_EVERY_S)


def _under_way(crm: Crm) -> dict[str, Invitation]:
    """The invitations whose task has not ended, by the task's id."""
    return {one.task_id: one for one in crm.invitations(ACCEPTING) if one.task_id}


def _end(crm: Crm, invitation: Invitation, task: Answer) -> None:
    """Draw the consequences, if the task has ended."""
    if task["TaskStatus"] == "COMPLETE":
        opportunities.refresh(crm, task["OpportunityId"])
        crm.finish(invitation.id, ACCEPTED)
    elif task["TaskStatus"] == "FAILED":
        _fail(crm, invitation, task)


def _fail(crm: Crm, invitation: Invitation, task: Answer) -> None:
    """A task failed: once more where that may help (it goes on at the step that failed), else
    sales is told why."""
    reason = f"{task['ReasonCode']}: {task['Message']}"
    log.warning("%s was not accepted: %s", invitation.id, reason)
    if task["ReasonCode"] in PASSING and invitation.attempts < STARTS_MAX:
        crm.finish(invitation.id, ACCEPT, reason)
    elif task["ReasonCode"] == "EngagementInvitationConflict":
        close(crm, invitation, reason)
    else:
        crm.finish(invitation.id, FAILED, reason)


def close(crm: Crm, invitation: Invitation, note: str = "") -> None:
    """It waits no longer, without our doing: it expired, or somebody answered it elsewhere."""
    found = call(client.get_engagement_invitation, Identifier=invitation.id)
    crm.finish(invitation.id, CLOSED.get(found["Status"], FAILED), note)

"""What goes out to AWS: the answers to invitations, and what sales changed in deals.

As it was when its tests mocked boto3: two of the calls below can never succeed.
"""

import logging
import uuid
from collections.abc import Mapping

from botocore.exceptions import ClientError

from crm_sync import invitations
from crm_sync.crm import ACCEPT, ACCEPTING, DECLINE, DECLINED, Crm, Deal, Invitation
from crm_sync.opportunities import PLACES, fields_of
from crm_sync.partner_central import Answer, call, client

ROUNDS_MAX = 5  # of reading and sending, when somebody else is as busy with the same opportunity
REASON_MAX = 80  # characters of a reason that AWS takes

log = logging.getLogger(__name__)


def answer(crm: Crm) -> None:
    """Tell AWS what sales decided about invitations."""
    for invitation in crm.invitations(DECLINE):
        _decline(crm, invitation)
    for invitation in crm.invitations(ACCEPT, ACCEPTING):
        if not invitation.task_id or invitation.state == ACCEPT:
            _start(crm, invitation)


def push_edits(crm: Crm) -> None:
    """Send what sales changed, deal by deal."""
    for deal in crm.deals():
        if deal.edits and not deal.problem:
            _push(crm, deal)


def _decline(crm: Crm, invitation: Invitation) -> None:
    reason = {"Reason": invitation.note[:REASON_MAX]} if invitation.note else {}
    try:
        call(client.reject_engagement_invitation, Identifier=invitation.id, **reason)
    except client.exceptions.ConflictException as refused:
        invitations.close(crm, invitation, str(refused))
        return
    crm.finish(invitation.id, DECLINED, invitation.note)


def _start(crm: Crm, invitation: Invitation) -> None:
    """Start the task. The token is written down first: who asks again after an answer that never
    came, or after a crash, asks for the same task and not for a second one."""
    token = invitation.client_token
    if token is None:
        token = str(uuid.uuid4())
        crm.begin(invitation.id, token)
    task = call(
        client.start_engagement_by_accepting_invitation_task,
        Identifier=invitation.id,
        ClientToken=token,
    )
    crm.begun(invitation.id, task["TaskId"])


def _push(crm: Crm, deal: Deal) -> None:
    """Send one deal's edits. What AWS has already counts as sent, whoever sent it: that ends the
    rounds after an update, and after one whose answer was lost."""
    for _ in range(ROUNDS_MAX):
        found = call(client.get_opportunity, Identifier=deal.opportunity_id)
        fields = fields_of(found)
        if all(fields[name] == value for name, value in deal.edits.items()):
            crm.sent(deal.opportunity_id, deal.edits)
            crm.tell(deal.opportunity_id, fields)
            return
        try:
            call(client.update_opportunity, **_update(found, deal.edits))
        except client.exceptions.ConflictException:
            log.info("%s changed meanwhile, by others or by an update", deal.opportunity_id)
        except client.exceptions.ValidationException as refused:
            crm.refuse(deal.opportunity_id, _told(refused))
            return
    log.warning("%s changes too often: the next pass tries again", deal.opportunity_id)


def _update(found: Answer, edits: Mapping[str, str]) -> Answer:
    """The members of an update: the edits, where they stand in an opportunity."""
    whole: Answer = {"Identifier": found["Id"], "LastModifiedDate": found["LastModifiedDate"]}
    for name, value in edits.items():
        *way, last = PLACES[name]
        inner = whole
        for step in way:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return whole


def _told(refused: ClientError) -> str:
    """Every field that AWS refuses, and why."""
    errors = refused.response.get("ErrorList") or []
    told = [one.get("Message", "") for one in errors]
    return "; ".join(told) or str(refused)

"""StartEngagementByAcceptingInvitationTask: the invitation accepted, an opportunity of one's own.

Source: the operation's page names the acts; their order and their codes are ours.
"""

from functools import partial
from typing import Final

from cosell.calls import Call
from cosell.contract import Document
from cosell.errors import ServiceQuotaExceededException
from cosell.selling import Kind, text_at
from cosell.selling.domain import engagements, invitations, opportunities, showing
from cosell.selling.rules.accept_task import BUSY, RULES, Acceptance
from cosell.selling.rules.invitation import Joining
from cosell.selling.workflows import Step, ensure, reasons_of, sharing
from cosell.selling.workflows.single import Trait, single
from cosell.store import Tx
from cosell.store.documents import Stored


def promised(tx: Tx, invitation: Stored) -> Document:
    """AWS names the opportunity from the first answer on."""
    referred = text_at(invitation.document, "referral")
    return {"OpportunityId": referred or opportunities.reserve_id(tx)}


def _accept_invitation(call: Call, tx: Tx, task: Stored) -> Document:
    invitation = invitations.find(call, tx, text_at(task.document, "EngagementInvitationId"))
    engagement = text_at(invitation.document, "EngagementId")
    members = [member.account for member in engagements.members(call, tx, engagement)]
    facts = Acceptance(
        text_at(invitation.document, "PayloadType"),
        invitations.answered(call, invitation, "accept"),
        Joining(call.account, lambda: members),
    )
    ensure(RULES, facts)
    shared = opportunities.shared_by_sender(call, tx, invitation)
    invitations.accept(call, tx, invitation, {"accepted_by": task.id, "shared": shared})
    return {"engagement": engagement}


def _create_opportunity(call: Call, tx: Tx, task: Stored) -> Document:
    invitation = invitations.find(call, tx, text_at(task.document, "EngagementInvitationId"))
    id = text_at(task.document, "OpportunityId")
    if text_at(invitation.document, "referral"):
        made = opportunities.accept_referral(call, tx, id)
    else:
        made = opportunities.create_from_invitation(call, tx, invitation, id)
    sharing.label(call, tx, task, text_at(made.document, "Arn"))
    return {"created": True}


_STEPS = (
    Step(
        "AcceptInvitation",
        _accept_invitation,
        {
            **reasons_of("Invitation", "EngagementInvitationConflict"),
            ServiceQuotaExceededException: "ServiceQuotaExceeded",
        },
        ("EngagementAccessDenied", "EngagementConflict"),
    ),
    Step("CreateOpportunity", _create_opportunity, reasons_of("Opportunity")),
    *sharing.steps("engagement", showing.show_changes),
)
ACCEPTING: Final = single(
    "StartEngagementByAcceptingInvitationTask",
    Kind.TASK,
    _STEPS,
    Trait(
        summary="ListEngagementByAcceptingInvitationTaskSummary",
        subject=lambda task: text_at(task, "EngagementInvitationId"),
        trace="engagement",
        kept=("engagement", "created", "step", "tags", "OpportunityId", "ResourceSnapshotJobId"),
        busy=BUSY,
        again=partial(sharing.anew, _STEPS),
    ),
)

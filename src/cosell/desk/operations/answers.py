"""AWS answers the invitations that partners send to it."""

from typing import Final

from cosell.calls import Call, command
from cosell.contract import Document
from cosell.errors import FieldError, request_refused
from cosell.selling import text_at
from cosell.selling.domain import invitations, submissions
from cosell.selling.domain.acting import as_aws
from cosell.selling.rules import enforce
from cosell.selling.rules.invitation import ANSWER, AWAITED, Asked
from cosell.store import Tx

_REASON: Final = "Other"  # as a review says that gives no reason


@command("AnswerInvitation")
def answer_invitation(call: Call, tx: Tx) -> Document:
    """AWS accepts, or rejects, what a partner invited it to. One by which an opportunity is
    submitted is left to the review."""
    call = as_aws(call)
    rejected = text_at(call.input, "Outcome").upper() == "REJECTED"
    if "Reason" in call.input and not rejected:
        raise request_refused(FieldError("reason", "INVALID_VALUE", "is for Outcome Rejected"))
    invitation = invitations.find_any(
        call, tx, text_at(call.input, "EngagementInvitationIdentifier")
    )
    enforce(ANSWER, invitations.answered(call, invitation, "reject" if rejected else "accept"))
    enforce(AWAITED, Asked(submissions.awaited_in(call, tx, invitation)))
    if rejected:
        reason = text_at(call.input, "Reason") or _REASON
        after = invitations.reject(call, tx, invitation, reason)
    else:
        after = invitations.accept(call, tx, invitation, {})
    shown = ("EngagementId", "RejectionReason", "Status")
    return {
        **{name: after.document.get(name) for name in shown},
        "EngagementInvitationId": after.id,
    }

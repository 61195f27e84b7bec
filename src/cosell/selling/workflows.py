"""Tasks: what accepting an invitation does as ordered steps, and the one loop that runs them.

A step names the operation whose rules it follows and calls that operation's domain function. An
error rolls its step back and ends the task with the step's reason code; what earlier steps did
stays. Must not know how a task is asked for, nor when its next step is due.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, cast

from cosell.calls import Call
from cosell.contract import Document
from cosell.errors import (
    AccessDeniedException,
    ApiError,
    ConflictException,
    InternalServerException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ThrottlingException,
    ValidationException,
)
from cosell.selling import Kind, Template, text_at
from cosell.selling.domain import (
    engagements,
    invitations,
    jobs,
    opportunities,
    snapshots,
    tags,
)
from cosell.selling.domain.snapshots import Target, target_of
from cosell.selling.lifecycle import TASK, followed
from cosell.store import Contention, StoreError, Tx
from cosell.store import faults as fault_rows
from cosell.store.documents import Stored

log = logging.getLogger("cosell.tasks")

Reasons = Mapping[type[ApiError], str]


class TaskEnd(Exception):
    """A step ends its task with a reason code of its own choice."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is the operation that the step stands for; `reasons` turns its errors into reason
    codes, `further` are codes that it can also end with. `run` answers what the task learnt."""

    name: str
    run: Callable[[Call, Tx, Stored], Document]
    reasons: Reasons
    further: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every reason code with which a task can end here."""
        every = (*self.reasons.values(), *self.further, *ANYWHERE.values())
        return tuple(dict.fromkeys(every))


ANYWHERE: Final[Reasons] = {
    ThrottlingException: "RequestThrottled",
    InternalServerException: "InternalError",
}


def _reasons(subject: str, conflict: str | None = None) -> Reasons:
    return {
        AccessDeniedException: f"{subject}AccessDenied",
        ResourceNotFoundException: f"{subject}AccessDenied",
        ValidationException: f"{subject}ValidationFailed",
        ConflictException: conflict or f"{subject}Conflict",
    }


def _accept_invitation(call: Call, tx: Tx, task: Stored) -> Document:
    invitation = invitations.find(call, tx, text_at(task.document, "EngagementInvitationId"))
    invitations.ensure_received(call, invitation)
    if text_at(invitation.document, "PayloadType") != "OpportunityInvitation":
        raise TaskEnd(
            "InvitationValidationFailed",
            "This is a lead invitation. Accept it with AcceptEngagementInvitation.",
        )
    if (other := unfinished_on(call, tx, invitation.id)) not in (None, task.id):
        raise TaskEnd("EngagementInvitationConflict", busy(other))
    engagement = text_at(invitation.document, "EngagementId")
    if invitations.status_at(invitation.document, call.now) == "PENDING" and any(
        member.account == call.account for member in engagements.members(call, tx, engagement)
    ):
        raise TaskEnd("EngagementConflict", "The account is a member of the engagement already.")
    invitations.accept(call, tx, invitation, {"accepted_by": task.id})
    return {"engagement": engagement}


def _create_opportunity(call: Call, tx: Tx, task: Stored) -> Document:
    invitation = invitations.find(call, tx, text_at(task.document, "EngagementInvitationId"))
    if text_at(invitation.document, "referral"):
        made = opportunities.accept_referral(call, tx, text_at(task.document, "OpportunityId"))
    else:
        id = text_at(task.document, "OpportunityId")
        made = opportunities.create_from_invitation(call, tx, invitation, id)
    labels = {text_at(tag, "Key"): text_at(tag, "Value") for tag in _tags(task)}
    tags.put(call, tx, text_at(made.document, "Arn"), labels)
    return {"created": True}


def _create_snapshot(call: Call, tx: Tx, task: Stored) -> Document:
    target = _target(task)
    opportunity = opportunities.find(call, tx, target.resource)
    snapshots.create(call, tx, target, opportunity, always=False)
    return {}


def _create_job(call: Call, tx: Tx, task: Stored) -> Document:
    return {"ResourceSnapshotJobId": jobs.create(call, tx, _target(task), {}).id}


def _start_job(call: Call, tx: Tx, task: Stored) -> Document:
    jobs.start(call, tx, jobs.find(call, tx, text_at(task.document, "ResourceSnapshotJobId")))
    return {}


# Source: the operation's page names the acts; their order and their codes are ours.
STEPS: Final = (
    Step(
        "AcceptInvitation",
        _accept_invitation,
        {
            **_reasons("Invitation", "EngagementInvitationConflict"),
            ServiceQuotaExceededException: "ServiceQuotaExceeded",
        },
        ("EngagementAccessDenied", "EngagementConflict"),
    ),
    Step("CreateOpportunity", _create_opportunity, _reasons("Opportunity")),
    Step("CreateResourceSnapshot", _create_snapshot, _reasons("ResourceSnapshot")),
    Step("CreateResourceSnapshotJob", _create_job, _reasons("ResourceSnapshotJob")),
    Step("StartResourceSnapshotJob", _start_job, _reasons("ResourceSnapshotJob")),
)


def advance(call: Call, tx: Tx, task: Stored, steps_max: int) -> Stored:
    """Run up to that many steps of a task; answers the task as it is then, not yet written."""
    for _ in range(steps_max):
        if text_at(task.document, "TaskStatus") != "IN_PROGRESS":
            break
        task = _step(call, tx, task)
    return task


def _step(call: Call, tx: Tx, task: Stored) -> Stored:
    number = _number(task)
    step = STEPS[number]
    try:
        if (fault := fault_rows.spend_for_task(tx, call.namespace, step.name)) is not None:
            raise TaskEnd(*fault)
        with tx.savepoint():
            learnt = step.run(call, tx, task)
    except TaskEnd as end:
        return _fail(task, end.reason, end.message)
    except ApiError as error:
        reasons = {**step.reasons, **ANYWHERE}
        return _fail(task, reasons.get(type(error), "InternalError"), error.message)
    except (Contention, StoreError):
        raise  # the store's trouble is not the task's: the whole transaction is tried again
    except Exception:
        log.exception("task %s, step %s, request %s", task.id, step.name, call.request_id)
        message = f"Internal error at step {step.name}. The server's log has the details."
        return _fail(task, "InternalError", message)
    done = {**task.document, **learnt, "step": number + 1}
    if number + 1 == len(STEPS):
        done["TaskStatus"] = followed(TASK, text_at(done, "TaskStatus"), "complete")
    return replace(task, document=done)


def _fail(task: Stored, reason: str, message: str) -> Stored:
    """The task as it ends; without an opportunity it promises none any more."""
    document = {
        **task.document,
        "TaskStatus": followed(TASK, text_at(task.document, "TaskStatus"), "fail"),
        "ReasonCode": reason,
        "Message": message,
    }
    if not document.get("created"):
        document.pop("OpportunityId", None)
    return replace(task, document=document)


def unfinished_on(call: Call, tx: Tx, invitation: str) -> str | None:
    """The caller's task that is still at work on an invitation."""
    row = tx.one(
        "unfinished_task", ns=call.ns, account=call.account, kind=Kind.TASK, subject=invitation
    )
    return None if row is None else str(row[0])


def busy(task: str | None) -> str:
    """What to say when another task is at work on an invitation."""
    return f"The task {task} is at work on this invitation. Wait for it to end."


def _number(task: Stored) -> int:
    return cast("int", task.document["step"])


def _target(task: Stored) -> Target:
    document: Document = {**task.document, "template": Template.SUMMARY}
    return target_of(document, ("engagement", "OpportunityId", "template"))


def _tags(task: Stored) -> list[Document]:
    kept = task.document.get("tags")
    return [tag for tag in kept if isinstance(tag, dict)] if isinstance(kept, list) else []

"""Tasks: started, listed, advanced. What a task does stands in workflows.py.

Source: the operations' pages; the table of answers to Start is ours (decisions).
"""

import dataclasses
from typing import cast

from cosell import ids
from cosell.calls import Call, Rendered, command, due, query
from cosell.clock import iso
from cosell.contract import Document, Json
from cosell.selling import Kind, text_at, truth
from cosell.selling.domain import invitations, opportunities, tags
from cosell.selling.listing import By, List, answer
from cosell.selling.views import TASKS, task_row
from cosell.selling.workflows import STEPS, advance, busy, unfinished_on
from cosell.store import Tx, agenda, documents
from cosell.store.documents import Stored

STEP = "task-step"  # the agenda's word
_PAGE = 50  # not documented; the largest default among the lists
_TASKS = List(
    TASKS,
    "TaskSummaries",
    _PAGE,
    Kind.TASK,
    lambda task, _: task_row(task),
    {"StartTime": ("start_at", False)},
    (
        By("TaskIdentifier", "id", Kind.TASK),
        By("EngagementInvitationIdentifier", "invitation", Kind.INVITATION),
        By("OpportunityIdentifier", "opportunity"),
        By("TaskStatus", "status"),
    ),
)


@query("ListEngagementByAcceptingInvitationTasks", single=True)
def list_engagement_by_accepting_invitation_tasks(call: Call, tx: Tx) -> Rendered:
    """The caller's own tasks; identifiers that nobody knows match nothing."""
    return answer(call, tx, _TASKS, (*call.key, Kind.TASK))


def _present(call: Call, tx: Tx, first: Document) -> Document:
    """A repeated Start answers the same task as it is now."""
    return documents.get(tx, call.ns, Kind.TASK, text_at(first, "TaskId")).document


@command("StartEngagementByAcceptingInvitationTask", replay=_present)
def start_engagement_by_accepting_invitation_task(call: Call, tx: Tx) -> Document:
    """Start the task; in pace Inline it has ended when the answer goes out."""
    labels = tags.tags_of(call.input)
    invitation = invitations.find(call, tx, text_at(call.input, "Identifier"))
    task = _new_task(call, tx, invitation)
    if labels:
        task.document["tags"] = [{"Key": key, "Value": value} for key, value in labels.items()]
    if (other := unfinished_on(call, tx, invitation.id)) is not None:
        failed: Document = {
            "TaskStatus": "FAILED",
            "ReasonCode": "EngagementInvitationConflict",
            "Message": busy(other),
        }
        task = dataclasses.replace(task, document={**task.document, **failed})
        task.document.pop("OpportunityId", None)
    elif call.namespace.pace == "Inline":
        task = advance(call, tx, task, len(STEPS))
    task = truth.insert(tx, task)
    documents.show(tx, TASKS, task_row(task))
    _plan(call, tx, task)
    return task.document


def _new_task(call: Call, tx: Tx, invitation: Stored) -> Stored:
    """A task at its first step, or at the step where the caller's last one on it failed."""
    id = ids.mint(call.random, "task-", 13)
    document: Document = {
        "TaskId": id,
        "TaskArn": ids.arn("", call.catalog, f"{Kind.TASK}/{id}"),
        "StartTime": iso(call.now),
        "TaskStatus": "IN_PROGRESS",
        "EngagementInvitationId": invitation.id,
        "principal": call.principal,
        "step": 0,
    }
    failed = _resumable(call, tx, invitation)
    if failed is not None:
        kept = ("engagement", "created", "step", "tags", "OpportunityId", "ResourceSnapshotJobId")
        document |= {name: failed.document[name] for name in kept if name in failed.document}
        invitations.remember(tx, invitation, {"accepted_by": id})
    if "OpportunityId" not in document:
        # AWS names the opportunity from the first answer on.
        referred = text_at(invitation.document, "referral")
        document["OpportunityId"] = referred or opportunities.reserve_id(tx)
    seq = tx.number("seq")
    return Stored(call.ns, Kind.TASK, id, call.catalog, call.account, 1, seq, document)


def _resumable(call: Call, tx: Tx, invitation: Stored) -> Stored | None:
    """The caller's FAILED task that accepted this invitation, so that a failure is no dead end."""
    accepted_by = text_at(invitation.document, "accepted_by")
    if not accepted_by or invitation.owner != call.account:
        return None
    task = documents.get(tx, call.ns, Kind.TASK, accepted_by)
    return task if text_at(task.document, "TaskStatus") == "FAILED" else None


@due(STEP)
def run_step(call: Call, tx: Tx, ref: str) -> None:
    """What the agenda does for a task outside pace Inline: one step, one transaction."""
    task = documents.find(tx, call.ns, Kind.TASK, ref)
    if task is not None:
        step(call, tx, task, 1)


def step(call: Call, tx: Tx, task: Stored, steps: int) -> Stored:
    """Run steps of a task on its owner's behalf, write what came of them, plan the next."""
    owner = call._replace(
        account=task.owner,
        principal=text_at(task.document, "principal"),
        catalog=task.catalog,
    )
    after = advance(owner, tx, task, steps)
    agenda.forget(tx, call.ns, STEP, task.id)
    if after is not task:
        after = truth.replace(tx, task, after.document)
        documents.show_again(tx, TASKS, task_row(after))
    _plan(owner, tx, after)
    return after


def replan(call: Call, tx: Tx) -> None:
    """After a change of pace: plan every unfinished task anew."""
    for row in tx.all("unfinished_tasks", ns=call.ns):
        task = documents.get(tx, call.ns, Kind.TASK, str(row[1]))
        agenda.forget(tx, call.ns, STEP, task.id)
        _plan(call, tx, task)


def _plan(call: Call, tx: Tx, task: Stored) -> None:
    if text_at(task.document, "TaskStatus") != "IN_PROGRESS" or call.namespace.pace == "Held":
        return
    wait_ms = call.namespace.step_ms if call.namespace.pace == "Paced" else 0
    agenda.plan(tx, call.ns, call.now + wait_ms, STEP, task.id)


def described(task: Stored) -> Document:
    """A task for the desk: what the API says of it, and its steps."""
    number = cast("int", task.document["step"])
    status = text_at(task.document, "TaskStatus")
    steps = []
    for index, one in enumerate(STEPS):
        state = "COMPLETE" if index < number else "PENDING"
        if index == number and status == "FAILED":
            state = "FAILED"
        steps.append({"Name": one.name, "Status": state})
    return {**task.document, "Steps": cast("list[Json]", steps)}

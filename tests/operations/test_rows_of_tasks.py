"""Every row with which a task on an invitation, on a lead or on engagements ends FAILED, alone, in
its words. The task that submits an opportunity: test_submit_rows.py.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.breaking import Row, engage, told
from tests.engaging import lead, lead_customer, project
from tests.harness import ACCOUNT, OTHER, Reply, answered
from tests.scenes import Scene, lead_invitation, opportunity_invitation


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.close()


def accepting(
    payload: dict[str, Any], account: str = ACCOUNT, **more: Any
) -> Callable[[Scene], Reply]:
    return lambda scene: start_on(scene, scene.invite(payload, **more), account)


def start_on(scene: Scene, invitation: str, account: str = ACCOUNT) -> Reply:
    token = f"{len(told_of(scene))} {account}"
    operation = "StartEngagementByAcceptingInvitationTask"
    return scene.ask(operation, account, Identifier=invitation, ClientToken=token)


def told_of(scene: Scene) -> list[Any]:
    """The tasks that there are."""
    found = answered(scene.ask("ListEngagementByAcceptingInvitationTasks"))
    return list(found["TaskSummaries"])


def accepting_twice(scene: Scene) -> Reply:
    scene.desk("PutPace", Mode="Held")
    invitation = scene.invite(opportunity_invitation())
    answered(start_on(scene, invitation))
    return start_on(scene, invitation)


def accepting_rejected(scene: Scene) -> Reply:
    invitation = scene.invite(opportunity_invitation())
    assert told(scene.ask("RejectEngagementInvitation", Identifier=invitation)) == []
    return start_on(scene, invitation)


def converting(context: str, *contexts: Any) -> Callable[[Scene], Reply]:
    return lambda scene: convert(scene, engage(scene, *contexts), context)


def convert(scene: Scene, engagement: str, context: str = "1", token: str = "one") -> Reply:
    operation = "StartOpportunityFromEngagementTask"
    asked = {"Identifier": engagement, "ContextIdentifier": context, "ClientToken": token}
    return scene.ask(operation, **asked)


def converting_twice(scene: Scene) -> Reply:
    scene.desk("PutPace", Mode="Held")
    engagement = engage(scene, lead())
    answered(convert(scene, engagement))
    return convert(scene, engagement, token="two")


def prospecting(*contexts: Any, account: str = ACCOUNT) -> Callable[[Scene], Reply]:
    """What became of the one engagement of the task."""

    def bring(scene: Scene) -> Reply:
        id = engage(scene, *contexts, account=account)
        asked: dict[str, Any] = {"Identifiers": [id], "TaskName": "Spring", "ClientToken": "one"}
        task = answered(scene.ask("StartProspectingFromEngagementTask", **asked))
        named = {"TaskIdentifier": task["TaskId"]}
        reply = scene.ask("GetProspectingFromEngagementTask", **named)
        [one] = answered(reply)["Engagements"]
        return Reply(200, {}, json.dumps(one).encode())

    return bring


BUSY = "The task * is at work on this {}. Wait for it to end."
OUT = lead(QualificationStatus="Disqualified")
ROWS = [
    Row(
        "accept-task.busy", "", "EngagementInvitationConflict", BUSY.format("invitation"),
        accepting_twice,
    ),
    Row(
        "accept-task.sender", "", "InvitationAccessDenied",
        "Only the receiver of an engagement invitation can accept or reject it.",
        accepting(opportunity_invitation(), OTHER),
    ),
    Row(
        "accept-task.lead", "", "InvitationValidationFailed",
        "This is a lead invitation. Accept it with AcceptEngagementInvitation.",
        accepting(lead_invitation()),
    ),
    Row(
        "accept-task.status", "", "EngagementInvitationConflict",
        "Only PENDING invitations can be accepted; this one is REJECTED.", accepting_rejected,
    ),
    Row(
        "accept-task.member", "", "EngagementConflict",
        "The account is a member of the engagement already.",
        accepting(opportunity_invitation(), joined=True),
    ),
    Row(
        "accept-task.members", "", "ServiceQuotaExceeded",
        "An engagement has at most 10 members.", accepting(opportunity_invitation(), members=10),
    ),
    Row("convert-task.busy", "", "EngagementConflict", BUSY.format("context"), converting_twice),
    Row(
        "convert-task.context", "", "ContextNotFound", "The engagement has no context 2.",
        converting("2", lead()),
    ),
    Row(
        "convert-task.not-a-lead", "", "CustomerProjectContextNotPermitted",
        "Only a context of type Lead becomes an opportunity; this one is a CustomerProject.",
        converting("1", project()),
    ),
    Row(
        "convert-task.disqualified", "", "DisqualifiedLeadNotPermitted",
        "The lead is Disqualified.", converting("1", OUT),
    ),
    Row(
        "convert-task.lacks", "", "EngagementValidationFailed", "*ndustry*",
        converting("1", lead(Customer=lead_customer(Industry=""))),
    ),
    Row(
        "convert-task.contexts", "", "ServiceQuotaExceeded",
        "An engagement has at most 5 contexts.", converting("1", *[lead()] * 5),
    ),
    Row(
        "prospect-task.engagement", "", "EngagementAccessDenied",
        "There is no such engagement, or you are not a member.",
        prospecting(lead(), account=OTHER),
    ),
    Row(
        "prospect-task.lead", "", "ContextNotFound", "The engagement has no context of type Lead.",
        prospecting(project()),
    ),
    Row(
        "prospect-task.disqualified", "", "DisqualifiedLeadNotPermitted",
        "The lead is Disqualified.", prospecting(OUT),
    ),
    Row(
        "prospect-task.contexts", "", "ServiceQuotaExceeded",
        "An engagement has at most 5 contexts.", prospecting(*[lead()] * 5),
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[f"{n} {row.rule}" for n, row in enumerate(ROWS)])
def test_one_rule_broken_ends_the_task_with_just_that(scene: Scene, row: Row) -> None:
    row.ensure(row.bring(scene))

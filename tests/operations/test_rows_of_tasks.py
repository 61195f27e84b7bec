"""Every row with which a task on an invitation, on a lead or on engagements ends FAILED, alone, in
its words. The task that submits an opportunity: test_submit_rows.py.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cosell import ids
from tests.breaking import Row, engage, told
from tests.engaging import lead, lead_customer, project
from tests.harness import ACCOUNT, OTHER, Reply, answered
from tests.scenes import Scene, lead_invitation, opportunity_invitation


def accepting(
    payload: dict[str, Any], account: str = ACCOUNT, **more: Any
) -> Callable[[Scene], Reply]:
    return lambda scene: start_on(scene, scene.invite(payload, **more), account)


def start_on(scene: Scene, invitation: str, account: str = ACCOUNT, **more: Any) -> Reply:
    token = ids.uuid(ids.new_random())
    operation = "StartEngagementByAcceptingInvitationTask"
    return scene.ask(operation, account, Identifier=invitation, ClientToken=token, **more)


def accepting_twice(scene: Scene) -> Reply:
    scene.desk("PutPace", Mode="Held")
    invitation = scene.invite(opportunity_invitation())
    answered(start_on(scene, invitation))
    return start_on(scene, invitation)


def accepting_rejected(scene: Scene) -> Reply:
    invitation = scene.invite(opportunity_invitation())
    assert told(scene.ask("RejectEngagementInvitation", Identifier=invitation)) == []
    return start_on(scene, invitation)


def going_on_with_tags(scene: Scene) -> Reply:
    """The task failed when the opportunity had 200 tags; the next Start has another one."""
    scene.desk("PutTaskFault", Step="CreateResourceSnapshot", ReasonCode="InternalError")
    invitation = scene.invite(opportunity_invitation())
    start_on(scene, invitation, Tags=[{"Key": f"key{one}", "Value": ""} for one in range(200)])
    return start_on(scene, invitation, Tags=[{"Key": "another", "Value": ""}])


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
    """What became of the one engagement of the task, as the answer to its Start."""

    def bring(scene: Scene) -> Reply:
        id = engage(scene, *contexts, account=account)
        asked: dict[str, Any] = {"Identifiers": [id], "TaskName": "Spring", "ClientToken": "one"}
        started = scene.ask("StartProspectingFromEngagementTask", **asked)
        task = answered(started)
        named = {"TaskIdentifier": task["TaskId"]}
        reply = scene.ask("GetProspectingFromEngagementTask", **named)
        [one] = answered(reply)["Engagements"]
        return Reply(200, started.headers, json.dumps(one).encode())

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
    Row(
        "go-on.too-many-tags", "", "OpportunityValidationFailed",
        "A resource has at most 200 tags", going_on_with_tags,
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
    row.ensure_in(scene)


# --- in order ------------------------------------------------------------------------------------


def ended(reply: Reply) -> str:
    """The reason code of a task, or the code of its Start's refusal; '' for a COMPLETE one."""
    return "".join(code for _, code, _ in told(reply))


def test_task_on_an_invitation_meets_the_next_rule_when_one_is_repaired(scene: Scene) -> None:
    """Each line repairs one fault, and leaves those that are asked for later."""
    joined_and_full: dict[str, Any] = {"members": 9, "joined": True}
    of_a_lead = scene.invite(lead_invitation(), **joined_and_full)
    of_a_deal = scene.invite(opportunity_invitation(), **joined_and_full)
    still_open = scene.invite(opportunity_invitation(), **joined_and_full)
    not_joined = scene.invite(opportunity_invitation(), members=10)
    with_room = scene.invite(opportunity_invitation(), members=9)
    for one in (of_a_lead, of_a_deal):
        scene.ask("RejectEngagementInvitation", Identifier=one)
    scene.desk("PutPace", Mode="Held")
    for invitation, account, expected in (
        ("engi-0000000000000", OTHER, "ResourceNotFoundException"),
        (of_a_lead, OTHER, "InvitationAccessDenied"),
        (of_a_lead, ACCOUNT, "InvitationValidationFailed"),
        (of_a_deal, ACCOUNT, "EngagementInvitationConflict"),
        (still_open, ACCOUNT, "EngagementConflict"),
        (not_joined, ACCOUNT, "ServiceQuotaExceeded"),
        (with_room, ACCOUNT, ""),
    ):
        first = start_on(scene, invitation, account)
        if first.status != 200:
            assert ended(first) == expected
            continue
        second = start_on(scene, invitation, account)
        assert ended(second) == "EngagementInvitationConflict"
        assert answered(first)["TaskId"] in answered(second)["Message"]
        named = {"Catalog": "Sandbox", "TaskIdentifier": answered(first)["TaskId"]}
        done = scene.desk("AdvanceTask", **named, Steps=9)
        assert (done["ReasonCode"] or "") == expected

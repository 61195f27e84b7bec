"""ListTasks and GetTask: tasks of every account and kind, each with its steps."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import desk_refusal
from tests.scenes import STEPS, started


def tasks(world: World, **members: Any) -> list[Any]:
    found: list[Any] = []
    while True:
        page = world.desk("ListTasks", **members)
        found += page["Tasks"]
        if page["NextToken"] is None:
            return found
        members["NextToken"] = page["NextToken"]


def ids(found: list[Any]) -> list[str]:
    return [one["TaskId"] for one in found]


def task(world: World, id: str) -> Any:
    return world.desk("GetTask", TaskIdentifier=id)


def states(task: Any) -> list[str]:
    return [step["Status"] for step in task["Steps"]]


def prospecting(world: World, *engagements: str, account: str = ACCOUNT) -> str:
    return str(
        world.client(account).start_prospecting_from_engagement_task(
            Catalog="Sandbox", Identifiers=list(engagements), TaskName="Spring"
        )["TaskId"]
    )


def led(world: World, account: str = ACCOUNT, catalog: str = "Sandbox") -> str:
    """An engagement with a lead, joined by the account: its id."""
    referred = world.desk("ReferLead", Catalog=catalog, ReceiverAccountId=account)
    world.client(account).accept_engagement_invitation(
        Catalog=catalog, Identifier=referred["EngagementInvitationId"]
    )
    return str(referred["EngagementId"])


def test_a_task_that_ended_has_done_all_its_steps(world: World) -> None:
    begun = started(world)
    told = task(world, begun["TaskId"])
    assert [step["Name"] for step in told["Steps"]] == list(STEPS)
    assert states(told) == ["DONE"] * 5
    assert told["Kind"] == "StartEngagementByAcceptingInvitationTask"
    assert (told["AccountId"], told["Catalog"], told["Status"]) == (ACCOUNT, "Sandbox", "COMPLETE")
    assert (told["Held"], told["DueAt"], told["Rules"]) == (False, None, [])
    assert told["OpportunityId"] == begun["OpportunityId"]
    assert task(world, told["TaskArn"]) == told
    assert tasks(world) == [told]


def test_a_held_task_waits_for_a_hand_and_says_which_step_is_next(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    id = started(world)["TaskId"]
    told = task(world, id)
    assert (told["Held"], told["DueAt"], told["Status"]) == (True, None, "IN_PROGRESS")
    assert states(told) == ["NEXT", *["WAITING"] * 4]
    world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=id, Steps=2)
    assert states(task(world, id)) == ["DONE", "DONE", "NEXT", "WAITING", "WAITING"]


def test_a_paced_task_says_when_its_next_step_is_due(world: World) -> None:
    world.desk("PutClock", Time="2026-03-01T00:00:00Z", Frozen=True)
    world.desk("PutPace", Mode="Paced", StepSeconds=30)
    id = started(world)["TaskId"]
    told = task(world, id)
    assert (told["Held"], told["DueAt"]) == (False, "2026-03-01T00:00:30.000Z")
    world.desk("AdvanceClock", Seconds=30)
    told = task(world, id)
    assert (states(told)[:2], told["DueAt"]) == (["DONE", "NEXT"], "2026-03-01T00:01:00.000Z")
    world.desk("PutPace", Mode="Held")
    assert task(world, id)["Held"] is True


def test_a_task_that_failed_says_where_and_by_which_rule(world: World) -> None:
    first = started(world)
    again = world.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=first["EngagementInvitationId"]
    )
    told = task(world, again["TaskId"])
    assert (told["Status"], told["ReasonCode"]) == ("FAILED", "EngagementInvitationConflict")
    assert states(told) == ["FAILED", *["SKIPPED"] * 4]
    assert [rule["Id"] for rule in told["Rules"]] == ["accept-task.status"]
    assert told["Steps"][0]["Rules"] == told["Rules"]
    assert told["Steps"][0]["ReasonCode"] == told["ReasonCode"]
    assert told["Message"]


def test_a_task_that_a_fault_ended_names_no_rule(world: World) -> None:
    world.desk("PutTaskFault", Step="CreateOpportunity", ReasonCode="InternalError")
    told = task(world, started(world)["TaskId"])
    assert states(told) == ["DONE", "FAILED", *["SKIPPED"] * 3]
    assert (told["ReasonCode"], told["Rules"]) == ("InternalError", [])


def test_prospecting_tells_what_became_of_each_engagement(world: World) -> None:
    engagements = [led(world), "eng-00000000000000", led(world)]
    told = task(world, prospecting(world, *engagements))
    assert told["Kind"] == "StartProspectingFromEngagementTask"
    assert [step["EngagementIdentifier"] for step in told["Steps"]] == engagements
    assert states(told) == ["DONE", "FAILED", "DONE"]
    assert (told["Status"], told["ReasonCode"]) == ("COMPLETED", None)
    assert [rule["Id"] for rule in told["Steps"][1]["Rules"]] == ["prospect-task.engagement"]
    failed = task(world, prospecting(world, "eng-00000000000000"))
    assert (failed["Status"], failed["ReasonCode"]) == ("FAILED", "EngagementAccessDenied")
    assert [rule["Id"] for rule in failed["Rules"]] == ["prospect-task.engagement"]


def test_tasks_of_every_account_catalog_and_kind_are_listed_in_order_of_start(
    world: World,
) -> None:
    world.desk("PutClock", Time="2026-03-01T00:00:00Z", Frozen=True)
    begun = [
        started(world)["TaskId"],
        prospecting(world, "eng-00000000000000"),
        started(world, OTHER, "AWS")["TaskId"],
    ]
    world.desk("AdvanceClock", Seconds=1)
    world.desk("PutPace", Mode="Held")
    begun += [started(world, OTHER)["TaskId"], prospecting(world, led(world))]
    client = world.client()
    lead = led(world)
    begun.append(
        client.start_opportunity_from_engagement_task(
            Catalog="Sandbox", Identifier=lead, ContextIdentifier="1"
        )["TaskId"]
    )
    every = tasks(world)
    assert ids(every) == begun
    assert [task(world, id) for id in begun] == every
    assert ids(tasks(world, Status="IN_PROGRESS")) == [begun[3], begun[5]]
    assert ids(tasks(world, Status="PENDING")) == [begun[4]]
    assert ids(tasks(world, Status="FAILED")) == [begun[1]]
    assert ids(tasks(world, Status="COMPLETE")) == [begun[0], begun[2]]
    world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=begun[4])
    assert ids(tasks(world, Status="COMPLETED")) == [begun[0], begun[2], begun[4]]


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_pages_of_any_size_are_the_whole(world: World, size: int) -> None:
    world.desk("PutClock", Time="2026-03-01T00:00:00Z", Frozen=True)
    for account in (ACCOUNT, OTHER):
        started(world, account)
        prospecting(world, "eng-00000000000000", account=account)
        prospecting(world, led(world, account), account=account)
    assert ids(tasks(world, MaxResults=size)) == ids(tasks(world))
    assert len(ids(tasks(world))) == 6


def test_tasks_are_listed_once_and_as_they_are_while_lists_lag(world: World) -> None:
    world.desk("PutClock", Time="2026-03-01T00:00:00Z", Frozen=True)
    world.desk("PutPace", Mode="Held")
    first = started(world)["TaskId"]
    world.desk("PutLag", Seconds=60)
    world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=first, Steps=5)
    begun = [first, started(world)["TaskId"], prospecting(world, "eng-00000000000000")]
    for seconds in (0, 120):
        world.desk("AdvanceClock", Seconds=seconds)
        assert ids(tasks(world)) == begun
        assert ids(tasks(world, Status="COMPLETE")) == [first]


def test_a_token_of_another_question_is_refused(world: World) -> None:
    for _ in range(2):
        started(world)
    token = world.desk("ListTasks", MaxResults=1)["NextToken"]
    told = desk_refusal(world, "ListTasks", Status="COMPLETE", NextToken=token)
    assert told.fields == [("nextToken", "INVALID_VALUE")]


@pytest.mark.parametrize(
    "identifier",
    [
        "task-0000000000000",
        "arn:aws:partnercentral:us-east-1::catalog/Sandbox/opportunity/O1",
    ],
)
def test_a_task_that_is_not_there_is_not_found(world: World, identifier: str) -> None:
    told = desk_refusal(world, "GetTask", TaskIdentifier=identifier)
    assert (told.code, told.message) == (
        "ResourceNotFoundException",
        "There is no such task in this namespace.",
    )

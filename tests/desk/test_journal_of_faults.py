"""What the journal says of calls that met a fault (PutFault), and of answers that were lost."""

import http.client
import json
from typing import Any

from tests.harness import World, opportunity
from tests.journaled import whole
from tests.scenes import started


def last(world: World) -> Any:
    return world.desk("ListCalls", Operation="CreateOpportunity")["Calls"][-1]


def put_fault(world: World, **members: Any) -> str:
    return str(world.desk("PutFault", Operation="CreateOpportunity", **members)["FaultId"])


def create(world: World) -> int:
    """The status of a CreateOpportunity; 0 if the connection was closed."""
    body = {"Catalog": "Sandbox", "ClientToken": "one", **opportunity()}
    try:
        return world.post("CreateOpportunity", body).status
    except (OSError, http.client.HTTPException):
        return 0


def test_a_call_that_a_fault_ended_names_the_fault_and_no_rule(world: World) -> None:
    before = put_fault(world, Error="ThrottlingException")
    assert create(world) == 400
    told = last(world)
    assert (told["Outcome"], told["FaultId"], told["Rules"]) == ("ThrottlingException", before, [])
    after = put_fault(world, Error="InternalServerException", When="After")
    assert create(world) == 500
    told = last(world)
    assert (told["Outcome"], told["FaultId"], told["Status"]) == (
        "InternalServerException",
        after,
        500,
    )
    assert create(world) == 200
    assert (last(world)["Replayed"], last(world)["FaultId"]) == (True, None)


def test_a_call_whose_answer_was_lost_tells_the_answer_that_it_would_have_had(
    world: World,
) -> None:
    fault = put_fault(world, Effect="Cut", When="After")
    assert create(world) == 0
    told = last(world)
    assert (told["Outcome"], told["Status"], told["Cut"]) == ("Success", 200, True)
    assert told["FaultId"] == fault
    assert json.loads(whole(world, told)["Response"])["Id"].startswith("O")


def test_a_call_that_was_cut_before_its_effect_has_no_answer(world: World) -> None:
    put_fault(world, Effect="Cut", When="Before")
    assert create(world) == 0
    told = last(world)
    assert (told["Outcome"], told["Status"], told["Cut"]) == ("Cut", None, True)
    assert "before the call had any effect" in told["Message"]
    assert whole(world, told)["Response"] is None


def test_a_wait_counts_as_time_that_the_call_took(world: World) -> None:
    put_fault(world, Effect="Delay", DelayMilliseconds=30, When="Before")
    put_fault(world, Effect="Delay", DelayMilliseconds=30, When="After")
    for _ in range(2):
        assert create(world) == 200
        assert last(world)["DurationMilliseconds"] >= 30
        assert last(world)["FaultId"]


def test_a_task_that_a_fault_ended_names_it_in_the_call_that_started_it(world: World) -> None:
    fault = world.desk("PutTaskFault", Step="CreateOpportunity", ReasonCode="InternalError")
    started(world)
    call = world.desk("ListCalls")["Calls"][-1]
    assert (call["FaultId"], call["Rules"]) == (fault["FaultId"], [])


def test_a_call_over_its_quota_names_the_quota(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    world.desk("PutQuotas", Mode="Documented")
    assert [create(world), create(world)] == [200, 400]
    assert last(world)["Outcome"] == "ThrottlingException"
    assert last(world)["Rules"] == [
        {"Id": "quota.calls", "Source": "documented", "Cite": "developer guide: Quotas"}
    ]


def test_what_the_desk_is_told_in_free_words_is_blotted_out(world: World) -> None:
    rejected = {"Outcome": "Rejected", "TitlePattern": "s3cret", "Comments": "s3cret"}
    world.desk("PutAutopilot", **rejected)
    step = {"Step": "AcceptInvitation", "ReasonCode": "InternalError"}
    world.desk("PutTaskFault", **step, Message="s3cret")
    world.desk("ListFaults")
    for call in world.desk("ListCalls")["Calls"]:
        told = whole(world, call)
        assert "s3cret" not in f"{told['Request']} {told['Response']}"

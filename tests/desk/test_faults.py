"""Faults of calls at the desk: which calls they act on, what they do before and after an effect,
and what is told of them. How a connection is cut and how calls wait: test_waits_and_cuts.py."""

from pathlib import Path
from typing import Any

import pytest

from cosell.store.faults import KEPT_MAX
from tests.databases import fresh
from tests.harness import ACCOUNT, OTHER, Server, World, opportunity, send
from tests.refusal import desk_refusal, refusal

THROTTLED = "ThrottlingException"
BOX = {"Catalog": "Sandbox"}


def pipeline(world: World, account: str = ACCOUNT) -> list[Any]:
    page = world.client(account).list_opportunities(**BOX)
    return list(page["OpportunitySummaries"])


def is_refused(world: World) -> bool:
    return world.post("ListSolutions", BOX).status != 200


def listed(world: World) -> list[Any]:
    return list(world.desk("ListFaults")["Faults"])


# --- which calls ---------------------------------------------------------------------------------


def test_fault_stands_as_it_was_put(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    asked = {
        "AccountId": ACCOUNT, "Count": 3, "Effect": "Error", "Error": THROTTLED,
        "Operation": "ListSolutions", "When": "After",
    }  # fmt: skip
    put = world.desk("PutFault", **asked, ExpiresInSeconds=60)
    assert put.pop("FaultId").startswith("fault-")
    assert put == {
        **asked, "DelayMilliseconds": None, "ErrorList": None, "Message": None, "Reason": None,
        "ExpiresAt": "2030-01-01T00:01:00.000Z", "Fired": 0, "Remaining": 3, "Seed": None,
        "Share": None, "Status": "Live",
    }  # fmt: skip
    assert is_refused(world)
    [fault] = listed(world)
    assert fault.items() >= {"Kind": "Call", **asked, "Fired": 1, "Remaining": 2}.items()


def test_shortest_fault_is_one_error_before_any_effect(world: World) -> None:
    put = world.desk("PutFault", Error=THROTTLED)
    told = {"Effect": "Error", "When": "Before", "Count": 1, "Operation": None, "AccountId": None}
    assert put.items() >= told.items()
    refused = refusal(world.client().create_opportunity, **BOX, **opportunity())
    assert (refused.code, refused.message) == (THROTTLED, "Rate exceeded")
    assert pipeline(world) == []


def test_fault_of_any_operation_leaves_the_desk_and_the_token_service_alone(world: World) -> None:
    world.desk("PutFault", Error=THROTTLED, Count=2)
    assert world.desk("GetClock")["Frozen"] is False
    form = b"Action=GetCallerIdentity&Version=2011-06-15"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = send(world.server.url, "POST", f"/ns/{world.namespace}/", form, kind)
    assert reply.status == 200
    assert [one["Fired"] for one in listed(world)] == [0]
    assert refusal(world.client().list_opportunities, **BOX).code == THROTTLED
    assert refusal(world.client(OTHER).list_solutions, **BOX).code == THROTTLED
    assert pipeline(world) == []


def test_fault_of_an_account_leaves_others_alone(world: World) -> None:
    world.desk("PutFault", Error=THROTTLED, AccountId=OTHER)
    world.desk("PutFault", Error="AccessDeniedException", Operation="ListSolutions")
    assert pipeline(world) == []
    assert refusal(world.client(OTHER).list_solutions, **BOX).code == THROTTLED
    assert refusal(world.client(OTHER).list_solutions, **BOX).code == "AccessDeniedException"
    assert pipeline(world, OTHER) == []


def test_call_that_is_refused_before_the_fault_does_not_spend_it(world: World) -> None:
    world.desk("PutFault", Error=THROTTLED)
    assert world.post("ListSolutions", b"{").document["__type"] == "SerializationException"
    assert world.post("ListSolution", {}).document["__type"] == "UnknownOperationException"
    assert [one["Fired"] for one in listed(world)] == [0]


def test_call_that_is_refused_after_the_fault_spends_it(world: World) -> None:
    world.desk("PutFault", Error=THROTTLED, When="After", Count=2)
    assert refusal(world.client().list_solutions, Catalog="Nowhere").code == THROTTLED
    gone = {**BOX, "Identifier": "O1"}
    assert refusal(world.client().get_opportunity, **gone).code == THROTTLED
    assert refusal(world.client().get_opportunity, **gone).code == "ResourceNotFoundException"


# --- before and after ----------------------------------------------------------------------------


@pytest.mark.parametrize("error", [THROTTLED, "InternalServerException", "ConflictException"])
def test_error_after_the_effect_leaves_the_effect(world: World, error: str) -> None:
    world.desk("PutFault", Operation="CreateOpportunity", Error=error, When="After")
    partner, asked = world.client(), {**BOX, **opportunity(ClientToken="one")}
    assert refusal(partner.create_opportunity, **asked).code == error
    [made] = pipeline(world)
    assert partner.create_opportunity(**asked)["Id"] == made["Id"]
    assert len(pipeline(world)) == 1


def test_error_before_the_effect_leaves_nothing(world: World) -> None:
    world.desk("PutFault", Operation="CreateOpportunity", Error=THROTTLED, When="Before")
    partner, asked = world.client(), {**BOX, **opportunity(ClientToken="one")}
    assert refusal(partner.create_opportunity, **asked).code == THROTTLED
    assert pipeline(world) == []
    made = partner.create_opportunity(**asked)
    assert [one["Id"] for one in pipeline(world)] == [made["Id"]]


def test_faults_do_not_act_on_what_a_client_token_binds(world: World) -> None:
    """The same token with another body is still a conflict after the fault is spent."""
    partner, asked = world.client(), {**BOX, **opportunity(ClientToken="one")}
    partner.create_opportunity(**asked)
    world.desk("PutFault", Operation="CreateOpportunity", Error=THROTTLED)
    assert refusal(partner.create_opportunity, **asked).code == THROTTLED
    other = {**asked, "Origin": "Partner Referral"}
    assert refusal(partner.create_opportunity, **other).code == "ConflictException"
    assert len(pipeline(world)) == 1


# --- how many ------------------------------------------------------------------------------------


def pattern(world: World, calls: int = 40) -> list[bool]:
    return [is_refused(world) for _ in range(calls)]


def test_share_is_drawn_the_same_by_the_same_seed(world: World) -> None:
    asked = {"Operation": "ListSolutions", "Error": THROTTLED, "Share": 0.3}
    worlds = [world, World(world.server), World(world.server)]
    for one, seed in zip(worlds, (11, 11, 12), strict=True):
        put = one.desk("PutFault", **asked, Seed=seed)
        assert (put["Share"], put["Seed"], put["Count"], put["Remaining"]) == (
            0.3, seed, None, None
        )  # fmt: skip
    first, same, other = map(pattern, worlds)
    assert first == same != other
    assert 2 <= sum(first) <= 24
    assert listed(world)[0]["Fired"] == sum(first)


def test_share_without_a_seed_tells_the_one_it_drew(world: World) -> None:
    asked = {"Operation": "ListSolutions", "Error": THROTTLED, "Share": 0.5}
    put = world.desk("PutFault", **asked)
    again = World(world.server)
    again.desk("PutFault", **asked, Seed=put["Seed"])
    assert pattern(world) == pattern(again)


def test_share_goes_on_where_it_was_after_a_restart(tmp_path: Path, world: World) -> None:
    asked = {"Operation": "ListSolutions", "Error": THROTTLED, "Share": 0.5, "Seed": 5}
    world.desk("PutFault", **asked)
    server = Server(fresh(tmp_path)).start()
    restarted = World(server)
    restarted.desk("PutFault", **asked)
    met = pattern(restarted, 15)
    server.kill()
    assert server.main is not None
    server.main.wait()
    server.start()
    met += pattern(restarted, 15)
    assert server.stop() == 0
    assert met == pattern(world, 30)


def test_faults_go_on_where_they_were_in_a_fork_and_in_a_saved_namespace(world: World) -> None:
    asked = {"Operation": "ListSolutions", "Error": THROTTLED}
    share = world.desk("PutFault", **asked, Share=0.5, Seed=5)["FaultId"]
    world.desk("PutFault", Operation="GetOpportunity", Error=THROTTLED, Count=3)
    world.desk("PutTaskFault", Step="AcceptInvitation", ReasonCode="InternalError")
    pattern(world, 15)
    fork, loaded = World(world.server), World(world.server)
    fork.desk("ForkNamespace", Source=world.namespace)
    loaded.desk("LoadNamespace", State=world.desk("SaveNamespace")["State"])
    told = listed(world)
    assert listed(fork) == told
    assert [{**one, "FaultId": ""} for one in listed(loaded)] == [
        {**one, "FaultId": ""} for one in told
    ]
    rest = pattern(world, 30)
    assert pattern(fork, 30) == pattern(loaded, 30) == rest
    assert fork.desk("DeleteFault", FaultId=share)
    assert len(listed(world)) == 3


def test_every_call_is_a_share_of_one(world: World) -> None:
    world.desk("PutFault", Operation="ListSolutions", Error=THROTTLED, Share=1)
    assert all(pattern(world, 5))


def test_fault_expires_on_the_namespace_s_clock(world: World) -> None:
    world.desk("PutFault", Operation="ListSolutions", Error=THROTTLED, Share=1, ExpiresInSeconds=60)
    assert is_refused(world)
    world.desk("AdvanceClock", Seconds=60)
    assert [one["Status"] for one in listed(world)] == ["Expired"]
    assert not is_refused(world)
    assert [(one["Status"], one["Fired"]) for one in listed(world)] == [("Expired", 1)]


# --- what is told of them ------------------------------------------------------------------------


def test_faults_are_listed_in_order_until_they_are_deleted(world: World) -> None:
    assert listed(world) == []
    put = [
        world.desk("PutFault", Operation="ListSolutions", Error=THROTTLED),
        world.desk("PutTaskFault", Step="AcceptInvitation", ReasonCode="InternalError", Count=2),
        world.desk("PutFault", Effect="Delay", DelayMilliseconds=0, Share=0.5, Seed=1),
    ]
    assert put[1].items() >= {"Fired": 0, "Remaining": 2, "Status": "Live", "Task": None}.items()
    assert is_refused(world)
    ids = [one["FaultId"] for one in put]
    faults = listed(world)
    assert [(one["FaultId"], one["Kind"], one["Status"]) for one in faults] == [
        (ids[0], "Call", "Spent"), (ids[1], "Task", "Live"), (ids[2], "Call", "Live")
    ]  # fmt: skip
    assert faults[1]["ReasonCode"] == "InternalError"
    for id in (ids[1], ids[0]):
        assert world.desk("DeleteFault", FaultId=id) == {"FaultId": id}
    assert [one["FaultId"] for one in listed(world)] == [ids[2]]
    gone = desk_refusal(world, "DeleteFault", FaultId=ids[0])
    assert (gone.code, ids[0] in gone.message) == ("ResourceNotFoundException", True)
    assert desk_refusal(World(world.server), "DeleteFault", FaultId=ids[2]).code == gone.code
    world.desk("ResetNamespace")
    assert listed(world) == []


def test_task_fault_that_was_deleted_is_not_met(world: World) -> None:
    put = world.desk("PutTaskFault", Step="AcceptInvitation", ReasonCode="InternalError")
    world.desk("DeleteFault", FaultId=put["FaultId"])
    start = world.client().start_engagement_by_accepting_invitation_task
    referred = world.referred()
    assert start(**BOX, Identifier=referred["EngagementInvitationId"])["TaskStatus"] == "COMPLETE"


def test_task_fault_that_was_met_is_listed_as_spent(world: World) -> None:
    put = world.desk("PutTaskFault", Step="AcceptInvitation", ReasonCode="InternalError")
    start = world.client().start_engagement_by_accepting_invitation_task
    referred = world.referred()
    assert start(**BOX, Identifier=referred["EngagementInvitationId"])["TaskStatus"] == "FAILED"
    [fault] = listed(world)
    assert (fault["FaultId"], fault["Status"], fault["Fired"]) == (put["FaultId"], "Spent", 1)


def test_count_0_takes_back_what_was_put_for_the_same(world: World) -> None:
    for members in ({"Operation": "ListSolutions"}, {"AccountId": OTHER}, {}):
        world.desk("PutFault", Error=THROTTLED, Count=9, **members)
    asked = {"Operation": "ListSolutions", "Error": THROTTLED, "Count": 0}
    assert world.desk("PutFault", **asked).items() >= {**asked, "FaultId": None}.items()
    assert [one["AccountId"] for one in listed(world)] == [OTHER, None]
    world.desk("PutFault", AccountId=OTHER, Count=0)
    assert [one["AccountId"] for one in listed(world)] == [None]
    world.desk("PutFault", Count=0)
    assert listed(world) == []
    assert not is_refused(world)


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({}, [("error", "REQUIRED_FIELD_MISSING")]),
        ({"Effect": "Delay"}, [("delayMilliseconds", "REQUIRED_FIELD_MISSING")]),
        ({"Effect": "Delay", "DelayMilliseconds": 300_001},
         [("delayMilliseconds", "VALUE_OUT_OF_RANGE")]),
        ({"Effect": "Delay", "DelayMilliseconds": 1, "Error": THROTTLED},
         [("error", "INVALID_VALUE")]),
        ({"Effect": "Cut", "DelayMilliseconds": 1, "Error": THROTTLED},
         [("error", "INVALID_VALUE"), ("delayMilliseconds", "INVALID_VALUE")]),
        ({"Error": THROTTLED, "DelayMilliseconds": 1}, [("delayMilliseconds", "INVALID_VALUE")]),
        ({"Error": THROTTLED, "Share": 0}, [("share", "VALUE_OUT_OF_RANGE")]),
        ({"Error": THROTTLED, "Share": 1.1}, [("share", "VALUE_OUT_OF_RANGE")]),
        ({"Error": THROTTLED, "Share": 0.5, "Count": 1}, [("share", "INVALID_VALUE")]),
        ({"Error": THROTTLED, "Seed": 1}, [("seed", "INVALID_VALUE")]),
        ({"Error": THROTTLED, "ExpiresInSeconds": 0},
         [("expiresInSeconds", "VALUE_OUT_OF_RANGE")]),
        ({"Error": THROTTLED, "When": "Never"}, [("when", "INVALID_ENUM_VALUE")]),
        ({"Error": THROTTLED, "AccountId": "aws"}, [("accountId", "INVALID_STRING_FORMAT")]),
        ({"Error": "KeyError"}, [("error", "INVALID_VALUE")]),
        ({"Error": "ConflictException", "Operation": "GetOpportunity"},
         [("error", "INVALID_VALUE")]),
    ],
)  # fmt: skip
def test_fault_that_makes_no_sense_is_refused(
    world: World, members: dict[str, Any], fields: list[tuple[str, str]]
) -> None:
    refused = desk_refusal(world, "PutFault", **members)
    assert (refused.code, refused.fields) == ("ValidationException", fields)
    assert all(told for _, _, told in refused.errors)
    assert listed(world) == []


def test_faults_of_a_namespace_are_bounded(world: World) -> None:
    world.desk("PutFault", Operation="ListSolutions", Error=THROTTLED)
    assert is_refused(world)
    for _ in range(KEPT_MAX):
        world.desk("PutFault", Operation="GetOpportunity", Error=THROTTLED)
    refused = desk_refusal(world, "PutFault", Error=THROTTLED)
    assert refused.fields == [("count", "INVALID_VALUE")]
    assert "DeleteFault" in refused.message
    assert len(listed(world)) == KEPT_MAX


def test_fault_of_a_task_needs_a_reason_unless_it_takes_back(world: World) -> None:
    told = desk_refusal(world, "PutTaskFault", Step="AcceptInvitation")
    assert told.fields == [("reasonCode", "REQUIRED_FIELD_MISSING")]
    assert "InvitationAccessDenied" in told.message
    for more in ({}, {"Count": 0}):
        asked = {"Step": "AcceptInvitation", "ReasonCode": "OpportunityConflict", **more}
        told = desk_refusal(world, "PutTaskFault", **asked)
        assert told.fields == [("reasonCode", "INVALID_VALUE")]
    world.desk("PutTaskFault", Step="AcceptInvitation", ReasonCode="InternalError", Count=2)
    world.desk("PutTaskFault", Step="AcceptInvitation", Count=0)
    assert world.desk("ListFaults")["Faults"] == []


def test_one_fault_is_listed_by_its_id(world: World) -> None:
    ids = [world.desk("PutFault", Error="ThrottlingException")["FaultId"] for _ in range(2)]
    [fault] = world.desk("ListFaults", FaultId=ids[1])["Faults"]
    assert fault["FaultId"] == ids[1]
    world.desk("DeleteFault", FaultId=ids[1])
    assert world.desk("ListFaults", FaultId=ids[1])["Faults"] == []

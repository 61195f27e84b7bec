"""ListCalls and GetCall: every call of a namespace, what came of it, and finding one."""

import json
from typing import Any

import pytest

from cosell.journal import BODY_BYTES_MAX
from tests.harness import ACCOUNT, NOBODY, OTHER, Server, World, opportunity
from tests.journaled import calls, last, rules, whole
from tests.refusal import desk_refusal, refusal

DESK, SELLING = "cosell", "partnercentral-selling"


# --- what is in it -------------------------------------------------------------------------------


def test_a_call_is_told_with_what_it_was_and_what_came_of_it(world: World) -> None:
    world.desk("PutClock", Time="2026-03-01T00:00:00Z", Frozen=True)
    answer = world.client().create_opportunity(
        Catalog="Sandbox", ClientToken="one", **opportunity()
    )
    put, made = calls(world)
    assert (put["Service"], put["Operation"], put["AccountId"]) == (DESK, "PutClock", NOBODY)
    assert made | {"RealTime": "", "DurationMilliseconds": 0.0} == {
        "Seq": put["Seq"] + 1,
        "RequestId": answer["ResponseMetadata"]["RequestId"],
        "AccountId": ACCOUNT,
        "Service": SELLING,
        "Operation": "CreateOpportunity",
        "Time": "2026-03-01T00:00:00.000Z",
        "RealTime": "",
        "DurationMilliseconds": 0.0,
        "Status": 200,
        "Outcome": "Success",
        "Message": None,
        "Rules": [],
        "FaultId": None,
        "Cut": False,
        "Cleared": [],
        "Warnings": [],
        "Replayed": False,
        "Request": None,
        "Response": None,
        "NotKept": None,
    }
    assert made["RealTime"] > "2026-03-02"
    assert made["DurationMilliseconds"] > 0


def test_a_repeated_client_token_is_told(world: World) -> None:
    client = world.client()
    for _ in range(2):
        client.create_opportunity(Catalog="Sandbox", ClientToken="one", **opportunity())
    assert [call["Replayed"] for call in calls(world)] == [False, True]
    refusal(
        client.create_opportunity,
        Catalog="Sandbox",
        ClientToken="one",
        **opportunity(NationalSecurity="No"),
    )
    assert (last(world)["Replayed"], rules(last(world))) == (False, ["token.other-body"])


def test_reading_the_journal_is_not_in_it(world: World) -> None:
    world.desk("GetClock")
    assert [call["Operation"] for call in calls(world)] == ["GetClock"]
    whole(world, last(world))
    desk_refusal(world, "ListCalls", MaxResults=0)
    desk_refusal(world, "GetCall", RequestId="another")
    assert [call["Operation"] for call in calls(world)] == ["GetClock"]


def test_each_namespace_has_its_own(world: World, server: Server) -> None:
    other = World(server)
    world.desk("GetClock")
    other.desk("ListEvents")
    assert [call["Operation"] for call in calls(world)] == ["GetClock"]
    assert [call["Operation"] for call in calls(other)] == ["ListEvents"]


def test_a_reset_namespace_has_an_empty_one(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    world.desk("ResetNamespace", ClientToken="one")
    assert calls(world) == []
    world.desk("GetClock")
    world.desk("ResetNamespace", ClientToken="one")  # it is answered, and resets nothing again
    assert [call["Operation"] for call in calls(world)] == ["GetClock", "ResetNamespace"]


def test_a_forked_loaded_or_deleted_namespace_has_an_empty_one(
    world: World, server: Server
) -> None:
    world.desk("PutPace", Mode="Held")
    copy = World(server)
    copy.desk("GetClock")
    copy.desk("ForkNamespace", Source=world.namespace)
    assert calls(copy) == []
    saved = world.desk("SaveNamespace")["State"]
    assert whole(world, last(world))["Response"] is not None
    assert saved not in whole(world, last(world))["Response"]
    world.desk("LoadNamespace", State=saved)
    assert calls(world) == []
    desk_refusal(world, "LoadNamespace", State="bm90aGluZw==")
    assert rules(last(world)) == ["desk.state-value"]
    world.desk("DeleteNamespace")
    assert calls(world) == []


# --- Cleared -------------------------------------------------------------------------------------


def test_members_that_an_update_nulled_by_leaving_them_out_are_told(world: World) -> None:
    client = world.client()
    plain = opportunity(Marketing={"Source": "None"})
    rich = opportunity(
        LifeCycle={**plain["LifeCycle"], "NextSteps": "Call them."},
        Project={**plain["Project"], "AdditionalComments": "By phone.", "ApnPrograms": ["APN"]},
        PartnerOpportunityIdentifier="one",
    )
    named = {"Catalog": "Sandbox"}
    named["Identifier"] = client.create_opportunity(**named, **rich)["Id"]

    def update(**changes: Any) -> list[str]:
        before = client.get_opportunity(**named)
        client.update_opportunity(
            **named, LastModifiedDate=before["LastModifiedDate"], **plain, **changes
        )
        cleared: list[str] = last(world)["Cleared"]
        return sorted(cleared)

    assert update(PartnerOpportunityIdentifier="two") == [
        "LifeCycle.NextSteps",
        "Project.AdditionalComments",
        "Project.ApnPrograms",
    ]
    assert client.get_opportunity(**named)["LifeCycle"].get("NextSteps") is None
    assert update() == ["PartnerOpportunityIdentifier"]
    assert update() == []  # there was nothing any more


def test_a_refused_update_clears_nothing(world: World) -> None:
    client = world.client()
    id = client.create_opportunity(Catalog="Sandbox", **opportunity())["Id"]
    refusal(
        client.update_opportunity,
        Catalog="Sandbox",
        Identifier=id,
        LastModifiedDate="2020-01-01T00:00:00Z",
    )
    assert (last(world)["Outcome"], last(world)["Cleared"]) == ("ConflictException", [])
    assert rules(last(world)) == ["update.last-modified-date"]


# --- bodies --------------------------------------------------------------------------------------


def test_calls_are_listed_with_what_they_said_as_each_is_told_alone(world: World) -> None:
    client = world.client()
    client.create_opportunity(Catalog="Sandbox", **opportunity())
    refusal(client.get_opportunity, Catalog="Sandbox", Identifier="O0000001")
    world.post("ListSolutions", b"no JSON")
    world.post("CreateOpportunity", {"Catalog": "AWS", "Origin": "x" * BODY_BYTES_MAX})
    world.desk("PutPartner", AccountId=ACCOUNT, WebsiteUrl="https://secret.example.com")
    told = calls(world, IncludeBodies=True)
    assert told == [whole(world, call) for call in told]
    assert [call["NotKept"] for call in told] == [[], [], [], ["Request"], []]
    assert [call["Request"] is None for call in told] == [False, False, True, True, False]
    assert told[0]["Request"].count("***")
    assert "secret" not in str(told)
    assert [call["Seq"] for call in told] == [call["Seq"] for call in calls(world)]


def test_a_page_with_bodies_ends_where_they_are_too_many(world: World) -> None:
    """Whenever the journal lets go of the oldest, it has about as much as a page at least."""
    asked: dict[str, Any] = {"IncludeBodies": True}
    for made in range(1, 60):
        body = {"Catalog": "AWS", "Origin": "x" * 200_000, "ClientToken": str(made)}
        world.post("CreateOpportunity", body)
        if made > 20 and (first := world.desk("ListCalls", **asked))["NextToken"]:
            break
    second = world.desk("ListCalls", **asked, NextToken=first["NextToken"])
    sizes = [
        sum(len(call["Request"]) + len(call["Response"]) for call in page["Calls"])
        for page in (first, second)
    ]
    assert max(sizes) <= 4 << 20 < sum(sizes)
    tokens = [
        int(json.loads(call["Request"])["ClientToken"])
        for call in [*first["Calls"], *second["Calls"]]
    ]
    assert tokens == [*range(first["Forgotten"] + 1, made + 1)]


# --- filters and pages ---------------------------------------------------------------------------


def test_calls_are_found_by_account_and_operation_and_after_a_seq(world: World) -> None:
    for account in (ACCOUNT, OTHER):
        client = world.client(account)
        client.list_opportunities(Catalog="Sandbox")
        client.list_solutions(Catalog="Sandbox")
    every = calls(world)
    assert [call["AccountId"] for call in every] == [ACCOUNT, ACCOUNT, OTHER, OTHER]
    assert calls(world, AccountId=OTHER) == every[2:]
    assert calls(world, Operation="ListSolutions") == every[1::2]
    assert calls(world, AccountId=ACCOUNT, Operation="ListSolutions") == every[1:2]
    assert calls(world, AfterSeq=every[1]["Seq"]) == every[2:]
    assert calls(world, Operation="Nothing") == []


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_of_any_size_are_the_whole(world: World, size: int) -> None:
    for _ in range(5):
        world.desk("GetClock")
    assert [call["Seq"] for call in calls(world, MaxResults=size)] == [
        call["Seq"] for call in calls(world)
    ]


def test_a_token_of_another_question_is_refused(world: World) -> None:
    for _ in range(3):
        world.desk("GetClock")
    token = world.desk("ListCalls", MaxResults=1)["NextToken"]
    told = desk_refusal(world, "ListCalls", NextToken=token, Operation="GetClock")
    assert told.fields == [("nextToken", "INVALID_VALUE")]


def test_a_call_that_the_journal_does_not_have_is_not_found(world: World) -> None:
    told = desk_refusal(world, "GetCall", RequestId="00000000-0000-4000-8000-000000000000")
    assert told.code == "ResourceNotFoundException"
    assert "1,000" in told.message

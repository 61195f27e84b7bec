"""The journal as a test reads it."""

import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from cosell.http import HttpRequest
from cosell.testing.calling import DESK, SELLING, Caller, Refused
from cosell.testing.missing import CallsForgotten
from cosell.testing.place import Here
from cosell.testing.world import World


def elsewhere(world: World) -> Caller:
    """Calls as another process makes them: not on the world's own way."""
    return Caller(world.place, world.name, world.account, SELLING)


def ask(world: World, *operations: str) -> None:
    for operation in operations:
        world.caller()(operation, Catalog="AWS")


def test_calls_stand_in_order(world: World) -> None:
    assert len(world.calls) == 0
    ask(world, "ListOpportunities", "ListSolutions", "ListOpportunities")
    assert world.calls.operations == ["ListOpportunities", "ListSolutions", "ListOpportunities"]
    assert len(world.calls.of("list_opportunities")) == 2
    assert world.calls.last.operation == "ListOpportunities"
    assert world.calls[1].operation == "ListSolutions"
    assert world.calls[-2:].operations == ["ListSolutions", "ListOpportunities"]
    ask(world, "ListEngagements")
    assert world.calls.last.operation == "ListEngagements"


def test_what_a_call_says(world: World) -> None:
    world.clock.freeze("2026-03-01")
    ask(world, "ListSolutions")
    call = world.calls.last
    assert (call.account, call.outcome, call.status) == (world.account, "Success", 200)
    assert not call.refused
    assert call.time == world.clock.now()
    assert call.request == {"Catalog": "AWS"}
    assert call.response["SolutionSummaries"]
    assert str(call) == f"ListSolutions as {world.account}: Success"


def test_refusal_has_its_rules(world: World) -> None:
    client = world.partner.client
    found = world.given.opportunity()
    request = world.example("UpdateOpportunity", Identifier=found.Id)
    request["LifeCycle"]["Stage"] = "Launched"
    with pytest.raises(ClientError):
        client.update_opportunity(**request)
    call = world.calls.refused.last
    assert call.outcome == "ValidationException"
    assert "stage" in call.message.lower()
    assert call.rules[0].id.startswith("update.stage")
    assert call.rules[0].source in ("documented", "observed", "decision", "not documented")
    assert call.rules[0].id in str(call)


def test_no_call_is_told(world: World) -> None:
    with pytest.raises(LookupError, match="No such call was made"):
        _ = world.calls.of("GetOpportunity").last


def test_by_account(world: World) -> None:
    world.caller("B")("ListSolutions", Catalog="AWS")
    ask(world, "ListEngagements")
    account = world.partner("B").account
    for who in (account, "B", world.partner("B")):
        assert world.calls.by(who).operations == ["ListSolutions"]
    for default in (None, world.partner, world.account):
        assert world.calls.by(default).operations == ["ListEngagements"]
    assert world.calls.all.by("B")[:1].of("ListSolutions").by("B").operations == ["ListSolutions"]


def test_operation_that_there_is_not_is_told(world: World) -> None:
    with pytest.raises(ValueError, match="Did you mean ListOpportunities"):
        world.calls.of("ListOportunities")
    with pytest.raises(ValueError, match="no operation 'ListThings'"):
        world.calls.refused.of("list_things")
    assert not world.calls.of("get_caller_identity")
    assert not world.calls.of("list_opportunities")


def test_dead_calls_stand_in_their_place(world: World) -> None:
    client = world.partner.client
    client.list_solutions(Catalog="AWS")
    with pytest.raises(ParamValidationError):
        client.list_solutions(Katalog="AWS")
    client.list_engagements(Catalog="AWS")
    assert world.calls.operations == ["ListSolutions", "ListSolutions", "ListEngagements"]
    [dead] = world.calls.dead
    assert (dead.outcome, dead.dead, dead.refused) == ("ParamValidationError", True, True)
    assert "Katalog" in dead.message
    assert dead.response is None


def test_replayed(world: World) -> None:
    request: dict[str, Any] = world.example("CreateOpportunity")
    for _ in range(2):
        world.partner.client.create_opportunity(**request)
    assert [call.replayed for call in world.calls] == [False, True]


def test_cleared(world: World) -> None:
    found = world.given.opportunity()
    request = world.example("UpdateOpportunity", Identifier=found.Id)
    world.partner.client.update_opportunity(**request)
    assert world.calls.cleared == []
    del request["Project"]["DeliveryModels"]
    request["LastModifiedDate"] = world.caller()(
        "GetOpportunity", Catalog="Sandbox", Identifier=found.Id
    ).LastModifiedDate
    world.partner.client.update_opportunity(**request)
    assert world.calls.cleared == ["Project.DeliveryModels"]
    assert world.calls.last.cleared == ("Project.DeliveryModels",)


def test_fault_is_named(world: World) -> None:
    with world.faults.throttle("ListSolutions") as fault:
        world.partner.client.list_solutions(Catalog="AWS")
    assert world.calls[0].fault_id == fault.id
    assert world.calls[1].fault_id is None


def test_cut_calls_are_told_from_lost_answers(world: World) -> None:
    for fault in (world.faults.cut, world.faults.lose_answer):
        with fault("CreateOpportunity"):
            world.partner.client.create_opportunity(**world.example("CreateOpportunity"))
    told = [(call.outcome, call.cut, call.replayed) for call in world.calls]
    assert told == [
        ("Cut", True, False),
        ("Success", False, False),
        ("Success", True, False),
        ("Success", False, True),
    ]


def test_call_that_was_refused_before_anybody_was_known(world: World) -> None:
    path = f"/ns/{world.name}/"
    headers = {
        "host": "localhost",
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "AWSPartnerCentralSelling.ListSolutions",
        "authorization": "AWS4-HMAC-SHA256 nothing",
    }
    ask(world, "ListSolutions")
    world.place.exchange(HttpRequest("POST", path, "", headers, b"{}"))
    assert world.calls.last.refused
    assert world.calls.last.account == ""


def test_since_a_mark(world: World) -> None:
    ask(world, "ListSolutions")
    mark = world.calls.mark()
    world.given.opportunity()
    ask(world, "ListEngagements")
    assert world.calls.since(mark).operations == ["ListEngagements"]


def test_what_was_read_is_kept_beyond_the_ring(world: World) -> None:
    for _ in range(3):
        ask(world, *["ListSolutions"] * 600)
        assert len(world.calls) % 600 == 0
    assert len(world.calls) == 1800


def test_threads_lose_and_double_nothing(world: World) -> None:
    def work(_: int) -> None:
        for _ in range(20):
            ask(world, "ListSolutions")
            assert world.calls.last.operation == "ListSolutions"

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(world.calls) == 160
    assert len({call.seq for call in world.calls}) == 160


def test_calls_that_the_desk_forgets_are_read_before(world: World) -> None:
    client = world.client(config=Config(retries={"total_max_attempts": 1}))
    with world.faults.throttle("ListSolutions"), pytest.raises(ClientError):
        client.list_solutions(Catalog="Sandbox")
    for _ in range(1_100):
        client.list_opportunities(Catalog="Sandbox")
    assert world.calls.refused.operations == ["ListSolutions"]
    assert len(world.calls) == 1_101


def test_calls_that_were_forgotten_are_warned_of(world: World) -> None:
    call = elsewhere(world)
    for _ in range(1_100):
        call("ListOpportunities", Catalog="Sandbox")
    with pytest.warns(CallsForgotten, match="^100 calls of"):
        assert len(world.calls) == 1_000
    assert len(world.calls) == 1_000
    for _ in range(1_010):
        call("ListOpportunities", Catalog="Sandbox")
    with pytest.warns(CallsForgotten, match="^10 calls of"):
        assert len(world.calls) == 2_000


def test_calls_that_were_forgotten_for_their_size_are_warned_of(world: World) -> None:
    call = elsewhere(world)
    for _ in range(60):
        with pytest.raises(Refused):
            call("CreateOpportunity", Catalog="Sandbox", Origin="x" * 200_000)
    with pytest.warns(CallsForgotten) as warned:
        left = len(world.calls)
    assert str(warned[0].message).startswith(f"{60 - left} calls of {world.name} are missing here")
    assert 0 < left < 60
    world.desk("ResetNamespace")
    call("ListOpportunities", Catalog="Sandbox")
    assert len(world.calls) == left + 1


def test_big_calls_are_read_before_they_are_forgotten(world: World) -> None:
    client = world.client()
    for number in range(120):
        with pytest.raises(ClientError):
            client.create_opportunity(
                Catalog="Sandbox",
                ClientToken=str(number),
                Project={"AdditionalComments": "x" * 100_000},
            )
    assert len(world.calls.refused) == 120
    assert [call.request["ClientToken"] for call in world.calls] == [*map(str, range(120))]


def test_what_the_world_asks_the_desk_pushes_no_call_out(world: World) -> None:
    world.client().list_opportunities(Catalog="Sandbox", MaxResults=7)
    for _ in range(1_001):
        world.clock.advance(seconds=1)
    [call] = world.calls
    assert call.request["MaxResults"] == 7
    for _ in range(450):
        world.caller()("ListOpportunities", Catalog="Sandbox")
        world.clock.sleep(5)
    assert len(world.calls) == 451
    assert all(call.request for call in world.calls)


def test_calls_of_the_token_service(somewhere: World) -> None:
    sts = boto3.client("sts")
    role = "arn:aws:iam::999988887777:role/Reader"
    granted = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    with pytest.raises(ClientError, match="ValidationError"):
        sts.assume_role(RoleArn=role, RoleSessionName="not a name")
    with pytest.raises(ClientError, match="InvalidAction"):
        sts.get_session_token()
    with pytest.raises(ParamValidationError):
        sts.assume_role(RoleSessionName="test")
    calls = somewhere.calls
    assert [call.service for call in calls] == ["sts"] * 4
    assert calls.operations == ["AssumeRole", "AssumeRole", "GetSessionToken", "AssumeRole"]
    outcomes = ["Success", "ValidationError", "InvalidAction", "ParamValidationError"]
    assert [call.outcome for call in calls] == outcomes
    assert [call.account for call in calls] == [somewhere.account] * 4
    made = calls.of("AssumeRole")[0]
    assert made.request == {"RoleArn": role, "RoleSessionName": "test"}
    shown = made.response["Credentials"]
    assert shown["AccessKeyId"] == granted["AccessKeyId"]
    assert (shown["SecretAccessKey"], shown["SessionToken"]) == ("***", "***")
    assert "1 validation error detected" in calls.refused[0].response["Message"]


def test_operations_of_the_token_service_that_are_not_there(world: World) -> None:
    assert not world.calls.of("AssumeRole")
    told = "There is no operation 'AssumeRoles' in .+ Did you mean AssumeRole?"
    with pytest.raises(ValueError, match=told):
        world.calls.of("AssumeRoles")


def test_what_calls_said_stays_known(world: World) -> None:
    client = boto3.client("partnercentral-selling")
    for number in range(1, 1_300):
        client.list_opportunities(Catalog="Sandbox", MaxResults=1 + number % 100)
    assert len(world.calls) == 1_299
    assert world.calls[0].request["MaxResults"] == 2
    assert world.calls[0].response["OpportunitySummaries"] == []
    assert world.calls[-1].request["MaxResults"] == 100


def test_what_nobody_looked_at_in_time_is_told(world: World) -> None:
    call = elsewhere(world)
    call("ListOpportunities", Catalog="Sandbox")
    first = world.calls[0]
    for _ in range(1_000):
        call("ListOpportunities", Catalog="Sandbox")
    with pytest.raises(LookupError, match="The desk has forgotten what this call said"):
        _ = first.request


def reset(world: World) -> None:
    world.desk("ResetNamespace")


def reset_by_the_code(world: World) -> None:
    Caller(world.way, world.name, world.account, DESK)("ResetNamespace")


def reset_by_a_client(world: World) -> None:
    url = f"{world.endpoint_url}/_cosell/ResetNamespace"
    asked = urllib.request.Request(url, b"{}", {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("forget", [reset, reset_by_the_code, reset_by_a_client])
def test_calls_of_before_a_reset_are_known_though_nobody_looked(world: World, forget: Any) -> None:
    ask(world, "ListSolutions", "ListSolutions")
    forget(world)
    ask(world, "ListOpportunities")
    forget(world)
    ask(world, "ListEngagements")
    before = ["ListSolutions", "ListSolutions", "ListOpportunities"]
    assert world.calls.operations == [*before, "ListEngagements"]
    assert (world.calls.lost, world.calls.last.request) == (0, {"Catalog": "AWS"})


def reset_elsewhere(world: World) -> None:
    Caller(world.place, world.name, world.account, DESK)("ResetNamespace")


@pytest.mark.parametrize("is_made", [False, True])
def test_calls_of_before_a_reset_that_nobody_saw_may_be_missing(
    somewhere: World, is_made: bool
) -> None:
    call = elsewhere(somewhere)
    if is_made:
        somewhere.given.opportunity()
    for _ in range(300):
        call("ListSolutions", Catalog="AWS")
    assert len(somewhere.calls) == 300
    for _ in range(10):
        call("ListSolutions", Catalog="AWS")
    reset_elsewhere(somewhere)
    for _ in range(1_020):
        call("ListOpportunities", Catalog="AWS")
    with pytest.warns(CallsForgotten) as warned:
        operations = somewhere.calls.operations
    assert operations == ["ListSolutions"] * 300 + ["ListOpportunities"] * 1_000
    lost, gap = (str(one.message) for one in warned)
    assert lost.startswith("20 calls of")
    assert gap.startswith(f"Calls of {somewhere.name} may be missing here: the desk's journal")
    assert len(somewhere.calls) == 1_300  # it is told once
    if isinstance(somewhere.place, Here):
        with pytest.raises(LookupError, match="began anew"):
            _ = somewhere.calls[0].request
    else:  # it came with the call
        assert somewhere.calls[0].request == {"Catalog": "AWS"}
    assert somewhere.calls.last.request == {"Catalog": "AWS"}

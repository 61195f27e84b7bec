"""What calls said and were answered: where that is not kept it is told, and it goes along with a
call that another process is given."""

import copy
import pickle
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from cosell.contract.renderers import REDACTED
from cosell.http import HttpRequest, HttpResponse
from cosell.journal import BODY_BYTES_MAX, BYTES_MAX
from cosell.testing.calling import DESK, SELLING, Caller, Refused
from cosell.testing.known_calls import Call
from cosell.testing.missing import CallsForgotten
from cosell.testing.place import Place, here
from cosell.testing.there import There
from cosell.testing.world import World
from tests.harness import Server

LONG = BODY_BYTES_MAX + 1


@pytest.fixture
def client(world: World) -> Any:
    return world.client(config=Config(retries={"total_max_attempts": 1}))


def said(call: Call) -> tuple[Any, Any]:
    """In whichever process."""
    return call.request, call.response


def test_a_request_that_is_too_long_is_told(world: World, client: Any) -> None:
    request = world.example("CreateOpportunity", Project={"Title": "x" * LONG})
    with pytest.raises(ClientError):
        client.create_opportunity(**request)
    last = world.calls.last
    assert last.outcome == "ValidationException"
    with pytest.raises(LookupError, match="longer than 256 KiB"):
        _ = last.request
    assert last.response["Reason"] == "REQUEST_VALIDATION_FAILED"


def test_a_call_can_be_pickled(world: World, client: Any) -> None:
    client.create_opportunity(**world.example("CreateOpportunity"))
    with pytest.raises(ParamValidationError):
        client.list_opportunities(Katalog="AWS")
    for call in list(world.calls):
        for another in (pickle.loads(pickle.dumps(call)), copy.deepcopy(call)):
            assert str(another) == str(call)
            assert said(another) == said(call)


def test_another_process_is_given_what_a_call_said(world: World, client: Any) -> None:
    made = client.create_opportunity(**world.example("CreateOpportunity"))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        request, response = pool.submit(said, world.calls.last).result()
    assert request["Catalog"] == "Sandbox"
    assert response["Id"] == made["Id"]


def test_what_is_gone_is_gone_in_a_pickled_call(world: World, client: Any) -> None:
    client.list_solutions(Catalog="AWS")
    last = world.calls.last
    world.desk("ResetNamespace")
    another = pickle.loads(pickle.dumps(last))
    with pytest.raises(LookupError, match="before the namespace began anew"):
        _ = another.request
    assert another.operation == "ListSolutions"


def test_a_call_of_a_closed_world_can_be_pickled(world: World, client: Any) -> None:
    client.list_solutions(Catalog="AWS")
    world.close()
    another = pickle.loads(pickle.dumps(world.calls.last))
    assert another.request == {"Catalog": "AWS"}


def test_what_a_world_holds_on_to_is_blotted_out_too(world: World, client: Any) -> None:
    """It is not asked for while the desk knows it."""
    client.create_opportunity(**world.example("CreateOpportunity"))
    for _ in range(1_100):
        client.list_solutions(Catalog="AWS")
    made = world.calls[0]
    assert made.request_id not in here().traces(world.name)
    assert made.request["Customer"]["Account"]["CompanyName"] == REDACTED
    assert made.response["Id"].startswith("O")


@pytest.mark.parametrize(("threads", "times"), [(5, 300), (12, 100)])
def test_what_threads_said_is_kept_in_time(somewhere: World, threads: int, times: int) -> None:
    def work(number: int) -> None:
        client = somewhere.client()
        for _ in range(times):
            client.list_solutions(Catalog="AWS", MaxResults=number)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(1, threads + 1)))
    said = Counter(call.request["MaxResults"] for call in somewhere.calls)
    assert said == dict.fromkeys(range(1, threads + 1), times)
    assert all(call.response["SolutionSummaries"] for call in somewhere.calls)


def test_what_calls_of_many_bytes_said_is_kept(somewhere: World) -> None:
    """Those of another process are read in several pages, if the desk still has so many."""
    ask_at_length(somewhere, 30)
    assert [call.request["ClientToken"] for call in somewhere.calls] == [*map(str, range(30))]
    ask_at_length(somewhere, 30, somewhere.place)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CallsForgotten)
        others = somewhere.calls[30:]
    said = [int(call.request["ClientToken"]) for call in others]
    assert said == [*range(somewhere.calls.lost, 30)]


def test_what_builders_said_stays_known(somewhere: World) -> None:
    made = somewhere.given.opportunity()
    somewhere.close()
    assert made.Id in [call.response.get("Id") for call in somewhere.calls.all]


def test_an_older_server_is_asked_for_each_call(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It refuses a member that it does not know."""
    exchange = There.exchange

    def as_before(there: There, request: HttpRequest, *patience: Any) -> HttpResponse:
        body = request.body.replace(b"IncludeBodies", b"NotYetThere")
        return exchange(there, request._replace(body=body), *patience)

    monkeypatch.setattr(There, "exchange", as_before)
    with World(server=server.url) as world:
        for number in range(1_100):
            world.caller()("ListSolutions", Catalog="AWS", MaxResults=1 + number % 100)
    said = [call.request["MaxResults"] for call in world.calls]
    assert said == [1 + number % 100 for number in range(1_100)]


def ask_at_length(world: World, times: int, place: Place | None = None) -> None:
    """On the world's way, or as another process."""
    call = Caller(place or world.way, world.name, world.account, SELLING)
    for number in range(times):
        with pytest.raises(Refused):
            call("CreateOpportunity", Catalog="AWS", Origin="x" * 200_000, ClientToken=str(number))


def test_many_open_worlds_take_no_calls_from_each_other() -> None:
    """Their calls together are more than a server keeps of all its namespaces."""
    with ExitStack() as open_worlds:
        worlds = [open_worlds.enter_context(World()) for _ in range(12)]
        for world in worlds:
            ask_at_length(world, 14)
        assert 12 * 14 * 200_000 > BYTES_MAX
        assert [len(world.calls) for world in worlds] == [14] * 12
        assert all(len(call.request["Origin"]) for world in worlds for call in world.calls)


@pytest.mark.parametrize("came", [0, 5])
def test_a_reset_that_nobody_saw_is_told_though_nothing_was_read_before(
    somewhere: World, came: int
) -> None:
    call = Caller(somewhere.way, somewhere.name, somewhere.account, SELLING)
    for _ in range(3):
        call("ListSolutions", Catalog="AWS")
    Caller(somewhere.place, somewhere.name, somewhere.account, DESK)("ResetNamespace")
    for _ in range(came):
        call("ListOpportunities", Catalog="AWS")
    with pytest.warns(CallsForgotten, match="the desk's journal began anew"):
        operations = somewhere.calls.operations
    assert operations == ["ListOpportunities"] * came


@pytest.mark.parametrize("look", [True, False])
def test_a_reset_that_the_world_saw_is_no_gap(somewhere: World, look: bool) -> None:
    call = Caller(somewhere.way, somewhere.name, somewhere.account, SELLING)
    call("ListSolutions", Catalog="AWS")
    if look:
        assert len(somewhere.calls) == 1
    somewhere.desk("ResetNamespace")
    call("ListOpportunities", Catalog="AWS")
    assert somewhere.calls.operations == ["ListSolutions", "ListOpportunities"]

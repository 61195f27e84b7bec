"""Calls that are made to wait, and connections that are closed without an answer: through a socket,
and in one process."""

import contextlib
import fcntl
import select
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from cosell.config import Config
from cosell.http import HttpRequest
from cosell.service import Engine
from cosell.store import Store
from cosell.testing.calling import DESK, SELLING, Caller, Refused
from cosell.testing.place import AnswerLate, ConnectionCut, Here
from tests import databases
from tests.databases import fresh
from tests.edge.wires import answer, connection, targeted
from tests.harness import ACCOUNT, NOBODY, Server, World, credential, opportunity
from tests.refusal import refusal
from tests.waiting import until

BOX = {"Catalog": "Sandbox"}
CREATE = "CreateOpportunity"
LONG_MS = 300_000  # nobody waits for that in a test
WAITING = 50
IMPATIENT = {"read_timeout": 0.5}


def pipeline(world: World, account: str = ACCOUNT) -> list[Any]:
    return list(world.client(account).list_opportunities(**BOX)["OpportunitySummaries"])


def create(world: World, **config: Any) -> Any:
    client = world.client(config=config)
    return client.create_opportunity(**BOX, **opportunity(ClientToken="one"))


def fired(world: World) -> int:
    return sum(one["Fired"] for one in world.desk("ListFaults")["Faults"])


# --- waits ---------------------------------------------------------------------------------------


def test_delay_before_comes_before_the_effect(world: World) -> None:
    delay = {"Effect": "Delay", "DelayMilliseconds": LONG_MS}
    world.desk("PutFault", Operation=CREATE, **delay)
    with pytest.raises(ReadTimeoutError):
        create(world, **IMPATIENT)
    until(lambda: fired(world) == 1)
    assert pipeline(world) == []


def test_delay_after_keeps_back_the_answer_alone(world: World) -> None:
    delay = {"Effect": "Delay", "DelayMilliseconds": LONG_MS, "When": "After"}
    world.desk("PutFault", Operation=CREATE, **delay)
    with pytest.raises(ReadTimeoutError):
        create(world, **IMPATIENT)
    until(lambda: len(pipeline(world)) == 1)
    assert create(world)["Id"] == pipeline(world)[0]["Id"]


@pytest.mark.parametrize("when", ["Before", "After"])
def test_delayed_call_is_answered_when_its_time_is_over(world: World, when: str) -> None:
    delay = {"Effect": "Delay", "DelayMilliseconds": 300, "When": when}
    world.desk("PutFault", Operation=CREATE, **delay)
    begun, clock = time.monotonic(), world.desk("GetClock")["Time"]
    made = create(world)
    assert time.monotonic() - begun >= 0.3
    [row] = pipeline(world)
    assert row["Id"] == made["Id"]
    assert row["CreatedDate"].isoformat() > clock


def during(wait: Callable[[int], threading.Thread], act: Callable[[], None]) -> None:
    """Do something while a call waits; on a machine that is too busy for that, with a longer wait
    (in milliseconds)."""
    for delay_ms in (500, 2_000, 8_000, 32_000):
        waiting = wait(delay_ms)
        act()
        was_in_time = waiting.is_alive()
        waiting.join()
        if was_in_time:
            return
    raise AssertionError("nothing could be done while a call waited")


def test_delayed_call_meets_the_world_as_it_is_after_the_wait(world: World) -> None:
    """Its instant is that after the wait, and what changed meanwhile holds for it."""
    found: list[Any] = []
    names = iter(("One", "Two", "Three", "Four"))
    put: list[str] = []

    def wait(delay_ms: int) -> threading.Thread:
        before = fired(world)
        asked = {"Operation": "ListSolutions", "Effect": "Delay", "DelayMilliseconds": delay_ms}
        world.desk("PutFault", **asked)
        page = threading.Thread(target=lambda: found.append(world.client().list_solutions(**BOX)))
        page.start()
        until(lambda: fired(world) > before)
        return page

    def act() -> None:
        put.append(next(names))
        world.desk("PutSolution", Catalog="Sandbox", AccountId=ACCOUNT, Name=put[-1])

    during(wait, act)
    assert put[-1] in {one["Name"] for one in found[-1]["SolutionSummaries"]}


def test_delay_and_error_meet_one_call_before_and_after(world: World) -> None:
    for when in ("Before", "After"):
        world.desk("PutFault", Effect="Delay", DelayMilliseconds=200, When=when)
        world.desk("PutFault", Error="ConflictException", When=when)
    partner = world.client()
    for _ in "12":
        begun = time.monotonic()
        asked = {**BOX, **opportunity(ClientToken="one")}
        assert refusal(partner.create_opportunity, **asked).code == "ConflictException"
        assert time.monotonic() - begun >= 0.2
    assert fired(world) == 4
    assert len(pipeline(world)) == 1


def test_calls_that_wait_hold_up_nobody_else(world: World) -> None:
    asked = {"Operation": "ListSolutions", "Effect": "Delay", "DelayMilliseconds": LONG_MS}
    plain = _median_s(world)
    world.desk("PutFault", **asked, Count=WAITING)
    request = targeted(world.server.port, "ListSolutions", BOX, world.namespace).bytes()
    with contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(connection(world.server.port)) for _ in range(WAITING)]
        for one in waiting:
            one.sendall(request)
        until(lambda: fired(world) == WAITING)
        beside = _median_s(world)
        answered, _, _ = select.select(waiting, [], [], 0)
        assert answered == []
    # Who waited for them would wait for minutes; the bound is for machines that are busy.
    assert beside < 10 * plain + 0.05


def _median_s(world: World) -> float:
    partner, taken = world.client(), []
    for _ in range(40):
        begun = time.perf_counter()
        partner.list_opportunities(**BOX)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def test_server_stops_while_calls_wait(tmp_path: Any) -> None:
    server = Server(fresh(tmp_path)).start()
    world = World(server)
    for when in ("Before", "After"):
        world.desk("PutFault", Effect="Delay", DelayMilliseconds=LONG_MS, When=when)
    with connection(server.port) as one, connection(server.port) as other:
        for made in (one, other):
            made.sendall(targeted(server.port, CREATE, {}, world.namespace).bytes())
        until(lambda: fired(world) == 2)
        assert server.stop() == 0


# --- cuts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("when", "made"), [("Before", 0), ("After", 1)])
def test_cut_connection_is_closed_without_a_byte(world: World, when: str, made: int) -> None:
    world.desk("PutFault", Operation=CREATE, Effect="Cut", When=when)
    body = {**BOX, **opportunity(ClientToken="one")}
    with connection(world.server.port) as raw:
        raw.sendall(targeted(world.server.port, CREATE, body, world.namespace).bytes())
        assert raw.recv(100) == b""
    assert len(pipeline(world, NOBODY)) == made


@pytest.mark.parametrize(("when", "made"), [("Before", 0), ("After", 1)])
def test_cut_connection_is_an_error_to_boto3(world: World, when: str, made: int) -> None:
    world.desk("PutFault", Operation=CREATE, Effect="Cut", When=when)
    with pytest.raises(ConnectionClosedError):
        create(world)
    assert len(pipeline(world)) == made


@pytest.mark.parametrize("mode", ["standard", "legacy", "adaptive"])
@pytest.mark.parametrize("when", ["Before", "After"])
def test_cut_connection_is_tried_again_by_boto3(world: World, mode: str, when: str) -> None:
    world.desk("PutFault", Operation=CREATE, Effect="Cut", When=when)
    made = create(world, retries={"total_max_attempts": 3, "mode": mode})
    assert made["ResponseMetadata"]["RetryAttempts"] == 1
    assert [one["Id"] for one in pipeline(world)] == [made["Id"]]


def shared_memory_is_held(state: str) -> bool:
    """Whether somebody has SQLite's lock on the file beside the state that readers share (byte 128
    says that it is in use): without it the next program that opens the state begins that anew,
    under the feet of who has it mapped."""
    with open(f"{state}-shm", "r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)
        except OSError:
            return True
        return False


def test_cut_connection_leaves_the_locks_of_the_database(sqlite_server: Server) -> None:
    """Whoever closes a copy of a file's descriptor loses his locks on the file."""
    world = World(sqlite_server)
    assert shared_memory_is_held(world.server.database)
    world.desk("PutFault", Operation=CREATE, Effect="Cut")
    with pytest.raises(ConnectionClosedError):
        create(world)
    assert shared_memory_is_held(world.server.database)


def test_cut_connection_is_nobody_else_s(world: World) -> None:
    """Whoever holds a connection open beside the one that is cut goes on using it."""
    asked = {"Operation": "ListSolutions", "Effect": "Cut", "Count": 3}
    request = targeted(world.server.port, "ListOpportunities", BOX, world.namespace)
    kept = request.bytes().replace(b"Connection: close\r\n", b"")
    cut = targeted(world.server.port, "ListSolutions", BOX, world.namespace).bytes()
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(connection(world.server.port)) for _ in range(5)]
        for one in others:
            one.sendall(kept)
            assert answer(one).status == 200
        world.desk("PutFault", **asked)
        for _ in range(3):
            with connection(world.server.port) as raw:
                raw.sendall(cut)
                assert raw.recv(100) == b""
        for one in others:
            one.sendall(kept)
            assert answer(one).status == 200


def test_cut_after_a_wait_is_a_cut(world: World) -> None:
    world.desk("PutFault", Effect="Delay", DelayMilliseconds=100)
    world.desk("PutFault", Effect="Cut", When="After")
    with pytest.raises(ConnectionClosedError):
        create(world)
    assert len(pipeline(world)) == 1


def test_client_that_leaves_before_its_connection_is_cut_harms_nobody(world: World) -> None:
    world.desk("PutFault", Effect="Delay", DelayMilliseconds=200)
    world.desk("PutFault", Effect="Cut")
    with socket.create_connection(("127.0.0.1", world.server.port)) as raw:
        raw.sendall(targeted(world.server.port, "ListSolutions", BOX, world.namespace).bytes())
        until(lambda: fired(world) == 2)
    until(lambda: pipeline(world) == [])
    time.sleep(0.3)
    assert pipeline(world) == []


# --- in one process ------------------------------------------------------------------------------


class Near:
    """A namespace of an engine in this process, as the desk and as a partner."""

    def __init__(self, store: Store) -> None:
        self.place = Here(Engine(store, Config(), b"k" * 32))
        self.desk = Caller(self.place, "near", ACCOUNT, DESK)
        self.partner = Caller(self.place, "near", ACCOUNT, SELLING)

    def ids(self) -> list[str]:
        return [one.Id for one in self.partner("ListOpportunities", **BOX).OpportunitySummaries]


@pytest.fixture
def near() -> Iterator[Near]:
    where, store = databases.opened()
    yield Near(store)
    databases.closed(where, store)


@pytest.mark.parametrize(("when", "made"), [("Before", 0), ("After", 1)])
def test_cut_in_one_process_is_a_connection_error(near: Near, when: str, made: int) -> None:
    near.desk("PutFault", Operation=CREATE, Effect="Cut", When=when)
    with pytest.raises(ConnectionCut, match="a fault asked for it"):
        near.partner(CREATE, **BOX, **opportunity(ClientToken="one"))
    assert len(near.ids()) == made


def test_wait_in_one_process_holds_up_no_other_thread(near: Near) -> None:
    made: list[str] = []
    seen: list[list[str]] = []

    def wait(delay_ms: int) -> threading.Thread:
        put = near.desk("PutFault", Operation=CREATE, Effect="Delay", DelayMilliseconds=delay_ms)
        asked = {**BOX, **opportunity(ClientToken=put.FaultId)}
        waiting = threading.Thread(target=lambda: made.append(near.partner(CREATE, **asked).Id))
        waiting.start()
        until(lambda: near.desk("ListFaults").Faults[-1].Fired == 1)
        return waiting

    def act() -> None:
        near.desk("PutPace", Mode="Held")
        seen.append(near.ids())

    during(wait, act)
    assert len(seen[-1]) == len(made) - 1
    assert set(near.ids()) == set(made)


@pytest.mark.parametrize("when", ["Before", "After"])
def test_caller_who_loses_patience_in_one_process_finds_the_effect(near: Near, when: str) -> None:
    fault = {"Effect": "Delay", "DelayMilliseconds": LONG_MS, "When": when}
    near.desk("PutFault", Operation=CREATE, **fault)
    with pytest.raises(AnswerLate):
        near.place.exchange(asking(CREATE, {**BOX, **opportunity(ClientToken="one")}), 0.05)
    assert len(near.ids()) == 1


def asking(operation: str, body: dict[str, Any]) -> HttpRequest:
    asked = targeted(0, operation, body, "near")
    headers = {name.lower(): value for name, value in asked.headers.items()}
    headers |= {"host": "localhost", "authorization": credential(ACCOUNT)}
    return HttpRequest("POST", asked.path, "", headers, asked.body)


@pytest.mark.parametrize("operation", [CREATE, "ListOpportunities"])
def test_call_whose_namespace_is_deleted_while_it_waits_makes_none(
    near: Near, operation: str
) -> None:
    near.desk("PutFault", Operation=operation, Effect="Delay", DelayMilliseconds=LONG_MS)
    body = BOX if operation != CREATE else {**BOX, **opportunity(ClientToken="one")}
    waiting = near.place.engine.handle(asking(operation, body))
    assert waiting.delay_s
    assert waiting.then is not None
    near.desk("DeleteNamespace")
    answered = waiting.then()
    assert answered.status == 404
    assert b"'near' was deleted while this call was made to wait" in answered.body
    assert near.desk("ListNamespaces").Namespaces == []
    assert [one.Operation for one in near.desk("ListCalls").Calls] == ["ListNamespaces"]
    assert near.ids() == []


def test_call_whose_namespace_is_reset_while_it_waits_is_one_of_the_fresh_one(near: Near) -> None:
    near.desk("PutFault", Operation=CREATE, Effect="Delay", DelayMilliseconds=LONG_MS)
    waiting = near.place.engine.handle(asking(CREATE, {**BOX, **opportunity(ClientToken="one")}))
    assert waiting.then is not None
    near.desk("ResetNamespace")
    assert waiting.then().status == 200
    assert len(near.ids()) == 1


def test_wait_and_late_error_meet_one_call_in_one_process(near: Near) -> None:
    near.desk("PutFault", Effect="Delay", DelayMilliseconds=100)
    near.desk("PutFault", Effect="Error", Error="ConflictException", When="After")
    begun = time.monotonic()
    with pytest.raises(Refused) as caught:
        near.partner(CREATE, **BOX, **opportunity(ClientToken="one"))
    assert caught.value.code == "ConflictException"
    assert time.monotonic() - begun >= 0.1
    assert len(near.ids()) == 1

"""Who waits for whom: somebody keeps a namespace's writers waiting, for as long as the test wants.
Readers, and writers elsewhere, wait for nobody; who waits too long is told why, and for how long he
waited is in what is measured."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.failures.cluster import Cluster
from tests.failures.conftest import Start
from tests.harness import Reply, Server, World, opportunity
from tests.observing.scraping import scrape
from tests.waiting import until_told

WRITERS = 12  # more than a server has threads
IN_LINE = 2  # of a namespace's writers are in threads
FOREVER_S = 60  # no test comes to the end of it
WAIT_S = 0.5


@pytest.fixture
def start(database: str, serve: Start, tmp_path: Path) -> Callable[..., Server]:
    """Starts a server with some settings of [postgres]."""

    def started(*options: str, **settings: float) -> Server:
        file = tmp_path / "cosell.toml"
        lines = [f"{name} = {value}" for name, value in settings.items()]
        file.write_text("\n".join(["[postgres]", *lines, ""]))
        return serve(database, "--config", str(file), *options)

    return started


@contextmanager
def held(cluster: Cluster, world: World) -> Iterator[Callable[[], None]]:
    """Nobody writes in the world meanwhile, or until the function is called."""
    with cluster.session("kept") as other:
        other.autocommit = False
        row = other.execute(
            "select 1 from namespace where name = %s for no key update", [world.namespace]
        )
        assert row.fetchall() == [(1,)]
        yield other.rollback


def create(world: World, token: str = "one") -> Any:
    return world.client().create_opportunity(Catalog="Sandbox", ClientToken=token, **opportunity())


def listed(world: World) -> int:
    found = world.client().list_opportunities(Catalog="Sandbox")
    return len(found["OpportunitySummaries"])


def post(world: World, token: str) -> Reply:
    """An opportunity is to be made; whatever is answered."""
    body = {"Catalog": "Sandbox", "ClientToken": token, **opportunity()}
    return world.post("CreateOpportunity", json.dumps(body).encode())


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def in_progress(server: Server) -> int:
    return int(scrape(server).number("cosell_calls_in_progress"))


def waiting(cluster: Cluster) -> int:
    """How many of the database's sessions wait for a lock."""
    [(count,)] = cluster.ask(
        "select count(*) from pg_stat_activity where datname = 'kept' and wait_event_type = 'Lock'"
    )
    return int(count)


@contextmanager
def writers(world: World, count: int) -> Iterator[list["Future[Reply]"]]:
    """So many calls that write are under way."""
    with ThreadPoolExecutor(count) as pool:
        asked = [pool.submit(post, world, f"token-{number}") for number in range(count)]
        wait_until(lambda: in_progress(world.server) == count)
        yield asked


def test_writers_who_wait_for_one_namespace_keep_nobody_else_waiting(
    cluster: Cluster, start: Callable[..., Server]
) -> None:
    server = start(lock_s_max=FOREVER_S)
    busy, other = World(server), World(server)
    create(busy)
    with held(cluster, busy) as let_go, writers(busy, WRITERS) as asked:
        wait_until(lambda: waiting(cluster) >= IN_LINE)
        create(other)  # while they wait: else it would be a minute until it is answered
        assert listed(other) == 1
        assert listed(busy) == 1
        assert waiting(cluster) == IN_LINE
        assert in_progress(server) == WRITERS
        let_go()
        assert [one.result().status for one in asked] == [200] * WRITERS
    assert listed(busy) == 1 + WRITERS


def test_readers_of_a_namespace_with_faults_or_lag_take_no_threads_either(
    cluster: Cluster, start: Callable[..., Server]
) -> None:
    server = start(lock_s_max=FOREVER_S)
    busy, other = World(server), World(server)
    create(other)
    busy.desk("PutFault", Operation="ListOpportunities", Error="ThrottlingException", Share=1.0)
    body = json.dumps({"Catalog": "Sandbox"}).encode()
    with held(cluster, busy) as let_go, ThreadPoolExecutor(WRITERS) as pool:
        asked = [pool.submit(busy.post, "ListOpportunities", body) for _ in range(WRITERS)]
        wait_until(lambda: in_progress(server) == WRITERS and waiting(cluster) >= IN_LINE)
        create(other, "two")
        assert listed(other) == 2
        assert waiting(cluster) == IN_LINE
        let_go()
        assert [one.result().status for one in asked] == [400] * WRITERS


def test_who_waits_too_long_is_told_in_which_namespace_others_write(
    cluster: Cluster, start: Callable[..., Server]
) -> None:
    server = start(lock_s_max=WAIT_S)
    busy = World(server)
    create(busy)
    with held(cluster, busy), ThreadPoolExecutor(WRITERS) as pool:
        replies = [*pool.map(lambda number: post(busy, f"token-{number}"), range(WRITERS))]
        assert [one.status for one in replies] == [500] * WRITERS
    assert all("Repeat the call" in one.document["Message"] for one in replies)
    assert any("Others are at work in the namespace" in one.document["Message"] for one in replies)
    assert scrape(server).calls("CreateOpportunity", "InternalServerException") == WRITERS
    in_vain = f"it had no turn in the namespace '{busy.namespace}' within {WAIT_S:g} seconds"
    told = until_told(server.log, in_vain, *(one.headers["x-amzn-requestid"] for one in replies))
    assert told.count(f"Somebody else writes in the namespace '{busy.namespace}'") >= IN_LINE
    assert "Traceback" not in told
    assert [post(busy, f"token-{number}").status for number in range(WRITERS)] == [200] * WRITERS
    assert listed(busy) == 1 + WRITERS  # nothing was done before, and everything once


def test_the_wait_for_a_turn_is_in_the_log_and_in_the_measures(
    cluster: Cluster, start: Callable[..., Server]
) -> None:
    server = start("--log-calls", lock_s_max=FOREVER_S)
    busy = World(server)
    create(busy)
    with held(cluster, busy) as let_go, writers(busy, IN_LINE + 1) as asked:
        wait_until(lambda: waiting(cluster) == IN_LINE)
        time.sleep(WAIT_S)
        let_go()
        replies = [one.result() for one in asked]
    assert [one.status for one in replies] == [200] * (IN_LINE + 1)
    told = until_told(server.log, *(one.headers["x-amzn-requestid"] for one in replies))
    lines = [one for one in told.splitlines() if "CreateOpportunity" in one]
    lasted_ms = [float(line.split(" ms")[0].split()[-1]) for line in lines]
    assert len([one for one in lasted_ms if one >= WAIT_S * 1_000]) == IN_LINE + 1, lines


def test_a_namespace_is_forked_while_somebody_writes_in_it(
    cluster: Cluster, start: Callable[..., Server]
) -> None:
    server = start(lock_s_max=FOREVER_S)
    source, target = World(server), World(server)
    create(source)
    with held(cluster, source):
        target.desk("ForkNamespace", Source=source.namespace)
        source.desk("SaveNamespace")
    assert listed(target) == 1


def test_what_copies_a_whole_namespace_may_take_longer_than_other_statements(
    cluster: Cluster, start: Callable[..., Server]
) -> None:
    server = start(lock_s_max=FOREVER_S, statement_s_max=WAIT_S)
    source, target = World(server), World(server)
    create(source)
    saved = source.desk("SaveNamespace")
    with cluster.session("kept") as other, ThreadPoolExecutor(3) as pool:
        other.execute("begin; lock table opportunity_view in access exclusive mode")
        copies = [
            pool.submit(target.desk, "ForkNamespace", Source=source.namespace),
            pool.submit(source.desk, "SaveNamespace"),
        ]
        wait_until(lambda: waiting(cluster) == len(copies))
        reply = post(source, "late")  # it waits for the same, and began later
        assert reply.status == 500
        time.sleep(WAIT_S + 3)  # nor does anything of ours lose patience with them
        assert not any(one.done() for one in copies)
        other.execute("rollback")
        assert copies[0].result()["Namespace"] == target.namespace
        assert copies[1].result()["Format"] == saved["Format"]
    assert listed(target) == 1


def test_long_calls_of_one_namespace_leave_room_for_those_of_another(
    cluster: Cluster, start: Callable[..., Server]
) -> None:
    server = start(lock_s_max=FOREVER_S)
    busy, other = World(server), World(server)
    create(busy)
    create(other)
    with held(cluster, busy) as let_go, ThreadPoolExecutor(4) as pool:
        moves = [pool.submit(busy.desk, "AdvanceClock", Seconds=1) for _ in range(4)]
        wait_until(lambda: in_progress(server) == 4 and waiting(cluster) == 1)
        other.desk("AdvanceClock", Seconds=1)
        assert waiting(cluster) == 1
        let_go()
        assert all(one.result() for one in moves)


def test_who_moves_a_clock_waits_for_nobody_who_copies(
    cluster: Cluster, start: Callable[..., Server]
) -> None:
    server = start(lock_s_max=FOREVER_S)
    source, copies, other = World(server), [World(server) for _ in range(4)], World(server)
    create(source)
    other.desk("AdvanceClock", Seconds=1)
    with cluster.session("kept") as busy, ThreadPoolExecutor(len(copies)) as pool:
        busy.execute("begin; lock table opportunity_view in access exclusive mode")
        forks = [pool.submit(one.desk, "ForkNamespace", Source=source.namespace) for one in copies]
        wait_until(lambda: in_progress(server) == len(copies) and waiting(cluster) > 1)
        other.desk("AdvanceClock", Seconds=60)  # while they wait: else it would be a minute
        assert not any(one.done() for one in forks)
        busy.execute("rollback")
        assert [one.result()["Namespace"] for one in forks] == [one.namespace for one in copies]


def test_contention_again_and_again_is_told_in_plain_words(
    cluster: Cluster, start: Callable[..., Server]
) -> None:
    server = start()
    world = World(server)
    create(world)
    cluster.ask(
        "create function meet() returns trigger language plpgsql as"
        " $$ begin raise exception using errcode = 'serialization_failure'; end $$",
        "kept",
    )
    cluster.ask(
        "create trigger meet before insert on opportunity_view execute function meet()", "kept"
    )
    with ThreadPoolExecutor(1) as pool:
        reply = pool.submit(post, world, "two").result()
    assert reply.status == 500
    assert "Others changed the same again and again" in reply.document["Message"]
    told = until_told(server.log, "SerializationFailure")
    assert "Traceback" not in told
    cluster.ask("drop trigger meet on opportunity_view", "kept")
    create(world, "two")
    assert listed(world) == 2

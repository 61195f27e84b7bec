"""The primary is lost and its synchronous standby takes over: nothing that was acknowledged is
lost, and processes find the new one by themselves."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.failures.asking import crowd, kept
from tests.failures.cluster import Cluster, Standby, stopped
from tests.failures.conftest import Start, migrate
from tests.failures.test_outage import ensure_told, started, tasks
from tests.harness import Worker, World, opportunity

ENDED_S = 60.0


@pytest.fixture
def pair() -> Iterator[tuple[Cluster, Standby]]:
    """A primary with a database that was migrated, and its standby."""
    primary = Cluster()
    try:
        migrate(primary.create("kept"))
        standby = Standby(primary)
        try:
            yield primary, standby
        finally:
            standby.end()
    finally:
        primary.end()


@pytest.fixture
def worker(pair: tuple[Cluster, Standby], tmp_path: Path) -> Iterator[Worker]:
    """A worker that knows both; it must end in order."""
    running = Worker(pair[1].url("kept"), tmp_path / "worker.log").start()
    yield running
    assert running.stop() == 0


def test_standby_takes_over_and_nothing_is_lost(
    pair: tuple[Cluster, Standby], serve: Start, worker: Worker, tmp_path: Path
) -> None:
    primary, standby = pair
    url = standby.url("kept")
    server = serve(url)
    worlds = [World(server) for _ in range(3)]
    paced = World(server)
    paced.desk("PutPace", Mode="Paced", StepSeconds=1)
    with crowd(worlds, 6, 6) as seen:
        seen.good_since(time.monotonic(), 30)
        begun = [started(paced, number) for number in range(3)]
        primary.stop()  # as by a crash
        time.sleep(2)  # until somebody sees it
        standby.promote()
        there = time.monotonic()
        seen.good_since(there, 30)
    ensure_told(seen)
    assert seen.made <= set().union(*map(kept, worlds)), "what was acknowledged is there"
    while {one["TaskStatus"] for one in tasks(paced)} != {"COMPLETE"}:
        assert time.monotonic() - there < ENDED_S, tasks(paced)
        time.sleep(0.2)
    assert sorted(one["TaskId"] for one in tasks(paced)) == sorted(begun)
    for log in (tmp_path / "server-0.log", worker.log):
        assert "Traceback" not in log.read_text()
    assert kept(World(serve(url), worlds[0].namespace)), "one that starts now finds it, too"


def test_write_that_its_standby_does_not_have_is_not_acknowledged(
    pair: tuple[Cluster, Standby], serve: Start, tmp_path: Path
) -> None:
    _, standby = pair
    config = tmp_path / "hub.toml"
    config.write_text("[postgres]\nstatement_s_max = 2\n")
    world = World(serve(standby.url("kept"), "--config", str(config)))
    partner = world.client()
    with stopped(standby.processes()):
        with pytest.raises(ClientError) as refused:
            partner.create_opportunity(Catalog="Sandbox", ClientToken="token", **opportunity())
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        assert partner.list_solutions(Catalog="Sandbox")["SolutionSummaries"], "it is read"
    until = time.monotonic() + 20
    while True:  # what waits for the standby goes on
        try:
            partner.create_opportunity(Catalog="Sandbox", ClientToken="token", **opportunity())
            break
        except ClientError:
            assert time.monotonic() < until
    assert len(kept(world)) == 1


def test_write_whose_wait_for_the_standby_is_cancelled_is_not_acknowledged(
    pair: tuple[Cluster, Standby], serve: Start, tmp_path: Path
) -> None:
    """It is written on the primary alone: PostgreSQL answers the commit with a warning."""
    primary, standby = pair
    world = World(serve(standby.url("kept")))
    partner = world.client()
    waiting = "from pg_stat_activity where wait_event = 'SyncRep'"
    with stopped(standby.processes()), ThreadPoolExecutor(1) as pool:
        asked = pool.submit(
            partner.create_opportunity, Catalog="Sandbox", ClientToken="token", **opportunity()
        )
        primary.wait_for(f"select 1 {waiting}")
        while not asked.done():  # the numbers that it takes first wait as well
            primary.ask(f"select pg_cancel_backend(pid) {waiting}")
            time.sleep(0.02)
        with pytest.raises(ClientError) as refused:
            asked.result()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    told = (tmp_path / "server-0.log").read_text()
    assert "warned of what it wrote: canceling wait for synchronous replication" in told
    partner.create_opportunity(Catalog="Sandbox", ClientToken="token", **opportunity())
    assert len(kept(world)) == 1

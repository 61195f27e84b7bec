"""PostgreSQL is gone for a while: every call is answered within a second all the same, and all goes
on by itself when it is back."""

import time
from pathlib import Path

import pytest

from tests.failures.asking import Crowd, crowd, kept
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start
from tests.harness import ACCOUNT, Worker, World, opportunity

ANSWER_S_MAX = 1.0
RESUME_S_MAX = 2.0
CLIENTS = 6  # of each kind; more than a process has threads for
SLOWNESS_S = 0.5


def ensure_told(seen: Crowd) -> None:
    """Whoever was refused was told in time, in a way that an SDK repeats, and under a number."""
    refused = seen.errors
    assert refused, "nobody noticed"
    assert {one.status for one in refused} == {500}, refused
    assert all(len(one.request_id) == 36 for one in refused)
    assert max(one.took_s for one in refused) < ANSWER_S_MAX + slowness_s(seen)


def slowness_s(seen: Crowd) -> float:
    """What the machine adds that runs other tests beside this one: it shows in calls that met
    nothing."""
    return SLOWNESS_S + max(one.took_s for one in seen.asked if one.status == 200)


@pytest.mark.parametrize("how", ["immediate", "fast"])
def test_database_that_is_stopped_for_a_while(
    cluster: Cluster, database: str, serve: Start, how: str, tmp_path: Path
) -> None:
    server = serve(database)
    worlds = [World(server) for _ in range(3)]
    with crowd(worlds, CLIENTS, CLIENTS) as seen:
        seen.good_since(time.monotonic(), 30)
        cluster.stop(how)
        time.sleep(2)
        cluster.start()
        back = time.monotonic()
        assert seen.good_since(back, 30) - back < RESUME_S_MAX + slowness_s(seen)
    ensure_told(seen)
    ids = set().union(*map(kept, worlds))
    assert seen.made <= ids, "what was acknowledged is there"
    told = (tmp_path / "server-0.log").read_text()
    assert told.count("Calls get a 500, and may be repeated, until it is back.") >= 1
    assert "answers again" in told
    assert "Traceback" not in told


def test_process_that_dies_while_there_is_no_database_is_replaced_when_there_is(
    cluster: Cluster, database: str, serve: Start
) -> None:
    server = serve(database)
    world = World(server)
    partner = world.client()
    made = partner.create_opportunity(Catalog="Sandbox", ClientToken="token", **opportunity())
    time.sleep(2)  # later than a first start
    process = server.worker()
    cluster.stop()
    try:
        server.kill(process)
        time.sleep(2)
    finally:
        cluster.start()
    server.wait()
    assert server.worker() != process
    again = partner.create_opportunity(Catalog="Sandbox", ClientToken="token", **opportunity())
    assert again["Id"] == made["Id"]


def test_worker_outlives_the_database_and_goes_on_with_what_is_due(
    cluster: Cluster, database: str, serve: Start, worker: Worker
) -> None:
    server = serve(database)
    world = World(server)
    world.desk("PutPace", Mode="Paced", StepSeconds=2)
    tokens = [started(world, number) for number in range(3)]
    cluster.stop()
    time.sleep(3)
    cluster.start()
    back = time.monotonic()
    while {one["TaskStatus"] for one in tasks(world)} != {"COMPLETE"}:
        assert time.monotonic() - back < 40, tasks(world)
        time.sleep(0.2)
    assert sorted(one["TaskId"] for one in tasks(world)) == sorted(tokens)
    assert worker.main is not None
    assert worker.main.poll() is None, "it is the same process"
    assert "Traceback" not in worker.log.read_text()


def test_worker_that_is_stopped_while_there_is_no_database_ends(
    cluster: Cluster, database: str, worker: Worker
) -> None:
    said(worker, "At work on")
    cluster.stop()
    try:
        said(worker, "The worker has to wait")
        assert worker.stop() == 0
    finally:
        cluster.start()


def started(world: World, number: int) -> str:
    """A task that is at work."""
    invitation = world.referred(ACCOUNT, "AWS")["EngagementInvitationId"]
    task = world.client().start_engagement_by_accepting_invitation_task(
        Catalog="AWS", ClientToken=f"start-{number}", Identifier=invitation
    )
    assert task["TaskStatus"] == "IN_PROGRESS"
    return str(task["TaskId"])


def tasks(world: World) -> list[dict[str, str]]:
    listed = world.client().list_engagement_by_accepting_invitation_tasks(Catalog="AWS")
    found: list[dict[str, str]] = listed["TaskSummaries"]
    return found


def said(worker: Worker, words: str) -> None:
    """Wait until a worker's log says something."""
    until = time.monotonic() + 30
    while words not in worker.log.read_text():
        assert time.monotonic() < until, worker.log.read_text()
        time.sleep(0.05)

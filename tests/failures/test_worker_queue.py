"""The worker's queue when its connections lead nowhere, when the database says nothing at all, and
when the library's worker ends by itself: it is told, once and why, and goes on."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.failures.cluster import Cluster
from tests.failures.conftest import Start
from tests.failures.proxy import Proxy
from tests.failures.test_outage import said, started, tasks
from tests.harness import Worker, World, free_port, send
from tests.waiting import until

END_S = 25.0  # how long a worker takes to end at most
SLOWNESS_S = 3.0
RENAME = "alter function {} rename to {}"


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    one = Proxy(cluster.socket)
    yield one
    one.end()


def ready(port: int) -> tuple[int, str]:
    reply = send(f"http://127.0.0.1:{port}", "GET", "/_cosell/ready")
    return reply.status, reply.document.get("Message", "")


def ensure_done(world: World) -> None:
    until(lambda: {one["TaskStatus"] for one in tasks(world)} == {"COMPLETE"}, "it is done")


def test_worker_whose_wires_lead_nowhere_goes_on_with_new_ones(
    database: str, serve: Start, proxy: Proxy, tmp_path: Path
) -> None:
    world = World(serve(database))
    world.desk("PutPace", Mode="Paced", StepSeconds=0)
    worker = Worker(proxy.url(database), tmp_path / "worker.log").start()
    said(worker, "At work on")
    started(world, 1)
    ensure_done(world)
    proxy.lose()
    started(world, 2)
    ensure_done(world)
    assert worker.stop() == 0
    assert "Traceback" not in worker.log.read_text()


def test_worker_of_a_database_that_is_silent_says_so_and_ends_in_time(
    database: str, serve: Start, proxy: Proxy, tmp_path: Path
) -> None:
    """Nothing is due, and nobody asks it."""
    worker = Worker(proxy.url(database), tmp_path / "worker.log").start()
    said(worker, "At work on")
    proxy.fall_silent()
    said(worker, "does not answer")
    began = time.monotonic()
    assert worker.stop() == 0
    assert time.monotonic() - began < END_S + SLOWNESS_S
    assert "Traceback" not in worker.log.read_text()


def test_side_task_that_fails_is_told_once_and_the_worker_is_not_ready(
    cluster: Cluster, database: str, tmp_path: Path
) -> None:
    """The library ends its worker then as if it had been asked to."""
    port = free_port()
    options = ("--port", str(port))
    worker = Worker(database, tmp_path / "worker.log", options).start()
    said(worker, "At work on")
    until(lambda: ready(port)[0] == 200)

    cluster.ask(RENAME.format("procrastinate_defer_periodic_job_v2", "away"), "kept")
    said(worker, "has to wait")
    for _ in range(3):
        until(lambda: ready(port)[0] == 503)
        time.sleep(1)
    assert "procrastinate_defer_periodic_job_v2" in ready(port)[1]
    cluster.ask(RENAME.format("away", "procrastinate_defer_periodic_job_v2"), "kept")
    until(lambda: ready(port)[0] == 200)
    assert worker.stop() == 0
    told = worker.log.read_text()
    assert told.count("WARNING cosell.worker: The worker has to wait") == 1
    assert told.count("At work on") == 2
    assert "Traceback" not in told

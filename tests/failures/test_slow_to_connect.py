"""A database to which one connection takes longer than a call would wait for it: the first of the
two hosts in its address is gone without a word, so each connection waits for that first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.failures.cluster import Cluster
from tests.failures.conftest import Start, run
from tests.failures.hole import Hole
from tests.failures.proxy import Proxy
from tests.harness import Worker, World, opportunity
from tests.waiting import until


@pytest.fixture
def url(cluster: Cluster, database: str) -> Iterator[str]:
    """The address of a hub's database when one of its two machines is gone."""
    proxy, hole = Proxy(cluster.socket), Hole()
    yield hole.before(proxy.url(database), "?target_session_attrs=read-write")
    hole.end()
    proxy.end()


@pytest.fixture
def worker(url: str, tmp_path: Path) -> Iterator[Worker]:
    running = Worker(url, tmp_path / "worker.log").start()
    yield running
    assert running.stop() == 0


def test_everything_begins_and_works(url: str, serve: Start, worker: Worker) -> None:
    migrated = run("migrate", "--database", url)
    assert migrated.returncode == 0, migrated.stderr
    world = World(serve(url))
    partner = world.client()
    made = partner.create_opportunity(Catalog="Sandbox", ClientToken="one", **opportunity())
    [listed] = partner.list_opportunities(Catalog="Sandbox")["OpportunitySummaries"]
    assert listed["Id"] == made["Id"]
    until(lambda: "At work on" in worker.log.read_text(), "the worker is at work")
    world.desk("PutPace", Mode="Paced", StepSeconds=0)
    invitation = world.referred()["EngagementInvitationId"]
    partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", ClientToken="start", Identifier=invitation
    )

    def done() -> bool:
        tasks = partner.list_engagement_by_accepting_invitation_tasks(Catalog="Sandbox")
        return {one["TaskStatus"] for one in tasks["TaskSummaries"]} == {"COMPLETE"}

    until(done, "the worker does what is due")
    assert "Traceback" not in worker.log.read_text()

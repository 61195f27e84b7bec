"""Two releases of the queue's library on one PostgreSQL database: what the newer one needs is there
before it begins, and what the older one asks for stays until nobody can need it any more."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cosell.looks import Looks
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start, run
from tests.failures.next_version import next_library, steps_of
from tests.harness import Worker, World, environment, send

NOW = Looks().steps[-1].name
PRE, POST = steps_of(1)
PRE_2, POST_2 = steps_of(2)
Ran = Callable[..., "subprocess.CompletedProcess[str]"]


def ran(program: Path, command: str, database: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(program), command, "--database", database],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
    )


def marks(cluster: Cluster) -> dict[str, str]:
    text = "select name, convert_from(value, 'UTF8') from setting where name like 'queue%'"
    return dict(cluster.ask(text, "kept"))


@pytest.fixture
def start_worker(database: str, tmp_path: Path) -> Iterator[Callable[[Path | None], Worker]]:
    """Starts a worker, of this program or another; each must end in order."""
    started: list[Worker] = []

    def start(program: Path | None = None) -> Worker:
        one = Worker(database, tmp_path / f"worker-{len(started)}.log")
        if program is not None:
            one.program = (str(program),)
        started.append(one.start())
        return one

    yield start
    running = [one for one in started if one.main is not None and one.main.poll() is None]
    assert [one.stop() for one in running] == [0] * len(running)


def a_task_is_done(world: World) -> None:
    """By whichever worker there is."""
    invitation = world.referred(catalog="AWS")["EngagementInvitationId"]
    partner = world.client()
    begun = partner.start_engagement_by_accepting_invitation_task(
        Catalog="AWS", ClientToken=invitation, Identifier=invitation
    )
    until = time.monotonic() + 40
    while True:
        [found] = partner.list_engagement_by_accepting_invitation_tasks(
            Catalog="AWS", TaskIdentifier=[begun["TaskId"]]
        )["TaskSummaries"]
        if found["TaskStatus"] == "COMPLETE":
            return
        assert time.monotonic() < until, found
        time.sleep(0.1)


def test_releases_of_the_library_follow_each_other_without_a_pause(
    cluster: Cluster,
    database: str,
    serve: Start,
    start_worker: Callable[..., Worker],
    tmp_path: Path,
) -> None:
    first = next_library(tmp_path / "first", 1)
    second = next_library(tmp_path / "second", 2)
    world = World(serve(database))
    world.desk("PutPace", Mode="Paced", StepSeconds=0)
    old = start_worker()

    assert ran(first, "migrate", database).returncode == 0
    assert marks(cluster) == {"queue": PRE, "queue_works_with": NOW}
    a_task_is_done(world)  # the old worker has what it asks for
    for again in (ran(first, "migrate", database), run("migrate", "--database", database)):
        assert (again.returncode, again.stderr) == (0, "")
        assert "already" in again.stdout
        assert marks(cluster) == {"queue": PRE, "queue_works_with": NOW}
    assert old.stop() == 0
    newer = start_worker(first)
    a_task_is_done(world)

    migrated = ran(second, "migrate", database)
    assert f"works with no Procrastinate older than {POST} from now on" in migrated.stderr
    assert marks(cluster) == {"queue": PRE_2, "queue_works_with": POST}
    a_task_is_done(world)  # by the worker of the first
    assert newer.stop() == 0
    start_worker(second)
    a_task_is_done(world)
    said = f"a queue that works with no Procrastinate older than {POST}; this cosell's knows steps"
    unready = send(world.server.url, "GET", "/_cosell/ready")
    assert unready.status == 503
    assert said in unready.document["Message"]
    for name in ("serve", "worker", "migrate"):
        ended = run(name, "--database", database)
        assert ended.returncode == 1
        assert f"{said} up to {NOW}. Use the newer cosell" in ended.stderr
    assert marks(cluster) == {"queue": PRE_2, "queue_works_with": POST}


def test_a_newer_library_is_refused_before_the_migration(
    cluster: Cluster, database: str, serve: Start, tmp_path: Path
) -> None:
    program = next_library(tmp_path / "next", 1)
    for name in ("serve", "worker"):
        ended = ran(program, name, database)
        assert ended.returncode == 1
        assert f"it is at {NOW}, and {PRE} is needed" in ended.stderr
        assert "Run `cosell migrate --database …` first." in ended.stderr
    assert ran(program, "migrate", database).returncode == 0
    assert serve(database, program=program).stop() == 0


def test_every_step_of_the_library_can_be_taken_on_the_way(
    cluster: Cluster, database: str, serve: Start, start_worker: Callable[..., Worker]
) -> None:
    """From the library's first schema on, each step in its own transaction."""
    for name in cluster.ask(
        "select format('drop table %I cascade', tablename) from pg_tables"
        " where tablename like 'procrastinate%'"
        " union all select format('drop function if exists %s', oid::regprocedure) from pg_proc"
        " where proname like 'procrastinate%'"
        " union all select format('drop type if exists %I cascade', typname) from pg_type"
        " where typname like 'procrastinate%' and typtype in ('c', 'e')",
        "kept",
    ):
        cluster.ask(name[0], "kept")
    looks = Looks()
    oldest = looks.steps[0].name
    with cluster.session("kept") as session:
        session.execute(looks.script(oldest).encode())
    cluster.ask(
        f"update setting set value = convert_to('{oldest}', 'UTF8') where name = 'queue'", "kept"
    )
    cluster.ask("delete from setting where name = 'queue_works_with'", "kept")
    ended = run("migrate", "--database", database)
    assert ended.returncode == 0, ended.stderr
    adding = [step.name for step in looks.steps if step.adds]
    assert marks(cluster)["queue"] == adding[-1]
    start_worker()
    world = World(serve(database))
    world.desk("PutPace", Mode="Paced", StepSeconds=0)
    a_task_is_done(world)

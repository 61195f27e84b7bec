"""A role that serves on a database that another one has migrated: with what the guide grants it
does all that there is to do; without, it is told what is missing, and what to grant."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.failures.cluster import Cluster
from tests.failures.conftest import Start, run
from tests.failures.test_outage import said, started, tasks
from tests.failures.test_refused_by_the_database import create, ready, refused
from tests.harness import Worker, World
from tests.waiting import until

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "hub.md"


@pytest.fixture
def grants() -> list[str]:
    """What the guide grants the role `cosell_serve`."""
    [block] = re.findall(r"```sql\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return [one.strip() for one in block.split(";") if one.strip()]


@pytest.fixture
def plain(cluster: Cluster, database: str) -> Iterator[str]:
    """The URL with which a role comes that may nothing yet."""
    cluster.ask("create role cosell_serve login")
    yield database.replace("postgres:@", "cosell_serve:@")
    cluster.ask("drop owned by cosell_serve", "kept")
    cluster.ask("drop role cosell_serve")


def grant(cluster: Cluster, grants: list[str], without: str = "nothing of it") -> None:
    for one in grants:
        if without not in one:
            cluster.ask(one.replace("cosell_owner", "postgres"), "kept")


def test_role_with_what_the_guide_grants_does_all_there_is(
    cluster: Cluster, plain: str, serve: Start, grants: list[str], tmp_path: Path
) -> None:
    grant(cluster, grants)
    server = serve(plain)
    world = World(server)
    assert ready(server)[0] == 200
    worker = Worker(plain, tmp_path / "worker.log").start()
    said(worker, "At work on")
    world.desk("PutPace", Mode="Paced", StepSeconds=0)
    started(world, 1)
    until(lambda: {one["TaskStatus"] for one in tasks(world)} == {"COMPLETE"})
    state = world.desk("SaveNamespace")["State"]
    World(server).desk("ForkNamespace", Source=world.namespace)
    World(server).desk("LoadNamespace", State=state)
    world.desk("ResetNamespace")
    until(lambda: cluster.ask("select count(*) from retired", "kept") == [(0,)], "it is swept")
    cluster.ask("create table later (ns bigint)", "kept")  # as the next migration may
    assert ready(server)[0] == 200
    assert worker.stop() == 0
    for log in (worker.log, server.log):
        assert log
        assert "permission denied" not in log.read_text()


def test_role_that_may_not_migrate_is_told_who_may(
    cluster: Cluster, plain: str, grants: list[str]
) -> None:
    cluster.ask("create database empty")
    grant(cluster, grants)
    ended = run("migrate", "--database", plain)
    assert ended.returncode == 0, "there is nothing to do"
    ended = run("migrate", "--database", plain.replace("/kept", "/empty"))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1), ended.stderr
    assert "permission denied for schema public. Migrate with the role" in ended.stderr
    assert "ALTER DATABASE … OWNER TO …" in ended.stderr
    cluster.ask("drop database empty with (force)")


@pytest.mark.parametrize(
    ("without", "told"),
    [
        (
            "SCHEMA public TO",
            "may use no schema there. GRANT USAGE ON SCHEMA public TO",
        ),
        ("ALL SEQUENCES", "lacks SELECT, USAGE, UPDATE on the sequence"),
        ("INSERT", "lacks SELECT, INSERT, UPDATE, DELETE on the table"),
    ],
)
def test_role_that_lacks_something_is_refused_at_start(
    cluster: Cluster, plain: str, grants: list[str], without: str, told: str
) -> None:
    if without == "SCHEMA public TO":
        cluster.ask("revoke usage on schema public from public", "kept")
    grant(cluster, grants, without)
    for command in ("serve", "worker"):
        ended = run(command, "--database", plain)
        assert ended.returncode == 1
        assert told in ended.stderr
        assert "GRANT" in ended.stderr
        assert "TO cosell_serve;" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_role_that_may_only_read_is_refused_in_one_line(
    cluster: Cluster, plain: str, grants: list[str]
) -> None:
    grant(cluster, grants, "INSERT")
    cluster.ask("grant select on all tables in schema public to cosell_serve", "kept")
    for command in ("serve", "worker"):
        ended = run(command, "--database", plain)
        assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1), ended.stderr
        assert "lacks INSERT, UPDATE, DELETE on the table" in ended.stderr


def test_right_that_is_taken_back_is_told_in_the_call_and_by_the_probe(
    cluster: Cluster, plain: str, serve: Start, grants: list[str], tmp_path: Path
) -> None:
    grant(cluster, grants)
    server = serve(plain)
    world = World(server)
    create(world, "before")
    cluster.ask("revoke all on sequence seq from cosell_serve", "kept")
    told = refused(world, "meanwhile")
    assert "permission denied for sequence seq" in told
    assert "GRANT SELECT, USAGE, UPDATE ON ALL SEQUENCES" in told
    status, message = ready(server)
    assert (status, "on the sequence seq. GRANT" in message) == (503, True)
    grant(cluster, grants)
    create(world, "meanwhile")
    assert ready(server)[0] == 200
    assert server.log is not None
    assert "Traceback" not in server.log.read_text()

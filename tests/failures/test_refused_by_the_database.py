"""A PostgreSQL that is there and does not do what it is asked: somebody else's lock, no right to
write, no connection, a newer format. Each has its sentence in the log; nothing is half
done, and service goes on when the cause is gone."""

import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from cosell.store.sqlite_file import newest_format
from tests.failures.asking import kept
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start, run
from tests.harness import Server, Worker, World, opportunity, send
from tests.waiting import until_told

LOCK_S = 0.5


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A configuration with less patience than there is by default."""
    file = tmp_path / "cosell.toml"
    file.write_text(f"[postgres]\nlock_s_max = {LOCK_S}\nconnections_max = 4\n")
    return file


def create(world: World, token: str) -> Any:
    return world.client().create_opportunity(Catalog="Sandbox", ClientToken=token, **opportunity())


def refused(world: World, token: str) -> str:
    """A call that has to fail; the line of the log that tells why."""
    with pytest.raises(ClientError, match="The database cannot be used at present") as why:
        create(world, token)
    meta = why.value.response["ResponseMetadata"]
    assert (meta["HTTPStatusCode"], len(meta["RequestId"])) == (500, 36)
    lines = until_told(world.server.log, meta["RequestId"]).splitlines()
    [line] = [line for line in lines if meta["RequestId"] in line]
    assert "Traceback" not in lines
    return line


def ready(server: Server) -> tuple[int, str]:
    """What the readiness probe says."""
    reply = send(server.url, "GET", "/_cosell/ready")
    return reply.status, reply.document.get("Message", "")


@pytest.mark.parametrize("table", ["document", "namespace"])
def test_table_that_somebody_else_has_locked(
    cluster: Cluster, database: str, serve: Start, settings: Path, table: str
) -> None:
    world = World(serve(database, "--config", str(settings)))
    create(world, "before")
    with cluster.session("kept") as other:
        other.execute(f"begin; lock table {table} in exclusive mode".encode())
        began = time.monotonic()
        told = refused(world, "meanwhile")
        assert time.monotonic() - began < LOCK_S + 1.5
        if table == "namespace":
            assert f"in the namespace '{world.namespace}', or holds a lock on it" in told
        else:
            assert "Somebody else holds a lock on the table" in told
        assert "lock_s_max" in told
        if table == "document":  # reading goes on
            assert len(kept(world)) == 1
        other.execute("rollback")
    create(world, "meanwhile")
    assert len(kept(world)) == 2


def test_worker_waits_for_a_table_that_somebody_else_has_locked(
    cluster: Cluster, database: str, serve: Start, worker: Worker
) -> None:
    world = World(serve(database))
    world.desk("PutPace", Mode="Paced", StepSeconds=1)
    invitation = world.referred(catalog="AWS")["EngagementInvitationId"]
    partner = world.client()
    partner.start_engagement_by_accepting_invitation_task(
        Catalog="AWS", ClientToken="start", Identifier=invitation
    )
    with cluster.session("kept") as other:
        other.execute("begin; lock table agenda in exclusive mode")
        until = time.monotonic() + 40
        while "has to wait" not in worker.log.read_text():
            assert time.monotonic() < until, worker.log.read_text()
            time.sleep(0.1)
        other.execute("rollback")
    until = time.monotonic() + 40
    while True:
        [task] = partner.list_engagement_by_accepting_invitation_tasks(Catalog="AWS")[
            "TaskSummaries"
        ]
        if task["TaskStatus"] == "COMPLETE":
            break
        assert time.monotonic() < until, task
        time.sleep(0.1)
    assert "Traceback" not in worker.log.read_text()


def test_database_that_may_only_be_read_answers_reads_and_refuses_writes(
    cluster: Cluster, database: str, serve: Start
) -> None:
    server = serve(database)
    world = World(server)
    create(world, "before")
    cluster.ask("alter database kept set default_transaction_read_only = on")
    cluster.ask("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'kept'")
    told = refused(world, "meanwhile")
    assert "read-only" in told
    assert len(kept(world)) == 1
    status, message = ready(server)
    assert (status, "may only be read" in message) == (503, True)
    cluster.ask("alter database kept set default_transaction_read_only = off")
    cluster.ask("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'kept'")
    create(world, "meanwhile")
    assert len(kept(world)) == 2


def test_database_of_a_newer_format_is_refused_at_start_and_by_the_probe(
    cluster: Cluster, database: str, serve: Start
) -> None:
    server = serve(database)
    assert ready(server)[0] == 200
    with cluster.session("kept") as other:
        other.execute("insert into cosell_format (format, works_with) values (99, 99)")
    for command in ("migrate", "serve", "worker"):
        ended = run(command, "--database", database)
        assert ended.returncode == 1
        assert f"has format 99; this cosell knows formats up to {newest_format()}" in ended.stderr
        assert "Use the newer cosell" in ended.stderr
        assert "Traceback" not in ended.stderr
    status, message = ready(server)
    assert (status, "format 99" in message) == (503, True)
    with cluster.session("kept") as other:
        other.execute("delete from cosell_format where format = 99")
    assert ready(server)[0] == 200


def test_database_that_was_never_migrated_says_what_to_run(cluster: Cluster) -> None:
    url = cluster.create("empty")
    for command in ("serve", "worker"):
        ended = run(command, "--database", url)
        assert (ended.returncode, "cosell migrate" in ended.stderr) == (1, True)
        assert "Traceback" not in ended.stderr


def test_database_that_is_not_there_says_so(cluster: Cluster) -> None:
    for command in ("migrate", "serve", "worker"):
        ended = run(command, "--database", cluster.url("nowhere"))
        assert (ended.returncode, '"nowhere" does not exist' in ended.stderr) == (1, True)
        assert "Traceback" not in ended.stderr


def test_database_that_was_restored_in_part_says_so(cluster: Cluster, database: str) -> None:
    """The tables were read back, and what comes last in a dump, their keys, was not."""
    keys = cluster.session("kept")
    with keys:
        found = keys.execute(
            "select conrelid::regclass::text, conname from pg_constraint"
            " where contype = 'p' and connamespace = 'public'::regnamespace"
            " and conrelid::regclass::text not like 'procrastinate%'"
        ).fetchall()
        for table, name in found:
            keys.execute(f"alter table {table} drop constraint {name}")
    for command in (("serve", "--workers", "2"), ("worker",)):
        ended = run(*command, "--database", database)
        assert (ended.returncode, "was not whole" in ended.stderr) == (1, True), ended.stderr
        assert "Traceback" not in ended.stderr


def test_more_processes_than_the_database_takes(
    cluster: Cluster, database: str, serve: Start, settings: Path
) -> None:
    """It takes ten, others have seven: one server gets along with what is left, the next one says
    why it cannot, and so does a probe."""
    cluster.configure(max_connections=13)  # of which the superuser has three to himself
    cluster.ask(
        "do $$ begin if not exists (select from pg_roles where rolname = 'cosell') then"
        " create role cosell login; end if; end $$"
    )
    cluster.ask("grant all on schema public to cosell", "kept")
    cluster.ask("grant all on all tables in schema public to cosell", "kept")
    cluster.ask("grant all on all sequences in schema public to cosell", "kept")
    plain = database.replace("postgres:@", "cosell:@")
    world = World(serve(plain, "--config", str(settings)))
    create(world, "before")
    others: list[psycopg.Connection[Any]] = []
    try:
        with pytest.raises(psycopg.OperationalError):
            fill(plain, others)
        for number in range(5):
            create(world, f"meanwhile-{number}")
        outcomes: list[bool] = []

        def one(number: int) -> None:
            try:
                create(world, f"crowd-{number}")
                outcomes.append(True)
            except ClientError:
                outcomes.append(False)

        threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert outcomes.count(True) >= 6, "those that it has do the work"
        for command in ("serve", "worker"):
            ended = run(command, "--database", plain)
            assert ended.returncode == 1
            assert "max_connections" in ended.stderr, ended.stderr
            assert "Traceback" not in ended.stderr
    finally:
        for other in others:
            other.close()
        cluster.configure(max_connections=100)
    create(world, "after")


def fill(url: str, others: "list[psycopg.Connection[Any]]") -> None:
    """Connect until there is no room for more; then the database's own error."""
    while True:
        others.append(psycopg.connect(url))

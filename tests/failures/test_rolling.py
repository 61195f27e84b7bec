"""Two versions of cosell on one PostgreSQL database: the old one goes on while the new one migrates
and starts, each reads what the other wrote, and the old one ends when nobody needs it any more."""

import base64
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cosell.store.sqlite_file import newest_format
from tests.desk.test_saved_namespaces import written_by
from tests.failures.asking import crowd, kept
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start, run
from tests.failures.next_version import next_version
from tests.harness import Refused, Worker, World, environment, opportunity
from tests.upgrade.make_state import answers, answers_of

FORMAT = newest_format()


def command(program: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(program), *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
    )


def summaries(world: World) -> list[Any]:
    pages = world.client().get_paginator("list_opportunities").paginate(Catalog="Sandbox")
    return [one for page in pages for one in page["OpportunitySummaries"]]


def test_rolling_restart_under_load(
    cluster: Cluster, database: str, serve: Start, worker: Worker, tmp_path: Path
) -> None:
    program = next_version(tmp_path / "next", works_with=FORMAT)
    old = serve(database)
    before = World(old)
    with crowd([before], 2, 1) as seen:
        seen.good_since(time.monotonic(), 20)
        migrated = command(program, "migrate", "--database", database)
        assert migrated.returncode == 0, migrated.stderr
        assert f"is at format {FORMAT + 1} now" in migrated.stdout
        seen.good_since(time.monotonic(), 20)
        new = serve(database, program=program)
        after = World(new, before.namespace)
        with crowd([after], 1, 1) as seen_after:
            seen_after.good_since(time.monotonic(), 20)
            seen.good_since(time.monotonic(), 20)
    assert [str(one) for one in seen.errors + seen_after.errors] == []
    assert kept(before) == kept(after) == seen.made | seen_after.made
    each_reads_what_the_other_wrote(before, after)
    tasks_go_on(cluster, before, after)
    assert [row[0] for row in cluster.ask("select distinct renderer from opportunity_view", "kept")]
    assert old.stop() == 0
    assert worker.stop() == 0
    after.client().create_opportunity(Catalog="Sandbox", ClientToken="last", **opportunity())
    assert len(kept(after)) == len(seen.made | seen_after.made) + 3
    assert new.stop() == 0
    for log in (*tmp_path.glob("server-*.log"), worker.log):
        assert "Traceback" not in log.read_text()


def each_reads_what_the_other_wrote(one: World, other: World) -> None:
    """A call that one answered is known to the other, and its row of the list, made by another
    renderer, is shown as its own would be."""
    for number, (writes, reads) in enumerate(((one, other), (other, one))):
        asked = {"Catalog": "Sandbox", "ClientToken": f"both-{number}", **opportunity()}
        made = writes.client().create_opportunity(**asked)
        assert reads.client().create_opportunity(**asked)["Id"] == made["Id"]
        found = reads.client().get_opportunity(Catalog="Sandbox", Identifier=made["Id"])
        mine = writes.client().get_opportunity(Catalog="Sandbox", Identifier=made["Id"])
        found.pop("ResponseMetadata")
        mine.pop("ResponseMetadata")
        assert found == mine
    assert summaries(one) == summaries(other)


def tasks_go_on(cluster: Cluster, one: World, other: World) -> None:
    """A task that one version begins is done by a worker of the old one, and seen by both."""
    one.desk("PutPace", Mode="Paced", StepSeconds=0)
    for number, world in enumerate((one, other)):
        invitation = world.referred(catalog="AWS")["EngagementInvitationId"]
        world.client().start_engagement_by_accepting_invitation_task(
            Catalog="AWS", ClientToken=f"task-{number}", Identifier=invitation
        )
    until = time.monotonic() + 40
    for world in (one, other):
        while statuses(world) != ["COMPLETE", "COMPLETE"]:
            assert time.monotonic() < until, (statuses(world), cluster.ask("select 1"))
            time.sleep(0.1)


def statuses(world: World) -> list[str]:
    listed = world.client().list_engagement_by_accepting_invitation_tasks(Catalog="AWS")
    return [one["TaskStatus"] for one in listed["TaskSummaries"]]


@pytest.fixture
def versions(
    cluster: Cluster, database: str, serve: Start, tmp_path: Path, restarted: bool
) -> tuple[World, World]:
    """A namespace with two documents on an old server and on a new one, after the migration; with
    something in all that only the new version knows. The old server runs since before, or was
    started anew."""
    old = None if restarted else serve(database)
    program = next_version(tmp_path / "next", works_with=FORMAT)
    assert command(program, "migrate", "--database", database).returncode == 0
    before = World(old or serve(database))
    for _ in range(2):
        before.client().create_opportunity(Catalog="Sandbox", **opportunity())
    for text in (
        "update document set note = 'new'",
        f"update namespace set mood = 'good' where name = '{before.namespace}'",
        "insert into remark (ns, id, body) select ns, 'one', '{}' from namespace",
    ):
        cluster.ask(text, "kept")
    return before, World(serve(database, program=program), before.namespace)


def known_to_the_new(cluster: Cluster, namespace: str) -> list[tuple[object, ...]]:
    """How much there is in a namespace of what only the new version knows."""
    return cluster.ask(
        "select count(d.note), max(n.mood),"
        " (select count(*) from remark r where r.ns = n.ns and r.body = '{}')"
        f" from namespace n join document d using (ns) where n.name = '{namespace}'"
        " group by n.mood, n.ns",
        "kept",
    )


ALL = [(2, "good", 1)]
EITHER = pytest.mark.parametrize("restarted", [False, True], ids=["runs on", "restarted"])


@EITHER
def test_old_program_forks_and_saves_what_only_the_new_one_knows(
    cluster: Cluster, versions: tuple[World, World]
) -> None:
    old, new = versions
    assert known_to_the_new(cluster, old.namespace) == ALL
    World(old.server, "forked").desk("ForkNamespace", Source=old.namespace)
    assert known_to_the_new(cluster, "forked") == ALL

    saved = old.desk("SaveNamespace")
    assert saved["Format"] == FORMAT + 1
    loaded = World(new.server, "loaded")
    assert loaded.desk("LoadNamespace", State=saved["State"])["Format"] == FORMAT + 1
    assert known_to_the_new(cluster, "loaded") == ALL
    assert summaries(loaded) == summaries(new) == summaries(World(old.server, "forked"))
    with pytest.raises(Refused, match=f"It has format {FORMAT + 1}") as refused:
        World(old.server, "back").desk("LoadNamespace", State=saved["State"])
    assert f"knows formats up to {FORMAT}. Use a newer cosell." in str(refused.value)


@EITHER
def test_old_program_loads_files_of_its_own_format(
    cluster: Cluster, versions: tuple[World, World]
) -> None:
    state = base64.b64encode(written_by(FORMAT)).decode()
    for number, world in enumerate(versions):
        loaded = World(world.server, f"loaded-{number}")
        assert loaded.desk("LoadNamespace", State=state)["Format"] == FORMAT
        for reader in versions:
            read = answers(World(reader.server, loaded.namespace))
            assert read == json.loads(answers_of(FORMAT).read_text())


@EITHER
def test_old_worker_sweeps_what_only_the_new_version_knows(
    cluster: Cluster, versions: tuple[World, World], worker: Worker
) -> None:
    versions[0].desk("ResetNamespace")
    cluster.ask("update retired set retired_at = 0", "kept")  # long ago
    until = time.monotonic() + 40
    while cluster.ask("select 1 from retired", "kept"):
        assert time.monotonic() < until
        time.sleep(0.2)
    assert cluster.ask("select 1 from remark", "kept") == []


def test_old_program_is_refused_where_the_new_format_is_not_for_it(
    database: str, tmp_path: Path
) -> None:
    program = next_version(tmp_path / "next", works_with=FORMAT + 1)
    assert command(program, "migrate", "--database", database).returncode == 0
    for name in ("serve", "worker", "migrate"):
        ended = run(name, "--database", database)
        assert ended.returncode == 1
        assert f"has format {FORMAT + 1}; this cosell knows formats up to {FORMAT}" in ended.stderr
        assert "Use the newer cosell that migrated it." in ended.stderr


def test_new_program_is_refused_before_the_migration(database: str, tmp_path: Path) -> None:
    program = next_version(tmp_path / "next", works_with=FORMAT)
    for name in ("serve", "worker"):
        ended = command(program, name, "--database", database)
        assert ended.returncode == 1
        assert f"has format {FORMAT}; this cosell needs format {FORMAT + 1}" in ended.stderr
        assert "cosell migrate" in ended.stderr


def test_two_that_migrate_at_once_do_it_once(
    cluster: Cluster, database: str, tmp_path: Path
) -> None:
    program = next_version(tmp_path / "next", works_with=FORMAT)
    ended: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: ended.append(
                command(program, "migrate", "--database", database).returncode
            )
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert ended == [0, 0, 0]
    formats = cluster.ask("select format from cosell_format order by format", "kept")
    assert formats[-1] == (FORMAT + 1,)
    assert len(formats) == len({*formats})


@pytest.mark.parametrize("again", [False, True])
def test_old_program_says_that_nothing_is_to_be_migrated_where_it_may_go_on(
    database: str, tmp_path: Path, again: bool
) -> None:
    program = next_version(tmp_path / "next", works_with=FORMAT)
    assert command(program, "migrate", "--database", database).returncode == 0
    if again:
        assert command(program, "migrate", "--database", database).returncode == 0
    ended = run("migrate", "--database", database)
    assert (ended.returncode, "already" in ended.stdout) == (0, True)

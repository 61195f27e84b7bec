"""`cosell migrate` on a database in use, while somebody else has a lock that it needs: a backup, a
transaction that was forgotten. It waits without keeping others waiting, and says for whom."""

import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from cosell.looks import Looks
from cosell.store import StoreError, postgres_migration, postgres_schema
from cosell.store.postgres_migration import Migration
from cosell.store.postgres_pool import connected
from cosell.store.sqlite_file import newest_format
from tests.failures.asking import crowd
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start
from tests.failures.next_version import next_version
from tests.harness import World, environment

FORMAT = newest_format()


@contextmanager
def backup(database: str) -> Iterator[int]:
    """Somebody has what pg_dump has for as long as it runs, for some seconds already; answers the
    process."""
    with psycopg.connect(database, application_name="pg_dump") as connection:
        connection.execute("lock table document in access share mode")
        time.sleep(postgres_migration._LOCK_MS / 1_000)
        yield connection.info.backend_pid
        connection.rollback()


def test_migration_waits_for_a_backup_and_calls_go_on_meanwhile(
    database: str, serve: Start, tmp_path: Path
) -> None:
    program = next_version(tmp_path / "next", works_with=FORMAT)
    world = World(serve(database))
    with crowd([world], 2, 2) as seen:
        seen.good_since(time.monotonic(), 10)
        with backup(database) as process:
            migrating = subprocess.Popen(
                [sys.executable, str(program), "migrate", "--database", database],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment(),
            )
            assert migrating.stderr is not None
            assert select.select([migrating.stderr], [], [], 30)[0], "it says nothing"
            said = migrating.stderr.readline()
            for _ in range(3):  # for longer than a call would wait for a lock
                time.sleep(postgres_migration._PAUSE_S)
                seen.good_since(time.monotonic(), 20)
            assert migrating.poll() is None
        out, _ = migrating.communicate(timeout=60)
        seen.good_since(time.monotonic(), 10)
    assert migrating.returncode == 0
    assert f"is at format {FORMAT + 1} now" in out
    assert f"for process {process} (pg_dump, role postgres, in a transaction for " in said
    assert [str(one) for one in seen.errors] == []


def test_step_that_waits_in_vain_says_for_whom_and_has_done_nothing(
    cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_migration, "_PATIENCE_S", 2.5)
    monkeypatch.setattr(postgres_migration, "_PAUSE_S", 0.1)
    told: list[str] = []
    with backup(database) as process, connected(database, "it") as connection:

        def step() -> None:
            connection.execute("create table made (ns bigint)")
            connection.execute("alter table document add column note text")

        with pytest.raises(StoreError, match=r"waited 2\.5 seconds for a lock that") as raised:
            Migration(connection, told.append).take(step)
    assert f"process {process} (pg_dump, role postgres, in a transaction for" in str(raised.value)
    assert "run `cosell migrate` again when that one has ended" in str(raised.value)
    assert len(told) == 1, "once, not at each try"
    assert cluster.ask("select 1 from pg_class where relname = 'made'", "kept") == []


def test_migration_says_that_it_waits_for_another(cluster: Cluster, database: str) -> None:
    told: list[str] = []
    with connected(database, "one") as one, connected(database, "other") as other:
        one.execute("select pg_advisory_lock(%s)", [postgres_schema._LOCK])

        def let_go(text: str) -> None:
            told.append(text)
            one.execute("select pg_advisory_unlock(%s)", [postgres_schema._LOCK])

        assert postgres_schema.migrate(other, "it", Looks(), let_go) == (FORMAT, FORMAT)
    assert told == ["Another migration is at work; this one waits for its end."]

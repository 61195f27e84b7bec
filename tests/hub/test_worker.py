"""What a worker does beside what it is called for: what another left, what everybody forgot, what
nobody has any more; and how it ends."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cosell.clock import wall_ms
from cosell.config import Postgres
from cosell.looks import Looks
from cosell.store import agenda, namespaces
from cosell.store.postgres import PostgresStore
from tests import postgres
from tests.databases import Database
from tests.harness import Worker

KIND = "invitation-expiry"  # soon done if there is no such invitation
PATIENCE_S = 90.0
MANY = 1_500


@pytest.fixture
def url() -> Iterator[str]:
    made = postgres.migrated_database()
    yield made
    postgres.drop(made)


def until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def planned(url: str, name: str, due_at: int, count: int = 1, *, called: bool = True) -> int:
    """Plan something in a namespace, and let somebody be called for it or not; its number."""
    store = PostgresStore(url, Postgres(), Looks().defer if called else None)
    with store.write() as tx:
        ns = namespaces.ensure(tx, name, wall_ms()).ns
        for number in range(count):
            agenda.plan(tx, ns, due_at + number, KIND, "of-nothing")
    store.close()
    return ns


def say(url: str, *statements: str) -> None:
    with psycopg.connect(url) as connection:
        for one in statements:
            connection.execute(one.encode())


def left(url: str, ns: int) -> int:
    [(found,)] = Database(url).rows("select count(*) from agenda where ns = ?", ns)
    return int(found)


def test_what_was_left_or_forgotten_or_retired_is_found_by_the_sweep(
    url: str, tmp_path: Path
) -> None:
    """A worker was killed with a job in hand; nobody was called for something that is overdue; and
    a namespace was reset."""
    killed = planned(url, "killed", wall_ms() - 1_000)
    say(
        url,
        "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour')",
        "update procrastinate_jobs set status = 'doing', attempts = 1,"
        " worker_id = (select id from procrastinate_workers)",
    )
    overlooked = planned(url, "overlooked", wall_ms() - 60_000, called=False)
    retired = planned(url, "retired", wall_ms() + 3_600_000, 30, called=False)
    say(
        url,
        f"insert into retired (ns, retired_at) values ({retired}, {wall_ms() - 60_000})",
        "delete from namespace where name = 'retired'",
    )
    worker = Worker(url, tmp_path / "log").start()
    until(lambda: not (left(url, killed) or left(url, overlooked) or left(url, retired)))
    until(lambda: Database(url).rows("select count(*) from retired") == [(0,)])
    assert worker.stop() == 0


def test_a_worker_that_is_told_to_end_finishes_what_is_at_work(url: str, tmp_path: Path) -> None:
    ns = planned(url, "busy", wall_ms() - MANY, MANY)
    worker = Worker(url, tmp_path / "log").start()
    until(lambda: left(url, ns) < MANY)
    assert worker.stop() == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
    doing = "select count(*) from procrastinate_jobs where status = 'doing'"
    assert Database(url).rows(doing) == [(0,)]
    other = Worker(url, tmp_path / "other").start()
    until(lambda: not left(url, ns))
    assert other.stop() == 0


def test_what_is_due_later_is_done_when_it_is(url: str, tmp_path: Path) -> None:
    worker = Worker(url, tmp_path / "log").start()
    due_at = wall_ms() + 1_500
    ns = planned(url, "later", due_at)
    until(lambda: not left(url, ns))
    assert wall_ms() >= due_at
    assert worker.stop() == 0

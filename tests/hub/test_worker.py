"""What a worker does beside what it is called for: what another left, what everybody forgot, what
nobody has any more; and how it ends."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from cosell import worker as at_work
from cosell.clock import DAY_MS, wall_ms
from cosell.config import Config, Postgres
from cosell.looks import Looks
from cosell.service import Engine
from cosell.store import StoreError, agenda, ledger, namespaces
from cosell.store.postgres import PostgresStore
from cosell.worker import Life
from tests.databases import Database
from tests.harness import Worker
from tests.waiting import until

KIND = "invitation-expiry"  # soon done if there is no such invitation
MANY = 1_500
WRITERS = 4


def test_worker_that_was_at_work_takes_up_a_database_that_is_back_as_soon_each_time(
    migrated: str,
) -> None:
    """Who ended at once, and did so before, takes its time; who had gone on since does not."""
    store = PostgresStore(migrated, Postgres(), Looks())
    life, lost = Life(store), StoreError("It is lost.")
    soon = life.fail(lost, began=True)
    assert life.fail(lost, began=False) == soon, "it is asked for a database that is not there"
    assert life.fail(lost, began=True) > soon
    life.at_work()
    assert life.fail(lost, began=True) == soon
    assert life.fail(lost, began=True) > soon
    store.close()


def planned(url: str, name: str, due_at: int, count: int = 1, *, called: bool = True) -> int:
    """Plan something in a namespace, and let somebody be called for it or not; its number."""
    store = PostgresStore(url, Postgres(), Looks() if called else None)
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
    migrated: str, tmp_path: Path
) -> None:
    """A worker was killed with a job in hand; nobody was called for something that is due; and
    a namespace was reset."""
    killed = planned(migrated, "killed", wall_ms() - 1_000)
    say(
        migrated,
        "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour')",
        "update procrastinate_jobs set status = 'doing', attempts = 1,"
        " worker_id = (select id from procrastinate_workers)",
    )
    forgotten = planned(migrated, "forgotten", wall_ms() - 60_000, called=False)
    retired = planned(migrated, "retired", wall_ms() + 3_600_000, 30, called=False)
    say(
        migrated,
        f"insert into retired (ns, retired_at) values ({retired}, {wall_ms() - 60_000})",
        "delete from namespace where name = 'retired'",
    )
    worker = Worker(migrated, tmp_path / "log").start()
    until(
        lambda: not (left(migrated, killed) or left(migrated, forgotten) or left(migrated, retired))
    )
    until(lambda: Database(migrated).rows("select count(*) from retired") == [(0,)])
    assert worker.stop() == 0


def house_of(url: str, tokens: int) -> tuple[PostgresStore, at_work.Worker]:
    """A worker with so many tokens to forget."""
    store, long_ago = PostgresStore(url, Postgres(), Looks()), wall_ms() - 3 * DAY_MS
    with store.write() as tx:
        ns = namespaces.ensure(tx, "old", long_ago).ns
        of = {"ns": "integer", **tx.form().tables["ledger"]}
        values = {"ns": ns, "digest": b"", "answer": b"", "bound_at": long_ago}
        rows = [
            {**values, "token": f"{one}", "bound_wall": long_ago + one} for one in range(tokens)
        ]
        tx.fill("ledger", of, ([row.get(name, "a") for name in of] for row in rows))
    return store, at_work.Worker(store, Engine(store, Config(), bytes(32)))


@pytest.mark.parametrize("span", [1_000, 20_000])  # what is looked through at a time
def test_one_sweep_forgets_all_tokens_whose_day_is_over(
    migrated: str, monkeypatch: pytest.MonkeyPatch, span: int
) -> None:
    store, house = house_of(migrated, 3_000)
    monkeypatch.setattr(house, "_outlived", ledger.Outlived(span))
    house.keep_house()
    [(left_then,)] = Database(migrated).rows("select count(*) from ledger")
    assert left_then < 2_000  # those of more than one transaction, however busy the machine is
    house.keep_house()
    house.keep_house()
    assert Database(migrated).rows("select count(*) from ledger") == [(0,)]
    store.close()


def test_sweep_that_does_not_come_to_its_end_tells_of_it(
    migrated: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "cosell.worker")
    monkeypatch.setattr(at_work, "_HOUSE_S", -1.0)
    store, house = house_of(migrated, 1_500)
    house.keep_house()
    told = "1000 client tokens whose day is over were forgotten; what was not looked at waits for"
    assert told in caplog.text
    assert Database(migrated).rows("select count(*) from ledger") == [(500,)]
    store.close()


def test_what_is_due_where_the_clock_stands_is_found_by_the_sweep(
    migrated: str, tmp_path: Path
) -> None:
    """The look that was planned there was lost, and nothing grows older there."""
    ns, wall = planned(migrated, "standing", wall_ms() + 3_600_000, called=False), wall_ms()
    say(
        migrated,
        "update namespace set frozen_at = (select due_at from agenda where agenda.ns ="
        f" namespace.ns), woken_at = {wall - 60_000} where name = 'standing'",
    )
    worker = Worker(migrated, tmp_path / "log").start()
    until(lambda: not left(migrated, ns))
    assert worker.stop() == 0


def test_a_namespace_that_is_held_keeps_no_other_from_being_found_by_the_sweep(
    migrated: str, tmp_path: Path
) -> None:
    """As by who loads something large into it, or by a process that stands still."""
    config = tmp_path / "cosell.toml"
    config.write_text("[postgres]\nlock_s_max = 600\n")
    long_ago = wall_ms() - 60_000
    held = planned(migrated, "held", long_ago, called=False)
    free = planned(migrated, "free", long_ago, called=False)
    retired = planned(migrated, "retired", wall_ms() + 3_600_000, 30, called=False)
    say(
        migrated,
        f"insert into retired (ns, retired_at) values ({retired}, {long_ago})",
        "delete from namespace where name = 'retired'",
    )
    with psycopg.connect(migrated) as other:
        other.execute("select from namespace where name = 'held' for no key update")
        worker = Worker(migrated, tmp_path / "log", ("--config", str(config))).start()
        until(lambda: not (left(migrated, free) or left(migrated, retired)))
        assert left(migrated, held) == 1
    until(lambda: not left(migrated, held))
    assert worker.stop() == 0


def test_a_namespace_in_which_somebody_always_writes_is_found_by_the_sweep(
    migrated: str, tmp_path: Path
) -> None:
    """What they write plans nothing, and there is no moment at which nobody holds it."""
    busy = planned(migrated, "busy", wall_ms() - 60_000, called=False)
    over = threading.Event()

    def write() -> None:
        with psycopg.connect(migrated) as connection:
            while not over.is_set():
                connection.execute("select from namespace where name = 'busy' for no key update")
                time.sleep(0.02)
                connection.commit()

    worker = Worker(migrated, tmp_path / "log")
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(write) for _ in range(WRITERS)]
        try:
            worker.start()
            until(lambda: not left(migrated, busy))
        finally:
            over.set()
    assert [one.result() for one in writing] == [None] * WRITERS
    assert worker.stop() == 0


def test_a_worker_that_is_told_to_end_finishes_what_is_at_work(
    migrated: str, tmp_path: Path
) -> None:
    ns = planned(migrated, "busy", wall_ms() - MANY, MANY)
    worker = Worker(migrated, tmp_path / "log").start()
    until(lambda: left(migrated, ns) < MANY)
    assert worker.stop() == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
    doing = "select count(*) from procrastinate_jobs where status = 'doing'"
    assert Database(migrated).rows(doing) == [(0,)]
    other = Worker(migrated, tmp_path / "other").start()
    until(lambda: not left(migrated, ns))
    assert other.stop() == 0


def test_what_is_due_later_is_done_when_it_is(migrated: str, tmp_path: Path) -> None:
    worker = Worker(migrated, tmp_path / "log").start()
    due_at = wall_ms() + 1_500
    ns = planned(migrated, "later", due_at)
    until(lambda: not left(migrated, ns))
    assert wall_ms() >= due_at
    assert worker.stop() == 0


def test_a_worker_takes_no_more_connections_than_the_guide_says(
    migrated: str, tmp_path: Path
) -> None:
    """One for each look and one to spare, one that watches, three for the queue; also when all
    looks wait at once, and end at once."""
    settings, namespaces_due = Postgres(connections_max=7), 40
    at_once = settings.short_max
    config = tmp_path / "cosell.toml"
    config.write_text(
        f"[postgres]\nconnections_max = {settings.connections_max}\nlock_s_max = 25\n"
    )
    for number in range(namespaces_due):
        planned(migrated, f"due-{number}", wall_ms())
    ours = (
        "from pg_stat_activity where datname = current_database() and application_name = 'cosell'"
    )
    seen = [0]

    def count(what: str) -> int:
        [(found,)] = Database(migrated).rows(f"select count(*) {what}")
        return int(found)

    def is_done() -> bool:
        seen.append(count(ours))
        return not count("from agenda")

    with psycopg.connect(migrated) as other:
        other.execute("lock table agenda in exclusive mode")
        worker = Worker(migrated, tmp_path / "log", ("--config", str(config))).start()
        until(lambda: count(f"{ours} and wait_event_type = 'Lock'") == at_once)
        until(lambda: count("from procrastinate_jobs where status = 'doing'") >= at_once)
    until(is_done)
    assert at_once + 3 <= max(seen) <= at_once + 1 + 1 + 3
    assert worker.stop() == 0

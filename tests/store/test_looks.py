"""When somebody is called to look at a namespace: exactly when something stays to be done there,
together with what has planned it. And the numbers that several processes take."""

import threading
import time
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from cosell.calls import Call
from cosell.clock import wall_ms
from cosell.config import Config, Postgres
from cosell.looks import Looks
from cosell.runner import Instruments, Runner
from cosell.service import Engine
from cosell.store import Tx, agenda, documents, namespaces
from cosell.store.documents import Stored
from cosell.store.namespaces import Namespace
from cosell.store.postgres import PostgresStore
from cosell.store.retries import retrying
from tests import postgres
from tests.store.rows import undone

HOUR_MS = 3_600_000
SOON_MS = 30_000  # somebody is called for what is due as soon as that


@pytest.fixture
def stores() -> Iterator[tuple[PostgresStore, PostgresStore]]:
    """Two stores on one database, as two processes have them."""
    url = postgres.migrated_database()
    opened = PostgresStore(url, Postgres(), Looks())
    other = PostgresStore(url, Postgres(), Looks())
    yield opened, other
    opened.close()
    other.close()
    postgres.give_back(url)


@pytest.fixture
def calling(stores: tuple[PostgresStore, PostgresStore]) -> PostgresStore:
    """A store that calls for looks."""
    return stores[0]


def called(store: PostgresStore) -> list[tuple[str, int]]:
    """For which namespace, and for when, somebody is called."""
    with store.read() as tx:
        rows = tx.query(
            "select args->>'namespace', (extract(epoch from scheduled_at) * 1000)::bigint"
            " from procrastinate_jobs where status = 'todo' order by id",
            {},
        )
    return [(str(name), int(str(at))) for name, at in rows]


def plan(tx: Tx, due_at: int, name: str = "here") -> Namespace:
    found = namespaces.ensure(tx, name, wall_ms())
    agenda.plan(tx, found.ns, due_at, "some-kind", "of-nothing")
    return found


def test_nobody_is_called_where_nothing_stays_to_be_done(calling: PostgresStore) -> None:
    with calling.write() as tx:
        namespaces.ensure(tx, "here", wall_ms())
    with calling.write() as tx:
        namespaces.find(tx, "here")
    assert called(calling) == []


def test_somebody_is_called_for_when_it_is_due_with_the_first_call_of_a_namespace_too(
    calling: PostgresStore,
) -> None:
    due_at = wall_ms() + SOON_MS
    with calling.write() as tx:
        plan(tx, due_at)
    assert called(calling) == [("here", due_at)]


def test_nobody_is_called_again_who_comes_soon_enough(calling: PostgresStore) -> None:
    due_at = wall_ms() + SOON_MS
    for later_ms in (0, 5_000, -20, 0):
        with calling.write() as tx:
            plan(tx, due_at + later_ms)
    assert called(calling) == [("here", due_at)]
    with calling.write() as tx:
        plan(tx, due_at - 20_000)
    assert called(calling) == [("here", due_at), ("here", due_at - 20_000)]


def test_a_call_is_undone_with_the_transaction(calling: PostgresStore) -> None:
    due_at = wall_ms() + SOON_MS
    with undone(calling.write()) as tx:
        plan(tx, due_at)
    assert called(calling) == []
    with calling.write() as tx:
        plan(tx, due_at)
    assert called(calling) == [("here", due_at)]
    with undone(calling.write()) as tx:
        plan(tx, due_at - SOON_MS)
    assert called(calling) == [("here", due_at)]


def test_what_a_step_planned_that_was_undone_calls_too_early_at_most(
    calling: PostgresStore,
) -> None:
    due_at = wall_ms() + SOON_MS
    with calling.write() as tx:
        plan(tx, due_at)
        with undone(tx.savepoint()):
            plan(tx, due_at - 1_000)
    [(name, at)] = called(calling)
    assert (name, due_at - 1_000 <= at <= due_at) == ("here", True)


def test_who_has_come_is_called_anew(calling: PostgresStore) -> None:
    with calling.write() as tx:
        plan(tx, 0)
    with calling.write() as tx:
        tx.run("clear_woken", name="here", at=wall_ms())
    with calling.write() as tx:
        plan(tx, 0)
    assert len(called(calling)) == 2


def test_a_clock_that_is_moved_plans_anew(calling: PostgresStore) -> None:
    wall = wall_ms()
    with calling.write() as tx:
        plan(tx, wall + 10 * HOUR_MS)
    with calling.write() as tx:
        found = namespaces.find(tx, "here")
        namespaces.put_clock(tx, found, wall + 9 * HOUR_MS, wall, frozen=False)
    [(name, at)] = called(calling)
    assert name == "here"
    assert at <= wall_ms()  # who comes finds out when it is due


def test_a_clock_that_stands_calls_nobody_for_what_it_does_not_reach(
    calling: PostgresStore,
) -> None:
    wall = wall_ms()
    with calling.write() as tx:
        found = namespaces.ensure(tx, "here", wall)
        agenda.plan(tx, found.ns, wall + HOUR_MS, "some-kind", "of-nothing")
        namespaces.put_clock(tx, found, wall, wall, frozen=True)
        tx.planned = wall + HOUR_MS
    assert called(calling) == []
    with calling.write() as tx:
        plan(tx, wall + 1)
    assert called(calling) == []
    with calling.write() as tx:
        plan(tx, wall)  # it stands there
    assert [name for name, _ in called(calling)] == ["here"]


def test_several_namespaces_of_one_transaction_are_looked_at_each(calling: PostgresStore) -> None:
    due_at = wall_ms() + SOON_MS
    with calling.write() as tx:
        plan(tx, due_at, "here")
        plan(tx, due_at, "there")
    assert sorted(called(calling)) == [("here", due_at), ("there", due_at)]


def test_nobody_is_called_for_what_is_far_away_however_often_it_is_planned_anew(
    calling: PostgresStore,
) -> None:
    wall = wall_ms()
    for number in range(10):
        with calling.write() as tx:
            plan(tx, wall + HOUR_MS - number * 60_000)
    assert called(calling) == []


def test_what_comes_near_is_found_with_what_should_have_been_done(calling: PostgresStore) -> None:
    wall = wall_ms()
    with calling.write() as tx:
        for name, due_at in [("far", HOUR_MS), ("near", 20_000), ("forgotten", -HOUR_MS)]:
            plan(tx, wall + due_at, name)
            tx.run("put_woken", name=name, woken_at=None)
        plan(tx, wall - HOUR_MS, "lately-planned")
        tx.run("put_woken", name="lately-planned", woken_at=wall - 5_000)
        plan(tx, wall - HOUR_MS, "given-up")
        tx.run("put_woken", name="given-up", woken_at=wall - 60_000)
        tx.planned = None
    with calling.read() as tx:
        rows = tx.all("unplanned", wall=wall, soon=SOON_MS, patience=20_000)
    assert sorted(str(name) for [name] in rows) == ["forgotten", "given-up", "near"]


def test_who_comes_takes_back_his_own_call_and_no_later_one(calling: PostgresStore) -> None:
    """By the instant that was written down: his machine's clock may say something else."""
    due_at = wall_ms() + SOON_MS
    with calling.write() as tx:
        plan(tx, due_at)
    with calling.write() as tx:
        assert tx.run("clear_woken", name="here", at=due_at - 1) == 0
        assert tx.run("clear_woken", name="here", at=due_at) == 1


def test_who_is_at_work_calls_nobody_until_he_ends(calling: PostgresStore) -> None:
    """His own job is there until then; another one would wait for him in the same namespace."""
    ran: list[str] = []

    def run(call: Call, tx: Tx, ref: str) -> None:
        ran.append(ref)
        time.sleep(0.01)  # so that one transaction is not enough
        if ran[0] == "the last that he does":
            runner.stop()
        if len(ran) < 40:
            agenda.plan(tx, call.ns, call.now, "some-kind", str(len(ran)))

    engine = Engine(calling, Config(), b"k" * 32).runner
    instruments = Instruments(engine.token_key, engine.authenticator, engine.quotas)
    runner = Runner(calling, {"some-kind": run}, Random(1), instruments)
    with calling.write() as tx:
        plan(tx, wall_ms() - 1)
    jobs = called(calling)
    assert runner.work("here", 60.0, woken) == 40
    assert called(calling) == jobs
    with calling.write() as tx:
        plan(tx, wall_ms() - 1)
    jobs = called(calling)
    ran[:] = ["the last that he does"]
    assert runner.work("here", 60.0, woken) < 39
    assert len(called(calling)) > len(jobs), "what is left is another's"


def woken(tx: Tx, name: str) -> bool:
    tx.run("clear_woken", name=name, at=wall_ms() + SOON_MS)
    return True


# --- numbers -------------------------------------------------------------------------------------


def test_no_number_is_taken_twice_by_two_processes(
    stores: tuple[PostgresStore, PostgresStore],
) -> None:
    taken: list[int] = []
    for turn in range(2_500):
        with stores[turn % 2].write() as tx:
            taken.append(tx.number("opportunity"))
            if turn % 7 == 0:
                taken.append(tx.number("opportunity"))
    assert len(set(taken)) == len(taken)
    for store in range(2):
        mine = [number for turn, number in enumerate(taken[:6]) if turn % 2 == store]
        assert mine == sorted(mine)


def test_a_number_that_is_raised_is_so_for_every_process(
    stores: tuple[PostgresStore, PostgresStore],
) -> None:
    one, other = stores
    with one.write() as tx:
        tx.raise_number("opportunity", 5_000_000)
        assert tx.number("opportunity") >= 5_000_000
    with other.write() as tx:
        tx.raise_number("opportunity", 5_000_000)
        assert tx.number("opportunity") >= 5_000_000


def test_a_number_that_came_with_a_loaded_namespace_is_given_up_by_who_has_it_in_hand(
    stores: tuple[PostgresStore, PostgresStore],
) -> None:
    one, other = stores
    with other.write() as tx:
        in_hand = tx.number("opportunity")
    with one.write() as tx:
        ns = namespaces.ensure(tx, "loaded", wall_ms()).ns
        documents.insert(tx, numbered(ns, in_hand + 1))
        tx.raise_number("opportunity", in_hand + 500)

    def make(tx: Tx) -> int:
        number = tx.number("opportunity")
        documents.insert(tx, numbered(namespaces.find(tx, "loaded").ns, number))
        return number

    assert retrying(other, make) >= in_hand + 500


def numbered(ns: int, number: int) -> Stored:
    return Stored(ns, "opportunity", f"O{number}", "AWS", "111122223333", 1, number, {})


def test_seq_follows_the_order_of_commits_of_a_namespace_whoever_writes(
    stores: tuple[PostgresStore, PostgresStore],
) -> None:
    with stores[0].write() as tx:
        namespaces.ensure(tx, "here", wall_ms())
    taken: list[int] = []

    def write(store: PostgresStore) -> None:
        for turn in range(60):
            with store.write() as tx:
                namespaces.find(tx, "here")  # from here on nobody else writes there
                taken.extend(tx.number("seq") for _ in range(1 + 90 * (turn % 5 == 0)))

    threads = [threading.Thread(target=write, args=(store,)) for store in (*stores, *stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 4 * (60 + 12 * 90)
    assert taken == sorted(set(taken))


def test_seq_that_is_raised_is_so_for_every_process(
    stores: tuple[PostgresStore, PostgresStore],
) -> None:
    one, other = stores
    with one.write() as tx:
        namespaces.ensure(tx, "here", wall_ms())
        tx.raise_number("seq", 7_000_000_000)
        assert tx.number("seq") >= 7_000_000_000
    with other.write() as tx:
        namespaces.find(tx, "here")
        assert tx.number("seq") >= 7_000_000_000


def test_values_come_back_as_sqlite_has_them(calling: PostgresStore) -> None:
    with calling.write() as tx:
        found = namespaces.ensure(tx, "here", wall_ms())
        told: dict[str, Any] = {"company": None, "website": None, "in_aws": True}
        tx.run("put_partner", ns=found.ns, account="1", in_sandbox=False, **told)
    with calling.read() as tx:
        assert tx.query("select in_aws, in_sandbox from partner", {}) == [(1, 0)]

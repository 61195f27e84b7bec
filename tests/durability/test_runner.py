"""The thread that does what is due: one entry that cannot be done holds up nobody else's."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from cosell.calls import Call
from cosell.clock import wall_ms
from cosell.config import Config
from cosell.haste import Care, Look
from cosell.runner import Instruments, Runner
from cosell.service import Engine
from cosell.store import Tx, agenda, namespaces
from cosell.store.retries import step
from cosell.store.sqlite import SqliteStore

UNKNOWN = "an-unknown-kind"  # no table of the engine's has it
BROKEN = "invitation-expiry"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    store = SqliteStore(str(tmp_path / "state.db"))
    made = Engine(store, Config(), b"k" * 32)
    yield made
    made.runner.stop()
    store.close()


def left(engine: Engine, ns: int) -> list[str]:
    """The kinds of what is still due in a namespace."""
    with engine.store.read() as tx:
        due = agenda.first(tx, ns, 1 << 62)
    return [] if due is None else [due.kind]


@pytest.mark.parametrize("first", ["a", "z"])
def test_entry_that_fails_stays_and_holds_up_no_other_namespace(
    engine: Engine, first: str, caplog: pytest.LogCaptureFixture
) -> None:
    with engine.store.write() as tx:
        failing = namespaces.ensure(tx, first, wall_ms()).ns
        other = namespaces.ensure(tx, "m", wall_ms()).ns
        agenda.plan(tx, failing, 1, UNKNOWN, "x")
        for number in range(30):
            agenda.plan(tx, other, 2 + number, BROKEN, "of nothing")  # which is soon done
    engine.runner.start()
    until = time.monotonic() + 10.0
    while left(engine, other):
        assert time.monotonic() < until, "the other namespace waits for ever"
        time.sleep(0.005)
    assert left(engine, failing) == [UNKNOWN]
    assert "cannot be run" in caplog.text


def test_wake_while_the_thread_sleeps_runs_what_became_due(engine: Engine) -> None:
    engine.runner.start()
    with engine.store.write() as tx:
        ns = namespaces.ensure(tx, "m", wall_ms()).ns
        agenda.plan(tx, ns, 1, BROKEN, "of nothing")
    engine.runner.wake()
    until = time.monotonic() + 10.0
    while left(engine, ns):
        assert time.monotonic() < until, "nobody woke up"
        time.sleep(0.005)


def test_entries_that_a_clock_moves_over_are_all_counted(engine: Engine) -> None:
    """The thread sees them become due as well, and must leave them to whoever moves the clock."""
    engine.runner.start()
    begun = wall_ms()
    with engine.store.write() as tx:
        ns = namespaces.ensure(tx, "m", begun).ns
        for number in range(300):
            agenda.plan(tx, ns, begun + 100_000 + number // 100, BROKEN, "of nothing")
    stopped = threading.Event()

    def disturb() -> None:
        while not stopped.is_set():
            engine.runner.wake()
            time.sleep(0.0005)

    disturber = threading.Thread(target=disturb)
    disturber.start()
    fired = engine.runner.advance("m", ns, begun + 200_000)
    stopped.set()
    disturber.join()
    assert fired == 300


def test_reset_while_a_clock_moves_leaves_the_fresh_clock_alone(engine: Engine) -> None:
    """What the name stands for afterwards has a clock of its own."""
    begun = wall_ms()
    with engine.store.write() as tx:
        before = namespaces.ensure(tx, "m", begun)
        namespaces.reset(tx, before, begun)
    assert engine.runner.advance("m", before.ns, begun + 10**10) == 0
    with engine.store.read() as tx:
        assert namespaces.find(tx, "m").offset_ms == 0


def test_two_that_move_one_clock_both_end(engine: Engine) -> None:
    begun = wall_ms()
    with engine.store.write() as tx:
        ns = namespaces.ensure(tx, "m", begun).ns
    others = [
        threading.Thread(target=engine.runner.advance, args=("m", ns, begun + 10**9 * number))
        for number in (1, 2)
    ]
    for other in others:
        other.start()
    for other in others:
        other.join()
    with engine.store.read() as tx:
        assert namespaces.find(tx, "m").now(begun) >= begun + 2 * 10**9 - 1_000


class Raced(Runner):
    """Somebody else plans something on the way, whenever nothing is due any more."""

    raced: tuple[int, int]  # where, and when it is due

    def _run_until(self, namespace: str, ns: int | None, until: int | None) -> int:
        fired = super()._run_until(namespace, ns, until)
        with self.store.write() as tx:
            agenda.plan(tx, *self.raced, BROKEN, "of nothing")
        return fired


def test_clock_that_is_moved_goes_past_nothing_that_was_planned_meanwhile(engine: Engine) -> None:
    found = engine.runner
    instruments = Instruments(found.token_key, found.authenticator, found.quotas)
    runner = Raced(engine.store, found._table, Random(1), instruments)
    with engine.store.write() as tx:
        namespace = namespaces.ensure(tx, "raced", wall_ms())
        begun = wall_ms() + 1_000
        namespace = namespaces.put_clock(tx, namespace, begun, wall_ms(), frozen=True)
    runner.raced = (namespace.ns, begun + 500)
    assert runner.advance("raced", namespace.ns, begun + 1_000) == 1
    assert left(engine, namespace.ns) == []


def test_look_runs_entries_together_until_others_have_waited_long_enough() -> None:
    """By what it has done rather than by the clock, where a machine is busy."""
    look = Look(None, together=True)
    assert not look.is_over(1_000, 0.001)
    assert not look.is_over(1, 0.05)
    assert look.is_over(1_000, 0.05)
    assert look.is_over(1, 60.0)
    assert Look(None, together=False).is_over(1, 0.001)


@pytest.mark.parametrize("for_s", [60.0, 0.0])  # as a worker looks, and as the thread does
def test_entries_that_fail_in_haste_let_little_be_done_twice(engine: Engine, for_s: float) -> None:
    """The last one of each transaction fails, which is over with it: not all of them are run in
    vain."""
    tries: list[str] = []

    def run(call: Call, tx: Tx, ref: str) -> None:
        tries.append(ref)
        if ref.endswith(("4", "9")):
            time.sleep(0.11)
            with contextlib.suppress(ValueError), step(tx):
                raise ValueError

    found = engine.runner
    instruments = Instruments(found.token_key, found.authenticator, found.quotas)
    runner = Runner(engine.store, {BROKEN: run}, Random(1), instruments)
    with engine.store.write() as tx:
        ns = namespaces.ensure(tx, "failing", wall_ms()).ns
        for number in range(50):
            agenda.plan(tx, ns, 1 + number, BROKEN, f"{number:02}")
    ran = 0
    while some := runner.work("failing", for_s, lambda tx, name: True):
        ran += some
    assert ran == 50
    assert left(engine, ns) == []
    assert len(set(tries)) == 50
    assert len(tries) <= 75


def test_care_ends_with_the_entry_that_failed_and_lasts_longer_each_time() -> None:
    care = Care()
    for left_then in (5, 15, 35):
        care.begin(hasty=True)
        care.reached = 4  # the fifth fails
        for _ in range(2):  # the second time since somebody else was in the way
            care.begin(hasty=False)
            assert care.left == left_then
        care.done(2)
        care.begin(hasty=False)
        assert care.left == left_then - 2
        care.done(left_then)
        assert care.left == 0


def test_care_is_no_longer_for_much_that_failed_long_ago() -> None:
    care = Care()
    for _ in range(100):
        care.begin(hasty=True)
        care.begin(hasty=False)
    assert care.left == 63
    care.done(63)
    for _ in range(6):
        assert care.is_wanted
        care.begin(hasty=True)
        care.done(1)
    assert not care.is_wanted


def test_what_a_reset_left_is_swept_also_where_there_is_always_something_due(
    engine: Engine,
) -> None:
    def run(call: Call, tx: Tx, ref: str) -> None:
        agenda.plan(tx, call.namespace.ns, 1, BROKEN, ref)

    found = engine.runner
    instruments = Instruments(found.token_key, found.authenticator, found.quotas)
    runner = Runner(engine.store, {BROKEN: run}, Random(1), instruments)
    long_ago = wall_ms() - 60_000
    with engine.store.write() as tx:
        before = namespaces.ensure(tx, "left", long_ago)
        agenda.plan(tx, before.ns, 1, BROKEN, "of nothing")
        namespaces.reset(tx, before, long_ago)
        agenda.plan(tx, namespaces.ensure(tx, "busy", long_ago).ns, 1, BROKEN, "for ever")
    runner.start()
    until = time.monotonic() + 10.0
    while left(engine, before.ns) and time.monotonic() < until:
        time.sleep(0.005)
    runner.stop()  # before anything is said of it: else it goes on without its store
    assert not left(engine, before.ns)


def test_what_is_due_at_once_is_not_committed_one_by_one(engine: Engine) -> None:
    """To commit costs as much as many entries do."""
    seen: list[Tx] = []
    found = engine.runner
    instruments = Instruments(found.token_key, found.authenticator, found.quotas)
    table = {BROKEN: lambda call, tx, ref: seen.append(tx)}
    runner = Runner(engine.store, table, Random(1), instruments)
    with engine.store.write() as tx:
        ns = namespaces.ensure(tx, "many", wall_ms()).ns
        for number in range(200):
            agenda.plan(tx, ns, 1 + number, BROKEN, str(number))
    runner.start()
    until = time.monotonic() + 10.0
    while left(engine, ns) and time.monotonic() < until:
        time.sleep(0.005)
    runner.stop()  # before anything is said of it: else it goes on without its store
    assert not left(engine, ns)
    assert len(seen) == 200
    assert len({id(one) for one in seen}) < 100

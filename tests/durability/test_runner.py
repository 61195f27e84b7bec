"""The thread that does what is due: one entry that cannot be done holds up nobody else's."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from cosell.calls import Call, HandleDue
from cosell.clock import wall_ms
from cosell.config import Config
from cosell.errors import InternalServerException
from cosell.haste import Care
from cosell.journal import Trace
from cosell.runner import Goal, Instruments, Runner
from cosell.service import Engine
from cosell.store import Tx, agenda, namespaces
from cosell.store.retries import step
from cosell.store.sqlite import SqliteStore
from tests.waiting import until

UNKNOWN = "an-unknown-kind"  # no table of the engine's has it
BROKEN = "invitation-expiry"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    store = SqliteStore(str(tmp_path / "state.db"))
    made = Engine(store, Config(), b"k" * 32)
    yield made
    made.runner.stop()
    store.close()


def runner_of(engine: Engine, run: HandleDue, made: type[Runner] = Runner) -> Runner:
    """A runner on the engine's store, to which `run` is what BROKEN means."""
    found = engine.runner
    instruments = Instruments(found.token_key, found.authenticator, found.quotas)
    return made(engine.store, {BROKEN: run}, Random(1), instruments)


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
    until(lambda: not left(engine, other), "the other namespace does not wait for ever")
    until(lambda: "cannot be run" in caplog.text, "the thread comes to the one that fails")
    assert left(engine, failing) == [UNKNOWN]


def test_wake_while_the_thread_sleeps_runs_what_became_due(engine: Engine) -> None:
    engine.runner.start()
    with engine.store.write() as tx:
        ns = namespaces.ensure(tx, "m", wall_ms()).ns
        agenda.plan(tx, ns, 1, BROKEN, "of nothing")
    engine.runner.wake()
    until(lambda: not left(engine, ns), "somebody wakes up")


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
    """Somebody else plans something on the way, between two transactions, once."""

    raced: list[tuple[int, int]]  # where, and when it is due

    def _count(self, ran: list[Trace]) -> None:
        super()._count(ran)
        if self.raced:
            with self.store.write() as tx:
                agenda.plan(tx, *self.raced.pop(), BROKEN, "theirs")


def test_clock_that_is_moved_goes_past_nothing_that_was_planned_meanwhile(engine: Engine) -> None:
    seen: list[tuple[str, int]] = []

    def run(call: Call, tx: Tx, ref: str) -> None:
        seen.append((ref, call.namespace.now(wall_ms()) - begun))
        if ref == "first":
            time.sleep(0.11)  # others have their turn

    runner = runner_of(engine, run, Raced)
    with engine.store.write() as tx:
        namespace = namespaces.ensure(tx, "raced", wall_ms())
        begun = wall_ms() + 1_000
        namespace = namespaces.put_clock(tx, namespace, begun, wall_ms(), frozen=True)
        for due_at, ref in ((200, "first"), (700, "second"), (800, "third")):
            agenda.plan(tx, namespace.ns, begun + due_at, BROKEN, ref)
    assert isinstance(runner, Raced)
    runner.raced = [(namespace.ns, begun + 500)]
    assert runner.advance("raced", namespace.ns, begun + 1_000) == 4
    assert seen == [("first", 200), ("theirs", 500), ("second", 700), ("third", 800)]
    assert left(engine, namespace.ns) == []
    with engine.store.read() as tx:
        assert namespaces.find(tx, "raced").frozen_at == begun + 1_000


def test_clock_that_is_moved_commits_a_few_entries_at_a_time(engine: Engine) -> None:
    """In order, each with the clock at its own instant; what one plans on the way is among them."""
    seen: list[tuple[Tx, str, int]] = []

    def run(call: Call, tx: Tx, ref: str) -> None:
        seen.append((tx, ref, call.namespace.now(wall_ms()) - begun))
        if ref == "010":
            agenda.plan(tx, call.ns, call.now + 15, BROKEN, "011a")

    runner = runner_of(engine, run)
    with engine.store.write() as tx:
        namespace = namespaces.ensure(tx, "many", wall_ms())
        begun = wall_ms()
        namespaces.put_clock(tx, namespace, begun, begun, frozen=True)
        for number in range(200):
            agenda.plan(tx, namespace.ns, begun + 10 * number, BROKEN, f"{number:03}")
    assert runner.advance("many", namespace.ns, begun + 5_000) == 201
    assert [one[1] for one in seen] == sorted(one[1] for one in seen)
    assert [one[2] for one in seen] == sorted([*range(0, 2_000, 10), 115])
    assert len({id(one[0]) for one in seen}) < 100


def test_clock_that_is_moved_stays_before_what_cannot_be_run(engine: Engine) -> None:
    """What comes before it has happened, once; what comes after it has not."""
    done: list[str] = []

    def run(call: Call, tx: Tx, ref: str) -> None:
        if ref == "7":
            raise LookupError("nothing like that")
        agenda.plan(tx, call.ns, call.now + 10**9, BROKEN, ref)

    runner = runner_of(engine, run)
    with engine.store.write() as tx:
        namespace = namespaces.ensure(tx, "failing", wall_ms())
        begun = wall_ms()
        namespaces.put_clock(tx, namespace, begun, begun, frozen=True)
        for number in range(12):
            agenda.plan(tx, namespace.ns, begun + number, BROKEN, str(number))
    with pytest.raises(LookupError):
        runner.advance("failing", namespace.ns, begun + 1_000)
    with engine.store.write() as tx:
        assert namespaces.find(tx, "failing").frozen_at == begun + 6
        while (due := agenda.take(tx, namespace.ns, 1 << 62)) is not None:
            done += [due.ref] if due.due_at >= begun + 10**9 else []
    assert done == [str(number) for number in range(7)]


class Unkept(Runner):
    """No transaction of it can be ended."""

    tries = 0

    def _run_some(self, goal: Goal, care: Care, tx: Tx) -> tuple[list[Trace], bool]:
        super()._run_some(goal, care, tx)
        self.tries += 1
        raise LookupError("nothing like that")


def test_what_a_signal_raises_in_an_entry_comes_out(engine: Engine) -> None:
    """As a test's limit of time does: another try of the same entry goes well."""
    tries: list[str] = []

    def run(call: Call, tx: Tx, ref: str) -> None:
        tries.append(ref)
        if ref == "2" and tries.count("2") == 1:
            raise TimeoutError("the test's time is over")

    runner = runner_of(engine, run)
    begun = wall_ms()
    with engine.store.write() as tx:
        ns = namespaces.ensure(tx, "m", begun).ns
        for number in range(5):
            agenda.plan(tx, ns, begun + 100_000 + number, BROKEN, str(number))
    with pytest.raises(TimeoutError, match="the test's time is over"):
        runner.advance("m", ns, begun + 200_000)
    assert tries == ["0", "1", "2", "0", "1"], "what came before it is kept"
    assert runner.advance("m", ns, begun + 200_000) == 3


def test_what_fails_after_all_entries_is_not_tried_for_ever(engine: Engine) -> None:
    runner = runner_of(engine, lambda call, tx, ref: None, Unkept)
    with engine.store.write() as tx:
        ns = namespaces.ensure(tx, "m", wall_ms()).ns
        for number in range(5):
            agenda.plan(tx, ns, 1 + number, BROKEN, "of nothing")
    with pytest.raises(LookupError):
        runner.work("m", 60.0, lambda tx, name: True)
    assert isinstance(runner, Unkept)
    assert runner.tries == 2


def test_clock_that_is_moved_while_the_server_stops_is_to_be_moved_again(engine: Engine) -> None:
    def run(call: Call, tx: Tx, ref: str) -> None:
        if ref == "0":
            runner._stopped = True
            time.sleep(0.11)  # the transaction ends with it

    runner = runner_of(engine, run)
    begun = wall_ms()
    with engine.store.write() as tx:
        ns = namespaces.ensure(tx, "m", begun).ns
        for number in range(2):
            agenda.plan(tx, ns, begun + 100_000 + number, BROKEN, str(number))
    with pytest.raises(InternalServerException, match="Repeat the call"):
        runner.advance("m", ns, begun + 200_000)
    runner._stopped = False
    assert runner.advance("m", ns, begun + 200_000) == 1


def test_who_waits_to_write_has_a_turn_between_two_entries(engine: Engine) -> None:
    """However many may run together: on SQLite one writes at a time, in all namespaces."""
    seen: list[int] = []

    def write() -> None:
        with engine.store.write() as tx:
            seen.append(namespaces.find(tx, "m").now(0))

    writers: list[threading.Thread] = []

    def run(call: Call, tx: Tx, ref: str) -> None:
        if ref == "1":
            writers.append(threading.Thread(target=write))
            writers[0].start()
            while not engine.store.is_awaited():
                time.sleep(0.001)

    runner = runner_of(engine, run)
    begun = wall_ms()
    with engine.store.write() as tx:
        ns = namespaces.put_clock(tx, namespaces.ensure(tx, "m", begun), begun, begun, True).ns
        for number in range(4):
            agenda.plan(tx, ns, begun + 1_000 * (1 + number), BROKEN, str(number))
    assert runner.advance("m", ns, begun + 60_000) == 4
    writers[0].join()
    assert seen == [begun + 2_000], "the clock stood at the second entry"
    assert not engine.store.is_awaited()


def test_entries_run_together_until_others_have_waited_long_enough() -> None:
    """By what it has done rather than by the clock, where a machine is busy."""
    care = Care()
    for reached, took_s, is_over in (
        (1_000, 0.001, False), (1, 0.05, False), (1_000, 0.05, True), (1, 60.0, True),
    ):  # fmt: skip
        care.reached = reached
        assert care.is_over(took_s) is is_over
    care.reached = care.left = 1_000
    assert care.is_over(0.001)


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

    runner = runner_of(engine, run)
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


def committed(care: Care, reached: int) -> None:
    care.reached = reached
    care.done()


def test_care_ends_with_the_entry_that_failed_and_lasts_longer_each_time() -> None:
    care = Care()
    for left_then in (5, 15, 35):
        care.begin(hasty=True)
        care.reached = 4  # the fifth fails
        for _ in range(2):  # the second time since somebody else was in the way
            care.begin(hasty=False)
            assert care.left == left_then
        committed(care, 2)
        care.begin(hasty=False)
        assert care.left == left_then - 2
        committed(care, left_then - 2)
        assert care.left == 0


def test_care_is_no_longer_for_much_that_failed_long_ago() -> None:
    care = Care()
    for _ in range(100):
        care.begin(hasty=True)
        care.begin(hasty=False)
        last = care.left
        committed(care, last)
    assert last == 63
    for _ in range(6):
        assert care.is_wanted
        care.begin(hasty=True)
        committed(care, 1)
    assert not care.is_wanted


def test_what_a_reset_left_is_swept_also_where_there_is_always_something_due(
    engine: Engine,
) -> None:
    def run(call: Call, tx: Tx, ref: str) -> None:
        agenda.plan(tx, call.namespace.ns, 1, BROKEN, ref)

    runner = runner_of(engine, run)
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
    runner = runner_of(engine, lambda call, tx, ref: seen.append(tx))
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

"""The thread that does what is due: one entry that cannot be done holds up nobody else's."""

import contextlib
import time

import pytest

from cosell.calls import Call
from cosell.clock import wall_ms
from cosell.haste import Care
from cosell.journal import Trace
from cosell.runner import Goal, Runner
from cosell.service import Engine
from cosell.store import Tx, agenda, namespaces
from cosell.store.retries import step
from tests.durability.running import BROKEN, left, runner_of
from tests.waiting import until

UNKNOWN = "an-unknown-kind"  # no table of the engine's has it


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


class Unkept(Runner):
    """No transaction of it can be ended."""

    tries = 0

    def _run_some(self, goal: Goal, care: Care, tx: Tx) -> tuple[list[Trace], bool]:
        super()._run_some(goal, care, tx)
        self.tries += 1
        raise LookupError("nothing like that")


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

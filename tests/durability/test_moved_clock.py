"""A clock that is moved by whoever asks the runner: what is due on the way is done, all of it, in
order, and nobody else is kept waiting for it."""

import threading
import time

import pytest

from cosell.calls import Call
from cosell.clock import wall_ms
from cosell.errors import InternalServerException
from cosell.journal import Trace
from cosell.runner import Runner
from cosell.service import Engine
from cosell.store import Tx, agenda, namespaces
from tests.durability.running import BROKEN, left, runner_of


def planned(engine: Engine, count: int) -> tuple[int, int]:
    """So many entries of a namespace `m`, a hundred seconds from now; answers now, and its
    integer."""
    begun = wall_ms()
    with engine.store.write() as tx:
        ns = namespaces.ensure(tx, "m", begun).ns
        for number in range(count):
            agenda.plan(tx, ns, begun + 100_000 + number, BROKEN, str(number))
    return begun, ns


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


def standing(engine: Engine, name: str, entries: dict[int, str]) -> tuple[int, int]:
    """A namespace whose clock stands, with entries on its agenda, each so many milliseconds later;
    answers which it is, and when its clock stands."""
    with engine.store.write() as tx:
        namespace = namespaces.ensure(tx, name, wall_ms())
        begun = wall_ms()
        namespaces.put_clock(tx, namespace, begun, begun, frozen=True)
        for after_ms, ref in entries.items():
            agenda.plan(tx, namespace.ns, begun + after_ms, BROKEN, ref)
    return namespace.ns, begun


def test_clock_that_is_moved_commits_a_few_entries_at_a_time(engine: Engine) -> None:
    """In order, each with the clock at its own instant; what one plans on the way is among them."""
    seen: list[tuple[Tx, str, int]] = []

    def run(call: Call, tx: Tx, ref: str) -> None:
        seen.append((tx, ref, call.namespace.now(wall_ms()) - begun))
        if ref == "010":
            agenda.plan(tx, call.ns, call.now + 15, BROKEN, "011a")

    runner = runner_of(engine, run)
    ns, begun = standing(engine, "many", {10 * one: f"{one:03}" for one in range(200)})
    assert runner.advance("many", ns, begun + 5_000) == 201
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
    ns, begun = standing(engine, "failing", {one: str(one) for one in range(12)})
    with pytest.raises(LookupError):
        runner.advance("failing", ns, begun + 1_000)
    with engine.store.write() as tx:
        assert namespaces.find(tx, "failing").frozen_at == begun + 6
        while (due := agenda.take(tx, ns, 1 << 62)) is not None:
            done += [due.ref] if due.due_at >= begun + 10**9 else []
    assert done == [str(number) for number in range(7)]


def test_what_a_signal_raises_in_an_entry_comes_out(engine: Engine) -> None:
    """As a test's limit of time does: another try of the same entry goes well."""
    tries: list[str] = []

    def run(call: Call, tx: Tx, ref: str) -> None:
        tries.append(ref)
        if ref == "2" and tries.count("2") == 1:
            raise TimeoutError("the test's time is over")

    runner = runner_of(engine, run)
    begun, ns = planned(engine, 5)
    with pytest.raises(TimeoutError, match="the test's time is over"):
        runner.advance("m", ns, begun + 200_000)
    assert tries == ["0", "1", "2", "0", "1"], "what came before it is kept"
    assert runner.advance("m", ns, begun + 200_000) == 3


def test_clock_that_is_moved_while_the_server_stops_is_to_be_moved_again(engine: Engine) -> None:
    def run(call: Call, tx: Tx, ref: str) -> None:
        if ref == "0":
            runner._stopped = True
            time.sleep(0.11)  # the transaction ends with it

    runner = runner_of(engine, run)
    begun, ns = planned(engine, 2)
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

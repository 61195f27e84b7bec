"""Namespaces and what hangs on their clocks: agenda and ledger. On every database."""

import threading
from collections.abc import Callable

import pytest

from cosell.clock import DAY_MS
from cosell.store import Store, Tx, agenda, documents, faults, ledger, namespaces
from cosell.store.faults import TaskFault
from cosell.store.namespaces import Namespace
from tests.store.rows import WALL, a_fault, a_namespace, put_document, undone

KEY = ledger.Key(1, "a", "c", "Start", "token")


def test_absent_namespace_has_a_new_one_s_values_and_is_not_made(store: Store) -> None:
    with store.read() as tx:
        found = namespaces.find(tx, "absent")
        assert namespaces.find(tx, "absent").ns == 0
    assert (found.ns, found.pace, found.faults, found.now(WALL)) == (0, "Inline", 0, WALL)


def test_ensured_namespace_is_the_same_each_time(store: Store) -> None:
    with store.write() as tx:
        first = namespaces.ensure(tx, "one", WALL)
        other = namespaces.ensure(tx, "two", WALL)
        again = namespaces.ensure(tx, "one", WALL + 1)
    assert first.ns == again.ns > 0
    assert other.ns != first.ns
    with store.read() as tx:
        assert namespaces.find(tx, "one") == again


def test_use_of_a_namespace_is_remembered_to_the_minute(store: Store) -> None:
    with store.write() as tx:
        namespaces.ensure(tx, "one", WALL)
        namespaces.ensure(tx, "one", WALL + 60_000)
        assert namespaces.find(tx, "one").used_at == WALL
        namespaces.ensure(tx, "one", WALL + 60_001)
        assert namespaces.find(tx, "one").used_at == WALL + 60_001


def test_reset_namespace_is_new_and_keeps_its_name(store: Store) -> None:
    with store.write() as tx:
        first = namespaces.ensure(tx, "one", WALL)
        put_document(tx, first.ns, "a")
        faults.put(tx, first.ns, a_fault(tx))
        namespaces.put_clock(tx, first, 5, WALL, frozen=True)
        tx.run("put_pace", ns=first.ns, pace="Held", step_ms=7)
        fresh = namespaces.reset(tx, namespaces.find(tx, "one"), WALL + 9)
        found = namespaces.find(tx, "one")
    assert found == fresh
    assert fresh.ns != first.ns
    assert fresh == namespaces.Namespace("one", fresh.ns, used_at=WALL + 9)


def test_namespace_integers_are_never_used_again(store: Store) -> None:
    seen = []
    with store.write() as tx:
        found = namespaces.ensure(tx, "one", WALL)
        for _ in range(50):
            seen.append(found.ns)
            found = namespaces.reset(tx, found, WALL)
        seen.append(namespaces.ensure(tx, "two", WALL).ns)
    assert len(set(seen)) == 51


def test_reset_that_is_rolled_back_leaves_the_namespace(store: Store) -> None:
    with store.write() as tx:
        first = namespaces.ensure(tx, "one", WALL)
    with undone(store.write()) as tx:
        namespaces.reset(tx, first, WALL)
    with store.read() as tx:
        assert namespaces.find(tx, "one") == first


def test_namespace_with_a_document_or_an_event_is_not_empty(store: Store) -> None:
    with store.write() as tx:
        empty, document, event = a_namespace(tx), a_namespace(tx), a_namespace(tx)
        put_document(tx, document.ns, "a")
        tx.run("emit", ns=event.ns, seq=1, account="a", body=b"{}")
        assert [namespaces.is_empty(tx, one) for one in (empty, document, event)] == [
            True, False, False,
        ]  # fmt: skip


@pytest.mark.parametrize("now", [-1, 0, WALL - DAY_MS, WALL + 400 * DAY_MS])
def test_clock_that_runs_follows_real_time_from_where_it_was_put(store: Store, now: int) -> None:
    with store.write() as tx:
        moved = namespaces.put_clock(tx, namespaces.ensure(tx, "one", WALL), now, WALL, False)
    assert (moved.now(WALL), moved.now(WALL + 10)) == (now, now + 10)


def test_clock_that_is_frozen_stands_until_it_is_put_again(store: Store) -> None:
    with store.write() as tx:
        stands = namespaces.put_clock(tx, namespaces.ensure(tx, "one", WALL), 70, WALL, True)
        assert (stands.now(WALL), stands.now(WALL + DAY_MS)) == (70, 70)
        runs = namespaces.put_clock(tx, stands, 80, WALL, False)
        assert runs.now(WALL + 1) == 81


def test_clock_of_one_namespace_moves_no_other(store: Store) -> None:
    with store.write() as tx:
        one, other = a_namespace(tx), a_namespace(tx)
        namespaces.put_clock(tx, one, 5, WALL, frozen=True)
        assert namespaces.find(tx, other.name).now(WALL) == WALL


# --- what is known of a namespace is never old ----------------------------------------------------

CHANGES: dict[str, Callable[[Tx, Namespace], object]] = {
    "clock": lambda tx, one: namespaces.put_clock(tx, one, 5, WALL, frozen=True),
    "pace": lambda tx, one: tx.run("put_pace", ns=one.ns, pace="Held", step_ms=7),
    "fault": lambda tx, one: faults.put(tx, one.ns, a_fault(tx)),
    "task fault": lambda tx, one: faults.put_for_tasks(
        tx, one.ns, TaskFault(tx.number("seq"), None, "Accept", "Conflict", "No.", 1)
    ),
    "use": lambda tx, one: namespaces.ensure(tx, one.name, WALL + 60_001),
    "reset": lambda tx, one: namespaces.reset(tx, one, WALL),
    "composed": lambda tx, one: tx.execute(
        "update namespace set step_ms = :step_ms where ns = :ns", {"step_ms": 9, "ns": one.ns}
    ),
}


def look_up(store: Store) -> Namespace:
    with store.read() as tx:
        return namespaces.find(tx, "one")


@pytest.mark.parametrize("change", CHANGES)
def test_change_of_a_namespace_is_seen_by_its_writer_and_by_the_next_read(
    store: Store, change: str
) -> None:
    with store.write() as tx:
        namespaces.ensure(tx, "one", WALL)
    before = look_up(store)
    with store.write() as tx:
        CHANGES[change](tx, namespaces.find(tx, "one"))
        written = namespaces.find(tx, "one")
    assert look_up(store) == written != before


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("whole", [True, False])
def test_change_of_a_namespace_that_is_undone_is_seen_by_nobody(
    store: Store, change: str, whole: bool
) -> None:
    with store.write() as tx:
        namespaces.ensure(tx, "one", WALL)
    before = look_up(store)
    if whole:
        with undone(store.write()) as tx:
            CHANGES[change](tx, namespaces.find(tx, "one"))
            assert namespaces.find(tx, "one") != before
    else:
        with store.write() as tx:
            with undone(tx.savepoint()):
                CHANGES[change](tx, namespaces.find(tx, "one"))
                assert namespaces.find(tx, "one") != before
            assert namespaces.find(tx, "one") == before
    assert look_up(store) == before


def test_namespace_that_an_undone_write_made_is_absent(store: Store) -> None:
    assert look_up(store).ns == 0
    with undone(store.write()) as tx:
        assert namespaces.ensure(tx, "one", WALL).ns > 0
    assert look_up(store).ns == 0


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seen_first", [True, False])
def test_namespace_in_a_read_while_a_writer_commits_is_of_the_read_s_instant(
    store: Store, change: str, seen_first: bool
) -> None:
    """Whether the namespace or something else was read first: both are of one instant."""
    with store.write() as tx:
        first = namespaces.ensure(tx, "one", WALL)
        put_document(tx, first.ns, "a")

    def write() -> None:
        with store.write() as tx:
            CHANGES[change](tx, namespaces.find(tx, "one"))
            put_document(tx, first.ns, "b")

    writer = threading.Thread(target=write)
    with store.read() as tx:
        if seen_first:
            assert namespaces.find(tx, "one") == first
        else:
            assert documents.find(tx, first.ns, "thing", "b") is None
        writer.start()
        writer.join(0.2)  # a database without readers beside the writer lets it wait instead
        assert namespaces.find(tx, "one") == first
        assert documents.find(tx, first.ns, "thing", "b") is None
    writer.join()
    assert look_up(store) != first


# --- agenda --------------------------------------------------------------------------------------


def test_agenda_is_in_order_of_time_then_of_planning(store: Store) -> None:
    with store.write() as tx:
        ns = a_namespace(tx).ns
        for due_at, ref in [(30, "d"), (10, "a"), (20, "b"), (20, "c")]:
            agenda.plan(tx, ns, due_at, "kind", ref)
        order = []
        while (due := agenda.take(tx, ns, 30)) is not None:
            order.append((due.due_at, due.ref))
    assert order == [(10, "a"), (20, "b"), (20, "c"), (30, "d")]


def test_agenda_has_nothing_before_the_first_is_due(store: Store) -> None:
    with store.write() as tx:
        ns, other = a_namespace(tx).ns, a_namespace(tx).ns
        agenda.plan(tx, ns, 10, "kind", "a")
        assert agenda.take(tx, ns, 9) is None
        assert agenda.take(tx, other, 99) is None
        due = agenda.first(tx, ns, 10)
        assert agenda.take(tx, ns, 10) == due
        assert agenda.first(tx, ns, 10) is None
    assert due is not None
    assert (due.kind, due.ref, due.ns) == ("kind", "a", ns)


def test_agenda_forgets_every_entry_of_one_thing_alone(store: Store) -> None:
    with store.write() as tx:
        ns, other = a_namespace(tx).ns, a_namespace(tx).ns
        for at, (space, kind, ref) in enumerate(
            [(ns, "k", "a"), (ns, "k", "a"), (ns, "other", "a"), (ns, "k", "b"), (other, "k", "a")]
        ):
            agenda.plan(tx, space, at, kind, ref)
        agenda.forget(tx, ns, "k", "a")
        left = []
        for space in (ns, other):
            while (due := agenda.take(tx, space, 99)) is not None:
                left.append((space, due.kind, due.ref))
    assert left == [(ns, "other", "a"), (ns, "k", "b"), (other, "k", "a")]


def test_agenda_take_that_is_rolled_back_leaves_the_entry(store: Store) -> None:
    with store.write() as tx:
        ns = a_namespace(tx).ns
        agenda.plan(tx, ns, 10, "kind", "a")
    with undone(store.write()) as tx:
        due = agenda.take(tx, ns, 10)
        assert due is not None
    with store.read() as tx:
        assert agenda.first(tx, ns, 10) == due


def test_waits_are_in_each_namespace_s_own_time(store: Store) -> None:
    with store.write() as tx:
        plain, ahead, stands, overdue, idle = [a_namespace(tx) for _ in range(5)]
        for namespace in (plain, ahead, stands, overdue):
            agenda.plan(tx, namespace.ns, WALL + 500, "later", "b")
            agenda.plan(tx, namespace.ns, WALL + 100, "kind", "a")
        namespaces.put_clock(tx, ahead, WALL + 90, WALL, frozen=False)
        namespaces.put_clock(tx, stands, WALL, WALL, frozen=True)
        namespaces.put_clock(tx, overdue, WALL + 100, WALL, frozen=True)
    with store.read() as tx:
        waits = dict(agenda.next_by_namespace(tx, WALL + 1))
    assert waits == {plain.name: 99, ahead.name: 9, overdue.name: 0}
    assert idle.name not in waits


# --- ledger --------------------------------------------------------------------------------------


def test_ledger_remembers_what_a_token_made(store: Store) -> None:
    with store.write() as tx:
        assert ledger.recall(tx, KEY, 0, WALL) is None
        ledger.record(tx, KEY, b"digest", b"answer", (0, WALL))
    with store.read() as tx:
        assert ledger.recall(tx, KEY, 0, WALL) == (b"digest", b"answer")


@pytest.mark.parametrize("part", range(5))
def test_ledger_keeps_every_part_of_the_scope_apart(store: Store, part: int) -> None:
    other = [*KEY]
    other[part] = 2 if part == 0 else "other"
    with store.write() as tx:
        ledger.record(tx, KEY, b"digest", b"answer", (0, WALL))
        assert ledger.recall(tx, ledger.Key(*other), 0, WALL) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "wall", "remembered"),
    [
        (DAY_MS, DAY_MS, True),
        (DAY_MS + 1, DAY_MS, True),  # the namespace's day is over, the real one is not
        (DAY_MS, DAY_MS + 1, True),
        (0, 9 * DAY_MS, True),  # a frozen clock
        (9 * DAY_MS, 0, True),  # a clock that was moved
        (DAY_MS + 1, DAY_MS + 1, False),
    ],
)
def test_ledger_remembers_until_both_days_are_over(
    store: Store, now: int, wall: int, remembered: bool
) -> None:
    with store.write() as tx:
        ledger.record(tx, KEY, b"digest", b"answer", (1_000, WALL))
        recalled = ledger.recall(tx, KEY, 1_000 + now, WALL + wall)
    assert (recalled is not None) is remembered


def test_ledger_binds_an_outlived_token_anew(store: Store) -> None:
    with store.write() as tx:
        ledger.record(tx, KEY, b"digest", b"answer", (0, WALL))
        ledger.record(tx, KEY, b"other", b"second", (2 * DAY_MS, WALL + 2 * DAY_MS))
        recalled = ledger.recall(tx, KEY, 3 * DAY_MS, WALL + 3 * DAY_MS)
    assert recalled == (b"other", b"second")

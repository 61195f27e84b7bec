"""Faults of calls and of tasks: which are met, in which order, how often, and what is kept of them.
On every database."""

from collections.abc import Mapping

from cosell.clock import wall_ms
from cosell.store import Store, Tx, faults, namespaces
from cosell.store.faults import KEPT_MAX, Fault, Met, TaskFault
from cosell.store.namespaces import Namespace
from tests.store.rows import WALL, a_fault, a_namespace, undone

HALF = faults.SHARES // 2


def a_space(store: Store, *changes: Mapping[str, object]) -> Namespace:
    """A namespace with faults, each a plain one that was changed."""
    with store.write() as tx:
        namespace = a_namespace(tx)
        for one in changes:
            assert faults.put(tx, namespace.ns, a_fault(tx, **one))
        return namespaces.find(tx, namespace.name)


def find(store: Store, namespace: Namespace) -> Namespace:
    with store.read() as tx:
        return namespaces.find(tx, namespace.name)


def every(store: Store, namespace: Namespace) -> list[Fault]:
    with store.read() as tx:
        return faults.every(tx, namespace.ns)


def meet(store: Store, namespace: Namespace, operation: str, account: str = "a") -> str | None:
    """The error that a call meets; its delay, if that is all."""
    met = faults.meet(store, namespace, operation, account)
    if met is None:
        return None
    return met.end.error if met.end else str(met.delay and met.delay.delay_ms)


def test_faults_are_met_in_order_each_as_often_as_asked(store: Store) -> None:
    space = a_space(
        store,
        {"operation": "Get", "error": "First", "remaining": 2},
        {"operation": "Get", "error": "Second"},
        {"operation": "List", "error": "Third"},
    )
    assert space.faults == 3
    met = [meet(store, space, "Get") for _ in range(4)]
    assert find(store, space).faults == 1
    assert meet(store, a_space(store), "List") is None
    met.append(meet(store, space, "List"))
    assert met == ["First", "First", "Second", None, "Third"]
    assert find(store, space).faults == 0
    assert [(one.remaining, one.fired, one.live) for one in every(store, space)] == [
        (0, 2, 0), (0, 1, 0), (0, 1, 0)
    ]  # fmt: skip


def test_fault_of_any_operation_and_account_takes_its_turn(store: Store) -> None:
    space = a_space(
        store,
        {"operation": "Get", "account": "b", "error": "Theirs"},
        {"account": "a", "error": "Mine"},
        {"error": "Anybody's"},
    )
    calls = [("Get", "c"), ("Get", "b"), ("List", "b"), ("List", "a"), ("Get", "a")]
    met = [meet(store, space, *call) for call in calls]
    assert met == ["Anybody's", "Theirs", None, "Mine", None]


def test_one_call_meets_one_delay_and_one_end(store: Store) -> None:
    space = a_space(
        store,
        {"effect": "Delay", "error": None, "delay_ms": 1, "moment": "After"},
        {"effect": "Delay", "error": None, "delay_ms": 2},
        {"effect": "Cut", "error": None, "moment": "After"},
        {"error": "Broken"},
    )
    first = faults.meet(store, space, "Get", "a")
    second = faults.meet(store, space, "Get", "a")
    assert first is not None
    assert (first.wait_before_s, first.wait_after_s) == (0.0, 0.001)
    assert (first.end_before, first.end_after and first.end_after.effect) == (None, "Cut")
    assert second is not None
    assert (second.wait_before_s, second.wait_after_s) == (0.002, 0.0)
    assert (second.end_before and second.end_before.error, second.end_after) == ("Broken", None)
    ids = [one.id for one in every(store, space)]
    assert (first.ids, second.ids) == ((ids[2], ids[0]), (ids[3], ids[1]))
    assert faults.meet(store, space, "Get", "a") is None


def drawn(store: Store, *changes: Mapping[str, object], calls: int = 200) -> list[bool]:
    space = a_space(store, *changes)
    return [meet(store, space, "Get") is not None for _ in range(calls)]


def test_share_is_the_same_for_the_same_seed_and_about_as_large_as_asked(store: Store) -> None:
    half = {"remaining": None, "share": HALF, "seed": 7}
    first = drawn(store, half)
    assert drawn(store, half) == first
    assert drawn(store, {**half, "seed": 8}) != first
    assert 70 <= sum(first) <= 130
    assert sum(drawn(store, {**half, "share": faults.SHARES})) == 200
    assert sum(drawn(store, {**half, "share": 1})) == 0


def test_share_draws_for_calls_that_it_is_for_alone(store: Store) -> None:
    half = {"operation": "Get", "remaining": None, "share": HALF, "seed": 7}
    space, alone = a_space(store, half), drawn(store, half, calls=20)
    mixed = []
    for _ in range(20):
        assert meet(store, space, "List") is None
        mixed.append(meet(store, space, "Get") is not None)
    assert mixed == alone
    [left] = every(store, space)
    assert (left.drawn, left.fired, left.live) == (20, sum(alone), 1)


def test_fault_expires_on_the_namespace_s_clock(store: Store) -> None:
    now = wall_ms()
    space = a_space(store, {"remaining": 5, "expires_at": now + 50_000})
    assert meet(store, space, "Get") == "Broken"
    with store.write() as tx:
        namespaces.put_clock(tx, space, now + 50_000, now, frozen=True)
    assert meet(store, find(store, space), "Get") is None
    assert find(store, space).faults == 0
    [left] = every(store, space)
    assert (left.remaining, left.fired, left.live) == (4, 1, 0)


def test_fault_that_is_rolled_back_is_not_put(store: Store) -> None:
    space = a_space(store)
    with undone(store.write()) as tx:
        faults.put(tx, space.ns, a_fault(tx))
    assert find(store, space).faults == 0
    assert every(store, space) == []


def test_deleted_fault_is_met_no_more_and_known_no_more(store: Store) -> None:
    space = a_space(store, {"error": "First"}, {"error": "Second"})
    first = every(store, space)[0]
    with store.write() as tx:
        assert faults.delete(tx, space.ns, first.id)
        for id in (first.id, "fault-", "fault-x", f"fault-0{first.seq}", "fault-²", "f" * 64):
            assert not faults.delete(tx, space.ns, id)
    assert find(store, space).faults == 1
    assert meet(store, space, "Get") == "Second"


def test_spent_faults_give_way_and_live_ones_do_not(store: Store) -> None:
    space = a_space(store)
    with store.write() as tx:
        for number in range(KEPT_MAX):
            spent = a_fault(tx, live=0 if number < 2 else 1)
            assert faults.put(tx, space.ns, spent)
        kept = [a_fault(tx) for _ in range(3)]
        assert [faults.put(tx, space.ns, one) for one in kept] == [True, True, False]
        assert len(faults.every(tx, space.ns)) == KEPT_MAX
        assert faults.every(tx, space.ns)[-2:] == kept[:2]


def test_met_nothing_ends_nothing() -> None:
    met = Met(None, None)
    assert (met.ids, met.wait_before_s, met.end_before, met.end_after) == ((), 0.0, None, None)


# --- tasks ---------------------------------------------------------------------------------------


def put_for_tasks(tx: Tx, ns: int, task: str | None, step: str, reason: str, count: int) -> None:
    fault = TaskFault(tx.number("seq"), task, step, reason, "No.", count)
    assert faults.put_for_tasks(tx, ns, fault)


def test_task_faults_are_met_at_their_step_as_often_as_asked(store: Store) -> None:
    with store.write() as tx:
        namespace = a_namespace(tx)
        put_for_tasks(tx, namespace.ns, None, "Accept", "Conflict", 2)
        namespace = namespaces.find(tx, namespace.name)
        assert namespace.faults == 1
        assert faults.spend_for_task(tx, namespace, "Start", "Create") is None
        met = [faults.spend_for_task(tx, namespace, "Start", "Accept") for _ in range(3)]
        assert namespaces.find(tx, namespace.name).faults == 0
        [left] = faults.every_for_tasks(tx, namespace.ns)
    assert met == [("Conflict", "No.", left.id), ("Conflict", "No.", left.id), None]
    assert (left.remaining, left.fired) == (0, 2)


def test_task_faults_of_one_operation_are_met_by_its_tasks_alone(store: Store) -> None:
    with store.write() as tx:
        namespace = a_namespace(tx)
        for task in ("StartOne", None, "StartOther"):
            put_for_tasks(tx, namespace.ns, task, "Share", str(task), 1)
        namespace = namespaces.find(tx, namespace.name)
        met = [faults.spend_for_task(tx, namespace, "StartOther", "Share") for _ in range(3)]
        assert [one and one[:2] for one in met] == [("None", "No."), ("StartOther", "No."), None]
        faults.take_back_for_tasks(tx, namespace.ns, "StartOther", "Share")
        assert namespaces.find(tx, namespace.name).faults == 1
        faults.take_back_for_tasks(tx, namespace.ns, None, "Share")
        assert namespaces.find(tx, namespace.name).faults == 0
        assert faults.every_for_tasks(tx, namespace.ns) == []


def test_fault_of_tasks_is_deleted_like_one_of_calls(store: Store) -> None:
    with store.write() as tx:
        namespace = a_namespace(tx)
        put_for_tasks(tx, namespace.ns, None, "Accept", "Conflict", 2)
        [put] = faults.every_for_tasks(tx, namespace.ns)
        assert faults.delete(tx, namespace.ns, put.id)
        assert namespaces.find(tx, namespace.name) == namespaces.ensure(tx, namespace.name, WALL)
        assert namespaces.find(tx, namespace.name).faults == 0

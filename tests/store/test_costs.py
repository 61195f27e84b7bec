"""What a page costs, counted in steps of SQLite's own machine: a clock would count the neighbours.

A list of 100,000 rows must cost what one of 1,000 does, wherever the page begins.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pytest

from cosell.store import Tx, Value, agenda
from cosell.store.pages import Filter, Order, Place, Selection, compose
from cosell.store.sqlite import SqliteStore, SqliteTx
from cosell.store.statements import statements
from tests.store.rows import TEXTS, VIEWS, is_number, sorts

SMALL, LARGE = 1_000, 100_000
TIED = 10  # added to a namespace: the one whose rows all have the same instants
DEARER_MAX = 1.2
PAGE = 20
COUNTED = "with recursive n (i) as (select 1 union all select i + 1 from n where i < :rows)"
# One row in `rows / PAGE` has the rare status: a page of them spans the whole list.
RARE = "case when i % (:rows / 20) = 0 then 'FAILED' else 'COMPLETE' end"
# What a view's columns hold where it is not what the others' do. Every other snapshot is seen by
# one account alone, so that a page of them merges two runs.
OWN = {
    "snapshot_view": {
        "engagement": "'a'",
        "audience": "iif(i % 2, 'c', 'd')",
        "template": RARE,
    },
    "solution_view": {"status": "printf('status-%09d', i)", "category": RARE},
}
OTHERS: dict[str, tuple[Value, ...]] = {"snapshot_view": ("d",)}
RARE_IN = {"snapshot_view": "template", "solution_view": "category"}
TABLES = ("task_view", "opportunity_view", "snapshot_view", "association_view", "solution_view")


def fill(tx: Tx, table: str, ns: int, rows: int, tied: bool) -> None:
    """Rows of a view, made by the database itself."""
    view = VIEWS[table]
    sources = {
        "ns": ":ns", "account": "'a'", "catalog": "'c'", "kind": "'k'", "participant": "'k'",
        "seq": "i", "status": RARE, "stage": RARE, "summary": "zeroblob(700)", "renderer": "1",
        **OWN.get(table, {}),
    }  # fmt: skip
    chosen = [
        sources.get(column)
        or ("7" if tied else "i" if is_number(column) else f"printf('{column}-%09d', i)")
        for column in view.columns
    ]
    chosen[view.columns.index("id")] = "printf('id-%09d', i)"
    for column in {"invitation", "subject"} & {*view.columns}:
        chosen[view.columns.index(column)] = f"printf('{column}-%09d', i)"
    columns, values = ", ".join(view.columns), ", ".join(chosen)
    tx.execute(
        f"insert into {table} ({columns}) {COUNTED} select {values} from n",
        {"ns": ns, "rows": rows},
    )


@pytest.fixture(scope="module")
def store() -> Iterator[SqliteStore]:
    """Small lists and large ones."""
    opened = SqliteStore(":memory:")
    with opened.write() as tx:
        for ns, rows in ((1, SMALL), (2, LARGE)):
            for table in TABLES:
                fill(tx, table, ns, rows, tied=False)
            fill(tx, "task_view", ns + TIED, rows, tied=True)
            tx.execute(
                f"insert into outbox (ns, seq, account, body) {COUNTED}"
                " select :ns, i, iif(i % (:rows / 20) = 0, 'a', 'b'), x'00' from n",
                {"ns": ns, "rows": rows},
            )
            tx.execute(
                f"insert into agenda (ns, due_at, seq, kind, ref) {COUNTED}"
                " select :ns, i, i, 'k', 'ref-' || i from n",
                {"ns": ns, "rows": rows},
            )
    yield opened
    opened.close()


@dataclass
class Meter:
    """Counts the steps of SQLite's machine on the connection of a transaction."""

    tx: Tx
    steps: int = 0

    def __enter__(self) -> "Meter":
        cast("SqliteTx", self.tx)._connection.set_progress_handler(self._count, 1)
        return self

    def __exit__(self, *_: object) -> None:
        cast("SqliteTx", self.tx)._connection.set_progress_handler(None, 1)

    def _count(self) -> int:
        self.steps += 1
        return 0


def cost(store: SqliteStore, text: str, values: dict[str, Value], rows: int) -> int:
    """The steps of a statement, which must answer that many rows."""
    with store.read() as tx:
        tx.query(text, values)  # reads the schema, once
        with Meter(tx) as meter:
            found = tx.query(text, values)
    assert len(found) == rows
    return meter.steps


def page_cost(
    store: SqliteStore, table: str, ns: int, place: Place, filters: tuple[Filter, ...] = ()
) -> int:
    view = VIEWS[table]
    lead: tuple[Value, ...] = (ns, "a", "c", "k")
    with store.read() as tx:
        lead, others = lead[: len(view.lead)], OTHERS.get(table, ())
        text, values = compose(tx, view, Selection(lead, filters, others=others), place)
    return cost(store, text, {**values, "limit": PAGE}, PAGE)


def places(order: Order, rows: int, tied: bool) -> list[Place]:
    """The first page of a list, one in the middle, and the last."""
    found = [Place(order, 1)]
    for seq in (rows // 2, PAGE + 1 if order.descending else rows - PAGE):
        key: Value = 7 if tied else seq
        if order.textual:
            key = f"{order.column}-{seq:09d}"
        found.append(Place(order, 1, (key, seq)))
    return found


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("table", [one for one in TABLES if one != "solution_view"])
def test_page_of_a_large_list_costs_what_one_of_a_small_list_does(
    store: SqliteStore, table: str, descending: bool
) -> None:
    for sort in sorts(VIEWS[table]):
        order = Order(sort, sort in TEXTS, descending)
        small = [page_cost(store, table, 1, place) for place in places(order, SMALL, False)]
        large = [page_cost(store, table, 2, place) for place in places(order, LARGE, False)]
        # At its end a list that merges runs has little left to merge.
        least = max(small) if table in OTHERS else min(small)
        assert max(large) <= DEARER_MAX * least, (sort, small, large)


def test_page_of_many_solutions_costs_what_one_of_a_few_does(store: SqliteStore) -> None:
    """As above; a sort by category, of which there are few, begins in the midst of one."""
    for sort, descending in itertools.product(sorts(VIEWS["solution_view"]), (True, False)):
        order = Order(sort, sort in TEXTS, descending)
        spent = []
        for ns, rows in ((1, SMALL), (2, LARGE)):
            found = places(order, rows, False)
            if sort == "category":
                found = [Place(order, 1), Place(order, 1, ("COMPLETE", rows // 2))]
            spent += [page_cost(store, "solution_view", ns, place) for place in found]
        assert max(spent) <= DEARER_MAX * min(spent), (sort, spent)


@pytest.mark.parametrize("table", RARE_IN)
def test_page_of_a_rare_value_costs_the_same_in_a_large_list(
    store: SqliteStore, table: str
) -> None:
    rare = (Filter(RARE_IN[table], ("FAILED",)),)
    place = Place(Order(VIEWS[table].sort), 1)
    small, large = [page_cost(store, table, ns, place, rare) for ns in (1, 2)]
    assert large <= DEARER_MAX * small, (small, large)


@pytest.mark.parametrize("descending", [True, False])
def test_page_of_a_frozen_clock_s_list_costs_the_same_when_the_list_is_large(
    store: SqliteStore, descending: bool
) -> None:
    order = Order("start_at", descending=descending)
    small = [page_cost(store, "task_view", 1 + TIED, one) for one in places(order, SMALL, True)]
    large = [page_cost(store, "task_view", 2 + TIED, one) for one in places(order, LARGE, True)]
    assert max(large) <= DEARER_MAX * max(small), (small, large)


@pytest.mark.parametrize("tied", [False, True])
def test_page_of_a_rare_status_costs_what_one_without_a_filter_does(
    store: SqliteStore, tied: bool
) -> None:
    order, add = Order("start_at"), TIED if tied else 0
    rare = (Filter("status", ("FAILED",)),)
    plain = page_cost(store, "task_view", 1 + add, Place(order, 1))
    small = page_cost(store, "task_view", 1 + add, Place(order, 1), rare)
    large = page_cost(store, "task_view", 2 + add, Place(order, 1), rare)
    assert max(small, large) <= DEARER_MAX * plain, (plain, small, large)


def test_page_of_two_statuses_costs_the_same_in_a_large_list(store: SqliteStore) -> None:
    both = (Filter("status", ("FAILED", "COMPLETE")),)
    small, large = [
        page_cost(store, "task_view", ns, Place(Order("start_at"), 1), both) for ns in (1, 2)
    ]
    assert large <= DEARER_MAX * small, (small, large)


@pytest.mark.parametrize(
    ("name", "rows", "values"),
    [
        ("page_events", PAGE, {"after": 0, "limit": PAGE}),
        ("page_events_of_account", PAGE, {"after": 0, "limit": PAGE, "account": "a"}),
        ("first_due", 1, {"until": 1 << 60}),
        ("unfinished_tasks", 0, {}),
    ],
)
def test_statement_costs_the_same_in_a_large_namespace(
    store: SqliteStore, name: str, rows: int, values: dict[str, Value]
) -> None:
    small, large = [cost(store, statements()[name], {**values, "ns": ns}, rows) for ns in (1, 2)]
    assert large <= DEARER_MAX * small, (small, large)


def test_sweep_of_a_large_namespace_costs_a_batch_what_a_small_one_does() -> None:
    spent = []
    for rows in (SMALL, 20 * SMALL):
        store = SqliteStore(":memory:")
        with store.write() as tx:
            fill(tx, "task_view", 1, rows, tied=False)
            agenda.plan(tx, 1, 5, "kind", "ref")
            tx.run("retire_namespace", ns=1, wall=0)
        with store.read() as tx:
            meter = Meter(tx)
        with meter:
            assert store.sweep(200) == 200
        spent.append(meter.steps)
        store.close()
    assert spent[1] <= DEARER_MAX * spent[0], spent

"""What a page costs, counted in steps of SQLite's own machine: a clock would count the neighbours.

A list of 30,000 rows must cost what one of 1,000 does, wherever the page begins, in every sort, and
with a filter in the default sort.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, cast

import pytest

from cosell.store import Tx, Value, View, agenda
from cosell.store.pages import Bound, Filter, Order, Place, Selection, compose
from cosell.store.sqlite import SqliteStore
from cosell.store.sqlite_tx import SqliteTx
from cosell.store.statements import statements
from tests.store.rows import TEXTS, VIEWS, is_number, sorts

SMALL, LARGE = 1_000, 30_000
TIED = 10  # added to a namespace: the one whose rows all have the same instants
DEARER_MAX = 1.2
PAGE = 20
COUNTED = "with recursive n (i) as (select 1 union all select i + 1 from n where i < :rows)"
# One row in `rows / PAGE` has the rare value: a page of them spans the whole list.
RARE = "case when i % (:rows / 20) = 0 then {rare} else {frequent} end"
LEAD = (1, "a", "c", "k")


SINGLE = ("id", "invitation", "opportunity", "identifier", "resource", "offering")


def is_shared(view: View, column: str) -> bool:
    """Whether many rows have a value of a filter's column in common, here the rare one or the
    frequent one; columns that sort, and those that name single resources, have a value for each."""
    return column in view.filters and column not in (*SINGLE, *sorts(view))


def source(view: View, column: str, tied: bool) -> str:
    """What a row has in a column, as SQL says it."""
    fixed = {
        "ns": ":ns", "account": "'a'", "catalog": "'c'", "kind": "'k'", "participant": "'k'",
        "audience": "'c'", "seq": "i", "summary": "x'7b7d'", "renderer": "1", "subject": "null",
    }  # fmt: skip
    if column == "engagement" and column in view.lead:
        return "'a'"
    if column in fixed:
        return fixed[column]
    if is_shared(view, column):
        if is_number(column):
            return RARE.format(rare=7, frequent=1)
        return RARE.format(rare="'rare'", frequent="'frequent'")
    if column != "id" and tied:
        return "7" if is_number(column) else "'same'"
    return "i" if is_number(column) else f"printf('{column}-%09d', i)"


def fill(tx: Tx, table: str, ns: int, rows: int, tied: bool) -> None:
    """Rows of a view, made by the database itself."""
    view = VIEWS[table]
    values = ", ".join(source(view, column, tied) for column in view.columns)
    tx.execute(
        f"insert into {table} ({', '.join(view.columns)}) {COUNTED} select {values} from n",
        {"ns": ns, "rows": rows},
    )


class Filled(NamedTuple):
    """A store with small and large lists of one view, as namespaces 1 and 2; tied ones beside."""

    store: SqliteStore
    view: View


@pytest.fixture(scope="module", params=VIEWS)
def filled(request: pytest.FixtureRequest) -> Iterator[Filled]:
    opened = SqliteStore(":memory:")
    with opened.write() as tx:
        for ns, rows in ((1, SMALL), (2, LARGE)):
            fill(tx, request.param, ns, rows, tied=False)
            fill(tx, request.param, ns + TIED, rows, tied=True)
    yield Filled(opened, VIEWS[request.param])
    opened.close()


@pytest.fixture(scope="module")
def store() -> Iterator[SqliteStore]:
    """Few events and entries of the agenda in one namespace, many in another."""
    opened = SqliteStore(":memory:")
    with opened.write() as tx:
        for ns, rows in ((1, SMALL), (2, LARGE)):
            fill(tx, "task_view", ns, rows, tied=False)
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
    filled: Filled, ns: int, place: Place, filters: tuple[Filter, ...] = (), rows: int = PAGE
) -> int:
    store, view = filled
    lead: tuple[Value, ...] = (ns, *LEAD[1:])
    with store.read() as tx:
        text, values = compose(tx, view, Selection(lead[: len(view.lead)], filters), place)
    return cost(store, text, {**values, "limit": PAGE}, rows)


def places(order: Order, rows: int, tied: bool) -> list[Place]:
    """The first page of a list, one in the middle, and the last."""
    found = [Place(order, 1)]
    for seq in (rows // 2, PAGE + 1 if order.descending else rows - PAGE):
        key: Value = 7 if tied else seq
        if order.textual:
            key = "same" if tied else f"{order.column}-{seq:09d}"
        found.append(Place(order, 1, (key, seq)))
    return found


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("descending", [True, False])
def test_page_of_a_large_list_costs_what_one_of_a_small_list_does(
    filled: Filled, descending: bool, tied: bool
) -> None:
    """Tied: as a frozen clock leaves it, or many companies of one name."""
    add = TIED if tied else 0
    for sort in sorts(filled.view):
        order = Order(sort, sort in TEXTS, descending)
        small = [page_cost(filled, 1 + add, place) for place in places(order, SMALL, tied)]
        large = [page_cost(filled, 2 + add, place) for place in places(order, LARGE, tied)]
        assert max(large) <= DEARER_MAX * max(small), (sort, small, large)
        assert max(large) <= DEARER_MAX * min(small) or tied, (sort, small, large)


@pytest.mark.parametrize(("comparison", "descending"), [("<=", True), (">=", False)])
def test_page_of_a_range_of_the_sort_costs_the_same_wherever_it_is(
    filled: Filled, comparison: str, descending: bool
) -> None:
    """A range begins where the walk does: what was walked already is not read again."""
    order = Order(filled.view.sort, descending=descending)
    everything = Bound(order.column, comparison, LARGE if descending else 0)
    lead = (2, *LEAD[1:])[: len(filled.view.lead)]
    spent = []
    for place in places(order, LARGE, False):
        with filled.store.read() as tx:
            selection = Selection(lead, bounds=(everything,))
            text, values = compose(tx, filled.view, selection, place)
        spent.append(cost(filled.store, text, {**values, "limit": PAGE}, PAGE))
    assert max(spent) <= DEARER_MAX * min(spent), spent


def values_of(view: View, column: str) -> tuple[Value, ...]:
    """Values of a filter that a page of rows has: the rare one, or single resources."""
    if is_shared(view, column):
        return (7,) if is_number(column) else ("rare",)
    return tuple(f"{column}-{number:09d}" for number in range(1, PAGE + 1))


@pytest.mark.parametrize("tied", [False, True])
def test_page_of_a_rare_value_costs_the_same_in_a_large_list(filled: Filled, tied: bool) -> None:
    add = TIED if tied else 0
    order = Order(filled.view.sort)
    for column in filled.view.filters:
        if tied and not is_shared(filled.view, column):
            continue
        rare = (Filter(column, values_of(filled.view, column)),)
        small = page_cost(filled, 1 + add, Place(order, 1), rare)
        large = page_cost(filled, 2 + add, Place(order, 1), rare)
        assert large <= DEARER_MAX * small, (column, small, large)


def test_page_of_two_values_costs_the_same_in_a_large_list(filled: Filled) -> None:
    order = Order(filled.view.sort)
    for column in filled.view.filters:
        if not is_shared(filled.view, column):
            continue
        both = (Filter(column, (7, 1) if is_number(column) else ("rare", "frequent")),)
        small, large = [page_cost(filled, ns, Place(order, 1), both) for ns in (1, 2)]
        assert large <= DEARER_MAX * small, (column, small, large)


def test_page_of_a_rare_status_of_tasks_costs_what_one_without_a_filter_does() -> None:
    """Its index carries the summary."""
    store = SqliteStore(":memory:")
    with store.write() as tx:
        fill(tx, "task_view", 1, SMALL, tied=False)
    order, filled = Order("start_at"), Filled(store, VIEWS["task_view"])
    plain = page_cost(filled, 1, Place(order, 1))
    rare = page_cost(filled, 1, Place(order, 1), (Filter("status", ("rare",)),))
    store.close()
    assert rare <= DEARER_MAX * plain, (plain, rare)


@pytest.mark.parametrize(
    ("name", "rows", "values"),
    [
        ("page_events", PAGE, {"after": 0, "limit": PAGE}),
        ("page_events_of_account", PAGE, {"after": 0, "limit": PAGE, "account": "a"}),
        ("first_due", 1, {"until": 1 << 60}),
        ("take_due", 1, {"until": 1 << 60}),
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

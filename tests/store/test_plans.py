"""How SQLite finds rows: the plan of every page and of every named statement.

An index that is not walked as intended is a list that slows down as it grows; the cost itself is
counted in test_costs.py.
"""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cosell.selling.workflows import watching
from cosell.store import Tx, Value, View
from cosell.store.pages import Bound, Filter, Order, Place, Selection, compose
from cosell.store.sqlite import SqliteStore
from cosell.store.statements import statements
from tests.store.rows import TEXTS, VIEWS, sorts

SOURCE = Path(__file__).resolve().parents[2] / "src"
SORTED = [
    pytest.param(
        view, sort, descending, id=f"{view.table}-{sort}-{'desc' if descending else 'asc'}"
    )
    for view in VIEWS.values()
    for sort in sorts(view)
    for descending in (True, False)
]
PARTS = (
    "branch",
    "found",
    "run",
    "merged",
    "summary",
    "live",
    "overdue",
)  # of pages, which have tests above
# Statements that may look at every row of a table, and why.
SCANS = {
    "list_counters": "a database has few counters",
    "due_namespaces": "asks each namespace for its first entry",
    "count_tasks": "asks each namespace for what is at work; what has ended is not looked at",
    "count_prospecting": "as count_tasks",
    "sweepable": "takes the first row",
    "count_retired": "what is there waits for the sweep, and goes then",
    "awaiting_review": "each account that it has found leads to the next",
    "creators": "each of those that it has found leads to the next",
}
# Statements that may look at every row that a namespace has in a table, and why.
WHOLE_NAMESPACE = {
    "namespace_is_empty": "stops at the first row",
    "outlived": "one namespace for each binding that is old enough",
    "take_outlived": "as outlived",
    "due_namespaces": "stops at the first row",
    "agenda_lag": "stops at the first row",
    "count_faults": "a namespace has few faults",
    "invitations_of": "the desk asks when it changes a rule; what was answered is not there",
    "live_faults": "a namespace has few faults",
    "list_faults": "all of them are wanted",
    "fault_numbers": "a namespace has few faults",
    "find_task_fault": "a namespace has few faults",
    "list_task_faults": "all of them are wanted",
    "task_fault_numbers": "a namespace has few faults",
    "delete_faults_of": "a namespace has few faults",
    "delete_task_faults_of": "a namespace has few faults",
    "read_rows": "all of them are wanted",
    "copy_rows": "all of them are wanted",
    "move_agenda": "a namespace in which nothing is has few plans",
    "move_faults": "a namespace has few faults",
    "move_lagging": "a namespace in which nothing is lists next to nothing",
    "next_lagging": "stops at the first row",
    "list_lagging": "they come in order, and stop at the limit",
    "forget_lagging": "all of them go",
    "unfinished_prospecting": "all of them are wanted, and its index holds no others",
}
# Statements of whole namespaces: composed for every table by copies.py.
WHOLE_TABLES = {"read_traits", "write_traits", "read_rows", "copy_rows"}
# Statements that may sort what they found, and why.
SORTS = {
    "list_members": "an engagement has few members",
}


@pytest.fixture(scope="module")
def tx() -> Iterator[Tx]:
    """A transaction on an empty store: the plans must not depend on what is in it."""
    store = SqliteStore(":memory:")
    with store.read() as opened:
        yield opened
    store.close()


def plan(tx: Tx, text: str, values: dict[str, Value]) -> list[str]:
    return [str(row[3]) for row in tx.query(f"explain query plan {text}", values)]


def page_plan(
    tx: Tx, view: View, order: Order, *filters: Filter, bound: Bound | None = None
) -> list[str]:
    bounds = (bound,) if bound else ()
    selection = Selection(tuple(range(len(view.lead))), filters, bounds, (("now", 1),))
    text, values = compose(tx, view, selection, Place(order, 1))
    return plan(tx, text, {**values, "limit": 21})


def searches(lines: list[str], table: str) -> list[str]:
    """What is walked of a table, `PRIMARY KEY` or an index's name; no line may scan it."""
    walked = []
    for line in lines:
        assert not line.startswith(f"SCAN {table}"), lines
        if line.startswith(f"SEARCH {table} "):
            found = re.search(r"USING (?:COVERING )?(?:INDEX )?(PRIMARY KEY|\w+)", line)
            assert found, line
            walked.append(found[1])
    return walked


def some(column: str, count: int) -> Filter:
    return Filter(column, tuple(f"value-{number}" for number in range(count)))


def order_of(sort: str, descending: bool = True) -> Order:
    return Order(sort, sort in TEXTS, descending)


def intended(view: View, sort: str, columns: tuple[str, ...]) -> tuple[str, bool]:
    """The index that a page walks, and whether once per value of its first filter."""
    first = min(columns, key=list(view.filters).index, default="")
    if first and (sort == view.sort or first == next(iter(view.filters))):
        return view.filters[first], True
    return view.orders.get(sort, "PRIMARY KEY"), False


@pytest.mark.parametrize(("view", "sort", "descending"), SORTED)
def test_page_without_a_filter_walks_the_sort_s_own_index(
    tx: Tx, view: View, sort: str, descending: bool
) -> None:
    lines = page_plan(tx, view, order_of(sort, descending))
    assert searches(lines, view.table) == [view.orders.get(sort, "PRIMARY KEY")]
    assert f"({sort},seq)" in lines[0], "the page does not begin at its place"
    assert len(lines) == 1, "nothing is sorted"


@pytest.mark.parametrize(("view", "sort", "descending"), SORTED)
def test_page_with_one_filter_walks_the_intended_index(
    tx: Tx, view: View, sort: str, descending: bool
) -> None:
    for column, count in itertools.product(view.filters, (1, 2, 5)):
        index, per_value = intended(view, sort, (column,))
        lines = page_plan(tx, view, order_of(sort, descending), some(column, count))
        assert searches(lines, view.table) == [index] * (count if per_value else 1), column


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("descending", [True, False])
def test_page_with_one_value_in_the_default_order_sorts_nothing(
    tx: Tx, view: View, descending: bool
) -> None:
    for column in view.filters:
        lines = page_plan(tx, view, order_of(view.sort, descending), some(column, 1))
        assert len(lines) == 1, lines
        assert f"{column}=?" in lines[0]
        assert f"({view.sort},seq)" in lines[0]


@pytest.mark.parametrize(("view", "sort", "descending"), SORTED)
def test_page_with_several_filters_walks_the_most_selective_s_index(
    tx: Tx, view: View, sort: str, descending: bool
) -> None:
    for size in range(2, len(view.filters) + 1):
        for columns in itertools.permutations(view.filters, size):
            filters = [some(column, 1 + number) for number, column in enumerate(columns)]
            index, per_value = intended(view, sort, columns)
            first = min(columns, key=list(view.filters).index)
            times = 1 + columns.index(first) if per_value else 1
            lines = page_plan(tx, view, order_of(sort, descending), *filters)
            assert searches(lines, view.table) == [index] * times, columns


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_page_of_several_leads_walks_the_index_once_per_lead(tx: Tx, view: View) -> None:
    place = Place(order_of(view.sort), 1)
    lead = tuple(range(len(view.lead)))
    for filters in ((), *[(some(column, 2),) for column in view.filters]):
        text, values = compose(tx, view, Selection(lead, filters, others=("other",)), place)
        lines = plan(tx, text, {**values, "limit": 21})
        index = view.filters[filters[0].column] if filters else "PRIMARY KEY"
        assert searches(lines, view.table) == [index] * (4 if filters else 2), lines


@pytest.mark.parametrize(("view", "sort", "descending"), SORTED)
def test_page_with_a_range_walks_the_intended_index(
    tx: Tx, view: View, sort: str, descending: bool
) -> None:
    order = order_of(sort, descending)
    for column, comparison in itertools.product((view.sort, sort), (">=", "<=")):
        bound = Bound(column, comparison, "5" if column in TEXTS else 5)
        lines = page_plan(tx, view, order, bound=bound)
        assert searches(lines, view.table) == [intended(view, sort, ())[0]]
        assert not [line for line in lines if "TEMP B-TREE" in line]
        for filtered in view.filters:
            lines = page_plan(tx, view, order, some(filtered, 1), bound=bound)
            assert searches(lines, view.table) == [intended(view, sort, (filtered,))[0]]


def test_page_of_invitations_by_status_and_expiry_walks_the_status_index(tx: Tx) -> None:
    view = VIEWS["invitation_view"]
    asked = Filter("status", ("PENDING", "EXPIRED", "PENDING"), ("live", "", "overdue"))
    lines = page_plan(tx, view, order_of(view.sort), asked)
    assert searches(lines, view.table) == [view.filters["status"]] * 3


def test_page_of_tasks_by_status_reads_the_index_alone(tx: Tx) -> None:
    """A rare status costs what no filter costs: no second look for the summary."""
    view = VIEWS["task_view"]
    for count in (1, 3):
        lines = page_plan(tx, view, order_of(view.sort), some("status", count))
        walked = [line for line in lines if line.startswith("SEARCH")]
        assert len(walked) == count
        assert all("USING COVERING INDEX task_view_by_status" in line for line in walked)


# --- the named statements ------------------------------------------------------------------------


def filled(name: str, text: str) -> Iterator[str]:
    """A statement as it is run: for each view, if it is about views."""
    if name in WHOLE_TABLES:
        yield from of_every_table(text)
        return
    if "{" not in text:
        yield text
        return
    for view in VIEWS.values():
        if "account" not in view.columns and ":account" in text:
            continue  # seen through an engagement, never by itself
        given = ("ns", view.lead[1]) if "{lead}" in text else ()
        columns = [column for column in view.columns if column not in given]
        yield (
            text.replace("{table}", view.table)
            .replace("{columns}", ", ".join(columns))
            .replace("{values}", ", ".join(f":{column}" for column in view.columns))
            .replace("{assignments}", "renderer = :renderer")
            .replace("{lead}", view.lead[1])
        )


def of_every_table(text: str) -> Iterator[str]:
    """A statement about all that a namespace has: for each table, or about its own row."""
    store = SqliteStore(":memory:")
    tables = {"namespace": store.form.traits} if "{table}" not in text else store.form.tables
    store.close()
    for table, columns in tables.items():
        yield (
            text.replace("{table}", table)
            .replace("{columns}", ", ".join(columns))
            .replace("{assignments}", ", ".join(f"{column} = :{column}" for column in columns))
        )


NAMED = {name: text for name, text in statements().items() if name not in PARTS}


@pytest.mark.parametrize(("view", "shown", "states"), watching.TABLES)
def test_page_of_every_account_s_tasks_walks_each_state_in_order(
    tx: Tx, view: View, shown: str, states: tuple[str, ...]
) -> None:
    current = (Bound("account", "<", "~"),)
    selection = Selection((1, states[0]), bounds=current, others=states[1:])
    text, values = compose(tx, view, selection, Place(order_of("start_at", False), 1), shown)
    lines = plan(tx, text, {**values, "limit": 21})
    assert searches(lines, view.table) == [f"{view.table}_by_state"] * len(states)
    assert not [one for one in lines if one.endswith("(ns=? AND status=?)")]  # from the row on


@pytest.mark.parametrize("name", NAMED)
def test_statement_finds_its_rows_through_an_index(tx: Tx, name: str) -> None:
    for text in filled(name, NAMED[name]):
        lines = plan(tx, text, dict.fromkeys(re.findall(r":(\w+)", text), 1))
        scans = [one for one in lines if one.startswith("SCAN ") and one != "SCAN CONSTANT ROW"]
        whole = [one for one in lines if one.startswith("SEARCH") and one.endswith("(ns=?)")]
        whole = [one for one in whole if " namespace " not in one]
        lead = "(ns=? AND account=? AND catalog=?)"  # all that an account has in a view
        assert not [one for one in lines if "_view " in one and one.endswith(lead)]
        sorted_ = [one for one in lines if "TEMP B-TREE" in one]
        assert bool(scans) == (name in SCANS), lines
        assert bool(whole) == (name in WHOLE_NAMESPACE), lines
        assert bool(sorted_) == (name in SORTS), lines


def test_statement_that_is_named_is_run_somewhere() -> None:
    code = "".join(path.read_text() for path in sorted(SOURCE.rglob("*.py")))
    assert [name for name in statements() if f'"{name}"' not in code] == []

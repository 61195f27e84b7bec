"""How PostgreSQL finds rows: the plan of every page and of every named statement, with tables that
are empty and with tables that are full. The same is wanted as of SQLite (test_plans.py), where each
exception is told.

A statement is planned as it is run: prepared, for any values, under the settings of a session.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
import psycopg
import pytest

from cosell.config import Postgres
from cosell.selling.workflows import watching
from cosell.store import Tx, View
from cosell.store.dialect import postgres as in_postgres
from cosell.store.pages import Bound, Filter, Order, Place, Selection, compose
from cosell.store.postgres import PostgresStore, connected_from
from cosell.store.statements import postgres_statements, statements
from tests import postgres
from tests.store.rows import TEXTS, VIEWS
from tests.store.test_plans import (
    NAMED,
    SCANS,
    SORTED,
    SORTS,
    WHOLE_NAMESPACE,
    filled,
    intended,
    order_of,
    some,
)

_VALUE = re.compile(r"%\((\w+)\)s")
# Values that are reckoned with, whose kind PostgreSQL has to be told; a call's are always typed.
_INTEGERS = {"by_ms", "least", "limit", "margin", "now", "remembered", "size", "wall"}
_LARGE = "opportunity_view"
_ROWS = {_LARGE: 100_000}
_FEW = 2_000
_WORDS = {
    "account": [f"11112222333{number}" for number in range(10)],
    "catalog": ["AWS", "Sandbox"],
    "status": ["Running", "COMPLETE", "PENDING", "IN_PROGRESS"],
    "stage": ["Prospect", "Qualified", "Launched"],
    "review_status": ["Pending Submission", "Submitted", "Approved"],
}
_COMPARED = re.compile(r"\((?:ROW\()?(\w+)(?:, \w+)*\)? (=|<|>|<=|>=) ")
_ROWLESS = {"be_impatient"}  # look for nothing
_FOR_MANY = {"insert_rows", "update_rows", "delete_rows"}  # of whatever one row's is: test_late.py
ASKED = {
    name: text
    for name, text in {**NAMED, **postgres_statements()}.items()
    if name not in _ROWLESS | _FOR_MANY
}
_SMALL = {"namespace", "retired"}  # tables with an `ns` that are no namespace's rows
_SCANS = {
    "unplanned": "asks each namespace for its first entry",
    "raise_seq": "a sequence is a table of one row",
    "sweep_some": "goes to the rows that its index has found",
}
_WHOLE = {
    "unplanned": "stops at the first row",
    "sweep_some": "stops when it has enough of them",
}


class Scan(NamedTuple):
    """A table that is read, by which index; `condition` is where it begins and ends there."""

    node: str
    table: str
    walked: str
    condition: str


class Plan(NamedTuple):
    """What is read, and how often something is sorted."""

    scans: list[Scan]
    sorts: int

    def walked(self, table: str) -> list[str]:
        return [scan.walked for scan in self.scans if scan.table == table]


class Planner:
    """Asks one connection how it would find rows."""

    def __init__(self, tx: Tx, connection: psycopg.Connection[Any]) -> None:
        self.tx = tx
        self._connection = connection

    def plan(self, text: str) -> Plan:
        """The plan of a statement that was composed or is named."""
        names = list(dict.fromkeys(_VALUE.findall(in_postgres(text))))
        numbered = _VALUE.sub(lambda found: f"${names.index(found[1]) + 1}", in_postgres(text))
        asked = numbered.replace("%%", "%")
        kinds = ", ".join("bigint" if name in _INTEGERS else "unknown" for name in names)
        declared = f"asked ({kinds})" if kinds else "asked"
        self._connection.execute(f"prepare {declared} as {asked}".encode(), prepare=False)
        values = f"({', '.join(['null'] * len(names))})" if names else ""
        try:
            [(found,)] = self._connection.execute(
                f"explain (format json) execute asked{values}".encode(), prepare=False
            ).fetchall()
        finally:
            self._connection.execute("deallocate asked", prepare=False)
        told = found if isinstance(found, list) else orjson.loads(found)
        return _read(told[0]["Plan"])

    def page(self, view: View, order: Order, *filters: Filter, bound: Bound | None = None) -> Plan:
        bounds = (bound,) if bound else ()
        selection = Selection(tuple(range(len(view.lead))), filters, bounds, (("now", 1),))
        return self.plan(compose(self.tx, view, selection, Place(order, 1))[0])


def _read(node: dict[str, Any]) -> Plan:
    """What a node and those below it read; none of them may be one that is forbidden."""
    scans, sorts = [], 0
    for one in _nodes(node):
        kind = str(one["Node Type"])
        sorts += "Sort" in kind
        if "Scan" in kind and ("Relation Name" in one or "Index Name" in one):
            scans.append(
                Scan(
                    kind,
                    one.get("Relation Name", ""),
                    one.get("Index Name", ""),
                    one.get("Index Cond", ""),
                )
            )
    return Plan(scans, sorts)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for one in node.get("Plans", ()):
        yield from _nodes(one)


def _fill(connection: psycopg.Connection[Any], many: dict[str, int]) -> None:
    """Rows of ten accounts in every table, most of them in one namespace."""
    for table, columns in _columns(connection).items():
        values = ", ".join(_value(column, kind) for column, kind in columns.items())
        connection.execute(
            f"insert into {table} ({', '.join(columns)})"
            f" select {values} from generate_series(1, {many.get(table, _FEW)}) n"
            " on conflict do nothing".encode()
        )


def _columns(connection: psycopg.Connection[Any]) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from information_schema.columns"
        " where table_schema = current_schema() and table_name in (select table_name"
        " from information_schema.columns where column_name = 'ns')"
    ):
        tables.setdefault(table, {})[column] = kind
    return tables


def _value(column: str, kind: str) -> str:
    """What a row has in a column, in SQL."""
    if column == "ns":
        return "case when n % 50 = 0 then n else 1 end"
    if column in _WORDS:
        words = _WORDS[column]
        return f"(array{words})[1 + n % {len(words)}]"
    if kind == "bytea":
        return "convert_to(repeat('{\"a\": 1}', 100), 'UTF8')"
    return "n" if kind == "bigint" else f"'{column}-' || n"


@pytest.fixture(scope="module", params=["new", "grown", "full"])
def planner(request: pytest.FixtureRequest) -> Iterator[Planner]:
    """The plans must not depend on what is in the tables, nor on what is known of it: nothing, or
    all that ANALYZE finds."""
    url = postgres.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        if request.param == "grown":
            _fill(connection, {})
        if request.param == "full":
            _fill(connection, _ROWS)
            connection.execute("analyze")
    store = PostgresStore(url, Postgres())
    with connected_from(store) as connection, store.read() as tx:
        yield Planner(tx, connection)
    store.close()
    postgres.drop(url)


def index_of(view: View, index: str) -> str:
    return f"{view.table}_pkey" if index == "PRIMARY KEY" else index


def names_few(view: View, sort: str, columns: tuple[str, ...]) -> bool:
    """Whether a page's filters name single resources, which may be sorted when they are found."""
    return "id" in columns or (sort != view.sort and intended(view, sort, columns)[1])


@pytest.mark.parametrize(("view", "sort", "descending"), SORTED)
def test_page_without_a_filter_walks_the_sort_s_own_index(
    planner: Planner, view: View, sort: str, descending: bool
) -> None:
    found = planner.page(view, order_of(sort, descending))
    assert found.walked(view.table) == [index_of(view, view.orders.get(sort, "PRIMARY KEY"))]
    assert f"ROW({sort}, seq)" in found.scans[0].condition, "the page does not begin at its place"
    assert not found.sorts


@pytest.mark.parametrize(("view", "sort", "descending"), SORTED)
def test_page_with_one_filter_walks_the_intended_index(
    planner: Planner, view: View, sort: str, descending: bool
) -> None:
    for column, count in itertools.product(view.filters, (1, 2, 5)):
        index, per_value = intended(view, sort, (column,))
        found = planner.page(view, order_of(sort, descending), some(column, count))
        times = count if per_value else 1
        assert found.walked(view.table) == [index_of(view, index)] * times, column
        few = names_few(view, sort, (column,))
        assert few or not found.sorts, column
        for scan in found.scans:
            assert few or f"ROW({sort}, seq)" in scan.condition
            assert not per_value or f"({column} = " in scan.condition


@pytest.mark.parametrize(("view", "sort", "descending"), SORTED)
def test_page_with_several_filters_walks_the_most_selective_s_index(
    planner: Planner, view: View, sort: str, descending: bool
) -> None:
    columns = tuple(view.filters)
    for size in range(2, len(columns) + 1):
        for chosen in itertools.combinations(columns, size):
            filters = [some(column, 1 + number) for number, column in enumerate(chosen)]
            index, per_value = intended(view, sort, chosen)
            times = 1 + chosen.index(min(chosen, key=columns.index)) if per_value else 1
            found = planner.page(view, order_of(sort, descending), *filters)
            assert found.walked(view.table) == [index_of(view, index)] * times, chosen
            assert not found.sorts or names_few(view, sort, chosen), chosen


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_page_of_several_leads_walks_the_index_once_per_lead(planner: Planner, view: View) -> None:
    place = Place(order_of(view.sort), 1)
    lead = tuple(range(len(view.lead)))
    for filters in ((), *[(some(column, 2),) for column in view.filters]):
        selection = Selection(lead, filters, others=("other",))
        found = planner.plan(compose(planner.tx, view, selection, place)[0])
        index = view.filters[filters[0].column] if filters else "PRIMARY KEY"
        times = 4 if filters else 2
        assert found.walked(view.table) == [index_of(view, index)] * times
        assert not found.sorts or names_few(view, view.sort, tuple(one.column for one in filters))


@pytest.mark.parametrize(("view", "sort", "descending"), SORTED)
def test_page_with_a_range_walks_the_intended_index(
    planner: Planner, view: View, sort: str, descending: bool
) -> None:
    order = order_of(sort, descending)
    for column, comparison in itertools.product((view.sort, sort), (">=", "<=")):
        bound = Bound(column, comparison, "5" if column in TEXTS else 5)
        found = planner.page(view, order, bound=bound)
        assert found.walked(view.table) == [index_of(view, intended(view, sort, ())[0])]
        assert not found.sorts
        for filtered in view.filters:
            found = planner.page(view, order, some(filtered, 1), bound=bound)
            index = intended(view, sort, (filtered,))[0]
            assert found.walked(view.table) == [index_of(view, index)], filtered
            assert not found.sorts or names_few(view, sort, (filtered,)), filtered


def test_page_of_invitations_by_status_and_expiry_walks_the_status_index(planner: Planner) -> None:
    view = VIEWS["invitation_view"]
    asked = Filter("status", ("PENDING", "EXPIRED", "PENDING"), ("live", "", "overdue"))
    found = planner.page(view, order_of(view.sort), asked)
    assert found.walked(view.table) == [view.filters["status"]] * 3
    assert not found.sorts


@pytest.mark.parametrize(("view", "shown", "states"), watching.TABLES)
def test_page_of_every_account_s_tasks_walks_each_state_in_order(
    planner: Planner, view: View, shown: str, states: tuple[str, ...]
) -> None:
    current = (Bound("account", "<", "~"),)
    selection = Selection((1, states[0]), bounds=current, others=states[1:])
    place = Place(order_of("start_at", False), 1)
    found = planner.plan(compose(planner.tx, view, selection, place, shown)[0])
    assert found.walked(view.table) == [f"{view.table}_by_state"] * len(states)
    assert not found.sorts
    assert all("ROW(start_at, seq)" in scan.condition for scan in found.scans)


def compared(scan: Scan) -> set[str]:
    """The columns that a scan's condition says all of; with `~` behind it, one that it bounds."""
    told = _COMPARED.findall(scan.condition)
    return {column if how == "=" else f"{column}~" for column, how in told}


@pytest.mark.parametrize("name", ASKED)
def test_statement_finds_its_rows_through_an_index(planner: Planner, name: str) -> None:
    for text in filled(name, ASKED[name]):
        found = planner.plan(text)
        by = {scan: compared(scan) for scan in found.scans if scan.table not in _SMALL}
        assert not [one for one in by if not one.condition] or name in SCANS | _SCANS, found
        whole = [one for one, columns in by.items() if columns == {"ns"}]
        assert not whole or name in WHOLE_NAMESPACE | _WHOLE, found
        of_views = [columns for one, columns in by.items() if one.table.endswith("_view")]
        assert {"ns", "account", "catalog"} not in of_views, found
        assert {"ns", "account"} not in of_views, found
        assert not found.sorts or name in SORTS, found


def test_no_statement_is_written_twice() -> None:
    texts = {**statements(), **postgres_statements()}
    named = [[name for name in texts if texts[name] == text] for text in {*texts.values()}]
    assert [names for names in named if len(names) > 1] == []

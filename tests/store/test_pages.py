"""Pages of every view against a plain model in Python: filters, ranges, sorts, walks, ties.

On every database; only through the store's seam.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosell.store import Store, Value, View, documents
from cosell.store.pages import Bound, Entry, Filter, Order, Place, Selection, page, page_with_ids
from tests.store.rows import NULLABLE, TEXTS, VIEWS, is_number, row, sorts

Record = dict[str, Value]
SPACES = itertools.count(1_000)
NOW, RENDERER = 5, 1
WORDS = ("", "A", "B", "a", "ab", "z", "é", "\ue000", "\U0001f600", "\U0010ffff")
COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": lambda one, other: one is not None and one >= other,
    "<=": lambda one, other: one is not None and one <= other,
}
# The conditions that a filter's value can carry.
LIVE, OVERDUE = "live", "overdue"


def is_overdue(record: Record) -> bool:
    expires_at = record["expires_at"]
    return isinstance(expires_at, int) and expires_at <= NOW


@dataclass(frozen=True)
class Case:
    """Rows of a view and a question about them."""

    view: View
    records: list[Record]
    selection: Selection
    order: Order
    size: int

    @property
    def expected(self) -> list[Record]:
        """Every row of the list, in order, as a plain program finds them."""
        found = [one for one in self.records if self._passes(one)]
        return sorted(found, key=self._key, reverse=self.order.descending)

    def _key(self, record: Record) -> tuple[Any, Any]:
        return record[self.order.column], record["seq"]

    def _passes(self, record: Record) -> bool:
        *lead, last = zip(self.view.lead, self.selection.lead, strict=True)
        return (
            all(record[column] == value for column, value in lead)
            and record[last[0]] in (last[1], *self.selection.others)
            and all(self._has(record, filter) for filter in self.selection.filters)
            and all(
                COMPARED[bound.comparison](record[bound.column], bound.value)
                for bound in self.selection.bounds
            )
        )

    def _has(self, record: Record, filter: Filter) -> bool:
        extras = filter.extras or ("",) * len(filter.values)
        holds = {"": True}
        if "expires_at" in record:
            holds |= {OVERDUE: is_overdue(record), LIVE: not is_overdue(record)}
        return any(
            record[filter.column] == value and holds[extra]
            for value, extra in zip(filter.values, extras, strict=True)
        )


def domain(view: View, column: str) -> st.SearchStrategy[Value]:
    """The few values that a column takes, so that rows tie and filters meet."""
    if is_number(column):
        values: st.SearchStrategy[Value] = st.sampled_from([-3, 0, 4, NOW, 6, 1 << 53])
    elif column in ("catalog", "account", "kind", "participant", "audience"):
        values = st.sampled_from(["x", "y"])
    elif column == "status":
        values = st.sampled_from(["IN_PROGRESS", "PENDING", "EXPIRED"])
    else:
        values = st.sampled_from(WORDS)
    return values | st.none() if column in NULLABLE.get(view.table, ()) else values


@st.composite
def cases(draw: st.DrawFn, view: View) -> Case:
    ns = next(SPACES)
    drawn = [c for c in view.columns if c not in ("ns", "seq", "id", "renderer", "summary")]
    records = []
    for seq in range(draw(st.integers(0, 25))):
        values = {column: draw(domain(view, column)) for column in drawn}
        record = row(view, ns, seq + 1, **values) | {"id": f"id-{seq}"}
        record["summary"] = str(record["id"]).encode()
        record["renderer"] = draw(st.sampled_from([RENDERER, RENDERER, 2]))
        records.append(record)
    lead: tuple[Value, ...] = (ns, *(draw(st.sampled_from(["x", "y"])) for _ in view.lead[1:]))
    filtered = st.sampled_from(sorted(view.filters)) if view.filters else st.nothing()
    chosen = draw(st.lists(filtered, unique=True))
    filters = tuple(draw(filters_on(view, column)) for column in chosen)
    ranged = [c for c in view.columns if c.endswith(("_at", "_date"))]
    bounds = draw(
        st.lists(
            st.sampled_from(ranged).flatmap(
                lambda column: st.builds(
                    Bound, st.just(column), st.sampled_from([">=", "<="]), domain_of(view, column)
                )
            ),
            max_size=2,
        )
    )
    column = draw(st.sampled_from(sorts(view)))
    order = Order(column, column in TEXTS, draw(st.booleans()))
    names = (("now", NOW),) if "expires_at" in view.columns else ()
    others = draw(st.sampled_from([(), ("x" if lead[-1] == "y" else "y",)]))
    selection = Selection(lead, filters, tuple(bounds), names, others)
    return Case(view, allowed(view, records), selection, order, draw(st.integers(1, 8)))


def domain_of(view: View, column: str) -> st.SearchStrategy[Value]:
    return domain(view, column).filter(lambda value: value is not None)


@st.composite
def filters_on(draw: st.DrawFn, view: View, column: str) -> Filter:
    if column == "id":
        ids = st.sampled_from([f"id-{number}" for number in range(25)])
        return Filter(column, tuple(draw(st.lists(ids, min_size=1, max_size=5, unique=True))))
    values = draw(st.lists(domain_of(view, column), min_size=1, max_size=4, unique=True))
    if column != "status" or "expires_at" not in view.columns or not draw(st.booleans()):
        return Filter(column, tuple(values))
    conditions: list[tuple[Value, str]] = []
    for value in values:  # as the invitations' list does it
        conditions.append((value, LIVE if value == "PENDING" else ""))
        if value == "EXPIRED":
            conditions.append(("PENDING", OVERDUE))
    return Filter(column, tuple(v for v, _ in conditions), tuple(e for _, e in conditions))


def allowed(view: View, records: list[Record]) -> list[Record]:
    """Without a second unfinished task of a kind on the same thing, which no store takes."""
    if view.table != "task_view":
        return records
    seen: set[tuple[Value, ...]] = set()
    kept = []
    for record in records:
        busy = record["status"] == "IN_PROGRESS" and record["subject"] is not None
        work = (record["account"], record["kind"], record["subject"])
        if not busy or work not in seen:
            kept.append(record)
        if busy:
            seen.add(work)
    return kept


def walk(store: Store, case: Case) -> list[tuple[Entry, str]]:
    """Every page from the beginning to the end, each begun where the last one ended."""
    after: tuple[Value, int] | None = None
    found: list[tuple[Entry, str]] = []
    while True:
        place = Place(case.order, RENDERER, after)
        with store.read() as tx:
            rows = page(tx, case.view, case.selection, place, case.size)
            pairs = page_with_ids(tx, case.view, case.selection, place, case.size)
        entries = [Entry(*one) for one in rows]
        assert [entry for entry, _ in pairs] == entries
        ids = [id for _, id in pairs]
        assert len(entries) <= case.size
        found += zip(entries, ids, strict=True)
        if len(entries) < case.size:
            return found
        after = (entries[-1].key, entries[-1].seq)


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=st.sampled_from(list(VIEWS.values())).flatmap(cases))
def test_walk_shows_each_row_that_passes_once_and_in_order(store: Store, case: Case) -> None:
    with store.write() as tx:
        for record in case.records:
            documents.show(tx, case.view, record)
    column = case.order.column
    expected = []
    for record in case.expected:
        shown = cast("bytes", record["summary"]) if record["renderer"] == RENDERER else None
        entry = Entry(record[column], cast("int", record["seq"]), shown)
        expected.append((entry, str(record["id"])))
    assert walk(store, case) == expected


def test_page_of_a_text_sort_is_in_the_order_of_code_points(store: Store) -> None:
    view = VIEWS["opportunity_view"]
    words = [
        "\U0010ffff" * 120,
        "b",
        "B",
        "a",
        "é",
        "z",
        "\uffff",
        "\U00010000",
        "",
        "ab",
        "a b",
        "aa",
    ]
    with store.write() as tx:
        for seq, word in enumerate(words, 1):
            documents.show(tx, view, row(view, 1, seq, company=word))
    for descending in (False, True):
        with store.read() as tx:
            place = Place(Order("company", textual=True, descending=descending), RENDERER)
            found = page(tx, view, Selection((1, "a", "c")), place, 99)
        assert [entry[0] for entry in found] == sorted(words, reverse=descending)


def test_page_of_a_frozen_clock_is_in_the_order_of_insertion(store: Store) -> None:
    view = VIEWS["task_view"]
    with store.write() as tx:
        for seq in range(1, 41):
            documents.show(tx, view, row(view, 1, seq, start_at=7))
    selection = Selection((1, "a", "c", "k"))
    for descending in (False, True):
        case = Case(view, [], selection, Order("start_at", descending=descending), 7)
        seqs = [entry.seq for entry, _ in walk(store, case)]
        assert seqs == sorted(range(1, 41), reverse=descending)


def test_page_shows_what_was_shown_again_and_not_what_was_hidden(store: Store) -> None:
    view = VIEWS["opportunity_view"]
    with store.write() as tx:
        for seq in (1, 2, 3):
            documents.show(tx, view, row(view, 1, seq, id=f"id-{seq}", modified_at=seq))
        moved = row(view, 1, 1, id="id-1", stage="Launched", modified_at=9, summary=b"new")
        documents.show_again(tx, view, moved)
        documents.hide(tx, view, 1, "a", "id-2")
        found = page(tx, view, Selection((1, "a", "c")), Place(Order("modified_at"), RENDERER), 9)
        launched = Selection((1, "a", "c"), (Filter("stage", ("Launched",)),))
        filtered = page(tx, view, launched, Place(Order("modified_at"), RENDERER), 9)
    assert [entry[1] for entry in found] == [1, 3]
    assert [entry[2] for entry in filtered] == [b"new"]


@pytest.mark.parametrize("view", [view for view in VIEWS.values() if "account" in view.lead])
def test_row_that_is_shown_again_keeps_what_is_fixed(store: Store, view: View) -> None:
    assert set(view.fixed) <= set(view.columns)
    before = row(view, 1, 1)
    after = {**before, "summary": b"new"}
    after |= {column: 99 if is_number(column) else "other" for column in view.kept}
    lead = tuple(before[column] for column in view.lead)
    with store.write() as tx:
        documents.show(tx, view, before)
        documents.show_again(tx, view, after)
        for column in view.kept:
            filters = (Filter(column, (before[column],)),) if column in view.filters else ()
            found = page(tx, view, Selection(lead, filters), Place(Order(view.sort), RENDERER), 9)
            assert [(entry[0], entry[2]) for entry in found] == [(before[view.sort], b"new")]


def test_row_that_is_not_there_cannot_be_shown_again(store: Store) -> None:
    view = VIEWS["job_view"]
    with store.write() as tx, pytest.raises(LookupError):
        documents.show_again(tx, view, row(view, 1, 1))


def test_resource_is_visible_to_accounts_that_have_a_row_alone(store: Store) -> None:
    view = VIEWS["job_view"]
    with store.write() as tx:
        made = documents.Stored(1, "job", "id-1", "c", "a", 1, 1, {"Id": "id-1"})
        documents.insert(tx, made)
        documents.show(tx, view, row(view, 1, 1, id="id-1"))
        keys = [(1, "a", "c"), (1, "b", "c"), (1, "a", "d"), (2, "a", "c")]
        found = [documents.find_visible(tx, view, key, "job", "id-1") for key in keys]
    assert found == [made, None, None, None]

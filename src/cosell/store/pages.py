"""Keyset pages of a view: any filters, any sort, forwards from any row, at the same cost.

A filter with several values is one ordered run per value, merged; the most selective filter drives,
the others are predicates of every run. In another than the default order the sort's own index is
walked and every filter is a predicate, unless the filter names single resources. Must not know
tokens, nor the wire.
"""

from functools import lru_cache
from typing import NamedTuple, cast

from cosell.store import Tx, Value, View
from cosell.store.statements import statements

_LARGE = 1 << 62
_SUMMARY = statements()["summary"]
# Beyond every value that a sort column and `seq` can hold: where a walk begins.
_BEGINNINGS: dict[tuple[bool, bool], tuple[Value, int]] = {
    (False, False): (-_LARGE, -1),  # ascending integers
    (False, True): ("", -1),
    (True, False): (_LARGE, _LARGE),  # descending
    (True, True): ("\U0010ffff" * 256, _LARGE),  # longer than what the model lets in
}


class Filter(NamedTuple):
    """One filter: a row passes if its column has one of the values.

    `extras` stands beside `values`: the name of a condition in pages.sql that must hold as well
    for that value, or ''.
    """

    column: str
    values: tuple[Value, ...]
    extras: tuple[str, ...] = ()


class Bound(NamedTuple):
    """A range: the column is at least (`>=`) or at most (`<=`) a value."""

    column: str
    comparison: str
    value: Value


class Selection(NamedTuple):
    """What a page shows: the view's lead values, filters (AND between, OR within) and ranges;
    `names` are values that the extras' conditions speak of. `others` are further values of the last
    lead column: their rows are shown as well, in one order."""

    lead: tuple[Value, ...]
    filters: tuple[Filter, ...] = ()
    bounds: tuple[Bound, ...] = ()
    names: tuple[tuple[str, Value], ...] = ()
    others: tuple[Value, ...] = ()


class Order(NamedTuple):
    """By which column a page is sorted, whether that holds text, and which way."""

    column: str
    textual: bool = False
    descending: bool = True


class Place(NamedTuple):
    """Where a page begins: after a row's sort value and `seq`; None is the beginning. `renderer`
    is the one whose summaries are shown."""

    order: Order
    renderer: int
    after: tuple[Value, int] | None = None


class Entry(NamedTuple):
    """A row of a page: its sort key, and the summary, or None if another renderer made it.

    A page is mostly rows, so they carry no more than that: see `page_with_ids`.
    """

    key: Value
    seq: int
    summary: bytes | None


def page(tx: Tx, view: View, selection: Selection, place: Place, limit: int) -> list[Entry]:
    """At most `limit` rows of a view, in order."""
    text, values = compose(tx, view, selection, place)
    values["limit"] = limit
    return tx.query(text, values)  # type: ignore[return-value]  # rows are tuples of these three


def page_with_ids(
    tx: Tx, view: View, selection: Selection, place: Place, limit: int
) -> list[tuple[Entry, str]]:
    """As `page`, with each row's resource, for whoever has to render some of them anew."""
    text, values = compose(tx, view, selection, place, f"{_SUMMARY}, id")
    values["limit"] = limit
    return [(Entry(*row[:3]), cast("str", row[3])) for row in tx.query(text, values)]  # type: ignore[arg-type]


def page_of(
    rows: list[dict[str, Value]], filters: tuple[Filter, ...], place: Place, limit: int
) -> list[Entry]:
    """The same page of a few rows that no table holds, each with a value for every column."""
    column, textual, descending = place.order
    beginning = _BEGINNINGS[descending, textual]
    after = cast("tuple[int, int]", place.after or beginning)
    found = []
    for row in rows:
        key = cast("tuple[int, int]", (row[column], row["seq"]))
        beyond = key < after if descending else key > after
        if beyond and all(row[one.column] in one.values for one in filters):
            found.append(Entry(key[0], key[1], cast("bytes", row["summary"])))
    return sorted(found, key=lambda one: (one.key, one.seq), reverse=descending)[:limit]


def compose(
    tx: Tx, view: View, selection: Selection, place: Place, shown: str | None = None
) -> tuple[str, dict[str, Value]]:
    """The statement of a page and its values, all but `limit`; it shows the summary, or `shown`."""
    lead, filters, bounds, names, others = selection
    (sort, textual, descending), renderer, after = place
    values: dict[str, Value] = dict(zip(view.lead, lead, strict=True))
    values["renderer"] = renderer
    for number, other in enumerate(others):
        values[f"other_{number}"] = other
    shown = shown or _SUMMARY
    start = after or _BEGINNINGS[descending, textual]
    if bounds:
        start, bounds = _start(place, bounds)
    values["after"], values["after_seq"] = start
    if not filters and not bounds:
        plain = _Shape(
            view.table, view.lead, len(others), (), (), sort, descending, False, None, shown
        )
        return _compose(plain, tx.hint(view.orders.get(sort))), values
    values.update(names)
    selectivity = list(view.filters)
    filters = tuple(sorted(filters, key=lambda one: selectivity.index(one.column)))
    for filter in filters:
        for number, value in enumerate(filter.values):
            values[f"{filter.column}_{number}"] = value
    for number, bound in enumerate(bounds):
        values[f"bound_{number}"] = bound.value
    first = filters[0].column if filters else ""
    driven = bool(first) and (sort == view.sort or first == selectivity[0])
    few = None
    if driven and (sort != view.sort or first == "id"):
        few = "" if first == "id" else view.sort
    shape = _Shape(
        view.table,
        view.lead,
        len(others),
        tuple([(one.column, one.extras or ("",) * len(one.values)) for one in filters]),
        tuple([(one.column, one.comparison) for one in bounds]),
        sort,
        descending,
        driven,
        few,
        shown,
    )
    index = view.filters[first] if driven else view.orders.get(sort)
    return _compose(shape, tx.hint(index)), values


def _start(place: Place, bounds: tuple[Bound, ...]) -> tuple[tuple[Value, int], tuple[Bound, ...]]:
    """Where the walk begins, and the ranges that are left as conditions: one that ends the sort's
    own column where the walk begins is a beginning, else every page would read up to it again."""
    column, textual, descending = place.order
    ends = {"<=": _LARGE} if descending else {">=": -1, ">": _LARGE}
    begins = [one for one in bounds if one.column == column and one.comparison in ends]
    starts = [place.after or _BEGINNINGS[descending, textual]]
    starts += [(one.value, ends[one.comparison]) for one in begins]
    ordered = cast("list[tuple[int, int]]", starts)
    start = min(ordered) if descending else max(ordered)
    return start, tuple(one for one in bounds if one not in begins)


class _Shape(NamedTuple):
    table: str
    lead: tuple[str, ...]
    others: int  # how many further values the last lead column has
    filters: tuple[tuple[str, tuple[str, ...]], ...]
    bounds: tuple[tuple[str, str], ...]
    sort: str
    descending: bool
    driven: bool  # the first filter's index is walked, once per value (and lead)
    few: str | None  # "": it names single resources; a column: in whose order its index has few
    shown: str  # the column behind the key


@lru_cache(maxsize=1024)
def _compose(shape: _Shape, hint: str) -> str:
    order = "desc" if shape.descending else "asc"
    fixed = "".join(f" and {column} {op} :bound_{n}" for n, (column, op) in enumerate(shape.bounds))
    driving = _conditions(*shape.filters[0]) if shape.driven else [""]
    for column, extras in shape.filters[1 if shape.driven else 0 :]:
        fixed += f" and ({' or '.join(_conditions(column, extras))})"
    few = shape.few if not hint else None
    branch = (
        statements()["branch" if few is None else "found"]
        .replace("{table}", shape.table)
        .replace("{hint}", hint)
        .replace("{lead}", " and ".join(f"{column} = :{column}" for column in shape.lead[:-1]))
        .replace("{beyond}", "<" if shape.descending else ">")
        .replace("{sort}", shape.sort)
        .replace("{shown}", shape.shown)
        .replace("{order}", order)
    )
    inside = fixed
    if few is not None:
        branch = branch.replace("{fixed}", fixed)
        branch = branch.replace("{sorted}", f" order by {few}, seq" if few else "")
        inside = ""
    last = shape.lead[-1]
    leads = [f"{last} = :{last}", *(f"{last} = :other_{n}" for n in range(shape.others))]
    runs = [
        branch.replace(
            "{predicates}", f" and {lead}" + (f" and {driver}{inside}" if driver else inside)
        )
        for lead in leads
        for driver in driving
    ]
    if len(runs) == 1 and few is None:
        return runs[0]
    one = statements()["run"]
    merged = " union all ".join(
        one.replace("{run}", run).replace("{number}", str(number))
        for number, run in enumerate(runs)
    )
    return statements()["merged"].replace("{branches}", merged).replace("{order}", order)


def _conditions(column: str, extras: tuple[str, ...]) -> list[str]:
    """One condition per value of a filter."""
    return [
        f"{column} = :{column}_{number}" + (f" and {statements()[extra]}" if extra else "")
        for number, extra in enumerate(extras)
    ]

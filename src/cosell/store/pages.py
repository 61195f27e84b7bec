"""Keyset pages of a view: any filters, any sort, forwards from any row, at the same cost.

A filter with several values is one ordered run per value, merged; the most selective filter drives,
the others are predicates of every run. In another than the default order the sort's own index is
walked and every filter is a predicate, unless the filter names single resources. Must not know
tokens, nor the wire.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast

from cosell.store import Tx, Value, View
from cosell.store.statements import statements

# Beyond every value that a sort column can hold: where a walk without a position begins.
_FIRST: dict[tuple[bool, bool], Value] = {
    (False, False): -1,  # ascending integers
    (False, True): "",
    (True, False): 1 << 62,  # descending
    (True, True): "\U0010ffff" * 4,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: a row passes if its column has one of the values.

    `extras` stands beside `values`: a condition of its own for that value (SQL over the row and
    the names in `Selection.names`), or ''.
    """

    column: str
    values: tuple[Value, ...]
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """A range: the column is at least (`>=`) or at most (`<=`) a value."""

    column: str
    comparison: str
    value: Value


@dataclass(frozen=True, slots=True)
class Selection:
    """What a page shows: the view's lead values, filters (AND between, OR within), order, place."""

    lead: tuple[Value, ...]
    filters: tuple[Filter, ...] = ()
    bounds: tuple[Bound, ...] = ()
    names: tuple[tuple[str, Value], ...] = ()
    sort: str = ""
    textual: bool = False
    descending: bool = True
    after: tuple[Value, int] | None = None


class Entry(NamedTuple):
    """A row of a page: its sort key, its resource and the summary as it was rendered."""

    key: Value
    seq: int
    id: str
    renderer: int
    summary: bytes


def page(tx: Tx, view: View, selection: Selection, limit: int) -> list[Entry]:
    """At most `limit` rows of a view, in order."""
    text, values = compose(tx, view, selection)
    values["limit"] = limit
    return cast("list[Entry]", tx.query(text, values))


def compose(tx: Tx, view: View, selection: Selection) -> tuple[str, dict[str, Value]]:
    """The statement of a page and its values, all but `limit`."""
    sort = selection.sort or view.sort
    filters = sorted(selection.filters, key=lambda f: list(view.filters).index(f.column))
    after = selection.after or (_FIRST[selection.descending, selection.textual], -1)
    if selection.after is None and selection.descending:
        after = (after[0], 1 << 62)
    values: dict[str, Value] = {"after": after[0], "after_seq": after[1]}
    values.update(zip(view.lead, selection.lead, strict=True))
    values.update(selection.names)
    shape: list[tuple[str, tuple[str, ...]]] = []
    for filter in filters:
        shape.append((filter.column, filter.extras or ("",) * len(filter.values)))
        for number, value in enumerate(filter.values):
            values[f"{filter.column}_{number}"] = value
    bounds = []
    for number, bound in enumerate(selection.bounds):
        values[f"bound_{number}"] = bound.value
        bounds.append((bound.column, bound.comparison))
    driven = bool(shape) and (sort == view.sort or shape[0][0] == next(iter(view.filters)))
    index = view.filters[shape[0][0]] if driven else view.orders.get(sort)
    text = _compose(
        _Shape(
            view.table, view.lead, tuple(shape), tuple(bounds), sort, selection.descending, driven
        ),
        tx.hint(index),
    )
    return text, values


class _Shape(NamedTuple):
    table: str
    lead: tuple[str, ...]
    filters: tuple[tuple[str, tuple[str, ...]], ...]
    bounds: tuple[tuple[str, str], ...]
    sort: str
    descending: bool
    driven: bool  # the first filter's index is walked, once per value


@lru_cache(maxsize=1024)
def _compose(shape: _Shape, hint: str) -> str:
    order = "desc" if shape.descending else "asc"
    fixed = "".join(f" and {column} {op} :bound_{n}" for n, (column, op) in enumerate(shape.bounds))
    driving = _conditions(*shape.filters[0]) if shape.driven else [""]
    for column, extras in shape.filters[1 if shape.driven else 0 :]:
        fixed += f" and ({' or '.join(_conditions(column, extras))})"
    branch = (
        statements()["branch"]
        .replace("{table}", shape.table)
        .replace("{hint}", hint)
        .replace("{lead}", " and ".join(f"{column} = :{column}" for column in shape.lead))
        .replace("{beyond}", "<" if shape.descending else ">")
        .replace("{sort}", shape.sort)
        .replace("{order}", order)
    )
    runs = [
        branch.replace("{predicates}", f" and {driver}{fixed}" if driver else fixed)
        for driver in driving
    ]
    if len(runs) == 1:
        return runs[0]
    merged = " union all ".join(f"select * from ({run})" for run in runs)
    return statements()["merged"].replace("{branches}", merged).replace("{order}", order)


def _conditions(column: str, extras: tuple[str, ...]) -> list[str]:
    """One condition per value of a filter."""
    return [
        f"{column} = :{column}_{number}" + (f" and {extra}" if extra else "")
        for number, extra in enumerate(extras)
    ]

"""One page of any list: the view's rows as they were rendered, and the token of the next page.

What an operation filters and sorts by is data of its own; this file knows how, not what.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple, TypeAlias, cast

from cosell import paging
from cosell.calls import Call, Rendered
from cosell.ids import plain_id
from cosell.selling import RENDERER, text_at
from cosell.store import Tx, Value, View, documents, lag
from cosell.store.documents import Stored
from cosell.store.pages import (
    Bound,
    Entry,
    Filter,
    Order,
    Place,
    Selection,
    page,
    page_of,
    page_with_ids,
)

Condition: TypeAlias = tuple[str, str]
"""A value of a filter's column, and what else must hold of the row ('' for nothing)."""


_SUMMARY: Callable[[Entry], bytes | None] = itemgetter(2)  # for a page is mostly rows


class By(NamedTuple):
    """A filter: the request's member, and the view's column that it narrows. With `type` its
    values may be ARNs of that type; `conditions` makes of its values what the rows must meet."""

    member: str
    column: str
    type: str | None = None
    conditions: Callable[[list[str]], list[Condition]] | None = None


class List(NamedTuple):
    """A list operation's fixed parts: its view, its answer's member, its page size where the
    request names none, and how a row of it is made anew."""

    view: View
    member: str
    size: int
    kind: str
    row: Callable[[Stored, Call], dict[str, Value]]
    sorts: dict[str, Order]  # by SortBy, the default first
    filters: tuple[By, ...] = ()
    amend: Callable[[bytes, Call], bytes] | None = None  # what time alone changed in a summary
    read: Callable[[Call, Tx, str], Stored] | None = None  # for rows that have no document
    others: Callable[[Call], tuple[Value, ...]] | None = None  # see `Selection.others`


def answer(
    call: Call, tx: Tx, listed: List, lead: tuple[Value, ...], more: tuple[Bound | Filter, ...] = ()
) -> Rendered:
    """The page that the call asks for, of what `lead` may list; `more` narrows it further."""
    if call.namespace.lag_ms:
        # A while ago, by the rows that lists have of then.
        call = call._replace(now=call.now - call.namespace.lag_ms)
        lead = (lead[0], lag.shadow(cast("str", lead[1])), *lead[2:])
    by, order = _sort(call, listed)
    sort = (by, order.descending)
    size: int = call.input.get("MaxResults", listed.size)  # type: ignore[assignment]  # it is valid
    filters = _filters(call, listed)
    bounds: tuple[Bound, ...] = ()
    if more:
        filters += tuple([one for one in more if isinstance(one, Filter)])
        bounds = tuple([one for one in more if isinstance(one, Bound)])
    others = listed.others(call) if listed.others else ()
    selection = Selection(lead, filters, bounds, (("now", call.now),), others)
    place = Place(order, RENDERER, paging.position(call, sort))
    entries = page(tx, listed.view, selection, place, size + 1)
    token = paging.token(call, sort, entries, size)
    summaries = list(map(_SUMMARY, entries[:size]))
    if None in summaries:  # another version rendered some: the page is asked for as a whole again
        pairs = page_with_ids(tx, listed.view, selection, place, size + 1)
        token = paging.token(call, sort, [entry for entry, _ in pairs], size)
        made = (
            _anew(call, tx, listed, id) if entry.summary is None else entry.summary
            for entry, id in pairs[:size]
        )
        summaries = [summary for summary in made if summary is not None]
    shown: list[bytes] = summaries  # type: ignore[assignment]  # none is None any more
    if listed.amend is not None:
        shown = [listed.amend(summary, call) for summary in shown]
    return _rendered(listed, shown, token)


def answer_of(call: Call, listed: List, rows: list[dict[str, Value]]) -> Rendered:
    """As `answer`, of rows that no table holds."""
    by, order = _sort(call, listed)
    sort = (by, order.descending)
    size = cast("int", call.input.get("MaxResults", listed.size))
    place = Place(order, RENDERER, paging.position(call, sort))
    entries = page_of(rows, _filters(call, listed), place, size + 1)
    token = paging.token(call, sort, entries, size)
    return _rendered(listed, [cast("bytes", entry.summary) for entry in entries[:size]], token)


def _rendered(listed: List, shown: list[bytes], token: str | None) -> Rendered:
    # Only put together, since the summaries are rendered already: a page is long. A token needs no
    # escapes. Members stand in alphabetical order.
    next_token = b'"NextToken":' + (b"null" if token is None else f'"{token}"'.encode("ascii"))
    member, rows = f'"{listed.member}":['.encode("ascii"), b",".join(shown)
    if listed.member < "NextToken":
        return Rendered(b"".join((b"{", member, rows, b"],", next_token, b"}")))
    return Rendered(b"".join((b"{", next_token, b",", member, rows, b"]}")))


def _filters(call: Call, listed: List) -> tuple[Filter, ...]:
    """What the request narrows the list by."""
    asked = call.input
    return tuple(
        [
            _filter(call, one, cast("list[str]", values))
            for one in listed.filters
            if (values := asked.get(one.member))
        ]
    )


def _filter(call: Call, by: By, given: list[str] | str) -> Filter:
    """The filter that a request's member means; a value that stands twice counts once."""
    values = [given] if isinstance(given, str) else list(dict.fromkeys(given))
    if by.type is not None:
        # An ARN of something else matches nothing, and so does the empty id that stands for it.
        plain = (plain_id(one, call.catalog, by.type) or "" for one in values)
        values = list(dict.fromkeys(plain))
    if by.conditions is None:
        return Filter(by.column, tuple(values))
    conditions = by.conditions(values)
    return Filter(
        by.column, tuple(value for value, _ in conditions), tuple(extra for _, extra in conditions)
    )


def _sort(call: Call, listed: List) -> tuple[str, Order]:
    asked = call.input.get("Sort")
    if not isinstance(asked, dict):
        return next(iter(listed.sorts.items()))
    by = text_at(asked, "SortBy") or next(iter(listed.sorts))
    return by, listed.sorts[by]._replace(descending=asked.get("SortOrder") != "ASCENDING")


def _anew(call: Call, tx: Tx, listed: List, id: str) -> bytes | None:
    """A summary that another version of the renderer made, rendered again; the row is left. None
    for a row of a list that lags whose resource is no more: nothing is left to render."""
    read = listed.read
    try:
        stored = read(call, tx, id) if read else documents.get(tx, call.ns, listed.kind, id)
    except LookupError:
        if not call.namespace.lag_ms:
            raise
        return None
    return cast("bytes", listed.row(stored, call)["summary"])

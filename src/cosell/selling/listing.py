"""One page of any list: the view's rows as they were rendered, and the token of the next page.

Must not know which filters an operation has.
"""

from collections.abc import Callable
from typing import NamedTuple, cast

import orjson

from cosell import paging
from cosell.calls import Call, Rendered
from cosell.contract import Json
from cosell.selling import RENDERER, text_at
from cosell.store import Tx, Value, View, documents
from cosell.store.documents import Stored
from cosell.store.pages import Entry, Filter, Order, Place, Selection, page


class List(NamedTuple):
    """A list operation's fixed parts: its view, its answer's member, its page size where the
    request names none, and how a row of it is made anew."""

    view: View
    member: str
    size: int
    kind: str
    row: Callable[[Stored, Call], dict[str, Value]]
    sorts: dict[str, tuple[str, bool]]  # SortBy → column, whether it holds text; the default first
    amend: Callable[[bytes, Call], bytes] | None = None  # what time alone changed in a summary


def answer(call: Call, tx: Tx, listed: List, selection: Selection) -> Rendered:
    """The page that the call asks for, of what `selection` selects."""
    by, order = _sort(call, listed)
    sort = (by, order.descending)
    size = cast("int", call.input.get("MaxResults", listed.size))
    place = Place(order, paging.position(call, sort))
    entries = page(tx, listed.view, selection, place, size + 1)
    token = paging.token(call, sort, entries, size)
    summaries = [
        orjson.Fragment(entry[4])
        if entry[3] == RENDERER and listed.amend is None
        else _summary(call, tx, listed, entry)
        for entry in entries[:size]
    ]
    document = {"NextToken": token, listed.member: summaries}
    # Members stand in alphabetical order; the summaries are rendered already.
    return Rendered(cast("dict[str, Json]", dict(sorted(document.items()))))


def ids_or_arns(call: Call, member: str, plain: Callable[[str], str | None]) -> tuple[str, ...]:
    """The ids that a filter's ids and ARNs name; an ARN of something else matches nothing, and so
    does the empty id that stands for it."""
    given = cast("list[str]", call.input.get(member) or [])
    return tuple(dict.fromkeys(plain(one) or "" for one in given))


def filter_of(column: str, values: tuple[str, ...] | list[str] | None) -> tuple[Filter, ...]:
    """A filter on a column; none if the request names no value."""
    if not values:
        return ()
    return (Filter(column, tuple(dict.fromkeys(values))),)


def _sort(call: Call, listed: List) -> tuple[str, Order]:
    sort = call.input.get("Sort")
    asked = sort if isinstance(sort, dict) else {}
    by = text_at(asked, "SortBy") or next(iter(listed.sorts))
    column, textual = listed.sorts[by]
    return by, Order(column, textual, asked.get("SortOrder", "DESCENDING") == "DESCENDING")


def _summary(call: Call, tx: Tx, listed: List, entry: Entry) -> orjson.Fragment:
    _, _, id, renderer, summary = entry
    if renderer != RENDERER:  # written by another version: render it again, leave the row
        stored = documents.get(tx, call.ns, listed.kind, id)
        summary = cast("bytes", listed.row(stored, call)["summary"])
    if listed.amend is not None:
        summary = listed.amend(summary, call)
    return orjson.Fragment(summary)

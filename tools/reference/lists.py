"""lists.md: for each list, what is flat at any size and what reads an account's whole list."""

from typing import Final

from cosell.calls import Handler
from cosell.selling.contract import CONTRACT
from cosell.selling.listing import List
from tools.reference import code, counted, listed, page, table
from tools.reference.operations import handlers
from tools.reference.shapes import shapes

FILE: Final = "lists.md"
_DATE: Final = "[1-9][0-9]{3}-"  # how the model's pattern of a day begins
# Members that an operation turns into filters itself, and the view's columns that these narrow.
_FURTHER: Final = {
    "ListEngagements": {
        "CreatedBy": "created_by",
        "ContextTypes": "contexts",
        "ExcludeCreatedBy": "created_by",
        "ExcludeContextTypes": "contexts",
    },
}
_NOTES: Final = {
    "ListEngagements": "`ExcludeCreatedBy` looks up who else made engagements of the account, and "
    "is flat while these are 100 at most, else it is a scan.",
}
_PLAIN: Final = (
    "Catalog",
    "MaxResults",
    "NextToken",
    "Sort",
    "ResourceType",
)  # which has one value
_INTRODUCTION: Final = (
    "A page of a list is a walk along one index, from where the last page ended. What decides "
    "its cost is which index that is. **Flat**: the page costs the same among ten rows and among "
    "ten million. **Scan**: the rows that do not pass are read too, in the order of the page, "
    "until it is full: at most one pass over what the account has in the catalog, and never over "
    "what others have."
)
_RULE: Final = (
    "In every list: each sort without a filter is flat, in both directions; a filter with several "
    "values is one walk for each of them, merged; with several filters the one that stands first "
    "in its table is walked and the others are conditions of the walk."
)


def lists_page() -> str:
    """The page."""
    parts = [_INTRODUCTION, _RULE]
    for name, handler in sorted(handlers().items()):
        found = list_of(handler)
        if found is not None:
            parts += [f"## {name}", *_told(name, found)]
    short = [name for name, handler in sorted(handlers().items()) if _is_short(name, handler)]
    if short:
        parts.append(
            f"{listed(map(code, short))}: what belongs to one resource, read with it in one walk."
        )
    return page("Lists", *parts)


def list_of(handler: Handler) -> List | None:
    """The list that an operation's function answers with: the one that it names."""
    function = handler.run
    named = (function.__globals__.get(name) for name in function.__code__.co_names)
    return next((value for value in named if isinstance(value, List)), None)


def _is_short(name: str, handler: Handler) -> bool:
    return name.startswith("List") and list_of(handler) is None


def _told(operation: str, one: List) -> list[str]:
    by = next(iter(one.sorts))
    size = shapes()[_member(operation, "MaxResults")]
    parts = [
        f"{counted(one.size, 'row')} a page where the request names no number, {size['max']} at "
        f"most; the newest {code(by)} first where it names no sort.",
        _sorts(one),
        _filters(operation, one),
    ]
    ranges = ranges_of(operation, one)
    if ranges:
        parts.append(
            f"A range ({listed(map(code, ranges), 'or')}) is flat in the sort by its own date, and "
            "a condition of the walk in another: scan, along the sort's index, which ends when "
            "the page is full. The range's own index is in another order: each page along it would "
            "read the whole range."
        )
    return [*parts, _NOTES.get(operation, "")]


def _sorts(one: List) -> str:
    return table(
        ("sort", "without a filter", "index"),
        [(code(by), "flat", code(_order(one, order.column))) for by, order in one.sorts.items()],
    )


def _order(one: List, column: str) -> str:
    return one.view.table if column == one.view.sort else one.view.orders[column]


def filters_of(operation: str, one: List) -> dict[str, str]:
    """Each member that filters a list, and the column that it narrows, the first to be walked
    first."""
    found = {by.member: by.column for by in one.filters} | _FURTHER.get(operation, {})
    order = list(one.view.filters)
    return dict(sorted(found.items(), key=lambda pair: order.index(pair[1])))


def _filters(operation: str, one: List) -> str:
    others = len(one.sorts) > 1
    first = next(iter(one.view.filters), "")
    rows = []
    for member, column in filters_of(operation, one).items():
        row = [code(member), code(one.view.filters[column]), "flat"]
        if others:
            row.append("flat: only the rows that it names" if column == first else "scan")
        rows.append(row)
    heads = ["filter", "index", "in the default sort"]
    return table([*heads, "in another sort"] if others else heads, rows)


def unfiltered(operation: str, one: List) -> list[str]:
    """The members of a request that this page says nothing of, and should."""
    shape = shapes()[CONTRACT.operations[operation].input_shape]
    said = {*_PLAIN, *filters_of(operation, one), *ranges_of(operation, one), *shape["required"]}
    return [name for name in shape["members"] if name not in said]


def _member(operation: str, member: str) -> str:
    shape = shapes()[CONTRACT.operations[operation].input_shape]
    return str(shape["members"][member]["shape"])


def ranges_of(operation: str, one: List) -> list[str]:
    """Members of a request that are instants or dates, or objects of such."""
    known = shapes()
    found = []
    filtered = filters_of(operation, one)
    for name in CONTRACT.operations[operation].members:
        shape = known[_member(operation, name)]
        parts = [known[ref["shape"]] for ref in shape.get("members", {}).values()] or [shape]
        dated = all(_is_dated(part) for part in parts)
        if dated and name not in filtered:
            found.append(name)
    return found


def _is_dated(shape: dict[str, object]) -> bool:
    return shape["type"] == "timestamp" or str(shape.get("pattern", "")).startswith(_DATE)

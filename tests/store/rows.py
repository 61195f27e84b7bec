"""Rows for any table of the store, made from a view's record or from plain values.

Must not know what a service writes.
"""

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from cosell.selling import views
from cosell.store import Tx, Value, View, documents
from cosell.store.documents import Stored
from cosell.store.faults import Fault
from cosell.store.namespaces import Namespace, ensure

VIEWS = {view.table: view for view in vars(views).values() if isinstance(view, View)}
NULLABLE = {  # columns that a row may leave empty
    "task_view": {"invitation", "opportunity", "engagement", "context", "subject"},
    "invitation_view": {"expires_at"},
}
TEXTS = {"company", "close_date", "name", "status", "category"}  # sort columns that hold text
_SPACES = itertools.count(1)
WALL = 1_800_000_000_000
T = TypeVar("T")


class Undone(Exception):
    """Raised inside a transaction to undo it."""


@contextmanager
def undone(inside: AbstractContextManager[T]) -> Iterator[T]:
    """A transaction or a savepoint that raises when everything in it was done."""
    try:
        with inside as value:
            yield value
            raise Undone
    except Undone:
        pass


def is_number(column: str) -> bool:
    """Whether a view's column holds integers."""
    return column.endswith("_at") or column in (
        "ns",
        "seq",
        "number",
        "renderer",
        "contexts",
        "failed",
    )


def sorts(view: View) -> tuple[str, ...]:
    """Every column that the view can be sorted by, the default first."""
    return (view.sort, *view.orders)


def row(view: View, ns: int, seq: int, **values: Value) -> dict[str, Value]:
    """A row of a view: `values` over values that say nothing."""
    plain: dict[str, Value] = {
        column: seq if is_number(column) else f"{column}-{seq}" for column in view.columns
    }
    plain |= {"ns": ns, "account": "a", "catalog": "c", "renderer": 1, "summary": b"{}"}
    plain |= {column: "k" for column in ("kind", "participant") if column in plain}
    return {**plain, **values}


def stored(ns: int, id: str, *, kind: str = "thing", seq: int = 1) -> Stored:
    """A resource at revision 1."""
    return Stored(ns, kind, id, "c", "a", 1, seq, {"Name": id, "Size": 1})


def a_namespace(tx: Tx) -> Namespace:
    """A namespace that no other test uses."""
    return ensure(tx, f"space-{next(_SPACES)}", WALL)


def a_fault(tx: Tx, **changes: object) -> Fault:
    """A fault that the next call meets, whatever it asks: an error before any effect."""
    seq = tx.number("seq")
    plain = Fault(seq, None, None, "Error", "Broken", None, "Before", 0, 1, None, None, None)
    return plain._replace(**changes)  # type: ignore[arg-type]  # a test knows the types


def put_document(tx: Tx, ns: int, id: str) -> Stored:
    """A resource in the store."""
    made = stored(ns, id)
    documents.insert(tx, made)
    return made

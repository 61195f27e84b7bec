"""Truth and views: resources as JSON documents, and the rows through which accounts see them.

Must not know what a document means, nor render one.
"""

from functools import cache
from typing import NamedTuple, cast

from cosell.contract import Document
from cosell.originals import orjson
from cosell.store import Contention, Named, Row, Tx, Value, View, Write, lag, late, named
from cosell.store.statements import statements


class Stored(NamedTuple):
    """A resource as it stands: `seq` never changes, `revision` grows with every change."""

    ns: int
    kind: str
    id: str
    catalog: str
    owner: str
    revision: int
    seq: int
    document: Document


def insert(tx: Tx, stored: Stored, body: bytes | None = None) -> None:
    """A resource comes to be, at revision 1. `body` is its document as it is written, if whoever
    knows that has it already."""
    values: dict[str, Value] = {
        "ns": stored.ns,
        "kind": stored.kind,
        "id": stored.id,
        "catalog": stored.catalog,
        "owner": stored.owner,
        "after": 1,
        "seq": stored.seq,
        "body": orjson.dumps(stored.document) if body is None else body,
    }
    row = named.document(*stored[:3])
    late.add(tx, row, statements()["insert_document"], values)
    if tx.kept is not None:
        tx.kept.keep(row, stored)


def find(tx: Tx, ns: int, kind: str, id: str) -> Stored | None:
    """The truth of a resource, whoever may see it. Who changes it makes another document: this one
    may be answered again in the same transaction."""
    row = named.document(ns, kind, id)
    if tx.kept is not None and (known := tx.kept.of(row)) is not None:
        return cast("Stored", known)
    values: dict[str, Value] = {"ns": ns, "kind": kind, "id": id}
    found = late.rows_of(tx, [row], statements()["find_document"], values)
    return _read(tx, row, found[0]) if found else None


def get(tx: Tx, ns: int, kind: str, id: str) -> Stored:
    """The truth of a resource that something else refers to; LookupError if it is not there."""
    found = find(tx, ns, kind, id)
    if found is None:
        raise LookupError(f"{kind} {id} is referred to in namespace {ns} and absent")
    return found


def find_visible(
    tx: Tx, view: View, key: tuple[int, str, str], kind: str, id: str
) -> Stored | None:
    """The truth of a resource if the account of `key` (ns, account, catalog) has a row of it."""
    ns, account, catalog = key
    row, seen = named.document(ns, kind, id), named.seen_by(view, ns, account, id)
    kept = tx.kept
    if kept is not None and kept.of(seen) == catalog and (known := kept.of(row)) is not None:
        return cast("Stored", known)
    values: dict[str, Value] = {
        "ns": ns, "account": account, "catalog": catalog, "kind": kind, "id": id,
    }  # fmt: skip
    found = late.rows_of(tx, [row, seen], _visible(view.table), values)
    if not found:
        return None
    if kept is not None:
        kept.keep(seen, catalog)
    return _read(tx, row, found[0])


def replace(
    tx: Tx,
    stored: Stored,
    document: Document,
    owner: str | None = None,
    body: bytes | None = None,
) -> Stored:
    """A resource changes from what was read; `Contention` if it is not that any more. `body` as in
    `insert`."""
    ns, kind, id, catalog, before, revision, seq, _ = stored
    owner = before if owner is None else owner
    after = Stored(ns, kind, id, catalog, owner, revision + 1, seq, document)
    row = named.document(ns, kind, id)
    changes: dict[str, Value] = {
        "owner": after.owner,
        "after": after.revision,
        "body": orjson.dumps(document) if body is None else body,
    }
    if not _replace(tx, row, stored, changes):
        raise Contention(f"{stored.kind} {stored.id} is no more at revision {stored.revision}")
    if tx.kept is not None:
        tx.kept.keep(row, after)
    return after


def _replace(tx: Tx, row: Named, before: Stored, changes: dict[str, Value]) -> bool:
    """Whether it was as it is said to be before, as far as that is known by now: if it is late, a
    row that is not so ends the haste."""
    found = None if tx.behind is None else tx.behind.found(row)
    if tx.behind is None or found is None:
        ns, kind, id = before[:3]
        text = statements()["replace_document"]
        values: dict[str, Value] = {
            "ns": ns, "kind": kind, "id": id, "revision": before.revision, **changes,
        }  # fmt: skip
        if tx.behind is None:
            return tx.execute(text, values) == 1
        tx.behind.put(row, Write(text, values, exact=True))
        return True
    if found.values["after"] != before.revision:
        return False
    tx.behind.put(row, found._replace(values={**found.values, **changes}))
    return True


def remove(tx: Tx, stored: Stored) -> None:
    """A resource is no more; `Contention` if it is not what was read."""
    if tx.kept is not None:
        tx.kept.forget(named.document(*stored[:3]))
    gone = tx.run(
        "delete_document",
        ns=stored.ns,
        kind=stored.kind,
        id=stored.id,
        revision=stored.revision,
    )
    if gone != 1:
        raise Contention(f"{stored.kind} {stored.id} is no more at revision {stored.revision}")


def show(tx: Tx, view: View, row: dict[str, Value]) -> None:
    """An account may list a resource from now on: `row` has a value for every column."""
    text = _insert_view(view.table, view.columns)
    seen = named.seen(view, row)
    late.add(tx, seen, text, row)
    if tx.kept is not None and "account" in view.lead:
        tx.kept.keep(seen, row["catalog"])
    if tx.lags_at is not None:
        lag.note(tx, view, row)


def show_again(tx: Tx, view: View, row: dict[str, Value]) -> None:
    """What an account sees of a resource changes: `row` has ns, account, id and what changes. What
    the view says is fixed is not written, so that no index with nothing else in it is. LookupError
    for a row that is not there, since truth and views change in one transaction."""
    if not _show_again(tx, view, row):
        raise LookupError(f"{view.table} has no row of {row['id']!r} for {row['account']!r}")
    if tx.lags_at is not None:
        lag.note_again(tx, view, row)


def _show_again(tx: Tx, view: View, row: dict[str, Value]) -> bool:
    """Whether there is such a row, as far as that is known by now, as in `_replace`."""
    text = _update_view(view.table, view.fixed, tuple(row))
    if tx.behind is None:
        return tx.execute(text, row) == 1
    seen = named.seen(view, row)
    found = tx.behind.found(seen)
    if found is None:
        tx.behind.put(seen, Write(text, row, exact=True))
    elif found.text == text:
        tx.behind.put(seen, found._replace(values=row))
    elif found.text.startswith("insert"):
        changes = {name: value for name, value in row.items() if name not in view.fixed}
        tx.behind.put(seen, found._replace(values={**found.values, **changes}))
    else:  # other columns of it change now
        tx.write_behind([view.table])
        tx.behind.put(seen, Write(text, row, exact=True))
    return True


def hide(tx: Tx, view: View, ns: int, account: str, id: str) -> None:
    """An account may see a resource no more."""
    text = statements()["delete_view"].replace("{table}", view.table)
    tx.execute(text, {"ns": ns, "account": account, "id": id})
    if tx.kept is not None:
        tx.kept.forget(named.seen_by(view, ns, account, id))
    if tx.lags_at is not None:
        lag.note_gone(tx, view, {"ns": ns, "account": account, "id": id})


def _read(tx: Tx, name: Named, row: Row) -> Stored:
    """A document of its row, which is kept by its name."""
    ns, kind, id = cast("tuple[int, str, str]", name[1])
    catalog, owner, revision, seq, body = cast("tuple[str, str, int, int, bytes]", row)
    stored = Stored(ns, kind, id, catalog, owner, revision, seq, orjson.loads(body))
    if tx.kept is not None:
        tx.kept.keep(name, stored)
    return stored


@cache
def _visible(table: str) -> str:
    return statements()["find_visible"].replace("{table}", table)


@cache
def _insert_view(table: str, columns: tuple[str, ...]) -> str:
    text = statements()["insert_view"].replace("{table}", table)
    text = text.replace("{columns}", ", ".join(columns))
    return text.replace("{values}", ", ".join(f":{column}" for column in columns))


@cache
def _update_view(table: str, fixed: tuple[str, ...], columns: tuple[str, ...]) -> str:
    changed = ", ".join(f"{column} = :{column}" for column in columns if column not in fixed)
    text = statements()["update_view"].replace("{table}", table)
    return text.replace("{assignments}", changed)

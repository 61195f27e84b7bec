"""Lists that lag: they show what was true some seconds ago, by the namespace's clock.

While lists lag, each view has a second set of rows, under accounts (or engagements) with a mark in
front; lists read those. What is written to a view is noted as well, and put into the second set
when its time has come: at the first question after that. So the second set is the first one as it
was, row by row, and nothing has to run by itself. Must not know which views there are, nor what a
list shows.
"""

from collections.abc import Iterable
from functools import cache
from typing import cast

from cosell.originals import orjson
from cosell.store import Columns, Contention, Store, StoreError, Taken, Tx, Value, View
from cosell.store.statements import statements

MARK = "~"  # behind every letter and digit: a statement about all accounts ends before it
_BATCH = 500
_EVER = 1 << 62


def shadow(lead: str) -> str:
    """Under what name lists that lag keep an account's rows, or an engagement's."""
    return MARK + lead


def put(tx: Tx, ns: int, views: Iterable[View], lag: tuple[int, int]) -> None:
    """Lists lag from now on by so many milliseconds, where they lagged by others: `lag` is (before,
    after). Those that begin to lag show what is there now until something changes."""
    before, after = lag
    tx.run("put_lag", ns=ns, lag_ms=after)
    if bool(before) == bool(after):
        return
    statement, tables = "shadow_rows" if after else "delete_shadows", tx.form().tables
    for view in views:
        text = _text_of(statement, view.table, view.lead[1], tuple(tables[view.table]))
        tx.execute(text, {"ns": ns, "mark": MARK})
    if not after:
        tx.run("forget_lagging", ns=ns)


def note(tx: Tx, view: View, row: dict[str, Value]) -> None:
    """A row was written; it has a value for every column."""
    body = orjson.dumps({name: row[name] for name in view.columns if name != "ns"}, default=_text)
    _note(tx, view, row, body.decode())


def note_again(tx: Tx, view: View, row: dict[str, Value]) -> None:
    """An account's row was written; it has ns, account and id at least."""
    key = {name: row[name] for name in ("ns", "account", "id")}
    [found] = tx.query(_composed("read_view", view), key)
    note(tx, view, dict(zip(view.columns, cast("tuple[Value, ...]", found), strict=True)))


def note_gone(tx: Tx, view: View, row: dict[str, Value]) -> None:
    """An account's row was taken away: that of this ns, account and id."""
    _note(tx, view, row, None)


def _note(tx: Tx, view: View, row: dict[str, Value], body: str | None) -> None:
    tx.run(
        "insert_lagging",
        ns=row["ns"],
        seq=tx.number("seq"),
        written_at=tx.lags_at,
        view=view.table,
        lead=row[view.lead[1]],
        id=row["id"],
        body=body,
    )


def catch_up(store: Store, ns: int, until: int) -> None:
    """Let lists show what was written until an instant of the namespace's time."""
    while True:
        with store.read(single=True) as reading:
            first = reading.one("next_lagging", ns=ns)
        if first is None or cast("int", first[0]) > until:
            return
        with store.write() as tx:
            tx.hold(ns)
            _show(tx, ns, until)


def rehearse(tx: Tx, ns: int) -> None:
    """Whether all that is noted can be shown, which nobody wrote here: ValueError if not. Nothing
    is shown."""
    try:
        with tx.savepoint():
            while _show(tx, ns, _EVER):
                pass
            raise _Rehearsed
    except _Rehearsed:
        return
    except Exception as error:  # whatever this database says of a row that does not fit
        if isinstance(error, StoreError | Contention) and not isinstance(error, Taken):
            raise
        raise ValueError(f"lagging has a row that lists cannot show: {error}") from error


class _Rehearsed(Exception):
    """To undo it."""


def _show(tx: Tx, ns: int, until: int) -> bool:
    """In the order in which they were written, so that what no two rows may have is never twice;
    whether there were any."""
    shown, tables = None, tx.form().tables
    for seq, written_at, view, lead, id, body in tx.all("list_lagging", ns=ns, limit=_BATCH):
        if cast("int", written_at) > until:
            break
        columns = tables[cast("str", view)]
        if "account" in columns:
            text = statements()["delete_view"].replace("{table}", cast("str", view))
            account = shadow(cast("str", lead))
            tx.execute(text, {"ns": ns, "account": account, "id": cast("str", id)})
        if body is not None:
            row = orjson.loads(cast("str", body))
            _put(tx, (cast("str", view), columns), {**row, "ns": ns}, shadow(cast("str", lead)))
        shown = cast("int", seq)
    if shown is not None:
        tx.run("delete_lagging", ns=ns, seq=shown)
    return shown is not None


def _put(tx: Tx, into: tuple[str, Columns], row: dict[str, Value], lead: str) -> None:
    view, known = into
    columns = {name: kind for name, kind in known.items() if name in row}  # of who wrote it
    for name, kind in columns.items():
        value = row[name]
        if kind == "blob" and isinstance(value, str):
            row[name] = value.encode("latin-1")
    row["account" if "account" in columns else "engagement"] = lead
    names = ("ns", *columns)
    text = statements()["insert_view"].replace("{table}", view)
    text = text.replace("{columns}", ", ".join(names))
    tx.execute(text.replace("{values}", ", ".join(f":{name}" for name in names)), row)


def _text(blob: object) -> str:
    return cast("bytes", blob).decode("latin-1")


def _composed(statement: str, view: View) -> str:
    return _text_of(statement, view.table, view.lead[1], view.columns)


@cache
def _text_of(statement: str, table: str, lead: str, columns: tuple[str, ...]) -> str:
    if statement == "shadow_rows":
        columns = tuple(name for name in columns if name not in ("ns", lead))
    text = statements()[statement].replace("{table}", table).replace("{lead}", lead)
    return text.replace("{columns}", ", ".join(columns))

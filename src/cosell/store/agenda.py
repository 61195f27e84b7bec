"""The agenda: what is due and when, in each namespace's own time. Must not know what is done."""

from bisect import insort
from typing import NamedTuple, TypeAlias, cast

from cosell.store import Row, Tx, Value, Write, late, named
from cosell.store.namespaces import Namespace
from cosell.store.statements import statements

_TABLE = "agenda"
_EVER = 1 << 62
_AHEAD = 32  # entries that are read together
_Entry: TypeAlias = tuple[int, int, str, str]  # due_at, seq, kind, ref


class Due(NamedTuple):
    """An entry of a namespace's agenda: `kind` says what happens to the thing called `ref`."""

    ns: int
    due_at: int
    seq: int
    kind: str
    ref: str


class _Ahead(NamedTuple):
    """The entries of a namespace's agenda up to an end (an instant, a number), in order: what is
    late is in them, what is done is not."""

    ns: int
    entries: list[_Entry]
    end: tuple[int, int]


def plan(tx: Tx, ns: int, due_at: int, kind: str, ref: str) -> None:
    """Something is due at an instant."""
    seq = tx.number("seq")
    entry: dict[str, Value] = {"ns": ns, "due_at": due_at, "seq": seq, "kind": kind, "ref": ref}
    late.write(tx, named.entry(ns, due_at, seq), statements()["insert_agenda"], entry)
    ahead = _ahead(tx, ns)
    if ahead is not None and (due_at, seq) <= ahead.end:
        insort(ahead.entries, (due_at, seq, kind, ref))
    if tx.planned is None or due_at < tx.planned:
        tx.planned = due_at


def look(tx: Tx) -> None:
    """What is due when has changed otherwise: somebody is to look at it anew."""
    tx.planned = 0


def forget(tx: Tx, ns: int, kind: str, ref: str) -> None:
    """What was due for `ref` is so no more."""
    said: dict[str, Value] = {"ns": ns, "kind": kind, "ref": ref}
    if tx.behind is not None:
        some = tx.behind.of(_TABLE)
        if len(some) > _AHEAD:  # they are not to be looked through again and again
            tx.write_behind([_TABLE])
            some = []
        for row, write in some:
            if said.items() <= write.values.items():
                tx.behind.drop(row)
        if (ahead := _ahead(tx, ns)) is not None:
            ahead.entries[:] = [one for one in ahead.entries if one[2:] != (kind, ref)]
    late.write(tx, named.entries(ns, kind, ref), statements()["forget_agenda"], said)


def first(tx: Tx, ns: int, until: int) -> Due | None:
    """The entry that comes first, if it is due at `until`."""
    return _due(ns, tx.one("first_due", ns=ns, until=until))


def take(tx: Tx, ns: int, until: int) -> Due | None:
    """The entry that comes first, if it is due at `until`: it is done, and that commits together
    with its effect. Who takes a second one in a transaction, which keeps all others from the
    namespace's agenda, has some read ahead."""
    if tx.behind is None:
        return _due(ns, tx.one("take_due", ns=ns, until=until))
    ahead = _ahead(tx, ns)
    if ahead is None:
        found = _due(ns, tx.one("take_due", ns=ns, until=until))
        tx.behind.know(_TABLE, _Ahead(ns, [], (-1, -1)))
        return found
    if not ahead.entries and ahead.end < (until, _EVER):
        ahead = _read_ahead(tx, ns, until)
    if not ahead.entries or ahead.entries[0][0] > until:
        return None
    entry = ahead.entries.pop(0)
    _do(tx, ns, entry)
    return Due(ns, *entry)


def _do(tx: Tx, ns: int, entry: _Entry) -> None:
    """An entry is done: what nobody has written yet need not be."""
    due_at, seq, kind, ref = entry
    row, text = named.entry(ns, due_at, seq), statements()["done"]
    values: dict[str, Value] = {"ns": ns, "due_at": due_at, "seq": seq, "kind": kind, "ref": ref}
    if tx.behind is not None and tx.behind.found(row) is not None:
        tx.behind.drop(row)
    elif tx.behind is not None:
        tx.behind.put(row, Write(text, values, exact=True))


def _read_ahead(tx: Tx, ns: int, until: int) -> _Ahead:
    rows = tx.all("due_ahead", ns=ns, until=until, limit=_AHEAD)
    entries = cast("list[_Entry]", rows)
    end = entries[-1][:2] if len(entries) == _AHEAD else (until, _EVER)
    ahead = _Ahead(ns, entries, end)
    if tx.behind is not None:
        tx.behind.know(_TABLE, ahead)
    return ahead


def _ahead(tx: Tx, ns: int) -> _Ahead | None:
    """What is known of a namespace's agenda, if anything is."""
    ahead = tx.behind.known(_TABLE, _Ahead) if tx.behind is not None else None
    return ahead if ahead is not None and ahead.ns == ns else None


def _due(ns: int, row: Row | None) -> Due | None:
    return Due(ns, *cast("tuple[int, int, str, str]", row)) if row else None


def due_of(tx: Tx, ns: int, kind: str, ref: str) -> int | None:
    """When something is due for `ref` next; None if nothing is."""
    row = tx.one("due_of", ns=ns, kind=kind, ref=ref)
    return cast("int", row[0]) if row else None


def next_due(tx: Tx, ns: int) -> int | None:
    """When the entry that comes first is due; None if there is none."""
    found = first(tx, ns, _EVER)
    return found.due_at if found else None


def lag_ms(tx: Tx, wall: int) -> int:
    """For how long something has been due at most, over all namespaces whose clock runs."""
    row = tx.one("agenda_lag", wall=wall)
    return max(0, cast("tuple[int | None]", row)[0] or 0)


def next_by_namespace(tx: Tx, wall: int) -> list[tuple[str, int]]:
    """Each running namespace that has an agenda, and in how many milliseconds it is due."""
    waits = []
    for row in tx.all("due_namespaces"):
        name, offset_ms, frozen_at, due_at = cast("tuple[str, int, int | None, int]", row)
        clock = Namespace(name, offset_ms=offset_ms, frozen_at=frozen_at)
        if frozen_at is None or due_at <= frozen_at:
            waits.append((name, due_at - clock.now(wall)))
    return waits

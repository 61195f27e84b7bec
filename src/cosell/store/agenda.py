"""The agenda: what is due and when, in each namespace's own time. Must not know what is done."""

from typing import NamedTuple, cast

from cosell.store import Row, Tx
from cosell.store.namespaces import Namespace

_EVER = 1 << 62


class Due(NamedTuple):
    """An entry of a namespace's agenda: `kind` says what happens to the thing called `ref`."""

    ns: int
    due_at: int
    seq: int
    kind: str
    ref: str


def plan(tx: Tx, ns: int, due_at: int, kind: str, ref: str) -> None:
    """Something is due at an instant."""
    tx.run("insert_agenda", ns=ns, due_at=due_at, seq=tx.number("seq"), kind=kind, ref=ref)
    if tx.planned is None or due_at < tx.planned:
        tx.planned = due_at


def look(tx: Tx) -> None:
    """What is due when has changed otherwise: somebody is to look at it anew."""
    tx.planned = 0


def forget(tx: Tx, ns: int, kind: str, ref: str) -> None:
    """What was due for `ref` is so no more."""
    tx.run("forget_agenda", ns=ns, kind=kind, ref=ref)


def first(tx: Tx, ns: int, until: int) -> Due | None:
    """The entry that comes first, if it is due at `until`."""
    return _due(ns, tx.one("first_due", ns=ns, until=until))


def take(tx: Tx, ns: int, until: int) -> Due | None:
    """The entry that comes first, if it is due at `until`: it is done, and that commits together
    with its effect."""
    return _due(ns, tx.one("take_due", ns=ns, until=until))


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

"""Namespaces: an integer behind a name, with a clock, a pace, a profile and faults of its own.

Must not know what lives in one.
"""

from typing import Literal, NamedTuple, TypeAlias, cast

from cosell.store import Row, Store, Tx

Pace: TypeAlias = Literal["Inline", "Paced", "Held"]
Throttling: TypeAlias = Literal["Relaxed", "Documented"]
OBSERVED = "observed"  # the profile of a new namespace
STEP_MS = 2_000  # between the steps of a paced task, until PutPace says otherwise
# The columns of find_namespace.
_Kept: TypeAlias = tuple[int, int, int | None, Pace, int, int, int, str, int, int, Throttling]
_TOUCHED_MS = 60_000  # a namespace's last use is remembered to the minute


class Namespace(NamedTuple):
    """A namespace as it stands; `ns` is 0 while nothing was ever made in it."""

    name: str
    ns: int = 0
    offset_ms: int = 0
    frozen_at: int | None = None
    pace: Pace = "Inline"
    step_ms: int = STEP_MS
    faults: int = 0
    used_at: int = 0
    profile: str = OBSERVED
    shut_out: int = 0
    lag_ms: int = 0
    quotas: Throttling = "Relaxed"

    def now(self, wall: int) -> int:
        """The namespace's time, in milliseconds, when real time is `wall`."""
        return wall + self.offset_ms if self.frozen_at is None else self.frozen_at

    def reaches(self, due_at: int) -> bool:
        """Whether the namespace's clock comes to an instant by itself, or has been there."""
        return self.frozen_at is None or due_at <= self.frozen_at


def find(tx: Tx, name: str) -> Namespace:
    """What the name stands for; the values of a new namespace if it is absent."""
    return tx.known("find_namespace", name, _made_of)


def look(tx: Tx, name: str) -> Namespace:
    """As `find`, for who writes elsewhere only: it keeps nobody from writing there."""
    return _made_of(name, tx.one("find_namespace", name=name))


def look_up(store: Store, name: str) -> Namespace:
    """As `find`, for who asks for nothing else at the same instant."""
    return store.look_up("find_namespace", name, _made_of)


def _made_of(name: str, row: Row | None) -> Namespace:
    return Namespace(name) if row is None else Namespace(name, *cast("_Kept", row))


def ensure(tx: Tx, name: str, wall: int) -> Namespace:
    """What the name stands for; made if it is absent."""
    found = find(tx, name)
    if found.ns:
        if wall - found.used_at > _TOUCHED_MS:
            tx.run("touch_namespace", name=name, wall=wall)
        return found
    return _make(tx, name, wall)


def as_it_is(tx: Tx, name: str, _: int) -> Namespace:
    """As `ensure`, but an absent one stays absent."""
    return find(tx, name)


def reset(tx: Tx, namespace: Namespace, wall: int) -> Namespace:
    """Give the name a fresh integer; what was behind an old one is gone, and swept later."""
    delete(tx, namespace, wall)
    return _make(tx, namespace.name, wall)


def delete(tx: Tx, namespace: Namespace, wall: int) -> None:
    """The name stands for nothing any more; what was behind it is gone, and swept later."""
    if not namespace.ns:
        return
    tx.run("delete_namespace", name=namespace.name)
    tx.run("retire_namespace", ns=namespace.ns, wall=wall)


def count_retired(tx: Tx) -> int:
    """How many there are of which something may be left, which is yet to be swept."""
    return cast("tuple[int]", tx.one("count_retired"))[0]


def _make(tx: Tx, name: str, wall: int) -> Namespace:
    made = Namespace(name, tx.number("ns"), used_at=wall)
    tx.run(
        "insert_namespace", name=name, ns=made.ns, pace=made.pace, step_ms=made.step_ms, wall=wall
    )
    return made


def is_empty(tx: Tx, namespace: Namespace) -> bool:
    """Whether anything was ever made in it: its clock may then be put to any time."""
    return bool(cast("tuple[int]", tx.one("namespace_is_empty", ns=namespace.ns))[0])


def put_clock(tx: Tx, namespace: Namespace, now: int, wall: int, frozen: bool) -> Namespace:
    """From here on the namespace's time is `now`, standing or running."""
    offset_ms, frozen_at = now - wall, now if frozen else None
    tx.run("put_clock", ns=namespace.ns, offset_ms=offset_ms, frozen_at=frozen_at)
    tx.planned = 0  # what is due then is due at another time now
    return find(tx, namespace.name)


def move_plans(tx: Tx, namespace: Namespace, by_ms: int) -> None:
    """The clock is put by so much without time having gone by: whatever was to be in a while is to
    be in as long a while from the new time."""
    for statement in ("move_agenda", "move_faults", "move_lagging"):
        tx.run(statement, ns=namespace.ns, by_ms=by_ms)

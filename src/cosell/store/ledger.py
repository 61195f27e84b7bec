"""Idempotency: what a client token made, for a day of real and of namespace time.

Must not know how a digest is made.
"""

from typing import NamedTuple, cast

from cosell.clock import DAY_MS
from cosell.store import Store, Tx

REMEMBERED_MS = DAY_MS


class Key(NamedTuple):
    """The scope of a client token."""

    ns: int
    account: str
    catalog: str
    operation: str
    token: str


def recall(tx: Tx, key: Key, now: int, wall: int) -> tuple[bytes, bytes] | None:
    """The digest and the answer that the token is bound to, unless both days are over."""
    row = tx.one("recall", **key._asdict())
    if row is None:
        return None
    digest, answer, bound_at, bound_wall = cast("tuple[bytes, bytes, int, int]", row)
    if now - bound_at > REMEMBERED_MS and wall - bound_wall > REMEMBERED_MS:
        return None
    return digest, answer


def record(tx: Tx, key: Key, digest: bytes, answer: bytes, at: tuple[int, int]) -> None:
    """Bind the token; `at` is (namespace time, real time)."""
    tx.run(
        "record",
        **key._asdict(),
        digest=digest,
        answer=answer,
        bound_at=at[0],
        bound_wall=at[1],
    )


def forget_outlived(store: Store, wall: int, batch_max: int) -> int:
    """Delete at most that many bindings whose days are over; answers how many there were."""
    with store.read() as reading:
        rows = reading.all("outlived", wall=wall, remembered=REMEMBERED_MS, limit=batch_max)
    if rows:
        with store.write() as tx:
            for row in rows:
                tx.run("unbind", **Key(*cast("tuple[int, str, str, str, str]", row))._asdict())
    return len(rows)

"""Idempotency: what a client token made, for a day of real and of namespace time.

Must not know how a digest is made.
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple, cast

from cosell.clock import DAY_MS
from cosell.store import Row, Store, Tx, Value, late, named
from cosell.store.retries import retrying
from cosell.store.statements import statements

REMEMBERED_MS = DAY_MS
_EVER = 1 << 62
_SPAN = 20_000  # bindings that are looked through in some hundredths of a second


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


class Scope(NamedTuple):
    """Which tokens of a namespace are meant: of an account, a catalog, an operation; '' for any."""

    ns: int
    account: str
    catalog: str
    operation: str


class Binding(NamedTuple):
    """A token, the answer that it is bound to, and when it was bound: by the namespace's clock, and
    in real time."""

    key: Key
    answer: bytes
    bound_at: int
    bound_wall: int


def page(tx: Tx, scope: Scope, after: Key | None, at: tuple[int, int], limit: int) -> list[Binding]:
    """Tokens that are remembered at an instant (namespace time, real time), in the order of their
    keys, those after a key."""
    now, wall = at
    found: list[Binding] = []
    values: dict[str, Value] = {"now": now, "wall": wall, "remembered": REMEMBERED_MS}
    for ns, account, catalog, operation in _scopes(tx, scope, after):
        key = Key(ns, account, catalog, operation, "")
        begun = after is not None and after[:4] == key[:4]
        rows = tx.all(
            "page_tokens",
            ns=ns,
            account=account,
            catalog=catalog,
            operation=operation,
            after=after.token if after is not None and begun else "",
            limit=limit - len(found),
            **values,
        )
        for row in rows:
            token, answer, bound_at, bound_wall = cast("tuple[str, bytes, int, int]", row)
            found.append(Binding(key._replace(token=token), answer, bound_at, bound_wall))
        if len(found) == limit:
            break
    return found


def forget(tx: Tx, scope: Scope, token: str) -> int:
    """Make a token free wherever it is bound; answers at how many places it was."""
    keys = [Key(*one, token) for one in _scopes(tx, scope, None)]
    return sum(tx.run("unbind", **key._asdict()) for key in keys)


def _scopes(tx: Tx, scope: Scope, after: Key | None) -> Iterator[Scope]:
    """Each account, catalog and operation that has tokens, from the one of a key on: a jump for
    each, however many tokens it has."""
    here = Scope(*after[:4]) if after else scope._replace(catalog="", operation="")
    if after:
        yield here
    while row := tx.one("next_token_scope", **here._asdict()):
        here = Scope(scope.ns, *cast("tuple[str, str, str]", row))
        if scope.account not in ("", here.account):
            return
        if scope.catalog in ("", here.catalog) and scope.operation in ("", here.operation):
            yield here


class Forgotten(NamedTuple):
    """How many bindings were forgotten, and whether the round is over: there are no more."""

    many: int
    is_over: bool


class Outlived:
    """Forgets bindings whose days are over, from the oldest on, round after round. It looks through
    a span of them at a time, and then at what comes after it: those whose namespace's clock stands
    stay there for ever, however many they are. For one thread."""

    def __init__(self, span: int = _SPAN) -> None:
        """`span` is how many bindings are looked through at a time, if no more of them were made in
        one millisecond."""
        self._span = span
        self._since = -_EVER
        self._until: int | None = None  # where the span in hand ends
        self._is_last = False  # whether the round ends with it

    def forget(self, store: Store, wall: int, batch_max: int) -> Forgotten:
        """Forget at most that many, in one transaction. Of a span in which there are none, it is
        none; what comes behind it is for the next call, until the round is over."""
        with store.read(single=True) as reading:
            if self._until is None:
                self._take_span(reading, wall - REMEMBERED_MS)
            found = reading.one("outlived", **self._asked(wall, 1))
        rows: list[Row] = []
        if found is not None:
            rows = retrying(store, partial(_unbind, self._asked(wall, batch_max)))
        if len(rows) == batch_max:
            self._since = cast("int", rows[-1][-1])
            return Forgotten(batch_max, is_over=False)
        self._since = -_EVER if self._is_last else cast("int", self._until)
        self._until = None
        return Forgotten(len(rows), self._is_last)

    def _take_span(self, reading: Tx, before: int) -> None:
        row = reading.one("span_end", since=self._since, until=before, many=self._span)
        self._is_last = row is None
        self._until = before if row is None else max(cast("int", row[0]), self._since + 1)

    def _asked(self, wall: int, limit: int) -> dict[str, Value]:
        return {
            "since": self._since,
            "until": self._until,
            "wall": wall,
            "remembered": REMEMBERED_MS,
            "limit": limit,
        }


def _unbind(asked: dict[str, Value], tx: Tx) -> list[Row]:
    """Forget some whose days are over; answers which."""
    rows = tx.all("take_outlived", **asked)
    for row in rows:
        key = Key(*cast("tuple[int, str, str, str, str]", row[:-1]))
        late.write(tx, named.binding(key), statements()["unbind"], key._asdict())
    return rows

"""Whether what rows of a saved namespace refer to is there: whoever follows a reference expects it.

Must not know a database, nor what a resource means.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from cosell.originals import orjson
from cosell.selling import Kind
from cosell.selling.domain import autopilot, deliveries, invitations
from cosell.selling.workflows import kinds, tasks
from cosell.store import Batch

_Key: TypeAlias = tuple[str, str]  # a document's kind and id
_TO: Final = {
    ("invited", "invitation"): Kind.INVITATION,
    ("invited", "engagement"): Kind.ENGAGEMENT,
    ("member", "engagement"): Kind.ENGAGEMENT,
    ("job_target", "job"): Kind.JOB,
    ("follower", "leader"): Kind.OPPORTUNITY,
    ("follower", "follower"): Kind.OPPORTUNITY,
    ("opportunity_view", "id"): Kind.OPPORTUNITY,
    ("engagement_view", "id"): Kind.ENGAGEMENT,
    ("invitation_view", "id"): Kind.INVITATION,
    ("job_view", "id"): Kind.JOB,
    ("prospecting_view", "id"): Kind.PROSPECTING_TASK,
}
"""The kind of document that a column has the id of."""
_DUE: Final = {
    autopilot.REVIEW: Kind.OPPORTUNITY,
    autopilot.ANSWER: Kind.INVITATION,
    invitations.EXPIRY: Kind.INVITATION,
}
"""The same for what is due, by what that is."""


_STARTED: Final = {workflow.operation: workflow.kind for workflow in kinds.WORKFLOWS}


class _Found(NamedTuple):
    """A reference, and where it stands."""

    key: _Key
    table: str
    column: str
    row: int

    @property
    def wrong(self) -> ValueError:
        what = f"refers to what is not there: {self.key[0]} {self.key[1][:100]!r}"
        return ValueError(f"{self.table}.{self.column} of row {self.row} {what}")


class References:
    """What rows refer to; each has to be there at the end."""

    def __init__(self) -> None:
        self._there: set[_Key] = set()
        self._asked: dict[_Key, _Found] = {}

    def note(self, batch: Batch, first: int) -> None:
        """Rows come by, the first of them the so manieth of its table."""
        if batch.table == "document":
            self._there.update(_pairs(batch, "kind", "id"))
            return
        for column in batch.columns:
            for number, key in enumerate(_keys(batch, column), first):
                if key is not None and key not in self._asked:
                    self._asked[key] = _Found(key, batch.table, column, number)

    def ensure(self) -> None:
        """ValueError, which names the table, the column and the row, for what is not there."""
        for key, found in self._asked.items():
            if key not in self._there:
                raise found.wrong


def _keys(batch: Batch, column: str) -> Iterator[_Key | None]:
    """What each row refers to in a column; nothing if a column has no references."""
    if (batch.table, column) == ("agenda", "ref"):
        return (_key_of(what, ref) for what, ref in _pairs(batch, "kind", "ref"))
    if (batch.table, column) == ("ledger", "answer"):
        return _started(batch)
    if (batch.table, column) == ("task_view", "id"):
        return _pairs(batch, "kind", "id")
    kind = _TO.get((batch.table, column))
    return iter(()) if kind is None else ((kind, id) for id, _ in _pairs(batch, column, column))


def _started(batch: Batch) -> Iterator[_Key | None]:
    """A repeated Start is answered with its task, as that is then."""
    names = [*batch.columns]
    if "operation" not in names:
        return
    operation, answer = names.index("operation"), names.index("answer")
    for row in batch.rows:
        kind = _STARTED.get(str(row[operation]))
        text = row[answer]
        if kind is None or not isinstance(text, bytes):
            yield None
        else:
            yield kind, str(orjson.loads(text).get("TaskId"))


def _pairs(batch: Batch, one: str, other: str) -> Iterator[_Key]:
    """Two columns; nothing if the rows are without, which the store refuses."""
    names = [*batch.columns]
    if one not in names or other not in names:
        return iter(())
    at, too = names.index(one), names.index(other)
    return ((str(row[at]), str(row[too])) for row in batch.rows)


def _key_of(what: str, ref: str) -> _Key | None:
    """What is due for a document; what is late has with it what it needs, or should."""
    if what == tasks.STEP:
        kind, _, id = ref.partition("/")
        return kind, id
    if what == deliveries.KIND:
        return None if _is_event(ref) else (what, ref)
    return (_DUE[what], ref) if what in _DUE else None


def _is_event(late: str) -> bool:
    account, _, body = late.partition(" ")
    try:
        return bool(account) and isinstance(orjson.loads(body), dict)
    except ValueError:
        return False

"""What the rows of a saved namespace may hold: a file that is sealed as it should be may be damaged
within all the same. What is found so is not loaded.

Looked at are values by themselves, whether what rows refer to is there, and the own members of
bodies. Not found is what is wrong deeper in a body, and a row of a list that is missing or another
account's: a call that comes to it fails. Must not know a database, nor check what a resource's own
rules are.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, TypeAlias, get_args

from cosell.clock import SECOND_MS
from cosell.desk.contract import CONTRACT
from cosell.desk.operations.faults import DETAILS, ERRORS
from cosell.desk.referring import References
from cosell.desk.sayings import Saying, is_instant, naming, of_document, of_rule
from cosell.errors import SerializationException
from cosell.originals import orjson
from cosell.selling import AWS, Kind
from cosell.selling.domain import autopilot, deliveries, invitations
from cosell.selling.profiles import PROFILES
from cosell.selling.views import VIEWS
from cosell.selling.workflows import kinds, tasks
from cosell.store import Batch
from cosell.store.faults import SHARES, Effect, Moment
from cosell.store.lag import MARK
from cosell.store.namespaces import Pace, Throttling

DUE: Final = frozenset(
    {
        autopilot.ANSWER,
        autopilot.REFER,
        autopilot.REVIEW,
        deliveries.KIND,
        invitations.EXPIRY,
        tasks.STEP,
    }
)
"""What an agenda knows how to do."""

_Check: TypeAlias = Callable[[Any], bool]
_KINDS: Final = frozenset(told for name, told in vars(Kind).items() if name.isupper())
_ACCOUNT: Final = re.compile(rf"{MARK}?(?:{AWS}|[0-9]{{12}})")
_KEYED: Final = {"document": "id", "desk_rule": "name"}  # by what their bodies have to name
_SAID_AS: Final = {"integer": int, "text": str, "blob": bytes}
_DAY_MS_MAX: Final = 86_400 * SECOND_MS  # the longest step, and the longest lag
_DELAY_MS_MAX: Final = 300 * SECOND_MS


def sound(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The same rows. ValueError, which names the table, the column and the row, at the first value
    that nothing here would have written."""
    passed: Counter[str] = Counter()  # rows of a table come in several batches
    references = References()
    for batch in batches:
        first = 1 + passed[batch.table]
        for column in batch.columns:
            if (check := _check(batch, column)) is not None:
                _ensure(batch, column, check, first)
        _ensure_bodies(batch, first)
        _ensure_faults(batch, first)
        references.note(batch, first)
        passed[batch.table] += len(batch.rows)
        yield batch
    references.ensure()


def _ensure(batch: Batch, column: str, check: _Check, first: int) -> None:
    at = [*batch.columns].index(column)
    kind = _SAID_AS.get(batch.columns[column], object)
    for number, row in enumerate(batch.rows, first):
        value = row[at]
        if type(value) is kind and not check(value):  # what has another type the store refuses
            raise ValueError(f"{batch.table}.{column} of row {number} cannot be {_shown(value)}")


def _body_of(batch: Batch) -> str | None:
    """The column that says what a row is of; None if the rows are what they are."""
    if "summary" in batch.columns:
        return "summary"
    return "body" if batch.table in _KEYED else None


def _ensure_bodies(batch: Batch, first: int) -> None:
    column = _body_of(batch)
    if column is None:
        return
    by_kind = {"document": of_document, "desk_rule": of_rule}.get(batch.table)
    key = _KEYED.get(batch.table, "id")
    parts = _parts(batch, column, key, "kind" if by_kind else key)
    saying: Saying = naming
    for number, (body, id, kind) in enumerate(parts, first):
        if type(body) is not bytes or type(id) is not str:
            continue  # the store refuses it
        said = _said(body)
        if by_kind is not None:
            saying = by_kind(str(kind))
        wrong = saying(id, said) if said else f"cannot be {_shown(body)}"
        if wrong:
            raise ValueError(f"{batch.table}.{column} of row {number} {wrong}")


def _parts(batch: Batch, *columns: str) -> Iterable[Sequence[object]]:
    """Some columns of each row; nothing if the rows are without, which the store refuses."""
    names = [*batch.columns]
    if any(column not in names for column in columns):
        return ()
    return map(itemgetter(*map(names.index, columns)), batch.rows)


def _said(text: bytes | str) -> dict[str, Any] | None:
    try:
        said = orjson.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _ensure_faults(batch: Batch, first: int) -> None:
    """A fault that acts on no number of calls acts on a share of them, which is drawn; one that
    answers an error says which."""
    if batch.table != "fault":
        return
    parts = _parts(batch, "remaining", "share", "seed", "effect", "error")
    for number, (remaining, share, seed, effect, error) in enumerate(parts, first):
        if remaining is None and (share is None or seed is None):
            raise ValueError(f"fault.{'seed' if share else 'share'} of row {number} cannot be None")
        if effect == "Error" and error is None:
            raise ValueError(f"fault.error of row {number} cannot be None")


def _check(batch: Batch, column: str) -> _Check | None:
    """What the values of a column have to pass; None for a column in which anything may be."""
    named = _NAMED.get((batch.table, column))
    if named is not None:
        return named
    if column == _body_of(batch):
        return None  # it is looked at with its row
    if batch.columns[column] == "blob" and column != "digest":
        return _is_object
    if column in ("account", "owner"):
        return lambda value: _ACCOUNT.fullmatch(value) is not None
    return is_instant if column.endswith("_at") else None


def _is_object(text: bytes | str) -> bool:
    """Whether it is JSON of an object."""
    return _said(text) is not None


def _is_late_row(text: str) -> bool:
    """Whether it is a view's row that lists show later, its summary as text."""
    summary = (_said(text) or {}).get("summary")
    if not isinstance(summary, str):
        return False
    try:
        return bool(_said(summary.encode("latin-1")))
    except ValueError:
        return False


def _are_details(text: str) -> bool:
    """Whether it is JSON of what PutFault takes of an error."""
    said = _said(text)
    if said is None or not said.keys() <= {*DETAILS}:
        return False
    try:
        known, errors = CONTRACT.operations["PutFault"].validate(said)
    except SerializationException:
        return False
    return known == said and not errors


def _among(known: Iterable[object]) -> _Check:
    return frozenset(known).__contains__


def _between(least: int, most: int) -> _Check:
    return lambda value: least <= value <= most


_NAMED: Final[Mapping[tuple[str, str], _Check]] = {
    ("namespace", "pace"): _among(get_args(Pace)),
    ("namespace", "profile"): _among(PROFILES),
    ("namespace", "quotas"): _among(get_args(Throttling)),
    ("namespace", "step_ms"): _between(0, _DAY_MS_MAX),
    ("namespace", "lag_ms"): _between(0, _DAY_MS_MAX),
    ("document", "kind"): _among(_KINDS),
    ("task_view", "kind"): _among(workflow.kind for workflow in kinds.WORKFLOWS),
    ("agenda", "kind"): _among(DUE),
    ("ledger", "bound_wall"): is_instant,
    ("lagging", "view"): _among(view.table for view in VIEWS),
    ("lagging", "body"): _is_late_row,
    ("fault", "effect"): _among(get_args(Effect)),
    ("fault", "moment"): _among(get_args(Moment)),
    ("fault", "error"): _among(ERRORS),
    ("fault", "said"): _are_details,
    ("fault", "delay_ms"): _between(0, _DELAY_MS_MAX),
    ("fault", "share"): _between(0, SHARES),
}


def _shown(value: object) -> str:
    told = repr(value)
    return told if len(told) <= 40 else f"{told[:40]}…"

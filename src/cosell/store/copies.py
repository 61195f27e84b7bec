"""Whole namespaces: copied beside themselves, read out, and written in again.

Goes by the database's own list of tables, so that what is added to it later, or by a newer
program, comes along. Must not know what a row means, nor a file.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import cast

from cosell.store import Batch, Columns, Contention, Form, Store, Tx, Value, namespaces
from cosell.store.namespaces import Namespace
from cosell.store.sqlite_file import brought_up
from cosell.store.statements import statements

_EDGE = 1 << 63  # of the integers that a database keeps
_NUMBER_MAX = 1 << 53  # where no counter has ever stood
# Counters are everybody's: a file raises them no further. Whoever counts up to there from below
# never gets to numbers beyond, which are nobody's then but the file's.
_RAISED_MAX = 1 << 40
_COUNTERS: Columns = {"name": "text", "next": "integer"}
_ABSENT = frozenset({"frozen_at"})  # the trait that a namespace may be without
_KINDS: dict[str, type] = {"integer": int, "text": str, "blob": bytes}


def fork(tx: Tx, source: Namespace, target: Namespace, wall: int) -> Namespace:
    """The target's name stands for a copy of the source from now on; what was behind it is gone,
    and swept later. Contention if somebody migrates meanwhile."""
    fresh = namespaces.reset(tx, target, wall)
    form = tx.form()
    traits = form.traits
    rows = tx.query(_composed("read_traits", "", tuple(traits)), {"ns": source.ns})
    _write_traits(tx, fresh.ns, dict(zip(traits, rows[0], strict=True)))
    for table, columns in form.tables.items():
        text = _composed("copy_rows", table, tuple(columns))
        tx.execute(text, {"ns": source.ns, "to": fresh.ns})
    if tx.form() != form:  # from here on the copy holds the tables as they are
        raise Contention("the tables were migrated while they were copied")
    return namespaces.find(tx, target.name)


def dump(tx: Tx, form: Form, ns: int) -> Iterator[Batch]:
    """All that a namespace is, in batches: its traits, the counters, the rows of every table. The
    form is the transaction's."""
    traits = form.traits
    read = _composed("read_traits", "", tuple(traits))
    yield Batch("namespace", traits, tx.query(read, {"ns": ns}))
    yield Batch("counter", _COUNTERS, tx.all("list_counters"))
    for table, columns in form.tables.items():
        rows = tx.query(_composed("read_rows", table, tuple(columns)), {"ns": ns})
        if rows:
            yield Batch(table, columns, rows)


def restore(
    tx: Tx, store: Store, target: Namespace, batches: Iterable[Batch], wall: int
) -> Namespace:
    """The target's name stands for what was dumped from now on, but for the clock, which is the
    caller's to put; what was behind it is gone, and swept later. ValueError if the batches are not
    such as `dump` makes of this program's form; what a newer one has beside it begins as it does in
    any row that this program writes."""
    fresh = namespaces.reset(tx, target, wall)
    form = store.form
    known = {**form.tables, "namespace": form.traits, "counter": _COUNTERS}
    for batch in batches:
        if known.get(batch.table) != batch.columns:
            raise ValueError(f"there is no such table as {batch.table!r} in format {form.format}")
        _ensure_kinds(batch)
        _write(tx, fresh.ns, batch)
    return namespaces.find(tx, target.name)


def of_format(batches: Iterable[Batch], format: int, store: Store) -> Iterator[Batch]:
    """What was dumped in a format, as the store has it. ValueError for a format or batches that
    never were."""
    return iter(batches) if format == store.form.format else brought_up(batches, format)


def _write(tx: Tx, ns: int, batch: Batch) -> None:
    table, columns, rows = batch
    if table == "counter":
        for name, least in rows:
            _raise(tx, cast("str", name), cast("int", least))
    elif table == "namespace":
        for row in rows:
            _write_traits(tx, ns, dict(zip(columns, row, strict=True)))
    else:
        tx.fill(table, {"ns": "integer", **columns}, ((ns, *row) for row in rows))
        if "seq" in columns and rows:
            at = [*columns].index("seq")
            _raise(tx, "seq", 1 + max(cast("int", row[at]) for row in rows))


def _write_traits(tx: Tx, ns: int, traits: dict[str, object]) -> None:
    text = _composed("write_traits", "", tuple(traits))
    tx.execute(text, {**cast("dict[str, Value]", traits), "ns": ns})


def _raise(tx: Tx, counter: str, least: int) -> None:
    """Numbers that somebody has already are not given again."""
    if least > _NUMBER_MAX or counter == "ns":
        raise ValueError(f"the counter {counter!r} cannot stand at {least}")
    if least <= _RAISED_MAX:
        tx.raise_number(counter, least)


def _ensure_kinds(batch: Batch) -> None:
    """A database may take a text for a number; whoever reads it would stumble."""
    kinds = [_KINDS[kind] for kind in batch.columns.values()]
    whole: Columns = batch.columns if batch.table in ("namespace", "counter") else {}
    needed = [at for at, column in enumerate(whole) if column not in _ABSENT]
    for row in batch.rows:
        if len(row) != len(kinds) or not _fits(row, kinds) or any(row[at] is None for at in needed):
            raise ValueError(f"{batch.table} has a row that does not fit its columns")


def _fits(row: Sequence[object], kinds: list[type]) -> bool:
    for value, kind in zip(row, kinds, strict=True):
        if type(value) is not kind and value is not None:
            return False
        if type(value) is int and not -_EDGE <= value < _EDGE:
            return False
        if type(value) is str and "\0" in value:  # which PostgreSQL does not keep
            return False
    return True


@cache
def _composed(statement: str, table: str, columns: tuple[str, ...]) -> str:
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    text = statements()[statement].replace("{table}", table)
    return text.replace("{columns}", ", ".join(columns)).replace("{assignments}", assignments)

"""What a transaction writes late: at its end, or before it says anything of the same table, unless
that is said to look at certain rows alone. A row that changes meanwhile is written once, and rows
of one kind all in one go.

So it is with a transaction that is done again with care if it fails (`retries.retrying`): one in
which everything is written at once, by the same functions. Must not know a database.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from cosell.store import Contention, Late, Named, Row, StoreError, Tx, Value, Write

_FEW = 64  # rows that are looked through
Rows: TypeAlias = list[Mapping[str, Value]]


class TooHasty(Contention):
    """What was late could not be written: it is done again with care, which shows whose fault it
    is."""


def write_all(late: Late, tables: Sequence[str] | None, put: Callable[[str, Rows], int]) -> None:
    """Let `put` write what is late in those tables, or in all: it takes a statement with its rows,
    and answers how many changed."""
    if late.failed is not None:
        raise late.failed
    try:
        for text, writes in late.take(tables):
            changed = put(text, [one.values for one in writes])
            if writes[0].exact and changed != len(writes):
                raise TooHasty(f"{changed} of {len(writes)} rows were there: {text[:40]}")
    except (StoreError, OSError, TooHasty) as error:  # a time limit of somebody's is an OSError
        late.failed = error
        raise
    except Exception as error:
        late.failed = TooHasty(f"{type(error).__name__}: {error}")
        raise late.failed from error


def write(tx: Tx, row: Named, text: str, values: Mapping[str, Value]) -> None:
    """Write a row, late if the transaction does so: by a statement that writes no other, whatever
    there is of it."""
    if tx.behind is None:
        tx.execute(text, values)
    else:
        tx.behind.put(row, Write(text, values))


def add(tx: Tx, row: Named, text: str, values: Mapping[str, Value]) -> None:
    """As `write`, for a row beside those that are late under the same name: they are written
    first, so that whoever looks at what has that name finds all of it or none."""
    late = tx.behind
    if late is None:
        tx.execute(text, values)
        return
    if late.found(row) is not None:
        tx.write_behind([row[0]])
    late.put(row, Write(text, values))


def rows_of(tx: Tx, rows: Sequence[Named], text: str, values: Mapping[str, Value]) -> list[Row]:
    """What a statement finds that looks at those rows alone: what is late of others may wait."""
    late = tx.behind
    if late is not None:
        tx.write_behind([row[0] for row in rows if late.found(row) is not None])
    return tx.query_alone(text, values)


def rows_within(tx: Tx, row: Named, text: str, values: Mapping[str, Value]) -> list[Row]:
    """As `rows_of`, of all rows whose names begin so."""
    if tx.behind is not None:
        table, key = row
        some = tx.behind.of(table)
        if len(some) > _FEW or any(of_it[: len(key)] == key for (_, of_it), _ in some):
            tx.write_behind([table])
    return tx.query_alone(text, values)

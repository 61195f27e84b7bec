"""Deleting what namespaces that are no more left: a few of them at once, some rows at a time.

Must not know what the rows mean.
"""

from collections.abc import Mapping
from typing import cast

from cosell.store import Tx, Value

_TOGETHER = 32  # namespaces that go at once: one look at each table is enough for all of them
_GONE = "select ns from retired where retired_at <= :before order by ns limit"  # those, in order


def sweep(tx: Tx, tables: Mapping[str, str], batch_max: int, before: int) -> int:
    """Delete at most so many rows of the tables (each with its key's columns); answers how many.
    When no rows are left, the records of those namespaces go too, and are counted."""
    where, deleted = _whose(tx, before), 0
    for table, key in tables.items():
        left: dict[str, Value] = {"before": before, "batch": batch_max - deleted}
        deleted += _delete_some(tx, table, key, where, left)
        if deleted >= batch_max:
            return deleted
    return deleted + tx.execute(
        f"delete from retired where ns in ({_GONE} :some)",
        {"before": before, "some": min(_TOGETHER, batch_max - deleted)},
    )


def _whose(tx: Tx, before: int) -> str:
    """Which rows belong to the namespaces that go first. All, if there are no others: what is said
    to be deleted without a condition goes page by page, and not row by row."""
    [(all_go,)] = tx.query(
        "select not exists (select 1 from namespace)"
        " and not exists (select 1 from retired where retired_at > :before)"
        " and (select count(*) from retired) <= :together",
        {"before": before, "together": _TOGETHER},
    )
    return "" if all_go else f" where ns in ({_GONE} {_TOGETHER})"


def _delete_some(tx: Tx, table: str, key: str, where: str, values: dict[str, Value]) -> int:
    """Delete at most `batch` of the rows, at a cost that does not grow with the rest: all at once
    if there are no more, else row by row, since the planner finds a list of keys by looking at
    every row."""
    some = f"select {key} from {table}{where} limit :batch"
    [(count,)] = tx.query(f"select count(*) from ({some})", values)
    if cast("int", count) < cast("int", values["batch"]):
        return tx.execute(f"delete from {table}{where}", values) if count else 0
    rows = tx.query(some, values)
    columns = key.split(", ")
    one = " and ".join(f"{column} = :{column}" for column in columns)
    for row in rows:
        named = dict(zip(columns, cast("tuple[Value, ...]", row), strict=True))
        tx.execute(f"delete from {table} where {one}", named)
    return len(rows)

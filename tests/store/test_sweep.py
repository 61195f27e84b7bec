"""The sweep: rows of retired namespaces go in small batches, everybody else's stay.

The tables are asked of the database, so that one that is added later is swept or fails here.
"""

import sqlite3
from contextlib import nullcontext

import pytest

from cosell.store import Store, StoreError, Tx, Value, documents, namespaces
from cosell.store.dialect import postgres as in_postgres
from cosell.store.postgres import PostgresStore
from cosell.store.sqlite import SqliteStore
from cosell.store.statements import postgres_statements
from tests.store.rows import VIEWS, WALL, put_document, row

RECORDS = ("namespace", "retired")  # of an integer itself, not rows that live behind it


def fill(tx: Tx, ns: int, rows: int) -> None:
    """Rows in the tables that the modules of the store write."""
    for seq in range(1, rows + 1):
        put_document(tx, ns, f"thing-{seq}")
        for view in VIEWS.values():
            documents.show(tx, view, row(view, ns, seq))
        tx.run("emit", ns=ns, seq=seq, account="a", body=b"{}")
        tx.run("put_tag", ns=ns, arn="arn", key=f"key-{seq}", value="v")


def counted(tx: Tx, table: str, ns: int) -> int:
    rows = tx.query(f"select count(*) from {table} where ns = :ns", {"ns": ns})
    return int(str(rows[0][0]))


def total(store: Store, ns: int) -> int:
    with store.read() as tx:
        return sum(counted(tx, table, ns) for table in store.form.tables)


def retired_with(store: Store, rows: int) -> tuple[int, int]:
    """A namespace that was reset, and one that was not, both with rows."""
    with store.write() as tx:
        gone, kept = [namespaces.ensure(tx, name, WALL) for name in ("gone", "kept")]
        fill(tx, gone.ns, rows)
        fill(tx, kept.ns, rows)
        fill(tx, namespaces.reset(tx, gone, WALL).ns, 1)
    return gone.ns, kept.ns


@pytest.mark.parametrize("batch", [1, 3, 7, 8, 1_000])
def test_sweep_never_deletes_more_than_asked_and_ends(store: Store, batch: int) -> None:
    gone, kept = retired_with(store, 7)
    before, untouched = total(store, gone), total(store, kept)
    while (deleted := store.sweep(batch)) != 0:
        left = total(store, gone)
        assert before - left <= deleted <= batch
        before = left
    assert total(store, gone) == 0
    assert total(store, kept) == untouched


def test_sweep_spares_what_the_name_stands_for_now(store: Store) -> None:
    retired_with(store, 2)
    while store.sweep(1_000):
        pass
    with store.read() as tx:
        fresh = namespaces.find(tx, "gone")
    assert total(store, fresh.ns) == len(VIEWS) + 3


def test_sweep_of_nothing_deletes_nothing(store: Store) -> None:
    with store.write() as tx:
        fill(tx, namespaces.ensure(tx, "kept", WALL).ns, 1)
    assert store.sweep(100) == 0


def test_sweep_goes_on_after_a_namespace_that_was_empty(store: Store) -> None:
    """Whoever sweeps stops at 0: an empty namespace in front must not hide a full one."""
    with store.write() as tx:
        empty, full = [namespaces.ensure(tx, name, WALL) for name in ("empty", "full")]
        fill(tx, full.ns, 2)
        namespaces.reset(tx, empty, WALL)
        namespaces.reset(tx, full, WALL)
    while store.sweep(5):
        pass
    assert total(store, full.ns) == 0


@pytest.mark.parametrize("others", [0, 1])
def test_sweep_of_many_takes_those_whose_time_has_come(store: Store, others: int) -> None:
    """Many go together; whether anybody else is there or not, who was retired later stays."""
    with store.write() as tx:
        early = [namespaces.ensure(tx, f"early-{number}", WALL) for number in range(40)]
        late = namespaces.ensure(tx, "late", WALL)
        kept = [namespaces.ensure(tx, f"kept-{number}", WALL) for number in range(others)]
        for one in (*early, late, *kept):
            fill(tx, one.ns, 2)
        for one in early:
            namespaces.delete(tx, one, WALL)
        namespaces.delete(tx, late, WALL + 1)
    each = total(store, late.ns)
    while store.sweep(1_000, WALL):
        pass
    assert [total(store, one.ns) for one in early] == [0] * 40
    assert [total(store, one.ns) for one in (late, *kept)] == [each] * (1 + others)
    while store.sweep(1_000):
        pass
    assert total(store, late.ns) == 0
    assert [total(store, one.ns) for one in kept] == [each] * others


def test_sweep_lets_others_write_between_its_batches(store: Store) -> None:
    gone, _ = retired_with(store, 5)
    store.sweep(4)
    with store.write() as tx:
        put_document(tx, gone + 1_000, "new")
    while store.sweep(4):
        pass
    with store.read() as tx:
        assert documents.find(tx, gone + 1_000, "thing", "new") is not None


@pytest.mark.parametrize("holds", [True, False])
def test_sweep_leaves_nothing_behind_one_that_stands_still_and_is_undone(
    postgres_store: PostgresStore, holds: bool
) -> None:
    """Another process has deleted some rows and does not go on. One of an older version does not
    hold what it sweeps."""
    gone, _ = retired_with(postgres_store, 7)
    other = postgres_store.begun("begin")
    try:
        if holds:
            other.execute(in_postgres(postgres_statements()["sweepable"]), {"before": WALL})
        other.execute("delete from document where ns = %s", [gone])
        with nullcontext() if holds else pytest.raises(StoreError, match="holds a lock"):
            assert postgres_store.sweep(1_000) == 0
    finally:
        other.execute("rollback")
        postgres_store.give_back(other)
    assert total(postgres_store, gone)
    while postgres_store.sweep(1_000):
        pass
    assert total(postgres_store, gone) == 0


# --- every table, as the database itself names them ----------------------------------------------


def spaced_tables(connection: sqlite3.Connection) -> dict[str, list[tuple[str, str]]]:
    """Every table that has a column `ns`: its columns and their types."""
    tables = {}
    for (table,) in connection.execute("select name from sqlite_master where type = 'table'"):
        columns = connection.execute(f"pragma table_info({table})").fetchall()
        if any(column[1] == "ns" for column in columns) and table not in RECORDS:
            tables[table] = [(column[1], column[2]) for column in columns]
    return tables


def test_sweep_clears_every_table_that_has_a_namespace(sqlite_file: SqliteStore) -> None:
    connection = sqlite3.connect(sqlite_file.where)
    tables = spaced_tables(connection)
    connection.close()
    assert set(tables) == set(sqlite_file.form.tables)
    with sqlite_file.write() as tx:
        gone, kept = [namespaces.ensure(tx, name, WALL) for name in ("gone", "kept")]
        for table, columns in tables.items():
            for ns in (gone.ns, kept.ns):
                insert(tx, table, columns, ns)
        namespaces.reset(tx, gone, WALL)
    while sqlite_file.sweep(2):
        pass
    with sqlite_file.read() as tx:
        left = {
            table: (counted(tx, table, gone.ns), counted(tx, table, kept.ns)) for table in tables
        }
    assert left == dict.fromkeys(tables, (0, 3))


def insert(tx: Tx, table: str, columns: list[tuple[str, str]], ns: int) -> None:
    """Three rows that differ in every column but `ns`."""
    names = ", ".join(name for name, _ in columns)
    values = ", ".join(f":{name}" for name, _ in columns)
    for number in range(3):
        made: dict[str, Value] = {
            name: number if kind == "INTEGER" else f"{name}-{number}" for name, kind in columns
        }
        tx.execute(f"insert into {table} ({names}) values ({values})", {**made, "ns": ns})

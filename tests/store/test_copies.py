"""Whole namespaces: forked, dumped and restored, every table, as the database itself names them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from cosell.config import Postgres
from cosell.store import Batch, Store, Tx, copies, namespaces
from cosell.store.namespaces import Namespace
from cosell.store.postgres import PostgresStore
from cosell.store.retries import retrying
from cosell.store.sqlite import SqliteStore
from cosell.store.sqlite_file import newest_form
from tests.store.rows import WALL, undone

SAMPLES = {"integer": 7, "text": "seven", "blob": b"\x00\xff{}"}
Rows = dict[str, list[tuple[object, ...]]]


def fill(tx: Tx, store: Store, ns: int, rows: int = 2) -> None:
    """Rows in every table there is."""
    for table, columns in store.form.tables.items():
        made = [
            (ns, *(number if kind == "integer" else SAMPLES[kind] for kind in columns.values()))
            for number in range(1, rows + 1)
        ]
        texts = [at for at, kind in enumerate(("", *columns.values())) if kind == "text"]
        tx.fill(table, {"ns": "integer", **columns}, (distinct(row, texts) for row in made))


def distinct(row: tuple[object, ...], texts: list[int]) -> tuple[object, ...]:
    """A row whose texts are its own, so that no two have what only one may have."""
    number = next((one for one in row[1:] if isinstance(one, int)), id(row))
    return tuple(f"{one}-{number}" if at in texts else one for at, one in enumerate(row))


def held(tx: Tx, store: Store, ns: int) -> Rows:
    """All that a namespace has, table by table."""
    rows: Rows = {}
    for table, columns in store.form.tables.items():
        text = f"select {', '.join(columns)} from {table} where ns = :ns"
        rows[table] = sorted(tx.query(text, {"ns": ns}), key=repr)
    return rows


def a_full_one(store: Store, name: str = "source") -> tuple[Namespace, Rows]:
    with store.write() as tx:
        made = namespaces.ensure(tx, name, WALL)
        fill(tx, store, made.ns)
        namespaces.put_clock(tx, made, 5_000, WALL, frozen=True)
        tx.run("put_pace", ns=made.ns, pace="Held", step_ms=9)
        tx.run("put_lag", ns=made.ns, lag_ms=4_000)
        return namespaces.find(tx, name), held(tx, store, made.ns)


def dumped(store: Store, name: str) -> list[Batch]:
    with store.read() as tx:
        return list(copies.dump(tx, tx.form(), namespaces.find(tx, name).ns))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(str(tmp_path / "elsewhere.db"))
    yield opened
    opened.close()


def test_fork_copies_every_table_and_every_trait(store: Store) -> None:
    source, rows = a_full_one(store)
    assert not [table for table, found in rows.items() if len(found) != 2]
    with store.write() as tx:
        old = namespaces.ensure(tx, "copy", WALL)
        fill(tx, store, old.ns, rows=1)
        forked = copies.fork(tx, source, old, WALL)
        assert held(tx, store, forked.ns) == rows
        assert held(tx, store, source.ns) == rows
        assert tx.query("select ns from retired", {}) == [(old.ns,)]
    assert forked.ns not in (source.ns, old.ns)
    assert forked == source._replace(name="copy", ns=forked.ns, used_at=WALL)


def test_database_keeps_what_its_format_says(store: Store) -> None:
    with store.read() as tx:
        assert tx.form() == store.form == newest_form()


def test_fork_into_which_a_migration_comes_begins_anew(migrated: str) -> None:
    store = PostgresStore(migrated, Postgres())
    source, _ = a_full_one(store)

    def fork(tx: Tx) -> Namespace:
        return copies.fork(tx, source, namespaces.find(tx, "copy"), WALL)

    with ThreadPoolExecutor() as pool, psycopg.connect(migrated) as other:
        other.execute("lock table document in access exclusive mode")
        forking = pool.submit(retrying, store, fork)
        waits = "select 1 from pg_stat_activity where wait_event_type = 'Lock'"
        while not other.execute(waits).fetchall():
            other.execute("select pg_sleep(0.01), pg_stat_clear_snapshot()")
        other.execute("alter table document add column note text default 'noted'")
        other.execute("update document set note = 'changed'")
        other.commit()
        forked = forking.result(timeout=20)
    with store.read() as tx:
        found = tx.query("select note from document where ns = :ns", {"ns": forked.ns})
        assert found == [("changed",)] * 2
    store.close()


def test_fork_that_is_undone_leaves_what_was_there(store: Store) -> None:
    source, _ = a_full_one(store)
    with store.write() as tx:
        old = namespaces.ensure(tx, "copy", WALL)
        fill(tx, store, old.ns, rows=1)
        before = held(tx, store, old.ns)
    with undone(store.write()) as tx:
        copies.fork(tx, source, old, WALL)
    with store.read() as tx:
        assert namespaces.find(tx, "copy") == old
        assert held(tx, store, old.ns) == before
        assert tx.query("select ns from retired", {}) == []


def test_dump_is_restored_in_another_database(store: Store, elsewhere: SqliteStore) -> None:
    source, rows = a_full_one(store)
    batches = dumped(store, "source")
    assert {batch.table for batch in batches} >= {*store.form.tables, "namespace"}
    with elsewhere.write() as tx:
        for number in range(50):
            namespaces.ensure(tx, f"other-{number}", WALL)
        restored = copies.restore(tx, elsewhere, Namespace("there"), batches, WALL)
        assert held(tx, elsewhere, restored.ns) == rows
    assert restored == source._replace(name="there", ns=restored.ns, used_at=WALL)


def test_restored_numbers_are_not_given_again(store: Store, elsewhere: SqliteStore) -> None:
    with store.write() as tx:
        source = namespaces.ensure(tx, "source", WALL)
        last = {
            name: [tx.number(name) for _ in range(2_500)][-1] for name in ("seq", "opportunity")
        }
        tx.run("emit", ns=source.ns, seq=last["seq"], account="a", body=b"{}")
    batches = dumped(store, "source")
    with elsewhere.write() as tx:
        tx.number("seq")  # a block is in hand
        copies.restore(tx, elsewhere, Namespace("there"), batches, WALL)
        assert all(tx.number(name) > number for name, number in last.items())
        assert tx.number("seq") < last["seq"] + 2_000


def test_numbers_never_go_back_for_a_dump(store: Store, elsewhere: SqliteStore) -> None:
    a_full_one(store)
    batches = dumped(store, "source")
    with elsewhere.write() as tx:
        before = [tx.number("seq") for _ in range(5_000)][-1]
        copies.restore(tx, elsewhere, Namespace("there"), batches, WALL)
        assert tx.number("seq") == before + 1


@pytest.mark.parametrize("forged", [1 << 53, (1 << 40) + 1, 1 << 40])
def test_dump_brings_no_other_namespace_to_the_end_of_its_numbers(
    store: Store, elsewhere: SqliteStore, forged: int
) -> None:
    """Counters are everybody's; what others dump afterwards can be restored in any database."""
    a_full_one(store)
    batches = [
        batch._replace(rows=[("opportunity", forged), ("seq", forged)])
        if batch.table == "counter"
        else batch
        for batch in dumped(store, "source")
    ]
    with store.write() as tx:
        copies.restore(tx, store, Namespace("forger"), batches, WALL)
    with store.write() as tx:
        namespaces.ensure(tx, "good", WALL)
        numbers = [tx.number(name) for name in ("opportunity", "seq") for _ in range(5)]
    assert max(numbers) < (1 << 40) + 10_000
    good = dumped(store, "good")
    with elsewhere.write() as tx:
        assert copies.restore(tx, elsewhere, Namespace("good"), good, WALL).ns


def test_numbers_that_were_raised_in_vain_are_as_they_were(elsewhere: SqliteStore) -> None:
    with elsewhere.write() as tx:
        before = tx.number("seq")
    with undone(elsewhere.write()) as tx:
        tx.raise_number("seq", 100_000)
        assert tx.number("seq") == 100_000
    with elsewhere.write() as tx:
        assert before < tx.number("seq") < 100_000


def broken(batches: list[Batch]) -> dict[str, list[Batch]]:
    """Dumps that no database of ours made."""
    by_table = {batch.table: batch for batch in batches}
    document = by_table["document"]
    at = [*document.columns].index("revision")
    words = [(*row[:at], "one", *row[at + 1 :]) for row in document.rows]
    large = [(*row[:at], 1 << 63, *row[at + 1 :]) for row in document.rows]
    numbers = [("seq", (1 << 53) + 1)]
    named = [*document.columns].index("id")
    ended = [(*row[:named], "O1\0", *row[named + 1 :]) for row in document.rows]
    return {
        "a table that is not there": [document._replace(table="setting")],
        "a table of ours that is not a namespace's": [
            Batch("retired", {"retired_at": "integer"}, [])
        ],
        "a column that is not there": [
            document._replace(columns={**document.columns, "x": "text"})
        ],
        "a text for a number": [document._replace(rows=words)],
        "a number that no database keeps": [document._replace(rows=large)],
        "a text that not every database keeps": [document._replace(rows=ended)],
        "a row that is too short": [document._replace(rows=[row[1:] for row in document.rows])],
        "a row twice": [document, document],
        "nothing where something must be": [
            document._replace(rows=[(None,) * len(document.columns)])
        ],
        "a counter that would be used up": [by_table["counter"]._replace(rows=numbers)],
        "the counter of namespaces": [by_table["counter"]._replace(rows=[("ns", 5)])],
    }


BROKEN = tuple(
    broken([Batch(t, {"revision": "integer", "id": "text"}, []) for t in ("document", "counter")])
)


@pytest.mark.parametrize("how", BROKEN)
def test_dump_that_was_tampered_with_is_refused(store: Store, how: str) -> None:
    _, rows = a_full_one(store)
    batches = broken(dumped(store, "source"))[how]
    with pytest.raises(ValueError, match=r"."), store.write() as tx:
        copies.restore(tx, store, namespaces.find(tx, "source"), batches, WALL)
    with store.write() as tx:
        assert held(tx, store, namespaces.find(tx, "source").ns) == rows
        assert tx.number("seq") < 10_000


def test_threads_that_fork_write_and_sweep_meet_nobody_s_rows(store: Store) -> None:
    """Each thread has a name of its own, and all have one source, one counter, one sweep."""
    source, rows = a_full_one(store)
    faults: list[BaseException] = []

    def live(name: str) -> None:
        for _ in range(8):
            with store.write() as tx:
                forked = copies.fork(tx, source, namespaces.find(tx, name), WALL)
            with store.write() as tx:
                tx.run("emit", ns=forked.ns, seq=tx.number("seq"), account="a", body=b"{}")
            with store.read() as tx:
                found = held(tx, store, forked.ns)
                assert len(found.pop("outbox")) == 3
                assert found.items() <= rows.items()
            while store.sweep(1_000):
                pass

    def lived(name: str) -> None:
        try:
            live(name)
        except BaseException as fault:  # a thread's own failure would go unseen
            faults.append(fault)

    threads = [threading.Thread(target=lived, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with store.read() as tx:
        assert held(tx, store, source.ns) == rows
        spaces = {row[0] for row in tx.query("select distinct ns from document", {})}
        assert len(spaces) == 1 + 4

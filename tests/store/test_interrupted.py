"""An exception at any instruction of a transaction: all of it or nothing, the pen free, no number
taken twice; and nothing that was left half-way acts later on.
"""

import contextlib
import gc
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from cosell.store import Store, namespaces
from cosell.store.sqlite import SqliteStore
from tests.interrupting import everywhere
from tests.store.rows import WALL, Undone, put_document

STORE = "/cosell/store/"


@pytest.fixture
def memory() -> Iterator[SqliteStore]:
    store = SqliteStore(":memory:")
    yield store
    store.close()


def write(store: SqliteStore) -> None:
    """A document, one in a savepoint, one in a savepoint that is undone, and a namespace's row. As
    it is done where signals come: whatever is left is undone outside."""
    try:
        with store.write() as tx:
            number = tx.number("seq")
            put_document(tx, 1, f"{number} first")
            with tx.savepoint():
                put_document(tx, 1, f"{number} second")
            with contextlib.suppress(Undone), tx.savepoint():
                tx.number("seq")
                put_document(tx, 1, f"{number} undone")
                raise Undone
            namespaces.ensure(tx, f"name-{number}", WALL)
    finally:
        if store.is_left():
            store.abandon()


def read(store: SqliteStore) -> None:
    try:
        with store.read() as tx:
            namespaces.find(tx, "name-1")
            tx.query("select id from document", {})
    finally:
        if store.is_left():
            store.abandon()


@pytest.mark.parametrize("within", [STORE, ""], ids=["instructions", "calls"])
def test_interrupted_write_is_done_or_not(memory: SqliteStore, within: str) -> None:
    last = -1

    def then(where: str) -> None:
        nonlocal last
        with memory.write() as tx:
            number = tx.number("seq")
            assert number > last, where
            put_document(tx, 2, f"{number} whole")
        last = number

    times = everywhere(lambda: write(memory), then, within)
    assert times > 100
    with memory.read() as tx:
        ids = [str(id) for [id] in tx.query("select id from document where ns = 1", {})]
        names = {name for [name] in tx.query("select name from namespace", {})}
        [[whole]] = tx.query("select count(*) from document where ns = 2", {})
    assert whole == times
    numbers = Counter(id.partition(" ")[0] for id in ids)
    assert set(numbers.values()) == {2}
    assert not [id for id in ids if id.endswith("undone")]
    assert names == {f"name-{number}" for number in numbers}


@pytest.mark.parametrize("within", [STORE, ""], ids=["instructions", "calls"])
def test_interrupted_read_keeps_nobody_waiting(memory: SqliteStore, within: str) -> None:
    def then(where: str) -> None:
        assert not memory.is_left(), where
        write(memory)

    assert everywhere(lambda: read(memory), then, within) > 10


def test_what_was_left_undoes_nothing_later(store: Store) -> None:
    left: list[object] = []

    def leave() -> None:
        entered = store.write()
        tx = entered.__enter__()
        step = tx.savepoint()
        step.__enter__()
        put_document(tx, 1, "lost")
        left.extend((entered, tx, step))

    leave()
    store.abandon()
    with store.write() as tx:
        put_document(tx, 1, "kept")
        left.clear()
        gc.collect()
    with store.read() as tx:
        assert tx.query("select id from document", {}) == [("kept",)]


def test_abandon_touches_no_other_thread(store: Store) -> None:
    with ThreadPoolExecutor(1) as other, store.write() as tx:
        put_document(tx, 1, "mine")
        other.submit(store.abandon).result()
        put_document(tx, 1, "mine as well")
    with store.read() as tx:
        assert len(tx.query("select id from document", {})) == 2

"""What fails in a transaction in haste: it is done again with care, whoever has caught it."""

from contextlib import suppress
from itertools import pairwise

import pytest

from cosell.store import Contention, Store, StoreError, Tx, documents
from cosell.store.postgres_tx import PostgresTx
from cosell.store.retries import retrying, step
from cosell.store.sqlite import SqliteStore
from cosell.store.sqlite_tx import SqliteTx
from tests.store.rows import VIEWS, put_document, row, stored

JOBS = VIEWS["job_view"]


def test_numbers_go_on_where_what_is_late_cannot_be_written(store: Store) -> None:
    taken = []

    def work(tx: Tx) -> None:
        taken.append(tx.number("opportunity"))
        put_document(tx, 1, "x")
        documents.replace(tx, stored(1, "nobody"), {"Name": "y"})

    with store.write() as tx:
        taken.append(tx.number("opportunity"))
    with pytest.raises(Contention):
        retrying(store, work)
    with store.write() as tx:
        taken.append(tx.number("opportunity"))
    apart = [after - before for before, after in pairwise(taken)]
    assert set(apart) == {1} or (not store.alone and max(apart) <= 64 * len(taken))


def test_failure_that_somebody_catches_is_no_end_of_it(store: Store) -> None:
    tries = []

    def work(tx: Tx) -> None:
        tries.append(tx.behind is None)
        put_document(tx, 1, "x")
        with suppress(Exception):
            documents.show(tx, JOBS, row(JOBS, 1, 1, id="x"))
            documents.show_again(tx, JOBS, {"ns": 1, "account": "a", "id": "nobody", "status": "s"})
            tx.query("select count(*) from job_view", {})  # which writes what is late
        put_document(tx, 1, "y")

    retrying(store, work)
    assert tries == [False, True]
    with store.read() as tx:
        assert len(tx.query("select id from job_view", {})) == 1
        assert len(tx.query("select id from document", {})) == 2


def test_step_whose_failure_somebody_catches_is_undone(store: Store) -> None:
    def work(tx: Tx) -> None:
        with suppress(ValueError), step(tx):
            put_document(tx, 1, "x")
            with suppress(Exception), step(tx):
                put_document(tx, 1, "y")
                raise ValueError

    retrying(store, work)
    with store.read() as tx:
        assert tx.query("select id from document", {}) == [("x",)]


def ids(store: Store) -> list[object]:
    with store.read() as tx:
        return [of_it for (of_it,) in tx.query("select id from document order by id", {})]


def test_step_that_fails_around_a_savepoint_is_undone(store: Store) -> None:
    tries = []

    def work(tx: Tx) -> None:
        tries.append(tx.behind is None)
        with suppress(Exception), step(tx):
            put_document(tx, 1, "half")
            with tx.savepoint():
                put_document(tx, 1, "inner")
            raise ValueError
        put_document(tx, 1, "rest")

    retrying(store, work)
    assert ids(store) == ["rest"]
    assert tries == [False, True]


@pytest.mark.parametrize("error", [Contention, OSError, StoreError])
def test_step_is_undone_also_where_its_error_would_end_all(
    store: Store, error: type[Exception]
) -> None:
    def heeding(tx: Tx) -> None:
        with suppress(error), step(tx):
            put_document(tx, 1, "half")
            raise error
        put_document(tx, 1, "rest")

    def passing(tx: Tx) -> None:
        tries.append(tx.behind is None)
        with step(tx):
            raise error

    tries: list[bool] = []
    retrying(store, heeding)
    assert ("half" in ids(store)) is (not store.alone and error is StoreError)
    assert "rest" in ids(store)
    with pytest.raises(error):
        retrying(store, passing)
    assert not any(tries)


def test_time_limit_of_somebody_is_no_fault_of_what_is_late(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def work(tx: Tx) -> None:
        tries.append(tx)
        put_document(tx, 1, "x")

    def late_for_a_signal(*_: object) -> int:
        raise TimeoutError

    with monkeypatch.context() as patched:
        of = SqliteTx if isinstance(store, SqliteStore) else PostgresTx
        patched.setattr(of, "_write", late_for_a_signal)
        with pytest.raises(TimeoutError):
            retrying(store, work)
    assert len(tries) == 1

"""Steps of a transaction that is tried again: one that fails is undone by itself."""

import pytest

from cosell.store import Contention, Store, StoreError, Tx, documents
from cosell.store.documents import Stored
from cosell.store.retries import retrying, step


class Failed(Exception):
    """What a step fails with."""


def put(tx: Tx, id: str) -> None:
    documents.insert(tx, Stored(1, "thing", id, "AWS", "owner", 1, tx.number("seq"), {}))


def _put(tx: Tx, id: str, error: Exception | None) -> None:
    put(tx, id)
    if error is not None:
        raise error


def present(store: Store) -> list[str]:
    with store.read() as tx:
        ids = ("first", "second", "third", "after")
        return [id for id in ids if documents.find(tx, 1, "thing", id)]


def in_steps(tx: Tx, failing: str, error: Exception | None) -> list[str]:
    """Three steps, of which one may fail; answers what failed."""
    failed = []
    for id in ("first", "second", "third"):
        try:
            with step(tx):
                _put(tx, id, error if id == failing else None)
        except Failed:
            failed.append(id)
    put(tx, "after")
    return failed


@pytest.mark.parametrize("failing", ["first", "second", "third"])
def test_step_that_fails_is_undone_and_the_others_stay(store: Store, failing: str) -> None:
    assert retrying(store, lambda tx: in_steps(tx, failing, Failed())) == [failing]
    assert present(store) == [
        one for one in ("first", "second", "third", "after") if one != failing
    ]


def test_steps_that_end_well_are_done_once(store: Store) -> None:
    tries: list[Tx] = []

    def work(tx: Tx) -> list[str]:
        tries.append(tx)
        return in_steps(tx, "", None)

    assert retrying(store, work) == []
    assert (len(tries), present(store)) == (1, ["first", "second", "third", "after"])


def test_steps_of_a_transaction_that_nobody_tries_again_are_marked(store: Store) -> None:
    with store.write() as tx:
        assert in_steps(tx, "second", Failed()) == ["second"]
    assert present(store) == ["first", "third", "after"]


@pytest.mark.parametrize("error", [StoreError("unusable"), KeyboardInterrupt()])
def test_what_undoes_all_passes_as_it_is(store: Store, error: BaseException) -> None:
    def work(tx: Tx) -> None:
        with step(tx):
            put(tx, "first")
            raise error

    with pytest.raises(type(error)):
        retrying(store, work)
    assert present(store) == []


def test_step_that_meets_somebody_else_is_tried_again(store: Store) -> None:
    met = [Contention("somebody else")]

    def work(tx: Tx) -> None:
        with step(tx):
            put(tx, "first")
            if met:
                raise met.pop()

    retrying(store, work)
    assert present(store) == ["first"]


def test_step_within_a_step_goes_with_the_outer_one(store: Store) -> None:
    def work(tx: Tx) -> None:
        try:
            with step(tx):
                put(tx, "first")
                with step(tx):
                    put(tx, "second")
                raise Failed
        except Failed:
            put(tx, "after")

    retrying(store, work)
    assert present(store) == ["after"]

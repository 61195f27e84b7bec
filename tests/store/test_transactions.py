"""What a transaction promises: all or nothing, one instant for a reader, numbers that never repeat.

On every database; only through the store's seam.
"""

import threading

import pytest

from cosell.store import Contention, Store, documents, namespaces
from cosell.store.settings import setting
from cosell.store.sqlite import SqliteStore
from tests.store.rows import WALL, put_document, stored, undone


def exists(store: Store, id: str) -> bool:
    with store.read() as tx:
        return documents.find(tx, 1, "thing", id) is not None


def test_write_that_ends_well_is_there_afterwards(store: Store) -> None:
    with store.write() as tx:
        put_document(tx, 1, "kept")
    assert exists(store, "kept")


def test_write_that_raises_leaves_nothing(store: Store) -> None:
    with undone(store.write()) as tx:
        put_document(tx, 1, "lost")
        namespaces.ensure(tx, "lost", WALL)
    assert not exists(store, "lost")
    with store.read() as tx:
        assert namespaces.find(tx, "lost").ns == 0


def test_write_that_raises_lets_the_next_one_go_on(store: Store) -> None:
    with undone(store.write()) as tx:
        put_document(tx, 1, "a")
    with store.write() as tx:
        put_document(tx, 1, "a")
    assert exists(store, "a")


def test_writer_sees_what_it_wrote(store: Store) -> None:
    with store.write() as tx:
        put_document(tx, 1, "mine")
        assert documents.get(tx, 1, "thing", "mine").document == {"Name": "mine", "Size": 1}


def test_savepoint_that_raises_undoes_its_part_alone(store: Store) -> None:
    with store.write() as tx:
        put_document(tx, 1, "before")
        with undone(tx.savepoint()):
            put_document(tx, 1, "inside")
        put_document(tx, 1, "after")
    assert [exists(store, id) for id in ("before", "inside", "after")] == [True, False, True]


def test_savepoint_that_ends_well_is_kept(store: Store) -> None:
    with store.write() as tx, tx.savepoint():
        put_document(tx, 1, "inside")
    assert exists(store, "inside")


def test_savepoint_that_ended_well_goes_with_its_transaction(store: Store) -> None:
    with undone(store.write()) as tx, tx.savepoint():
        put_document(tx, 1, "inside")
    assert not exists(store, "inside")


def test_savepoint_in_a_savepoint_is_undone_with_the_outer_one(store: Store) -> None:
    with store.write() as tx:
        with undone(tx.savepoint()):
            with tx.savepoint():
                put_document(tx, 1, "inner")
        put_document(tx, 1, "after")
    assert not exists(store, "inner")
    assert exists(store, "after")


def test_savepoint_in_a_savepoint_is_undone_alone(store: Store) -> None:
    with store.write() as tx, tx.savepoint():
        put_document(tx, 1, "outer")
        with undone(tx.savepoint()):
            put_document(tx, 1, "inner")
        with tx.savepoint():
            put_document(tx, 1, "second")
    assert [exists(store, id) for id in ("outer", "inner", "second")] == [True, False, True]


def test_write_inside_a_write_is_refused_and_undoes_the_outer_one(store: Store) -> None:
    def nested() -> None:
        with store.write() as tx:
            put_document(tx, 1, "outer")
            with store.write() as second:
                put_document(second, 1, "inner")

    with pytest.raises(Exception, match="transaction"):
        nested()
    assert not exists(store, "outer")
    assert not exists(store, "inner")


def test_read_while_a_writer_commits_sees_one_instant(store: Store) -> None:
    with store.write() as tx:
        put_document(tx, 1, "first")

    def write() -> None:
        with store.write() as tx:
            kept = documents.get(tx, 1, "thing", "first")
            documents.replace(tx, kept, {"Name": "changed"})
            put_document(tx, 1, "second")

    writer = threading.Thread(target=write)
    with store.read() as tx:
        before = documents.get(tx, 1, "thing", "first")
        writer.start()
        writer.join(0.3)  # a database without readers beside the writer lets it wait instead
        assert documents.get(tx, 1, "thing", "first") == before
        assert documents.find(tx, 1, "thing", "second") is None
    writer.join()
    with store.read() as tx:
        assert documents.get(tx, 1, "thing", "first").document == {"Name": "changed"}
        assert documents.find(tx, 1, "thing", "second") is not None


def test_read_after_a_commit_in_another_thread_sees_it(store: Store) -> None:
    for number in range(20):
        writer = threading.Thread(target=commit, args=(store, f"made-{number}"))
        writer.start()
        writer.join()
        assert exists(store, f"made-{number}")


def commit(store: Store, id: str) -> None:
    with store.write() as tx:
        put_document(tx, 1, id)


def test_writers_in_many_threads_take_turns(store: Store) -> None:
    with store.write() as tx:
        namespaces.ensure(tx, "one", WALL)
        put_document(tx, 1, "counter")

    def count() -> None:
        for _ in range(25):
            with store.write() as tx:
                namespaces.find(tx, "one")  # who does has its pen
                found = documents.get(tx, 1, "thing", "counter")
                size = found.document["Size"]
                assert isinstance(size, int)
                documents.replace(tx, found, {"Size": size + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        found = documents.get(tx, 1, "thing", "counter")
    assert (found.document["Size"], found.revision) == (101, 101)


def test_replace_of_another_revision_is_contention_and_changes_nothing(store: Store) -> None:
    with store.write() as tx:
        first = put_document(tx, 1, "a")
        second = documents.replace(tx, first, {"Name": "second"})
        assert second.revision == 2
        with pytest.raises(Contention):
            documents.replace(tx, first, {"Name": "late"})
    with store.read() as tx:
        assert documents.get(tx, 1, "thing", "a").document == {"Name": "second"}


def test_replace_of_what_is_not_there_is_contention(store: Store) -> None:
    with store.write() as tx, pytest.raises(Contention):
        documents.replace(tx, stored(1, "nowhere"), {})


def test_replace_can_change_the_owner_and_nothing_else(store: Store) -> None:
    with store.write() as tx:
        documents.replace(tx, put_document(tx, 1, "a"), {"Name": "b"}, owner="other")
        found = documents.get(tx, 1, "thing", "a")
    assert (found.owner, found.catalog, found.seq, found.revision) == ("other", "c", 1, 2)


# --- numbers -------------------------------------------------------------------------------------


def test_numbers_of_a_counter_grow_beyond_a_block(store: Store) -> None:
    with store.write() as tx:
        numbers = [tx.number("seq") for _ in range(2_500)]
    assert numbers == sorted(set(numbers))
    assert numbers[0] >= 1


def test_numbers_of_two_counters_do_not_touch_each_other(store: Store) -> None:
    with store.write() as tx:
        first = [(tx.number("one"), tx.number("two")) for _ in range(3)]
    assert [a for a, _ in first] == [b for _, b in first]


@pytest.mark.parametrize("taken", [0, 1, 999, 1_000, 1_001])
def test_numbers_after_a_rollback_repeat_nothing_that_was_kept(store: Store, taken: int) -> None:
    with store.write() as tx:
        kept = [tx.number("seq") for _ in range(taken)]
    with undone(store.write()) as tx:
        for _ in range(1_500):
            tx.number("seq")
    with store.write() as tx:
        kept += [tx.number("seq") for _ in range(2_200)]
    assert kept == sorted(set(kept))


@pytest.mark.parametrize("taken", [0, 1, 999, 1_000, 1_001])
def test_numbers_after_a_savepoint_repeat_nothing_that_was_kept(store: Store, taken: int) -> None:
    with store.write() as tx:
        kept = [tx.number("seq") for _ in range(taken)]
        with undone(tx.savepoint()):
            for _ in range(1_500):
                tx.number("seq")
        with tx.savepoint():
            kept += [tx.number("seq") for _ in range(1_100)]
    with store.write() as tx:
        kept += [tx.number("seq") for _ in range(1_100)]
    assert kept == sorted(set(kept))


def test_numbers_after_a_nested_rollback_repeat_nothing_that_was_kept(store: Store) -> None:
    with store.write() as tx:
        kept = [tx.number("seq") for _ in range(999)]
    with undone(store.write()) as tx, tx.savepoint():
        for _ in range(5):  # takes a block that goes with the transaction
            tx.number("seq")
    with store.write() as tx:
        kept += [tx.number("seq") for _ in range(5)]
    assert kept == sorted(set(kept))


def test_numbers_in_many_threads_are_each_given_once(store: Store) -> None:
    given: list[int] = []

    def take() -> None:
        for _ in range(40):
            with store.write() as tx:
                given.extend(tx.number("seq") for _ in range(30))

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == len(given) == 3_600


def test_numbers_after_the_state_is_opened_again_go_on(sqlite_file: SqliteStore) -> None:
    with sqlite_file.write() as tx:
        before = [tx.number("seq") for _ in range(3)]
    sqlite_file.close()
    again = SqliteStore(sqlite_file.where)
    with again.write() as tx:
        after = tx.number("seq")
    again.close()
    assert after > max(before)


def test_setting_is_bound_once(store: Store) -> None:
    assert setting(store, "key", b"first") == b"first"
    assert setting(store, "key", b"second") == b"first"
    assert setting(store, "other", b"second") == b"second"


def test_setting_is_there_when_the_state_is_opened_again(sqlite_file: SqliteStore) -> None:
    setting(sqlite_file, "key", b"first")
    sqlite_file.close()
    again = SqliteStore(sqlite_file.where)
    assert setting(again, "key", b"second") == b"first"
    again.close()

"""What a write transaction need not ask again, and what it writes when it ends: as if it had asked
and written at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from cosell.selling.domain import accounts
from cosell.selling.domain.accounts import Partner
from cosell.store import Store, Tx, Value, documents, late, named
from cosell.store.sqlite import SqliteStore
from cosell.store.statements import statements
from tests.store.rows import VIEWS, put_document, row, stored, undone

JOBS = VIEWS["job_view"]
KEY = (1, "a", "c")


def name_of(tx: Tx, id: str) -> object:
    return documents.get(tx, 1, "thing", id).document["Name"]


def visible(tx: Tx, id: str, key: tuple[int, str, str] = KEY) -> bool:
    return documents.find_visible(tx, JOBS, key, "thing", id) is not None


def shown(tx: Tx, id: str, seq: int = 1) -> None:
    put_document(tx, 1, id)
    documents.show(tx, JOBS, row(JOBS, 1, seq, id=id))


def told(store: Store) -> list[tuple[object, ...]]:
    with store.read() as tx:
        return tx.all("page_events", ns=1, after=0, limit=100)


def tell(tx: Tx, seq: int) -> None:
    late.write(tx, named.event(1, seq), statements()["emit"], event(seq))


def event(seq: int) -> dict[str, Value]:
    return {"ns": 1, "seq": seq, "account": "a", "body": b"{}"}


@contextmanager
def asked(store: SqliteStore) -> Iterator[list[str]]:
    log: list[str] = []
    store._writer.set_trace_callback(log.append)
    yield log
    store._writer.set_trace_callback(None)


def test_document_is_read_once_in_a_transaction(sqlite_file: SqliteStore) -> None:
    with sqlite_file.write() as tx:
        shown(tx, "x")
    with asked(sqlite_file) as log, sqlite_file.write() as tx:
        for _ in range(3):
            assert visible(tx, "x")
            assert name_of(tx, "x") == "x"
    assert sum(text.startswith("select") for text in log) == 1


def test_document_that_another_transaction_changed_is_read_anew(store: Store) -> None:
    with store.write() as tx:
        put_document(tx, 1, "x")
    with store.write() as tx:
        documents.replace(tx, documents.get(tx, 1, "thing", "x"), {"Name": "y"})
    with store.write() as tx:
        found = documents.get(tx, 1, "thing", "x")
    assert (found.revision, found.document) == (2, {"Name": "y"})


def test_document_changed_twice_in_a_transaction_stands_at_its_revision(store: Store) -> None:
    with store.write() as tx:
        put_document(tx, 1, "x")
        for name in ("y", "z"):
            documents.replace(tx, documents.get(tx, 1, "thing", "x"), {"Name": name})
    with store.read() as tx:
        found = documents.get(tx, 1, "thing", "x")
    assert (found.revision, found.document) == (3, {"Name": "z"})


def test_undone_step_leaves_the_document_as_it_was_before(store: Store) -> None:
    with store.write() as tx:
        shown(tx, "x")
        with undone(tx.savepoint()):
            documents.replace(tx, documents.get(tx, 1, "thing", "x"), {"Name": "y"})
            documents.hide(tx, JOBS, 1, "a", "x")
            shown(tx, "new", 2)
        assert name_of(tx, "x") == "x"
        assert visible(tx, "x")
        assert documents.find(tx, 1, "thing", "new") is None
        documents.replace(tx, documents.get(tx, 1, "thing", "x"), {"Name": "z"})
        assert name_of(tx, "x") == "z"


def test_what_is_hidden_or_removed_is_not_found_any_more(store: Store) -> None:
    with store.write() as tx:
        shown(tx, "x")
        assert visible(tx, "x")
        assert not visible(tx, "x", (1, "a", "another"))
        assert not visible(tx, "x", (1, "b", "c"))
        documents.hide(tx, JOBS, 1, "a", "x")
        assert not visible(tx, "x")
        documents.remove(tx, stored(1, "x"))
        assert documents.find(tx, 1, "thing", "x") is None


def test_more_documents_than_are_kept_are_all_found(store: Store) -> None:
    with store.write() as tx:
        for number in range(600):
            shown(tx, f"x-{number}", number)
        for number in range(600):
            assert name_of(tx, f"x-{number}") == f"x-{number}"
            assert visible(tx, f"x-{number}")


def test_what_the_desk_said_of_an_account_is_asked_once(sqlite_file: SqliteStore) -> None:
    with asked(sqlite_file) as log, sqlite_file.write() as tx:
        accounts.put(tx, 1, "a", Partner("Acme"))
        for account in ("a", "b", "b", "a"):
            known = Partner("Acme") if account == "a" else Partner()
            assert accounts.find(tx, 1, account) == known
        with undone(tx.savepoint()):
            accounts.put(tx, 1, "a", Partner("Undone"))
            assert accounts.find(tx, 1, "a") == Partner("Undone")
        assert accounts.find(tx, 1, "a") == Partner("Acme")
    assert sum(text.startswith("select company") for text in log) == 3


def test_what_is_late_is_there_once_the_transaction_has_ended(store: Store) -> None:
    with store.write() as tx:
        tell(tx, 1)
        with tx.savepoint():
            tell(tx, 2)
        tell(tx, 3)
    assert [seq for seq, *_ in told(store)] == [1, 2, 3]


def test_what_an_undone_step_had_to_tell_is_not_told(store: Store) -> None:
    with store.write() as tx:
        tell(tx, 1)
        with undone(tx.savepoint()):
            tell(tx, 2)
            with tx.savepoint():
                tell(tx, 3)
        tell(tx, 4)
    assert [seq for seq, *_ in told(store)] == [1, 4]


def test_undone_transaction_tells_nothing(store: Store) -> None:
    with undone(store.write()) as tx:
        tell(tx, 1)
    with store.write() as tx:
        tell(tx, 2)
    assert [seq for seq, *_ in told(store)] == [2]

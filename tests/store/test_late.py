"""What a transaction in haste writes when it ends, or before somebody looks: as if it had been
written at once, and with care if it cannot be written so."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, cast

import pytest

from cosell.store import (
    Contention,
    Late,
    Row,
    Store,
    Tx,
    Value,
    View,
    agenda,
    documents,
    late,
    named,
)
from cosell.store.documents import Stored
from cosell.store.late import TooHasty
from cosell.store.pages import Order, Place, Selection, page
from cosell.store.retries import retrying, step
from cosell.store.sqlite import SqliteStore
from cosell.store.statements import statements
from tests.store.rows import VIEWS, put_document, row, stored, undone

JOBS, TASKS = VIEWS["job_view"], VIEWS["task_view"]
KEY = (1, "a", "c")
EVER = 1 << 60


@contextmanager
def hasty(store: Store) -> Iterator[Tx]:
    with store.write() as tx:
        tx.behind = Late()
        yield tx


def replaced(tx: Tx, id: str, name: str) -> Stored:
    return documents.replace(tx, documents.get(tx, 1, "thing", id), {"Name": name})


def shown(tx: Tx, id: str, seq: int = 1, **values: Value) -> dict[str, Value]:
    seen = row(JOBS, 1, seq, id=id, **values)
    documents.show(tx, JOBS, seen)
    return seen


def listed(tx: Tx, view: View = JOBS) -> list[Row]:
    return tx.query(f"select * from {view.table} where ns = 1 order by id", {})


def test_row_that_changes_is_written_once(sqlite_file: SqliteStore) -> None:
    log: list[str] = []
    with hasty(sqlite_file) as tx:
        sqlite_file._writer.set_trace_callback(log.append)
        put_document(tx, 1, "x")
        for name in ("y", "z"):
            replaced(tx, "x", name)
        seen = shown(tx, "x")
        documents.show_again(tx, JOBS, {**seen, "status": "Running"})
        assert log == []
    sqlite_file._writer.set_trace_callback(None)
    written = [text.partition(" (")[0] for text in log]
    assert written == ["insert into document", "insert into job_view", "commit"]
    with sqlite_file.read() as tx:
        found = documents.get(tx, 1, "thing", "x")
        assert (found.revision, found.document["Name"]) == (3, "z")
        assert documents.find_visible(tx, JOBS, KEY, "thing", "x") == found


def test_document_that_was_there_changes_at_its_revision(store: Store) -> None:
    with store.write() as tx:
        put_document(tx, 1, "x")
        put_document(tx, 1, "y")
    with hasty(store) as tx:
        for name in ("1", "2", "3"):
            replaced(tx, "x", name)
        replaced(tx, "y", "1")
    with store.read() as tx:
        found = [documents.get(tx, 1, "thing", id) for id in ("x", "y")]
    assert [(one.revision, one.document["Name"]) for one in found] == [(4, "3"), (2, "1")]


def test_whoever_looks_finds_what_is_late(store: Store) -> None:
    place = Place(Order(JOBS.sort), 1)
    with hasty(store) as tx:
        put_document(tx, 1, "x")
        shown(tx, "x")
        for id in ("x", "y"):
            assert (documents.find(tx, 1, "thing", id) is not None) == (id == "x")
        assert tx.kept is not None
        tx.kept.clear()
        assert documents.find_visible(tx, JOBS, KEY, "thing", "x") is not None
        documents.show_again(tx, JOBS, row(JOBS, 1, 1, id="x", summary=b"new"))
        [found] = page(tx, JOBS, Selection(KEY), place, 9)
        assert found[2] == b"new"
        replaced(tx, "x", "y")
        tx.kept.clear()
        assert documents.get(tx, 1, "thing", "x").document == {"Name": "y"}
        assert tx.query("select count(*) from document", {}) == [(1,)]


def test_more_than_are_kept_are_found(store: Store) -> None:
    with hasty(store) as tx:
        for number in range(600):
            put_document(tx, 1, f"x-{number}")
        for number in range(600):
            replaced(tx, f"x-{number}", f"{number}")
    with store.read() as tx:
        assert tx.query("select count(*), max(revision) from document", {}) == [(600, 2)]


def test_row_that_is_late_can_go(store: Store) -> None:
    with hasty(store) as tx:
        for id, seq in (("x", 1), ("y", 2)):
            put_document(tx, 1, id)
            shown(tx, id, seq)
        documents.hide(tx, JOBS, 1, "a", "x")
        documents.remove(tx, replaced(tx, "x", "last"))
    with store.read() as tx:
        assert documents.find(tx, 1, "thing", "x") is None
        assert [one[5] for one in listed(tx)] == ["y"]


def test_row_changes_in_some_columns_and_then_in_others(store: Store) -> None:
    with store.write() as tx:
        seen = shown(tx, "x")
    with hasty(store) as tx:
        key = {name: seen[name] for name in ("ns", "account", "id")}
        documents.show_again(tx, JOBS, {**key, "status": "first"})
        documents.show_again(tx, JOBS, {**key, "status": "second"})
        documents.show_again(tx, JOBS, {**key, "summary": b"new"})
    with store.read() as tx:
        found = tx.query("select status, summary from job_view", {})
    assert found == [("second", b"new")]


def test_savepoint_begins_with_everything_written(store: Store) -> None:
    with hasty(store) as tx:
        put_document(tx, 1, "before")
        with undone(tx.savepoint()):
            replaced(tx, "before", "inside")
            put_document(tx, 1, "inside")
        assert tx.behind is None
        assert documents.get(tx, 1, "thing", "before").document["Name"] == "before"
        assert documents.find(tx, 1, "thing", "inside") is None


def test_late_row_of_another_revision_is_contention(store: Store) -> None:
    with hasty(store) as tx:
        first = put_document(tx, 1, "x")
        documents.replace(tx, first, {"Name": "second"})
        with pytest.raises(Contention):
            documents.replace(tx, first, {"Name": "late"})


@pytest.mark.parametrize("wrong", ["revision", "absent", "row"])
def test_what_is_not_as_it_was_taken_to_be_is_done_with_care(store: Store, wrong: str) -> None:
    with store.write() as tx:
        put_document(tx, 1, "x")
    tries = []

    def work(tx: Tx) -> None:
        tries.append(tx.behind is None)
        if wrong == "row":
            documents.show_again(tx, JOBS, row(JOBS, 1, 1))
        else:
            put_document(tx, 1, "undone")
            known = stored(1, "x" if wrong == "revision" else "nowhere")
            documents.replace(tx, known._replace(revision=7), {})

    with pytest.raises(LookupError if wrong == "row" else Contention) as met:
        retrying(store, work)
    assert not isinstance(met.value, TooHasty)
    assert tries[:2] == [False, True]
    with store.read() as tx:
        assert documents.find(tx, 1, "thing", "undone") is None


def test_subject_that_goes_from_task_to_task_is_written_with_care_if_need_be(store: Store) -> None:
    """No two unfinished tasks have a subject, at no instant: whichever row is written first."""
    same: dict[str, Value] = {"status": "IN_PROGRESS", "kind": "k"}
    with store.write() as tx:
        documents.show(tx, TASKS, row(TASKS, 1, 1, id="one", subject="s", **same))
        documents.show(tx, TASKS, row(TASKS, 1, 2, id="two", subject="t", **same))
    tries = []

    def work(tx: Tx) -> None:
        tries.append(tx.behind is None)
        for id, subject in (("one", None), ("two", "s"), ("one", "t")):
            number = 1 if id == "one" else 2
            again = row(TASKS, 1, number, id=id, subject=subject, **same)
            documents.show_again(tx, TASKS, again)

    retrying(store, work)
    assert tries[0] is False
    with store.read() as tx:
        found = tx.query("select id, subject from task_view order by id", {})
    assert found == [("one", "t"), ("two", "s")]


def test_step_that_the_database_refuses_fails_alone(store: Store) -> None:
    """Also where its row would have been written late."""
    failed = []

    def work(tx: Tx) -> None:
        for number in (1, 2, 3):
            try:
                with step(tx):
                    put_document(tx, 1, f"x-{number}")
                    refuse = {"summary": None} if number == 2 else {}
                    shown(tx, f"x-{number}", number, **cast("dict[str, Value]", refuse))
            except Contention:
                raise
            except Exception:
                failed.append(number)

    retrying(store, work)
    assert failed == [2]
    with store.read() as tx:
        assert [one[0] for one in tx.query("select id from document order by id", {})] == [
            "x-1",
            "x-3",
        ]


def test_what_is_remembered_of_a_table_holds_until_somebody_writes_there(store: Store) -> None:
    with hasty(store) as tx:
        assert tx.behind is not None
        tx.behind.know("agenda", {"a": "nothing"})
        assert tx.one("first_due", ns=1, until=EVER) is None
        assert tx.behind.known("agenda", dict) == {"a": "nothing"}
        tx.run("take_due", ns=1, until=EVER)
        assert tx.behind.known("agenda", dict) is None


def member(tx: Tx, engagement: str, account: str, seq: int) -> None:
    text = statements()["insert_member"]
    values: dict[str, Value] = {"ns": 1, "engagement": engagement, "account": account, "seq": seq}
    values |= {"company": "c", "website": "w", "joined_at": 1}
    late.add(tx, named.members(1, engagement), text, values)


@pytest.mark.parametrize("look", [late.rows_of, late.rows_within])
def test_who_looks_at_some_rows_lets_the_others_wait(store: Store, look: Any) -> None:
    def members(tx: Tx, engagement: str) -> list[object]:
        asked: dict[str, Value] = {"ns": 1, "engagement": engagement}
        row: Any = named.members(1, engagement)
        text = statements()["list_members"]
        rows = look(tx, [row] if look is late.rows_of else row, text, asked)
        return [account for account, *_ in rows]

    with hasty(store) as tx:
        assert tx.behind is not None
        member(tx, "e", "a", 1)
        assert members(tx, "other") == []
        assert tx.behind.count() == 1
        member(tx, "e", "b", 2)
        assert tx.behind.count() == 1, "the first was written before the second"
        assert members(tx, "e") == ["a", "b"]
        assert tx.behind.count() == 0


# --- the agenda ----------------------------------------------------------------------------------


def due(tx: Tx, until: int = EVER) -> str | None:
    found = agenda.take(tx, 1, until)
    return found.ref if found else None


def test_what_is_due_comes_in_order_with_what_is_planned_meanwhile(store: Store) -> None:
    with store.write() as tx:
        for at, ref in ((10, "b"), (10, "c"), (30, "e"), (99, "late")):
            agenda.plan(tx, 1, at, "k", ref)
    with hasty(store) as tx:
        assert due(tx, 50) == "b"
        agenda.plan(tx, 1, 10, "k", "d")
        assert [due(tx, 50) for _ in range(2)] == ["c", "d"]
        agenda.plan(tx, 1, 20, "k", "x")
        agenda.plan(tx, 1, 20, "k", "forgotten")
        agenda.plan(tx, 1, 60, "k", "f")
        agenda.forget(tx, 1, "k", "forgotten")
        assert [due(tx, 50) for _ in range(3)] == ["x", "e", None]
        assert due(tx, 60) == "f"
        agenda.plan(tx, 1, 5, "k", "first")
        assert agenda.next_due(tx, 1) == 5
    with store.write() as tx:
        assert [due(tx) for _ in range(3)] == ["first", "late", None]


def test_what_is_forgotten_and_planned_anew_is_due_once(store: Store) -> None:
    with store.write() as tx:
        agenda.plan(tx, 1, 10, "k", "x")
        agenda.plan(tx, 1, 20, "k", "y")
    with hasty(store) as tx:
        assert due(tx) == "x"
        for at in (15, 12):
            agenda.forget(tx, 1, "k", "x")
            agenda.plan(tx, 1, at, "k", "x")
        assert due(tx) == "x"
        agenda.forget(tx, 1, "k", "x")
        agenda.plan(tx, 1, 40, "k", "x")
    with store.write() as tx:
        assert [due(tx) for _ in range(3)] == ["y", "x", None]


# --- at random -----------------------------------------------------------------------------------


def act(tx: Tx, random: Random, seq: int) -> object:
    """One thing that may happen; answers what was seen of it."""
    id, other = (f"x-{random.randrange(6)}" for _ in range(2))
    found = documents.find(tx, 1, "thing", id)
    what = random.randrange(9)
    if found is None:
        documents.insert(tx, stored(1, id, seq=seq))
        documents.show(tx, JOBS, row(JOBS, 1, seq, id=id))
    elif what < 3:
        replaced(tx, id, str(seq))
        documents.show_again(tx, JOBS, row(JOBS, 1, seq, id=id, status=f"s-{seq}"))
    elif what == 3:
        documents.hide(tx, JOBS, 1, "a", id)
        documents.remove(tx, found)
    elif what == 4 and tx.kept is not None:
        tx.kept.clear()
    elif what == 5:
        return [seen[5] for seen in listed(tx)]
    elif what == 6:
        agenda.forget(tx, 1, "k", other)
    if what > 5:
        agenda.plan(tx, 1, random.randrange(20), "k", id)
    entry = agenda.take(tx, 1, random.randrange(25)) if random.randrange(2) else None
    visible = documents.find_visible(tx, JOBS, KEY, "thing", other)
    return (visible, entry and (entry.due_at, entry.ref))


def run(store: Store, seed: int, haste: bool) -> list[object]:
    """Some transactions; answers what was seen, and what there is in the end."""
    random, seen, seq = Random(seed), [], 0
    for _ in range(4):
        with store.write() as tx:
            tx.behind = Late() if haste else None
            for _ in range(random.randrange(1, 60)):
                seq += 1
                seen.append(act(tx, random, seq))
    with store.write() as tx:
        seen += [tx.query("select id, revision, body from document order by id", {})]
        seen += [listed(tx), tx.query("select due_at, kind, ref from agenda order by seq", {})]
        for table in ("document", "job_view", "agenda"):
            tx.execute(f"delete from {table}", {})
    return seen


def test_haste_and_care_lead_to_the_same(store: Store) -> None:
    for seed in range(25):
        assert run(store, seed, haste=True) == run(store, seed, haste=False), f"seed {seed}"


def test_writing_at_once_is_what_a_transaction_does_that_was_told_nothing(store: Store) -> None:
    event: dict[str, Any] = {"ns": 1, "seq": 1, "account": "a", "body": b"{}"}
    with store.write() as tx:
        late.write(tx, named.event(1, 1), statements()["emit"], event)
        assert tx.query("select seq from outbox", {}) == [(1,)]

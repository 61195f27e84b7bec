"""A disk that is full while the service answers: an InternalServerException, and nothing else."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from cosell.config import Config
from cosell.http import HttpRequest
from cosell.service import Engine
from cosell.store import StoreError, Tx, documents
from cosell.store.documents import Stored
from cosell.store.retries import retrying
from cosell.store.sqlite import SqliteStore
from tests.harness import ACCOUNT

PAGES_MAX = 60  # more than a referral and its task need


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(str(tmp_path / "state.db"))
    yield opened
    opened.close()


@pytest.fixture
def engine(store: SqliteStore) -> Engine:
    return Engine(store, Config(), b"k" * 32)


def asked(engine: Engine, operation: str, **members: Any) -> tuple[int, Any]:
    """The status and the document of an answer."""
    desk = operation in ("ReferOpportunity", "PutPace", "AdvanceTask")
    target = f"{'CosellDesk' if desk else 'AWSPartnerCentralSelling'}.{operation}"
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": target,
        "host": "localhost",
    }
    path = f"/_cosell/{operation}" if desk else "/"
    response = engine.handle(HttpRequest("POST", path, "", headers, orjson.dumps(members)))
    return response.status, orjson.loads(response.body) if response.body else None


def contents(store: SqliteStore) -> str:
    """A digest of everything that is committed."""
    connection = sqlite3.connect(store.where)
    digest = hashlib.sha256("\n".join(connection.iterdump()).encode())
    connection.close()
    return digest.hexdigest()


def room(store: SqliteStore, pages: int) -> None:
    (used,) = store._writer.execute("pragma page_count").fetchone()
    store._writer.execute(f"pragma max_page_count = {used + pages}")


def answered_in_the_end(
    engine: Engine, store: SqliteStore, operation: str, **members: Any
) -> tuple[Any, int]:
    """Ask with no room on the disk, then with a page more each time; the first good answer, and
    how often there was none. Each failure must leave the state as it was."""
    for pages in range(PAGES_MAX):
        before = contents(store)
        room(store, pages)
        status, answer = asked(engine, operation, **members)
        if status == 200:
            return answer, pages
        assert (status, answer["__type"]) == (500, "InternalServerException")
        assert contents(store) == before
    raise AssertionError(f"{operation} needs more than {PAGES_MAX} pages")


def spent(store: SqliteStore) -> None:
    """Fill the pages that are there, so that every table needs a new one soon."""
    with store.write() as tx:
        for number in range(40):
            tx.run("emit", ns=9_999, seq=number, account="a", body=b"x" * 3_000)


def test_full_disk_at_any_point_of_a_start_is_an_error_and_leaves_nothing(
    engine: Engine, store: SqliteStore
) -> None:
    spent(store)
    failures = 0
    for number in range(6):
        referral, refused = answered_in_the_end(
            engine, store, "ReferOpportunity", Catalog="AWS", ReceiverAccountId=ACCOUNT
        )
        failures += refused
        task, refused = answered_in_the_end(
            engine,
            store,
            "StartEngagementByAcceptingInvitationTask",
            Catalog="AWS",
            ClientToken=f"token-{number}",
            Identifier=referral["EngagementInvitationId"],
        )
        failures += refused
        assert (task["TaskStatus"], task["OpportunityId"]) == (
            "COMPLETE",
            referral["OpportunityId"],
        )
    assert failures >= 10
    assert len(asked_tasks(engine)) == 6


@pytest.mark.parametrize("late", [1, 5])
def test_what_was_late_is_not_written_where_a_full_disk_has_ended_the_transaction(
    store: SqliteStore, late: int
) -> None:
    def work(tx: Tx) -> None:
        for number in range(late):
            made = Stored(1, "kind", f"id-{number}", "AWS", "1", 1, number, {"a": "b"})
            documents.insert(tx, made)
        with suppress(StoreError):  # a mistake: the database is as it was before
            tx.run("emit", ns=1, seq=1, account="a", body=b"x" * 200_000)

    room(store, 2)
    with pytest.raises(StoreError):
        retrying(store, work)
    with store.read() as tx:
        assert tx.query("select count(*) from document", {}) == [(0,)]


def test_full_disk_while_due_work_runs_leaves_it_due(engine: Engine, store: SqliteStore) -> None:
    asked(engine, "PutPace", Mode="Paced", StepSeconds=0)
    _, referral = asked(engine, "ReferOpportunity", Catalog="AWS", ReceiverAccountId=ACCOUNT)
    status, task = asked(
        engine,
        "StartEngagementByAcceptingInvitationTask",
        Catalog="AWS",
        ClientToken="token",
        Identifier=referral["EngagementInvitationId"],
    )
    assert (status, task["TaskStatus"]) == (200, "IN_PROGRESS")
    settled = refused = 0
    while not settled:
        room(store, refused)
        try:
            settled = engine.runner.work("default", 60.0, lambda *_: True)
        except StoreError:
            refused += 1
            assert refused < PAGES_MAX
    [done] = asked_tasks(engine)
    assert (done["TaskStatus"], done["ReasonCode"]) == ("COMPLETE", None)
    assert refused >= 1


def asked_tasks(engine: Engine) -> Any:
    _, listed = asked(engine, "ListEngagementByAcceptingInvitationTasks", Catalog="AWS")
    return listed["TaskSummaries"]

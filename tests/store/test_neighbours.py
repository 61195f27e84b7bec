"""No operation costs more because other accounts, or other namespaces, hold much.

Every operation is asked in two worlds that hold the same for the caller; in one of them thousands
of rows belong to others. Counted are steps of SQLite's own machine, or the rows that PostgreSQL
finds and fetches.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

import psycopg
import pytest

from cosell.config import Postgres
from cosell.looks import Looks
from cosell.store import Store, Tx, Value
from cosell.store.postgres import PostgresStore
from cosell.store.sqlite import SqliteStore
from tests import postgres
from tests.databases import ON_POSTGRES
from tests.inside import Inside
from tests.operations.test_answers import IMPLEMENTED, REQUESTS, Made
from tests.scenes import started
from tests.store.test_costs import Meter

OTHERS = 150  # copies of everything under other accounts, and as many in other namespaces
DEARER_MAX = 1.05
STEPS_MORE = 25  # of luck: random ids stand elsewhere in a page of an index
ROWS_MORE = 2  # of what was deleted and still has its place in an index
NAMES = re.compile(
    r"\b(?:task|engi|eng|job|ctx)-[0-9a-z]{13,14}\b|\bO[0-9]{7,}\b|\b[0-9]{12}\b"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
)
SEQ_APART = 1_000_000
NOT_COPIED = {"fault", "task_fault", "desk_rule"}  # a namespace's own, of no account
FOUND = (
    "select (select sum(idx_tup_read) from pg_stat_user_indexes)"
    " + (select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables)"
)


class Worlds(NamedTuple):
    """The same story twice: alone, and among others."""

    alone: Made
    crowded: Made


@pytest.fixture(scope="module")
def stores() -> Iterator[list[Store]]:
    """Two that are empty, on the database that the run is on."""
    if not ON_POSTGRES:
        yield [SqliteStore(":memory:") for _ in "12"]
        return
    urls = [postgres.new_database() for _ in "12"]
    yield [PostgresStore(url, Postgres(), Looks()) for url in urls]
    for url in urls:  # too much was in it for somebody else to have it
        postgres.drop(url)


def told(store: Store) -> Made:
    """A world in which every operation has succeeded once."""
    world = Inside(seed=5, store=store)
    task = started(world, Tags=[{"Key": "team", "Value": "blue"}])
    found = world.client().get_engagement_invitation(
        Catalog="Sandbox", Identifier=task["EngagementInvitationId"]
    )
    made = Made(world, task, found["EngagementId"])
    for operation in IMPLEMENTED:
        request(made, operation)
    return made


def request(made: Made, operation: str) -> dict[str, Any]:
    """A request that succeeds; what it needs is made for it."""
    return {"Catalog": "Sandbox", **REQUESTS[operation](made)}


def crowd(store: Store) -> int:
    """Everything again and again, under other names; answers how many rows that are."""
    with store.write() as tx:
        ns = cast("int", tx.query("select max(ns) from namespace", {})[0][0])
        tables = {name: of for name, of in store.form.tables.items() if name not in NOT_COPIED}
        return sum(copied(tx, table, ("ns", *of), ns) for table, of in tables.items())


def copied(tx: Tx, table: str, columns: tuple[str, ...], ns: int) -> int:
    every = ", ".join(columns)
    rows = tx.query(f"select {every} from {table} where ns = :ns", {"ns": ns})
    places = [(number, there) for number in range(OTHERS) for there in (ns, 1_000 + number)]
    marks = ", ".join(
        "(" + ", ".join(f":{column}_{place}" for column in columns) + ")"
        for place in range(len(places))
    )
    text = f"insert into {table} ({every}) values {marks} on conflict do nothing"
    for row in rows:
        values: dict[str, Value] = dict(zip(columns, row, strict=True))  # type: ignore[arg-type]
        others = {
            f"{column}_{place}": value
            for place, (number, there) in enumerate(places)
            for column, value in renamed(values, number, there).items()
        }
        tx.execute(text, others)
    return len(places) * len(rows)


def renamed(row: dict[str, Value], number: int, ns: int) -> dict[str, Value]:
    """A row with other identifiers and accounts."""
    changed: dict[str, Value] = {}
    for name, value in row.items():
        if isinstance(value, str):
            changed[name] = NAMES.sub(lambda found: other(found[0], number), value)
        elif isinstance(value, bytes):
            text = NAMES.sub(lambda found: other(found[0], number), value.decode("latin-1"))
            changed[name] = text.encode("latin-1")
        else:
            changed[name] = value
    seq = changed.get("seq")
    moved = {"seq": seq + (1 + number) * SEQ_APART} if isinstance(seq, int) else {}
    return {**changed, "ns": ns, **moved}


def other(name: str, number: int) -> str:
    """A name of the same form and length."""
    if name.startswith("O"):
        return f"O{(1 + number) * 1_000_000_000 + int(name[1:])}"
    if name.isdigit():
        return f"{int(name) + 1 + number:012}"
    return name[:-4] + f"{number:04}"


@pytest.fixture(scope="module")
def worlds(stores: list[Store]) -> Iterator[Worlds]:
    both = Worlds(*map(told, stores))
    assert crowd(stores[1]) > 10_000
    counted(stores)
    yield both
    for made in both:
        made.world.close()  # type: ignore[attr-defined]


def counted(stores: list[Store]) -> None:
    """PostgreSQL counts its rows by itself within a minute; until then it guesses how many there
    are, and may look for one row among all of its account."""
    for store in stores:
        if isinstance(store, PostgresStore):
            with store.write() as tx:
                tx.execute("analyze", {})


def steps(store: Store, act: Callable[[], None]) -> int:
    """What an act costs."""
    if isinstance(store, PostgresStore):
        before = found(store)
        act()
        return found(store) - before
    with store.read() as tx:
        meter = Meter(tx)
    with meter:
        act()
    return meter.steps


def found(store: PostgresStore) -> int:
    """How many rows were found, ever: by an index, by a scan, and then in the tables. Each
    connection tells what it did when it is asked for that."""
    connections = [store.take() for _ in range(store.pool_use()["open"])]
    for one in connections:
        one.execute("select pg_stat_force_next_flush()")
        url = one.info.dsn
    for one in connections:
        store.give_back(one)
    with psycopg.connect(url) as apart:
        [(count,)] = apart.execute(FOUND).fetchall()
    return int(count)


def cost(made: Made, operation: str) -> int:
    """What a call costs that succeeds."""
    world: Any = made.world
    body = request(made, operation)

    def ask() -> None:
        reply = world.call(operation, body)
        assert reply.status == 200, reply

    return steps(world.store, ask)


@pytest.mark.parametrize("operation", IMPLEMENTED)
def test_operation_costs_the_same_among_others(worlds: Worlds, operation: str) -> None:
    alone, crowded = (cost(made, operation) for made in worlds)
    assert alone > 0, "nothing is counted"
    luck = ROWS_MORE if ON_POSTGRES else STEPS_MORE
    assert crowded <= DEARER_MAX * alone + luck, (alone, crowded)

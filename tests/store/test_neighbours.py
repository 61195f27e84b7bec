"""No operation costs more because other accounts, or other namespaces, hold much.

Every operation is asked in two worlds that hold the same for the caller; in one of them thousands
of rows belong to others. Counted are steps of SQLite's own machine.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import pytest

from cosell.store import Tx, Value
from cosell.store.sqlite import SqliteStore
from tests.inside import Inside
from tests.operations.test_answers import IMPLEMENTED, REQUESTS, Made
from tests.scenes import started
from tests.store.test_costs import Meter

OTHERS = 150  # copies of everything under other accounts, and as many in other namespaces
DEARER_MAX = 1.05
STEPS_MORE = 25  # of luck: random ids stand elsewhere in a page of an index
NAMES = re.compile(
    r"\b(?:task|engi|eng|job|ctx)-[0-9a-z]{13,14}\b|\bO[0-9]{7,}\b|\b[0-9]{12}\b"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
)
SEQ_APART = 1_000_000
NOT_COPIED = {"fault", "task_fault", "desk_rule"}  # a namespace's own, of no account


class Worlds(NamedTuple):
    """The same story twice: alone, and among others."""

    alone: Made
    crowded: Made


def told() -> Made:
    """A world in which every operation has succeeded once."""
    world = Inside(seed=5)
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


def crowd(store: SqliteStore) -> int:
    """Everything again and again, under other names; answers how many rows that are."""
    with store.write() as tx:
        ns = cast("int", tx.query("select max(ns) from namespace", {})[0][0])
        tables = [one for one in store.tables() if one not in NOT_COPIED]
        return sum(copied(tx, table, ns) for table in tables)


def copied(tx: Tx, table: str, ns: int) -> int:
    columns = [str(row[1]) for row in tx.query(f"pragma table_info({table})", {})]
    rows = tx.query(f"select * from {table} where ns = :ns", {"ns": ns})
    marks = ", ".join(f":{column}" for column in columns)
    text = f"insert or ignore into {table} ({', '.join(columns)}) values ({marks})"
    for row in rows:
        values: dict[str, Value] = dict(zip(columns, row, strict=True))  # type: ignore[arg-type]
        for number in range(OTHERS):
            tx.execute(text, renamed(values, number, ns))
            tx.execute(text, renamed(values, number, 1_000 + number))
    return 2 * OTHERS * len(rows)


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
def worlds() -> Iterator[Worlds]:
    both = Worlds(told(), told())
    store = both.crowded.world.store  # type: ignore[attr-defined]
    assert crowd(store) > 10_000
    yield both
    for made in both:
        made.world.close()  # type: ignore[attr-defined]


def steps(made: Made, operation: str) -> int:
    """What a call costs that succeeds."""
    world: Any = made.world
    body = request(made, operation)
    with world.store.read() as tx:
        meter = Meter(tx)
    with meter:
        reply = world.call(operation, body)
    assert reply.status == 200, reply
    return meter.steps


@pytest.mark.parametrize("operation", IMPLEMENTED)
def test_operation_costs_the_same_among_others(worlds: Worlds, operation: str) -> None:
    alone, crowded = (steps(made, operation) for made in worlds)
    assert crowded <= DEARER_MAX * alone + STEPS_MORE, (alone, crowded)

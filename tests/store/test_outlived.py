"""Client tokens whose day is over: they go, however many there are, and however many stay."""

import logging

import pytest

from cosell.clock import DAY_MS
from cosell.config import Postgres
from cosell.store import Store, ledger, namespaces
from cosell.store.ledger import Key, Outlived
from cosell.store.postgres import PostgresStore, connected_from
from cosell.store.retries import AGAIN
from cosell.store.sqlite import SqliteStore
from tests.store.rows import WALL

LATER = WALL + 2 * DAY_MS
ALL = 1_000


def bound(store: Store, name: str, count: int, at: int, *, stands: bool = False) -> None:
    """Tokens of a namespace, one in each millisecond; by a clock that stands, if it does."""
    with store.write() as tx:
        found = namespaces.ensure(tx, name, WALL)
        if stands:
            namespaces.put_clock(tx, found, WALL, WALL, frozen=True)
        for number in range(count):
            key = Key(found.ns, "111122223333", "AWS", "CreateOpportunity", f"{number:05}")
            now = WALL if stands else at + number
            ledger.record(tx, key, b"digest", b"answer", (now, at + number))


def left(store: Store) -> int:
    with store.read() as tx:
        [(count,)] = tx.query("select count(*) from ledger", {})
    return int(str(count))


def forgotten(outlived: Outlived, store: Store, batch_max: int) -> list[int]:
    """How many went at a time, until a round is over."""
    found: list[int] = []
    while True:
        count, is_over = outlived.forget(store, LATER, batch_max)
        found.append(count)
        if is_over:
            return found


def test_tokens_whose_day_is_over_go_some_at_a_time(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "cosell.store")
    bound(store, "old", 25, WALL)
    bound(store, "new", 5, LATER)
    outlived = Outlived()
    assert [outlived.forget(store, LATER, 10) for _ in range(3)] == [
        (10, False),
        (10, False),
        (5, True),
    ]
    assert left(store) == 5
    # They go together, not one by one.
    assert not [one for one in caplog.records if one.msg == AGAIN]


def test_token_that_was_bound_anew_stays(store: Store) -> None:
    bound(store, "old", 2, WALL)
    bound(store, "old", 1, LATER)
    assert Outlived().forget(store, LATER, ALL) == (1, True)
    assert left(store) == 1


def test_tokens_of_one_instant_all_go(store: Store) -> None:
    """As those of copies of one namespace, of which there are more than are looked through."""
    for number in range(7):
        bound(store, f"copy-{number}", 1, WALL)
    outlived = Outlived(span=2)
    assert sum(forgotten(outlived, store, 3)) == 7
    assert left(store) == 0


@pytest.mark.parametrize("count", [19, 20, 21, 60])
def test_a_round_goes_on_behind_a_span_of_which_all_went(store: Store, count: int) -> None:
    bound(store, "old", count, WALL)
    outlived = Outlived(span=20)
    assert sum(forgotten(outlived, store, 5)) == count
    assert left(store) == 0


def test_tokens_that_stay_are_not_looked_through_again_before_the_others(store: Store) -> None:
    """Where a clock stands for ever, its tokens are the oldest ones for ever."""
    bound(store, "standing", 30, WALL, stands=True)
    bound(store, "old", 10, WALL + 1_000)
    outlived = Outlived(span=10)
    assert forgotten(outlived, store, ALL) == [0, 0, 0, 10]
    assert left(store) == 30
    with store.write() as tx:  # the next round finds those too, once the clock goes on
        found = namespaces.find(tx, "standing")
        namespaces.put_clock(tx, found, LATER, LATER, frozen=False)
    assert sum(forgotten(outlived, store, ALL)) == 30


def test_one_look_costs_no_more_where_many_tokens_stay(sqlite_file: SqliteStore) -> None:
    """By the rows that SQLite goes through: a look ends with its span."""
    bound(sqlite_file, "standing", 3_000, WALL, stands=True)
    outlived, steps = Outlived(span=100), []
    with sqlite_file.read(single=True) as tx:
        connection = tx._connection  # type: ignore[attr-defined]
        connection.set_progress_handler(lambda: steps.append(0), 100)
    assert outlived.forget(sqlite_file, LATER, ALL) == (0, False)
    first = len(steps)
    assert first < 3_000 * 5 / 100
    assert outlived.forget(sqlite_file, LATER, ALL) == (0, False)
    assert len(steps) - first <= first + 5


def test_two_that_forget_take_different_tokens(postgres_store: PostgresStore) -> None:
    bound(postgres_store, "old", 20, WALL)
    url = postgres_store.of_queue()["conninfo"]
    other = PostgresStore(url, Postgres())
    with connected_from(other) as connection, connection.transaction():
        connection.execute("select from ledger order by bound_wall limit 8 for update")
        assert Outlived().forget(postgres_store, LATER, ALL) == (12, True)
    other.close()
    assert left(postgres_store) == 8

"""What it costs to list engagements that others made, counted in steps of SQLite's own machine."""

from collections.abc import Iterator

import pytest

from cosell.store import Tx, Value
from cosell.store.pages import Bound, Filter, Order, Place, Selection, compose
from cosell.store.sqlite import SqliteStore
from cosell.store.statements import statements
from tests.store.rows import VIEWS
from tests.store.test_costs import COUNTED, DEARER_MAX, LARGE, PAGE, SMALL, cost

MAKERS = 5
LEAD = (1, "a", "c")


def fill(tx: Tx, ns: int, rows: int) -> None:
    """Engagements by MAKERS accounts; one in `rows / PAGE` is not by the first of them."""
    maker = "iif(i % (:rows / 40) = 0, 'm-' || (i / (:rows / 40) % (:makers - 1) + 1), 'm-0')"
    tx.execute(
        "insert into engagement_view (ns, account, catalog, created_at, seq, id, created_by,"
        f" contexts, renderer, summary) {COUNTED} select :ns, 'a', 'c', i, i, 'id-' || i, {maker},"
        " 0, 1, zeroblob(700) from n",
        {"ns": ns, "rows": rows, "makers": MAKERS},
    )


@pytest.fixture(scope="module")
def store() -> Iterator[SqliteStore]:
    opened = SqliteStore(":memory:")
    with opened.write() as tx:
        for ns, rows in ((1, SMALL), (2, LARGE)):
            fill(tx, ns, rows)
    yield opened
    opened.close()


def test_makers_are_found_by_one_step_for_each(store: SqliteStore) -> None:
    asked: dict[str, Value] = {"account": "a", "catalog": "c", "limit": 100}
    small, large = [
        cost(store, statements()["creators"], {**asked, "ns": ns}, MAKERS) for ns in (1, 2)
    ]
    assert large <= DEARER_MAX * small, (small, large)
    first, all = [
        cost(store, statements()["creators"], {**asked, "ns": 2, "limit": limit}, limit)
        for limit in (1, MAKERS)
    ]
    assert first < all / 2, "the walk ends where the limit does"


@pytest.mark.parametrize("descending", [True, False])
def test_page_of_what_the_others_made_costs_the_same_in_a_large_list(
    store: SqliteStore, descending: bool
) -> None:
    others = Filter("created_by", tuple(f"m-{number}" for number in range(1, MAKERS)))
    place = Place(Order("created_at", descending=descending), 1)
    spent = []
    for ns in (1, 2):
        with store.read() as tx:
            selection = Selection((ns, *LEAD[1:]), (others,))
            text, values = compose(tx, VIEWS["engagement_view"], selection, place)
        spent.append(cost(store, text, {**values, "limit": PAGE}, PAGE))
    assert spent[1] <= DEARER_MAX * spent[0], spent


def test_page_without_very_many_makers_walks_the_list_once(store: SqliteStore) -> None:
    """The price of more makers than are merged: here nearly everything is by the unwanted."""
    place = Place(Order("created_at"), 1)
    unwanted = (Bound("created_by", "<>", "m-0"),)
    with store.read() as tx:
        selection = Selection((2, *LEAD[1:]), (), unwanted)
        text, values = compose(tx, VIEWS["engagement_view"], selection, place)
    spent = cost(store, text, {**values, "limit": PAGE}, PAGE)
    assert spent < 10 * LARGE

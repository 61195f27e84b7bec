"""How PostgreSQL finds the rows of a statement that is said for many at once."""

import re

import pytest

from cosell.store import View, documents
from cosell.store.postgres import PostgresStore, connected_from
from cosell.store.postgres_rows import together
from cosell.store.statements import statements
from tests.store.rows import VIEWS, row

WRITTEN = (
    "insert_document", "replace_document", "insert_agenda", "done", "forget_agenda", "emit",
    "unbind",
)  # fmt: skip


def plan_of(store: PostgresStore, text: str) -> str:
    """How a session of cosell's has a statement for many rows executed: the one plan that it makes
    for any values."""
    names = [*dict.fromkeys(re.findall(r"%\((\w+)\)b", text))]
    asked = re.sub(r"%\((\w+)\)b", lambda found: f"${names.index(found[1]) + 1}", text)
    nothing = ", ".join(["null"] * len(names))
    with connected_from(store) as connection:
        connection.execute(f"prepare asked as {asked}".encode(), prepare=False)
        explained = connection.execute(f"explain execute asked({nothing})".encode(), prepare=False)
        return "\n".join(line for (line,) in explained.fetchall())


@pytest.mark.parametrize("name", WRITTEN)
def test_rows_are_found_by_an_index_however_many_there_are(
    postgres_store: PostgresStore, name: str
) -> None:
    told = plan_of(postgres_store, together(statements()[name])[0])
    assert "Seq Scan" not in told
    assert name.startswith(("insert", "emit")) or "Index" in told


@pytest.mark.parametrize("view", [one for one in VIEWS.values() if "account" in one.lead])
def test_rows_of_a_view_are_found_by_what_they_are_of(
    postgres_store: PostgresStore, view: View
) -> None:
    with postgres_store.write() as tx:
        columns = {"ns": "integer", **tx.form().tables[view.table]}
        rows = (row(view, 1, number) for number in range(1, 5_001))
        tx.fill(view.table, columns, ([one.get(name) for name in columns] for one in rows))
    with connected_from(postgres_store) as connection:
        connection.execute(f"analyze {view.table}".encode())
    changed = tuple(row(view, 1, 1))
    told = plan_of(
        postgres_store, together(documents._update_view(view.table, view.fixed, changed))[0]
    )
    assert re.search(r"Index Cond: .*\bns\b.*\baccount\b.*\bid\b", told), told


@pytest.mark.parametrize(
    "text",
    [
        "select 1",
        "update document set revision = revision + 1 where ns = :ns",
        "delete from agenda where ns = :ns and due_at < :due_at",
    ],
)
def test_what_does_more_than_to_write_rows_is_not_said_for_many(text: str) -> None:
    with pytest.raises(ValueError, match="alone"):
        together(text)

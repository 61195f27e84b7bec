"""Statements with numbers in place of names say the same."""

import re
import sqlite3

import pytest

from cosell.store.sqlite_tx import numbered
from cosell.store.statements import statements


@pytest.mark.parametrize("name", statements())
def test_no_text_within_a_statement_has_a_colon(name: str) -> None:
    """It would be taken for a value's name."""
    assert not [text for text in re.findall(r"'[^']*'", statements()[name]) if ":" in text]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("select 7", (7,)),
        ("select :one", ("a",)),
        ("select :two, :one, :two, :one_2", ("b", "a", "b", "c")),
    ],
)
def test_each_number_has_the_value_of_its_name(text: str, found: tuple[object, ...]) -> None:
    values = {"two": "b", "one": "a", "unasked": "d", "one_2": "c"}
    with_numbers, take = numbered(text)
    assert ":" not in with_numbers
    connection = sqlite3.connect(":memory:")
    assert connection.execute(with_numbers, take(values)).fetchone() == found
    connection.close()

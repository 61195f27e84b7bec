"""Statements say the same in the form in which sqlite3 executes them."""

import re
import sqlite3

import pytest

from cosell.store.sqlite_tx import worded
from cosell.store.statements import statements


@pytest.mark.parametrize("name", statements())
def test_no_text_within_a_statement_has_a_colon(name: str) -> None:
    """It would be taken for a value's name."""
    assert not [text for text in re.findall(r"'[^']*'", statements()[name]) if ":" in text]


@pytest.mark.parametrize("name", statements())
def test_a_tuple_has_a_mark_for_each_value_and_no_number(name: str) -> None:
    """Beside it Python 3.12.0 to 3.12.3 warn of `?1`, and all from 3.12 on of `:name`."""
    text = statements()[name]
    words, take = worded(text)
    taken = take(dict.fromkeys(re.findall(r":(\w+)", text), 1))
    if isinstance(taken, tuple):
        assert re.findall(r"[?:]\w*", words) == ["?"] * len(taken)
    else:
        assert (words, "?" in words) == (text, False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("select 7", (7,)),
        ("select :one", ("a",)),
        ("select :two, :one, :one_2", ("b", "a", "c")),
        ("select :one, :one", ("a", "a")),
        ("select :two, :one, :two, :one_2", ("b", "a", "b", "c")),
    ],
)
def test_each_place_has_the_value_of_its_name(text: str, found: tuple[object, ...]) -> None:
    values = {"two": "b", "one": "a", "unasked": "d", "one_2": "c"}
    words, take = worded(text)
    connection = sqlite3.connect(":memory:")
    assert connection.execute(words, take(values)).fetchone() == found
    connection.close()

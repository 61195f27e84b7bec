"""What the reference shows of a refusal's words: whole sentences, with speaking places."""

import re

import pytest

from cosell.selling.rules.tables import TABLES
from tools.reference import open_message

ROWS = {rule.id: rule for table in TABLES for rule in table.rules}


@pytest.mark.parametrize("id", sorted(ROWS))
def test_message_on_the_page_says_what_stands_in_its_places(id: str) -> None:
    told = open_message(ROWS[id].shown or ROWS[id].message)
    assert not set(told) & set("{}…")
    assert re.sub(r"\*[A-Za-z' ]+\*", "", told).strip(" .;:")


def test_place_is_called_after_what_stands_in_it() -> None:
    message = "The {facts.outcome} of a job that is {facts.answer.status}."
    assert open_message(message) == "The *outcome* of a job that is *its status*."

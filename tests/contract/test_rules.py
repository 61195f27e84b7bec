"""Every rule of every table against the model: its code, its field, its id, its words."""

import re
import typing
from importlib.resources import files

import orjson
import pytest

from cosell import desk
from cosell.contract.faults import lower_camel
from cosell.desk.contract import CONTRACT as DESK
from cosell.selling.contract import CONTRACT
from cosell.selling.rules import Rule, Source, Table
from cosell.selling.rules.tables import TABLES
from tests.property.test_contract import SHAPES as SELLING_SHAPES

# The desk follows rules of its own where it plays AWS.
SHAPES = {
    **orjson.loads((files(desk) / "model.json").read_bytes())["shapes"],
    **SELLING_SHAPES,
}
OPERATIONS = {**CONTRACT.operations, **DESK.operations}
# What a message may quote of the facts. It is shown unmasked, also as a task's Message: what the
# model calls sensitive has no place in it.
QUOTED = {
    "account", "act", "answer.act", "answer.status", "awaited", "catalog", "context", "example",
    "hint", "invalid_url", "job", "kind", "lacks", "limit", "other", "outcome",
    "postal_forms", "receiver",
    "solution_status", "spend.invalid_url", "standing", "status", "stored_type", "type",
    "unknown_use_case", "whose",
}  # fmt: skip
ROWS = [(table, rule) for table in TABLES for rule in table.rules]


def knows(shape_name: str, field: str) -> bool:
    """Whether a structure has a member at a path such as `lifeCycle.stage`."""
    shape = SHAPES[shape_name]
    for part in field.split("."):
        part = part.partition("[")[0]
        while shape["type"] == "list":
            shape = SHAPES[shape["member"]["shape"]]
        members = {lower_camel(name): ref["shape"] for name, ref in shape["members"].items()}
        if part not in members:
            return False
        shape = SHAPES[members[part]]
    return True


def test_tables_name_operations_of_the_model() -> None:
    assert TABLES
    for table in TABLES:
        assert table.act
        assert table.operations
        assert set(table.operations) <= set(OPERATIONS), table.act


def test_rules_have_ids_of_their_own() -> None:
    ids = [rule.id for rule in {id(rule): rule for _, rule in ROWS}.values()]  # some stand twice
    assert sorted(set(ids)) == sorted(ids)


def test_messages_quote_nothing_sensitive() -> None:
    quoted = (re.findall(r"{facts\.([a-z_.]+)", rule.message) for _, rule in ROWS)
    assert {name for names in quoted for name in names} == QUOTED


@pytest.mark.parametrize(
    ("table", "rule"), ROWS, ids=[f"{table.act}-{rule.id}" for table, rule in ROWS]
)
def test_rules_speak_the_models_words(table: Table, rule: Rule[typing.Any]) -> None:
    assert rule.source in typing.get_args(Source)
    assert rule.message
    assert not rule.reason or rule.reason in CONTRACT.enum("ReasonCode")
    assert rule.cite or rule.source == "not documented"
    if rule.code is None:
        assert all(
            rule.error.__name__ in OPERATIONS[operation].errors for operation in table.operations
        )
        return
    assert rule.code in CONTRACT.enum("ValidationExceptionErrorCode")
    shapes = [OPERATIONS[operation].input_shape for operation in table.operations]
    shapes.append("GetOpportunityResponse")  # rules speak of what an opportunity has, too
    assert any(knows(shape, rule.field) for shape in shapes), rule.field

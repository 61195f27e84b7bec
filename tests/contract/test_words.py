"""What is told of a text that does not have the form of a pattern: in words, with an example."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import orjson
import pytest

from cosell import desk, selling
from cosell.contract.patterns import plan, rest_matcher
from cosell.desk.contract import DESK_WORDS
from cosell.selling.contract import ADDITIONS, CONTRACT, WORDS

MODELS = {
    service: orjson.loads((files(package) / "model.json").read_bytes())
    for service, package in (("selling", selling), ("desk", desk))
}
SHAPES: dict[str, Any] = {**MODELS["desk"]["shapes"], **MODELS["selling"]["shapes"]}
EVERY = {**WORDS, **DESK_WORDS}
CLOSED = {"CatalogIdentifier"}  # an enum, to whoever is refused


def asked(service: str) -> Iterator[str]:
    """Every string shape of a service's requests that asks more than a length."""
    shapes, seen = MODELS[service]["shapes"], set[str]()
    stack = [one["input"]["shape"] for one in MODELS[service]["operations"].values()]
    while stack:
        name = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        shape = shapes[name]
        stack += [ref["shape"] for ref in shape.get("members", {}).values()]
        stack += [shape[part]["shape"] for part in ("member", "key", "value") if part in shape]
        if "pattern" in shape and "enum" not in shape and plan(shape["pattern"]).engine != "length":
            yield name


@pytest.mark.parametrize("service", sorted(MODELS))
def test_every_pattern_that_a_request_can_miss_has_words(service: str) -> None:
    told = set(EVERY) | CLOSED | {one for one in ADDITIONS.unpatterned if isinstance(one, str)}
    assert set(asked(service)) - told == set()


def test_words_are_for_patterns_of_the_models() -> None:
    assert [name for name in EVERY if "pattern" not in SHAPES.get(name, {})] == []


@pytest.mark.parametrize("name", [name for name, words in EVERY.items() if "such as" in words])
def test_example_has_the_form_of_the_pattern(name: str) -> None:
    example = EVERY[name].partition("such as ")[2]
    planned, matches = plan(SHAPES[name]["pattern"]), rest_matcher(SHAPES[name]["pattern"])
    assert planned.shortest <= len(example)
    assert matches is not None
    assert matches(example), example


@pytest.mark.parametrize(
    ("operation", "members", "words"),
    [
        (
            "CreateOpportunity",
            {"Customer": {"Contacts": [{"Email": "JOHN@EXAMPLE.COM"}]}},
            "must be an e-mail address in lower case, such as jane@example.com",
        ),
        (
            "CreateOpportunity",
            {"Customer": {"Contacts": [{"Phone": "206-555-0100"}]}},
            "must be a phone number with its country's code, such as +12065550100",
        ),
        (
            "CreateOpportunity",
            {"LifeCycle": {"TargetCloseDate": "12/31/2099"}},
            "must be a date such as 2026-12-31",
        ),
        (
            "CreateOpportunity",
            {"SoftwareRevenue": {"Value": {"Amount": "2,500", "CurrencyCode": "USD"}}},
            "must be an amount without commas or blanks, such as 2500.00",
        ),
        (
            "GetOpportunity",
            {"Identifier": "arn:aws:partnercentral:us-east-1::catalog/AWS/opportunity/O1"},
            "must be an opportunity's id, not its ARN: such as O1234567",
        ),
        (
            "CreateOpportunity",
            {"Project": {"CustomerUseCase": "migration"}},
            "must be one of the values that the API's reference lists",
        ),
        (
            "CreateOpportunity",
            {"Project": {"CustomerUseCase": "Web development and DevOps"}},
            "must be one of the values that the API's reference lists; the nearest is"
            " Web development & DevOps",
        ),
    ],
)
def test_refusal_says_what_to_write(operation: str, members: dict[str, Any], words: str) -> None:
    asked = {"Catalog": "Sandbox", **members}
    _, faults = CONTRACT.operations[operation].validate(asked)
    told = [one.message for one in faults if one.message != f"{one.path} is required"]
    assert told == [words]

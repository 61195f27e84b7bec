"""Requests generated from the selling model: valid ones pass, one mutation is exactly one fault."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cosell.contract
from cosell.contract import NO_ADDITIONS, Document
from cosell.contract.faults import lower_camel
from cosell.contract.load import load
from cosell.contract.patterns import plan
from cosell.errors import SerializationException

MODEL = (Path(cosell.contract.__file__).parents[1] / "selling/model.json").read_bytes()
SHAPES: dict[str, Any] = orjson.loads(MODEL)["shapes"]
SELLING = load(MODEL, NO_ADDITIONS)
OPERATIONS = sorted(SELLING.operations)
FRUGAL = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=12,
    suppress_health_check=list(HealthCheck),
)

TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0\n")
OFFER = "arn:aws:aws-marketplace:us-east-1:123456789012:AWSMarketplace/"
ROLE = "arn:aws:iam::123456789012:role/path/name"

SAMPLES = {  # values of shapes whose patterns `re` would not generate, or not in time
    "AwsMarketplaceOfferIdentifier": [OFFER + "Offer/offer-1", OFFER + "Offer/"],
    "AwsMarketplaceOfferSetIdentifier": [OFFER + "OfferSet/offerset-1"],
    "CompanyWebsiteUrl": ["example.com", "https://www.example.com/a", "ab.cd"],
    "Email": ["a@b.c", "first.last+tag@mail.example.com"],
    "ResourceSnapshotJobRoleArn": [ROLE],
    "ResourceSnapshotJobRoleIdentifier": [ROLE, "name"],
    "SenderContactEmail": ["A.b@example.com", "a@b"],
    "TagKey": ["k", "a b", "Größe:1", "x" * 128],
    "TagValue": ["", "v", "a/b=c+d-e@f"],
    "TaggableResourceArn": ["arn:aws:partnercentral:us-east-1:123456789012:catalog/AWS/a/O1"],
}


# --- valid requests ------------------------------------------------------------------------------


def values(shape_name: str) -> st.SearchStrategy[Any]:
    shape = SHAPES[shape_name]
    kind = shape["type"]
    if kind == "structure":
        return unions(shape) if shape.get("union") else structures(shape)
    if kind == "list":
        least = shape.get("min", 0)
        most = min(shape.get("max", 3), least + 2)
        return st.lists(values(shape["member"]["shape"]), min_size=least, max_size=most)
    if kind == "integer":
        return st.integers(shape.get("min", -(2**31)), shape.get("max", 2**31 - 1))
    if kind == "timestamp":
        instants = st.datetimes().filter(lambda at: at.year >= 1000)
        return instants.map(lambda at: at.isoformat() + "Z") | st.integers(0, 2**32)
    assert kind == "string"
    return strings(shape_name, shape)


def structures(shape: dict[str, Any]) -> st.SearchStrategy[Document]:
    members = {name: values(ref["shape"]) for name, ref in shape["members"].items()}
    required = {name: members.pop(name) for name in shape.get("required", ())}
    return st.fixed_dictionaries(required, optional=members)


def unions(shape: dict[str, Any]) -> st.SearchStrategy[Document]:
    members = shape["members"].items()
    return st.one_of([st.fixed_dictionaries({n: values(r["shape"])}) for n, r in members])


def strings(shape_name: str, shape: dict[str, Any]) -> st.SearchStrategy[str]:
    if "enum" in shape:
        return st.sampled_from(shape["enum"])
    if shape_name in SAMPLES:
        return st.sampled_from(SAMPLES[shape_name])
    planned = plan(shape.get("pattern", f"(?s).{{0,{shape.get('max', 60)}}}"))
    least = max(planned.shortest, shape.get("min", 0))
    longest = planned.longest if planned.longest is not None else shape.get("max")
    if planned.engine == "length":
        return st.text(TEXT, min_size=least, max_size=longest)
    assert planned.engine == "re", f"give samples of {shape_name}"
    form = st.from_regex(re.compile(planned.rest, re.ASCII), fullmatch=True, alphabet=TEXT)
    return form.filter(lambda text: least <= len(text) <= (longest or len(text)))


@pytest.mark.parametrize("name", OPERATIONS)
def test_valid_requests_have_no_faults(name: str) -> None:
    operation = SELLING.operations[name]

    @FRUGAL
    @given(values(operation.input_shape))
    def check(document: Document) -> None:
        known, errors = operation.validate(orjson.loads(orjson.dumps(document)))
        assert errors == ()
        assert known.keys() == document.keys()
        assert operation.validate(known) == (known, ())
        assert operation.digest(known) == operation.digest(dict(reversed(known.items())))

    check()


# --- one mutation --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a document: what holds it, under which key, of which shape, and its path."""

    holder: Any
    key: str | int
    shape: dict[str, Any]
    path: str
    is_required: bool

    def value(self) -> Any:
        return self.holder[self.key]


def spots(shape_name: str, value: Any, path: str) -> Iterator[Spot]:
    shape = SHAPES[shape_name]
    if shape["type"] == "structure":
        for name in value:
            member = shape["members"][name]["shape"]
            below = f"{path}.{lower_camel(name)}".lstrip(".")
            yield Spot(value, name, SHAPES[member], below, name in shape.get("required", ()))
            yield from spots(member, value[name], below)
    if shape["type"] == "list":
        member = shape["member"]["shape"]
        for at, item in enumerate(value):
            yield Spot(value, at, SHAPES[member], f"{path}[{at}]", False)
            yield from spots(member, item, f"{path}[{at}]")


Mutation = tuple[Any, str]


def mutations(spot: Spot) -> Iterator[Mutation]:
    """Values that break one rule of a spot, each with the code of that rule."""
    shape = spot.shape
    yield from breaking_value(spot, shape)
    if spot.is_required:
        yield None, "REQUIRED_FIELD_MISSING"
    yield (
        {
            "string": 1,
            "integer": "1",
            "timestamp": {},
            "list": "x",
            "structure": [],
        }[shape["type"]],
        "SerializationException",
    )


def breaking_value(spot: Spot, shape: dict[str, Any]) -> Iterator[Mutation]:
    kind = shape["type"]
    if kind == "string":
        yield from breaking_string(shape)
    if kind == "timestamp":
        yield "yesterday", "INVALID_STRING_FORMAT"
    if kind == "integer":
        yield shape.get("max", 2**31 - 1) + 1, "VALUE_OUT_OF_RANGE"
        yield shape.get("min", -(2**31)) - 1, "VALUE_OUT_OF_RANGE"
    if kind == "list":
        yield [*spot.value(), *[None] * (shape.get("max", 1000) + 1)], "TOO_MANY_VALUES"
        if shape.get("min"):
            yield [], "NOT_ENOUGH_VALUES"
    if kind == "structure" and shape.get("union"):
        yield {}, "REQUIRED_FIELD_MISSING"


def breaking_string(shape: dict[str, Any]) -> Iterator[Mutation]:
    if "enum" in shape:
        yield "no such value", "INVALID_ENUM_VALUE"
        return
    yield "\0", "INVALID_STRING_FORMAT"
    planned = plan(shape["pattern"]) if "pattern" in shape else None
    longest = planned.longest if planned and planned.longest is not None else shape.get("max")
    if longest is not None:
        yield "x" * (longest + 1), "INVALID_STRING_FORMAT"
    if planned and planned.engine != "length":
        yield "\x01\U0001f600", "INVALID_STRING_FORMAT"


@pytest.mark.parametrize("name", OPERATIONS)
def test_one_mutation_is_exactly_one_fault(name: str) -> None:
    operation = SELLING.operations[name]

    @FRUGAL
    @given(values(operation.input_shape), st.data())
    def check(document: Document, data: st.DataObject) -> None:
        sent = orjson.loads(orjson.dumps(document))
        found = list(spots(operation.input_shape, sent, ""))
        if not found:
            return
        spot = data.draw(st.sampled_from(found))
        broken, code = data.draw(st.sampled_from(list(mutations(spot))))
        spot.holder[spot.key] = broken
        if code == "SerializationException":
            with pytest.raises(SerializationException, match=f"^{re.escape(spot.path)}: expected"):
                operation.validate(sent)
        else:
            _, errors = operation.validate(sent)
            assert [(error.path, error.code) for error in errors] == [(spot.path, code)]

    check()

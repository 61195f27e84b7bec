"""Requests drawn from the selling model, against the contract alone: valid ones pass, one mutation
is exactly one fault."""

import re
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cosell.contract
from cosell.contract import NO_ADDITIONS, Document
from cosell.contract.load import load
from cosell.errors import SerializationException
from tests.property.inputs import Source, draw, mutations, spots

MODEL = (Path(cosell.contract.__file__).parents[1] / "selling/model.json").read_bytes()
SHAPES: dict[str, Any] = orjson.loads(MODEL)["shapes"]
SELLING = load(MODEL, NO_ADDITIONS)
OPERATIONS = sorted(SELLING.operations)
SOURCE = Source(SHAPES)
FRUGAL = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=12,
    suppress_health_check=list(HealthCheck),
)
STRAY: list[Any] = [None, 5, {"A": [1]}]  # values of members that the model does not have
RANDOM = st.randoms(use_true_random=False)


def sent(document: Document) -> Document:
    """A document as it arrives."""
    arrived: Document = orjson.loads(orjson.dumps(document))
    return arrived


@pytest.mark.parametrize("name", OPERATIONS)
def test_valid_requests_have_no_faults(name: str) -> None:
    operation = SELLING.operations[name]

    @FRUGAL
    @given(RANDOM)
    def check(random: Random) -> None:
        document = draw(SOURCE, random, operation.input_shape)
        known, errors = operation.validate(sent(document))
        assert errors == ()
        assert known.keys() == document.keys()
        assert operation.validate(known) == (known, ())
        assert operation.digest(known) == operation.digest(dict(reversed(known.items())))

    check()


@pytest.mark.parametrize("name", OPERATIONS)
def test_unknown_members_and_nulls_change_nothing(name: str) -> None:
    operation = SELLING.operations[name]

    @FRUGAL
    @given(RANDOM)
    def check(random: Random) -> None:
        document = sent(draw(SOURCE, random, operation.input_shape))
        plain, _ = operation.validate(sent(document))
        places = [(document, operation.input_shape)]
        places += [(s.value(), s.name) for s in spots(SHAPES, operation.input_shape, document)]
        for holder, shape in places:
            if SHAPES[shape]["type"] != "structure":
                continue
            holder["Retired"] = random.choice(STRAY)
            absent = [one for one in SHAPES[shape]["members"] if one not in holder]
            holder.update(dict.fromkeys(one for one in absent if random.random() < 0.5))
        known, errors = operation.validate(document)
        assert (known, errors) == (plain, ())
        assert operation.digest(known) == operation.digest(plain)

    check()


@pytest.mark.parametrize("name", OPERATIONS)
def test_one_mutation_is_exactly_one_fault(name: str) -> None:
    operation = SELLING.operations[name]

    @FRUGAL
    @given(RANDOM)
    def check(random: Random) -> None:
        document = sent(draw(SOURCE, random, operation.input_shape))
        found = list(spots(SHAPES, operation.input_shape, document))
        if not found:
            return
        spot = random.choice(found)
        broken, code = random.choice(list(mutations(SOURCE, spot)))
        spot.holder[spot.key] = broken
        if code == "SerializationException":
            with pytest.raises(SerializationException, match=f"^{re.escape(spot.path)}: expected"):
                operation.validate(document)
        else:
            _, errors = operation.validate(document)
            assert [(error.path, error.code) for error in errors] == [(spot.path, code)]

    check()

"""The selling model as we ship it: complete, without AWS's prose, and compiled without a rest."""

import importlib.util
import re
import typing
from pathlib import Path
from types import ModuleType
from typing import Any

import botocore
import orjson
import pytest

import cosell.errors
from cosell.contract import NO_ADDITIONS
from cosell.contract.load import load
from cosell.contract.patterns import plan
from cosell.errors import ApiError, ErrorCode, ValidationReason

ROOT = Path(__file__).resolve().parents[2]
MODEL = (ROOT / "src/cosell/selling/model.json").read_bytes()
RAW: dict[str, Any] = orjson.loads(MODEL)
SELLING = load(MODEL, NO_ADDITIONS)
SOURCE = f"botocore {botocore.__version__}"
INSTALLED_IS_SOURCE = RAW["metadata"]["source"] == SOURCE


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update_model", ROOT / "tools/update_model.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- the file ------------------------------------------------------------------------------------


def test_model_has_no_documentation() -> None:
    assert b'"documentation"' not in MODEL
    assert b"<p>" not in MODEL


@pytest.mark.skipif(not INSTALLED_IS_SOURCE, reason=f"the model is not that of {SOURCE}")
def test_model_is_what_the_tool_writes() -> None:
    update = tool()
    after = update.read_installed()
    after["metadata"]["modelDate"] = update.model_date(RAW, after)
    assert update.serialise(after).encode() == MODEL


def test_model_says_where_it_comes_from() -> None:
    assert re.fullmatch(r"botocore \d+\.\d+\.\d+", RAW["metadata"]["source"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", SELLING.model_date)


def test_update_model_date_stays_while_the_source_does() -> None:
    after = {"metadata": {"source": "botocore 9.9.9"}}
    before = {"metadata": {"source": "botocore 9.9.9", "modelDate": "2001-02-03"}}
    assert tool().model_date(before, after) == "2001-02-03"
    assert tool().model_date({}, after) > "2001-02-03"


def test_update_model_leaves_members_called_documentation() -> None:
    node = {"documentation": "text", "members": {"documentation": {"documentation": "text"}}}
    assert tool().without_documentation([node]) == [{"members": {"documentation": {}}}]


def test_update_model_tells_what_changed() -> None:
    before = {
        "operations": {"Put": {"name": "Put"}},
        "shapes": {
            "Colour": {"type": "string", "enum": ["Red", "Green"]},
            "Part": {"type": "structure", "members": {"Id": {"shape": "Text"}}},
            "Text": {"type": "string", "max": 1},
        },
    }
    after = {
        "metadata": {"source": "botocore 9.9.9", "modelDate": "2001-02-03"},
        "operations": {"Get": {"name": "Get"}},
        "shapes": {
            "Colour": {"type": "string", "enum": ["Red", "Blue"]},
            "Part": {"type": "structure", "members": {"Name": {"shape": "Text"}}},
            "Text": {"type": "string", "max": 2},
        },
    }
    assert list(tool().differences(before, after)) == [
        "+ metadata modelDate",
        "+ metadata source",
        "+ operations Get",
        "- operations Put",
        "+ shape Colour value 'Blue'",
        "- shape Colour value 'Green'",
        "- shape Part member Id",
        "+ shape Part member Name",
        '~ shape Text: {"max": 1, "type": "string"} -> {"max": 2, "type": "string"}',
        "1 operations, 3 shapes, botocore 9.9.9, dated 2001-02-03",
    ]


# --- what our code assumes of it -----------------------------------------------------------------


def test_contract_is_that_of_the_service() -> None:
    assert SELLING.service_id == "PartnerCentral Selling"
    assert SELLING.target_prefix == "AWSPartnerCentralSelling"
    assert SELLING.signing_name == "partnercentral-selling"
    assert len(SELLING.operations) == 45


def test_every_declared_error_has_a_class() -> None:
    assert len(SELLING.errors) == 7
    for name in SELLING.errors:
        declared = getattr(cosell.errors, name)
        assert issubclass(declared, ApiError)
        assert RAW["shapes"][name]["exception"]


def test_error_codes_are_the_models() -> None:
    assert set(typing.get_args(ErrorCode)) == set(SELLING.enum("ValidationExceptionErrorCode"))
    assert set(typing.get_args(ValidationReason)) == set(SELLING.enum("ValidationExceptionReason"))


def test_idempotency_tokens_are_required_members() -> None:
    with_token = [one for one in SELLING.operations.values() if one.idempotency_token]
    assert len(with_token) == 10
    for operation in with_token:
        assert operation.idempotency_token == "ClientToken"
        assert "ClientToken" in RAW["shapes"][operation.input_shape]["required"]


def test_paginated_operations_name_a_list_of_their_answer() -> None:
    paginated = [one for one in SELLING.operations.values() if one.result_list]
    assert len(paginated) == len(RAW["pagination"]) > 0
    for operation in paginated:
        assert operation.output_shape
        members = RAW["shapes"][operation.output_shape]["members"]
        assert RAW["shapes"][members[operation.result_list]["shape"]]["type"] == "list"


@pytest.mark.parametrize("name", sorted(SELLING.operations))
def test_every_operation_compiles(name: str) -> None:
    operation = SELLING.operations[name]
    known, errors = operation.validate({})
    required = RAW["shapes"][operation.input_shape].get("required", [])
    assert known == {}
    assert {error.code for error in errors} <= {"REQUIRED_FIELD_MISSING"}
    assert len(errors) == len(required)
    assert set(operation.members) == set(RAW["shapes"][operation.input_shape]["members"])
    answer = operation.render({})
    if operation.output_shape is None:
        assert answer == {}
    else:
        members = RAW["shapes"][operation.output_shape]["members"]
        assert answer == dict.fromkeys(members)
        assert list(answer) == sorted(members)


def test_every_shape_compiles() -> None:
    SELLING.compile_all()


def test_every_pattern_is_matched_by_the_engine_that_was_counted() -> None:
    patterns = {shape["pattern"] for shape in RAW["shapes"].values() if "pattern" in shape}
    engines = [plan(pattern).engine for pattern in patterns]
    assert {engine: engines.count(engine) for engine in set(engines)} == {
        "length": 14,
        "re": 24,
        "re2": 11,
    }


def test_every_union_is_marked() -> None:
    unions = {name for name, shape in RAW["shapes"].items() if shape.get("union")}
    assert "EngagementContextPayload" in unions
    assert all(RAW["shapes"][name]["type"] == "structure" for name in unions)

"""Requests against a small model: every code, every wrong type, and the place of each fault."""

from typing import Any

import orjson
import pytest

from cosell.contract import NO_ADDITIONS, Additions, Contract, Document
from cosell.contract.faults import FAULTS_MAX, lower_camel, path_text
from cosell.contract.load import load
from cosell.contract.validators import ITEMS_MAX
from cosell.errors import SerializationException

SHAPES: dict[str, Any] = {
    "PutRequest": {
        "type": "structure",
        "required": ["Name", "ClientToken"],
        "members": {
            "Name": {"shape": "Name"},
            "ClientToken": {"shape": "Text", "idempotencyToken": True},
            "Colour": {"shape": "Colour"},
            "Pages": {"shape": "Pages"},
            "Total": {"shape": "Total"},
            "Plain": {"shape": "Plain"},
            "Share": {"shape": "Share"},
            "Ready": {"shape": "Ready"},
            "At": {"shape": "At"},
            "Code": {"shape": "Code"},
            "Line": {"shape": "Line"},
            "Catalog": {"shape": "CatalogName"},
            "Kind": {"shape": "Text"},
            "Notes": {"shape": "Notes"},
            "Free": {"shape": "Free"},
            "Parts": {"shape": "Parts"},
            "Either": {"shape": "Either"},
            "Labels": {"shape": "Labels"},
            "AWSAccount": {"shape": "Text"},
            "Duration": {"shape": "Part"},
            "Any": {"shape": "Any"},
            "Long": {"shape": "Long"},
            "Key": {"shape": "Key"},
            "Speed": {"shape": "Speed"},
        },
    },
    "Part": {
        "type": "structure",
        "required": ["Id"],
        "members": {"Id": {"shape": "Code"}, "Parts": {"shape": "Parts"}},
    },
    "Either": {
        "type": "structure",
        "union": True,
        "members": {"Left": {"shape": "Text"}, "Right": {"shape": "Part"}},
    },
    "Text": {"type": "string"},
    "Name": {"type": "string", "min": 2, "max": 5},
    "Colour": {"type": "string", "enum": ["Red", "Green"]},
    "Pages": {"type": "integer", "min": 1, "max": 100},
    "Plain": {"type": "integer"},
    "Total": {"type": "long"},
    "Share": {"type": "double", "max": 1},
    "Ready": {"type": "boolean"},
    "At": {"type": "timestamp"},
    "Code": {"type": "string", "pattern": "[a-z]{1,3}", "max": 9},
    "Line": {"type": "string", "pattern": ".{1,5}"},
    "CatalogName": {"type": "string", "pattern": "[a-zA-Z]+"},
    "Notes": {"type": "list", "member": {"shape": "Text"}, "min": 1, "max": 2},
    "Free": {"type": "list", "member": {"shape": "Text"}},
    "Parts": {"type": "list", "member": {"shape": "Part"}},
    "Labels": {"type": "map", "key": {"shape": "Code"}, "value": {"shape": "Part"}, "max": 2},
    "Long": {"type": "string", "min": 3},
    "Key": {"type": "string", "min": 4, "max": 9, "pattern": "(?s).{2,4}"},
    "Speed": {"type": "float", "min": 0.5},
    "Any": {"type": "structure", "members": {}, "document": True},
}
MODEL = {
    "metadata": {
        "serviceId": "Small",
        "targetPrefix": "SmallTarget",
        "signingName": "small",
        "modelDate": "2026-01-01",
    },
    "operations": {"Put": {"name": "Put", "input": {"shape": "PutRequest"}}},
    "shapes": SHAPES,
}
ADDITIONS = Additions(
    values={"Colour": ("Blue",)},
    closed={"CatalogName": ("AWS", "Sandbox"), ("PutRequest", "Kind"): ("A", "B")},
    unpatterned=frozenset({("PutRequest", "Code")}),
    nulls=frozenset({("PutRequest", "Duration")}),
    empty_lists=frozenset(),
    objects=frozenset(),
)
GOOD: Document = {"Name": "name", "ClientToken": "t"}


@pytest.fixture(scope="module")
def small() -> Contract:
    return load(orjson.dumps(MODEL), ADDITIONS)


def faults(contract: Contract, document: object) -> list[tuple[str, str, str]]:
    _, errors = contract.operations["Put"].validate(document)
    return [(error.path, error.code, error.message) for error in errors]


MANY: list[Any] = ["x"] * (ITEMS_MAX + 1)
REFUSED: list[tuple[Document, str, str, str]] = [
    ({"Name": None}, "name", "REQUIRED_FIELD_MISSING", "name is required"),
    ({"ClientToken": None}, "clientToken", "REQUIRED_FIELD_MISSING", "clientToken is required"),
    ({"Name": "n"}, "name", "INVALID_STRING_FORMAT", "must have 2 to 5 characters, and has 1"),
    ({"Name": "n" * 6}, "name", "INVALID_STRING_FORMAT", "must have 2 to 5 characters, and has 6"),
    ({"Name": "a\0b"}, "name", "INVALID_STRING_FORMAT", "must not contain the character U+0000"),
    ({"Line": "a\nb"}, "line", "INVALID_STRING_FORMAT", "must be a single line"),
    (
        {"Code": "abcdefghij"},
        "code",
        "INVALID_STRING_FORMAT",
        "must have 0 to 9 characters, and has 10",
    ),
    (
        {"Duration": {"Id": "A"}},
        "duration.id",
        "INVALID_STRING_FORMAT",
        "does not have the form that is asked for: [a-z]{1,3}",
    ),
    ({"Colour": "red"}, "colour", "INVALID_ENUM_VALUE", "must be one of Red, Green, Blue"),
    ({"Catalog": "Aws"}, "catalog", "INVALID_ENUM_VALUE", "must be one of AWS, Sandbox"),
    ({"Kind": "C"}, "kind", "INVALID_ENUM_VALUE", "must be one of A, B"),
    ({"Pages": 0}, "pages", "VALUE_OUT_OF_RANGE", "must be 1 to 100"),
    ({"Pages": 101}, "pages", "VALUE_OUT_OF_RANGE", "must be 1 to 100"),
    ({"Plain": 2**31}, "plain", "VALUE_OUT_OF_RANGE", "must be -2147483648 to 2147483647"),
    # What a parser makes of an integer with thirty digits, and of one with as many below zero.
    ({"Pages": orjson.loads(str(10**30))}, "pages", "VALUE_OUT_OF_RANGE", "must be 1 to 100"),
    ({"Plain": orjson.loads(str(-(10**30)))}, "plain", "VALUE_OUT_OF_RANGE",
     "must be -2147483648 to 2147483647"),
    ({"Plain": orjson.loads(str(-(2**63) - 1))}, "plain", "VALUE_OUT_OF_RANGE",
     "must be -2147483648 to 2147483647"),
    ({"Share": 1.5}, "share", "VALUE_OUT_OF_RANGE", "must be 1 at most"),
    ({"Speed": 0}, "speed", "VALUE_OUT_OF_RANGE", "must be 0.5 at least"),
    ({"Long": "ab"}, "long", "INVALID_STRING_FORMAT", "must have 3 characters at least, and has 2"),
    ({"Key": "abcde"}, "key", "INVALID_STRING_FORMAT", "must have 4 characters, and has 5"),
    ({"Notes": []}, "notes", "NOT_ENOUGH_VALUES", "must have 1 item at least"),
    ({"Notes": MANY[:3]}, "notes", "TOO_MANY_VALUES", "must have 2 items at most, and has 3"),
    ({"Free": MANY}, "free", "TOO_MANY_VALUES", "must have 1000 items at most, and has 1001"),
    ({"Free": ["a", "\0"]}, "free[1]", "INVALID_STRING_FORMAT",
     "must not contain the character U+0000"),
    ({"Parts": [{"Id": "a"}, {"Parts": []}]}, "parts[1].id", "REQUIRED_FIELD_MISSING",
     "parts[1].id is required"),
    ({"Parts": [{"Id": "a", "Parts": [{}]}]}, "parts[0].parts[0].id", "REQUIRED_FIELD_MISSING",
     "parts[0].parts[0].id is required"),
    ({"Either": {}}, "either", "REQUIRED_FIELD_MISSING", "must have one of its members"),
    ({"Either": {"Left": None}}, "either", "REQUIRED_FIELD_MISSING",
     "must have one of its members"),
    ({"Either": {"Left": "l", "Right": {"Id": "a"}}}, "either", "INVALID_VALUE",
     "must have one member only"),
    ({"Labels": {"a": {}}}, "labels.a.id", "REQUIRED_FIELD_MISSING", "labels.a.id is required"),
    ({"Labels": {"": {"Id": "a"}}}, "labels.", "INVALID_STRING_FORMAT",
     "does not have the form that is asked for: [a-z]{1,3}"),
    ({"Labels": {"a": {"Id": "a"}, "b": {"Id": "a"}, "c": {"Id": "a"}}}, "labels",
     "TOO_MANY_VALUES", "must have 2 items at most, and has 3"),
    ({"Any": {"a": ["b", {"c": "\0"}]}}, "any", "INVALID_STRING_FORMAT",
     "must not contain the character U+0000"),
    ({"At": "tomorrow"}, "at", "INVALID_STRING_FORMAT",
     "must be an ISO 8601 instant such as 2026-11-23T08:00:00Z"),
    ({"At": 10**15}, "at", "VALUE_OUT_OF_RANGE",
     "must be an instant of the years 1 to 9999"),
    ({"At": 1e300}, "at", "VALUE_OUT_OF_RANGE",
     "must be an instant of the years 1 to 9999"),
    ({"At": "9999-12-31T23:59:59.999-00:01"}, "at", "VALUE_OUT_OF_RANGE",
     "must be an instant of the years 1 to 9999"),
    ({"At": "0001-01-01T00:00:00+14:00"}, "at", "VALUE_OUT_OF_RANGE",
     "must be an instant of the years 1 to 9999"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "path", "code", "message"), REFUSED)
def test_validate_one_fault_is_told_with_its_place(
    small: Contract, body: Document, path: str, code: str, message: str
) -> None:
    assert faults(small, {**GOOD, **body}) == [(path, code, message)]


WRONG_TYPES: list[tuple[Any, str]] = [
    ([], "The request: expected an object, found a list"),
    (None, "The request: expected an object, found null"),
    ({"Name": 1}, "name: expected a string, found a number"),
    ({"Name": {}}, "name: expected a string, found an object"),
    ({"Colour": []}, "colour: expected a string, found a list"),
    ({"Pages": "1"}, "pages: expected an integer, found a string"),
    ({"Pages": True}, "pages: expected an integer, found true or false"),
    ({"Pages": 1.0}, "pages: expected an integer, found a number with a fraction"),
    ({"Total": 2.0}, "total: expected an integer, found a number with a fraction"),
    ({"Share": "1"}, "share: expected a number, found a string"),
    ({"Ready": 0}, "ready: expected true or false, found a number"),
    ({"At": True}, "at: expected a timestamp (ISO 8601 text or seconds since 1970), "
     "found true or false"),
    ({"Notes": {}}, "notes: expected a list, found an object"),
    ({"Free": ["a", None]}, "free[1]: expected a string, found null"),
    ({"Parts": ["a"]}, "parts[0]: expected an object, found a string"),
    ({"Labels": []}, "labels: expected an object, found a list"),
    ({"Labels": {"a": "b"}}, "labels.a: expected an object, found a string"),
    ({"Either": "Left"}, "either: expected an object, found a string"),
    ({"AWSAccount": 1}, "awsAccount: expected a string, found a number"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), WRONG_TYPES)
def test_validate_wrong_type_is_refused_alone(small: Contract, body: Any, message: str) -> None:
    # The faults beside it (no name, no token) are not told.
    with pytest.raises(SerializationException) as refused:
        small.operations["Put"].validate(body)
    assert refused.value.message == message


def test_validate_all_faults_come_together_in_the_models_order(small: Contract) -> None:
    told = faults(small, {"Pages": 0, "Notes": [], "Colour": "x", "Either": {}})
    assert [path for path, _, _ in told] == [
        "name",
        "clientToken",
        "colour",
        "pages",
        "notes",
        "either",
    ]


def test_validate_known_members_stay_as_sent(small: Contract) -> None:
    body: Document = {
        **GOOD,
        "Share": 1,
        "Ready": False,
        "Either": {"Left": "l"},
        "Labels": {"a": {"Id": "x"}},
        "Any": {"b": [None, 1]},
    }
    known, errors = small.operations["Put"].validate({**body, "PartnerId": 1, "Colour": None})
    assert (known, errors) == (body, ())


def test_validate_explicit_null_is_kept_where_the_service_says_so(small: Contract) -> None:
    body: Document = {**GOOD, "Duration": None, "Either": None}
    assert small.operations["Put"].validate(body)[0] == {**GOOD, "Duration": None}
    assert small.operations["Put"].validate(GOOD)[0] == GOOD


def test_validate_null_entries_of_a_map_are_absent(small: Contract) -> None:
    known, errors = small.operations["Put"].validate({**GOOD, "Labels": {"a": None}})
    assert (known["Labels"], errors) == ({}, ())


def test_validate_items_of_an_oversized_list_are_not_looked_at(small: Contract) -> None:
    known, errors = small.operations["Put"].validate({**GOOD, "Notes": [1, 2, 3]})
    assert known["Notes"] == []
    assert [error.code for error in errors] == ["TOO_MANY_VALUES"]


def test_validate_faults_are_capped(small: Contract) -> None:
    assert len(faults(small, {**GOOD, "Parts": [{}] * (FAULTS_MAX + 1)})) == FAULTS_MAX


def test_validate_wrong_type_is_found_beyond_the_cap(small: Contract) -> None:
    with pytest.raises(SerializationException):
        small.operations["Put"].validate({**GOOD, "Parts": [{}] * FAULTS_MAX + [1]})


INSTANTS: list[tuple[str | int | float, str]] = [
    ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00.000Z"),
    ("2026-11-23T08:00:00.123456Z", "2026-11-23T08:00:00.123Z"),
    ("2026-11-23T08:00:00.999999999Z", "2026-11-23T08:00:00.999Z"),
    ("2026-11-23T10:00:00+02:00", "2026-11-23T08:00:00.000Z"),
    ("2026-11-23", "2026-11-23T00:00:00.000Z"),
    (1795420800, "2026-11-23T08:00:00.000Z"),
    (1795420800.123, "2026-11-23T08:00:00.123Z"),
    (1795420800.1239, "2026-11-23T08:00:00.123Z"),
    (-0.001, "1969-12-31T23:59:59.999Z"),
    (0, "1970-01-01T00:00:00.000Z"),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    (-62135596800, "0001-01-01T00:00:00.000Z"),
    ("0999-12-31T23:59:59.999Z", "0999-12-31T23:59:59.999Z"),
    ("9999-12-31T00:00:00.001Z", "9999-12-31T00:00:00.001Z"),
    ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z"),
]


@pytest.mark.parametrize(("sent", "kept"), INSTANTS)
def test_validate_instants_become_canonical(
    small: Contract, sent: str | int | float, kept: str
) -> None:
    known, errors = small.operations["Put"].validate({**GOOD, "At": sent})
    assert (known["At"], errors) == (kept, ())


def test_validate_lengths_count_code_points(small: Contract) -> None:
    assert faults(small, {**GOOD, "Name": "\U0001f600" * 5}) == []


def test_validate_pattern_left_out_for_a_member_is_asked_elsewhere(small: Contract) -> None:
    assert faults(small, {**GOOD, "Code": "ABCD"}) == []
    assert faults(small, {**GOOD, "Parts": [{"Id": "ABCD"}]})[0][0] == "parts[0].id"


def test_validate_pattern_left_out_for_a_shape() -> None:
    additions = Additions(
        values={},
        closed={},
        unpatterned=frozenset({"Line"}),
        nulls=frozenset(),
        empty_lists=frozenset(),
        objects=frozenset(),
    )
    contract = load(orjson.dumps(MODEL), additions)
    assert faults(contract, {**GOOD, "Line": "longer\nthan five"}) == []


MANY_COLOURS = [f"Shade of {name}" for name in "abcdefghijklmnopqrstuvwxyz0123456789"]


@pytest.mark.parametrize(
    ("sent", "nearest"),
    [("shade of k", "; the nearest is Shade of k"), ("?", ""), ("x" * 100_000, "")],
)
@pytest.mark.parametrize("closed", [False, True])
def test_validate_long_enums_name_the_nearest_value_and_where_all_are(
    sent: str, nearest: str, closed: bool
) -> None:
    colour: dict[str, Any] = {"type": "string"}
    additions = NO_ADDITIONS
    if closed:
        additions = additions._replace(closed={"Colour": tuple(MANY_COLOURS)})
    else:
        colour["enum"] = MANY_COLOURS
    model = {**MODEL, "shapes": {**SHAPES, "Colour": colour}}
    contract = load(orjson.dumps(model), additions)
    message = f"must be one of the values that the API's reference lists{nearest}"
    assert faults(contract, {**GOOD, "Colour": sent}) == [("colour", "INVALID_ENUM_VALUE", message)]


def test_validate_words_stand_for_a_pattern() -> None:
    words = "must be a code such as abc"
    contract = load(orjson.dumps(MODEL), NO_ADDITIONS._replace(words={"Code": words}))
    told = [("duration.id", "INVALID_STRING_FORMAT", words)]
    assert faults(contract, {**GOOD, "Duration": {"Id": "A"}}) == told


def test_enum_lists_what_is_accepted(small: Contract) -> None:
    assert small.enum("Colour") == ("Red", "Green", "Blue")
    assert small.enum("CatalogName") == ("AWS", "Sandbox")
    assert small.enum("Text") == ()


@pytest.mark.parametrize(
    ("member", "step"),
    [("Sort", "sort"), ("SortBy", "sortBy"), ("AWS", "aws"), ("AWSAccount", "awsAccount")],
)
def test_lower_camel(member: str, step: str) -> None:
    assert lower_camel(member) == step


def test_path_text_cuts_long_keys() -> None:
    assert path_text((((None, ""), "labels"), "k" * 99)) == "labels." + "k" * 40


# --- closed members ------------------------------------------------------------------------------


def test_members_that_are_not_in_the_model_are_faults_where_a_service_says_so() -> None:
    closed = load(orjson.dumps(MODEL), ADDITIONS._replace(closed_members=True))
    document = {**GOOD, "Colours": None, "Zzzzzzz": 1, "Duration": {"Idd": "a", "Amount": "b"}}
    assert [one for one in faults(closed, document) if "no member" in one[2]] == [
        ("duration.idd", "INVALID_VALUE", "There is no member 'Idd'. Did you mean Id?"),
        ("duration.amount", "INVALID_VALUE", "There is no member 'Amount'."),
        ("colours", "INVALID_VALUE", "There is no member 'Colours'. Did you mean Colour?"),
        ("zzzzzzz", "INVALID_VALUE", "There is no member 'Zzzzzzz'."),
    ]
    assert faults(load(orjson.dumps(MODEL), ADDITIONS), {**GOOD, "Colours": None}) == []


def test_a_member_of_a_member_is_told_where_it_is() -> None:
    closed = load(orjson.dumps(MODEL), ADDITIONS._replace(closed_members=True))
    told = "There is no member 'Id'. Did you mean Duration.Id?"
    assert ("id", "INVALID_VALUE", told) in faults(closed, {**GOOD, "Id": "a"})


def test_no_more_strangers_are_told_than_faults_are() -> None:
    closed = load(orjson.dumps(MODEL), ADDITIONS._replace(closed_members=True))
    many = {f"Stranger{number}": 1 for number in range(10_000)}
    assert len(faults(closed, {**GOOD, **many})) == FAULTS_MAX

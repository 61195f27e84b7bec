"""The form of every successful answer, checked against the model as data: alphabetical members,
explicit nulls, `[]` and objects where they are promised, instants with three digits, texts of the
model's lengths and forms, lists of its sizes.

Reads model.json by itself, so that it can disagree with the program. Must not know values.
"""

import json
import re
from importlib.resources import files
from typing import Any

from cosell.contract.patterns import plan, rest_matcher
from tests import second_opinion
from tests.deviations import FURTHER_VALUES, MAY_BE_BLANK, MAY_BE_EMPTY, OTHER_FORMS

MODEL: dict[str, Any] = json.loads((files("cosell.selling") / "model.json").read_bytes())
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

OBJECTS = {("GetOpportunityResponse", name) for name in (
    "Customer", "LifeCycle", "Marketing", "Project", "RelatedEntityIdentifiers")}  # fmt: skip
EMPTY_LISTS = {("RelatedEntityIdentifiers", name) for name in (
    "AwsMarketplaceOfferSets", "AwsMarketplaceOffers", "AwsMarketplaceProducts",
    "AwsMarketplaceSolutions", "AwsProducts", "Solutions")}  # fmt: skip
EMPTY_LISTS |= {
    ("GetEngagementInvitationResponse", "ExistingMembers"),
    ("GetResourceSnapshotResponse", "TargetMemberAccounts"),
    ("ListTagsForResourceResponse", "Tags"),
}


def is_empty_list(structure: str, member: str, kind: str) -> bool:
    """Whether an unset member is `[]`: the lists of list operations, and those named above."""
    listing = structure.startswith("List") and structure.endswith("Response")
    return kind == "list" and (listing or (structure, member) in EMPTY_LISTS)


def faults(operation: str, body: bytes) -> list[str]:
    """What is wrong with the form of an operation's successful answer, each with its place; if
    nothing is, what another SDK finds."""
    output = MODEL["operations"][operation].get("output")
    if output is None:
        return [f"a body: {body!r}"] if body else []
    found: list[str] = []
    _check(output["shape"], json.loads(body), operation, found)
    return found or second_opinion.faults(output["shape"], body)


def ensure_form(operation: str, body: bytes) -> None:
    """AssertionError for an answer that does not have the form of AWS's own."""
    found = faults(operation, body)
    assert not found, "\n".join(found)


def observe(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """A botocore handler of `before-parse`: checks each answer before boto3 reads it."""
    if response_dict["status_code"] == 200:
        ensure_form(operation_model.name, response_dict["body"])


def _check(name: str, value: Any, place: str, found: list[str]) -> None:
    shape = MODEL["shapes"][name]
    kind = shape["type"]
    if kind == "structure" and isinstance(value, dict):
        _check_structure(name, value, place, found)
    elif kind == "list" and isinstance(value, list):
        least = 0 if name in MAY_BE_EMPTY else shape.get("min", 0)
        if not least <= len(value) <= shape.get("max", len(value)):
            found.append(f"{place}: {len(value)} items are no {name}")
        for number, item in enumerate(value):
            _check(shape["member"]["shape"], item, f"{place}[{number}]", found)
    elif kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            _check(shape["value"]["shape"], item, f"{place}.{key}", found)
    elif not _is_scalar(name, shape, value):
        found.append(f"{place}: {value!r} is no {name}")


def _check_structure(name: str, value: dict[str, Any], place: str, found: list[str]) -> None:
    shape = MODEL["shapes"][name]
    members = shape["members"]
    if shape.get("union"):
        if len(value) != 1 or not value.keys() <= members.keys():
            found.append(f"{place}: a union has its one member, not {list(value)}")
    elif list(value) != sorted(members):
        found.append(f"{place}: {list(value)} should be {sorted(members)}")
    for member, item in value.items():
        if member not in members:
            continue
        inner = members[member]["shape"]
        if item == "" and (name, member) in MAY_BE_BLANK:
            continue
        if isinstance(item, str) and (name, member) in OTHER_FORMS:
            continue
        if item is not None:
            _check(inner, item, f"{place}.{member}", found)
        elif _is_promised(name, member):
            found.append(f"{place}.{member}: is null")


def _is_promised(structure: str, member: str) -> bool:
    shape = MODEL["shapes"][structure]
    kind = MODEL["shapes"][shape["members"][member]["shape"]]["type"]
    required = member in shape.get("required", ()) or shape.get("union")
    return (
        bool(required) or (structure, member) in OBJECTS or is_empty_list(structure, member, kind)
    )


def _is_scalar(name: str, shape: dict[str, Any], value: Any) -> bool:
    kind = shape["type"]
    if kind == "timestamp":
        return isinstance(value, str) and bool(INSTANT.fullmatch(value))
    if kind == "string":
        return isinstance(value, str) and _is_text(name, shape, value)
    if kind == "boolean":
        return isinstance(value, bool)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and shape.get("min", value) <= value <= shape.get("max", value)


def _is_text(name: str, shape: dict[str, Any], value: str) -> bool:
    if "enum" in shape:
        return value in shape["enum"] or value in FURTHER_VALUES.get(name, ())
    if not shape.get("min", 0) <= len(value) <= shape.get("max", len(value)):
        return False
    if "pattern" not in shape or name in OTHER_FORMS:
        return True
    planned, matches = plan(shape["pattern"]), rest_matcher(shape["pattern"])
    long = planned.shortest <= len(value) <= (planned.longest or len(value))
    return long and (matches is None or matches(value))

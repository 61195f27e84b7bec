"""The form of every successful answer, checked against the model as data: alphabetical members,
explicit nulls, `[]` and objects where they are promised, instants with three digits.

Reads model.json by itself, so that it can disagree with the program. Must not know values.
"""

import json
import re
from importlib.resources import files
from typing import Any

MODEL: dict[str, Any] = json.loads((files("cosell.selling") / "model.json").read_bytes())
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

# Accepted in requests beside the model's own values, so they come back in answers.
FURTHER_VALUES = {"None", "Do Not Need Support from AWS Sales Rep"}
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
    """What is wrong with the form of an operation's successful answer; each with its place."""
    output = MODEL["operations"][operation].get("output")
    if output is None:
        return [f"a body: {body!r}"] if body else []
    found: list[str] = []
    _check(output["shape"], json.loads(body), operation, found)
    return found


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
        for number, item in enumerate(value):
            _check(shape["member"]["shape"], item, f"{place}[{number}]", found)
    elif not _is_scalar(shape, value):
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


def _is_scalar(shape: dict[str, Any], value: Any) -> bool:
    kind = shape["type"]
    if kind == "timestamp":
        return isinstance(value, str) and bool(INSTANT.fullmatch(value))
    if kind == "string":
        values = shape.get("enum")
        return isinstance(value, str) and (
            values is None or value in values or value in FURTHER_VALUES
        )
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool)

"""What another SDK makes of an answer: capo, which others generate from AWS's Smithy model.

An answer is decoded, what came of it is held against the SDK's own types, and it is encoded again,
which must give what came in but for nulls. Reads nothing of ours but the deviations that
tests/deviations.py names. Must not know values.
"""

import importlib
import json
import pkgutil
import re
import typing
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import ModuleType, UnionType
from typing import Any

import capo_partnercentral_selling as sdk
import capo_partnercentral_selling.types as sdk_types

from tests.deviations import FURTHER_VALUES

# Members that the Smithy model requires and the model that AWS publishes does not: where an answer
# leaves one out, the SDK's codec writes this.
FILLED = {
    "Amount": "",
    "CountryCode": "",
    "CustomerAction": "",
    "QualificationStatus": "Unqualified",
    "SourceId": "",
    "SourceName": "",
    "SourceType": "",
}
UNKNOWN = "$unknown"  # the SDK's stand-in for a member of a union that it does not know


def faults(name: str, body: bytes) -> list[str]:
    """What the other SDK finds wrong with a successful answer of a shape."""
    answer = json.loads(body)
    codec = _module(name)
    try:
        decoded = codec.deserialize_aws_json_1_0(answer)
        found: list[str] = []
        _check(getattr(codec, name), decoded, name, found)
        again = codec.serialize_aws_json_1_0(decoded)
    except Exception as error:  # whatever its codec stumbles over is a fault of the answer
        return [f"{name}: {type(error).__name__}: {error}"]
    return found or _differences(_plain(answer), _plain(again), name)


@cache
def _names() -> Mapping[str, str]:
    """The SDK's modules by shape name in lower case."""
    found = (one.name for one in pkgutil.iter_modules(sdk_types.__path__))
    return {name.replace("_", ""): name for name in found}


def _module(shape: str) -> ModuleType:
    return importlib.import_module(f"{sdk_types.__name__}.{_names()[shape.lower()]}")


# --- values against types ------------------------------------------------------------------------


@cache
def _members(structure: Any) -> dict[str, Any]:
    """A structure's members and their types, which the SDK writes as text."""
    for text in map(str, structure.__annotations__.values()):
        for path in re.findall(rf"{sdk_types.__name__}\.\w+", text):
            _import_below(path)
    return typing.get_type_hints(structure, None, {sdk.__name__: sdk})


@cache
def _import_below(path: str) -> None:
    """Import a module and what its own types name, as far as they are no structures."""
    module = importlib.import_module(path)
    for value in vars(module).values():
        for text in re.findall(rf"{sdk_types.__name__}\.\w+", repr(value)):
            if text != path and not isinstance(value, ModuleType):
                _import_below(text)


@cache
def _further() -> list[tuple[Any, set[str]]]:
    return [(getattr(_module(shape), shape), set(more)) for shape, more in FURTHER_VALUES.items()]


def _check(hint: Any, value: Any, place: str, found: list[str]) -> None:
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        accepted = set(typing.get_args(hint)).union(*(m for e, m in _further() if e == hint))
        if value and value not in accepted:  # '' is filled in, or found by the other check
            found.append(f"{place}: {value!r} is none of {sorted(accepted)}")
    elif origin is list:
        for number, item in enumerate(value):
            _check(typing.get_args(hint)[0], item, f"{place}[{number}]", found)
    elif origin is dict:
        for key, item in value.items():
            _check(typing.get_args(hint)[1], item, f"{place}.{key}", found)
    elif origin in (UnionType, typing.Union):
        _check_union(hint, value, place, found)
    elif hasattr(hint, "__required_keys__"):
        _check_structure(hint, value, place, found)
    elif type(value) is not hint:
        found.append(f"{place}: {value!r} is no {hint.__name__}")


def _check_union(union: Any, value: Any, place: str, found: list[str]) -> None:
    if UNKNOWN in value:
        found.append(f"{place}: {value[UNKNOWN]['name']} is no member of the union")
        return
    one = next(one for one in typing.get_args(union) if _members(one).keys() == value.keys())
    _check_structure(one, value, place, found)


def _check_structure(structure: Any, value: Any, place: str, found: list[str]) -> None:
    members = _members(structure)
    if lacking := structure.__required_keys__ - value.keys():
        found.append(f"{place}: lacks {sorted(lacking)}")
    for name, item in value.items():
        _check(members[name], item, f"{place}.{name}", found)


# --- what came in and what came out --------------------------------------------------------------


def _plain(value: Any) -> Any:
    """Without nulls, and with instants as instants: their text may differ in zeros."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", value):
        return datetime.fromisoformat(value)
    return value


def _differences(sent: Any, again: Any, place: str) -> list[str]:
    if isinstance(sent, dict) and isinstance(again, dict):
        there = {n for n, v in again.items() if n in sent or n not in FILLED or v != FILLED[n]}
        names = sorted(sent.keys() | there)
        pairs = [(f"{place}.{name}", sent.get(name), again.get(name)) for name in names]
    elif isinstance(sent, list) and isinstance(again, list) and len(sent) == len(again):
        pairs = [(f"{place}[{n}]", a, b) for n, (a, b) in enumerate(zip(sent, again, strict=True))]
    else:
        return [] if sent == again else [f"{place}: {sent!r} is {again!r} to the other SDK"]
    return [told for at, a, b in pairs for told in _differences(a, b, at)]

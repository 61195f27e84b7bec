"""What the model asks of a request, in sentences: one for each member of a structure."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

import orjson

from cosell import desk, selling
from cosell.contract.patterns import plan
from cosell.contract.validators import accepted_values
from cosell.selling.contract import ADDITIONS, CONTRACT
from tools.reference import code, link, listed

VALUES_TOLD_MAX: Final = 12
_KINDS: Final = {
    "timestamp": "an instant",
    "boolean": "true or false",
    "blob": "bytes, in base64",
    "map": "a map",
}


@cache
def shapes() -> Mapping[str, Any]:
    """The model's shapes, as AWS has them, and the desk's own."""
    read = [orjson.loads((files(one) / "model.json").read_bytes()) for one in (desk, selling)]
    return cast("Mapping[str, Any]", {**read[0]["shapes"], **read[1]["shapes"]})


def structures(roots: tuple[str, ...]) -> list[str]:
    """Every structure below some shapes, by name, these shapes left out."""
    known = shapes()
    return sorted(name for name in _below(roots) if known[name]["type"] == "structure")


def _below(roots: tuple[str, ...]) -> set[str]:
    known = shapes()
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        shape = known[waiting.pop()]
        refs = [*shape.get("members", {}).values()]
        refs += [shape[part] for part in ("member", "key", "value") if part in shape]
        fresh = {ref["shape"] for ref in refs} - found
        found |= fresh
        waiting += sorted(fresh)
    return found


def choices() -> dict[str, tuple[str, ...]]:
    """The closed lists that are too long to be told where they are asked for, by name."""
    requests = (operation.input_shape for operation in CONTRACT.operations.values())
    found = closed_lists(tuple(requests))
    found |= {key[1]: values for key, values in ADDITIONS.closed.items() if isinstance(key, tuple)}
    return {name: found[name] for name in sorted(found) if len(found[name]) > VALUES_TOLD_MAX}


def closed_lists(roots: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The values of each string shape below some shapes: none where anything goes."""
    known = shapes()
    texts = sorted(name for name in _below(roots) if known[name]["type"] == "string")
    return {name: accepted_values(name, known[name], ADDITIONS) for name in texts}


def is_union(structure: str) -> bool:
    """Whether one of a structure's members is set, and one alone."""
    return bool(shapes()[structure].get("union"))


def members(structure: str) -> list[tuple[str, str]]:
    """Each member of a structure and what it may be."""
    shape = shapes()[structure]
    required = shape.get("required", ())
    told = []
    for name, ref in shape["members"].items():
        what = _what(structure, name, ref["shape"])
        if ref.get("idempotencyToken"):
            what += "; SDKs fill it in"
        told.append((name, f"required; {what}" if name in required else what))
    return told


def _what(owner: str, member: str, name: str) -> str:
    if values := ADDITIONS.closed.get((owner, member)):
        return _choice(values, member)
    unasked = (owner, member) in ADDITIONS.unpatterned or name in ADDITIONS.unpatterned
    return told_shape(name, patterned=not unasked)


def told_shape(name: str, *, patterned: bool = True) -> str:
    """What a value of a shape may be."""
    shape = shapes()[name]
    kind = shape["type"]
    if kind == "structure":
        return f"an object, {link(name, shown=code(name))}"
    if kind == "list":
        item = told_shape(shape["member"]["shape"])
        return f"a list of {_size(shape)}, each {item}"
    if kind == "string":
        return _text(name, shape, patterned)
    return _KINDS.get(kind) or f"a number{_range(shape)}"


def _text(name: str, shape: Mapping[str, Any], patterned: bool) -> str:
    if values := accepted_values(name, shape, ADDITIONS):
        return _choice(values, name)
    pattern = shape.get("pattern") if patterned else None
    least, most, rest = shape.get("min", 0), shape.get("max"), ""
    if pattern is not None:
        planned = plan(pattern)
        least = max(least, planned.shortest)
        most = planned.longest if most is None else min(most, planned.longest or most)
        rest = planned.rest
    size = _between(least, most, "character")
    form = f"of the form {code(rest)}" if rest else ""
    return " ".join(part for part in ("text", f"of {size}" if size else "", form) if part)


def _choice(values: tuple[str, ...], name: str) -> str:
    if len(values) == 1:
        return code(values[0])
    if len(values) <= VALUES_TOLD_MAX:
        return f"one of {listed(map(code, values), 'or')}"
    return f"one of the {len(values)} values of {link(name, shown=code(name))}"


def _size(shape: Mapping[str, Any]) -> str:
    return _between(shape.get("min", 0), shape.get("max"), "value") or "values"


def _between(least: int, most: int | None, noun: str) -> str:
    """`1 to 10 values`; nothing where anything goes."""
    if most is None:
        return f"{least} {noun}s or more" if least else ""
    if least == most:
        return f"{most} {noun}s" if most != 1 else f"1 {noun}"
    return f"{least} to {most} {noun}s" if least else f"up to {most} {noun}s"


def _range(shape: Mapping[str, Any]) -> str:
    least, most = shape.get("min"), shape.get("max")
    if least is None and most is None:
        return ""
    if most is None:
        return f" from {least} on"
    return f" up to {most}" if least is None else f" from {least} to {most}"

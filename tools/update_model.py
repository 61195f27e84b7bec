"""Writes src/cosell/selling/model.json from the installed botocore, and prints what changed; then
desk/model.json: the desk's own operations and shapes (desk/own/) and the shapes that it shares with
selling.

    python tools/update_model.py [--date YYYY-MM-DD]

All documentation text is left out. The date is that of the botocore release, as given; without one
it stays while the botocore version does, else it is today's. Must not change the model otherwise:
what the service knows beyond it is in the service's own code.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import botocore
from botocore.loaders import Loader

Model: TypeAlias = dict[str, Any]

SERVICE = "partnercentral-selling"
SOURCES = Path(__file__).parents[1] / "src/cosell"
MODEL = SOURCES / "selling/model.json"
DESK_OWN = SOURCES / "desk/own"
DESK = SOURCES / "desk/model.json"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--date", help="the day of the botocore release, YYYY-MM-DD")
    date: str | None = parser.parse_args(arguments).date
    before: Model = json.loads(MODEL.read_bytes()) if MODEL.exists() else {}
    after = read_installed()
    after["metadata"]["modelDate"] = date or model_date(before, after)
    for line in differences(before, after):
        sys.stdout.write(line + "\n")
    MODEL.write_text(serialise(after), encoding="utf-8")
    desk = completed(read_own(), after)
    DESK.write_text(serialise(desk), encoding="utf-8")
    return 0


def read_own() -> Model:
    """The desk's model as it is written: service.json says what holds for all of its operations,
    each other file brings operations (name, input, output) and the shapes that they need."""
    service: Model = json.loads((DESK_OWN / "service.json").read_bytes())
    errors = [{"shape": name} for name in service.pop("errors")]
    operations: Model = {}
    shapes: Model = service.pop("shapes")
    for part in sorted(DESK_OWN.glob("*.json")):
        if part.name == "service.json":
            continue
        own: Model = json.loads(part.read_bytes())
        shapes |= own["shapes"]
        for name, ends in own["operations"].items():
            operations[name] = {
                "name": name,
                "http": {"method": "POST", "requestUri": "/"},
                **{end: {"shape": shape} for end, shape in ends.items()},
                "errors": errors,
            }
    return {**service, "operations": operations, "shapes": shapes}


def completed(own: Model, selling: Model) -> Model:
    """A model of our own with the selling shapes that it refers to, and theirs."""
    shapes: Model = dict(own["shapes"])
    wanted = [error["shape"] for one in own["operations"].values() for error in one["errors"]]
    wanted += [name for shape in shapes.values() for name in _referred(shape)]
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name] = selling["shapes"][name]
            wanted += _referred(shapes[name])
    return {**own, "shapes": dict(sorted(shapes.items()))}


def _referred(shape: Model) -> list[str]:
    refs = [*shape.get("members", {}).values()]
    refs += [shape[part] for part in ("member", "key", "value") if part in shape]
    return [ref["shape"] for ref in refs]


def read_installed() -> Model:
    """The newest model that the installed botocore has, without documentation, in a stable order.

    Members and enums keep AWS's order: faults are told, and values listed, in it.
    """
    loader = Loader()
    model = without_documentation(loader.load_service_model(SERVICE, "service-2"))
    pages: Model = loader.load_service_model(SERVICE, "paginators-1")
    source = f"botocore {botocore.__version__}"
    return {
        "version": model["version"],
        "metadata": {**model["metadata"], "source": source},
        "operations": dict(sorted(model["operations"].items())),
        "pagination": dict(sorted(pages["pagination"].items())),
        "shapes": dict(sorted(model["shapes"].items())),
    }


def without_documentation(node: Any) -> Any:
    """The same tree without any text called `documentation`; a member of that name is kept."""
    if isinstance(node, list):
        return [without_documentation(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_documentation(item)
        for key, item in node.items()
        if key != "documentation" or not isinstance(item, str)
    }


def model_date(before: Model, after: Model) -> str:
    """The date as it was while the source is the same, else today's."""
    known = before.get("metadata", {})
    if known.get("source") == after["metadata"]["source"] and "modelDate" in known:
        return str(known["modelDate"])
    return datetime.now(UTC).date().isoformat()


def serialise(model: Model) -> str:
    """One member a line, so that an update can be read as a difference."""
    return json.dumps(model, indent=1, ensure_ascii=False) + "\n"


def differences(before: Model, after: Model) -> Iterator[str]:
    """Lines that say what is new, gone and other: operations, shapes, members, enums, the rest."""
    old, new = dict(_facts(before)), dict(_facts(after))
    for fact in sorted(old.keys() | new.keys()):
        if fact not in old:
            yield f"+ {fact}"
        elif fact not in new:
            yield f"- {fact}"
        elif old[fact] != new[fact]:
            yield f"~ {fact}: {_told(old[fact])} -> {_told(new[fact])}"
    counts = f"{len(after['operations'])} operations, {len(after['shapes'])} shapes"
    yield f"{counts}, {after['metadata']['source']}, dated {after['metadata']['modelDate']}"


def _facts(model: Model) -> Iterator[tuple[str, Any]]:
    yield from ((f"metadata {key}", value) for key, value in model.get("metadata", {}).items())
    for group in ("operations", "pagination"):
        for name, operation in model.get(group, {}).items():
            yield f"{group} {name}", operation
    for name, shape in model.get("shapes", {}).items():
        yield f"shape {name}", {k: v for k, v in shape.items() if k not in ("members", "enum")}
        for member, ref in shape.get("members", {}).items():
            yield f"shape {name} member {member}", ref
        for value in shape.get("enum", ()):
            yield f"shape {name} value {value!r}", True


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

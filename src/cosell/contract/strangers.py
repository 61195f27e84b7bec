"""Finds members in a document that its shape does not have, at any depth.

AWS's services leave such members out without a word; who writes requests by hand wants to be told.
Must not judge what a member's value is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cosell.contract import Stranger


def strangers(
    shapes: Mapping[str, Any], shape_name: str, value: object, path: str = ""
) -> Iterator[Stranger]:
    """The strangers in a document of a shape, in its order; paths as `Project.Titel`."""
    shape = shapes[shape_name]
    if shape["type"] == "structure" and isinstance(value, Mapping):
        members = shape["members"]
        for name, inner in value.items():
            here = f"{path}.{name}" if path else str(name)
            if name in members:
                yield from strangers(shapes, members[name]["shape"], inner, here)
            else:
                yield Stranger(here, str(name), tuple(members))
    elif shape["type"] == "list" and isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from strangers(shapes, shape["member"]["shape"], inner, f"{path}[{index}]")
    elif shape["type"] == "map" and isinstance(value, Mapping):
        for key, inner in value.items():
            yield from strangers(shapes, shape["value"]["shape"], inner, f"{path}.{key}")

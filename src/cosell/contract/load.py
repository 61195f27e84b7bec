"""Reads a service's model and makes its contract. The parts of it compile when they are first used.

Loading parses the file and touches no shape but the inputs' member names: a start-up pays for what
it needs. Must not know a particular service.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from cosell.contract import Additions, Contract, Document, Member, Operation
from cosell.contract.faults import lower_camel
from cosell.contract.renderers import Redactions, Renderers
from cosell.contract.strangers import strangers
from cosell.contract.validators import Validators, accepted_values
from cosell.originals import orjson, sha256

DIGEST_NUMBER = b"1"
"""Leads what is digested; changes when the serialisation below does."""


def load(model: bytes, additions: Additions) -> Contract:
    """The contract of a model in the format of AWS's service-2.json."""
    return _Loading(parsed(model), additions).contract()


def parsed(text: bytes) -> Any:
    """A document that lies beside the code: what is made of it stays. So it is orjson's own part
    that reads it, whatever a test has put in the place of `orjson.loads`."""
    return getattr(orjson, "orjson", orjson).loads(text)


def digest(known: Document, token: str | None) -> bytes:
    """SHA-256 of a request's known members, whatever order they came in, without the token."""
    bound = {name: value for name, value in known.items() if name != token}
    serialised = orjson.dumps(bound, option=orjson.OPT_SORT_KEYS)
    return sha256(DIGEST_NUMBER + serialised).digest()


class _Loading:
    """A parsed model and the compilers that its operations share."""

    def __init__(self, model: dict[str, Any], additions: Additions) -> None:
        self.model = model
        self.shapes: Mapping[str, Any] = model["shapes"]
        self.additions = additions
        self.validators = Validators(self.shapes, additions)
        self.renderers = Renderers(self.shapes, additions)
        self.redactions = Redactions(self.shapes)

    def contract(self) -> Contract:
        metadata = self.model["metadata"]
        operations = {name: self.operation(raw) for name, raw in self.model["operations"].items()}
        return Contract(
            service_id=metadata["serviceId"],
            target_prefix=metadata["targetPrefix"],
            signing_name=metadata["signingName"],
            model_date=metadata["modelDate"],
            operations=operations,
            errors=frozenset[str]().union(*(one.errors for one in operations.values())),
            enum=self.enum,
            render=self.render,
            redact=self.redact,
            owner=self.owner,
            strangers=partial(strangers, self.shapes),
            outline=self.outline,
            compile_all=self.compile_all,
        )

    def operation(self, raw: Mapping[str, Any]) -> Operation:
        name: str = raw["name"]
        input_shape: str = raw["input"]["shape"]
        output_shape: str | None = raw.get("output", {}).get("shape")
        members: Mapping[str, Any] = self.shapes[input_shape]["members"]
        token = next((m for m, ref in members.items() if ref.get("idempotencyToken")), None)
        pages = self.model.get("pagination", {}).get(name, {})
        return Operation(
            name=name,
            input_shape=input_shape,
            output_shape=output_shape,
            errors=frozenset(error["shape"] for error in raw.get("errors", ())),
            idempotency_token=token,
            members=tuple(members),
            is_read_only=raw.get("readonly", False),
            result_list=pages.get("result_key"),
            validate=lambda document: self.validators.validate(input_shape, document),
            render=self._rendering(output_shape),
            digest=lambda known: digest(known, token),
        )

    def _rendering(self, output_shape: str | None) -> Callable[[Document], Document]:
        if output_shape is None:
            return lambda _document: {}
        return lambda document: self.render(output_shape, document)

    def enum(self, shape_name: str) -> tuple[str, ...]:
        return accepted_values(shape_name, self.shapes[shape_name], self.additions)

    def render(self, shape_name: str, document: Document) -> Document:
        rendering = self.renderers.of(shape_name)
        rendered: Document = document if rendering is None else rendering(document)
        return rendered

    def redact(self, shape_name: str, document: Document) -> Document:
        redacted: Document = self.redactions.of(shape_name)(document)
        return redacted

    def owner(self, shape_name: str, path: str) -> str:
        """Only readers of the journal ask: nothing is kept for it."""
        owner = ""
        for step in re.findall(r"[^.\[\]]+", path):
            shape = self.shapes[shape_name]
            if shape["type"] == "structure":
                owner = shape_name
                inner = (one for name, one in shape["members"].items() if lower_camel(name) == step)
                ref = next(inner, None)
            else:  # an index, or a map's key
                ref = shape.get("member") or shape.get("value")
            if ref is None:
                return ""
            shape_name = ref["shape"]
        return owner

    def outline(self, shape_name: str) -> Iterator[tuple[str, str, bool]]:
        shape = self.shapes[shape_name]
        required = shape.get("required", ())
        for name, ref in shape["members"].items():
            yield name, self.shapes[ref["shape"]]["type"], name in required

    def compile_all(self) -> None:
        if stray := self.stray_additions():
            raise ValueError(f"the model has none of these: {', '.join(stray)}")
        for shape_name in self.shapes:
            self.validators.of(shape_name)
            self.renderers.of(shape_name)
            self.redactions.of(shape_name)

    def stray_additions(self) -> list[str]:
        """What the service adds to shapes and members that its model does not have."""
        added = self.additions
        named = {*added.values, *added.closed, *added.unpatterned, *added.nulls}
        named |= added.empty_lists | added.objects | added.echoes
        return sorted(str(name) for name in named if not self._has(name))

    def _has(self, name: str | Member) -> bool:
        if isinstance(name, str):
            return name in self.shapes
        return name[1] in self.shapes.get(name[0], {}).get("members", {})

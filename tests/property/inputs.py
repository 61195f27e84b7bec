"""Requests drawn from a model with a `Random`: valid ones, and one mutation of a valid one with the
one fault that it is.

Must not know operations, nor what a request does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeAlias

from cosell.contract import Document, Member
from cosell.contract.faults import lower_camel
from cosell.contract.patterns import plan
from tests.property import texts

Shapes: TypeAlias = Mapping[str, Any]
Choices: TypeAlias = Mapping[str | Member, Sequence[Any]]

OFFER = "arn:aws:aws-marketplace:us-east-1:123456789012:AWSMarketplace/"
ROLE = "arn:aws:iam::111122223333:role/path/name"
SAMPLES: dict[str, Sequence[str]] = {  # beside what their patterns generate
    "AwsMarketplaceOfferIdentifier": [OFFER + "Offer/offer-1", OFFER + "Offer/"],
    "AwsMarketplaceOfferSetIdentifier": [OFFER + "OfferSet/offerset-1"],
    "CompanyWebsiteUrl": ["example.com", "https://www.example.com/a", "ab.cd"],
    "Email": ["a@b.c", "first.last+tag@mail.example.com"],
    "ResourceSnapshotJobRoleIdentifier": [ROLE, "name"],
    "SenderContactEmail": ["A.b@example.com", "a@b"],
    "TagKey": ["k", "a b", "Größe:1", "x" * 128, "=", "語"],
    "TagValue": ["", "v", "a/b=c+d-e@f", "\u2028", "x" * 256],
}
ONLY_SAMPLES = frozenset({"TagKey", "TagValue"})  # classes of characters that `re` does not know
KNOWN_SHARE = 0.85  # how often a value that exists is taken where there are some
INTEGER_MIN, INTEGER_MAX = -(2**31), 2**31 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Source:
    """What requests are drawn from: a model's shapes, closed lists of values for shapes or members,
    values that exist for shapes, and string shapes without a pattern."""

    shapes: Shapes
    choices: Choices = field(default_factory=dict)
    known: Choices = field(default_factory=dict)
    unpatterned: frozenset[str | Member] = frozenset()


def draw(source: Source, random: Random, shape_name: str) -> Any:
    """A value of a shape; how much of what is optional is there differs from one to the next."""
    return _Drawing(source, random, random.choice((0.0, 0.2, 0.5, 0.8, 1.0))).value(shape_name)


def least(source: Source, random: Random, shape_name: str) -> Any:
    """A value of a shape with what is required and nothing else."""
    return _Drawing(source, random, 0.0).value(shape_name)


@dataclass(frozen=True)
class _Drawing:
    source: Source
    random: Random
    density: float

    def value(self, name: str, member: Member | None = None) -> Any:
        random, shape = self.random, self.source.shapes[name]
        for place in (member, name):
            if place is not None and (values := self.source.choices.get(place)):
                return random.choice(values)
            known = self.source.known.get(place) if place is not None else None
            if known and random.random() < KNOWN_SHARE:
                return random.choice(known)
        return getattr(self, f"_{shape['type']}")(name, shape)

    def _structure(self, name: str, shape: Any) -> Document:
        members = list(shape["members"])
        if shape.get("union"):
            members = [self.random.choice(members)]
        else:
            required = shape.get("required", ())
            members = [m for m in members if m in required or self.random.random() < self.density]
        return {m: self.value(shape["members"][m]["shape"], (name, m)) for m in members}

    def _list(self, _: str, shape: Any) -> list[Any]:
        least = shape.get("min", 0)
        most = min(shape.get("max", 3), least + 2)
        if self.random.random() < 0.02:
            most = shape.get("max", 3)
        size = self.random.randint(least, most)
        return [self.value(shape["member"]["shape"]) for _ in range(size)]

    def _map(self, _: str, shape: Any) -> dict[str, Any]:
        key, value = shape["key"]["shape"], shape["value"]["shape"]
        size = self.random.randint(shape.get("min", 0), min(shape.get("max", 3), 3))
        return {self.value(key): self.value(value) for _ in range(size)}

    def _integer(self, _: str, shape: Any) -> int:
        low, high = shape.get("min", INTEGER_MIN), shape.get("max", INTEGER_MAX)
        return self.random.choice((low, high, self.random.randint(low, high)))

    _long = _integer

    def _boolean(self, _: str, __: Any) -> bool:
        return self.random.random() < 0.5

    def _timestamp(self, _: str, __: Any) -> str | int | float:
        seconds = self.random.randint(-30_000_000_000, 250_000_000_000)
        at = EPOCH + timedelta(seconds=seconds, microseconds=self.random.randint(0, 999_999))
        moment = self.random.choice((at, at.replace(microsecond=0)))
        whole = abs(seconds) if seconds % 2 else float(abs(seconds)) + 0.25
        return self.random.choice((moment.isoformat().replace("+00:00", "Z"), whole))

    def _string(self, name: str, shape: Any) -> str:
        if "enum" in shape:
            return str(self.random.choice(shape["enum"]))
        samples = SAMPLES.get(name, ())
        if samples and (name in ONLY_SAMPLES or self.random.random() < 0.5):
            return self.random.choice(samples)
        least, most = shape.get("min", 0), shape.get("max")
        if "pattern" not in shape:
            return texts.free(self.random, least, most or 60)
        while True:
            text = texts.matching(self.random, shape["pattern"], most)
            if len(text) >= least:
                return text


def vary(source: Source, random: Random, shape_name: str, document: Document) -> None:
    """Change a valid document in some places, so that it stays one: other values, optional members
    more or fewer."""
    drawing = _Drawing(source, random, random.choice((0.0, 0.2, 0.5)))
    for _ in range(random.choice((0, 1, 1, 2, 4))):
        places = [(document, shape_name)]
        places += [(s.value(), s.name) for s in spots(source.shapes, shape_name, document)]
        places = [(v, n) for v, n in places if source.shapes[n]["type"] == "structure"]
        holder, name = random.choice(places)
        _vary_member(drawing, name, source.shapes[name], holder)


def _vary_member(drawing: _Drawing, name: str, shape: Any, holder: Document) -> None:
    if shape.get("union") or not shape["members"]:
        return
    member = drawing.random.choice(list(shape["members"]))
    optional = member not in shape.get("required", ())
    if optional and member in holder and drawing.random.random() < 0.5:
        del holder[member]
    else:
        holder[member] = drawing.value(shape["members"][member]["shape"], (name, member))


# --- one mutation --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a document: what holds it, under which key, of which shape, and its path."""

    holder: Any
    key: str | int
    name: str
    owner: str
    path: str
    is_required: bool

    def value(self) -> Any:
        return self.holder[self.key]


def spots(shapes: Shapes, shape_name: str, value: Any, path: str = "") -> Iterator[Spot]:
    """Every place below a value of a shape."""
    shape = shapes[shape_name]
    if shape["type"] == "structure":
        for name in value:
            member = shape["members"][name]["shape"]
            below = f"{path}.{lower_camel(name)}".lstrip(".")
            yield Spot(value, name, member, shape_name, below, name in shape.get("required", ()))
            yield from spots(shapes, member, value[name], below)
    if shape["type"] == "list":
        member = shape["member"]["shape"]
        for at, item in enumerate(value):
            yield Spot(value, at, member, shape_name, f"{path}[{at}]", False)
            yield from spots(shapes, member, item, f"{path}[{at}]")


Mutation: TypeAlias = tuple[Any, str]
OF_ANOTHER_TYPE = {
    "boolean": ("true", 1, []),
    "integer": ("1", 1.0, True, [1]),
    "list": ("x", {}, 0),
    "long": ("1", 1.0, True, [1]),
    "map": ([], "x"),
    "string": (1, True, ["x"], {"x": "x"}, 0.5),
    "structure": ([], "x", 0),
    "timestamp": ({}, True, ["2026-01-01T00:00:00Z"]),
}


def mutations(source: Source, spot: Spot) -> Iterator[Mutation]:
    """Values that break one rule of a spot, each with the code of that rule."""
    shape = source.shapes[spot.name]
    yield from _breaking_value(source, spot, shape)
    if spot.is_required:
        yield None, "REQUIRED_FIELD_MISSING"
    for value in OF_ANOTHER_TYPE[shape["type"]]:
        yield value, "SerializationException"


def _breaking_value(source: Source, spot: Spot, shape: Any) -> Iterator[Mutation]:
    kind = shape["type"]
    if kind == "string":
        yield from _breaking_string(source, spot, shape)
    if kind == "timestamp":
        yield "yesterday", "INVALID_STRING_FORMAT"
        yield "", "INVALID_STRING_FORMAT"
    if kind == "integer":
        yield shape.get("max", INTEGER_MAX) + 1, "VALUE_OUT_OF_RANGE"
        yield shape.get("min", INTEGER_MIN) - 1, "VALUE_OUT_OF_RANGE"
    if kind == "list":
        yield [*spot.value(), *[None] * (shape.get("max", 1000) + 1)], "TOO_MANY_VALUES"
        if shape.get("min"):
            yield [], "NOT_ENOUGH_VALUES"
    if kind == "structure" and shape.get("union"):
        yield {}, "REQUIRED_FIELD_MISSING"
        for member in [one for one in shape["members"] if one not in spot.value()]:
            other = draw(source, Random(0), shape["members"][member]["shape"])
            yield {**spot.value(), member: other}, "INVALID_VALUE"


def _breaking_string(source: Source, spot: Spot, shape: Any) -> Iterator[Mutation]:
    places = (spot.name, (spot.owner, str(spot.key)))
    if "enum" in shape or any(place in source.choices for place in places):
        for value in ("no such value", "", str(spot.value()) + " "):
            yield value, "INVALID_ENUM_VALUE"
        return
    yield "\0", "INVALID_STRING_FORMAT"
    has_pattern = "pattern" in shape and not any(place in source.unpatterned for place in places)
    planned = plan(shape["pattern"]) if has_pattern else None
    longest = planned.longest if planned and planned.longest is not None else shape.get("max")
    if longest is not None:
        yield "x" * (longest + 1), "INVALID_STRING_FORMAT"
    least = max(planned.shortest if planned else 0, shape.get("min", 0))
    if least:
        yield "x" * (least - 1), "INVALID_STRING_FORMAT"
    if planned and planned.engine != "length":
        yield "\x01\U0001f600", "INVALID_STRING_FORMAT"

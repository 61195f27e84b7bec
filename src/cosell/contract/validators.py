"""Compiles a model's shapes into checkers of requests.

Each shape becomes one function when it is first needed and is kept. Errors cost only when there are
some: a place is two arguments until it must be named. Must not know operations or answers.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from cosell.contract import Additions, Document, Json, Validated
from cosell.contract.faults import (
    FAULTS_MAX,
    ITEMS,
    KEY_SHOWN_MAX,
    ROOT,
    Path,
    Step,
    add_fault,
    add_missing,
    lower_camel,
    wrong_type,
)
from cosell.contract.memo import Memo
from cosell.contract.scalars import (
    Check,
    check_any,
    check_blob,
    check_boolean,
    check_choice,
    check_instant,
    check_number,
    check_text,
)
from cosell.errors import FieldError, did_you_mean

ITEMS_MAX = 1000
"""Items of a list, or of a map, for which the model states no maximum (a rule of ours)."""

_OPTIONAL, _REQUIRED, _NULLABLE = 0, 1, 2  # most are optional, and most of those are absent


class _Field(NamedTuple):
    """A member: its name on the wire and in paths, its checker, what its absence means."""

    name: str
    step: str
    check: Check
    absence: int


class Validators:
    """Checkers of a model's shapes: `of` a shape's name."""

    def __init__(self, shapes: Mapping[str, Any], additions: Additions) -> None:
        self._shapes = shapes
        self._additions = additions
        self._makers = {
            "structure": self._structure,
            "list": self._list,
            "map": self._map,
            "string": self._string,
        }
        self.of = Memo(self._compile, self._later).of

    def validate(self, shape_name: str, value: object) -> Validated:
        """Check a whole request against a structure."""
        faults: list[FieldError] = []
        known = self.of(shape_name)(value, *ROOT, faults)
        return known, tuple(faults)  # type: ignore[return-value]  # a structure gives a document

    def _later(self, shape_name: str) -> Check:
        def check(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
            return self.of(shape_name)(value, parent, step, faults)

        return check

    def _compile(self, shape_name: str) -> Check:
        shape = self._shapes[shape_name]
        kind: str = shape["type"]
        if maker := self._makers.get(kind):
            return maker(shape_name, shape)
        if kind == "timestamp":
            return check_instant
        if kind == "blob":
            return check_blob
        if kind == "boolean":
            return check_boolean
        return check_number(kind, shape.get("min"), shape.get("max"))

    # --- strings ---------------------------------------------------------------------------------

    def _string(self, shape_name: str, shape: Mapping[str, Any]) -> Check:
        if values := accepted_values(shape_name, shape, self._additions):
            return check_choice(values)
        without = shape_name in self._additions.unpatterned
        pattern = None if without else shape.get("pattern")
        words = self._additions.words.get(shape_name)
        return check_text(shape.get("min", 0), shape.get("max"), pattern, words)

    def _member(self, owner: str, member: str, shape_name: str) -> Check:
        """A member's checker: its shape's, unless the service adds something for this member."""
        if values := self._additions.closed.get((owner, member)):
            return check_choice(values)
        if (owner, member) not in self._additions.unpatterned:
            return self.of(shape_name)
        shape = self._shapes[shape_name]
        return check_text(shape.get("min", 0), shape.get("max"), None)

    # --- structures ------------------------------------------------------------------------------

    def _structure(self, shape_name: str, shape: Mapping[str, Any]) -> Check:
        if shape.get("document"):
            return check_any
        fields = tuple(self._field(shape_name, shape, name) for name in shape["members"])
        is_union = bool(shape.get("union"))

        def check(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
            if not isinstance(value, dict):
                raise wrong_type(value, "an object", (parent, step))
            here = (parent, step)
            known: Document = {}
            get = value.get
            if is_union:
                _check_union(sum(get(field.name) is not None for field in fields), here, faults)
            for name, down, check_member, absence in fields:
                item = get(name)
                if item is not None:
                    known[name] = check_member(item, here, down, faults)
                elif not absence:
                    continue
                elif absence == _REQUIRED:
                    add_missing(faults, (here, down))
                elif name in value:
                    known[name] = None
            return known

        if self._additions.closed_members:
            return _refusing_strangers(check, shape["members"], self._shapes)
        return check

    def _field(self, owner: str, shape: Mapping[str, Any], member: str) -> _Field:
        check = self._member(owner, member, shape["members"][member]["shape"])
        absence = _REQUIRED if member in shape.get("required", ()) else _OPTIONAL
        if (owner, member) in self._additions.nulls:
            absence = _NULLABLE
        return _Field(member, lower_camel(member), check, absence)

    # --- lists and maps --------------------------------------------------------------------------

    def _list(self, _shape_name: str, shape: Mapping[str, Any]) -> Check:
        check_item = self.of(shape["member"]["shape"])
        least, most = shape.get("min", 0), shape.get("max")

        def check(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
            if not isinstance(value, list):
                raise wrong_type(value, "a list", (parent, step))
            if not _has_room(len(value), least, most, (parent, step), faults):
                return []
            here = (parent, step)
            return [check_item(item, here, at, faults) for at, item in enumerate(value)]

        return check

    def _map(self, _shape_name: str, shape: Mapping[str, Any]) -> Check:
        check_key, check_value = self.of(shape["key"]["shape"]), self.of(shape["value"]["shape"])
        least, most = shape.get("min", 0), shape.get("max")

        def check(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
            if not isinstance(value, dict):
                raise wrong_type(value, "an object", (parent, step))
            entries = {key: item for key, item in value.items() if item is not None}
            if not _has_room(len(entries), least, most, (parent, step), faults):
                return {}
            here = (parent, step)
            for key in entries:
                check_key(key, here, key, faults)
            return {key: check_value(item, here, key, faults) for key, item in entries.items()}

        return check


def accepted_values(
    shape_name: str, shape: Mapping[str, Any], additions: Additions
) -> tuple[str, ...]:
    """The closed list of a string shape: the model's enum and what the service adds; or nothing."""
    if shape_name in additions.closed:
        return additions.closed[shape_name]
    if "enum" not in shape:
        return ()
    return (*shape["enum"], *additions.values.get(shape_name, ()))


def _refusing_strangers(
    check: Check, members: Mapping[str, Any], shapes: Mapping[str, Any]
) -> Check:
    """A structure's checker that also names members which the structure does not have."""

    def check_all(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
        checked = check(value, parent, step, faults)
        for name in cast("dict[str, object]", value):
            if len(faults) >= FAULTS_MAX:
                break  # to look for what is near costs, and nobody would be told
            if name not in members:
                hint = _deeper(name, members, shapes) or did_you_mean(name, members)
                told = f"There is no member {name[:KEY_SHOWN_MAX]!r}.{hint}"
                add_fault(faults, ((parent, step), lower_camel(name)), "INVALID_VALUE", told)
        return checked

    return check_all


def _deeper(name: str, members: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    """` Did you mean LifeCycle.Stage?` for what one of a structure's members has."""
    for member, told in members.items():
        if name in shapes[told["shape"]].get("members", ()):
            return f" Did you mean {member}.{name}?"
    return ""


def _check_union(members_set: int, place: tuple[Path, Step], faults: list[FieldError]) -> None:
    if members_set == 1:
        return
    if members_set:
        add_fault(faults, place, "INVALID_VALUE", "must have one member only")
    else:
        # AWS's front ends leave the choice of a code open here. What the caller has to do is to
        # add a member, and that is what they say with this code wherever a member must be there.
        add_fault(faults, place, "REQUIRED_FIELD_MISSING", "must have one of its members")


def _has_room(
    count: int, least: int, most: int | None, place: tuple[Path, Step], faults: list[FieldError]
) -> bool:
    """Check a size; False if there are so many items that they are not looked at."""
    if count > (ITEMS_MAX if most is None else most):
        cause = ITEMS if most is None else None
        told = f"must have {most or ITEMS_MAX} items at most, and has {count}"
        add_fault(faults, place, "TOO_MANY_VALUES", told, cause)
        return False
    if count < least:
        told = f"must have {least} {'item' if least == 1 else 'items'} at least"
        add_fault(faults, place, "NOT_ENOUGH_VALUES", told)
    return True

"""Compiles a model's shapes into functions that complete answers, and that redact for a journal.

An answer's members stand in alphabetical order and unset ones are there as null, but in what only
says again what was said: there they are not. Must not check anything: documents that come here are
our own, but for those that are redacted.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from orjson import Fragment

from cosell.contract import Additions, Document, Json, Member
from cosell.contract.memo import Memo

Rendering: TypeAlias = Callable[[Any], Any]
"""From a stored value to the value that an answer carries. None instead of one: as it is."""

REDACTED = "***"


class Renderers:
    """Renderings of a model's shapes: `of` a shape's name, None for one that needs none.

    A structure that is an `orjson.Fragment` is rendered already, and passes as it is.
    """

    def __init__(self, shapes: Mapping[str, Any], additions: Additions) -> None:
        self._shapes = shapes
        self._additions = additions
        self.of = Memo(self._compile, self._later).of

    def _later(self, shape_name: str) -> Rendering | None:
        def render(value: Any) -> Any:
            rendering = self.of(shape_name)
            return value if rendering is None else rendering(value)

        return render

    def _compile(self, shape_name: str) -> Rendering | None:
        shape = self._shapes[shape_name]
        kind = shape["type"]
        if kind == "structure" and not shape.get("document"):
            if shape_name in self._additions.echoes:
                return _echo(sorted(shape["members"]))
            if shape.get("union"):
                return self._union(shape)
            return self._structure(shape_name, shape)
        if kind == "list":
            return _each_item(self.of(shape["member"]["shape"]))
        if kind == "map":
            return _each_entry(self.of(shape["value"]["shape"]))
        return None

    def _structure(self, shape_name: str, shape: Mapping[str, Any]) -> Rendering:
        members = shape["members"]
        names = sorted(members)
        fields = [
            (name, self.of(members[name]["shape"]), self._unset((shape_name, name)))
            for name in names
        ]
        fields = [field for field in fields if field[1:] != (None, None)]  # not as they are

        def render(value: Any) -> Any:
            if type(value) is Fragment:
                return value
            get = value.get
            answer: Document = {name: get(name) for name in names}
            for name, rendering, unset in fields:
                item = answer[name]
                if item is None:
                    if unset is None:
                        continue
                    answer[name] = item = unset()
                if rendering is not None:
                    answer[name] = rendering(item)
            return answer

        return render

    def _unset(self, member: Member) -> Callable[[], Json] | None:
        if member in self._additions.empty_lists:
            return list
        return dict if member in self._additions.objects else None

    def _union(self, shape: Mapping[str, Any]) -> Rendering:
        fields = {name: self.of(ref["shape"]) for name, ref in shape["members"].items()}

        def render(value: Any) -> Any:
            if type(value) is Fragment:
                return value
            for name, rendering in fields.items():
                item = value.get(name)
                if item is not None:
                    return {name: item if rendering is None else rendering(item)}
            return {}

        return render


def _echo(members: list[str]) -> Rendering:
    """What was said of a structure's members; of what is below them nobody said more."""

    def render(value: Any) -> Any:
        return {name: value[name] for name in members if value.get(name) is not None}

    return render


def _each_item(rendering: Rendering | None) -> Rendering | None:
    if rendering is None:
        return None
    return lambda items: [rendering(item) for item in items]


def _each_entry(rendering: Rendering | None) -> Rendering | None:
    if rendering is None:
        return None
    return lambda entries: {key: rendering(item) for key, item in entries.items()}


class Redactions:
    """Redactions `of` a model's shapes: what is sensitive, or is not known, is blotted out.

    They take documents that were never validated: a value of another kind than the model says could
    hold anything, and is blotted out as well.
    """

    def __init__(self, shapes: Mapping[str, Any]) -> None:
        self._shapes = shapes
        self.of: Callable[[str], Rendering] = Memo(self._compile, self._later).of

    def _later(self, shape_name: str) -> Rendering:
        return lambda value: self.of(shape_name)(value)

    def _compile(self, shape_name: str) -> Rendering:
        shape = self._shapes[shape_name]
        if shape.get("sensitive") or shape["type"] == "blob":  # which could hold anything
            return _blot
        if shape["type"] == "list":
            return _redact_list(self.of(shape["member"]["shape"]))
        if shape["type"] == "map":
            return _redact_map(self.of(shape["value"]["shape"]))
        if shape["type"] == "structure":
            if shape.get("document"):
                return lambda value: value
            members = shape["members"].items()
            return _redact_structure({name: self.of(ref["shape"]) for name, ref in members})
        return lambda value: REDACTED if isinstance(value, dict | list) else value


def _blot(value: Any) -> Any:
    return None if value is None else REDACTED


def _redact_list(redact: Rendering) -> Rendering:
    return lambda items: [redact(i) for i in items] if isinstance(items, list) else _blot(items)


def _redact_map(redact: Rendering) -> Rendering:
    def redact_map(value: Any) -> Any:
        if not isinstance(value, dict):
            return _blot(value)
        return {key: redact(item) for key, item in value.items()}

    return redact_map


def _redact_structure(members: Mapping[str, Rendering]) -> Rendering:
    def redact_structure(value: Any) -> Any:
        if not isinstance(value, dict):
            return _blot(value)
        return {name: members.get(name, _blot)(item) for name, item in value.items()}

    return redact_structure

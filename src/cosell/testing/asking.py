"""Which tests have a world: those that ask for its fixture, and those that are marked, whether or
not they ask. Must not import pytest, nor make a world.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pytest

NAME: Final = "cosell"
"""Of the fixture, and of the marker."""
_USING: Final = "usefixtures"


def use(collector: "pytest.Module | pytest.Class", name: str, found: Any, using: Any) -> None:
    """What a module or a class has under a name is about to become tests: those that are marked get
    the mark `using` as well, by which pytest finds what the suite's own fixture needs, and its
    parameters. A class shares its functions with others: its own mark stands at itself."""
    if not collector.istestfunction(found, name):
        return
    if collector.get_closest_marker(NAME) and not _is_used(collector.iter_markers(_USING)):
        collector.add_marker(using)
    function = getattr(found, "__func__", found)
    marks = getattr(function, "pytestmark", [])
    if not isinstance(marks, list):  # somebody set a single one
        marks = [marks]
    if any(mark.name == NAME for mark in marks) and not _is_used(marks):
        using(function)


def _is_used(marks: Any) -> bool:
    return any(mark.name == _USING and NAME in mark.args for mark in marks)


def come_early(item: "pytest.Item") -> None:
    """Its world is there before what else is set up for this test alone; also where what is marked
    is no function of a module's (a method of unittest's, one set of parameters)."""
    asked: list[str] | None = getattr(item, "fixturenames", None)
    if asked is None or not (NAME in asked or item.get_closest_marker(NAME)):
        return
    # A list of this item's own: its parameters' other items share the one that it had.
    names = [name for name in asked if name != NAME]
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    own = (at for at, name in enumerate(names) if _is_of_one_test(known.get(name)))
    names.insert(next(own, len(names)), NAME)
    item.fixturenames = names  # type: ignore[attr-defined]


def _is_of_one_test(found: "Sequence[pytest.FixtureDef[Any]] | None") -> bool:
    return found[-1].scope == "function" if found else False

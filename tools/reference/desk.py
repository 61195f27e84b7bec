"""desk.md: the operations of the desk: what each does, what it asks, what it answers."""

import re
from typing import Final

from cosell.contract import Operation
from cosell.desk.contract import CONTRACT
from cosell.desk.undeclared import UNDECLARED, Undeclared
from cosell.operations import DESK
from cosell.selling.contract import CONTRACT as SELLING
from tools.reference import anchor, code, first_line, page, table
from tools.reference.operations import FILE as OPERATIONS_FILE
from tools.reference.operations import told
from tools.reference.shapes import VALUES_TOLD_MAX, choices, closed_lists, is_union, structures

FILE: Final = "desk.md"
_INTRODUCTION: Final = (
    "Every operation of the desk, as `src/cosell/desk/model.json` has it. "
    "[The guide](../guide/desk.md) says what they are good for. A member that an operation does "
    "not have is refused; null is the same as absent. Every member of an answer is there, null if "
    "it says nothing. Objects that the selling API asks for too stand in "
    "[its reference](operations.md#objects)."
)
_LINK: Final = re.compile(r"\]\(#([^)]*)\)")


def desk_page() -> str:
    """The page."""
    handlers = DESK.handlers
    does = {name: first_line(one.run.__doc__) for name, one in handlers.items()}
    rows = [(f"[{code(name)}](#{anchor(name)})", does[name]) for name in sorted(does)]
    parts = [table(("operation", "what it does"), rows), "## Requests and answers"]
    for name in sorted(does):
        parts += [f"### {name}", does[name], *_ends(CONTRACT.operations[name])]
    return page(
        "Operations of the desk",
        _INTRODUCTION,
        *map(_linked, [*parts, *_undeclared(), *_objects()]),
    )


def _ends(operation: Operation) -> list[str]:
    """What an operation asks, and what it answers."""
    asked = told(operation.input_shape) or "Asks nothing."
    answer = told(operation.output_shape) if operation.output_shape else ""
    return ["Request:" if operation.members else "", asked, "Answer:", answer]


def _undeclared() -> list[str]:
    """The errors that a fault may ask for and no operation declares."""
    rows = [
        (code(one.error.__name__), str(one.error.status), one.error.default, _source(one))
        for one in UNDECLARED
    ]
    return [
        "## Errors of AWS's front end",
        "No operation declares them, and each may answer them: `Error` of [`PutFault`](#putfault) "
        "can be one for any operation.",
        table(("error", "status", "message", "source"), rows),
    ]


def _source(one: Undeclared) -> str:
    return f"{one.source}: {one.cite}"


def _objects() -> list[str]:
    parts = ["## Objects", "What requests and answers at the desk are made of."]
    for name in sorted({*structures(_roots())} - _elsewhere()):
        union = "One of these, and no other." if is_union(name) else ""
        parts += [f"### {name}", union, told(name)]
    long = {name: known for name, known in closed_lists(_roots()).items() if _is_long(name, known)}
    parts += ["## Values", "Closed lists, letter by letter."] if long else []
    for name, known in long.items():
        parts += [f"### {name}", f"{', '.join(map(code, known))}."]
    return parts


def _is_long(name: str, values: tuple[str, ...]) -> bool:
    return len(values) > VALUES_TOLD_MAX and name not in choices()


def _roots() -> tuple[str, ...]:
    every = CONTRACT.operations.values()
    return (
        *(one.input_shape for one in every),
        *(one.output_shape for one in every if one.output_shape),
    )


def _elsewhere() -> set[str]:
    """The objects that have their place on the page of the selling API."""
    return {*structures(tuple(one.input_shape for one in SELLING.operations.values()))}


def _linked(part: str) -> str:
    """Links to what stands on the page of the selling API lead there."""
    there = {anchor(name) for name in (*_elsewhere(), *choices())}

    def led(found: re.Match[str]) -> str:
        return f"]({OPERATIONS_FILE}#{found[1]})" if found[1] in there else found[0]

    return _LINK.sub(led, part)

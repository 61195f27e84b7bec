"""operations.md: all operations of the API: what each does, asks and refuses, and on whose word."""

from typing import Final

from cosell.calls import Handler
from cosell.operations import SELLING
from cosell.selling.contract import CONTRACT
from cosell.selling.differences.rows import SUBJECTS
from cosell.selling.rules import Table
from cosell.selling.rules.tables import TABLES
from tools.reference import anchor, code, first_line, link, listed, page, table
from tools.reference.differences import FILE as DIFFERENCES_FILE
from tools.reference.rules import FILE as RULES_FILE
from tools.reference.rules import in_turns, tally
from tools.reference.shapes import choices, is_union, members, structures

FILE: Final = "operations.md"
_INTRODUCTION: Final = (
    "Every operation of `partnercentral-selling`, as the model of {date} has it. A request is held "
    "against its shape first, all faults told in one answer; then, in one transaction, the tables "
    "of rules are asked in the order in which they stand here: what one of them refuses, no later "
    "one is asked for, but for those that are told together. A repeated `ClientToken` is answered "
    "before them. Each name leads to what the operation asks."
)
_ERRORS: Final = (
    "All {number} operations declare {everywhere}; *further errors* are those that not every "
    "operation declares. The desk's `PutFault` brings about each of them. *Source* counts the rows "
    "of the rules; *choices* counts the [differences](differences.md) that a user can meet in the "
    "operation, beyond those that hold for all."
)
_PENDING: Final = (
    "Not built yet: {names}. Their input is checked, then they answer 501 `NotImplemented`."
)


def handlers() -> dict[str, Handler]:
    """The operations that are built."""
    return dict(SELLING.handlers)


def operations_page() -> str:
    """The page."""
    built = handlers()
    everywhere = _declared_everywhere()
    names = sorted(CONTRACT.operations)
    rows = [_row(name, built.get(name), everywhere) for name in names]
    pending = [code(name) for name in names if name not in built]
    return page(
        "Operations",
        _INTRODUCTION.format(date=CONTRACT.model_date),
        _ERRORS.format(number=len(rows), everywhere=listed(map(code, everywhere))),
        _PENDING.format(names=listed(pending)) if pending else "",
        table(("operation", "what it does", "rules", "further errors", "source", "choices"), rows),
        *_requests(),
        *_objects(),
        *_values(),
    )


def _row(name: str, handler: Handler | None, everywhere: list[str]) -> tuple[str, ...]:
    further = sorted(CONTRACT.operations[name].errors - set(everywhere))
    rules = tables_of(name)
    return (
        f"[{code(name)}](#{anchor(name)})",
        _does(handler),
        in_turns(name, RULES_FILE),
        listed(code(error) for error in further),
        tally(tuple(rule for one in rules for rule in one.rules)) or "the model",
        str(len(choices_of(name)) or ""),
    )


def _does(handler: Handler | None) -> str:
    return first_line(handler.run.__doc__) if handler else "*Not built yet.*"


def tables_of(operation: str) -> list[Table]:
    """The tables that an operation checks."""
    return [one for one in TABLES if operation in one.operations]


def choices_of(operation: str) -> list[str]:
    """The differences that name an operation, each a link to its subject."""
    return [
        link(subject.title, DIFFERENCES_FILE, code(row.id))
        for subject in SUBJECTS
        for row in subject.rows
        if operation in row.operations
    ]


def _declared_everywhere() -> list[str]:
    declared = [operation.errors for operation in CONTRACT.operations.values()]
    return sorted(frozenset.intersection(*declared))


# --- what each asks ------------------------------------------------------------------------------


def _requests() -> list[str]:
    built = handlers()
    parts = [
        "## Requests",
        "What the model asks of each request. Members that it does not know are ignored, and null "
        "is the same as absent.",
    ]
    for name in sorted(CONTRACT.operations):
        rules = in_turns(name, RULES_FILE)
        choices = choices_of(name)
        parts += [
            f"### {name}",
            _does(built.get(name)),
            told(CONTRACT.operations[name].input_shape),
            f"Then the rules, in this order: {rules}." if rules else "",
            f"Choices: {', '.join(choices)}." if choices else "",
        ]
    return parts


def _objects() -> list[str]:
    roots = tuple(one.input_shape for one in CONTRACT.operations.values())
    parts = ["## Objects", "What requests are made of."]
    for name in structures(roots):
        union = "One of these, and no other." if is_union(name) else ""
        parts += [f"### {name}", union, told(name)]
    return parts


def _values() -> list[str]:
    parts = ["## Values", "Closed lists, letter by letter."]
    for name, values in choices().items():
        parts += [f"### {name}", f"{', '.join(map(code, values))}."]
    return parts


def told(structure: str) -> str:
    """A structure's members, a line each."""
    return "\n".join(f"- {code(name)}: {what}" for name, what in members(structure))

"""rules.md: every row that a request is held against, table by table, in order of precedence."""

from collections import Counter
from typing import Any, Final, cast

from cosell.contract import Document
from cosell.selling.contract import CONTRACT
from cosell.selling.lifecycle import CLOSED
from cosell.selling.rules import Rule, Source, Table
from cosell.selling.rules.content import field_of
from cosell.selling.rules.opportunity_members import MEMBERS, Member
from cosell.selling.rules.order import turns_of
from cosell.selling.rules.tables import TABLES
from cosell.selling.rules.update_facts import Update
from cosell.selling.rules.update_opportunity import STATE
from tools.reference import code, counted, link, listed, open_message, page, table

FILE: Final = "rules.md"
_INTRODUCTION: Final = (
    "What Partner Central refuses, act by act. The rows of this page are the rows that the program "
    "checks: it has no other list of them. In a table they stand in order of precedence. A row "
    "with a field is a field error of a `ValidationException` whose Reason is "
    "`BUSINESS_VALIDATION_FAILED`, unless its table says otherwise, and all field errors of a "
    "table that follow each other are told together; a row with another error stands alone, and "
    "what comes after it is not looked at; FAILED refuses no call, but ends a task with a reason "
    "code. "
    "An operation that asks several tables asks them in [its own order](#in-which-order): what one "
    "of them refuses, no later one is asked for, but for those that are told together. What the "
    "model itself asks of a request comes before all of this: see [operations](operations.md)."
)
_SOURCES: Final = (
    "**Source** says where a row comes from: *documented* is AWS's own text; *observed* was seen "
    "in recorded traffic or by people who wrote down what the service did; *decision* is a choice "
    "between the two, and *not documented* is a rule of our own where both are silent. Rows of the "
    "last two kinds stand among the [differences](differences.md) as well. *Looks up*: the "
    "condition asks for something that is stored. **When** says when a row refuses, where *it* is "
    "what the row is about: its field, or what its act is done to."
)
TOLD: Final[dict[Source, str]] = {
    "documented": "documented",
    "observed": "observed",
    "decision": "decision",
    "not documented": "not documented",
}


def rules_page() -> str:
    """The page."""
    parts = [_INTRODUCTION, _SOURCES, _overview(), f"## {_ORDER_TITLE}", _ORDERED, _order()]
    for one in TABLES:
        parts += [f"## {one.act}", _heading(one), rows_of(one.rules)]
        if one.rules is STATE:
            parts += [f"## {_MEMBERS_TITLE}", _MEMBERS, _members()]
    return page("Rules", *parts)


def _overview() -> str:
    return table(
        ("act", "rows", "of which", "checked by"),
        [
            (
                link(one.act),
                str(len(one.rules)),
                tally(one.rules),
                listed(code(name) for name in one.operations),
            )
            for one in TABLES
        ],
    )


_ORDER_TITLE: Final = "In which order"
_ORDERED: Final = (
    "Operations of more than one table, and what they ask first, next, and last. A task asks the "
    "last of them in its steps. Tables that stand together are told together."
)


def _order() -> str:
    """What each operation asks, turn by turn."""
    names = sorted({name for one in TABLES for name in one.operations})
    several = [name for name in names if sum(name in one.operations for one in TABLES) > 1]
    return table(("operation", "asks"), [(_operation(name), in_turns(name)) for name in several])


def in_turns(operation: str, file: str = "") -> str:
    """The tables of an operation in the order in which it asks them, each a link."""
    told = []
    for turn in turns_of(operation):
        links = [link(act, file) for act in turn.acts]
        told.append(listed(links, "or") if turn.of == "one" else " together with ".join(links))
    return "; then ".join(told)


def tally(rules: tuple[Rule[Any], ...]) -> str:
    """How many rows come from where."""
    count = Counter(rule.source for rule in rules)
    return ", ".join(f"{count[source]} {told}" for source, told in TOLD.items() if count[source])


def _heading(one: Table) -> str:
    operations = listed(_operation(name) for name in one.operations)
    note = f" {one.note}" if one.note else ""
    return f"Checked by {operations}. {counted(len(one.rules), 'row').capitalize()}.{note}"


def _operation(name: str) -> str:
    if name in CONTRACT.operations:
        return link(name, "operations.md", code(name))
    return f"{code(name)} at [the desk](../guide/desk.md)"


def rows_of(rules: tuple[Rule[Any], ...]) -> str:
    """Rows as a table."""
    looks_up = any(rule.store for rule in rules)
    heads = ["id", "field", "refusal", "message", "when", "source"]
    rows = []
    for rule in rules:
        row = [
            code(rule.id),
            code(rule.place or rule.field),
            refusal(rule),
            open_message(rule.shown or rule.message),
            rule.when,
            sourced(rule.source, rule.cite),
        ]
        rows.append([*row, "yes" if rule.store else ""] if looks_up else row)
    return table([*heads, "looks up"] if looks_up else heads, rows)


# --- members and states --------------------------------------------------------------------------

_MEMBERS_TITLE: Final = "Update: members and states"
_MEMBERS: Final = (
    "Which members may change in which state: *yes*; *while empty*: it may be filled once, and not "
    "changed or taken away then; *no* is `ACTION_NOT_PERMITTED`, and so is a member left out that "
    "has a value. In the Sandbox a request that sets ReviewStatus is the reviewer's, and every "
    "member is open to it. Of the stage, the rows above say more."
)
_STAGE: Final = "LifeCycle.Stage"
_STATES: Final = {
    "Pending Submission": ("Pending Submission", ""),
    "Submitted, In review": ("Submitted", ""),
    "Action Required": ("Action Required", ""),
    "Rejected": ("Rejected", ""),
    "Approved": ("Approved", "Prospect"),
    **{f"Approved, {stage}": ("Approved", stage) for stage in sorted(CLOSED, reverse=True)},
}


def _members() -> str:
    """What the program answers for each member in each state."""
    rows = [
        (code(field_of(one.path)), *(_openness(one, *state) for state in _STATES.values()))
        for one in MEMBERS
    ]
    return table(("member", *_STATES), rows)


def _openness(member: Member, status: str, stage: str) -> str:
    if _permits(member, status, stage, "something"):
        return "yes" if member.path != _STAGE else "see above"
    return "while empty" if _permits(member, status, stage, None) else "no"


def _permits(member: Member, status: str, stage: str, value: str | None) -> bool:
    document: Document = {"LifeCycle": {"ReviewStatus": status, "Stage": stage}}
    *parents, name = member.path.split(".")
    holder = document
    for parent in parents:
        holder = cast("Document", holder.setdefault(parent, {}))
    if member.path != _STAGE:  # which the state itself needs
        holder[name] = value
    absent = cast("Any", None)
    return Update(document, absent, absent, {}, "AWS", False).permits(member)


# --- sources and refusals ------------------------------------------------------------------------


def refusal(rule: Rule[Any]) -> str:
    """How a row refuses: a field error's code, another error, or a task's reason code."""
    if rule.reason:
        return f"FAILED, {code(rule.reason)}"
    return code(rule.code or rule.error.__name__)


def sourced(source: Source, cite: str) -> str:
    """Where something comes from, and which text or recording says so."""
    return f"{TOLD[source]}: {cite}" if cite else TOLD[source]

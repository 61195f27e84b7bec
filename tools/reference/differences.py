"""differences.md: every place where cosell had to choose, and what it chose."""

import ast
import inspect
from typing import Final

from cosell.selling import profiles
from cosell.selling.contract import ADDITIONS
from cosell.selling.differences import Difference, Subject
from cosell.selling.differences.rows import SUBJECTS
from cosell.selling.profiles import PROFILES, SURROUNDINGS, Profile
from cosell.selling.rules import Rule
from cosell.selling.rules.tables import TABLES
from tools.reference import (
    code,
    counted,
    first_line,
    link,
    listed,
    open_message,
    page,
    table,
)
from tools.reference.rules import FILE as RULES_FILE
from tools.reference.rules import refusal, sourced

FILE: Final = "differences.md"
CHOSEN: Final = ("decision", "not documented")  # sources of a rule row that make it a choice
_INTRODUCTION: Final = (
    "Where AWS's documents are silent, contradict each other, or contradict what the service was "
    "seen to do, a system that answers has to choose. Each choice is a row here: what the "
    "documents say, what was observed, what cosell does. Nothing differs on purpose without one. "
    "Where documents and observation disagree, observation wins. A row whose other reading can be "
    "had as well names the switch for it, and a profile that turns it; the rest have none."
)


def differences_page() -> str:
    """The page."""
    parts = [_INTRODUCTION, _overview(), *_profiles(), *_beyond_the_model()]
    for subject in SUBJECTS:
        parts += [f"## {subject.title}", _rows(subject)]
    return page("Differences", *parts, *_rule_rows())


def _overview() -> str:
    titles = [link(subject.title) for subject in SUBJECTS]
    chosen = sum(len(_chosen(one.rules)) for one in TABLES)
    number = sum(len(subject.rows) for subject in SUBJECTS)
    return (
        f"{counted(number, 'choice')}: {listed(titles)}. And {counted(chosen, 'row')} of the rules "
        f"are choices: {link(_ROWS_TITLE)}. Before them, {link(_PROFILES_TITLE)}, and what is "
        f"asked {link(_MODEL_TITLE, shown='beyond the model')}."
    )


def _rows(subject: Subject) -> str:
    return table(
        ("what", "AWS's documents", "observed", "cosell"),
        [
            (
                f"**{one.title}**<br>{code(one.id)}",
                one.says,
                one.seen or "Not observed.",
                f"{one.done}<br>*{sourced(one.source, one.cite)}*{_switched(one)}{_outside(one)}",
            )
            for one in subject.rows
        ],
    )


def _switched(one: Difference) -> str:
    """The switch that turns a choice, and the profiles that turn it."""
    if not one.switch:
        return ""
    usual = getattr(PROFILES["observed"], one.switch)
    others = [name for name, values in PROFILES.items() if getattr(values, one.switch) != usual]
    return f"<br>Switch {code(one.switch)}: profile {listed(map(code, others))}."


def _outside(one: Difference) -> str:
    """What of the model's shapes answers leave by a choice."""
    if not one.outside:
        return ""
    return f"<br>Outside the model: {listed(map(code, one.outside))}."


# --- profiles ------------------------------------------------------------------------------------

_PROFILES_TITLE: Final = "Profiles"


def _profiles() -> list[str]:
    told = switches()
    turned = {row.switch: row for subject in SUBJECTS for row in subject.rows if row.switch}
    rows = []
    for name, sentence in told.items():
        values = ["on" if getattr(values, name) else "off" for values in PROFILES.values()]
        rows.append((code(name), sentence, *values, _turns(turned.get(name))))
    return [
        f"## {_PROFILES_TITLE}",
        "A namespace follows one profile, a named bundle of switches; `PutProfile` at the desk "
        "changes it, `ResetNamespace` puts it back to `observed`.",
        table(("switch", "what it does when it is on", *map(code, PROFILES), "choice"), rows),
        f"{listed(map(code, SURROUNDINGS))} brings more than switches: *Like production* in "
        "[the guide](../guide/desk.md).",
    ]


def _turns(row: Difference | None) -> str:
    return code(row.id) if row else ""


def switches() -> dict[str, str]:
    """Each switch of a profile and the sentence that stands under it in the program."""
    tree = ast.parse(inspect.getsource(profiles))
    (record,) = (
        one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == Profile.__name__
    )
    told: dict[str, str] = {}
    name = ""
    for node in record.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            told[name] = first_line(str(node.value.value))
    return told


# --- the model -----------------------------------------------------------------------------------

_MODEL_TITLE: Final = "Beyond the model"


def _beyond_the_model() -> list[str]:
    rows = [
        ("Accepted beside the enum", code(shape), listed(map(code, values)))
        for shape, values in ADDITIONS.values.items()
    ]
    for name, values in ADDITIONS.closed.items():
        told = listed(map(code, values)) if len(values) <= _TOLD_MAX else _many(values)
        rows.append(("A free string in the model; one of these here", code(_dotted(name)), told))
    for unasked in sorted(ADDITIONS.unpatterned, key=str):
        rows.append(("Pattern that is not asked", code(_dotted(unasked)), ""))
    for null in sorted(ADDITIONS.nulls):
        rows.append(("An explicit null is more than absence", code(_dotted(null)), ""))
    return [
        f"## {_MODEL_TITLE}",
        "Requests are checked against AWS's own model of the service. Where that is known to be "
        "wrong or silent:",
        table(("what", "shape or member", "values"), rows),
    ]


_TOLD_MAX = 12


def _many(values: tuple[str, ...]) -> str:
    return f"{len(values)} values, such as {code(values[0])}"


def _dotted(name: str | tuple[str, str]) -> str:
    return name if isinstance(name, str) else ".".join(name)


# --- rules ---------------------------------------------------------------------------------------

_ROWS_TITLE: Final = "Rules that are ours"


def _rule_rows() -> list[str]:
    rows = [
        (
            code(rule.id),
            link(one.act, RULES_FILE),
            open_message(rule.shown or rule.message),
            refusal(rule),
            sourced(rule.source, rule.cite),
        )
        for one in TABLES
        for rule in _chosen(one.rules)
    ]
    return [
        f"## {_ROWS_TITLE}",
        "Rows of the [rules](rules.md) that no document of AWS states, or that choose between two "
        "readings.",
        table(("id", "act", "message", "refusal", "source"), rows),
    ]


def _chosen(rules: tuple[Rule[object], ...]) -> list[Rule[object]]:
    return [rule for rule in rules if rule.source in CHOSEN]

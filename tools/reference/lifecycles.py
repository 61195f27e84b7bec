"""lifecycles.md: states and what moves them, drawn; tasks, their steps and reason codes."""

import inspect
import re
from typing import Final, TypeAlias

from cosell.selling import lifecycle
from cosell.selling.workflows import ANYWHERE, Workflow
from cosell.selling.workflows.kinds import WORKFLOWS
from tools.reference import code, link, listed, page, table

FILE: Final = "lifecycles.md"
Cycle: TypeAlias = dict[str, dict[str, str]]

_INTRODUCTION: Final = (
    "Each life cycle is a table in the program: what may happen in which state, and what follows. "
    "What a state's row does not name is refused in it."
)
_TITLES: Final = {
    "INVITATION": "Engagement invitation",
    "JOB": "Resource snapshot job",
    "LEAD": "Qualification of a lead",
    "OPPORTUNITY_REVIEW": "Review of an opportunity",
    "OPPORTUNITY_STAGE": "Stage of an opportunity",
}
_GROUP: Final = "AnyOfThese"
_GROUP_MIN: Final = 3  # fewer states are drawn with all their arrows


def lifecycles_page() -> str:
    """The page."""
    parts = [_INTRODUCTION]
    for name, cycle in cycles().items():
        parts += [f"## {title(name)}", comment_on(name), drawn(cycle), _ends(cycle)]
    return page("Life cycles", *parts, *_tasks())


def cycles() -> dict[str, Cycle]:
    """Every table of the life cycles' module, by its name there."""
    return {
        name: value
        for name, value in vars(lifecycle).items()
        if name.isupper() and isinstance(value, dict)
    }


def title(name: str) -> str:
    """A life cycle's name for a reader."""
    return _TITLES.get(name) or name.replace("_", " ").capitalize()


def comment_on(name: str) -> str:
    """What stands above a table in the program, as a sentence; nothing where nothing does."""
    found = re.search(rf"((?:^# .*\n)+)^{name}: ", inspect.getsource(lifecycle), re.MULTILINE)
    lines = found[1].splitlines() if found else []
    return " ".join(line.removeprefix("# ") for line in lines)


def drawn(cycle: Cycle) -> str:
    """A life cycle as Mermaid draws it. Acts that lead the same way share an arrow; states that all
    lead to each other stand in a box, and share what leads out of it."""
    states = _states(cycle)
    box = boxed(cycle)
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {_declared(one)}" for one in states if _name(one) != one and one not in box]
    if box:
        lines.append(f'    state "from any of these to any other" as {_GROUP} {{')
        lines += [*(f"        {_declared(one)}" for one in box), "    }"]
    lines.append(f"    [*] --> {_GROUP if states[0] in box else _name(states[0])}")
    for state, acts in cycle.items():
        if state in box[1:]:
            continue
        start = _GROUP if state in box else _name(state)
        kept = {act: after for act, after in acts.items() if state not in box or after not in box}
        lines += _arrows(start, kept)
    lines += [f"    {_name(state)} --> [*]" for state in states if not cycle.get(state)]
    return "\n".join((*lines, "```"))


def boxed(cycle: Cycle) -> list[str]:
    """The states that lead to each other and to the same others, by acts that are called like
    where they lead to; nothing if they are few."""
    groups: dict[frozenset[str], list[str]] = {}
    for state, acts in cycle.items():
        if state in acts or any(act != after for act, after in acts.items()):
            continue
        groups.setdefault(frozenset({state, *acts.values()}), []).append(state)
    for reached, group in groups.items():
        if len(group) >= _GROUP_MIN and reached.issuperset(group):
            return group
    return []


def _arrows(start: str, acts: dict[str, str]) -> list[str]:
    together: dict[str, list[str]] = {}
    for act, after in acts.items():
        together.setdefault(after, []).append(act)
    return [
        f"    {start} --> {_name(after)}{_label(after, names)}" for after, names in together.items()
    ]


def _label(after: str, acts: list[str]) -> str:
    """What is written at an arrow: nothing where the act is called like the state."""
    return "" if acts == [after] else f": {', '.join(acts)}"


def _states(cycle: Cycle) -> list[str]:
    reached = [after for acts in cycle.values() for after in acts.values()]
    return list(dict.fromkeys((*cycle, *reached)))


def _declared(state: str) -> str:
    name = _name(state)
    return state if name == state else f'state "{state}" as {name}'


def _name(state: str) -> str:
    return "".join(letter for letter in state if letter.isalnum() or letter == "_")


def _ends(cycle: Cycle) -> str:
    ends = [state for state in _states(cycle) if not cycle.get(state)]
    return f"Nothing follows {listed(map(code, ends), 'or')}." if ends else ""


# --- tasks ---------------------------------------------------------------------------------------


def _tasks() -> list[str]:
    everywhere = listed(map(code, ANYWHERE.values()), "or")
    parts = [
        "## Steps of tasks",
        "A task does its steps in order. One that cannot be done is taken back and ends the task "
        "FAILED, with one of the step's reason codes; what earlier steps did stays. A step is "
        f"called after the operation whose rules it follows. {everywhere} can end any step.",
    ]
    for workflow in WORKFLOWS:
        operation = link(workflow.operation, "operations.md", code(workflow.operation))
        parts += [f"### {workflow.operation}", f"Started by {operation}.", steps_of(workflow)]
    return parts


def steps_of(workflow: Workflow) -> str:
    """A kind of task as a table of its steps."""
    rows = []
    for number, step in enumerate(workflow.steps, 1):
        codes = [code(one) for one in step.codes if one not in ANYWHERE.values()]
        rows.append((str(number), code(step.name), listed(codes, "or")))
    return table(("", "step", "reason codes"), rows)

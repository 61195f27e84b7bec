"""Tasks: the vocabulary. A workflow is a kind of task: its steps in order, and what becomes of a
task whose step is done or fails.

A step names the operation whose rules it follows and calls that operation's domain function. An
error rolls its step back; what earlier steps did stays. Imports no sibling.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, TypeVar, cast

from cosell import ids
from cosell.calls import Call
from cosell.contract import Document, Json
from cosell.errors import (
    AccessDeniedException,
    ApiError,
    Cause,
    ConflictException,
    FieldError,
    InternalServerException,
    ResourceNotFoundException,
    ThrottlingException,
    ValidationException,
)
from cosell.selling.rules import Rule
from cosell.store import Tx, Value, View
from cosell.store.documents import Stored

Reasons = Mapping[type[ApiError], str]
Facts = TypeVar("Facts")

ANYWHERE: Final[Reasons] = {
    ThrottlingException: "RequestThrottled",
    InternalServerException: "InternalError",
}


class TaskEnd(Exception):
    """A step ends its task with a reason code of its own choice, because of some rules."""

    def __init__(self, reason: str, message: str, causes: tuple[Cause, ...] = ()) -> None:
        super().__init__(message)
        self.reason, self.message, self.causes = reason, message, causes

    @property
    def told(self) -> Document:
        """What a task that ended says of it; the rules are for the desk alone."""
        rules: list[Json] = [
            {"Id": one.id, "Source": one.source, "Cite": one.cite or None} for one in self.causes
        ]
        ended: Document = {"ReasonCode": self.reason, "Message": self.message}
        return {**ended, "rules": rules} if rules else ended


class Step(NamedTuple):
    """`name` is the operation that the step stands for; `reasons` turns its errors into reason
    codes, `further` are codes that it can also end with. `run` answers what the task learnt."""

    name: str
    run: Callable[[Call, Tx, Stored], Document]
    reasons: Reasons
    further: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every reason code with which a task can end here."""
        every = (*self.reasons.values(), *self.further, *ANYWHERE.values())
        return tuple(dict.fromkeys(every))


class Workflow(NamedTuple):
    """A kind of task. `operation` starts it; `kind` is the kind of its documents, and the type in
    its ARNs. `line` are the steps of one task in order, `states` how far each of them is; `passed`
    and `failed` are the task after a step that was done, or that ended as it did."""

    operation: str
    kind: str
    steps: tuple[Step, ...]  # each once
    view: View
    row: Callable[[Stored], dict[str, Value]]
    at_work: frozenset[str]  # the states in which there is a step to do
    line: Callable[[Document], tuple[Step, ...]]
    states: Callable[[Document], list[str]]
    passed: Callable[[Call, Document, Document], Document]
    failed: Callable[[Call, Document, TaskEnd], Document]
    id_length: int = 13
    service: str = ids.SERVICE  # in its ARNs


def reasons_of(subject: str, conflict: str | None = None) -> Reasons:
    """The reason codes that are called after what a step is about."""
    return {
        AccessDeniedException: f"{subject}AccessDenied",
        ResourceNotFoundException: f"{subject}AccessDenied",
        ValidationException: f"{subject}ValidationFailed",
        ConflictException: conflict or f"{subject}Conflict",
    }


def number_of(task: Document) -> int:
    """How many steps of a task are done."""
    return cast("int", task["step"])


def ensure(rules: Iterable[Rule[Facts]], facts: Facts) -> None:
    """End the task with the reason code of the first row that is broken."""
    for rule in rules:
        if rule.broken(facts):
            raise TaskEnd(rule.reason, rule.told(facts), (rule.cause,))


def told(errors: Iterable[FieldError]) -> str:
    """Field errors in the words of a task: `CODE fieldName: text; …`, as they were seen."""
    return "; ".join(f"{one.code} {one.path}: {one.message}" for one in errors)

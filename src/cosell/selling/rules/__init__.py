"""Business rules as rows: id, field, code, message, source, and the condition that breaks them.

Rows stand in order of precedence. The rows that check a call are the rows that the reference pages
show: `tables` lists them all. Imports no sibling.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar, cast

from cosell.clock import is_date
from cosell.errors import (
    ApiError,
    Cause,
    ErrorCode,
    FieldError,
    ValidationException,
    business_refused,
)

Facts = TypeVar("Facts")

# Where a rule comes from: AWS's own text, traffic that was recorded, a choice between the two that
# the project made, or nowhere (the rule is ours).
Source: TypeAlias = Literal["documented", "observed", "decision", "not documented"]


@dataclass(frozen=True, slots=True)
class Rule(Generic[Facts]):
    """What must not be: `broken` is asked of the facts of an act.

    A row of another `error` than ValidationException has neither field nor code, and is told alone.
    `message` may name facts: `this one is {facts.status}`; `why` is the Reason of an error that has
    one. `cite` says which page or recording, `store` whether the condition has to look something
    up. A row with a `reason` refuses no call: a task that breaks it ends FAILED with that reason
    code. `shown` is the message as the reference shows it, where its facts say too little there,
    and `when` says there in words when it refuses; `place` is its field there, where that is an
    item of a list.
    """

    id: str
    field: str
    code: ErrorCode | None
    message: str
    source: Source
    broken: Callable[[Facts], bool]
    cite: str = ""
    store: bool = False
    error: type[ApiError] = ValidationException
    reason: str = ""
    why: str = ""
    shown: str = ""
    when: str = ""
    place: str = ""

    def told(self, facts: Facts) -> str:
        return self.message.format(facts=facts) if "{" in self.message else self.message

    @property
    def cause(self) -> Cause:
        """What the journal says of a refusal by this row."""
        return Cause(self.id, self.source, self.cite)

    def refusal(self, facts: Facts) -> ApiError:
        """The error of a row that stands alone."""
        members = {"Reason": self.why} if self.why else {}
        error = self.error(self.told(facts), **members)
        error.cause = self.cause
        return error

    def field_error(self, facts: Facts, field: str = "") -> FieldError:
        """The error of a row that has a code; at another place than the row's own, if one is
        named."""
        code = cast("ErrorCode", self.code)
        return FieldError(field or self.field, code, self.told(facts), self.cause)


class Table(NamedTuple):
    """Rows that are checked together: what the act is called, and which operations check them.
    `note` is what a reader has to know of all of them."""

    act: str
    operations: tuple[str, ...]
    rules: tuple[Rule[Any], ...]
    note: str = ""


def check(rules: Iterable[Rule[Facts]], facts: Facts) -> tuple[FieldError, ...]:
    """Every field error that the facts deserve, in order of precedence."""
    return tuple(
        rule.field_error(facts) for rule in rules if rule.code is not None and rule.broken(facts)
    )


def first_broken(rules: Iterable[Rule[Facts]], facts: Facts) -> Rule[Facts] | None:
    """The first row that is broken; those after it are not asked."""
    return next((rule for rule in rules if rule.broken(facts)), None)


def enforce(rules: Iterable[Rule[Facts]], facts: Facts) -> None:
    """Raise the refusal of the first row that is broken; field errors that follow each other are
    told together, as BUSINESS_VALIDATION_FAILED."""
    errors: list[FieldError] = []
    for rule in rules:
        if rule.code is None and errors:
            break
        if not rule.broken(facts):
            continue
        if rule.code is None:
            raise rule.refusal(facts)
        errors.append(rule.field_error(facts))
    if errors:
        raise business_refused(*errors)


def is_impossible_date(date: str) -> bool:
    """Whether a date was given (`2026-02-30`) that no calendar has."""
    return bool(date) and not is_date(date)

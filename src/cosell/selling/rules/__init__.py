"""Business rules as rows: id, field, code, message, source, and the condition that breaks them.

Rows stand in order of precedence; all that are broken are told together. Imports no sibling.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

from cosell.errors import ErrorCode, FieldError

Facts = TypeVar("Facts")

# Where a rule comes from: AWS's own text, traffic that was recorded, or nowhere (the rule is ours).
Source: TypeAlias = Literal["documented", "observed", "not documented"]


@dataclass(frozen=True, slots=True)
class Rule(Generic[Facts]):
    """What must not be: `broken` is asked of the facts of an act."""

    id: str
    field: str
    code: ErrorCode
    message: str
    source: Source
    broken: Callable[[Facts], bool]


def check(rules: Iterable[Rule[Facts]], facts: Facts) -> tuple[FieldError, ...]:
    """Every rule that the facts break, in order of precedence."""
    return tuple(
        FieldError(rule.field, rule.code, rule.message) for rule in rules if rule.broken(facts)
    )

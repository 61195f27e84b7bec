"""Faults of a request: where they are, what to call them, and how many of them are told.

Checkers pass a place as its parent's path and one step, so that a path costs nothing until a fault
needs its text. Must not know shapes or patterns.
"""

from typing import TypeAlias, Union

from cosell.errors import Cause, ErrorCode, FieldError, SerializationException

Step: TypeAlias = str | int
Path: TypeAlias = Union["tuple[Path, Step]", None]
"""Linked from the innermost step outwards."""

ROOT: tuple[Path, Step] = (None, "")
"""The request itself."""

FAULTS_MAX = 100
"""Faults told in one answer; further ones are dropped (a rule of ours)."""

_BOUNDS = "a bound of cosell's own: the API model states none"
# Behind faults that the model does not state: a list or a map of any size, an integer without a
# range, an instant, a text with U+0000 in it.
ITEMS = Cause("request.items", "not documented", _BOUNDS)
INTEGER = Cause("request.integer", "not documented", _BOUNDS)
INSTANT = Cause("request.instant", "not documented", _BOUNDS)
NUL = Cause("request.nul", "not documented", _BOUNDS)

KEY_SHOWN_MAX = 40
"""Characters of a map's key that a path shows."""

_KINDS = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number with a fraction",
    str: "a string",
    list: "a list",
    dict: "an object",
}


def add_fault(
    faults: list[FieldError],
    place: tuple[Path, Step],
    code: ErrorCode,
    message: str,
    cause: Cause | None = None,
) -> None:
    """Note one fault at `place`, unless enough are noted; without a `cause` the model's shape is
    behind it."""
    if len(faults) < FAULTS_MAX:
        faults.append(FieldError(path_text(place), code, message, cause))


def add_missing(faults: list[FieldError], place: tuple[Path, Step]) -> None:
    """Note a required member that is not there, in the words that were observed of the service's
    own rules (`lifeCycle.stage is required`)."""
    if len(faults) < FAULTS_MAX:
        path = path_text(place)
        faults.append(FieldError(path, "REQUIRED_FIELD_MISSING", f"{path} is required"))


def wrong_type(value: object, expected: str, place: tuple[Path, Step]) -> SerializationException:
    """The exception for a value whose JSON type is not what the model asks for."""
    found = _KINDS.get(type(value), "something else")
    path = path_text(place)
    told = f"expected {expected}, found {found}"
    refusal = SerializationException(f"{path or 'The request'}: {told}")
    refusal.errors = (FieldError(path, "INVALID_VALUE", told),)
    return refusal


def path_text(path: Path) -> str:
    """`project.expectedCustomerSpend[0].currencyCode`."""
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(f"[{step}]" if isinstance(step, int) else f".{step[:KEY_SHOWN_MAX]}")
    return "".join(reversed(steps)).lstrip(".")


def lower_camel(member: str) -> str:
    """A member's name in a path: `SortBy` is `sortBy`, `AWS` is `aws`, `URLPath` is `urlPath`."""
    capitals = len(member) - len(member.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    if 1 < capitals < len(member):
        capitals -= 1
    return member[:capitals].lower() + member[capitals:]

"""Checkers of values without members: strings, numbers, booleans, instants, free documents.

A checker returns the value as the program keeps it, notes faults, and raises for a wrong JSON type.
Must not know structures or lists, nor which shapes there are.
"""

from binascii import a2b_base64
from collections.abc import Callable
from difflib import get_close_matches
from typing import TypeAlias, cast

from cosell.clock import END_MS, iso, parse_iso
from cosell.contract import Json
from cosell.contract.faults import INSTANT, INTEGER, NUL, Path, Step, add_fault, wrong_type
from cosell.contract.patterns import plan, rest_matcher
from cosell.errors import FieldError

Check: TypeAlias = Callable[[object, Path, Step, list[FieldError]], Json]

VALUES_TOLD_MAX = 24
"""An enum with more values than this is not spelled out in a message."""

NEAREST_TOLD_MAX = 10
"""Faults among which a long enum's nearest value is looked for: looking is slow."""

INSTANT_FIRST_MS = parse_iso("0001-01-01T00:00:00.000Z")
"""Years that four digits can write: an instant as text sorts as time. Some clients send the first
or the last of them for one that never was, or never will be."""

VAST = 2.0**63
"""From here on the parser keeps no integers of either sign, and this is what it makes of the first
below the least: what is as large is out of range, however it is written."""

_NUL_TOLD = "must not contain the character U+0000"
_NUMBER_KINDS = {
    "integer": ((int,), "an integer", -(2**31), 2**31 - 1),
    "long": ((int,), "an integer", -(2**63), 2**63 - 1),
    "float": ((int, float), "a number", None, None),
    "double": ((int, float), "a number", None, None),
}


def check_choice(values: tuple[str, ...]) -> Check:
    """A string that is one of `values`. Of many the nearest is told, and who lists them all: what
    is accepted besides is another spelling of those."""
    accepted = frozenset(values)
    is_long = len(values) > VALUES_TOLD_MAX
    told_so = "the values that the API's reference lists" if is_long else ", ".join(values)
    message = f"must be one of {told_so}"

    def check(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
        if not isinstance(value, str):
            raise wrong_type(value, "a string", (parent, step))
        if value not in accepted:
            near = _nearest(value, values) if is_long and len(faults) < NEAREST_TOLD_MAX else ""
            told = f"{message}; the nearest is {near}" if near else message
            add_fault(faults, (parent, step), "INVALID_ENUM_VALUE", told)
        return value

    return check


def _nearest(value: str, values: tuple[str, ...]) -> str:
    """The value that was meant, as far as one can say; ''."""
    if len(value) > 2 * max(map(len, values)):
        return ""
    spelled = {one.lower(): one for one in values}
    found = get_close_matches(value.lower(), spelled, 1)
    return spelled[found[0]] if found else ""


def check_text(
    shortest: int, longest: int | None, pattern: str | None, words: str | None = None
) -> Check:
    """A string without U+0000, of a length in code points, and of a form if there is a pattern;
    `words` say it better than the pattern does."""
    formless = words or f"does not have the form that is asked for: {pattern}"
    one_line, matches = False, None
    if pattern is not None:
        planned = plan(pattern)
        shortest = max(shortest, planned.shortest)
        longest = _least(longest, planned.longest)
        one_line, matches = planned.one_line, rest_matcher(pattern)
    most = float("inf") if longest is None else longest

    def check(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
        if not isinstance(value, str):
            raise wrong_type(value, "a string", (parent, step))
        if not shortest <= len(value) <= most:
            told = f"{_length_told(shortest, longest)}, and has {len(value)}"
        elif "\0" in value:
            told = _NUL_TOLD
        elif one_line and "\n" in value:
            told = "must be a single line"
        elif matches is not None and not matches(value):
            told = formless
        else:
            return value
        cause = NUL if told is _NUL_TOLD else None
        add_fault(faults, (parent, step), "INVALID_STRING_FORMAT", told, cause)
        return value

    return check


def _least(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _length_told(shortest: int, longest: int | None) -> str:
    if longest is None:
        return f"must have {shortest} characters at least"
    if shortest == longest:
        return f"must have {shortest} characters"
    return f"must have {shortest} to {longest} characters"


def check_number(kind: str, least: float | None, most: float | None) -> Check:
    """A number of a kind and in a range; true and false are no numbers, 1.0 is no integer."""
    types, expected, kind_least, kind_most = _NUMBER_KINDS[kind]
    low = kind_least if least is None else least
    high = kind_most if most is None else most
    message = _range_told(low, high)
    cause = INTEGER if least is None and most is None else None
    bottom = float("-inf") if low is None else low
    top = float("inf") if high is None else high

    def check(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
        if type(value) not in types and not is_vast(value):
            raise wrong_type(value, expected, (parent, step))
        value = cast("float", value)
        if not bottom <= value <= top:
            add_fault(faults, (parent, step), "VALUE_OUT_OF_RANGE", message, cause)
        return value

    return check


def is_vast(value: object) -> bool:
    """Whether a number has more digits than the parser keeps of an integer: it is a float then,
    however it was written, and has no fraction."""
    return type(value) is float and abs(value) >= VAST


def _range_told(low: float | None, high: float | None) -> str:
    if low is None:
        return f"must be {high} at most"
    return f"must be {low} at least" if high is None else f"must be {low} to {high}"


def check_blob(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
    """Bytes in base64, as the text that they came in."""
    if not isinstance(value, str):
        raise wrong_type(value, "a string of base64", (parent, step))
    try:
        a2b_base64(value, strict_mode=True)
    except ValueError:
        add_fault(faults, (parent, step), "INVALID_STRING_FORMAT", "must be base64")
    return value


def check_boolean(value: object, parent: Path, step: Step, _faults: list[FieldError]) -> Json:
    """True or false."""
    if not isinstance(value, bool):
        raise wrong_type(value, "true or false", (parent, step))
    return value


def check_instant(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
    """ISO 8601 text, or seconds since 1970, as the canonical text of `clock.iso`."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        expected = "a timestamp (ISO 8601 text or seconds since 1970)"
        raise wrong_type(value, expected, (parent, step))
    try:
        instant_ms = parse_iso(value) if isinstance(value, str) else _epoch_ms(value)
    except (ValueError, OverflowError):
        told = "must be an ISO 8601 instant such as 2026-11-23T08:00:00Z"
        add_fault(faults, (parent, step), "INVALID_STRING_FORMAT", told)
        return None
    if not INSTANT_FIRST_MS <= instant_ms <= END_MS:
        told = "must be an instant of the years 1 to 9999"
        add_fault(faults, (parent, step), "VALUE_OUT_OF_RANGE", told, INSTANT)
        return None
    return iso(instant_ms)


def _epoch_ms(seconds: float) -> int:
    if isinstance(seconds, int):
        return seconds * 1000
    # A double holds today's seconds to a quarter of a microsecond: rounding there before finer
    # digits are cut keeps .123 from becoming .122.
    return round(seconds * 1_000_000) // 1000 if abs(seconds) < 1e15 else int(seconds) * 1000


def check_any(value: object, parent: Path, step: Step, faults: list[FieldError]) -> Json:
    """Any JSON, for members that the model declares as free documents."""
    if _has_nul(value):
        add_fault(faults, (parent, step), "INVALID_STRING_FORMAT", _NUL_TOLD, NUL)
    return value  # type: ignore[return-value]  # it came from a JSON parser


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, list):
        return any(map(_has_nul, value))
    if isinstance(value, dict):
        return any(map(_has_nul, value)) or any(map(_has_nul, value.values()))
    return False

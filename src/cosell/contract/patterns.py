"""The model's patterns: matched in full, in time linear in the text, whatever the text is.

A pattern is taken apart once. What only counts characters becomes a length; what has provably few
ways to match stays with `re`; everything else goes to RE2, which cannot backtrack. Must not know
shapes or faults.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

Engine: TypeAlias = Literal["length", "re", "re2"]
Match: TypeAlias = Callable[[str], bool]

WAYS_MAX = 1000
"""Ways to match that `re` may try when the pattern bounds the length of what it can match."""

WAYS_PER_CHARACTER_MAX = 16
"""Ways to match that `re` may try for each character when it does not."""

_ONLY_LENGTH = re.compile(r"(\(\?s\))?\.\{(\d+),(\d+)\}")
_LENGTH_AHEAD = re.compile(r"\(\?=\.\{(\d+),(\d+)\}\$\)")
_compile: Final = re.compile  # what a test puts in its place would stay in what is compiled then
_FOUR_HEX = re.compile(r"\\u([0-9A-Fa-f]{4})")


class Plan(NamedTuple):
    """How a pattern is matched: a length where it states one, then `rest` with an engine."""

    engine: Engine
    shortest: int
    longest: int | None
    one_line: bool
    rest: str


@cache
def plan(pattern: str) -> Plan:
    """Take a pattern apart and choose its engine."""
    if only := _ONLY_LENGTH.fullmatch(pattern):
        return Plan("length", int(only[2]), int(only[3]), only[1] is None, "")
    ahead = _LENGTH_AHEAD.match(pattern)
    rest = pattern[ahead.end() :] if ahead else pattern
    engine: Engine = "re" if is_plainly_linear(rest) else "re2"
    if ahead is None:
        return Plan(engine, 0, None, False, rest)
    return Plan(engine, int(ahead[1]), int(ahead[2]), True, rest)


@cache
def rest_matcher(pattern: str) -> Match | None:
    """Match what `plan` leaves beside the length, compiled when first asked; None if nothing is."""
    planned = plan(pattern)
    if planned.engine == "length":
        return None
    compile_ = _backtracking if planned.engine == "re" else _automaton
    match: Match | None = None

    def matches(text: str) -> bool:
        nonlocal match
        if match is None:
            match = compile_(planned.rest)
        return match(text)

    return matches


@lru_cache(maxsize=256)
def finder(pattern: str) -> Match:
    """Whether a pattern of somebody's own is found in a text, by RE2; ValueError if RE2 does not
    take it."""
    import re2

    try:
        search = re2.compile(pattern, _re2_options()).search
    except re2.error as error:
        told = error.args[0] if error.args else ""
        raise ValueError(told.decode() if isinstance(told, bytes) else str(told)) from None
    return lambda text: search(text.encode("utf-8", "surrogatepass")) is not None


def _backtracking(pattern: str) -> Match:
    # AWS's \d and \w are ASCII, as they are in RE2.
    fullmatch = _compile(pattern, re.ASCII).fullmatch
    return lambda text: fullmatch(text) is not None


def _automaton(pattern: str) -> Match:
    import re2  # a request that needs no such pattern does not pay for the import

    spelled = _FOUR_HEX.sub(r"\\x{\1}", pattern)
    fullmatch = re2.compile(spelled, _re2_options()).fullmatch

    def matches(text: str) -> bool:
        return fullmatch(text.encode("utf-8", "surrogatepass")) is not None

    return matches


def _re2_options() -> Any:
    import re2

    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    return options


# --- how many ways a backtracking engine could go ------------------------------------------------


class Ways(NamedTuple):
    """`number` bounds the ways through a pattern but for its `loops`, repeats without a bound."""

    number: int
    loops: int


class _NotPlain(Exception):
    """The pattern uses something whose cost is not estimated here."""


_ESCAPE = r"\\(?:[dwDW]|u[0-9A-Fa-f]{4}|[^\w\s])"
_ATOM = re.compile(rf"\[\^?(?:[^\[\]\\]|{_ESCAPE})+\]|{_ESCAPE}|[^\\\[\](){{}}|?*+^$]")
_REPEAT = re.compile(r"(\?|\*|\+|\{(\d+)(,(\d*))?\})\??")


def is_plainly_linear(pattern: str) -> bool:
    """Whether a backtracking engine is linear: at most one unbounded repeat, few ways beside it.

    With one unbounded repeat, each position where it may stop is tried once for each of the few
    ways through the bounded rest. Anything not understood is not plain.
    """
    try:
        ways, end = _alternatives(pattern, 0)
    except _NotPlain:
        return False
    if end != len(pattern) or ways.loops > 1:
        return False
    return ways.number <= (WAYS_PER_CHARACTER_MAX if ways.loops else WAYS_MAX)


def _alternatives(pattern: str, at: int) -> tuple[Ways, int]:
    ways, at = _sequence(pattern, at)
    while pattern.startswith("|", at):
        other, at = _sequence(pattern, at + 1)
        ways = Ways(ways.number + other.number, max(ways.loops, other.loops))
    return ways, at


def _sequence(pattern: str, at: int) -> tuple[Ways, int]:
    number, loops = 1, 0
    while at < len(pattern) and pattern[at] not in "|)":
        ways, at = _group(pattern, at) if pattern[at] == "(" else _single(pattern, at)
        number, loops = number * ways.number, loops + ways.loops
    return Ways(number, loops), at


def _group(pattern: str, at: int) -> tuple[Ways, int]:
    opening = "(?:" if pattern.startswith("(?:", at) else "("
    ways, at = _alternatives(pattern, at + len(opening))
    if not pattern.startswith(")", at):
        raise _NotPlain
    repeat = _REPEAT.match(pattern, at + 1)
    if repeat is None:
        return ways, at + 1
    if repeat[1] != "?":
        raise _NotPlain
    return Ways(ways.number + 1, ways.loops), repeat.end()


def _single(pattern: str, at: int) -> tuple[Ways, int]:
    atom = _ATOM.match(pattern, at)
    if atom is None:
        raise _NotPlain
    repeat = _REPEAT.match(pattern, atom.end())
    if repeat is None:
        return Ways(1, 0), atom.end()
    if repeat[1] == "?":
        return Ways(2, 0), repeat.end()
    if repeat[1] in "*+" or (repeat[3] and not repeat[4]):
        return Ways(1, 1), repeat.end()
    return Ways(int(repeat[4] or repeat[2]) - int(repeat[2]) + 1, 0), repeat.end()

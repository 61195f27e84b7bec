"""Texts drawn from lengths and patterns: whatever the model lets in, the unusual included.

Must not know shapes.
"""

import importlib
import re
from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import Any

from cosell.contract.patterns import plan

_parser: Any = importlib.import_module("re._parser")  # the standard library's own reading of `re`
LOOP_MAX = 6  # times a repeat without a bound is drawn beyond what it must be
TRIES = 200
PIECES = (
    "a", "Z", "0", " ", "  ", "\t", "\r", "é", "ß", "Ж", "語", "\U0001f600", "\u202e", "\u200d",
    "\ufeff", "\ud7ff", "\x7f", "'", '"', "\\", "%s", "{}", "<b>", "&amp;", "--", ";", "NULL",
    "../", "$ne", "Example Company", "arn:aws:", "O1000000", "None", "true", "1e5",
)  # fmt: skip


def free(random: Random, shortest: int, longest: int, *, one_line: bool = False) -> str:
    """Any text of a length in code points, without U+0000."""
    length = random.choice((shortest, longest, random.randint(shortest, longest)))
    length = max(length, shortest) if length < 300 or random.random() < 0.1 else shortest
    pieces = PIECES if one_line else (*PIECES, "\n")
    text = ""
    while len(text) < length:
        text += random.choice(pieces)
    return text[:length]


def matching(random: Random, pattern: str, most: int | None = None) -> str:
    """A text that matches a pattern of the model in full, lengths that it states included."""
    planned = plan(pattern)
    longest = planned.longest if planned.longest is not None else most
    if planned.engine == "length":
        one_line = planned.one_line
        return free(random, planned.shortest, longest or LOOP_MAX, one_line=one_line)
    tree = _tree(planned.rest)
    for _ in range(TRIES):
        text = _sequence(random, tree)
        if planned.shortest <= len(text) <= (longest if longest is not None else len(text)):
            return text
    raise ValueError(f"no text of the length that is asked for was found for {pattern}")


@cache
def _tree(pattern: str) -> Any:
    return _parser.parse(pattern, re.ASCII)


def _sequence(random: Random, parts: Any) -> str:
    return "".join(_DRAWN[str(kind)](random, detail) for kind, detail in parts)


def _literal(_: Random, code: int) -> str:
    return chr(code)


def _any(random: Random, _: None) -> str:
    return random.choice("aZ0 .-_/:é語")


def _one_of(random: Random, items: Sequence[Any]) -> str:
    kinds = [str(kind) for kind, _ in items]
    if kinds[0] == "NEGATE":
        raise ValueError("give samples of what a negated class matches")
    kind, detail = random.choice(items)
    if str(kind) == "RANGE":
        return chr(random.randint(*detail))
    return _category(random, detail) if str(kind) == "CATEGORY" else chr(detail)


def _category(random: Random, name: Any) -> str:
    known = {"CATEGORY_DIGIT": "0123456789", "CATEGORY_WORD": "azAZ09_"}
    return random.choice(known[str(name)])


def _repeat(random: Random, detail: Any) -> str:
    least, most, part = detail
    times = random.randint(least, min(int(most), least + LOOP_MAX))
    return "".join(_sequence(random, part) for _ in range(times))


def _branch(random: Random, detail: Any) -> str:
    return _sequence(random, random.choice(detail[1]))


def _group(random: Random, detail: Any) -> str:
    return _sequence(random, detail[-1])


_DRAWN: dict[str, Callable[[Random, Any], str]] = {
    "LITERAL": _literal,
    "ANY": _any,
    "IN": _one_of,
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,
    "BRANCH": _branch,
    "SUBPATTERN": _group,
}

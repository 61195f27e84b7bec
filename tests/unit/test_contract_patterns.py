"""Patterns: taken apart rightly, matched in full, and never in more than linear time.

The proof for the model's own patterns has three parts: a reading of each parsed pattern that does
not use our estimate, a backtracking matcher that counts its steps, and huge inputs.
"""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

import cosell.contract
from cosell.contract.patterns import Engine, finder, is_plainly_linear, plan, rest_matcher

MODEL = Path(cosell.contract.__file__).parents[1] / "selling/model.json"
SHAPES = orjson.loads(MODEL.read_bytes())["shapes"].values()
PATTERNS = sorted({shape["pattern"] for shape in SHAPES if "pattern" in shape})
PLAIN = [pattern for pattern in PATTERNS if plan(pattern).engine == "re"]
URL = next(pattern for pattern in PATTERNS if "(www[.])" in pattern)
HUGE = 1 << 20

sre: Any = importlib.import_module("re._parser")


@pytest.mark.parametrize(
    ("pattern", "engine", "shortest", "longest", "one_line", "rest"),
    [
        ("(?s).{0,255}", "length", 0, 255, False, ""),
        (".{1,255}", "length", 1, 255, True, ""),
        ("(?=.{1,80}$)[a-z]+", "re", 1, 80, True, "[a-z]+"),
        ("O[0-9]{1,19}", "re", 0, None, False, "O[0-9]{1,19}"),
        ("(a+)+", "re2", 0, None, False, "(a+)+"),
    ],
)
def test_plan(
    pattern: str, engine: Engine, shortest: int, longest: int | None, one_line: bool, rest: str
) -> None:
    planned = plan(pattern)
    assert (planned.engine, planned.rest) == (engine, rest)
    assert (planned.shortest, planned.longest) == (shortest, longest)
    assert planned.one_line is one_line


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a*)*b",
        "a*a*b",
        "[a-z]*-[a-z]*",
        "(a|a)*b",
        "(a|aa){1,40}b",
        "(a{1,9}){1,9}",
        "a{0,5000}",
        "a{0,40}a{0,40}a{0,40}",
        "(a|b)*",
        "(?:a?){30}a",
        r"[\p{L}]*",
        r"\p{L}",
        r"(a)\1",
        "(?=a)b",
        "(?i)a",
        "^a$",
        "a++",
        "a{1",
        "[a",
        "(a",
        "a)",
        "[[a]]",
        r"\bword",
        r"a\s",
    ],
)
def test_whatever_might_be_ambiguous_is_not_left_to_backtracking(pattern: str) -> None:
    assert not is_plainly_linear(pattern)


@pytest.mark.parametrize(
    "pattern", ["", "abc", "arn:.*", "(a|b)?c+", r"\d{12}", "a{2,}b", "[^/]*?x", "(?:a|)b"]
)
def test_simple_patterns_are_plain(pattern: str) -> None:
    assert is_plainly_linear(pattern)


MATCHES = [
    (r"\w{1,3}", "a_1", "é"),
    (r"\d+", "12", "٣"),
    ("arn:.*", "arn:a", "arn:a\n"),
    ("[a-z]+", "abc", "abc\n"),
    ("eng-[0-9]{2}", "eng-12", "eng-123"),
    ("(a|ab)(c|bcd)*d?", "abcd", "abce"),
    (r"(?=.{1,9}$)([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "Größe 1", "a;b"),
    (r"(\u0041|[\u00E9-\u00FF])*", "Aé", "B"),
    ("(x*)*", "xx", "x\ud800"),
]


@pytest.mark.parametrize(("pattern", "inside", "outside"), MATCHES)
def test_match_in_full(pattern: str, inside: str, outside: str) -> None:
    matches = rest_matcher(pattern)
    assert matches is not None
    assert matches(inside)
    assert not matches(outside)


# --- the model's own patterns --------------------------------------------------------------------


def loops_and_ways(nodes: Any) -> tuple[int, int]:
    """Unbounded repeats, and the product of the choices beside them; a nested repeat is refused."""
    loops, ways = 0, 1
    for operator, argument in nodes:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, body = argument
            single = len(body) == 1 and str(body[0][0]) in ("IN", "ANY", "LITERAL", "NOT_LITERAL")
            assert single or most == 1, "a group is repeated"
            inner_loops, inner_ways = (0, 1) if single else loops_and_ways(body)
            unbounded = most == sre.MAXREPEAT
            loops += inner_loops + unbounded
            ways *= inner_ways * (1 if unbounded else most - least + 1)
        elif name == "SUBPATTERN":
            inner_loops, inner_ways = loops_and_ways(argument[3])
            loops, ways = loops + inner_loops, ways * inner_ways
        elif name == "BRANCH":
            branches = [loops_and_ways(branch) for branch in argument[1]]
            loops += max(inner for inner, _ in branches)
            ways *= sum(inner for _, inner in branches)
        else:
            assert name in ("LITERAL", "NOT_LITERAL", "IN", "ANY")
    return loops, ways


@pytest.mark.parametrize("pattern", PLAIN)
def test_what_backtracks_has_one_loop_and_few_ways(pattern: str) -> None:
    loops, ways = loops_and_ways(sre.parse(plan(pattern).rest))
    assert loops <= 1
    assert ways <= (16 if loops else 1000)


class Counted:
    """A backtracking matcher as `re` is one, that counts its steps."""

    def __init__(self, pattern: str, steps_max: int) -> None:
        self.nodes = list(sre.parse(pattern))
        self.steps_max = steps_max
        self.steps = 0

    def run(self, text: str) -> int:
        self.steps = 0
        any(end == len(text) for end in self.ends(self.nodes, text, 0))
        return self.steps

    def ends(self, nodes: list[Any], text: str, at: int) -> Iterator[int]:
        self.steps += 1
        if self.steps > self.steps_max:
            raise OverflowError
        if not nodes:
            yield at
            return
        operator, argument = nodes[0]
        for end in self.after(str(operator), argument, text, at):
            yield from self.ends(nodes[1:], text, end)

    def after(self, name: str, argument: Any, text: str, at: int) -> Iterator[int]:
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, body = argument
            yield from self.repeated(least, most, list(body), (text, at))
        elif name == "SUBPATTERN":
            yield from self.ends(list(argument[3]), text, at)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from self.ends(list(branch), text, at)
        elif at < len(text) and fits(name, argument, text[at]):
            yield at + 1

    def repeated(
        self, least: int, most: int, body: list[Any], place: tuple[str, int]
    ) -> Iterator[int]:
        text, at = place
        if most > 0:
            for end in self.ends(body, text, at):
                if end > at:
                    yield from self.repeated(max(least - 1, 0), most - 1, body, (text, end))
        if least == 0:
            yield at


def fits(name: str, argument: Any, character: str) -> bool:
    if name == "ANY":
        return character != "\n"
    if name in ("LITERAL", "NOT_LITERAL"):
        return bool(ord(character) == argument) == (name == "LITERAL")
    return any(in_class(str(kind), value, character) for kind, value in argument)


def in_class(kind: str, value: Any, character: str) -> bool:
    if kind == "LITERAL":
        return bool(ord(character) == value)
    if kind == "RANGE":
        return bool(value[0] <= ord(character) <= value[1])
    digit = character.isascii() and character.isdigit()
    word = character.isascii() and (character.isalnum() or character == "_")
    return {"CATEGORY_DIGIT": digit, "CATEGORY_WORD": word}[str(value)]


def attacks(pattern: str, size: int) -> Iterator[str]:
    """Long runs of what the pattern likes, after what it wants in front, ended by what it hates."""
    head = re.split(r"[\[\\(.*+?{]", pattern.lstrip("("))[0]
    for unit in ("a", "0", "1", "A", "-", ".", "a.", "a-", "0a", "arn:", "task-", "1.0", " "):
        yield head + unit * size + "\x01"
        yield unit * size + "\x01"


@pytest.mark.parametrize("pattern", PLAIN)
def test_steps_of_backtracking_grow_no_faster_than_the_text(pattern: str) -> None:
    matcher = Counted(plan(pattern).rest, steps_max=100_000)
    for small, large in zip(attacks(pattern, 30), attacks(pattern, 120), strict=True):
        assert matcher.run(large) <= 4 * matcher.run(small) + 200


def test_the_counting_matcher_sees_an_explosion() -> None:
    matcher = Counted(plan(URL).rest, steps_max=100_000)
    with pytest.raises(OverflowError):
        matcher.run("a." * 26 + " ")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_huge_texts_are_answered(pattern: str) -> None:
    # An engine that is worse than linear would not come back from these.
    matches = rest_matcher(pattern)
    if matches is None:
        return
    for attack in attacks(pattern, 1):
        unit = attack.rstrip("\x01")
        matches(unit * (HUGE // len(unit)) + "\x01")


def test_the_known_attack_on_website_addresses() -> None:
    planned, matches = plan(URL), rest_matcher(URL)
    assert (planned.engine, planned.longest) == ("re2", 255)
    assert matches is not None
    assert not matches("a." * HUGE + " ")
    assert matches("https://www.example.com")


# --- patterns of somebody's own ------------------------------------------------------------------


def test_finder_finds_a_pattern_anywhere() -> None:
    assert finder("(?i)^web")("Web shop")
    assert finder("shop$")("Web shop")
    assert not finder("^shop")("Web shop")
    assert not finder("(a|aa)+$")("a" * HUGE + "b")


@pytest.mark.parametrize("pattern", ["(", "(?=a)", "((a{1000}){1000}){1000}", "\\", "a**"])
def test_finder_takes_only_what_is_linear(pattern: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        finder(pattern)

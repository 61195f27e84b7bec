"""Worlds that a test used beside its own, for the report if it fails.

A world that an exception leaves closes at once, before anybody knows whether that fails a test: it
is looked at before, in a run of tests alone. One that is still open is found here. Whoever is left
in peace costs nothing. Must not know pytest, nor what is told.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from time import CLOCK_MONOTONIC, clock_gettime_ns
from typing import TYPE_CHECKING, Final, TypeAlias
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from cosell.testing.report import Story
    from cosell.testing.world import World

_Harmless: TypeAlias = tuple[type[BaseException], ...]
_LEFT_MAX: Final = 3  # who tries a failing example again and again leaves the best one last
_STEERING: Final = "hypothesis"  # whose exceptions end examples, and fail nothing
_open: "WeakValueDictionary[str, World]" = WeakValueDictionary()  # by their names
_left: "deque[Story]" = deque(maxlen=_LEFT_MAX)
_harmless: _Harmless | None = None  # None: nobody tells of failures
_since = 0  # when the test began
_told = 0  # how often a world of it was told of


def now() -> int:
    """An instant to compare with others here: no test stops it."""
    return clock_gettime_ns(CLOCK_MONOTONIC)


def watch(harmless: _Harmless) -> None:
    """From now on worlds are looked at when exceptions leave them, but for `harmless` ones, which
    fail no test."""
    global _harmless
    _harmless = (*harmless, SystemExit, GeneratorExit)


def look_away() -> None:
    """No more."""
    global _harmless
    _harmless = None
    _left.clear()


def begin_test() -> None:
    """What is used from now on is used by another test."""
    global _since, _told
    _since, _told = now(), 0
    _left.clear()


def begin(world: "World") -> None:
    """A world is made."""
    _open[world.name] = world


def end(world: "World") -> None:
    """It is closed."""
    _open.pop(world.name, None)


def leave(world: "World", error: BaseException) -> None:
    """An exception leaves a world, which is still open."""
    if _harmless is None or isinstance(error, _harmless):
        return
    if type(error).__module__.partition(".")[0] == _STEERING:
        return
    from cosell.testing.report import look_at

    with suppress(Exception):  # the error is what matters
        _left.append(look_at(world))


def others(own: "World | None") -> "Iterator[tuple[str, World | Story]]":
    """What the test used beside its own world: what is known of those that exceptions have left,
    and those that are open and were called, or wait for an answer; each with what tells its name
    from the test's others."""
    global _told
    _told = max(_told, int(own is not None))
    for one in _others(own):
        yield number(), one


def number() -> str:
    """What tells the name of what is told of next from the test's others: a world of which several
    failures tell (subtests, the teardown) stands otherwise each time."""
    global _told
    _told += 1
    return f" {_told}" * (_told > 1)


def _others(own: "World | None") -> "list[World | Story]":
    found: list[World | Story] = [*_left]
    _left.clear()
    every = [world for world in _open.values() if world is not own]
    return found + [one for one in every if one.way.unanswered or one.memory.called >= _since]

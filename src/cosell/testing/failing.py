"""Worlds that a test used beside its own, for the report if it fails; those that nobody has closed
when a run ends; and whether what ends a test ends more than that.

A world that an exception leaves closes at once, before anybody knows whether that fails a test: it
is looked at before, in a run of tests alone. One that is still open is found here. Whoever is left
in peace costs nothing. Must not know pytest, nor what is told.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from time import CLOCK_MONOTONIC, clock_gettime_ns
from typing import TYPE_CHECKING, Final, TypeAlias
from weakref import WeakValueDictionary

from cosell.testing import forked

if TYPE_CHECKING:
    from cosell.testing.report import Story
    from cosell.testing.world import World

TakeAway: TypeAlias = Callable[[], object]
"""Takes away what a world has made, in a hurry."""
_Kinds: TypeAlias = tuple[type[BaseException], ...]
_LEFT_MAX: Final = 3  # who tries a failing example again and again leaves the best one last
_STEERING: Final = "hypothesis"  # whose exceptions end examples, and fail nothing
_DEBUGGER: Final = "bdb"  # whose exception ends what it is at
_open: "WeakValueDictionary[str, World]" = WeakValueDictionary()  # by their names
# By their names too: what takes away what each has made, also of those that nobody has any more.
_left: "dict[str, TakeAway]" = {}
forked.forget(_left)  # they are the other process's to end
_runs: "list[_Run]" = []  # which tell of failures; the innermost last


class _Run:
    """A run of tests, and what is known of the test that it is at."""

    def __init__(self, harmless: _Kinds, ends: type[BaseException]) -> None:
        self.harmless, self.ends = harmless, ends
        self.is_broken_off = False
        self.before = frozenset(_left)  # what others have made
        self.left: deque[Story] = deque(maxlen=_LEFT_MAX)
        self.since = 0  # when the test began
        self.told = 0  # how often a world of it was told of


def now() -> int:
    """An instant to compare with others here: no test stops it."""
    return clock_gettime_ns(CLOCK_MONOTONIC)


def watch(harmless: _Kinds, ends: type[BaseException]) -> Callable[[], None]:
    """From now on worlds are looked at when exceptions leave them, but for `harmless` ones, which
    fail no test; `ends` ends the run. What is answered ends that; a run within a test of another
    ends its own alone."""
    run = _Run((*harmless, SystemExit, GeneratorExit), ends)
    _runs.append(run)

    def look_away() -> None:
        _runs[:] = [one for one in _runs if one is not run]

    return look_away


def is_in_run() -> bool:
    """Whether there is a run, at whose end somebody tells what stays on servers."""
    return bool(_runs)


def begin_test() -> None:
    """What is used from now on is used by another test of the innermost run."""
    run = _runs[-1]
    run.since, run.told = now(), 0
    run.left.clear()


def break_off() -> None:
    """The innermost run is over before its tests are: what asks a server from now on (pytest, to
    tell of an interrupt; fixtures) does not wait long."""
    if _runs:
        _runs[-1].is_broken_off = True
    for world in _opened():
        world.way.hurry()


def breaks_off(error: BaseException | None) -> bool:
    """Whether what ends something ends more than that: the program, or what a debugger is at. In a
    run of tests only Ctrl-C and what is meant to end the run do, and everything does once it is
    broken off."""
    run = _runs[-1] if _runs else None
    if run is not None and run.is_broken_off:
        return True
    if error is None:
        return False
    module = _package(error)
    if run is not None:
        return module == _DEBUGGER or isinstance(error, (KeyboardInterrupt, run.ends))
    return module == _DEBUGGER or not (isinstance(error, Exception) or module == _STEERING)


def _package(error: BaseException) -> str:
    return type(error).__module__.partition(".")[0]


def test_began() -> int:
    """When the test began that the innermost run is at, as `now` tells it; 0 without one."""
    return _runs[-1].since if _runs else 0


def begin(world: "World", take_away: TakeAway, *, is_there: bool) -> None:
    """A world is made, on a server or not; `take_away` deletes what it makes, and does not keep it
    alive."""
    _open[world.name] = world
    _left[world.name] = take_away
    if is_there and _runs:
        forked.end_with_process(world.name, _left)


def end(world: "World", stays: bool = False) -> None:
    """It is closed; what it has made may have to stay until the run ends."""
    _open.pop(world.name, None)
    if not stays:
        _left.pop(world.name, None)


def still_open() -> "dict[str, TakeAway]":
    """What ends each of the worlds that were made in the innermost run and are not closed, also
    those that nobody has any more; by their names."""
    before = _runs[-1].before if _runs else frozenset(_left)
    left = [(name, end) for name, end in _left.copy().items() if name not in before]
    opened = {one.name: partial(one.end, hurried=True) for one in _opened()}
    return {name: opened.get(name, end) for name, end in left}


def leave(world: "World", error: BaseException) -> None:
    """An exception leaves a world, which is still open."""
    if not _runs or isinstance(error, _runs[-1].harmless):
        return
    if _package(error) == _STEERING:
        return
    with suppress(Exception):  # the error is what matters; a test's patches are there
        from cosell.testing.report import look_at

        _runs[-1].left.append(look_at(world))


def others(own: "World | None") -> "Iterator[tuple[str, World | Story]]":
    """What the test used beside its own world: what is known of those that exceptions have left,
    and those that are open and were called, or wait for an answer; each with what tells its name
    from the test's others."""
    run = _runs[-1]
    run.told = max(run.told, int(own is not None))
    for one in _others(own):
        yield number(), one


def number() -> str:
    """What tells the name of what is told of next from the test's others: a world of which several
    failures tell (subtests, the teardown) stands otherwise each time."""
    run = _runs[-1]
    run.told += 1
    return f" {run.told}" * (run.told > 1)


def _others(own: "World | None") -> "list[World | Story]":
    run = _runs[-1]
    found: list[World | Story] = [*run.left]
    run.left.clear()
    every = [world for world in _opened() if world is not own]
    return found + [
        one for one in every if one.way.waiting(run.since) or one.memory.called >= run.since
    ]


def _opened() -> "list[World]":
    """Those that are open now, whatever other threads make and close meanwhile: `values` walks what
    they change."""
    return [world for known in _open.valuerefs() if (world := known()) is not None]

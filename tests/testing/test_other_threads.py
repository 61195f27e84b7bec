"""What threads share in the process of a test: one makes, enters and closes worlds, or changes the
environment, between any two instructions of what another is at.
"""

import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from cosell.testing import World, current, failing, interception, staying
from cosell.testing.environment import for_process
from cosell.testing.events import _Delivered


def beside(
    act: Callable[[], object], others: Callable[[], object], times: int = 100, after: int = 0
) -> None:
    """Do something, and so many times what others do, before each of its instructions and of those
    of what it calls, after so many of them: as if their threads came in there."""

    def come_in(frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal times, after
        frame.f_trace_opcodes = True
        after -= event == "opcode"
        if event == "opcode" and times and after < 0:
            times -= 1
            sys.settrace(None)
            others()
            sys.settrace(come_in)
        return come_in

    tracing = sys.gettrace()
    sys.settrace(come_in)
    try:
        act()
    finally:
        sys.settrace(tracing)


def test_a_failures_other_worlds_are_told_while_some_are_made_and_closed(cosell: World) -> None:
    kept = [World() for _ in range(100)]
    found: list[object] = []
    beside(lambda: found.extend(failing.others(cosell)), lambda: kept.append(World()))
    beside(lambda: found.extend(failing.others(cosell)), lambda: kept.pop().close())
    beside(failing.still_open, lambda: kept.append(World()))
    for world in kept:
        world.close()
    assert found == []  # nobody has called them


def test_a_world_is_forgotten_while_others_get_addresses_and_lose_them(cosell: World) -> None:
    world, kept = World(), [cosell]
    _ = world.endpoint_url

    def address() -> None:
        kept.append(World())
        _ = kept[-1].endpoint_url

    beside(lambda: current.forget(world), address)
    world.close()
    last = kept[-1]
    beside(lambda: current.forget(last), lambda: kept.pop().close(), len(kept) - 2)
    last.close()
    kept[1].close()
    assert not [one for one in current._by_address.values() if one is not cosell]


def test_a_world_is_left_while_others_are(cosell: World) -> None:
    before = current.current()
    entered = [object() for _ in range(110)]
    last = entered[-1]
    for by in entered:
        current.enter(cosell, by)
    beside(lambda: current.leave(last), lambda: current.leave(entered.pop(0)))
    assert not [by for by, _ in current._entered if by is last]
    for by in entered:
        current.leave(by)
    assert current.current() is before


def test_one_that_is_entered_meanwhile_stays_when_another_is_dropped(cosell: World) -> None:
    for after in range(100):
        dropped, theirs = World(), object()
        current.enter(dropped, object())
        current.enter(dropped, object())
        beside(
            lambda: current.drop(dropped),  # noqa: B023 - done at once
            lambda: current.enter(cosell, theirs),  # noqa: B023
            1,
            after,
        )
        dropped.close()
        assert [by for by, _ in current._entered if by is theirs], after
        assert dropped not in [world for _, world in current._entered]
        current.leave(theirs)


def test_an_environment_for_a_child_process_while_variables_come_and_go(
    cosell: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"COSELL_TEST_{number}" for number in range(1_000)]
    for name in names:
        monkeypatch.setenv(name, "there")
    found: dict[str, str] = {}
    url, account = cosell.endpoint_url, cosell.account
    # Those that come last are walked last: they are gone by then.
    beside(
        lambda: found.update(for_process(url, account)), lambda: os.environ.pop(names.pop()), 999
    )
    assert found["AWS_ACCESS_KEY_ID"] == account
    assert None not in found.values()


def test_calls_may_leave_while_somebody_else_ends_what_stops_them() -> None:
    may: list[bool] = []
    for after in range(50):
        before, allowed = interception.Interception(), interception.Interception(allow_real=True)
        before.begin()
        allowed.begin()
        try:
            beside(lambda: may.append(interception.may_leave()), before.end, 1, after)
        finally:
            allowed.end()
            before.end()
    assert may == [True] * 50


def test_those_who_find_modules_are_there_once_when_several_threads_keep_ours_first() -> None:
    finders = sys.meta_path.copy()
    for after in range(100):
        sys.meta_path.remove(staying._finder)
        beside(staying.keep, staying.keep, 1, after)
        assert sys.meta_path == finders, after


def test_events_are_delivered_while_others_are() -> None:
    done = _Delivered()
    numbers = iter(range(3, 1_000))
    done.beyond = {1, 2}
    beside(lambda: done.settle(1), lambda: done.beyond.add(next(numbers)))
    assert done.beyond == {2, *range(3, next(numbers))}


def test_builders_of_several_threads_have_numbers_of_their_own(cosell: World) -> None:
    numbers: list[int] = []

    def take() -> None:
        numbers.append(cosell.drafts.next_number())

    beside(take, take)
    assert len({*numbers}) == len(numbers) > 2

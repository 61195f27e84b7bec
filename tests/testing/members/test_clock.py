"""The world's clock: looked at, moved, stopped; what is due on the way happens."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from cosell.testing.calling import Refused
from cosell.testing.clock import When
from cosell.testing.world import World

MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def test_now_is_aware(world: World) -> None:
    assert world.clock.now().tzinfo is UTC


@pytest.mark.parametrize("when", ["2026-03-01", "2026-03-01T00:00:00Z", MARCH, MARCH.date()])
def test_an_empty_world_is_put_to_any_time(world: World, when: When) -> None:
    world.clock.freeze(when)
    assert world.clock.now() == MARCH
    assert world.clock.frozen


@pytest.mark.parametrize("when", ["yesterday", 1772323200, "2026-02-30"])
def test_what_is_no_time_is_told_and_changes_nothing(world: World, when: Any) -> None:
    for put in (world.clock.set, world.clock.freeze):
        with pytest.raises(ValueError, match=r"is no time of the clock\. Say a datetime"):
            put(when)
    assert not world.clock.frozen


def test_naive_datetime_is_utc(world: World) -> None:
    world.clock.freeze(MARCH.replace(tzinfo=None))
    assert world.clock.now() == MARCH


def test_the_past_is_closed_once_something_is_there(world: World) -> None:
    world.given.opportunity()
    with pytest.raises(Refused, match="only an empty namespace's goes back"):
        world.clock.set(MARCH)


def test_advancing_fires_what_is_due(world: World) -> None:
    world.clock.freeze(MARCH)
    world.aws.refer()
    assert world.clock.advance(days=14, hours=23) == 0
    assert world.clock.advance(timedelta(hours=1)) == 1
    assert world.clock.now() == MARCH + timedelta(days=15)


def test_fractions_of_seconds_count(world: World) -> None:
    world.clock.freeze(MARCH)
    world.clock.advance(0.25)
    world.clock.advance(milliseconds=250)
    assert world.clock.now() == MARCH + timedelta(milliseconds=500)


def test_a_running_clock_may_be_there_before_a_fraction_is_over(world: World) -> None:
    for _ in range(50):
        world.clock.advance(milliseconds=1)


def test_time_does_not_go_back(world: World) -> None:
    with pytest.raises(ValueError, match="never goes back"):
        world.clock.advance(days=-1)


@pytest.mark.parametrize("frozen", [True, False])
def test_no_distance_is_too_far_to_be_told(world: World, frozen: bool) -> None:
    if frozen:
        world.clock.freeze(MARCH)
    far = timedelta(days=3_000_000, milliseconds=1)
    for by in (timedelta.max, far):
        with pytest.raises(ValueError, match="no further than the year 9000"):
            world.clock.advance(by)
    with pytest.raises(ValueError, match="no further than the year 9000"):
        world.clock.advance(weeks=1e9)
    with pytest.raises(ValueError, match="never goes back"):
        world.clock.advance(timedelta.min)
    assert world.clock.frozen is frozen


@pytest.mark.parametrize("hours", [-12, 14])
def test_no_instant_is_too_far_to_be_told(world: World, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    far = datetime.max.replace(tzinfo=zone) if hours < 0 else datetime.min.replace(tzinfo=zone)
    for when in (far, far.isoformat()):
        for put in (world.clock.set, world.clock.freeze):
            with pytest.raises(ValueError, match=r"from the year 1000|is no time of the clock"):
                put(when)
    assert not world.clock.frozen


def test_set_forward_lets_things_happen(world: World) -> None:
    world.clock.freeze(MARCH)
    world.aws.refer()
    assert world.clock.set("2026-03-16") == 1


def test_advance_to_next(world: World) -> None:
    world.clock.freeze(MARCH)
    assert world.clock.next_due is None
    assert world.clock.advance_to_next() == 0
    world.aws.refer()
    assert world.clock.next_due == MARCH + timedelta(days=15)
    assert world.clock.advance_to_next() == 1
    assert world.clock.now() == MARCH + timedelta(days=15)


def test_advance_to_next_lets_happen_what_is_due_already(world: World) -> None:
    world.aws.autopilot()
    world.given.opportunity("Submitted")
    assert world.clock.advance_to_next() == 1
    assert world.clock.next_due is None


def test_advance_to_next_where_the_clock_comes_there_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = world.clock
    world.aws.autopilot(delay_seconds=3600)
    world.given.opportunity("Submitted")
    clock.freeze()
    ask = clock._desk

    def ask_and_let_time_pass(operation: str, **members: Any) -> Any:
        answer = ask(operation, **members)
        if operation == "GetClock":
            monkeypatch.setattr(clock, "_desk", ask)
            clock._desk("PutClock", Frozen=True, Time="2099-01-01T00:00:00Z")
        return answer

    monkeypatch.setattr(clock, "_desk", ask_and_let_time_pass)
    assert clock.advance_to_next() == 1
    assert clock.next_due is None


def test_freeze_and_unfreeze(world: World) -> None:
    world.clock.freeze()
    assert world.clock.frozen
    world.clock.unfreeze()
    assert not world.clock.frozen


def test_sleep_takes_the_place_of_time_sleep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    world.clock.freeze(MARCH)
    monkeypatch.setattr("time.sleep", world.clock.sleep)
    time.sleep(3600)
    time.sleep(0.5)
    assert world.clock.now() == MARCH + timedelta(hours=1, milliseconds=500)

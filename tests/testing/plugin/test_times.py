"""Tests that put times of their own in the place of `time`'s and `datetime`'s, first in a process:
the world goes on in its own, and so do those of the tests after them.

Each case is a process of its own, in which nothing of the engine is loaded at first.
"""

import pytest

from tests.testing.plugin.conftest import Suite

pytest_plugins = ("pytester",)

HEAD = """
import datetime
import time
from unittest import mock

import boto3
import pytest

client = boto3.client("partnercentral-selling")
real_date, real_datetime = datetime.date, datetime.datetime


def listed():
    return client.list_opportunities(Catalog="AWS")["OpportunitySummaries"]

"""

AFTER = """

def test_after(cosell):
    cosell.clock.freeze(real_datetime(2026, 3, 1, 9, 30))
    assert cosell.clock.now() == real_datetime(2026, 3, 1, 9, 30, tzinfo=datetime.UTC)
    cosell.clock.set(real_date(2026, 4, 1))
    assert cosell.clock.now() == real_datetime(2026, 4, 1, tzinfo=datetime.UTC)
    cosell.given.opportunity("Approved")
    listed()
    assert cosell.calls.last.duration_ms > 0
"""

COUNTED = """
@pytest.mark.parametrize("clock", ["perf_counter", "monotonic"])
def test_how_long_it_took(cosell, clock):
    with mock.patch(f"time.{clock}", side_effect=[1.0, 3.5]):
        began = getattr(time, clock)()
        listed()
        assert getattr(time, clock)() - began == 2.5
"""

STANDING = """
def test_standing(cosell, monkeypatch):
    monkeypatch.setattr("time.perf_counter", lambda: 5.0)
    monkeypatch.setattr("time.monotonic", lambda: 5.0)
    listed()
    assert cosell.calls.last.duration_ms > 0
"""

POLLING = """
def poll(for_s):
    until, rounds = time.monotonic() + for_s, 0
    while time.monotonic() < until:
        rounds += 1
        time.sleep(10)
    return rounds


def test_values(cosell, monkeypatch):
    cosell.given.opportunity("Submitted")
    monkeypatch.setattr("time.sleep", cosell.clock.sleep)
    with mock.patch("time.monotonic", side_effect=[0, 0, 10, 20, 30]):
        assert poll(30) == 3


def test_the_worlds_own(cosell, monkeypatch):
    cosell.clock.freeze()
    monkeypatch.setattr("time.sleep", cosell.clock.sleep)
    for clock in ("monotonic", "perf_counter", "time"):
        monkeypatch.setattr(f"time.{clock}", lambda: cosell.clock.now().timestamp())
    assert poll(30) == 3
    cosell.given.opportunity("Approved")
    cosell.tasks.paced(seconds=1)
    cosell.given.task()
    assert cosell.clock.advance_to_next() > 0
"""

WITHOUT_A_FIXTURE = """
from cosell.testing import World


@mock.patch("time.perf_counter", side_effect=[1.0, 3.5])
def test_world_of_its_own(clock):
    with World():
        began = time.perf_counter()
        listed()
        assert time.perf_counter() - began == 2.5
"""

FIXED = """
class Fixed(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return real_datetime(2026, 3, 1, 9, 0, tzinfo=tz)


class FixedDate(datetime.date):
    @classmethod
    def today(cls):
        return real_date(2026, 3, 1)


def test_fixed(cosell, monkeypatch):
    monkeypatch.setattr(datetime, "datetime", Fixed)
    monkeypatch.setattr(datetime, "date", FixedDate)
    cosell.given.opportunity()
    assert cosell.clock.now() > real_datetime(2026, 3, 2, tzinfo=datetime.UTC)
    listed()
"""


FIRST = {
    "counted": COUNTED,
    "standing": STANDING,
    "polling": POLLING,
    "without a fixture": WITHOUT_A_FIXTURE,
    "fixed": FIXED,
}


@pytest.mark.parametrize("first", FIRST)
def test_a_tests_own_times_reach_no_world(suite: Suite, first: str) -> None:
    text = HEAD + FIRST[first] + AFTER
    suite(text).assert_outcomes(passed=text.count("def test_") + text.count("parametrize"))

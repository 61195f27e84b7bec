"""Meters of quotas: what a second and a day have room for, by a clock that a test moves."""

import threading

import pytest

from cosell import quotas
from cosell.clock import DAY_MS, SECOND_MS
from cosell.quotas import Meter, Quota, Quotas
from cosell.selling.contract import CONTRACT
from cosell.selling.quotas import GROUP_OF, GROUPS, QUOTA_OF
from cosell.store.namespaces import Namespace

NOON = 1_800_000_000_000
MINUTE_MS = 60_000
SPACE = Namespace("one", 1)


def taken(meter: Meter, now: int, calls: int = 1_000) -> int:
    """How many of that many calls at an instant there is room for."""
    return sum(meter.takes(now) for _ in range(calls))


@pytest.mark.parametrize("rate", [1, 2, 10, 15, 100])
def test_second_has_room_for_as_many_calls_as_the_rate(rate: int) -> None:
    meter = Meter(Quota(rate))
    assert taken(meter, NOON) == rate
    assert taken(meter, NOON) == 0
    assert taken(meter, NOON + SECOND_MS) == rate
    assert taken(meter, NOON + 100 * SECOND_MS) == rate
    assert taken(meter, NOON + 100 * SECOND_MS + 499) == rate // 2 - (rate % 2 == 0)
    assert taken(meter, NOON + 100 * SECOND_MS + 500) == (rate % 2 == 0)


def test_steady_calls_at_the_rate_are_never_refused() -> None:
    meter = Meter(Quota(10))
    assert all(meter.takes(NOON + number * 100) for number in range(5_000))
    busy = Meter(Quota(10))
    passed = sum(busy.takes(NOON + number * 10) for number in range(5_000))
    assert passed == 10 + 499


def test_call_over_the_rate_takes_nothing() -> None:
    meter = Meter(Quota(1))
    assert meter.takes(NOON)
    assert not any(meter.takes(NOON + at) for at in range(0, 1_000, 100))
    assert meter.takes(NOON + 1_000)


def test_day_rolls_by_minutes() -> None:
    meter = Meter(Quota(1_000, 100))
    assert taken(meter, NOON, 40) == 40
    assert taken(meter, NOON + 5 * MINUTE_MS, 40) == 40
    assert taken(meter, NOON + 12 * 60 * MINUTE_MS) == 20
    assert taken(meter, NOON + DAY_MS - 1) == 0
    assert taken(meter, NOON + DAY_MS) == 40
    assert taken(meter, NOON + DAY_MS + 5 * MINUTE_MS - 1) == 0
    assert taken(meter, NOON + DAY_MS + 5 * MINUTE_MS) == 40
    assert taken(meter, NOON + 3 * DAY_MS) == 100


def test_day_is_exact_over_many_minutes() -> None:
    """Beside a plain count of every call that was let in."""
    meter = Meter(Quota(1_000, 50))
    let_in: list[int] = []
    for number in range(6_000):
        now = NOON + number * 37_777
        room = sum(one // MINUTE_MS > now // MINUTE_MS - 1_440 for one in let_in) < 50
        assert meter.takes(now) == room
        if room:
            let_in.append(now)


def test_clock_that_is_put_back_begins_another_past() -> None:
    meter = Meter(Quota(1, 3))
    assert [meter.takes(NOON + at * SECOND_MS) for at in range(4)] == [True, True, True, False]
    assert [meter.takes(NOON - DAY_MS + at * SECOND_MS) for at in range(4)] == [
        True, True, True, False
    ]  # fmt: skip
    near = Meter(Quota(1, 2))
    assert near.takes(NOON)
    assert not near.takes(NOON - 1)
    assert [near.takes(NOON + at * SECOND_MS) for at in (1, 2)] == [True, False]


# --- of namespaces -------------------------------------------------------------------------------


def counted(meters: Quotas, namespace: Namespace) -> list[tuple[str, str, int, int, int]]:
    return [
        (account, operation, meter.calls, meter.throttled, meter.over)
        for account, operation, meter in meters.counted(namespace)
    ]


def test_accounts_operations_and_namespaces_count_for_themselves() -> None:
    meters = Quotas({"Get": Quota(1), "Put": Quota(1)})
    strict, other = SPACE._replace(quotas="Documented"), Namespace("two", 2)
    for namespace, account, operation in (
        (strict, "b", "Get"), (strict, "a", "Put"), (strict, "a", "Get"), (other, "a", "Get")
    ):  # fmt: skip
        assert not meters.exceeds(namespace, account, operation, NOON)
    assert meters.exceeds(strict, "a", "Get", NOON)
    assert not meters.exceeds(other, "a", "Get", NOON)
    assert counted(meters, strict) == [
        ("a", "Get", 2, 1, 0), ("a", "Put", 1, 0, 0), ("b", "Get", 1, 0, 0)
    ]  # fmt: skip
    assert counted(meters, other) == [("a", "Get", 2, 0, 1)]


def test_count_follows_a_name_until_it_stands_for_something_else() -> None:
    meters = Quotas({"Get": Quota(1)})
    meters.exceeds(SPACE._replace(ns=0), "a", "Get", NOON)
    meters.exceeds(SPACE, "a", "Get", NOON)
    assert counted(meters, SPACE) == [("a", "Get", 2, 0, 1)]
    assert counted(meters, SPACE._replace(ns=7)) == []
    meters.exceeds(SPACE._replace(ns=7), "a", "Get", NOON)
    assert counted(meters, SPACE._replace(ns=7)) == [("a", "Get", 1, 0, 0)]
    assert counted(meters, SPACE) == []


def test_meters_are_bounded_and_the_oldest_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "METERS_MAX", 40)
    monkeypatch.setattr(quotas, "_KEPT", 30)
    meters = Quotas({"Get": Quota(1)})
    used = Namespace("used", 1)
    for number in range(100):
        meters.exceeds(Namespace(f"n{number}", number + 2), "a", "Get", NOON + 2 * number)
        meters.exceeds(used, "a", "Get", NOON + 2 * number + 1)
        assert sum(len(one.meters) for one in meters._spaces.values()) == meters._size <= 40
    assert [one[2] for one in counted(meters, used)] == [100]
    for number in range(100):
        meters.exceeds(used, str(number), "Get", NOON)
        assert sum(len(one.meters) for one in meters._spaces.values()) == meters._size <= 40


def test_what_is_forgotten_leaves_room_and_begins_anew() -> None:
    meters = Quotas({"Get": Quota(1), "Put": Quota(1)})
    other = Namespace("two", 2)
    for namespace, operation in ((SPACE, "Get"), (SPACE, "Put"), (other, "Get")):
        meters.exceeds(namespace, "a", operation, NOON)
    meters.forget(SPACE.name)
    meters.forget("none")
    assert counted(meters, SPACE) == []
    assert counted(meters, other) == [("a", "Get", 1, 0, 0)]
    assert meters._size == 1
    meters.exceeds(SPACE, "a", "Get", NOON)
    assert counted(meters, SPACE) == [("a", "Get", 1, 0, 0)]


def test_a_past_that_is_put_back_takes_nothing_and_stays_counted() -> None:
    meters = Quotas({"Get": Quota(2, 3)})
    strict = SPACE._replace(quotas="Documented")
    for at in range(4):
        meters.exceeds(strict, "a", "Get", NOON + at * SECOND_MS)
    meters.put_back(SPACE.name)
    meters.put_back("none")
    assert [meters.exceeds(strict, "a", "Get", NOON) for _ in range(3)] == [False, False, True]
    assert not meters.exceeds(strict, "a", "Get", NOON + SECOND_MS)
    assert meters.exceeds(strict, "a", "Get", NOON + 2 * SECOND_MS)  # the day's three
    assert counted(meters, SPACE) == [("a", "Get", 9, 3, 0)]


def test_threads_lose_no_call() -> None:
    meters = Quotas({"Get": Quota(10, 100)})

    def call() -> None:
        for _ in range(2_000):
            meters.exceeds(SPACE, "a", "Get", NOON)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert counted(meters, SPACE) == [("a", "Get", 16_000, 0, 15_990)]


# --- the table -----------------------------------------------------------------------------------


def test_every_operation_has_a_quota_and_no_group_names_another() -> None:
    assert set(QUOTA_OF) == set(CONTRACT.operations)
    named = [name for group in GROUPS for name in group.operations]
    assert len(named) == len(set(named))
    assert set(named) <= set(QUOTA_OF)


@pytest.mark.parametrize(
    ("operation", "quota", "source"),
    [
        ("ListOpportunities", Quota(10, 100_000), "documented"),
        ("CreateOpportunity", Quota(1, 10_000), "documented"),
        ("CreateEngagement", Quota(15), "documented"),
        ("ListEngagements", Quota(10), "not documented"),
        ("SubmitOpportunity", Quota(1), "not documented"),
        ("TagResource", Quota(1), "not documented"),
    ],
)
def test_quota_is_that_of_the_guide_s_table(operation: str, quota: Quota, source: str) -> None:
    group = GROUP_OF[operation]
    assert (group.quota, group.source) == (quota, source)

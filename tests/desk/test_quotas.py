"""Quotas at the desk: what they refuse, on which clock, where in the order of refusal, and what is
counted. How a meter counts: unit/test_quotas.py."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import desk_refusal, refusal

BOX = {"Catalog": "Sandbox"}
THROTTLED = "ThrottlingException"


@pytest.fixture
def strict(world: World) -> World:
    """A world with documented quotas, in which time stands still."""
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    assert world.desk("PutQuotas", Mode="Documented") == {"Mode": "Documented"}
    return world


def read(world: World, calls: int, account: str = ACCOUNT) -> int:
    """How many of that many lists are answered."""
    partner = world.client(account)
    answered = 0
    for _ in range(calls):
        try:
            partner.list_opportunities(**BOX)
            answered += 1
        except partner.exceptions.ThrottlingException:
            pass
    return answered


def counted(world: World) -> list[tuple[Any, ...]]:
    names = ("AccountId", "Operation", "Calls", "Throttled", "WouldHaveBeenThrottled")
    return [tuple(one[name] for name in names) for one in world.desk("GetQuotas")["Quotas"]]


def test_new_namespace_refuses_nothing_and_counts_what_aws_would_refuse(world: World) -> None:
    assert world.desk("GetQuotas") == {"Mode": "Relaxed", "Quotas": []}
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    assert read(world, 13) == 13
    assert read(world, 1, OTHER) == 1
    assert world.desk("GetQuotas") == {
        "Mode": "Relaxed",
        "Quotas": [
            {
                "AccountId": account, "Calls": calls, "CallsPerDay": 100_000, "CallsPerSecond": 10,
                "IsDocumented": True, "Operation": "ListOpportunities", "Throttled": 0,
                "WouldHaveBeenThrottled": over,
            }
            for account, calls, over in ((ACCOUNT, 13, 3), (OTHER, 1, 0))
        ],
    }  # fmt: skip


def test_reads_of_a_namespace_that_is_not_yet_made_are_counted(world: World) -> None:
    assert read(world, 2) == 2
    assert counted(world) == [(ACCOUNT, "ListOpportunities", 2, 0, 0)]
    world.desk("PutPace", Mode="Held")
    assert read(world, 1) == 1
    assert counted(world) == [(ACCOUNT, "ListOpportunities", 3, 0, 0)]


def test_clock_that_stands_gives_nothing_back(strict: World) -> None:
    assert read(strict, 15) == 10
    strict.desk("AdvanceClock", Seconds=1)
    assert read(strict, 15) == 10
    strict.desk("AdvanceClock", Seconds=3_600)
    assert read(strict, 15) == 10
    assert counted(strict) == [(ACCOUNT, "ListOpportunities", 45, 15, 0)]


def test_write_over_the_quota_is_refused_as_aws_refuses_it(strict: World) -> None:
    partner, asked = strict.client(), {**BOX, **opportunity(ClientToken="one")}
    made = partner.create_opportunity(**asked)
    refused = refusal(partner.create_opportunity, **BOX, **opportunity())
    assert (refused.code, refused.status, refused.message) == (THROTTLED, 400, "Rate exceeded")
    strict.desk("AdvanceClock", Seconds=1)
    assert partner.create_opportunity(**asked)["Id"] == made["Id"]
    assert len(partner.list_opportunities(**BOX)["OpportunitySummaries"]) == 1


def test_clock_that_is_put_back_a_little_has_room_for_all(strict: World) -> None:
    assert read(strict, 13) == 10
    strict.desk("PutClock", Time="2029-12-31T23:59:58Z")
    assert read(strict, 13) == 10
    strict.desk("PutClock", Time="2029-12-31T23:59:57.900Z")
    assert read(strict, 13) == 10
    assert counted(strict) == [(ACCOUNT, "ListOpportunities", 39, 9, 0)]


def test_operations_and_accounts_count_for_themselves(strict: World) -> None:
    for account in (ACCOUNT, OTHER):
        partner = strict.client(account)
        partner.create_opportunity(**BOX, **opportunity())
        partner.list_solutions(**BOX)
    assert counted(strict) == [
        (account, operation, 1, 0, 0)
        for account in (ACCOUNT, OTHER)
        for operation in ("CreateOpportunity", "ListSolutions")
    ]


def test_desk_has_no_quota(strict: World) -> None:
    for _ in range(30):
        strict.desk("GetClock")
        strict.desk("PutPace", Mode="Inline")
    assert counted(strict) == []


def test_call_is_throttled_before_it_meets_a_fault_and_before_it_is_checked(strict: World) -> None:
    partner = strict.client()
    partner.create_opportunity(**BOX, **opportunity())
    strict.desk("PutFault", Error="ConflictException", Operation="CreateOpportunity")
    reply = strict.post("CreateOpportunity", {"Catalog": 1})
    assert reply.document["__type"] == THROTTLED
    assert [one["Fired"] for one in strict.desk("ListFaults")["Faults"]] == [0]
    assert strict.post("CreateOpportunity", b"{").document["__type"] == "SerializationException"
    strict.desk("AdvanceClock", Seconds=1)
    reply = strict.post("CreateOpportunity", {"Catalog": 1})
    assert reply.document["__type"] == "ConflictException"


def test_boto3_rides_out_a_quota_when_time_runs(world: World) -> None:
    world.desk("PutQuotas", Mode="Documented")
    partner = world.client(config={"retries": {"total_max_attempts": 10, "mode": "standard"}})
    for _ in range(3):
        partner.create_opportunity(**BOX, **opportunity())
    [(_, _, calls, throttled, _), *_] = counted(world)
    assert calls - throttled == 3


def test_mode_can_be_changed_and_what_was_counted_stays(strict: World) -> None:
    assert read(strict, 12) == 10
    strict.desk("PutQuotas", Mode="Relaxed")
    assert read(strict, 2) == 2
    strict.desk("PutQuotas", Mode="Documented")
    assert read(strict, 1) == 0
    assert counted(strict) == [(ACCOUNT, "ListOpportunities", 15, 3, 2)]
    assert desk_refusal(strict, "PutQuotas", Mode="Strict").fields == [
        ("mode", "INVALID_ENUM_VALUE")
    ]


def test_reset_puts_quotas_back(strict: World) -> None:
    assert read(strict, 12) == 10
    strict.desk("ResetNamespace")
    assert strict.desk("GetQuotas") == {"Mode": "Relaxed", "Quotas": []}
    strict.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    assert read(strict, 12) == 12
    assert counted(strict) == [(ACCOUNT, "ListOpportunities", 12, 0, 2)]

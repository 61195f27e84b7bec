"""Calls whose answer never came: the report tells of them, and they are known afterwards."""

import re
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from cosell.testing import World
from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

HASTY = """
import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

def work():
    config = Config(read_timeout=0.05, retries={"total_max_attempts": 2, "mode": "standard"})
    boto3.client("partnercentral-selling", config=config).list_solutions(Catalog="AWS")

@pytest.mark.cosell(server={server})
def test_it(cosell):
    cosell.faults.delay("ListSolutions", 60, times=None)
    work()

@pytest.mark.cosell(server={server})
def test_another_start(cosell, tmp_path):
    with cosell.faults.delay("ListSolutions", 60, times=None), pytest.raises(ReadTimeoutError):
        work()
    cosell.start_from(cosell.save(tmp_path / "one.cosell"))
    assert False
"""


@pytest.mark.parametrize("server", [True, False])
def test_what_a_client_gave_up_is_told(suite: Suite, server: bool) -> None:
    result = suite(HASTY.replace("{server}", str(server)))
    result.assert_outcomes(failed=2)
    first, second = re.split(r"-+ cosell -+\n", str(result.stdout))[1:]
    assert re.search(r"gave up +ListSolutions \(2 times\): its client waited no longer", first)
    assert ("none that was answered" in first) == server
    assert len(re.findall(r"ListSolutions +Success", first)) == 2 * (not server)
    assert "called nothing" not in first
    assert "gave up" not in second
    assert "called nothing in this world" in second


LOST: dict[str, dict[str, Any]] = {
    "cut": {"Effect": "Cut"},
    "lost": {"Effect": "Cut", "When": "After"},
    "late": {"Effect": "Delay", "DelayMilliseconds": 60_000},
}


@pytest.mark.parametrize("how", LOST)
def test_a_call_without_an_answer_is_known_afterwards(how: str) -> None:
    with World() as world:
        world.desk("PutFault", Operation="ListSolutions", Count=1, **LOST[how])
        config = Config(retries={"total_max_attempts": 1}, read_timeout=0.05)
        with pytest.raises((ConnectionClosedError, ReadTimeoutError)):
            world.client(config=config).list_solutions(Catalog="AWS", MaxResults=7)
    [call] = world.calls
    assert call.request["MaxResults"] == 7


def test_calls_without_an_answer_are_read_before_they_are_forgotten(world: World) -> None:
    world.desk("PutFault", Operation="ListSolutions", Effect="Cut", Count=1_100)
    client = world.client(config=Config(retries={"total_max_attempts": 1}))
    for number in range(1_100):
        with pytest.raises(ConnectionClosedError):
            client.list_solutions(Catalog="AWS", MaxResults=1 + number % 100)
    assert len(world.calls) == 1_100
    assert world.calls[0].request["MaxResults"] == 1


def test_a_world_that_gave_no_answer_was_used(suite: Suite) -> None:
    result = suite(
        """
        import pytest
        from botocore.config import Config
        from botocore.exceptions import ConnectionClosedError
        from cosell.testing import World

        @pytest.fixture(scope="module")
        def shared():
            with World() as world:
                world.desk("PutFault", Operation="ListSolutions", Effect="Cut", When="After")
                yield world

        def test_before(shared):
            pass

        def test_it(shared):
            client = shared.client(config=Config(retries={"total_max_attempts": 1}))
            with pytest.raises(ConnectionClosedError):
                client.list_solutions(Catalog="AWS")
            assert False
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    assert re.search(r"ListSolutions +Success \(its answer was lost", str(result.stdout))


WITHIN = """
import boto3
import pytest
from cosell.testing import CallWithinAnother, World

@pytest.fixture(scope="module")
def shared():
    with World() as world:
        yield world

def wait(world, monkeypatch, act):
    monkeypatch.setattr("cosell.testing.place.sleep", lambda _: act())
    world.faults.delay("ListOpportunities", 60)
    boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")

def test_refused(cosell, monkeypatch):
    def act():
        with pytest.raises(CallWithinAnother):
            cosell.partner.call("ListSolutions", Catalog="AWS")

    wait(cosell, monkeypatch, act)
    assert False

def test_broken_off(shared, monkeypatch):
    def act():
        raise KeyError("its time is over")

    wait(shared, monkeypatch, act)

def test_other(shared):
    shared.partner.call("ListSolutions", Catalog="AWS")
    assert False
"""


def test_only_what_has_no_answer_is_told_as_that(suite: Suite) -> None:
    """Neither what was refused at once, nor what was broken off in a test before."""
    result = suite(WITHIN)
    result.assert_outcomes(failed=3)
    refused, broken_off, other = str(result.stdout).split("- cosell -")[1:]
    assert "waiting" not in refused
    assert "waiting   ListOpportunities: no answer had come when the test ended" in broken_off
    assert "waiting" not in other
    assert "ListSolutions" in other

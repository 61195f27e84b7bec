"""What a failing test tells of worlds beside the fixture's, that it made or was given."""

import re

import pytest

from cosell.testing.world import World
from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]


def sections(result: pytest.RunResult) -> list[str]:
    return re.split(r"-+ cosell -+\n", str(result.stdout))[1:]


OTHERS = """
import boto3
import pytest
from cosell.testing import World

def work():
    boto3.client("partnercentral-selling").get_opportunity(Catalog="AWS", Identifier="O1234567")

@pytest.fixture(scope="module")
def shared():
    with World() as world:
        yield world
"""


def test_a_world_that_the_failure_leaves_is_told_of_and_kept(suite: Suite) -> None:
    result = suite(
        OTHERS
        + """
def test_it():
    with World(seed=5) as world:
        world.given.opportunity()
        work()
"""
    )
    result.assert_outcomes(failed=1)
    [told] = sections(result)
    assert "seed 5\n" in told
    assert re.search(r"GetOpportunity +ResourceNotFoundException", told)
    [path] = re.findall(r"cosell open (\S+)", told)
    with World.load(path) as world:
        assert len(world.caller()("ListOpportunities", Catalog="Sandbox").OpportunitySummaries) == 1


def test_a_world_whose_fault_never_fired_is_told_of(suite: Suite) -> None:
    result = suite(
        OTHERS
        + """
def test_it():
    with World(seed=5) as world:
        world.faults.throttle("ListOpportunities")
"""
    )
    [told] = sections(result)
    assert "seed 5\n" in told


def test_every_world_that_the_test_used_is_told_of(suite: Suite) -> None:
    result = suite(
        OTHERS
        + """
def test_one(shared):
    with pytest.raises(Exception):
        work()

def test_two(shared):
    work()

def test_three(cosell, shared):
    world = World(seed=6)
    world.caller()("ListSolutions", Catalog="AWS")
    assert False

def test_four(shared, cosell):
    cosell.partner.client.list_solutions(Catalog="AWS")
    assert False
"""
    )
    result.assert_outcomes(passed=1, failed=3)
    two, three, other, four = sections(result)
    assert len(re.findall(r"GetOpportunity +ResourceNotFoundException", two)) == 2
    assert "called nothing in this world" in three
    assert "seed 6\n" in other
    assert "ListSolutions" in other
    assert "ListSolutions" in four


def test_worlds_of_subtests_are_kept_each_in_a_file_of_its_own(suite: Suite) -> None:
    result = suite(
        OTHERS
        + """
import unittest

class Test(unittest.TestCase):
    def test_it(self):
        for seed in (1, 2):
            with self.subTest(seed=seed), World(seed=seed) as world:
                for _ in range(seed):
                    world.given.opportunity()
                assert False
"""
    )
    told = sections(result)
    assert [re.findall(r"seed (\d)\n", one) for one in told] == [["1"], ["2"]]
    for number, one in enumerate(told, 1):
        [path] = re.findall(r"cosell open (\S+)", one)
        with World.load(path) as world:
            found = world.caller()("ListOpportunities", Catalog="Sandbox")
            assert len(found.OpportunitySummaries) == number


def test_worlds_that_exceptions_left_and_that_failed_nothing_are_not_told_of(suite: Suite) -> None:
    result = suite(
        OTHERS
        + """
@pytest.mark.parametrize("error", [ValueError, pytest.skip.Exception])
def test_one(error):
    with pytest.raises(error), World() as world:
        raise error("expected")

def test_two():
    assert False
"""
    )
    result.assert_outcomes(passed=2, failed=1)
    assert sections(result) == []


def test_a_failing_example_of_hypothesis_is_told_of(suite: Suite) -> None:
    result = suite(
        OTHERS
        + """
from hypothesis import assume, given, settings, strategies

@settings(max_examples=20, deadline=None, database=None)
@given(strategies.integers(0, 100))
def test_it(number):
    with World(seed=number) as world:
        assume(number != 50)
        if number >= 7:
            work()
"""
    )
    result.assert_outcomes(failed=1)
    last = sections(result)[-1]
    assert "seed 7\n" in last

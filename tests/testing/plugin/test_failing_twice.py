"""A test that fails more than once: its world stands otherwise each time, and each is kept."""

import re

import pytest

from cosell.testing.world import World
from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]


def kept(result: pytest.RunResult) -> list[int]:
    """How many opportunities each file has that the reports name, in their order."""
    counts = []
    for path in re.findall(r"cosell open (\S+)", str(result.stdout)):
        with World.load(path) as world:
            found = world.caller()("ListOpportunities", Catalog="Sandbox")
            counts.append(len(found.OpportunitySummaries))
    return counts


def test_subtests_have_each_a_file_of_its_own(suite: Suite) -> None:
    result = suite(
        """
        def test_it(cosell, subtests):
            for number in range(3):
                with subtests.test(number=number):
                    cosell.given.opportunity()
                    assert number == 1
        """
    )
    assert kept(result)[:2] == [1, 3]


def test_the_teardown_has_a_file_of_its_own(suite: Suite) -> None:
    result = suite(
        """
        import pytest

        @pytest.fixture
        def late(cosell):
            yield
            cosell.given.opportunity()
            raise OSError("late")

        def test_it(cosell, late):
            cosell.given.opportunity()
            assert False
        """
    )
    assert sorted(kept(result)) == [1, 2]

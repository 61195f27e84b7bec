"""What a test asked for that there is not: it sees its own line, and what was said of it."""

import re

from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

REFUSED = """
import pytest

@pytest.mark.parametrize("act", [
    lambda world: world.desk("GetClok"),
    lambda world: world.partner.call("ListSolutions"),
    lambda world: world.aws.update_opportunity(world.given.opportunity(), Stage="Qualified"),
    lambda world: world.clock.set("1900-01-01"),
])
def test_it(cosell, act):
    cosell.given.opportunity()
    act(cosell)
"""


def test_what_was_refused_is_told_without_lines_of_ours(suite: Suite) -> None:
    result = suite(REFUSED)
    result.assert_outcomes(failed=4)
    told = str(result.stdout)
    assert "calling.py:" not in told
    assert "raise Refused" not in told
    assert told.count(": Refused") == len(re.findall(r"test_suite\.py:\d+: Refused", told)) == 4
    assert "There is no member 'Stage'. Did you mean LifeCycle.Stage?" in told

"""A run of pytest within a test of another one, in the same process: neither tells of the other."""

import re

import pytest

from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

BESIDE = """
import boto3
import pytest
from botocore.exceptions import BotoCoreError
from cosell.testing import World

def use():
    with World() as world:
        world.given.opportunity()
        world.caller()("ListSolutions", Catalog="AWS")
        assert False

def within(pytester, text):
    pytester.makepyfile(text)
    return pytester.runpytest_inprocess("-p", "cosell.pytest_plugin", "-p", "no:cacheprovider")
"""


def sections(result: pytest.RunResult) -> list[str]:
    return re.split(r"-+ cosell -+\n", str(result.stdout))[1:]


def test_what_was_used_before_and_after_it_is_told(suite: Suite) -> None:
    result = suite(
        BESIDE
        + """
def test_it(pytester):
    within(pytester, "def test(cosell): assert cosell.given.opportunity('Approved')")
    use()

def test_before_and_after(pytester):
    with pytest.raises(AssertionError):
        use()
    within(pytester, "def test(cosell): assert cosell.given.opportunity('Approved')")
    use()

def test_after():
    use()
""",
        "-p",
        "pytester",
    )
    result.assert_outcomes(failed=3)
    assert len(sections(result)) == 4
    assert all("ListSolutions" in one for one in sections(result))
    files = re.findall(r"cosell open (\S+)", str(result.stdout))
    assert len(set(files)) == 4


def test_what_is_stopped_in_it_is_its_own(suite: Suite) -> None:
    result = suite(
        BESIDE
        + """
CALLS = '''
import boto3
def test_it():
    boto3.client("partnercentral-selling").list_solutions(Catalog="AWS")
'''

def swallow():
    try:
        boto3.client("partnercentral-selling").list_engagements(Catalog="AWS")
    except BotoCoreError:
        pass

def test_it(pytester):
    within(pytester, CALLS).assert_outcomes(failed=1)

def test_after(pytester):
    within(pytester, CALLS).assert_outcomes(failed=1)
    swallow()

def test_before(pytester):
    swallow()
    within(pytester, CALLS).assert_outcomes(failed=1)
""",
        "-p",
        "pytester",
    )
    result.assert_outcomes(passed=1, failed=2)
    failures = re.findall(r"^FAILED test_suite.*", str(result.stdout), re.MULTILINE)
    assert len(failures) == 2
    assert all("Failed: ListEngagements was about" in one for one in failures)

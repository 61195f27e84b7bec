"""What a failing test tells of its world, and where it keeps it."""

import re
from pathlib import Path

import pytest

from cosell.testing.world import World
from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

FAILING = """
import boto3
import pytest

def work():
    client = boto3.client("partnercentral-selling")
    client.create_opportunity(Catalog="AWS", ClientToken="one", Project={"Title": "Half"})

def test_it(cosell):
    cosell.clock.freeze("2026-03-01T10:00:00Z")
    cosell.given.opportunity("Approved")
    with cosell.faults.throttle("ListOpportunities", times=1):
        boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")
    work()
"""


def told(result: pytest.RunResult) -> str:
    text = str(result.stdout)
    return text[text.index("- cosell -") :]


def test_failure_tells_of_the_world(suite: Suite, pytester: pytest.Pytester) -> None:
    result = suite(FAILING)
    result.assert_outcomes(failed=1)
    section = told(result)
    assert re.search(r"world +test-\S+, account 111122223333, seed \d+", section)
    assert "2026-03-01T10:00:00.000Z (it stands)" in section
    assert re.search(r"pace +Inline, profile observed", section)
    assert "ThrottlingException on ListOpportunities (once)" in section
    assert re.search(r"time +account +operation +outcome +rule +source", section)
    assert re.search(
        r"2026-03-01 10:00:00 +111122223333 +ListOpportunities +ThrottlingException", section
    )
    assert re.search(r"CreateOpportunity +ValidationException +opportunity\.\S+", section)
    assert "the last refusal: CreateOpportunity:" in section
    assert not re.search(r"StartEngagementFromOpportunityTask", section)  # what the builder did


def test_world_is_kept(suite: Suite, pytester: pytest.Pytester) -> None:
    result = suite(FAILING)
    [path] = re.findall(r"cosell open (\S+)", told(result))
    assert ".pytest_cache" in path
    with World.load(path) as world:
        found = world.caller()("ListOpportunities", Catalog="Sandbox").OpportunitySummaries
        assert len(found) == 1
        assert world.clock.now().isoformat() == "2026-03-01T10:00:00+00:00"


def test_world_is_kept_where_it_is_asked_for(suite: Suite, pytester: pytest.Pytester) -> None:
    result = suite(FAILING, "--cosell-save-failed=kept")
    [path] = re.findall(r"cosell open (\S+)", told(result))
    assert Path(path).parent == pytester.path / "kept"


def test_world_is_kept_without_a_cache(suite: Suite, pytester: pytest.Pytester) -> None:
    result = suite(FAILING, "-p", "no:cacheprovider")
    [path] = re.findall(r"cosell open (\S+)", told(result))
    assert Path(path).is_file()
    assert pytester.path in Path(path).parents or "pytest-of-" in path


@pytest.mark.parametrize("cache", ["/proc/none", "taken/none", "sealed"])
def test_world_is_kept_where_no_cache_can_be(
    suite: Suite, pytester: pytest.Pytester, cache: str
) -> None:
    (pytester.path / "taken").write_text("a file")
    (pytester.path / "sealed").mkdir()
    (pytester.path / "sealed/d").write_text("a file, where pytest's cache has its folders")
    section = told(suite(FAILING, "-o", f"cache_dir={cache}"))
    assert "2026-03-01T10:00:00.000Z (it stands)" in section
    assert re.search(r"CreateOpportunity +ValidationException", section)
    [path] = re.findall(r"cosell open (\S+)", section)
    assert Path(path).is_file()
    assert "pytest-of-" in path


def test_where_nothing_can_be_kept_the_rest_is_told(suite: Suite) -> None:
    section = told(suite(FAILING, "--cosell-save-failed=/proc/none"))
    assert "not kept  it could not be saved in /proc/none: " in section
    assert re.search(r"CreateOpportunity +ValidationException", section)


def test_each_parameter_s_world_is_kept_by_itself(suite: Suite) -> None:
    result = suite(
        """
        import pytest

        @pytest.mark.parametrize("x", ["a/b", "a-b", "a b"])
        def test_it(cosell, x):
            cosell.given.opportunity()
            assert False
        """
    )
    paths = re.findall(r"cosell open (\S+)", str(result.stdout))
    assert len(set(paths)) == 3
    assert all(Path(path).is_file() for path in paths)


def test_success_keeps_and_tells_nothing(suite: Suite, pytester: pytest.Pytester) -> None:
    result = suite("def test_it(cosell):\n    cosell.given.opportunity()\n", "-rA")
    result.assert_outcomes(passed=1)
    assert "cosell open" not in str(result.stdout)
    assert not list(pytester.path.rglob("*.cosell"))


def test_failure_of_a_test_that_called_nothing(suite: Suite) -> None:
    result = suite("def test_it(cosell):\n    assert False\n")
    section = told(result)
    assert "none: the code under test called nothing in this world" in section
    assert re.search(r"not kept +nothing was made in it", section)


def test_failure_in_a_later_fixture_is_told_too(suite: Suite) -> None:
    result = suite(
        """
        import pytest

        @pytest.fixture
        def broken(cosell):
            cosell.caller()("ListOpportunities", Catalog="AWS")
            raise RuntimeError("no")

        def test_it(broken):
            pass
        """
    )
    result.assert_outcomes(errors=1)
    assert "ListOpportunities" in told(result)


def test_dead_calls_are_told_in_their_place(suite: Suite) -> None:
    result = suite(
        """
        import boto3

        def test_it(cosell):
            client = boto3.client("partnercentral-selling")
            client.list_opportunities(Catalog="AWS")
            client.list_opportunities(Katalog="AWS")
        """
    )
    section = told(result)
    assert re.search(
        r"ListOpportunities +Success.*\n.*ListOpportunities +ParamValidationError", section
    )


NEVER = (
    ("fail('GetOpportunity')", "The fault InternalServerException on GetOpportunity never"),
    ("throttle()", "The fault ThrottlingException on any call never fired"),
    ("cut('GetOpportunity')", "The fault cut connection on GetOpportunity never"),
    ("fail_task(at='CreateOpportunity')", "The fault of any task at CreateOpportunity"),
    ("lag(5)", "nothing was listed under it"),
)


def test_faults_that_never_fired_fail_the_test(suite: Suite) -> None:
    lines = [
        f"def test_{n}(cosell):\n    cosell.faults.{one}\n" for n, (one, _) in enumerate(NEVER)
    ]
    result = suite("".join(lines))
    result.assert_outcomes(failed=len(NEVER))
    for _, told in NEVER:
        result.stdout.fnmatch_lines([f"*{told}*"])


def test_fault_that_never_fired_does_not_hide_a_failure(suite: Suite) -> None:
    result = suite(
        """
        def test_it(cosell):
            with cosell.faults.throttle():
                raise RuntimeError("the real one")
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*RuntimeError: the real one*"])
    assert "FaultNeverFired" not in str(result.stdout)


def test_optional_fault_may_never_fire(suite: Suite) -> None:
    result = suite("def test_it(cosell):\n    cosell.faults.throttle(optional=True)\n")
    result.assert_outcomes(passed=1)


def test_expected_refusals_are_no_failures(suite: Suite) -> None:
    result = suite(
        """
        import boto3
        import pytest
        from botocore.exceptions import ClientError

        def test_it(cosell):
            client = boto3.client("partnercentral-selling")
            with pytest.raises(ClientError, match="ResourceNotFoundException"):
                client.get_opportunity(Catalog="AWS", Identifier="O1")
        """
    )
    result.assert_outcomes(passed=1)


WAITING = """
    import os
    import signal
    import threading

    import boto3
    import pytest

    @pytest.fixture
    def impatient(cosell):
        def end(*_):
            raise AssertionError("its time is over")

        def watch(fault):
            while not fault.fired:
                pass
            os.kill(os.getpid(), signal.SIGALRM)

        signal.signal(signal.SIGALRM, end)
        fault = cosell.faults.delay("ListOpportunities", 300)
        threading.Thread(target=watch, args=(fault,), daemon=True).start()

    @pytest.mark.cosell(server={server})
    def test_it(cosell, impatient):
        boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")
    """


@pytest.mark.parametrize("server", [True, False])
def test_the_call_that_hangs_is_told(suite: Suite, server: bool) -> None:
    result = suite(WAITING.replace("{server}", str(server)))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "faults *delay of 300000 ms on ListOpportunities (once)",
            "waiting *ListOpportunities: no answer had come when the test ended",
            "calls *none that was answered",
        ]
    )


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

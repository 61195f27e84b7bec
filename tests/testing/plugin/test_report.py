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
    assert re.search(r"world +test-\S+, account 111122223333, catalog Sandbox, seed \d+", section)
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


def test_what_is_due_already_is_told_as_that(suite: Suite) -> None:
    result = suite(
        """
        def test_it(cosell):
            cosell.clock.freeze("2026-03-01T10:00:00Z")
            cosell.aws.autopilot()
            opportunity = cosell.given.opportunity("Submitted")
            found = cosell.partner.client.get_opportunity(
                Catalog="Sandbox", Identifier=opportunity.Id
            )
            assert found["LifeCycle"]["ReviewStatus"] == "Approved"
        """
    )
    result.assert_outcomes(failed=1)
    at = "2026-03-01T10:00:00.000Z"
    assert (
        f"clock     {at} (it stands), due since {at}: cosell.settle() or cosell.clock runs it\n"
    ) in told(result)


def test_what_is_due_later_is_told_as_that(suite: Suite) -> None:
    result = suite(
        """
        def test_it(cosell):
            cosell.clock.freeze("2026-03-01T10:00:00Z")
            cosell.given.invitation()
            assert False
        """
    )
    assert "(it stands), next due 2026-03-16T10:00:00.000Z\n" in told(result)


def test_faults_that_wait_are_told(suite: Suite) -> None:
    result = suite(
        """
        import boto3

        def test_it(cosell, tmp_path):
            scene = cosell.save(tmp_path / "scene.cosell")
            cosell.faults.throttle("ListOpportunities")
            cosell.start_from(scene)
            cosell.faults.cut("GetOpportunity", optional=True)
            cosell.faults.lose_answer("ListSolutions")
            client = boto3.client("partnercentral-selling")
            client.list_solutions(Catalog="Sandbox")
            client.list_opportunities(Catalog="Sandbox")
            assert cosell.calls.refused
        """
    )
    result.assert_outcomes(failed=1)
    assert "AssertionError" in str(result.stdout)  # and no word of a fault in vain
    section = told(result)
    assert "faults    lost answer on ListSolutions (once)\n" in section
    assert (
        "unfired   ThrottlingException on ListOpportunities (start_from left it behind);"
        " cut connection on GetOpportunity\n"
    ) in section


def test_calls_in_another_catalog_are_told(suite: Suite) -> None:
    result = suite(
        """
        import boto3
        import pytest

        def work(catalog):
            client = boto3.client("partnercentral-selling")
            boto3.client("sts").get_caller_identity()
            return client.list_engagement_invitations(Catalog=catalog, ParticipantType="RECEIVER")

        def test_other(cosell):
            cosell.aws.refer()
            assert work("AWS")["EngagementInvitationSummaries"]

        @pytest.mark.cosell(catalog="AWS")
        def test_same(cosell):
            work("Sandbox")
            work("AWS")
            assert False

        def test_said(cosell):
            cosell.given.opportunity(Catalog="AWS")
            work("AWS")
            assert False

        def test_wordless(cosell):
            work("AWS")
            assert False

        def test_for_a_while(cosell):
            cosell.catalog = "AWS"
            cosell.aws.refer()
            cosell.catalog = "Sandbox"
            work("AWS")
            assert False
        """
    )
    result.assert_outcomes(failed=5)
    other, same, *right = re.findall(
        r"- cosell -(.*?)(?=- cosell -|= short)", str(result.stdout), re.S
    )
    assert "catalog Sandbox, seed" in other
    assert "these calls asked in catalog AWS, and the test's own words" in other
    assert "catalog AWS, seed" in same
    assert len(right) == 3
    assert not [one for one in (same, *right) if "these calls asked" in one]


def test_a_hook_puts_the_section_into_the_junit_xml(
    suite: Suite, pytester: pytest.Pytester
) -> None:
    hook = """
        import pytest

        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_makereport(item):
            report = yield
            item.user_properties += [one for one in report.sections if one[0] == "cosell"]
            return report
    """
    for conftest in ("", hook):
        pytester.makeconftest(conftest)
        suite(FAILING, "--junit-xml=told.xml").assert_outcomes(failed=1)
        xml = (pytester.path / "told.xml").read_text()
        assert ('<property name="cosell" value="world     test-' in xml) == bool(conftest)
        assert ("cosell open" in xml) == bool(conftest)


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

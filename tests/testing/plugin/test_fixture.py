"""The fixtures and what a test has in them."""

import pytest

from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]


def test_code_that_knows_of_nothing_reaches_the_world(suite: Suite) -> None:
    result = suite(
        """
        import boto3

        client = boto3.client("partnercentral-selling")  # at import, no endpoint, no credentials

        def titles():
            found = client.list_opportunities(Catalog="AWS")["OpportunitySummaries"]
            return [one["Project"].get("DeliveryModels") for one in found]

        def test_one(cosell):
            cosell.given.opportunity("Approved", Catalog="AWS")
            assert len(titles()) == 1

        def test_another_begins_empty(cosell):
            assert titles() == []
            assert cosell.calls.operations == ["ListOpportunities"]
        """
    )
    result.assert_outcomes(passed=2)


def test_a_test_without_a_world_is_guarded(suite: Suite) -> None:
    result = suite(
        """
        import boto3

        def test_it():
            boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*was about to leave for the real Partner Central*"])
    result.stdout.fnmatch_lines(["*--cosell-allow-real*"])


def test_partners_have_their_clients(suite: Suite) -> None:
    result = suite(
        """
        import pytest

        def test_it(cosell):
            friend = cosell.partner("B")
            sent = cosell.given.invitation(from_=cosell.partner, to=friend)
            friend.client.accept_engagement_invitation(Catalog="Sandbox", Identifier=sent.Id)
            with pytest.raises(cosell.partner.client.exceptions.ResourceNotFoundException):
                friend.client.get_opportunity(Catalog="Sandbox", Identifier="O1")
            assert cosell.calls.refused.last.account == friend.account
            assert [event["detail-type"] for event in cosell.events.to(friend)]
        """
    )
    result.assert_outcomes(passed=1)


def test_fixtures_of_wider_scope(suite: Suite) -> None:
    result = suite(
        """
        import boto3
        import pytest
        from cosell.testing import World

        @pytest.fixture(scope="module")
        def pipeline():
            with World() as world:
                world.given.opportunity()
                yield world

        def count():
            found = boto3.client("partnercentral-selling").list_opportunities(Catalog="Sandbox")
            return len(found["OpportunitySummaries"])

        def test_one(pipeline):
            assert count() == 1

        def test_own_world_comes_first(pipeline, cosell):
            assert count() == 0

        def test_two(pipeline):
            assert count() == 1
        """
    )
    result.assert_outcomes(passed=3)


MARKED = (
    ("account='B'", "cosell.partner.account == cosell.partner('B').account"),
    ("time=date(2026, 3, 1)", "cosell.clock.now().month == 3"),
    ("account='444455556666'", "cosell.partner.account == '444455556666'"),
    ("account='444455556666'", "':444455556666:' in cosell.given.opportunity().Arn"),
    ("seed=42", "cosell.seed == 42"),
    ("catalog='AWS'", "cosell.given.opportunity('Approved').Catalog == 'AWS'"),
    ("catalog='AWS'", "cosell.example('ListOpportunities') == {'Catalog': 'AWS'}"),
    ("time='2026-03-01'", "cosell.clock.now().isoformat().startswith('2026-03-01T00:00')"),
    ("pace='held'", "cosell.given.task().TaskStatus == 'IN_PROGRESS' and cosell.tasks.held"),
    ("pace=5", "cosell.given.task() and cosell.clock.advance(seconds=25) == 5"),
    ("pace='paced'", "cosell.given.task().TaskStatus == 'IN_PROGRESS'"),
    ("pace='inline'", "cosell.given.task().TaskStatus == 'COMPLETE'"),
    (
        "profile='newly-onboarded'",
        "not cosell.caller()('ListSolutions', Catalog='AWS').SolutionSummaries",
    ),
    ("profile='production-like'", "cosell.desk('GetQuotas').Mode == 'Documented'"),
    ("server=True", "cosell.endpoint_url.startswith('http://127.0.0.1:')"),
    ("server=True", "type(cosell.place).__name__ == 'There'"),
    ("server=False", "type(cosell.place).__name__ == 'Here'"),
)


def test_markers(suite: Suite) -> None:
    text = "import pytest\nfrom datetime import date\n"
    for number, (marker, asserted) in enumerate(MARKED):
        text += f"@pytest.mark.cosell({marker})\n"
        text += f"def test_{number}(cosell):\n    assert {asserted}\n"
    suite(text, "--strict-markers").assert_outcomes(passed=len(MARKED))


def test_markers_of_class_and_module_are_overlaid(suite: Suite) -> None:
    result = suite(
        """
        import pytest

        pytestmark = pytest.mark.cosell(seed=1, account="444455556666")

        @pytest.mark.cosell(seed=2)
        class TestIt:
            def test_class(self, cosell):
                assert (cosell.seed, cosell.account) == (2, "444455556666")

            @pytest.mark.cosell(seed=3)
            def test_own(self, cosell):
                assert (cosell.seed, cosell.account) == (3, "444455556666")
        """
    )
    result.assert_outcomes(passed=2)


def test_marked_test_has_a_world_unasked(suite: Suite) -> None:
    result = suite(
        """
        import boto3
        import pytest

        @pytest.mark.cosell(account="444455556666")
        def test_it():
            boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")
        """
    )
    result.assert_outcomes(passed=1)


ORDERED = """
import boto3
import pytest
from cosell.testing import World
from cosell.testing.current import current

client = boto3.client("partnercentral-selling", region_name="us-east-1")

def count():
    return len(client.list_opportunities(Catalog="Sandbox")["OpportunitySummaries"])

@pytest.fixture
def counted():
    yield count()
    assert count() == 1

@pytest.fixture(scope="class")
def shared():
    with World() as world:
        world.given.opportunity()
        world.given.opportunity()
        yield world

class TestIt:
    def setup_method(self):
        self.found = count()

    def teardown_method(self):
        count()

    @pytest.mark.cosell(pace="held")
    def test_marked(self):
        assert self.found == 0

    def test_asked_for_last(self, counted, shared, cosell):
        cosell.given.opportunity()
        assert (self.found, counted) == (0, 0)
        assert cosell.calls.operations == ["ListOpportunities"] * 2

@pytest.mark.cosell
class TestSetUp:
    def setup_method(self):
        count()

    def test_it(self):
        assert count() == 0

@pytest.mark.parametrize(
    "marked", [pytest.param(True, marks=pytest.mark.cosell), False]
)
def test_of_two(marked, request):
    if marked:
        assert count() == 0
    else:
        assert current() is None
"""


def test_world_is_there_before_the_tests_own_fixtures(suite: Suite) -> None:
    suite(ORDERED).assert_outcomes(passed=5)


MISTAKEN = (
    ("acount='1'", "*does not take acount. Did you mean account? It takes account=, catalog=*"),
    ("'held'", "*does not take 'held'. It takes account=*"),
    ("pace='slow'", "*There is no pace 'slow': say inline, paced, held*"),
    ("account='12'", "*'12' is not an account id*"),
    ("account=4445556666", "*Put it in quotes: '004445556666'*"),
    ("account='aws'", "*'aws' is not an account id*"),
    ("pace=0.5", "*pace: 0.5 are no whole seconds*"),
    ("catalog='aws'", "*there is no catalog 'aws': say AWS or Sandbox.*"),
    ("profile='new'", "*newly-onboarded*"),
    ("profile='new', pace='held'", "*PutProfile: ValidationException: *newly-onboarded*"),
    ("seed='x'", "*seed: 'x' is no seed. Say a whole number from 0 to *"),
    ("seed=-5", "*seed: -5 is no seed.*"),
    ("time='soon'", "*'soon' is no time of the clock*"),
)


def test_mistakes_in_a_marker_are_told(suite: Suite) -> None:
    text = "import pytest\n"
    for number, (marker, _) in enumerate(MISTAKEN):
        text += f"@pytest.mark.cosell({marker})\ndef test_{number}(cosell):\n    pass\n"
    result = suite(text)
    result.assert_outcomes(errors=len(MISTAKEN))
    for _, told in MISTAKEN:
        result.stdout.fnmatch_lines([told])
    assert "During handling" not in str(result.stdout)
    assert "Traceback" not in str(result.stdout)
    assert "calling.py" not in str(result.stdout)


def test_unittest(suite: Suite) -> None:
    result = suite(
        """
        import unittest
        import boto3
        import pytest

        @pytest.mark.cosell(account="444455556666")
        class TestIt(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _world(self, cosell):
                self.cosell = cosell

            def setUp(self):
                self.before = boto3.client("partnercentral-selling").list_solutions(Catalog="AWS")

            def test_it(self):
                made = self.cosell.given.opportunity(Catalog="AWS")
                client = boto3.client("partnercentral-selling")
                assert client.get_opportunity(Catalog="AWS", Identifier=made.Id)["Arn"] == made.Arn
        """
    )
    result.assert_outcomes(passed=1)


def test_ini_and_options(suite: Suite, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ncosell_account = 444455556666\ncosell_catalog = AWS\n")
    result = suite(
        """
        import os

        def test_it(cosell):
            assert cosell.account == "444455556666"
            assert cosell.seed == 7
            assert cosell.catalog == "AWS"
        """,
        "--cosell-seed=7",
    )
    result.assert_outcomes(passed=1)


def test_worlds_that_a_test_makes_are_as_the_run_says(
    suite: Suite, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\ncosell_account = 444455556666\ncosell_catalog = AWS\n")
    result = suite(
        """
        import boto3
        from cosell.testing import World

        def count():
            client = boto3.client("partnercentral-selling")
            return len(client.list_opportunities(Catalog="AWS")["OpportunitySummaries"])

        def test_made():
            with World() as world:
                assert (world.account, world.catalog, world.seed) == ("444455556666", "AWS", 7)
                assert world.partner("444455556666") is world.partner
            with World(account="B", seed=0) as world:
                assert (world.account, world.seed) == (world.partner("B").account, 0)

        def test_loaded(cosell, tmp_path):
            cosell.given.opportunity()
            with World.load(cosell.save(tmp_path / "one.cosell")) as another:
                assert count() == 1
        """,
        "--cosell-seed=7",
    )
    result.assert_outcomes(passed=2)


SAID_WRONG = (
    ("cosell_account = 12", "", "*account: '12' is not an account id*"),
    ("cosell_catalog = aws", "", "*catalog: there is no catalog 'aws'*"),
    ("", "--cosell-account=aws", "*account: 'aws' is not an account id*"),
    ("", "--cosell-seed=-5", "*seed: -5 is no seed*"),
)


@pytest.mark.parametrize(("ini", "option", "told"), SAID_WRONG)
def test_what_no_world_can_be_is_told_once_before_any_test(
    suite: Suite, pytester: pytest.Pytester, ini: str, option: str, told: str
) -> None:
    pytester.makeini(f"[pytest]\n{ini}\n")
    result = suite("def test_it(cosell):\n    pass\n", *filter(None, [option]))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert str(result.stderr).count("cosell, for the whole run") == 1
    result.stderr.fnmatch_lines([told])


def test_what_is_said_last_holds(suite: Suite, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ncosell_account = 444455556666\n")
    result = suite(
        """
        import pytest

        def test_option(cosell):
            assert cosell.account == "777788889999"

        @pytest.mark.cosell(account="222233334444")
        def test_marker(cosell):
            assert cosell.account == "222233334444"
        """,
        "--cosell-account=777788889999",
    )
    result.assert_outcomes(passed=2)


def test_the_environment_is_taken_back_in_the_end(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(test_suite="def test_it(cosell):\n    cosell.given.opportunity()\n")
    script = pytester.makepyfile(
        script="""
        import os
        import pytest

        def environment():
            return {name: v for name, v in os.environ.items() if not name.startswith("PYTEST")}

        before = environment()
        assert pytest.main(["-p", "cosell.pytest_plugin", "test_suite.py"]) == 0
        after = environment()
        assert after == before, after.items() ^ before.items()
        """
    )
    assert pytester.runpython(script).ret == 0

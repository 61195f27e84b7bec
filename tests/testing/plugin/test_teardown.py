"""What comes after a test: a failure there is told like any other, and no world is left behind."""

from pathlib import Path

import pytest

from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

FAILING = """
import pytest

@pytest.fixture
def bad(cosell):
    cosell.given.opportunity()
    yield
    assert False, "afterwards"

def test_fixture(bad):
    pass

@pytest.mark.cosell
class TestClass:
    def test_method(self, cosell):
        cosell.given.opportunity()

    def teardown_method(self):
        assert False, "afterwards"

def test_another(cosell):
    cosell.given.opportunity()
"""

INTERRUPTING = """
import os
import sys
import pytest

class Interrupted(Exception):
    pass

class Interrupting:
    \"\"\"Raises at the nth line that enters or leaves a world.\"\"\"

    def __init__(self, nth):
        self.left, self.met = nth, False

    def calls(self, frame, event, argument):
        code = frame.f_code
        at = code.co_filename.rpartition("/")[2], code.co_qualname.partition(".")[0]
        entering = at in {("stay.py", "Stay"), ("current.py", "enter"), ("current.py", "leave")}
        return self.lines if entering or at == ("environment.py", "put") else None

    def lines(self, frame, event, argument):
        self.left -= event == "line"
        if event == "line" and self.left == 0:
            self.met = True
            raise Interrupted
        return self.lines

def names():
    return {name: told for name, told in os.environ.items() if name.startswith("AWS_")}

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    from cosell.testing import current
    before = names()
    interrupting = Interrupting(item.callspec.params["nth"])
    sys.settrace(interrupting.calls)
    try:
        return (yield)
    finally:
        sys.settrace(None)
        if interrupting.met:
            print("interrupted")
        if names() != before or current.current() is not None:
            print("left behind", names(), current.current())
"""


def test_a_failure_has_the_world(suite: Suite, pytester: pytest.Pytester) -> None:
    result = suite(FAILING)
    result.assert_outcomes(passed=3, errors=2)
    told = str(result.stdout)
    assert told.count("- cosell -") == told.count("look      cosell open") == 2
    kept = sorted(path.name for path in Path(pytester.path).rglob("*.cosell"))
    assert kept == [
        "test_suite.py-TestClass-test_method.cosell",
        "test_suite.py-test_fixture.cosell",
    ]


def test_the_world_of_a_passed_test_is_closed_before_the_next(suite: Suite) -> None:
    suite(
        """
worlds = []

def test_it(cosell):
    worlds.append(cosell)

def test_another():
    assert worlds[0].closed
"""
    ).assert_outcomes(passed=2)


def test_nothing_stays_current_wherever_it_was_interrupted(
    suite: Suite, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(INTERRUPTING)
    result = suite(
        """
import pytest

@pytest.mark.parametrize("nth", range(1, 41))
def test_it(cosell, nth):
    pass
""",
        "-s",
    )
    told = str(result.stdout)
    assert told.count("interrupted") > 20
    assert "left behind" not in told
    assert "INTERNALERROR" not in told


def test_a_test_that_is_over_leaves_no_world_in_memory(suite: Suite) -> None:
    result = suite(
        """
        import gc
        import pytest
        from cosell.testing import World

        @pytest.mark.parametrize("number", range(4))
        def test_it(cosell, number):
            cosell.partner.client.list_opportunities(Catalog="AWS")
            assert number != 2  # a failure's world goes, too

        def test_no_world_is_left():
            gc.collect()
            assert not [one.name for one in gc.get_objects() if type(one) is World]
        """
    )
    result.assert_outcomes(passed=4, failed=1)


def test_a_world_of_a_module_that_a_test_makes_stays_told_to_children(suite: Suite) -> None:
    result = suite(
        """
        import os
        import pytest
        from cosell.testing import World

        NAME = "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"

        @pytest.fixture(scope="module")
        def shared():
            with World() as made:
                yield made

        def test_it_is_made_in(cosell, request):
            request.getfixturevalue("shared")
            pytest.within = os.environ[NAME]

        def test_it_is_current(shared):
            assert os.environ[NAME] == pytest.within
        """
    )
    result.assert_outcomes(passed=2)

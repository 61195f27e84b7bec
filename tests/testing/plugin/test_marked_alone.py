"""Tests that are marked and do not name the fixture: they have what those have that name it."""

import pytest

from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

OWN = """
import pytest

@pytest.fixture(scope="session", params=["small", "large"])
def size(request):
    return request.param

@pytest.fixture(params=["observed", "documented"])
def cosell(request, cosell, size):
    cosell.desk("PutProfile", Profile=request.param)
    return cosell
"""
USED = """
import boto3
import pytest
from cosell.testing.current import current

def use():
    assert current() is not None
    boto3.client("partnercentral-selling", region_name="us-east-1").list_solutions(Catalog="AWS")
"""


@pytest.mark.parametrize(
    "marked",
    [
        "@pytest.mark.cosell(account='B')\ndef test_it():\n    use()",
        "def test_it():\n    use()\ntest_it.pytestmark = pytest.mark.cosell(account='B')",
        "@pytest.mark.cosell\nclass TestIt:\n    def test_it(self):\n        use()",
        "class TestIt:\n  @staticmethod\n  @pytest.mark.cosell\n  def test_it():\n    use()",
        "pytestmark = pytest.mark.cosell\nclass TestIt:\n    def test_it(self):\n        use()",
        "pytestmark = pytest.mark.cosell\ndef test_it(size):\n    use()",
        "@pytest.mark.cosell\ndef test_it(cosell, size):\n    use()",
    ],
)
def test_the_suite_s_own_fixture_may_have_parameters(
    suite: Suite, pytester: pytest.Pytester, marked: str
) -> None:
    pytester.makeconftest(OWN)
    suite(f"{USED}\n{marked}\n").assert_outcomes(passed=4)


def test_a_class_that_is_marked_shares_its_functions_alone(suite: Suite) -> None:
    result = suite(
        USED
        + """
class Both:
    @pytest.mark.parametrize("x", [1, 2])
    def test_it(self, x):
        assert (current() is not None) is self.has_world

@pytest.mark.cosell
class TestMarked(Both):
    has_world = True

class TestOther(Both):
    has_world = False
"""
    )
    result.assert_outcomes(passed=4)

"""What fails a test beside its own asserts: a fault that never fired. A refusal does not."""

from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

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

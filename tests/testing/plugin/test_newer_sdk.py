"""What a failing test tells of calls that only a newer SDK knows."""

from pathlib import Path

import pytest

from cosell.selling.contract import CONTRACT
from tests.testing.plugin.conftest import Suite
from tests.testing.sdks import newer_model

pytest_plugins = ["pytester"]

FAILING = """
import boto3
from contextlib import suppress

def test_it(cosell):
    with suppress(Exception):
        boto3.client("partnercentral-selling").list_engagement_groups(Catalog="AWS")
    assert not "what is expected"
"""


@pytest.mark.parametrize("options", [(), ("--cosell-server=shared",)])
def test_a_failure_tells_of_a_call_of_an_operation_that_is_newer(
    suite: Suite, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newer_model(tmp_path, "ListEngagementGroups")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    result = suite(FAILING, *options)
    result.assert_outcomes(failed=1)
    text = str(result.stdout)
    assert "ListEngagementGroups  UnknownOperationException" in text
    assert "the last refusal: ListEngagementGroups: There is no operation" in text
    assert f"as of {CONTRACT.model_date}" in text


NEW_VALUE = """
import boto3

def test_it(cosell):
    made = cosell.example("CreateEngagementContext", Type="CustomerAccount")
    boto3.client("partnercentral-selling").create_engagement_context(**made)

def test_another_refusal(cosell):
    made = cosell.example("CreateEngagementContext", EngagementIdentifier="eng-0123456789abcd")
    boto3.client("partnercentral-selling").create_engagement_context(**made)
"""


def test_a_failure_tells_how_old_the_values_are_of_which_one_was_refused(suite: Suite) -> None:
    result = suite(NEW_VALUE)
    result.assert_outcomes(failed=2)
    text = str(result.stdout)
    assert "type: must be one of CustomerProject, Lead, ProspectingResult" in text
    assert text.count(f"(values as of {CONTRACT.model_date}, the API model that cosell") == 1

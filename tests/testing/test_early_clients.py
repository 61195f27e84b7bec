"""A conftest that imports the code under test: its clients are made before tests are collected."""

import pytest

pytest_plugins = ["pytester"]

SERVICE = """
import boto3

client = boto3.client("partnercentral-selling", region_name="us-east-1")

def count():
    return len(client.list_opportunities(Catalog="Sandbox")["OpportunitySummaries"])
"""
SUITE = """
import service

def test_it_reaches_the_world(cosell):
    cosell.given.opportunity()
    assert service.count() == 1
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project on a machine where nobody ever set up AWS."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # whether or not it is installed
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "none")
    pytester.makepyfile(service=SERVICE, test_suite=SUITE)
    return pytester


def test_they_have_credentials(project: pytest.Pytester) -> None:
    project.makeconftest("import service")
    run = project.runpytest_subprocess("-p", "cosell.pytest_plugin")
    run.assert_outcomes(passed=1)


def test_a_conftest_may_name_the_plugin(project: pytest.Pytester) -> None:
    project.makeconftest("pytest_plugins = ['cosell.pytest_plugin']")
    project.runpytest_subprocess().assert_outcomes(passed=1)

"""A conftest that imports the code under test: its clients are made before tests are collected."""

from pathlib import Path

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


OWN = """
import boto3
import os

AT_IMPORT = boto3.Session().get_credentials().access_key

def test_nothing_is_taken_away():
    session = boto3.Session()
    assert AT_IMPORT == session.get_credentials().access_key == "AKIAIOSFODNN7EXAMPLE"
    assert (session.profile_name, session.region_name) == ("dev", "eu-west-1")
    assert "AWS_ACCESS_KEY_ID" not in os.environ
    assert boto3.Session(profile_name="dev").region_name == "eu-west-1"
"""


@pytest.mark.parametrize("option", ["", "--cosell-allow-real"])
def test_a_suite_that_never_asks_keeps_its_own(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, option: str
) -> None:
    profile = "[dev]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key=own\n"
    for variable, text in (
        ("AWS_SHARED_CREDENTIALS_FILE", profile),
        ("AWS_CONFIG_FILE", "[profile dev]\nregion = eu-west-1\n"),
    ):
        file = tmp_path / variable
        file.write_text(text)
        monkeypatch.setenv(variable, str(file))
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_PROFILE", "dev")
    project.makepyfile(test_suite=OWN)
    run = project.runpytest_subprocess("-p", "cosell.pytest_plugin", *option.split())
    run.assert_outcomes(passed=1)

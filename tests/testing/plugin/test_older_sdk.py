"""What a run tells where botocore is older than the service: the code makes no client."""

import os
from pathlib import Path

import botocore
import pytest

from tests.testing.plugin.conftest import Suite
from tests.testing.sdks import older_botocore

pytest_plugins = ["pytester"]

TOLD = (
    f"botocore {botocore.__version__} does not know partnercentral-selling: install 1.35.61 or"
    " newer (pip install 'boto3>=1.35.61')."
)
CLIENT = "boto3.client('partnercentral-selling', region_name='us-east-1')"


@pytest.fixture(autouse=True)
def older(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    older_botocore(tmp_path / "older")
    path = [str(tmp_path / "older"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))


def test_a_failed_test_says_what_to_install(suite: Suite) -> None:
    result = suite(f"import boto3\n\ndef test_it(cosell):\n    {CLIENT}\n")
    result.assert_outcomes(failed=1)
    # of the error itself: pytest's summary repeats it where CI is in the environment
    assert sum(line.startswith("E ") and TOLD in line for line in result.outlines) == 1
    assert "UnknownServiceError" in str(result.stdout)  # botocore's own, which code may catch


def test_so_does_an_import_that_fails(suite: Suite) -> None:
    result = suite(f"import boto3\n\nCLIENT = {CLIENT}\n\ndef test_it(cosell):\n    pass\n")
    result.assert_outcomes(errors=1)
    assert TOLD in str(result.stdout)


def test_so_does_a_conftest_that_fails(suite: Suite, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(f"import boto3\n\nCLIENT = {CLIENT}\n")
    result = suite("def test_it(cosell):\n    pass\n")
    assert TOLD in str(result.stdout) + str(result.stderr)


def test_another_service_that_is_not_known_is_botocore_s_to_tell(suite: Suite) -> None:
    result = suite("import boto3\n\ndef test_it(cosell):\n    boto3.client('partnercentral')\n")
    result.assert_outcomes(failed=1)
    assert "UnknownServiceError" in str(result.stdout)
    assert "install 1.35.61" not in str(result.stdout)

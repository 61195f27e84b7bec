"""What a suite has begun and not ended goes on after the run, and what is registered with `atexit`
comes then: the guard stays until the process ends.

Nothing could leave in earnest: what would is sent to a proxy that is not there.
"""

import subprocess
import sys

import pytest

from cosell.testing import environment
from tests.testing.plugin.conftest import LIMIT_S, Suite

pytest_plugins = ["pytester"]

OVER = "was about to leave for the real Partner Central"
PUSHING = """
import atexit
import time
from concurrent.futures import ThreadPoolExecutor
from cosell.testing import interception

def push(client=None):
    import boto3
    mine = {"aws_access_key_id": "AKIAMINE", "aws_secret_access_key": "mine"}
    client = client or boto3.client("partnercentral-selling", region_name="us-east-1", **mine)
    try:
        print("pushed", client.list_opportunities(Catalog="AWS")["OpportunitySummaries"])
    except Exception as error:
        print("swallowed", type(error).__name__)
"""
# A program's own: what it does with the real service after its tests is its business only if it
# says so, and a world of its own is one as ever.
PROGRAM = """
import boto3
import pytest
from botocore.httpsession import URLLib3Session
from cosell.testing import NotLetOut, World

def calls(client):
    try:
        return client.list_opportunities(Catalog="AWS")["OpportunitySummaries"]
    except NotLetOut:
        return "stopped"
    except Exception as error:
        return type(error).__name__

send = URLLib3Session.send
assert pytest.main(["-q", "-p", "cosell.pytest_plugin", "test_suite.py"]) == 0
client = boto3.client("partnercentral-selling", region_name="us-east-1",
    aws_access_key_id="AKIAMINE", aws_secret_access_key="mine")
print(calls(client))
with World() as world:
    print(calls(client))
    print(len(world.calls))
print(calls(client))
allowed = ["-q", "-p", "cosell.pytest_plugin", "--cosell-allow-real", "test_suite.py"]
assert pytest.main(allowed) == 0
print(calls(client), URLLib3Session.send is send)
"""


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in environment.endpoints():  # this run's own guard
        monkeypatch.delenv(name, raising=False)


def test_what_is_left_in_a_pool_and_what_comes_at_exit(suite: Suite) -> None:
    result = suite(
        PUSHING
        + """
def later():
    while interception.is_begun():
        time.sleep(0.01)
    push()
    push()

def test_it(cosell):
    ThreadPoolExecutor(1, "pool").submit(later)

def test_another():
    atexit.register(push)
"""
    )
    result.assert_outcomes(passed=2)
    assert str(result.stdout).count("swallowed NotLetOut") == 3
    told = [line for line in result.errlines if OVER in line]
    assert len(told) == 2, "the same is told once"
    assert all("https://partnercentral-selling.us-east-1" in line for line in told)
    assert all("the run of tests is over." in line for line in told)
    assert told[0].endswith("(push), in the thread 'pool_0'.")
    assert told[1].endswith("(push).")


def test_a_client_that_was_made_when_nothing_might_leave(suite: Suite) -> None:
    result = suite(
        PUSHING
        + """
import boto3
CLIENT = boto3.client("partnercentral-selling")

def test_it(cosell):
    push(CLIENT)
    atexit.register(push, CLIENT)
    atexit.register(push, cosell.partner.client)
"""
    )
    result.assert_outcomes(passed=1)
    assert str(result.stdout).count("swallowed NotLetOut") == 2
    [of_world, of_nobody] = [line for line in result.errlines if line.startswith("cosell: ")]
    assert "This client belongs to the world" in of_world
    assert OVER in of_nobody


def test_allowed_to_leave(suite: Suite) -> None:
    text = PUSHING + "\ndef test_it():\n    atexit.register(push)\n"
    result = suite(text, "--cosell-allow-real")
    result.assert_outcomes(passed=1)
    assert "swallowed ProxyConnectionError" in str(result.stdout)
    assert "cosell: " not in str(result.stderr)


def test_a_program_that_goes_on(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_suite="def test_it(cosell):\n    pass\n")
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=pytester.path,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    said = [line for line in ran.stdout.splitlines() if not line.startswith((".", "1 passed", "="))]
    assert [line for line in said if line] == [
        "stopped",
        "[]",
        "1",
        "stopped",
        "ProxyConnectionError True",
    ]

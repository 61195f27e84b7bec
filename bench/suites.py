"""A test suite in a world of its own for each test, beside the same suite under moto's decorator.

Moto has no Partner Central: its suite makes five calls of Step Functions, whose executions are
nearest to tasks: one makes what there is to start, one starts it, one looks at it, two list.
Cosell's makes the same five; and once more with a sixth, since a partner's program finds its
invitations by a list. Moto's is run with a client that is made once, as programs do and as cosell's
suites have it, and with one that is made in each test, as moto's guide asks for.
"""

import compileall
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import ROOT, BenchError
from bench.report import Line, Progress, amounts

TESTS = 1_000
FIVE = "cosell"
SIX = "cosell, the invitation listed first"
EACH = "moto, a client in each test"
COSELL = """
import boto3
import pytest

client = boto3.client("partnercentral-selling")
CATALOG = {"Catalog": "Sandbox"}


@pytest.mark.parametrize("number", range(TESTS))
def test_a_referral_is_accepted(cosell, number):
    INVITED
    task = client.start_engagement_by_accepting_invitation_task(**CATALOG, Identifier=invitation)
    client.get_opportunity(**CATALOG, Identifier=task["OpportunityId"])
    assert client.list_engagement_by_accepting_invitation_tasks(**CATALOG)["TaskSummaries"]
    assert client.list_opportunities(**CATALOG)["OpportunitySummaries"]
"""
TOLD = "invitation = cosell.aws.refer().EngagementInvitationId"
LISTED = """cosell.aws.refer()
    pending = client.list_engagement_invitations(**CATALOG, ParticipantType="RECEIVER")
    invitation = pending["EngagementInvitationSummaries"][0]["Id"]"""
MOTO = """
import json

import boto3
import pytest
from moto import mock_aws

client = boto3.client("stepfunctions")
PASS = json.dumps({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}})
ROLE = "arn:aws:iam::111122223333:role/bench"


@pytest.mark.parametrize("number", range(TESTS))
@mock_aws
def test_an_execution_is_started(number):
    CLIENT
    made = client.create_state_machine(name="bench", definition=PASS, roleArn=ROLE)
    machine = made["stateMachineArn"]
    run = client.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
    client.describe_execution(executionArn=run)
    assert client.list_executions(stateMachineArn=machine)["executions"]
    assert client.list_state_machines()["stateMachines"]
"""
IN_TEST = 'client = boto3.client("stepfunctions")'
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "111122223333",
    "AWS_SECRET_ACCESS_KEY": "anything",
    "AWS_DEFAULT_REGION": "us-east-1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONPATH": str(ROOT / "src"),
}


def suites(folder: Path, rounds: int, progress: Progress) -> Iterator[Line]:
    """Seconds of a whole run of pytest, its start included. What takes minutes is run once."""
    compileall.compile_dir(ROOT / "src" / "cosell", quiet=1)  # as an installed package is
    made = {
        FIVE: _made(folder, "cosell", COSELL.replace("INVITED", TOLD)),
        SIX: _made(folder, "cosell-listed", COSELL.replace("INVITED", LISTED)),
        "moto, one client": _made(folder, "moto-once", MOTO.replace("CLIENT", "")),
        EACH: _made(folder, "moto-each", MOTO.replace("CLIENT", IN_TEST)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in made}
    for number in range(rounds):
        for name, suite in made.items():
            if number and name == EACH:
                continue
            progress.step(f"{name}: a suite of {TESTS:,} tests, round {number + 1}")
            seconds[name].append(_run(suite))
    ours, six = seconds.pop(FIVE), seconds.pop(SIX)
    for name, theirs in seconds.items():
        beside = ours[: len(theirs)]
        yield amounts(f"a suite of {TESTS:,} tests of 5 calls", name, "s", beside, theirs)
    theirs = seconds["moto, one client"]
    yield amounts("the same, the invitation listed first", "moto, one client", "s", six, theirs)


def _made(folder: Path, name: str, text: str) -> Path:
    suite = folder / f"suite-{name}"
    suite.mkdir()
    (suite / "pytest.ini").write_text("[pytest]\n")
    (suite / "test_suite.py").write_text(text.replace("TESTS", str(TESTS)))
    return suite


def _run(suite: Path) -> float:
    command = [sys.executable, "-m", "pytest", "-q"]
    if suite.name.startswith("suite-cosell"):
        command += ["-p", "cosell.pytest_plugin"]
    begun = time.perf_counter()
    run = subprocess.run(
        command, cwd=suite, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True
    )
    if f"{TESTS} passed" not in run.stdout:
        raise BenchError(f"{suite.name} did not pass: {run.stdout[-2000:]}{run.stderr[-500:]}")
    return time.perf_counter() - begun

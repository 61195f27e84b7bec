"""A call that is stopped fails the test that made it, whatever its code does with the error."""

import re
from pathlib import Path

import pytest

from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

SWALLOWING = """
import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from threading import Thread

def swallow():
    try:
        return boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")
    except (BotoCoreError, ClientError):
        return None
"""
TRACING = """
from contextlib import contextmanager
from botocore.httpsession import URLLib3Session

@contextmanager
def traced():
    send = URLLib3Session.send
    def sending(session, request):
        return send(session, request)
    URLLib3Session.send = sending
    try:
        yield
    finally:
        URLLib3Session.send = send
"""
STOPPED = "*ListOpportunities was about to leave for the real Partner Central*--cosell-allow-real*"


def test_an_error_that_is_swallowed(suite: Suite) -> None:
    result = suite(
        SWALLOWING
        + """
def test_it():
    assert swallow() is None
    swallow()

def test_another():
    pass

def test_with_a_world(cosell):
    assert swallow()

def test_in_a_thread():
    thread = Thread(target=swallow)
    thread.start()
    thread.join()

def test_another_again():
    pass
"""
    )
    result.assert_outcomes(failed=2, passed=3)
    result.stdout.fnmatch_lines(["*_ test_it _*", STOPPED, "*_ test_in_a_thread _*", STOPPED])
    assert str(result.stdout).count("(test_suite") == 0  # it is told once, and without a traceback


def test_it_is_told_where_it_was_made(suite: Suite, pytester: pytest.Pytester) -> None:
    installed = pytester.path / "site-packages"
    installed.mkdir()
    (installed / "tracing.py").write_text(TRACING)
    (installed / "crm.py").write_text(SWALLOWING)
    result = suite(
        SWALLOWING
        + """
import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
sys.path.insert(0, "site-packages")

def test_here():
    swallow()

def test_wrapped():
    import tracing
    with tracing.traced():
        swallow()

def test_installed():
    import crm
    crm.swallow()

def test_in_another_thread():
    asyncio.run(asyncio.to_thread(swallow))

def test_handed_over():
    client = boto3.client("partnercentral-selling")
    with pytest.raises(BotoCoreError):
        list(client.get_paginator("list_opportunities").paginate(Catalog="AWS"))
    with ThreadPoolExecutor(1, "pool") as pool:
        error = pool.submit(client.list_opportunities, Catalog="AWS").exception()
    assert isinstance(error, BotoCoreError)
"""
    )

    def line_of(text: str, file: Path = pytester.path / "test_suite.py") -> int:
        before, _, _ = file.read_text().partition(text)
        return before.count("\n") + 1

    result.assert_outcomes(failed=5)
    told = re.findall(r"The call was made at (.*)", str(result.stdout))
    here = f"test_suite.py:{line_of('return boto3')} (swallow)"
    there = f"site-packages/crm.py:{line_of('return boto3', installed / 'crm.py')} (swallow)"
    assert told[:3] == [f"{here}.", f"{here}.", f"{there}."]
    assert re.fullmatch(re.escape(f"{here}, in the thread ") + r"'asyncio_0'\.", told[3])
    assert told[4] == f"test_suite.py:{line_of('paginate')} (test_handed_over)."
    assert re.fullmatch(r"\S+/thread.py:\d+ \(run\), in the thread 'pool_0'\.", told[5])


def test_it_is_told_where_it_was_made_behind_a_wrapper_of_the_suite_s_own(suite: Suite) -> None:
    """The idiom of mocks made by hand: what is not mocked goes on."""
    result = suite(
        SWALLOWING
        + """
from unittest import mock
from botocore.client import BaseClient

original = BaseClient._make_api_call

def fake(client, operation, parameters):
    return original(client, operation, parameters)

def test_it():
    with mock.patch.object(BaseClient, "_make_api_call", new=fake):
        swallow()
"""
    )
    result.assert_outcomes(failed=1)
    told = r"The call was made at test_suite\.py:\d+ \(fake\), for test_suite\.py:\d+ \(swallow\)\."
    assert re.search(told, str(result.stdout))


def test_in_fixtures(suite: Suite) -> None:
    result = suite(
        SWALLOWING
        + """
@pytest.fixture
def before():
    swallow()

@pytest.fixture
def after():
    yield
    swallow()

def test_before(before):
    pass

def test_after(after):
    pass

def test_another():
    pass
"""
    )
    result.assert_outcomes(errors=2, passed=2)
    result.stdout.fnmatch_lines(["*ERROR at setup of test_before*", STOPPED])
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_after*", STOPPED])


def test_a_failure_tells_what_was_stopped_before(suite: Suite) -> None:
    result = suite(
        SWALLOWING
        + """
def test_it():
    assert swallow() == []
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert None == *", "*A call was stopped before: ListOpp*"])


def test_an_error_that_is_not_swallowed_is_told_once(suite: Suite) -> None:
    result = suite(
        SWALLOWING
        + """
def test_it():
    boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *NotLetOut: ListOpportunities was about*"])
    assert "A call was stopped" not in str(result.stdout)


def test_a_client_of_a_closed_world(suite: Suite) -> None:
    result = suite(
        SWALLOWING
        + """
from cosell.testing import NotLetOut, World

def test_it():
    with World() as world:
        client = world.partner.client
    with pytest.raises(NotLetOut):
        client.list_opportunities(Catalog="AWS")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*This client belongs to the world*, which is closed*"])


def test_calls_that_may_leave_fail_nothing(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # nobody is there
    result = suite(
        SWALLOWING
        + """
def test_it():
    assert swallow() is None
""",
        "--cosell-allow-real",
    )
    result.assert_outcomes(passed=1)


def test_at_an_import(suite: Suite) -> None:
    result = suite(SWALLOWING + "swallow()\ndef test_it():\n    pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR collecting test_suite.py*", "A call was stopped while this was imported:", STOPPED]
    )


def test_at_the_import_of_a_conftest(suite: Suite, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(SWALLOWING + "swallow()\n")
    result = suite("def test_it():\n    pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([STOPPED])


def test_at_an_import_where_calls_may_leave(suite: Suite) -> None:
    text = SWALLOWING.replace('selling")', 'selling", endpoint_url="http://127.0.0.1:9")')
    suite(text + "swallow()\ndef test_it():\n    pass\n", "--cosell-allow-real").assert_outcomes(
        passed=1
    )


def test_a_stop_that_is_expected(suite: Suite) -> None:
    result = suite(
        SWALLOWING
        + """
from cosell.testing import NotLetOut, expect_stopped

def test_swallowed():
    with expect_stopped() as stopped:
        swallow()
    assert "ListOpportunities" in stopped[0]

def test_raised():
    with expect_stopped(), pytest.raises(NotLetOut):
        boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")
    with pytest.raises(NotLetOut), expect_stopped():
        boto3.client("partnercentral-selling").list_opportunities(Catalog="AWS")

def test_none():
    with expect_stopped():
        pass

def test_one_more():
    with expect_stopped():
        swallow()
    swallow()
"""
    )
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        ["E *No call was stopped, and one was expected to be.", "*_ test_one_more _*", STOPPED]
    )

"""Under pytest-xdist, in any order, on one server that all workers share."""

import re
import socket

import pytest

from tests.harness import Server
from tests.testing.plugin.conftest import Suite

pytest_plugins = ["pytester"]

SHUFFLED = """
import random

def pytest_collection_modifyitems(config, items):
    random.Random(20261126).shuffle(items)
"""
MANY = """
import boto3
import pytest

client = boto3.client("partnercentral-selling")

@pytest.mark.parametrize("number", range(200))
def test_it(cosell, number):
    assert client.list_opportunities(Catalog="Sandbox")["OpportunitySummaries"] == []
    assert type(cosell.place).__name__ == "There"
    cosell.clock.advance(days=number)
    with cosell.faults.fail("GetOpportunity", "AccessDeniedException"):
        made = client.create_opportunity(**cosell.example("CreateOpportunity"))
        with pytest.raises(client.exceptions.AccessDeniedException):
            client.get_opportunity(Catalog="Sandbox", Identifier=made["Id"])
    cosell.given.task()
    cosell.tasks.hold()
    held = cosell.given.task()
    assert [task.id for task in cosell.settle().held] == [held.TaskId]
    assert len(client.list_opportunities(Catalog="Sandbox")["OpportunitySummaries"]) == 2
    assert cosell.calls.operations == [
        "ListOpportunities", "CreateOpportunity", "GetOpportunity", "ListOpportunities"
    ]
    print("SERVER", cosell.place.url)
"""


def test_two_hundred_tests_share_a_server(suite: Suite, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(SHUFFLED)
    result = suite(MANY, "-p", "xdist", "-n", "4", "--cosell-server=shared", "-rP")
    result.assert_outcomes(passed=200)
    servers = set(re.findall(r"SERVER (\S+)", str(result.stdout)))
    assert len(servers) == 1


def test_order_does_not_matter_in_this_process(suite: Suite, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(SHUFFLED)
    result = suite(MANY.replace('"There"', '"Here"').replace("range(200)", "range(40)"))
    result.assert_outcomes(passed=40)


def test_failure_on_a_worker_is_told(suite: Suite) -> None:
    text = """
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(cosell, number):
            cosell.given.opportunity()
            cosell.caller()("ListOpportunities", Catalog="AWS")
            assert number != 2
        """
    result = suite(text, "-p", "xdist", "-n", "2")
    result.assert_outcomes(passed=3, failed=1)
    section = str(result.stdout)[str(result.stdout).index("- cosell -") :]
    assert "ListOpportunities" in section
    assert len(re.findall(r"cosell open \S+", section)) == 1


def test_server_of_ones_own(suite: Suite, server: Server) -> None:
    text = """
        def test_it(cosell):
            cosell.given.opportunity()
            print("SERVER", cosell.place.url)
        """
    for options in ((), ("-p", "xdist", "-n", "2")):
        result = suite(text, f"--cosell-server={server.url}", "-rP", *options)
        result.assert_outcomes(passed=1)
        assert f"SERVER {server.url}" in str(result.stdout)


SOME = """
import pytest

@pytest.mark.parametrize("number", range(12))
@pytest.mark.cosell(server=True)
def test_server(cosell, number):
    cosell.given.opportunity()
    print("SERVER", cosell.place.url)

@pytest.mark.parametrize("number", range(12))
def test_here(cosell, number):
    assert type(cosell.place).__name__ == "Here"
"""


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "3")])
def test_marked_tests_share_one_server_of_the_run(suite: Suite, options: tuple[str, ...]) -> None:
    result = suite(SOME, "-rP", *options)
    result.assert_outcomes(passed=24)
    [port] = set(re.findall(r"SERVER http://127.0.0.1:(\d+)", str(result.stdout)))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=5)


def test_shared_server_ends_with_the_run(suite: Suite) -> None:
    text = "def test_it(cosell):\n    print('SERVER', cosell.place.url)\n"
    result = suite(text, "--cosell-server=shared", "-rP")
    result.assert_outcomes(passed=1)
    [port] = re.findall(r"SERVER http://127.0.0.1:(\d+)", str(result.stdout))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=5)

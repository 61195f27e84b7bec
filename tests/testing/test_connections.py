"""Faults of the way there and back: a connection that is cut, an answer that comes late.

Each is met in this process and on a server. Must not depend on how long anything takes.
"""

import http.client
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from cosell.testing import World
from cosell.testing.place import here
from tests.harness import opportunity

ONCE = Config(retries={"total_max_attempts": 1})
HASTY = Config(retries={"total_max_attempts": 1}, read_timeout=0.05)
TWICE = Config(retries={"total_max_attempts": 2})


def test_a_connection_that_is_cut(somewhere: World) -> None:
    somewhere.desk("PutFault", Operation="ListOpportunities", Effect="Cut", Count=1)
    client = somewhere.client(config=ONCE)
    with pytest.raises(ConnectionClosedError):
        client.list_opportunities(Catalog="AWS")
    assert client.list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []


def test_an_answer_that_is_lost_is_asked_for_again(somewhere: World) -> None:
    """The retry carries the client token of the first request, so there is one opportunity."""
    somewhere.desk("PutFault", Operation="CreateOpportunity", Effect="Cut", When="After", Count=1)
    client = somewhere.client(config=TWICE)
    made = client.create_opportunity(Catalog="AWS", **opportunity())
    assert made["ResponseMetadata"]["RetryAttempts"] == 1
    listed = client.list_opportunities(Catalog="AWS")["OpportunitySummaries"]
    assert [one["Id"] for one in listed] == [made["Id"]]


def test_an_answer_later_than_a_client_waits(somewhere: World) -> None:
    somewhere.desk(
        "PutFault",
        Operation="ListOpportunities",
        Effect="Delay",
        DelayMilliseconds=60_000,
        Count=1,
    )
    with pytest.raises(ReadTimeoutError):
        somewhere.client(config=HASTY).list_opportunities(Catalog="AWS")


def test_an_answer_that_is_waited_for(somewhere: World) -> None:
    somewhere.desk(
        "PutFault", Operation="ListOpportunities", Effect="Delay", DelayMilliseconds=1, Count=1
    )
    client = somewhere.client(config=ONCE)
    assert client.list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []


def test_one_that_waits_holds_nobody_else(world: World) -> None:
    """Here too: who is made to wait has given back what others need."""
    other = world.partner("B")
    world.desk(
        "PutFault",
        Operation="ListOpportunities",
        AccountId=other.account,
        Effect="Delay",
        DelayMilliseconds=60_000,
    )
    with pytest.raises(ReadTimeoutError):
        world.client("B", config=HASTY).list_opportunities(Catalog="AWS")
    world.partner.client.list_opportunities(Catalog="AWS")


def test_the_doorway_closes_a_connection_that_is_cut(world: World) -> None:
    world.desk("PutFault", Operation="ListOpportunities", Effect="Cut", Count=1)
    connection = http.client.HTTPConnection(urlsplit(here().url).netloc, timeout=60)
    for _ in range(2):
        connection.request("POST", f"/ns/{world.name}/ListOpportunities", b'{"Catalog": "AWS"}')
        try:
            assert connection.getresponse().read()
        except http.client.RemoteDisconnected:
            connection.close()
    connection.close()

"""Faults of the way there and back: a connection that is cut, an answer that comes late.

Each is met in this process and on a server. Must not depend on how long anything takes.
"""

import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from cosell.testing import World
from cosell.testing.interception import Interception
from cosell.testing.place import here
from cosell.testing.there import ServerGone
from tests.harness import Server, free_port, opportunity

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


@pytest.fixture
def early(bare: None) -> Iterator[Any]:
    """A client that was made while there was no world, as at an import."""
    active = Interception()
    active.begin()
    yield boto3.client("partnercentral-selling", config=HASTY)
    active.end()


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("effect", ["Cut", "Delay"])
def test_what_did_not_come_did_not_come_from_this_world(
    early: Any, server: Server, effect: str, there: bool
) -> None:
    with World(server=server.url if there else None) as world:
        delay = {"DelayMilliseconds": 60_000} if effect == "Delay" else {}
        world.desk("PutFault", Operation="ListOpportunities", Effect=effect, Count=1, **delay)
        with pytest.raises((ConnectionClosedError, ReadTimeoutError)) as told:
            early.list_opportunities(Catalog="AWS")
        assert f'"{world.endpoint_url}/"' in str(told.value)
        assert f"{server.url}/ns/" in str(told.value) or not there


def test_a_server_that_is_not_there_is_named(early: Any) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    world = World(server=url)
    with pytest.raises(ServerGone), world, pytest.raises(EndpointConnectionError, match=url):
        early.list_opportunities(Catalog="AWS")


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

"""What a world that cannot be made, or is no more, leaves behind: nothing.

In this process and on a server, which other suites share.
"""

import http.client
import json
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import count
from pathlib import Path
from threading import Semaphore, get_ident
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
import pytest

from cosell.testing import NotLetOut, Refused, World, WorldClosed, expect_stopped
from cosell.testing.place import Here

_SIGNED: Final = (
    "AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-east-1/partnercentral-selling/"
    "aws4_request, SignedHeaders=host, Signature=0"
)


def server_of(world: World) -> str | None:
    return None if isinstance(world.place, Here) else world.place.url


def names(world: World) -> set[str]:
    """The namespaces beside a world's own."""
    found: set[str] = set()
    asked: dict[str, Any] = {}
    while True:
        page = world.desk("ListNamespaces", **asked)
        found |= {one.Name for one in page.Namespaces}
        if not page.get("NextToken"):
            return found - {world.name, "default"}
        asked["NextToken"] = page.NextToken


@pytest.mark.parametrize("said", [{"profile": "none"}, {"profile": "documented", "pace": -1}])
def test_a_world_that_cannot_be_made(somewhere: World, said: dict[str, Any]) -> None:
    before = names(somewhere)
    with pytest.raises((Refused, ValueError)):
        World(server=server_of(somewhere), **said)
    assert names(somewhere) == before


def test_a_world_that_cannot_be_loaded(somewhere: World, tmp_path: Path) -> None:
    file = tmp_path / "none.cosell"
    file.write_bytes(b"something else")
    before = names(somewhere)
    with pytest.raises(Refused):
        World.load(file, server=server_of(somewhere), pace="held")
    assert names(somewhere) == before


def test_a_world_that_cannot_be_entered(somewhere: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = names(somewhere)
    made = World(server=server_of(somewhere), pace="held")

    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cosell.testing.current.enter", broken_off)
        with pytest.raises(KeyboardInterrupt):
            made.__enter__()
    assert made.closed
    assert names(somewhere) == before


def test_a_world_that_is_closed_while_it_is_current(somewhere: World) -> None:
    """Nothing brings it to life again: neither boto3 nor a child process."""
    client = boto3.client("partnercentral-selling")
    before = names(somewhere)
    with World(server=server_of(somewhere)) as made:
        doorway = os.environ["AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"]
        assert client.list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []
        made.close()
        with expect_stopped() as stopped, pytest.raises(NotLetOut, match="is closed"):
            client.list_opportunities(Catalog="AWS")
        assert stopped[0].startswith("ListOpportunities had no world to go to. The world test-")
        assert asked(doorway) == (404, made.name)
    assert client.list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []
    assert names(somewhere) == before


def test_the_address_of_a_world_that_is_closed(world: World) -> None:
    before = names(world)
    with World() as made:
        url = made.endpoint_url
        assert asked(url)[0] == 200
    assert asked(url) == (404, made.name)
    client = boto3.client("partnercentral-selling", endpoint_url=url)
    with expect_stopped(), pytest.raises(NotLetOut, match=made.name):
        client.list_opportunities(Catalog="AWS")
    assert names(world) == before


@pytest.mark.parametrize("seconds", [0.2, 1.5])
def test_a_call_that_is_over_after_its_world_leaves_nothing(
    somewhere: World, seconds: float
) -> None:
    """The world waits for it a second; what is over later finds no world, and does nothing."""
    before = names(somewhere)
    made = World(server=server_of(somewhere))
    request = made.example("CreateOpportunity")
    made.faults.delay("CreateOpportunity", seconds, optional=True)
    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(made.caller(), "CreateOpportunity", **request)
        while not made.way._at_work:
            assert not answered.done()
        made.close()
    refused = answered.exception()
    assert refused is None or f"'{made.name}' was deleted while this call" in str(refused)
    assert names(somewhere) == before


@pytest.mark.parametrize("kind", ["caller", "client"])
def test_threads_that_go_on_writing_bring_no_closed_world_to_life(
    somewhere: World, kind: str
) -> None:
    before = names(somewhere)
    for _ in range(3):
        made = World(server=server_of(somewhere))
        request, begun = made.example("CreateOpportunity"), Semaphore(0)
        create: Callable[..., object] = partial(made.caller(), "CreateOpportunity")
        expected: AbstractContextManager[object] = nullcontext()
        if kind == "client":
            create, expected = made.client().create_opportunity, expect_stopped()
        with expected, ThreadPoolExecutor(4) as pool:
            ends = [pool.submit(_until_it_fails, create, request, begun) for _ in range(4)]
            for _ in ends:
                begun.acquire()
            made.close()
        told = NotLetOut if kind == "client" else WorldClosed
        assert {type(one.exception()) for one in ends} == {told}
        assert names(somewhere) == before


def _until_it_fails(
    create: Callable[..., object], request: dict[str, Any], begun: Semaphore
) -> None:
    for number in count():
        create(**{**request, "ClientToken": f"{get_ident()}-{number}"})
        begun.release()


def asked(url: str) -> tuple[int, str]:
    """The status of a list over a socket, and the world that a refusal names."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=30)
    target = "AWSPartnerCentralSelling.ListOpportunities"
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}
    headers["Authorization"] = _SIGNED
    connection.request("POST", f"{where.path}/", b'{"Catalog": "AWS"}', headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    told = re.search(r"The world (\S+) is closed", answer.get("Message", ""))
    connection.close()
    return response.status, told[1] if told else ""


@pytest.mark.parametrize("seed", ["x", -1, True, 1 << 63])
def test_a_seed_that_is_none_is_told_when_the_world_is_made(seed: Any) -> None:
    with pytest.raises(ValueError, match=r"seed: .* is no seed"):
        World(seed=seed)

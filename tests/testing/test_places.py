"""A place is reached the same way here, through its doorway, and on a server of its own.

Requests of the doorway are written by hand: what clients send is in the other tests.
"""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore, Thread
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from cosell.http import HttpRequest
from cosell.testing import Refused, World
from cosell.testing.calling import DESK, SELLING, Caller
from cosell.testing.interception import Interception
from cosell.testing.place import ConnectionCut, Here, here
from cosell.testing.there import ServerGone, There
from tests.harness import Server, free_port
from tests.testing.invitations import invited, refer

TARGET = "AWSPartnerCentralSelling.ListOpportunities"
JSON = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": TARGET}
BODY = b'{"Catalog": "AWS"}'


# --- in this process -----------------------------------------------------------------------------


def rows(place: Here) -> int:
    with place.engine.store.read() as tx:
        return int(str(tx.query("select count(*) from document", {})[0][0]))


def fill(call: Caller, count: int) -> None:
    for _ in range(count):
        call("ReferOpportunity", Catalog="AWS", ReceiverAccountId="111122223333")


def test_worlds_that_are_closed_leave_no_rows_for_long() -> None:
    """A small one waits until others are closed too; a large one goes at once, the first too."""
    place = Here()

    def close(name: str, resources: int) -> int:
        call = Caller(place, name, "111122223333", DESK)
        place.begin(name)
        fill(call, resources)
        assert place.take_away(name)
        names = [one.Name for one in call("ListNamespaces").Namespaces]
        assert name not in names
        return rows(place)

    assert close("large-first", 300) == 0
    left = [close(f"small-{number}", 1) for number in range(64)]
    assert 0 < max(left) <= 3 * 16
    assert left.count(0) == 4
    assert [close(f"large-{number}", 300) for number in range(5)] == [0] * 5


def test_worlds_that_are_closed_leave_nothing_that_was_counted() -> None:
    place = Here()
    quotas = place.engine.runner.quotas
    for name in ("one", "two"):
        Caller(place, name, "111122223333", SELLING)("ListOpportunities", Catalog="AWS")
    assert list(quotas._spaces) == ["one", "two"]
    assert place.take_away("one")
    assert list(quotas._spaces) == ["two"]


def test_what_a_living_world_was_before_is_not_left_for_long(world: World) -> None:
    """However it begins anew: what is left of it is less than what it is twice, and small ones wait
    for each other."""
    assert isinstance(world.place, Here)
    with World() as scene:
        fill(scene.desk, 300)
        one = rows(world.place)
        for _ in range(8):
            world.start_from(scene)
            assert rows(world.place) <= 2 * one + 3 * 16
        worlds = [World() for _ in range(3)]
        for each in worlds:
            each.start_from(scene)
        assert rows(world.place) <= 5 * one + 3 * 16
        for each in worlds:  # what they have was written long before
            each.close()
        assert rows(world.place) <= 2 * one + 3 * 16
    for _ in range(64):
        fill(world.desk, 1)
        world.desk("ResetNamespace")
    assert rows(world.place) <= 3 * 16


# --- a server of its own -------------------------------------------------------------------------


@pytest.fixture
def remote(server: Server) -> Iterator[World]:
    """The current world, on the server of other tests."""
    with World(server=server.url) as made:
        yield made


def test_every_client_reaches_a_world_on_a_server(remote: World) -> None:
    invitation = refer(remote, "There")
    assert invited(boto3.client("partnercentral-selling")) == [invitation]
    assert invited(remote.partner.client) == [invitation]
    direct = boto3.client("partnercentral-selling", endpoint_url=remote.endpoint_url)
    assert invited(direct) == [invitation]
    assert boto3.client("sts").get_caller_identity()["Account"] == remote.account
    assert remote.env["AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"] == remote.endpoint_url
    with pytest.raises(Refused) as refused:
        remote.partner.call("GetOpportunity", Catalog="AWS", Identifier="O404")
    assert refused.value.code == "ResourceNotFoundException"


def test_a_session_of_a_role_on_a_server(remote: World) -> None:
    account = remote.partner("B").account
    invitation = refer(remote, "For the role", to=account)
    given = boto3.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/crm", RoleSessionName="sync"
    )["Credentials"]
    client = boto3.client(
        "partnercentral-selling",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    assert invited(client) == [invitation]


def test_a_world_here_beside_one_there(remote: World) -> None:
    there = refer(remote, "There")
    with World() as local:
        assert invited(remote.partner.client) == [there]
        assert invited(boto3.client("partnercentral-selling")) == []
        assert invited(local.partner.client) == []


def test_no_server_is_told_in_one_sentence() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ServerGone, match=f"No cosell answers at {url} .* Start it"):
        World(server=url, pace="Held")
    client = World(server=url).client(config=Config(retries={"total_max_attempts": 1}))
    active = Interception()
    active.begin()
    with pytest.raises(EndpointConnectionError):
        client.list_opportunities(Catalog="AWS")
    active.end()


def test_an_address_that_is_none() -> None:
    with pytest.raises(ValueError, match="no address of a server"):
        There("ftp://somewhere")
    for behind in ("?x=1", "#there"):
        with pytest.raises(ValueError, match="name the server alone, as in http://127"):
            There(f"http://127.0.0.1:1{behind}")


def test_a_connection_that_the_server_closed_is_made_anew() -> None:
    """But not one that it closed instead of an answer: what was asked may have happened."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with answering([answer, b"", answer]) as (url, heard, closed):
        place = There(url)
        asked = HttpRequest("POST", "/", "", {"x-amz-target": TARGET}, BODY, "elsewhere")
        assert place.exchange(asked).body == b"{}"
        assert closed.acquire(timeout=30)
        with pytest.raises(ConnectionCut):
            place.exchange(asked)
        assert place.exchange(asked).body == b"{}"
    assert [one.partition(b"\r")[0] for one in heard] == [b"POST /ns/elsewhere/ HTTP/1.1"] * 3


@contextmanager
def answering(answers: list[bytes]) -> Iterator[tuple[str, list[bytes], Semaphore]]:
    """A listener that gives each connection one answer and closes it: its address, what it heard,
    and what is released each time that it has closed one."""
    heard: list[bytes] = []
    closed = Semaphore(0)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            for one in answers:
                connection, _ = listener.accept()
                with connection:
                    sent = b""
                    while not sent.endswith(BODY):
                        sent += connection.recv(65_536)
                    heard.append(sent)
                    connection.sendall(one)
                closed.release()

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard, closed
        thread.join(timeout=30)


# --- the doorway of this process -----------------------------------------------------------------


@pytest.fixture
def doorway(world: World) -> Iterator[http.client.HTTPConnection]:
    """A connection to this process's doorway."""
    connection = http.client.HTTPConnection(urlsplit(here().url).netloc, timeout=60)
    yield connection
    connection.close()


def ask(connection: http.client.HTTPConnection, *request: Any, **more: Any) -> tuple[int, Any, Any]:
    """Status, headers and document of an answer."""
    connection.request(*request, **more)
    response = connection.getresponse()
    body = response.read()
    return response.status, response.headers, json.loads(body) if body else None


def test_requests_follow_each_other_on_a_connection(
    doorway: http.client.HTTPConnection, world: World
) -> None:
    for path in ("/", f"/ns/{world.name}/"):
        status, headers, document = ask(doorway, "POST", path, BODY, JSON)
        assert (status, document["OpportunitySummaries"]) == (200, [])
        assert headers["date"]
        assert headers["x-amzn-requestid"]
    socket_before = doorway.sock
    assert ask(doorway, "POST", "/ListOpportunities", BODY)[0] == 200
    assert doorway.sock is socket_before


def test_a_body_of_unknown_length(doorway: http.client.HTTPConnection) -> None:
    status, _, document = ask(doorway, "POST", "/", iter([BODY[:5], BODY[5:]]), JSON)
    assert (status, document["OpportunitySummaries"]) == (200, [])


BROKEN = {
    "size that is no number": b"zz\r\n{}\r\n0\r\n\r\n",
    "size below zero": b"-5\r\n{}\r\n0\r\n\r\n",
    "size as Python has it": b"0x2\r\n{}\r\n0\r\n\r\n",
    "no size": b"\r\n{}\r\n0\r\n\r\n",
    "more than its size": b"2\r\n{}}\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_body_in_broken_chunks_ends_the_connection(world: World, how: str) -> None:
    """What is left of it must not be read as the next request."""
    status, told = spoken(world, "Transfer-Encoding: chunked", BROKEN[how])
    assert (status, told["__type"]) == (400, "SerializationException")


def test_a_body_in_another_coding_ends_the_connection(world: World) -> None:
    status, told = spoken(world, "Transfer-Encoding: gzip, chunked", b"2\r\n{}\r\n0\r\n\r\n")
    assert (status, told["Message"]) == (400, "Transfer-Encoding may be chunked, and no other.")


def test_a_body_that_ends_too_soon_is_none(world: World) -> None:
    status, told = spoken(world, "Transfer-Encoding: chunked", b"12\r\n" + BODY + b"\r\n")
    assert (status, told["__type"]) == (408, "RequestTimeoutException")
    assert not world.calls.all


def spoken(world: World, header: str, body: bytes) -> tuple[int, Any]:
    """The only answer on a connection whose client says no more."""
    where = urlsplit(world.endpoint_url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
        head = f"POST / HTTP/1.1\r\nHost: localhost\r\n{header}\r\n"
        lines = [head, *(f"{name}: {value}\r\n" for name, value in JSON.items()), "\r\n"]
        connection.sendall("".join(lines).encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.count(b"HTTP/1.1 ") == 1
    head, _, document = answer.decode().partition("\r\n\r\n")
    assert "connection: close" in head
    return int(head.split()[1]), json.loads(document)


def test_a_body_that_is_too_large(doorway: http.client.HTTPConnection) -> None:
    status, headers, document = ask(
        doorway, "POST", "/", b"", {**JSON, "Content-Length": "1048577"}
    )
    assert status == 413
    assert document["__type"] == "RequestEntityTooLargeException"
    assert headers["connection"] == "close"


@pytest.mark.parametrize("length", ["9" * 5_000, "9" * 19, "1" + "0" * 18])
def test_a_length_that_nothing_has_is_too_large(world: World, length: str) -> None:
    status, told = spoken(world, f"Content-Length: {length}", BODY)
    assert (status, told["__type"]) == (413, "RequestEntityTooLargeException")
    assert not world.calls.all


def test_a_whole_namespace_may_be_larger(doorway: http.client.HTTPConnection) -> None:
    body = json.dumps({"State": "YQ==" * 400_000}).encode()
    status, _, document = ask(
        doorway, "POST", "/_cosell/LoadNamespace", body, {"Content-Type": "application/json"}
    )
    assert (status, document["ErrorList"][0]["FieldName"]) == (400, "state")


def test_foreign_hosts_and_pages_are_not_let_in(doorway: http.client.HTTPConnection) -> None:
    for name in ("Host", "Origin"):
        status, _, document = ask(doorway, "POST", "/", BODY, {**JSON, name: "http://evil.example"})
        assert status == 403
        assert document["__type"] == "ForbiddenOriginException"
        doorway.close()


def test_pages_of_this_machine_are(doorway: http.client.HTTPConnection) -> None:
    page = {"Origin": "http://localhost:3000"}
    asked = {**page, "Access-Control-Request-Method": "POST"}
    assert ask(doorway, "OPTIONS", "/", b"", asked)[0] == 204
    _, headers, _ = ask(doorway, "POST", "/", BODY, {**JSON, **page})
    assert headers["access-control-allow-origin"] == page["Origin"]


def test_an_answer_has_each_header_once(somewhere: World) -> None:
    """Also one that comes from a server, which has framed it and granted it already."""
    headers = {**JSON, "Origin": "http://localhost:3000", "Content-Length": str(len(BODY))}
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    where = urlsplit(here().url)
    head = f"POST / HTTP/1.1\r\nHost: {where.netloc}\r\n{told}\r\n".encode()
    with socket.create_connection((where.hostname, where.port), timeout=60) as client:
        client.sendall(head + BODY)
        with client.makefile("rb") as answer:
            lines = list(iter(answer.readline, b"\r\n"))
            names = [line.partition(b":")[0].lower() for line in lines[1:]]
            sizes = [line for line in lines if line.lower().startswith(b"content-length:")]
            body = answer.read(int(sizes[0].partition(b":")[2]))
    assert lines[0] == b"HTTP/1.1 200 OK\r\n"
    assert {b"content-length", b"date", b"access-control-allow-origin"} <= set(names)
    assert len(names) == len(set(names))
    assert json.loads(body)["OpportunitySummaries"] == []


def test_health_and_other_methods(doorway: http.client.HTTPConnection) -> None:
    status, _, document = ask(doorway, "GET", "/_cosell/health")
    assert (status, document["Status"], document["Auth"]) == (200, "ok", "open")
    assert ask(doorway, "HEAD", "/_cosell/health")[0] == 200
    assert ask(doorway, "PUT", "/")[0] == 405


def test_a_body_that_nobody_wants_is_no_request(doorway: http.client.HTTPConnection) -> None:
    for _ in range(2):
        status, headers, _ = ask(doorway, "GET", "/_cosell/health", b"POST / HTTP/1.1")
        assert (status, headers["content-type"]) == (200, "application/json")


def test_without_a_world_the_doorway_says_so() -> None:
    connection = http.client.HTTPConnection(urlsplit(here().url).netloc, timeout=60)
    status, _, document = ask(connection, "POST", "/", BODY, JSON)
    connection.close()
    assert status == 404
    assert document["Message"].startswith("No world is current in the process that listens here.")


def test_the_doorway_tells_the_same_bytes(
    doorway: http.client.HTTPConnection, world: World
) -> None:
    refer(world, "The same")
    told: list[bytes] = []
    client = world.partner.client

    def observe(response_dict: Any, **_: object) -> None:
        told.append(response_dict["body"])

    client.meta.events.register("before-parse.partnercentral-selling", observe)
    assert len(invited(client)) == 1
    received = b'{"Catalog": "AWS", "ParticipantType": "RECEIVER"}'
    doorway.request("POST", "/ListEngagementInvitations", received)
    assert doorway.getresponse().read() == told[0]

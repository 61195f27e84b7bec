"""What may leave the process, and what may not: the guard, and that hooks come out as they went in.

Nothing here reaches a network: what is let out ends at a listener on loopback. Must not look into
a world.
"""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ProxyConnectionError
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber
from botocore.validate import ParamValidationDecorator

from cosell.testing import NotLetOut, World, expect_stopped
from cosell.testing.interception import Interception
from tests.harness import Server, free_port

OWN = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "own"}


@pytest.fixture
def intercepted(bare: None) -> Iterator[None]:
    """Calls are intercepted, and there is no world for them."""
    active = Interception()
    active.begin()
    yield
    active.end()


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """A listener that answers everything with 404; its address, and what it was sent."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(65_536))
                    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

        Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_call_without_a_world_fails_at_once(intercepted: None, mode: str) -> None:
    client = boto3.client("partnercentral-selling", config=Config(retries={"mode": mode}))
    sent: list[Any] = []

    def count(request: Any, **_: object) -> None:
        sent.append(request)

    client.meta.events.register("before-send", count)
    with pytest.raises(BotoCoreError) as refused:
        client.list_opportunities(Catalog="AWS")
    assert len(sent) == 1
    assert str(refused.value).startswith(
        "ListOpportunities was about to leave for the real Partner Central: there is no current"
        " world."
        " Use the fixture `cosell`, or `with cosell.testing.World():`, around the code that calls;"
        " to let such calls go out, run pytest with --cosell-allow-real. The call was made at "
    )


def test_a_client_from_before_is_stopped_too(bare: None) -> None:
    client = boto3.client("partnercentral-selling", region_name="us-east-1", **OWN)
    active = Interception()
    active.begin()
    told = re.escape("Partner Central (https://partnercentral-selling.us-east-1.")
    with pytest.raises(BotoCoreError, match=told):
        client.list_opportunities(Catalog="AWS")
    active.end()


CHILD = """
import boto3
own = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "own"}
boto3.client("partnercentral-selling", **own).list_opportunities(Catalog="AWS")
"""


def test_a_child_without_a_world_does_not_leave(intercepted: None) -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, timeout=60)
    assert done.returncode
    assert "EndpointConnectionError" in done.stderr.splitlines()[-1]
    assert "if-no-world-is-current.use-the-fixture-cosell.or--cosell-allow-real" in done.stderr


@pytest.mark.parametrize(
    "variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING", "AWS_CONFIG_FILE"]
)
def test_an_endpoint_of_ones_own_stays(
    bare: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    file = tmp_path / "config"
    file.write_text("[default]\nendpoint_url = http://localhost:2673\n")
    theirs = str(file) if variable == "AWS_CONFIG_FILE" else "http://localhost:2673"
    monkeypatch.setenv(variable, theirs)
    active = Interception()
    active.begin()
    client = boto3.Session().client("partnercentral-selling")
    active.end()
    assert client.meta.endpoint_url == "http://localhost:2673"


def test_a_client_made_without_a_world_reaches_those_that_follow(intercepted: None) -> None:
    client = boto3.client("partnercentral-selling", config=Config(use_fips_endpoint=True))
    for _ in range(2):
        with World() as world:
            assert client.list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []
            assert world.calls.operations == ["ListOpportunities"]


def test_made_up_credentials_do_not_reach_sts(intercepted: None) -> None:
    with pytest.raises(
        BotoCoreError, match="GetCallerIdentity was about to leave for the real token"
    ):
        boto3.client("sts").get_caller_identity()


def test_somebody_elses_calls_of_sts_go_their_way(intercepted: None) -> None:
    with listening() as (proxy, heard):
        client = boto3.client(
            "sts", endpoint_url="http://sts.example.com", config=_through(proxy), **OWN
        )
        with pytest.raises(ResponseParserError):  # it is no XML
            client.get_caller_identity()
    assert heard[0].startswith(b"POST http://sts.example.com/ ")


def test_other_services_go_their_way(intercepted: None) -> None:
    with listening() as (url, heard), World():
        client = boto3.client(
            "s3", endpoint_url=url, config=Config(retries={"total_max_attempts": 1})
        )
        with pytest.raises(ClientError):
            client.head_bucket(Bucket="deals")
        queue = boto3.client("sqs", endpoint_url=url)
        with pytest.raises(ClientError):
            queue.list_queues()
    assert heard[0].startswith(b"HEAD /deals ")
    assert b"AmazonSQS.ListQueues" in heard[1]


SIBLINGS = [
    name
    for name in boto3.Session().get_available_services()
    if name.startswith("partnercentral-") and name != "partnercentral-selling"
]  # none, where the SDK is old


@pytest.mark.parametrize("service", SIBLINGS)
def test_other_services_of_partner_central_are_stopped_too(intercepted: None, service: str) -> None:
    """In a world and without one."""
    client = boto3.client(service, config=Config(parameter_validation=False), **OWN)
    host = re.escape(client.meta.service_model.endpoint_prefix)
    told = rf"\w+ was about to leave for the real Partner Central \(https://{host}\..* alone"
    with pytest.raises(NotLetOut, match=told):
        _first(client)()
    with World(), expect_stopped() as stopped, pytest.raises(NotLetOut, match=told):
        _first(client)()
    assert len(stopped) == 1


@pytest.mark.parametrize("service", SIBLINGS)
def test_what_a_suite_has_in_their_place_is_asked(intercepted: None, service: str) -> None:
    once = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    stubbed: Any = boto3.client(service, config=once, **OWN)
    with Stubber(stubbed) as stub:
        stub.add_client_error(_first(stubbed).__name__, "TheSuitesOwn")
        with pytest.raises(ClientError, match="TheSuitesOwn"):
            _first(stubbed)()
    with listening() as (url, heard):
        call = _first(boto3.client(service, endpoint_url=url, config=once, **OWN))
        with suppress(Exception):  # a 404 that is of no protocol
            call()
    assert len(heard) == 1


@pytest.mark.parametrize("service", SIBLINGS)
def test_where_calls_may_leave_theirs_may(intercepted: None, service: str) -> None:
    nowhere = Config(
        parameter_validation=False,
        retries={"total_max_attempts": 1},
        proxies={"https": f"http://127.0.0.1:{free_port()}"},
    )
    call = _first(boto3.client(service, config=nowhere, **OWN))
    allowed = Interception(allow_real=True)
    allowed.begin()
    with pytest.raises(ProxyConnectionError):
        call()
    allowed.end()


def _first(client: Any) -> Any:
    """The method of a service's first operation."""
    return getattr(client, xform_name(client.meta.service_model.operation_names[0]))


def test_calls_that_may_leave_do(intercepted: None) -> None:
    allowed = Interception(allow_real=True)
    allowed.begin()
    with listening() as (proxy, heard):
        client = boto3.client(
            "partnercentral-selling", endpoint_url="http://aws.example.com", config=_through(proxy)
        )
        with pytest.raises(ClientError):
            client.list_opportunities(Catalog="AWS")
        allowed.end()
        with pytest.raises(BotoCoreError, match="no current world"):
            client.list_opportunities(Catalog="AWS")
    assert len(heard) == 1
    assert heard[0].startswith(b"POST http://aws.example.com/ ")


def test_a_server_of_ones_own_is_not_the_real_one(intercepted: None, server: Server) -> None:
    client = boto3.client("partnercentral-selling", endpoint_url=f"{server.url}/ns/own-server")
    assert client.list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []


def test_a_client_that_outlives_its_world_does_not_leave(
    intercepted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "moto", raising=False)  # where it is, STS keeps its endpoint
    with World():
        kept = boto3.client("partnercentral-selling")
        session = boto3.client("sts", aws_access_key_id="own", aws_secret_access_key="own")
    for call in (lambda: kept.list_opportunities(Catalog="AWS"), session.get_caller_identity):
        with pytest.raises(BotoCoreError, match="has no world to go to: there is no current world"):
            call()


def test_hooks_come_out_as_they_went_in(bare: None) -> None:
    before = URLLib3Session.send, ParamValidationDecorator.serialize_to_request
    with World():
        with World():
            pass
        assert before[0] is not URLLib3Session.send
        assert before[1] is not ParamValidationDecorator.serialize_to_request
    assert before == (URLLib3Session.send, ParamValidationDecorator.serialize_to_request)


def test_who_wrapped_the_hook_keeps_what_they_wrapped(
    bare: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setattr(URLLib3Session, "send", URLLib3Session.send)  # so it is there again
    with World() as world:
        hooked = URLLib3Session.send

        def counting(session: Any, request: Any) -> Any:
            counted.append(request.url)
            return hooked(session, request)

        monkeypatch.setattr(URLLib3Session, "send", counting)
        world.partner.client.list_opportunities(Catalog="AWS")
    with listening() as (url, _):
        client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **OWN)
        with pytest.raises(ClientError):
            client.head_bucket(Bucket="deals")
    assert URLLib3Session.send is counting
    assert len(counted) == 2


def _through(proxy: str) -> Config:
    return Config(proxies={"http": proxy}, retries={"total_max_attempts": 1})


def test_a_client_of_a_world_that_was_never_entered_reaches_it(bare: None) -> None:
    world = World()
    made = world.given.opportunity(Catalog="AWS")
    found = world.partner.client.list_opportunities(Catalog="AWS")["OpportunitySummaries"]
    assert [one["Id"] for one in found] == [made.Id]
    world.close()

"""Beside others who change the same process: moto, freezegun, a suite that forbids sockets.

Must not look into what they do; only at what reaches a world.
"""

import gc
import pathlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import boto3
import moto
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError
from freezegun import freeze_time

from cosell import originals
from cosell.testing import World
from tests.testing.invitations import invited, refer


@pytest.fixture
def mocked() -> Iterator[None]:
    """moto takes every call of the services that it knows."""
    with moto.mock_aws():
        yield


def test_moto_answers_its_services_and_the_world_ours(mocked: None, world: World) -> None:
    storage = boto3.client("s3")
    storage.create_bucket(Bucket="deals")
    assert [one["Name"] for one in storage.list_buckets()["Buckets"]] == ["deals"]
    invitation = refer(world, "Beside moto")
    assert invited(boto3.client("partnercentral-selling")) == [invitation]
    # moto has its own credentials put into the environment, which tell no account.
    assert invited(world.partner.client) == [invitation]


def test_moto_has_sts_where_it_is(mocked: None, world: World) -> None:
    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_moto_within_a_world(world: World) -> None:
    before = boto3.client("partnercentral-selling")
    with moto.mock_aws():
        assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
        assert invited(before) == invited(boto3.client("partnercentral-selling")) == []
    assert boto3.client("sts").get_caller_identity()["Account"] == world.account


CALLER = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"


@pytest.mark.parametrize("loaded", [True, False])
def test_a_child_has_the_worlds_sts_whether_or_not_moto_is_loaded(
    monkeypatch: pytest.MonkeyPatch, loaded: bool
) -> None:
    if not loaded:
        monkeypatch.delitem(sys.modules, "moto")
    with World(account="444455556666") as world:
        done = subprocess.run(
            [sys.executable, "-c", CALLER], capture_output=True, text=True, timeout=60
        )
    assert done.stdout.strip() == world.account, done.stderr


def test_an_endpoint_of_sts_that_is_the_suites_own_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """As moto's server has one; what worlds put over it is for their children."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://localhost:5000")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    with World(), World():
        assert boto3.client("sts").meta.endpoint_url == "http://localhost:5000"
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://localhost:5001")
        assert boto3.client("sts").meta.endpoint_url == "http://localhost:5001"
    monkeypatch.delenv("AWS_ENDPOINT_URL_STS")
    with World():
        assert boto3.client("sts").meta.endpoint_url == "http://localhost:4566"


def test_a_frozen_date_is_the_codes_own(world: World) -> None:
    """The client signs with the frozen date; the world goes on in its own time."""
    invitation = refer(world, "Frozen")
    began = world.desk("GetClock").Time
    with freeze_time("2019-01-01"):
        client = boto3.client("partnercentral-selling")
        assert invited(client) == [invitation]
        listed = client.list_engagement_invitations(Catalog="AWS", ParticipantType="RECEIVER")
        assert listed["EngagementInvitationSummaries"][0]["InvitationDate"].year > 2019
        assert world.desk("GetClock").Time >= began
    assert invited(client) == [invitation]


def test_a_world_made_under_a_frozen_date() -> None:
    with freeze_time("2019-01-01"), World() as world:
        first = world.desk("GetClock").Time
        assert first > "2026"
        created = world.partner.call("ListEngagementInvitations", **_RECEIVED)
        assert created.EngagementInvitationSummaries == []


def test_a_role_under_a_frozen_date(world: World) -> None:
    """A session's signature is checked against real time; a frozen one is let in by its key."""
    role = f"arn:aws:iam::{world.partner('B').account}:role/crm"
    invitation = refer(world, "For the role", to=world.partner("B").account)
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="sync")["Credentials"]
    client: Any = boto3.client(
        "partnercentral-selling",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    with freeze_time("2019-01-01"):
        assert invited(client) == [invitation]


def test_where_sockets_are_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told that a test wanted one: pytest-socket warns of those that do."""
    asked = []

    class Forbidden(socket.socket):
        def __init__(self, *_: object, **__: object) -> None:
            asked.append(1)
            raise RuntimeError("no sockets in this suite")

    monkeypatch.setattr(socket, "socket", Forbidden)
    monkeypatch.setattr("cosell.testing.place.here", _another_place())
    with World() as world:
        invitation = refer(world, "No socket")
        assert invited(boto3.client("partnercentral-selling")) == [invitation]
        assert invited(world.partner.client) == [invitation]
        assert child_asks(world) == "200"
        once = Config(retries={"total_max_attempts": 1})
        early: Any = boto3.client(
            "partnercentral-selling", endpoint_url="http://127.0.0.1:1", config=once
        )
        lost = pytest.raises(ConnectionClosedError, match=f"/ns/{world.name}/")
        with world.faults.cut("ListOpportunities"), lost:
            early.list_opportunities(Catalog="AWS")
    assert not asked


def test_who_finds_modules_first_is_the_first_afterwards() -> None:
    """pyfakefs takes away again whoever is the first."""

    class Finder:
        def find_spec(self, *_: object) -> None:
            return None

    finder: Any = Finder()
    sys.meta_path.insert(0, finder)
    with World() as world:
        world.partner.call("ListOpportunities", Catalog="AWS")
    assert sys.meta_path.pop(0) is finder


def test_paths_are_taken_from_where_nobody_puts_others() -> None:
    """pyfakefs puts its own in each module that has pathlib's."""
    assert originals.Path is type(pathlib.Path())
    assert not {pathlib.Path, originals.Path} & {
        one for one in vars(originals).values() if isinstance(one, type)
    }


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Who is told of garbage that is collected (Hypothesis, once it has run) asks the time."""
    gc.disable()
    yield
    gc.enable()


def test_a_world_moves_no_date_that_moves_when_asked(world: World, uncollected: None) -> None:
    with freeze_time("2019-01-01", auto_tick_seconds=60):
        began = datetime.now(UTC)
        world.given.opportunity("Approved")
        world.clock.now()
        world.settle()
        world.events.deliver_all(lambda event: None)
        assert datetime.now(UTC) - began == timedelta(seconds=60)  # it was asked here, twice
    world.partner.call("ListOpportunities", Catalog="AWS")
    assert world.calls.last.duration_ms > 0


def test_a_call_that_waits_lets_greenlets_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """gevent puts its own in for good, from a conftest; it is known by where that is from. Nobody
    else's is slept by."""
    waited: list[float] = []
    world.faults.delay("ListOpportunities", seconds=0.01, times=2)

    me = threading.current_thread()

    def sleep(seconds: float) -> None:
        if threading.current_thread() is me:  # others wait as they always do
            waited.append(seconds)
        else:
            slept(seconds)

    slept = time.sleep
    monkeypatch.setattr("time.sleep", sleep)
    world.partner.call("ListOpportunities", Catalog="AWS")
    assert waited == []
    sleep.__module__ = "gevent.hub"
    world.partner.call("ListOpportunities", Catalog="AWS")
    assert waited == [0.01]


_RECEIVED = {"Catalog": "AWS", "ParticipantType": "RECEIVER"}


def child_asks(world: World) -> str:
    """What a child process is answered at the world's address."""
    url = "/".join(world.endpoint_url.split("/")[:3])
    asked = f"import urllib.request as r; print(r.urlopen('{url}/_cosell/health').status)"
    done = subprocess.run(
        [sys.executable, "-c", asked], env=world.env, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip() or done.stderr


def _another_place() -> Any:
    """A place whose doorway nobody has opened yet."""
    from cosell.testing.place import Here

    place = Here()
    return lambda: place


def test_a_patch_that_outlives_each_world_leaves_no_hook_behind(bare: None) -> None:
    """As `patcher.start` in `setUp` does, with `addCleanup(patcher.stop)`: the cleanup comes after
    `tearDown`, which closes the world, and puts back what was there within it."""
    from botocore.httpsession import URLLib3Session

    before = URLLib3Session.send
    client = boto3.client(
        "partnercentral-selling",
        region_name="us-east-1",
        aws_access_key_id="111122223333",
        aws_secret_access_key="made-up",
    )
    for _ in range(3):
        with World() as world:
            patch = mock.patch.object(
                URLLib3Session, "send", autospec=True, side_effect=URLLib3Session.send
            )
            patch.start()
            client.list_solutions(Catalog="AWS")
            assert world.calls.operations == ["ListSolutions"]
        patch.stop()
    with World():
        assert URLLib3Session.send.__wrapped__ is before
    assert URLLib3Session.send is before

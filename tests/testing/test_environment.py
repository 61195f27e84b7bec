"""What code under test finds in the environment, and what its child processes reach.

Must not depend on credentials of the machine.
"""

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from cosell.config import DEFAULT_ACCOUNT
from cosell.testing import World
from cosell.testing.environment import ACCOUNT
from tests.harness import Server
from tests.testing.invitations import invited, refer

LIST = ("partnercentral-selling", "list-engagement-invitations", "--catalog", "AWS")
ASKED = (*LIST, "--participant-type", "RECEIVER")
OWN_KEY = "AKIAIOSFODNN7EXAMPLE"


pytestmark = pytest.mark.usefixtures("bare")


@pytest.fixture
def aws() -> str:
    """The AWS CLI, a process of its own."""
    found = shutil.which("aws", path=str(Path(sys.executable).parent))
    assert found is not None
    return found


def run(command: list[str], env: dict[str, str] | None = None) -> Any:
    """What a child process prints as JSON."""
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def names() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def test_it_is_as_it_was_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING", "http://localhost:2673")
    before = names()
    with World(account="444455556666"), World():
        assert names()["AWS_ACCESS_KEY_ID"].isdecimal()
    assert names() == before


def test_worlds_may_be_left_in_any_order() -> None:
    before = names()
    first, second, third = World(), World(), World()
    for one in (first, second, third):
        one.__enter__()
    within = names()
    for one in (second, first):
        one.__exit__(None, None, None)
        assert names() == within  # the third is current, and children are told so
    third.__exit__(None, None, None)
    assert names() == before


def test_what_the_suite_sets_between_two_worlds_is_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World():
        first, second = World(), World()
        first.__enter__()
        monkeypatch.setenv("AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING", "http://localhost:2673")
        second.__enter__()
        first.__exit__(None, None, None)
        second.__exit__(None, None, None)
        assert names()["AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"] == "http://localhost:2673"
        monkeypatch.undo()


def test_credentials_that_are_none() -> None:
    assert ACCOUNT == DEFAULT_ACCOUNT
    with World() as world:
        found = names()
        assert found["AWS_ACCESS_KEY_ID"] == world.account
        assert found["AWS_DEFAULT_REGION"] == "us-east-1"
        assert found["AWS_EC2_METADATA_DISABLED"] == "true"
        assert boto3.Session().get_credentials().access_key == world.account


def test_a_configuration_that_the_suite_brings_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "config"
    file.write_text("[profile partner]\nregion = us-west-2\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    with World():
        assert boto3.Session(profile_name="partner").region_name == "us-west-2"


def test_whoever_has_the_environments_credentials_is_the_default_partner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # which keeps the credentials
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", OWN_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own")
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    for account in ("111122223333", "444455556666"):
        with World(account=account) as world:
            assert names()["AWS_ACCESS_KEY_ID"] == OWN_KEY
            assert names()["AWS_REGION"] == names()["AWS_DEFAULT_REGION"] == "us-west-2"
            invitation = refer(world, "Mine")
            assert invited(boto3.client("partnercentral-selling")) == [invitation]
            assert boto3.client("sts").get_caller_identity()["Account"] == account


def test_other_keys_are_the_accounts_that_they_tell(world: World) -> None:
    other = world.partner("B")
    invitation = refer(world, "For B", to=other.account)
    given = {"aws_access_key_id": other.account, "aws_secret_access_key": "any"}
    assert invited(boto3.client("partnercentral-selling", **given)) == [invitation]


def test_a_child_process_with_the_worlds_environment(aws: str) -> None:
    with World() as first, World():
        invitation = refer(first, "For a child")
        listed = run([aws, *ASKED], first.env)["EngagementInvitationSummaries"]
        assert [one["Id"] for one in listed] == [invitation]
        other = first.partner("B")
        assert run([aws, *ASKED], other.env)["EngagementInvitationSummaries"] == []
        assert run([aws, "sts", "get-caller-identity"], other.env)["Account"] == other.account


def test_a_child_process_that_is_told_nothing(monkeypatch: pytest.MonkeyPatch, aws: str) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", OWN_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own")
    with World(account="444455556666") as world:
        invitation = refer(world, "For a child")
        listed = run([aws, *ASKED])["EngagementInvitationSummaries"]
        assert [one["Id"] for one in listed] == [invitation]


def test_a_child_process_that_is_told_nothing_of_a_server(server: Server, aws: str) -> None:
    with World(server=server.url, account="444455556666") as world:
        invitation = refer(world, "For a child")
        listed = run([aws, *ASKED])["EngagementInvitationSummaries"]
        assert [one["Id"] for one in listed] == [invitation]


@pytest.mark.parametrize("variable", ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
def test_variants_of_endpoints_are_not_passed_on(
    monkeypatch: pytest.MonkeyPatch, world: World, variable: str
) -> None:
    """SDKs of other languages refuse them beside an endpoint."""
    monkeypatch.setenv(variable, "true")
    assert variable not in world.env
    assert os.environ[variable] == "true"


def test_a_proxy_is_not_asked_for_loopback(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    assert "NO_PROXY" not in world.env or os.environ.get("NO_PROXY") == world.env["NO_PROXY"]
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setenv("NO_PROXY", "example.org")
    assert world.env["NO_PROXY"] == "example.org,127.0.0.1,localhost"


@pytest.fixture(params=["fork", "spawn"])
def processes(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A pool of one process, begun in either way."""
    with multiprocessing.get_context(request.param).Pool(1) as pool:
        yield pool


def _reject(invitation: str) -> list[str]:
    client = boto3.client("partnercentral-selling")
    client.reject_engagement_invitation(Catalog="AWS", Identifier=invitation)
    return invited(client)


def test_a_process_of_this_one_acts_in_the_same_world(somewhere: World, processes: Any) -> None:
    invitation = refer(somewhere, "For a process")
    assert processes.apply(_reject, (invitation,)) == [invitation]
    got = somewhere.partner.call("GetEngagementInvitation", Catalog="AWS", Identifier=invitation)
    assert got.Status == "REJECTED"

"""Credentials of the user's own: they stay as they are, and in a world are the default partner's.

Must not reach a network: whoever would have to ask somebody for credentials fails here.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import boto3
import pytest
from botocore.credentials import Credentials

from cosell.testing import World
from cosell.testing.interception import Interception
from tests.testing.invitations import invited, refer

KEY = "AKIAQRLTM6ENZ5YGVXWJ"  # of an account, 071222334450 or another
SECRET = "aws_secret_access_key = own\n"
NOBODY = "http://127.0.0.1:1"  # nothing listens there
ASKING = {
    "a role": f"""
[profile source]
aws_access_key_id = {KEY}
{SECRET}
[profile dev]
role_arn = arn:aws:iam::999988887777:role/dev
source_profile = source
region = eu-west-1
""",
    "single sign-on": """
[profile dev]
sso_session = work
sso_account_id = 999988887777
sso_role_name = dev
region = eu-west-1
[sso-session work]
sso_start_url = https://example.com/start
sso_region = us-east-1
""",
    "a token": """
[profile dev]
role_arn = arn:aws:iam::999988887777:role/dev
web_identity_token_file = token
region = eu-west-1
""",
}

Home: TypeAlias = Callable[..., None]

pytestmark = pytest.mark.usefixtures("bare")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Home:
    """Somebody's home, with what is in the two files there; and variables."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    folder = tmp_path / ".aws"
    folder.mkdir()

    def write(config: str = "", credentials: str = "", **variables: str) -> None:
        (folder / "config").write_text(config)
        (folder / "credentials").write_text(credentials)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return write


def names() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


@pytest.fixture
def intercepted() -> Iterator[Callable[..., None]]:
    """Begins an interception that ends with the test."""
    begun: list[Interception] = []

    def begin(**options: Any) -> None:
        begun.append(Interception(**options))
        begun[-1].begin()

    yield begin
    for one in begun:
        one.end()


PROFILE = f"[dev]\naws_access_key_id = {KEY}\n{SECRET}"
REGION = "[profile dev]\nregion = eu-west-1\n"


def test_a_profile_that_is_chosen_stays(home: Home, intercepted: Callable[..., None]) -> None:
    home(REGION, PROFILE, AWS_PROFILE="dev")
    before = names()
    intercepted()
    session = boto3.Session()
    assert session.profile_name == "dev"
    assert session.region_name == "eu-west-1"
    assert session.get_credentials().access_key == KEY
    assert "AWS_ACCESS_KEY_ID" not in names()
    assert names().items() >= before.items()


def test_the_default_profile_stays(home: Home, intercepted: Callable[..., None]) -> None:
    home("[default]\nregion = eu-west-1\n", PROFILE.replace("dev", "default"))
    intercepted()
    assert boto3.Session().get_credentials().access_key == KEY
    assert boto3.Session().region_name == "eu-west-1"


def test_a_profile_that_is_named_is_found(home: Home, intercepted: Callable[..., None]) -> None:
    home(REGION, PROFILE)
    intercepted()
    named = boto3.Session(profile_name="dev")
    assert (named.region_name, named.get_credentials().access_key) == ("eu-west-1", KEY)
    assert boto3.Session().region_name == "us-east-1"  # and who names none has what is made up
    assert boto3.Session().get_credentials().access_key == "111122223333"


@pytest.mark.parametrize(
    "variable",
    [
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ],
)
def test_credentials_that_are_asked_for_stay(
    home: Home, intercepted: Callable[..., None], variable: str
) -> None:
    home(**{variable: "theirs"})
    intercepted()
    assert names()[variable] == "theirs"
    assert not names().keys() & {"AWS_ACCESS_KEY_ID", "AWS_EC2_METADATA_DISABLED"}


def test_nothing_is_placed_where_calls_may_leave(
    home: Home, intercepted: Callable[..., None]
) -> None:
    home()
    before = names()
    intercepted(allow_real=True)
    assert names() == before
    assert boto3.Session().region_name is None
    with World() as world:  # in which nobody needs any of their own
        invitation = refer(world, "Mine")
        assert invited(boto3.Session().client("partnercentral-selling")) == [invitation]
    assert names() == before


@pytest.mark.parametrize("account", ["111122223333", "444455556666"])
def test_a_profile_is_the_default_partner(home: Home, account: str) -> None:
    home(REGION, PROFILE, AWS_PROFILE="dev")
    with World(account=account) as world:
        invitation = refer(world, "Mine")
        for session in (boto3.Session(), boto3.Session(profile_name="dev")):
            client = session.client("partnercentral-selling")
            assert client.meta.region_name == "eu-west-1"
            assert invited(client) == [invitation]
            assert session.client("sts").get_caller_identity()["Account"] == account


def test_a_client_from_before_is_the_default_partner_too(home: Home) -> None:
    home(REGION, PROFILE, AWS_PROFILE="dev")
    client = boto3.Session().client("partnercentral-selling")  # found before there is a hook
    with World() as world:
        refer(world, "Mine")
        assert len(invited(client)) == 1


@pytest.mark.parametrize("config", ASKING.values(), ids=ASKING.keys())
def test_nobody_is_asked_for_credentials_in_a_world(home: Home, config: str) -> None:
    home(config, AWS_PROFILE="dev", HTTPS_PROXY=NOBODY, HTTP_PROXY=NOBODY)
    client = boto3.Session().client("partnercentral-selling")  # before there is a hook
    with World(account="444455556666") as world:
        invitation = refer(world, "Mine")
        again = boto3.Session().client("partnercentral-selling")
        assert invited(again) == [invitation]
        assert world.calls.last.account == world.account
        assert boto3.Session().client("sts").get_caller_identity()["Account"] == world.account
    assert client.meta.region_name == again.meta.region_name == "eu-west-1"


def test_a_session_of_somebody_elses_is_the_default_partner(world: World) -> None:
    invitation = refer(world, "Mine")
    given = {
        "aws_access_key_id": KEY.replace("AKIA", "ASIA"),
        "aws_secret_access_key": "own",
        "aws_session_token": "their own",
    }
    assert invited(boto3.Session().client("partnercentral-selling", **given)) == [invitation]


def test_credentials_that_the_code_makes_are_the_accounts_that_they_tell(world: World) -> None:
    other = world.partner("B").account
    refer(world, "For B", to=other)
    session = boto3.Session()
    session._session._credentials = Credentials(other, "any", method="assume-role")
    assert len(invited(session.client("partnercentral-selling"))) == 1


def test_a_child_assumes_its_roles_where_it_always_did(home: Home) -> None:
    home(REGION, PROFILE, AWS_PROFILE="dev")
    with World():
        assert "AWS_ENDPOINT_URL_STS" not in names()
        assert "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING" in names()

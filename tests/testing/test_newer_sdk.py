"""An SDK whose model of the service is newer than cosell's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cosell import __version__
from cosell.selling.contract import CONTRACT
from cosell.testing import World
from tests.testing.sdks import newer_model

NEWER = "ListEngagementGroups"
TOLD = (
    f"There is no operation '{NEWER}' in partnercentral-selling as of {CONTRACT.model_date}, the"
    f" API model that cosell {__version__} has; a newer one may have it."
)


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Clients that are made from now on know an operation more."""
    newer_model(tmp_path, NEWER)
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))


@pytest.mark.usefixtures("newer")
def test_an_operation_that_only_the_sdk_knows_is_told_with_the_model_s_date(
    somewhere: World,
) -> None:
    client = boto3.Session().client("partnercentral-selling")
    client.list_opportunities(Catalog="AWS")
    with pytest.raises(ClientError) as refused:
        client.list_engagement_groups(Catalog="AWS")
    answer = refused.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert answer["Error"]["Code"] == "UnknownOperationException"
    assert answer["Error"]["Message"].startswith(TOLD)


@pytest.mark.usefixtures("newer")
def test_such_a_call_is_among_the_world_s(somewhere: World) -> None:
    client = boto3.Session().client("partnercentral-selling")
    client.list_opportunities(Catalog="AWS")
    with pytest.raises(ClientError):
        client.list_engagement_groups(Catalog="AWS")
    calls = somewhere.calls
    assert calls.operations == ["ListOpportunities", NEWER]
    [call] = calls.refused
    assert call == calls.last == calls.of("list_engagement_groups")[0]
    assert (call.outcome, call.status, call.dead) == ("UnknownOperationException", 400, False)
    assert call.message.startswith(TOLD)
    assert str(call) == f"{NEWER} as nobody: UnknownOperationException"


@pytest.mark.usefixtures("newer")
def test_it_is_wherever_its_client_s_address_leads(somewhere: World) -> None:
    for url in ("https://example.com/a/b", f"{somewhere.endpoint_url}/"):
        client = boto3.Session().client("partnercentral-selling", endpoint_url=url)
        with pytest.raises(ClientError, match="a newer one may have it"):
            client.list_engagement_groups(Catalog="AWS")
    assert somewhere.calls.operations == [NEWER, NEWER]


@pytest.mark.usefixtures("newer")
def test_it_is_in_no_other_world(world: World) -> None:
    with World() as other, pytest.raises(ClientError):
        other.partner.client.list_engagement_groups(Catalog="AWS")
    assert other.calls.operations == [NEWER]
    assert not world.calls


@pytest.mark.parametrize(
    "name",
    [
        lambda world: world.partner.call("ListEngagementGroups", Catalog="AWS"),
        lambda world: world.example("ListEngagementGroups"),
        lambda world: world.faults.fail("list_engagement_groups"),
        lambda world: world.faults.meanwhile("ListEngagementGroups", print),
        lambda world: world.calls.of("list_engagement_groups"),
    ],
    ids=["call", "example", "fault", "meanwhile", "calls"],
)
def test_who_names_it_is_told_the_same(world: World, name: Callable[[World], Any]) -> None:
    with pytest.raises(Exception, match="no operation") as refused:
        name(world)
    assert TOLD in str(refused.value)


def test_a_misspelt_one_is_told_what_is_near(world: World) -> None:
    with pytest.raises(Exception, match=r"may have it\. Did you mean ListEngagements\?"):
        world.partner.call("ListEngagement", Catalog="AWS")

"""Every operation has an example, and it is taken, by the wire and by boto3's own validation."""

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.validate import ParamValidator

from cosell.selling.contract import CONTRACT
from cosell.testing.world import World

OPERATIONS = sorted(CONTRACT.operations)
FRIEND = "444455556666"
MODEL = (
    boto3.session.Session(region_name="us-east-1")
    .client(
        "partnercentral-selling",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(signature_version="v4"),
    )
    .meta.service_model
)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("owner", [None, FRIEND])
def test_example_is_taken(world: World, operation: str, owner: Any) -> None:
    request = world.example(operation, owner=owner)
    shape = MODEL.operation_model(operation).input_shape
    assert not ParamValidator().validate(request, shape).generate_report()
    world.caller(owner)(operation, **request)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_example_of_the_other_catalog_is_taken(world: World, operation: str) -> None:
    if "Catalog" not in MODEL.operation_model(operation).input_shape.members:
        return
    world.caller()(operation, **world.example(operation, Catalog="AWS"))


def test_example_is_called_as_in_boto3(world: World) -> None:
    assert world.example("create_opportunity")["Project"]["Title"]


def test_members_go_over_the_example(world: World) -> None:
    request = world.example("CreateOpportunity", Project={"Title": "Mine"}, Marketing=None)
    assert request["Project"]["Title"] == "Mine"
    assert "Marketing" not in request


def test_what_is_named_is_not_made(world: World) -> None:
    found = world.given.opportunity()
    before = len(world.calls.all)
    request = world.example("GetOpportunity", Identifier=found.Id)
    assert request == {"Catalog": "Sandbox", "Identifier": found.Id}
    assert len(world.calls.all) == before


def test_each_example_has_a_token_of_its_own(world: World) -> None:
    one, two = world.example("CreateOpportunity"), world.example("CreateOpportunity")
    assert one["ClientToken"] != two["ClientToken"]


def test_unknown_operation_is_said(world: World) -> None:
    with pytest.raises(ValueError, match="Did you mean CreateOpportunity"):
        world.example("CreateOportunity")

"""Every operation with each error that the model declares for it, as boto3 raises it, and with none
that it does not declare."""

from random import Random
from typing import Any, NamedTuple

import boto3
import pytest
from botocore import xform_name

from cosell.selling.contract import ADDITIONS, CONTRACT
from tests.answers import MODEL
from tests.harness import Server, World
from tests.property.inputs import Source, least
from tests.refusal import desk_refusal

SOURCE = Source(MODEL["shapes"], {**ADDITIONS.closed, "CatalogIdentifier": ("Sandbox",)})
OPERATIONS = sorted(MODEL["operations"])
EVERY = {name for name, shape in MODEL["shapes"].items() if shape.get("exception")}
DECLARED = {
    name: [error["shape"] for error in MODEL["operations"][name]["errors"]] for name in OPERATIONS
}
PAIRS = [(name, error) for name in OPERATIONS for error in DECLARED[name]]


def request(operation: str) -> dict[str, Any]:
    """The shortest request that boto3 sends: what is required, of the right types."""
    members: dict[str, Any] = least(SOURCE, Random(operation), input_of(operation))
    return members


def input_of(operation: str) -> str:
    return CONTRACT.operations[operation].input_shape


class Told(NamedTuple):
    """A world, and one client for all of its calls."""

    world: World
    partner: Any


@pytest.fixture(scope="module")
def told(server: Server) -> Told:
    world = World(server)
    return Told(world, world.client())


@pytest.mark.parametrize(("operation", "error"), PAIRS)
def test_declared_error_is_raised_by_boto3(told: Told, operation: str, error: str) -> None:
    world, partner = told
    ask = getattr(partner, xform_name(operation))
    world.desk("PutFault", Operation=operation, Error=error)
    with pytest.raises(getattr(partner.exceptions, error)) as caught:
        ask(**request(operation))
    response = caught.value.response
    assert response["Error"]["Code"] == error
    assert response["Error"]["Message"]
    status = 500 if error == "InternalServerException" else 400
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    if error == "ValidationException":
        assert response["Reason"] in MODEL["shapes"]["ValidationExceptionReason"]["enum"]
        [refused] = response["ErrorList"]
        member = refused["FieldName"]
        assert member[0].upper() + member[1:] in MODEL["shapes"][input_of(operation)]["members"]
        assert refused["Code"] in MODEL["shapes"]["ValidationExceptionErrorCode"]["enum"]
        assert refused["Message"] in response["Error"]["Message"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_undeclared_error_cannot_be_asked_for(told: Told, operation: str) -> None:
    undeclared = EVERY - set(DECLARED[operation])
    for error in sorted(undeclared):
        refused = desk_refusal(told.world, "PutFault", Operation=operation, Error=error)
        assert refused.fields == [("error", "INVALID_VALUE")]


def test_errors_are_those_that_boto3_knows() -> None:
    """The model of the newest boto3 says the same; what it dropped or added would show here."""
    client = boto3.client(
        "partnercentral-selling", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    model = client.meta.service_model
    known = {
        name: {shape.name for shape in model.operation_model(name).error_shapes}
        for name in model.operation_names
    }
    assert {name: set(errors) for name, errors in DECLARED.items()} == known

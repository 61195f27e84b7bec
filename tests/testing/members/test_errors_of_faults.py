"""What a fault's error says, as boto3 tells it."""

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from cosell.testing.world import World


@pytest.fixture
def client(world: World) -> Any:
    """One that never tries again."""
    return world.client(config=Config(retries={"total_max_attempts": 1}))


@pytest.mark.parametrize("said", [{"FieldName": "x"}, ["title"], "x", 5, [None]])
def test_errors_that_are_no_list_of_errors(world: World, said: Any) -> None:
    with pytest.raises(ValueError, match=r"errors: .* is no list of errors. Say a list of items"):
        world.faults.fail("UpdateOpportunity", "ValidationException", errors=said)


def test_an_error_says_what_it_is_told(world: World, client: Any) -> None:
    errors = [{"FieldName": "lifeCycle.stage", "Code": "INVALID_VALUE", "Message": "Not so."}]
    reason = "REQUEST_VALIDATION_FAILED"
    with (
        world.faults.fail(
            "ListOpportunities", "ValidationException", message="No.", reason=reason, errors=errors
        ),
        pytest.raises(client.exceptions.ValidationException) as caught,
    ):
        client.list_opportunities(Catalog="AWS")
    answer = caught.value.response
    assert (answer["Message"], answer["Reason"], answer["ErrorList"]) == ("No.", reason, errors)


def test_a_refused_request_names_a_member(world: World, client: Any) -> None:
    with (
        world.faults.fail("UpdateOpportunity", "ValidationException"),
        pytest.raises(client.exceptions.ValidationException) as caught,
    ):
        client.update_opportunity(**world.example("UpdateOpportunity"))
    assert caught.value.response["ErrorList"][0]["FieldName"] == "primaryNeedsFromAws"


@pytest.mark.parametrize(
    ("error", "status"), [("ExpiredTokenException", 400), ("ServiceUnavailable", 503)]
)
def test_what_no_operation_declares(world: World, client: Any, error: str, status: int) -> None:
    with world.faults.fail("CreateOpportunity", error), pytest.raises(ClientError) as caught:
        client.create_opportunity(**world.example("CreateOpportunity"))
    assert caught.value.response["Error"]["Code"] == error
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status

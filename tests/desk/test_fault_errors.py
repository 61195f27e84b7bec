"""What the errors of faults say: in words of the caller's or of their own, declared or answered by
AWS's front end."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from cosell.desk.undeclared import UNDECLARED
from tests.harness import World, opportunity
from tests.refusal import desk_refusal, refusal

BOX = {"Catalog": "Sandbox"}
INVALID = "ValidationException"
REFUSED = [
    {"FieldName": "lifeCycle.stage", "Code": "INVALID_RESOURCE_STATE", "Message": "Too late"}
]
# As AWS's page of common errors has them, but for those of credentials (see undeclared.py).
STATUSES = {"InternalFailure": 500, "RequestTimeoutException": 408, "ServiceUnavailable": 503}


def met(world: World, **asked: Any) -> Any:
    """What boto3 answers a call that meets a fault, as a document."""
    world.desk("PutFault", Operation="ListSolutions", **asked)
    with pytest.raises(ClientError) as caught:
        world.client().list_solutions(**BOX)
    return caught.value.response


def test_error_says_the_message_it_is_given(world: World) -> None:
    answer = met(world, Error="AccessDeniedException", Message="Nothing for you.")
    assert answer["Error"] == {"Code": "AccessDeniedException", "Message": "Nothing for you."}
    assert "Reason" not in answer


def test_internal_error_sends_nobody_to_a_log_that_has_nothing_of_it(world: World) -> None:
    error = "InternalServerException"
    told = {"Code": error, "Message": "This fault was asked for at the desk."}
    assert met(world, Error=error)["Error"] == told


@pytest.mark.parametrize("when", ["Before", "After"])
def test_validation_says_what_it_is_given(world: World, when: str) -> None:
    reason = "REQUEST_VALIDATION_FAILED"
    answer = met(world, Error=INVALID, Message="No.", Reason=reason, ErrorList=REFUSED, When=when)
    assert answer["Error"]["Message"] == "No."
    assert (answer["Reason"], answer["ErrorList"]) == (reason, REFUSED)
    [*_, call] = world.desk("ListCalls", MaxResults=1000)["Calls"]
    assert (call["Outcome"], call["Rules"]) == (INVALID, []), "no rule is behind it"


def test_validation_names_a_member_of_the_operation_unless_told(world: World) -> None:
    told = "This fault was asked for at the desk."
    world.desk("PutFault", Error=INVALID, Count=3)
    partner = world.client()
    refused = refusal(partner.get_opportunity, **BOX, Identifier="O1")
    assert refused.errors == [("identifier", "INVALID_VALUE", told)]
    assert refused.message == f"identifier: {told}"
    assert refused.reason == "BUSINESS_VALIDATION_FAILED"
    assert refusal(partner.create_opportunity, **BOX, **opportunity()).fields == [
        ("primaryNeedsFromAws", "INVALID_VALUE")
    ]
    settings = refusal(partner.get_selling_system_settings, **BOX)
    assert settings.fields == [("catalog", "INVALID_VALUE")]


def test_what_is_not_said_of_a_field_error_is_filled_in(world: World) -> None:
    listed: Any = [{"FieldName": "project.title"}, {"Code": "DUPLICATE_KEY_VALUE"}]
    answer = met(world, Error=INVALID, Message="Both.", ErrorList=listed)
    assert answer["ErrorList"] == [
        {"FieldName": "project.title", "Code": "INVALID_VALUE", "Message": "Both."},
        {"Code": "DUPLICATE_KEY_VALUE", "Message": "Both."},
    ]
    assert met(world, Error=INVALID, ErrorList=REFUSED)["Error"]["Message"] == (
        "lifeCycle.stage: Too late"
    )


def test_access_denied_has_a_reason_if_one_is_said(world: World) -> None:
    reason = "INCOMPATIBLE_BENEFIT_AWS_PARTNER_STATE"
    assert met(world, Error="AccessDeniedException", Reason=reason)["Reason"] == reason


def test_what_an_error_says_is_listed_forked_and_saved(world: World) -> None:
    said = {"Message": "No.", "Reason": "REQUEST_VALIDATION_FAILED", "ErrorList": REFUSED}
    put = world.desk("PutFault", Error=INVALID, Operation="ListSolutions", **said)
    fork, loaded = World(world.server), World(world.server)
    fork.desk("ForkNamespace", Source=world.namespace)
    loaded.desk("LoadNamespace", State=world.desk("SaveNamespace")["State"])
    for one in (world, fork, loaded):
        [fault] = one.desk("ListFaults")["Faults"]
        assert put.items() >= said.items() <= fault.items()
        assert refusal(one.client().list_solutions, **BOX).errors == [(*REFUSED[0].values(),)]


def test_field_error_is_listed_as_it_was_said(world: World) -> None:
    world.desk("PutFault", Error=INVALID, ErrorList=[{"FieldName": "project"}])
    [fault] = world.desk("ListFaults")["Faults"]
    assert fault["ErrorList"] == [{"FieldName": "project"}]


# --- what no operation declares ------------------------------------------------------------------


@pytest.mark.parametrize("name", [one.error.__name__ for one in UNDECLARED])
def test_error_of_the_front_end(world: World, name: str) -> None:
    answer = met(world, Error=name)
    assert answer["Error"]["Code"] == name
    assert answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == STATUSES.get(name, 400)
    assert met(world, Error=name, Message="So.")["Error"]["Message"] == "So."
    world.desk("PutFault", Error=name)  # of any operation
    assert refusal(world.client().get_opportunity, **BOX, Identifier="O1").code == name


def test_sdk_tries_again_after_503(world: World) -> None:
    world.desk("PutFault", Error="ServiceUnavailable", Count=2)
    patient = world.client(config={"retries": {"mode": "standard"}})
    assert patient.list_solutions(**BOX)["ResponseMetadata"]["RetryAttempts"] == 2


def test_an_error_that_nobody_answers_is_refused(world: World) -> None:
    for operation in ({}, {"Operation": "ListSolutions"}):
        told = desk_refusal(world, "PutFault", Error="ServiceUnavailableException", **operation)
        assert told.fields == [("error", "INVALID_VALUE")]
        assert "ExpiredTokenException" in told.message
        assert told.message.endswith("Did you mean ServiceUnavailable?")


@pytest.mark.parametrize("error", ["ConflictException", "ServiceQuotaExceededException"])
def test_an_error_that_other_operations_answer_is_told_as_that(world: World, error: str) -> None:
    asked = {"Operation": "GetOpportunity", "Error": error}
    told = desk_refusal(world, "PutFault", **asked).message
    assert f"GetOpportunity does not answer {error}. It declares Access" in told
    assert "Did you mean" not in told


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("ThrotlingException", "ThrottlingException"),
        ("NotFoundException", "ResourceNotFoundException"),
        ("TooManyRequestsException", ""),
        ("UnauthorizedException", ""),
    ],
)
def test_an_end_that_all_errors_have_makes_none_near(
    world: World, misspelt: str, meant: str
) -> None:
    told = desk_refusal(world, "PutFault", Error=misspelt).message
    assert told.endswith(f", too.{f' Did you mean {meant}?' if meant else ''}")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"Effect": "Cut", "Message": "x"}, "message"),
        ({"Effect": "Delay", "DelayMilliseconds": 1, "Reason": "REQUEST_VALIDATION_FAILED"},
         "reason"),
        ({"Error": "ConflictException", "Reason": "REQUEST_VALIDATION_FAILED"}, "reason"),
        ({"Error": "AccessDeniedException", "Reason": "REQUEST_VALIDATION_FAILED"}, "reason"),
        ({"Error": INVALID, "Reason": "INCOMPATIBLE_BENEFIT_AWS_PARTNER_STATE"}, "reason"),
        ({"Error": "ConflictException", "ErrorList": REFUSED}, "errorList"),
    ],
)  # fmt: skip
def test_what_an_error_cannot_say_is_refused(
    world: World, asked: dict[str, Any], field: str
) -> None:
    refused = desk_refusal(world, "PutFault", **asked)
    assert refused.fields == [(field, "INVALID_VALUE")]
    assert world.desk("ListFaults")["Faults"] == []


def test_an_error_list_has_an_error(world: World) -> None:
    refused = desk_refusal(world, "PutFault", Error=INVALID, ErrorList=[])
    assert refused.fields == [("errorList", "NOT_ENOUGH_VALUES")]

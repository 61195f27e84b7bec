"""ListEngagementByAcceptingInvitationTasks: every rule of the operation's page on its request."""

from typing import Any

import pytest
from botocore.exceptions import ParamValidationError

from tests.harness import Refused, World
from tests.scenes import LIST, listed, page, refusal, refused, started

OPERATION = "ListEngagementByAcceptingInvitationTasks"
TASK_IDS = [f"task-{n:013}" for n in range(11)]
INVITATION_IDS = [f"engi-{n:013}" for n in range(11)]
OPPORTUNITY_IDS = [f"O{n}" for n in range(11)]
STATUSES = ["IN_PROGRESS", "COMPLETE", "FAILED"]


def faults(world: World, **members: Any) -> list[tuple[str, str]]:
    """Field and code of each fault that a request is refused for, the same raw and with boto3."""
    asked = {"Catalog": "Sandbox", **members}
    unchecked = world.client(config={"parameter_validation": False})
    told = refusal(getattr(unchecked, LIST), **asked)
    reply = world.post(OPERATION, asked)
    assert reply.status == told["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert reply.document["__type"] == told["Error"]["Code"] == "ValidationException"
    assert reply.document["Reason"] == told["Reason"] == "REQUEST_VALIDATION_FAILED"
    assert reply.document["ErrorList"] == told["ErrorList"]
    assert all(error["Message"] for error in told["ErrorList"])
    return [(error["FieldName"], error["Code"]) for error in told["ErrorList"]]


# --- Catalog: required, AWS or Sandbox -----------------------------------------------------------


def test_list_tasks_without_catalog_is_refused(world: World) -> None:
    assert faults(world, Catalog=None) == [("catalog", "REQUIRED_FIELD_MISSING")]
    with pytest.raises(ParamValidationError):
        getattr(world.client(), LIST)()


@pytest.mark.parametrize("catalog", ["", "Mars", "aws", "SANDBOX", "Sandbox ", "AWS1", "a" * 300])
def test_list_tasks_of_another_catalog_is_refused(world: World, catalog: str) -> None:
    assert faults(world, Catalog=catalog) == [("catalog", "INVALID_ENUM_VALUE")]


@pytest.mark.parametrize("catalog", ["AWS", "Sandbox"])
def test_list_tasks_of_each_catalog_is_answered(world: World, catalog: str) -> None:
    task = started(world, catalog=catalog)
    assert listed(world.client(), Catalog=catalog) == [task]
    other = {"AWS": "Sandbox", "Sandbox": "AWS"}[catalog]
    assert listed(world.client(), Catalog=other) == []


# --- patterns ------------------------------------------------------------------------------------

GOOD = {
    "EngagementInvitationIdentifier": [
        "engi-0123456789abc",
        "engi-zzzzzzzzzzzzz",
        "arn:",
        "arn:aws:partnercentral:us-east-1::catalog/Sandbox/engagement-invitation/engi-0123456789abc",
        "arn:" + "x" * 251,
    ],
    "OpportunityIdentifier": ["O0", "O1", "O" + "9" * 19],
    "TaskIdentifier": [
        "task-0123456789abc",
        "arn:",
        "arn:aws:partnercentral:us-east-1::catalog/Sandbox"
        "/engagement-by-accepting-invitation-task/task-0123456789abc",
        "arn:" + "x" * 2000,
    ],
}
BAD = {
    "EngagementInvitationIdentifier": [
        "",
        "engi-0123456789ab",
        "engi-0123456789abcd",
        "engi-0123456789abC",
        "engi-0123456789ab,",
        "engi-0123456789abc\n",
        " engi-0123456789abc",
        "task-0123456789abc",
        "ARN:aws",
        "arn",
        "arn:\n",
        "arn:" + "x" * 252,
    ],
    "OpportunityIdentifier": [
        "",
        "O",
        "o1",
        "O" + "9" * 20,
        "O1\n",
        "O1 ",
        "O-1",
        "O\u0661",
        "1",
        "arn:aws:partnercentral:us-east-1:111122223333:catalog/Sandbox/opportunity/O1",
    ],
    "TaskIdentifier": [
        "",
        "task-0123456789ab",
        "task-0123456789abcd",
        "task-0123456789abC",
        "task-0123456789abc\n",
        "xtask-0123456789abc",
        "engi-0123456789abc",
        "arn",
        "arn:a\nb",
        "arn:\0",
    ],
}


@pytest.mark.parametrize(
    ("member", "value"), [(member, value) for member, values in GOOD.items() for value in values]
)
def test_list_tasks_with_an_identifier_of_the_pattern_is_answered(
    world: World, member: str, value: str
) -> None:
    assert listed(world.client(), **{member: [value]}) == []


@pytest.mark.parametrize(
    ("member", "value"), [(member, value) for member, values in BAD.items() for value in values]
)
def test_list_tasks_with_an_identifier_off_the_pattern_is_refused(
    world: World, member: str, value: str
) -> None:
    field = member[0].lower() + member[1:]
    good = GOOD[member][0]
    assert faults(world, **{member: [good, value]}) == [(f"{field}[1]", "INVALID_STRING_FORMAT")]


@pytest.mark.parametrize("status", ["", "complete", "Complete", "COMPLETED", "CANCELLED"])
def test_list_tasks_with_another_status_is_refused(world: World, status: str) -> None:
    asked = ["COMPLETE", status]
    assert faults(world, TaskStatus=asked) == [("taskStatus[1]", "INVALID_ENUM_VALUE")]


# --- sizes ---------------------------------------------------------------------------------------

SIZES = [
    ("EngagementInvitationIdentifier", INVITATION_IDS, 10),
    ("OpportunityIdentifier", OPPORTUNITY_IDS, 10),
    ("TaskIdentifier", TASK_IDS, 10),
    ("TaskStatus", [*STATUSES, "COMPLETE"], 3),
]


@pytest.mark.parametrize(("member", "values", "most"), SIZES)
def test_list_tasks_with_a_filter_of_each_size_is_answered(
    world: World, member: str, values: list[str], most: int
) -> None:
    for size in range(1, most + 1):
        assert listed(world.client(), **{member: values[:size]}) == []


@pytest.mark.parametrize(("member", "values", "most"), SIZES)
def test_list_tasks_with_an_empty_filter_is_refused(
    world: World, member: str, values: list[str], most: int
) -> None:
    field = member[0].lower() + member[1:]
    assert faults(world, **{member: []}) == [(field, "NOT_ENOUGH_VALUES")]
    with pytest.raises(ParamValidationError):
        page(world.client(), **{member: []})


@pytest.mark.parametrize(("member", "values", "most"), SIZES)
def test_list_tasks_with_one_value_too_many_is_refused(
    world: World, member: str, values: list[str], most: int
) -> None:
    field = member[0].lower() + member[1:]
    assert faults(world, **{member: values[: most + 1]}) == [(field, "TOO_MANY_VALUES")]


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_list_tasks_with_max_results_in_range_is_answered(world: World, size: int) -> None:
    assert listed(world.client(), MaxResults=size) == []


@pytest.mark.parametrize("size", [0, -1, 1001, 2**31 - 1])
def test_list_tasks_with_max_results_out_of_range_is_refused(world: World, size: int) -> None:
    assert faults(world, MaxResults=size) == [("maxResults", "VALUE_OUT_OF_RANGE")]


@pytest.mark.parametrize("length", [0, 2049])
def test_list_tasks_with_a_token_of_a_wrong_length_is_refused(world: World, length: int) -> None:
    assert faults(world, NextToken="A" * length) == [("nextToken", "INVALID_STRING_FORMAT")]


@pytest.mark.parametrize("length", [1, 2048])
def test_list_tasks_with_a_token_of_nobody_is_refused(world: World, length: int) -> None:
    assert faults(world, NextToken="A" * length) == [("nextToken", "INVALID_VALUE")]


# --- Sort ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (
            {},
            [
                ("sort.sortBy", "REQUIRED_FIELD_MISSING"),
                ("sort.sortOrder", "REQUIRED_FIELD_MISSING"),
            ],
        ),
        ({"SortBy": "StartTime"}, [("sort.sortOrder", "REQUIRED_FIELD_MISSING")]),
        ({"SortOrder": "ASCENDING"}, [("sort.sortBy", "REQUIRED_FIELD_MISSING")]),
        (
            {"SortBy": "TaskStatus", "SortOrder": "ASCENDING"},
            [("sort.sortBy", "INVALID_ENUM_VALUE")],
        ),
        ({"SortBy": "StartTime", "SortOrder": "asc"}, [("sort.sortOrder", "INVALID_ENUM_VALUE")]),
    ],
)
def test_list_tasks_with_a_sort_that_is_none_is_refused(
    world: World, sort: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert sorted(faults(world, Sort=sort)) == expected


# --- all of it -----------------------------------------------------------------------------------


def test_list_tasks_with_many_faults_is_refused_for_all(world: World) -> None:
    told = faults(
        world,
        Catalog="Mars",
        EngagementInvitationIdentifier=["engi-1", INVITATION_IDS[0], "engi-2"],
        MaxResults=0,
        NextToken="",
        OpportunityIdentifier=[],
        Sort={"SortBy": "Name"},
        TaskIdentifier=TASK_IDS,
        TaskStatus=["DONE"],
    )
    assert sorted(told) == [
        ("catalog", "INVALID_ENUM_VALUE"),
        ("engagementInvitationIdentifier[0]", "INVALID_STRING_FORMAT"),
        ("engagementInvitationIdentifier[2]", "INVALID_STRING_FORMAT"),
        ("maxResults", "VALUE_OUT_OF_RANGE"),
        ("nextToken", "INVALID_STRING_FORMAT"),
        ("opportunityIdentifier", "NOT_ENOUGH_VALUES"),
        ("sort.sortBy", "INVALID_ENUM_VALUE"),
        ("sort.sortOrder", "REQUIRED_FIELD_MISSING"),
        ("taskIdentifier", "TOO_MANY_VALUES"),
        ("taskStatus[0]", "INVALID_ENUM_VALUE"),
    ]


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"Catalog": 5}, "catalog"),
        ({"MaxResults": "5"}, "maxResults"),
        ({"MaxResults": 1.5}, "maxResults"),
        ({"MaxResults": True}, "maxResults"),
        ({"NextToken": 5}, "nextToken"),
        ({"Sort": "StartTime"}, "sort"),
        ({"Sort": {"SortBy": 5, "SortOrder": "ASCENDING"}}, "sort.sortBy"),
        ({"TaskStatus": "COMPLETE"}, "taskStatus"),
        ({"TaskStatus": ["COMPLETE", 5]}, "taskStatus[1]"),
        ({"TaskIdentifier": {"0": TASK_IDS[0]}}, "taskIdentifier"),
        ({"OpportunityIdentifier": [["O1"]]}, "opportunityIdentifier[0]"),
        ({"EngagementInvitationIdentifier": [None]}, "engagementInvitationIdentifier[0]"),
    ],
)
def test_list_tasks_with_a_wrong_type_is_refused_for_that_alone(
    world: World, members: dict[str, Any], place: str
) -> None:
    reply = world.post(OPERATION, {"Catalog": "Mars", **members})
    assert reply.status == 400
    assert reply.document["__type"] == "SerializationException"
    assert reply.document["Message"].startswith(f"{place}: ")
    assert "ErrorList" not in reply.document


def test_list_tasks_with_explicit_nulls_is_as_without(world: World) -> None:
    task = started(world)
    nulls = dict.fromkeys(
        ("MaxResults", "NextToken", "Sort", "TaskIdentifier", "TaskStatus", "OpportunityIdentifier")
    )
    reply = world.post(OPERATION, {"Catalog": "Sandbox", **nulls})
    assert [one["TaskId"] for one in reply.document["TaskSummaries"]] == [task["TaskId"]]


def test_list_tasks_with_members_that_nobody_knows_is_answered(world: World) -> None:
    reply = world.post(OPERATION, {"Catalog": "Sandbox", "PartnerId": 5, "taskStatus": "x"})
    assert (reply.status, reply.document) == (200, {"NextToken": None, "TaskSummaries": []})


# --- the errors that the page declares -----------------------------------------------------------

DECLARED = [
    "AccessDeniedException",
    "ResourceNotFoundException",
    "ThrottlingException",
    "ValidationException",
]


@pytest.mark.parametrize("error", DECLARED)
def test_list_tasks_meets_each_declared_error_with_status_400(world: World, error: str) -> None:
    partner = world.client()
    world.desk("PutFault", Operation=OPERATION, Error=error, Count=2)
    told = refusal(getattr(partner, LIST), Catalog="Sandbox")
    assert told["Error"]["Code"] == error
    assert told["Error"]["Message"]
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 400
    headers = told["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-errortype"].startswith(f"{error}:")
    assert headers["x-amzn-requestid"] == told["ResponseMetadata"]["RequestId"]
    with pytest.raises(getattr(partner.exceptions, error)):
        page(partner)
    assert listed(partner) == []


def test_list_tasks_meets_an_internal_error_with_status_500(world: World) -> None:
    world.desk("PutFault", Operation=OPERATION, Error="InternalServerException")
    told = refusal(getattr(world.client(), LIST), Catalog="Sandbox")
    assert told["Error"]["Code"] == "InternalServerException"
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_list_tasks_with_a_fault_for_another_operation_is_answered(world: World) -> None:
    world.desk("PutFault", Operation="GetOpportunity", Error="ThrottlingException")
    assert listed(world.client()) == []
    asked = {"Catalog": "Sandbox", "Identifier": "O1"}
    assert refused(world.client().get_opportunity, **asked) == "ThrottlingException"


@pytest.mark.parametrize("error", ["ConflictException", "ServiceQuotaExceededException"])
def test_list_tasks_is_never_given_an_error_that_it_does_not_declare(
    world: World, error: str
) -> None:
    with pytest.raises(Refused) as caught:
        world.desk("PutFault", Operation=OPERATION, Error=error)
    [told] = caught.value.body["ErrorList"]
    assert (told["FieldName"], told["Code"]) == ("error", "INVALID_VALUE")

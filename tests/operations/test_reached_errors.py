"""Every error that an operation declares: brought about by a circumstance, through the API and the
desk, or named here as one that only PutFault brings, and why.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from botocore import xform_name

from tests.engaging import engaged, invited, lead
from tests.foreign import MISSING
from tests.harness import ACCOUNT, OTHER, Server, World
from tests.operations.test_answers import REQUESTS, Made, new_job
from tests.operations.test_declared_errors import DECLARED, OPERATIONS, PAIRS
from tests.operations.test_foreign import EXPECTED, NAMELESS
from tests.scenes import started

CONFLICT, QUOTA = "ConflictException", "ServiceQuotaExceededException"
MISSED, DENIED, INVALID = (
    "ResourceNotFoundException",
    "AccessDeniedException",
    "ValidationException",
)
SHUT_OUT = "555566667777"


class Asked(NamedTuple):
    """A request, and who sends it."""

    body: dict[str, Any]
    account: str = ACCOUNT


Circumstance = Callable[[Made, str], Asked]


@pytest.fixture(scope="module")
def made(server: Server) -> Made:
    """A world in which the founding story has happened, and one account is no partner."""
    world = World(server)
    task = started(world)
    found = world.client().get_engagement_invitation(
        Catalog="Sandbox", Identifier=task["EngagementInvitationId"]
    )
    world.desk("PutPartner", AccountId=SHUT_OUT, Catalogs=[])
    return Made(world, task, found["EngagementId"])


def request(made: Made, operation: str) -> dict[str, Any]:
    """What succeeds, if the owner sends it."""
    body = REQUESTS[operation](made)
    if operation == "CreateEngagement":
        body |= {"Title": "Web shop", "Description": "Shared work"}
    if operation == "CreateEngagementInvitation":  # where nobody is invited yet
        body["EngagementIdentifier"] = engaged(made.world)["Id"]
    return body if operation in NAMELESS else {"Catalog": "Sandbox", **body}


# --- the circumstances ---------------------------------------------------------------------------


def out_of_shape(made: Made, operation: str) -> Asked:
    wrong = {"ResourceArn": "an ARN"} if operation in NAMELESS else {"Catalog": "Nowhere"}
    return Asked({**request(made, operation), **wrong})


def not_enrolled(made: Made, operation: str) -> Asked:
    """The desk shut the caller out of the catalog (PutPartner)."""
    return Asked(request(made, operation), SHUT_OUT)


def of_another(made: Made, operation: str) -> Asked:
    return Asked(request(made, operation), OTHER)


# A body that the same client token cannot carry any more.
CHANGED: dict[str, dict[str, Any]] = {
    "CreateEngagement": {"Title": "Another"},
    "CreateEngagementContext": {"EngagementIdentifier": "eng-00000000000000"},
    "CreateEngagementInvitation": {"EngagementIdentifier": "eng-00000000000000"},
    "CreateOpportunity": {"NationalSecurity": "No"},
    "CreateResourceSnapshot": {"ResourceIdentifier": "O1"},
    "CreateResourceSnapshotJob": {"ResourceIdentifier": "O1"},
    "StartEngagementByAcceptingInvitationTask": {"Identifier": "engi-0000000000000"},
    "StartEngagementFromOpportunityTask": {"Identifier": "O1"},
    "StartOpportunityFromEngagementTask": {"ContextIdentifier": "2"},
    "StartProspectingFromEngagementTask": {"TaskName": "Autumn"},
}


def token_with_another_body(made: Made, operation: str) -> Asked:
    body = {**request(made, operation), "ClientToken": f"spent on {operation}"}
    getattr(made.world.client(), xform_name(operation))(**body)
    return Asked({**body, **CHANGED[operation]})


def answered_invitation(made: Made, operation: str) -> Asked:
    body = request(made, operation)
    made.world.client().reject_engagement_invitation(**body)
    return Asked(body)


def running_job(made: Made, operation: str) -> Asked:
    return Asked({"Catalog": "Sandbox", **new_job(made, running=True)})


def stale(made: Made, operation: str) -> Asked:
    member = {
        "UpdateEngagementContext": "EngagementLastModifiedAt",
        "UpdateOpportunity": "LastModifiedDate",
    }[operation]
    return Asked({**request(made, operation), member: "2020-01-01T00:00:00.000Z"})


def full_of_contexts(made: Made, operation: str) -> Asked:
    id = engaged(made.world, *[lead()] * 5)["Id"]
    body = {**request(made, operation), "EngagementIdentifier": id, "ClientToken": "full"}
    return Asked(body)


def full_of_members(made: Made, operation: str) -> Asked:
    id = engaged(made.world)["Id"]
    for number in range(9):
        invited(made.world, id, f"{number:012}")
    body = {**request(made, operation), "EngagementIdentifier": id, "ClientToken": "full"}
    return Asked(body)


# --- the table -----------------------------------------------------------------------------------

WITH_TOKEN = set(CHANGED)
NAMING = {operation for operation, expected in EXPECTED.items() if expected == MISSING}
REACHED: dict[tuple[str, str], Circumstance] = {
    **{(operation, INVALID): out_of_shape for operation in OPERATIONS},
    **{(operation, DENIED): not_enrolled for operation in OPERATIONS},
    **{(operation, MISSED): of_another for operation in sorted(NAMING)},
    **{(operation, CONFLICT): token_with_another_body for operation in sorted(WITH_TOKEN)},
    ("AcceptEngagementInvitation", CONFLICT): answered_invitation,
    ("RejectEngagementInvitation", CONFLICT): answered_invitation,
    ("DeleteResourceSnapshotJob", CONFLICT): running_job,
    ("UpdateEngagementContext", CONFLICT): stale,
    ("UpdateOpportunity", CONFLICT): stale,
    ("CreateEngagementContext", QUOTA): full_of_contexts,
    ("CreateEngagementInvitation", QUOTA): full_of_members,
}

NO_RATE = "no rate is limited"
NO_FAULT = "only a fault of the program's own would be one"
NOTHING_NAMED = "the request names nothing that could be missing"
MATCHES_NOTHING = "what a filter names and is not there matches nothing"
PER_ENGAGEMENT = "the task says of each engagement what became of it"
TASK_FAILS = "the task ends FAILED with this reason code"
NO_QUOTA = "so many as an engagement or an account can have are not counted"
SHAPE_FIRST = "more than five contexts are out of shape"
NONE_MORE = "an update makes none more; more than ten interactions are TOO_MANY_VALUES"
LAST_WINS = "tags have no version: who comes last, wins"
ONLY_BY_FAULT: dict[tuple[str, str], str] = {
    **{(operation, "ThrottlingException"): NO_RATE for operation in OPERATIONS},
    **{(operation, "InternalServerException"): NO_FAULT for operation in OPERATIONS},
    **{
        (operation, MISSED): MATCHES_NOTHING
        for operation in OPERATIONS
        if operation.startswith("List")
        and operation not in NAMING
        and MISSED in DECLARED[operation]
    },
    **{
        (operation, MISSED): NOTHING_NAMED
        for operation in (
            "CreateEngagement",
            "CreateOpportunity",
            "GetSellingSystemSettings",
            "PutSellingSystemSettings",
        )
    },
    ("StartProspectingFromEngagementTask", MISSED): PER_ENGAGEMENT,
    ("StartEngagementByAcceptingInvitationTask", QUOTA): TASK_FAILS,
    ("StartEngagementFromOpportunityTask", QUOTA): TASK_FAILS,
    ("StartOpportunityFromEngagementTask", QUOTA): TASK_FAILS,
    ("CreateEngagement", QUOTA): SHAPE_FIRST,
    ("CreateResourceSnapshot", QUOTA): NO_QUOTA,
    ("CreateResourceSnapshotJob", QUOTA): NO_QUOTA,
    ("UpdateEngagementContext", QUOTA): NONE_MORE,
    ("TagResource", CONFLICT): LAST_WINS,
    ("UntagResource", CONFLICT): LAST_WINS,
}


def test_every_declared_error_stands_in_the_table_once() -> None:
    assert len(OPERATIONS) == 45
    assert sorted([*REACHED, *ONLY_BY_FAULT]) == sorted(PAIRS)


@pytest.mark.parametrize(("operation", "error"), REACHED)
def test_declared_error_is_reached(made: Made, operation: str, error: str) -> None:
    body, account = REACHED[operation, error](made, operation)
    partner = made.world.client(account)
    with pytest.raises(getattr(partner.exceptions, error)) as caught:
        getattr(partner, xform_name(operation))(**body)
    response: Any = caught.value.response
    assert response["Error"]["Code"] == error
    assert response["Error"]["Message"]
    if error == DENIED:
        assert response["Reason"] == "INCOMPATIBLE_BENEFIT_AWS_PARTNER_STATE"
    if error == INVALID:
        [wrong] = response["ErrorList"]
        assert wrong["FieldName"] in ("catalog", "resourceArn")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_owners_own_request_succeeds(made: Made, operation: str) -> None:
    """Else the circumstances above would be refused for something else."""
    body = request(made, operation)
    if operation in WITH_TOKEN:
        body["ClientToken"] = f"fine with {operation}"
    getattr(made.world.client(), xform_name(operation))(**body)

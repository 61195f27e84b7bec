"""The form of answers, on raw bytes: every implemented operation, in both dialects."""

import json
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import pytest

from cosell.operations import SELLING
from tests import submitting, updating
from tests.answers import MODEL, ensure_form, faults
from tests.engaging import engaged, invitation, lead, project
from tests.harness import ACCOUNT, Reply, Server, World, credential, opportunity, send
from tests.scenes import TEMPLATE, started
from tests.sharing import joined

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TARGETED, PLAIN = "application/x-amz-json-1.0", "application/json"
IMPLEMENTED = sorted(SELLING.handlers)
TASKS = "ListEngagementByAcceptingInvitationTasks"


class Made(NamedTuple):
    """A world in which the founding story has happened: what the requests below name."""

    world: World
    task: Any
    engagement: str

    @property
    def target(self) -> dict[str, Any]:
        return {
            "EngagementIdentifier": self.engagement,
            "ResourceIdentifier": self.task["OpportunityId"],
            "ResourceSnapshotTemplateIdentifier": TEMPLATE,
            "ResourceType": "Opportunity",
        }

    def invited(self) -> dict[str, Any]:
        """Names an invitation that nobody has answered."""
        return {"Identifier": self.world.referred()["EngagementInvitationId"]}

    def unshared(self) -> dict[str, Any]:
        """A target that has no job yet: an opportunity of one's own in the engagement."""
        partner = self.world.client()
        made = partner.create_opportunity(Catalog="Sandbox", **opportunity())
        return {**self.target, "ResourceIdentifier": made["Id"], "ClientToken": made["Id"]}

    def submittable(self) -> dict[str, Any]:
        """Names an opportunity that is complete and shared."""
        return {"Identifier": submitting.shared(self.world), **submitting.CO_SELL}


@pytest.fixture(scope="module")
def made(server: Server) -> Made:
    world = World(server)
    task = started(world, Tags=[{"Key": "team", "Value": "blue"}])
    found = world.client().get_engagement_invitation(
        Catalog="Sandbox", Identifier=task["EngagementInvitationId"]
    )
    return Made(world, task, found["EngagementId"])


REQUESTS: dict[str, Callable[[Made], dict[str, Any]]] = {
    "AcceptEngagementInvitation": Made.invited,
    "CreateEngagement": lambda made: {"Contexts": [lead(), project()], "ClientToken": "create"},
    "CreateEngagementContext": lambda made: {
        "EngagementIdentifier": made.engagement,
        "ClientToken": "create",
        **lead(),
    },
    "CreateEngagementInvitation": lambda made: {
        "EngagementIdentifier": made.engagement,
        "ClientToken": "create",
        "Invitation": invitation(),
    },
    "CreateOpportunity": lambda made: {**opportunity(), "ClientToken": "create"},
    "CreateResourceSnapshot": lambda made: {**made.target, "ClientToken": "create"},
    "CreateResourceSnapshotJob": Made.unshared,
    "GetAwsOpportunitySummary": lambda made: {
        "RelatedOpportunityIdentifier": made.task["OpportunityId"]
    },
    "GetEngagement": lambda made: {"Identifier": made.engagement},
    "GetEngagementInvitation": Made.invited,
    "GetOpportunity": lambda made: {"Identifier": made.task["OpportunityId"]},
    "GetProspectingFromEngagementTask": lambda made: {
        "TaskIdentifier": _prospected(made)["TaskId"]
    },
    "GetResourceSnapshot": lambda made: made.target,
    "GetResourceSnapshotJob": lambda made: _job(made),
    "GetSellingSystemSettings": lambda made: {},
    "ListEngagementByAcceptingInvitationTasks": lambda made: {},
    "ListEngagementFromOpportunityTasks": lambda made: {},
    "ListEngagementInvitations": lambda made: {"ParticipantType": "RECEIVER"},
    "ListEngagementMembers": lambda made: {"Identifier": made.engagement},
    "ListEngagements": lambda made: {},
    "ListOpportunities": lambda made: {},
    "ListOpportunityFromEngagementTasks": lambda made: {},
    "ListProspectingFromEngagementTasks": lambda made: {},
    "ListResourceSnapshotJobs": lambda made: {},
    "ListTagsForResource": lambda made: {"ResourceArn": _arn(made)},
    "PutSellingSystemSettings": lambda made: {"ResourceSnapshotJobRoleIdentifier": "Snapshots"},
    "RejectEngagementInvitation": Made.invited,
    "DeleteResourceSnapshotJob": lambda made: new_job(made, running=False),
    "ListEngagementResourceAssociations": lambda made: {},
    "ListResourceSnapshots": lambda made: {"EngagementIdentifier": made.engagement},
    "AssignOpportunity": lambda made: {
        "Identifier": made.task["OpportunityId"],
        "Assignee": {
            "BusinessTitle": "PartnerAccountManager",
            "Email": "manager@example.com",
            "FirstName": "Account",
            "LastName": "Manager",
        },
    },
    "AssociateOpportunity": lambda made: _related(made, "AmazonEC2Linux"),
    "DisassociateOpportunity": lambda made: _unrelated(made),
    "ListSolutions": lambda made: {},
    "StopResourceSnapshotJob": lambda made: new_job(made, running=True),
    "StartEngagementByAcceptingInvitationTask": lambda made: {
        **made.invited(),
        "ClientToken": made.invited()["Identifier"],
    },
    "StartEngagementFromOpportunityTask": lambda made: {
        "AwsSubmission": submitting.CO_SELL,
        "ClientToken": (id := submitting.created(made.world)),
        "Identifier": id,
    },
    "StartOpportunityFromEngagementTask": lambda made: {
        "ClientToken": (id := engaged(made.world, lead())["Id"]),
        "ContextIdentifier": "1",
        "Identifier": id,
    },
    "StartProspectingFromEngagementTask": lambda made: {
        "ClientToken": (id := engaged(made.world, lead())["Id"]),
        "Identifiers": [id, made.engagement],
        "TaskName": "Spring",
    },
    "StartResourceSnapshotJob": lambda made: _job(made),
    "SubmitOpportunity": Made.submittable,
    "TagResource": lambda made: {
        "ResourceArn": _arn(made),
        "Tags": [{"Key": "team", "Value": "blue"}],
    },
    "UntagResource": lambda made: {"ResourceArn": _arn(made), "TagKeys": ["none"]},
    "UpdateEngagementContext": lambda made: _updated(made),
    "UpdateOpportunity": lambda made: updating.body(made.world, made.task["OpportunityId"]),
}


def _prospected(made: Made) -> Any:
    id = engaged(made.world, lead())["Id"]
    return made.world.client().start_prospecting_from_engagement_task(
        Catalog="Sandbox", Identifiers=[id, made.engagement], TaskName="Spring"
    )


def _job(made: Made) -> dict[str, Any]:
    return {"ResourceSnapshotJobIdentifier": made.task["ResourceSnapshotJobId"]}


def _updated(made: Made) -> dict[str, Any]:
    """An update of the referral's own context, as the engagement stands."""
    asked = {"Catalog": "Sandbox", "Identifier": made.engagement}
    found = made.world.post("GetEngagement", asked).document
    return {
        "EngagementIdentifier": made.engagement,
        "ContextIdentifier": "1",
        "EngagementLastModifiedAt": found["ModifiedAt"],
        **project(),
    }


def new_job(made: Made, *, running: bool) -> dict[str, Any]:
    partner = made.world.client()
    job = partner.create_resource_snapshot_job(Catalog="Sandbox", **made.unshared())["Id"]
    asked = {"ResourceSnapshotJobIdentifier": job}
    if running:
        partner.start_resource_snapshot_job(Catalog="Sandbox", **asked)
    return asked


def _related(made: Made, product: str) -> dict[str, Any]:
    return {
        "OpportunityIdentifier": made.task["OpportunityId"],
        "RelatedEntityIdentifier": product,
        "RelatedEntityType": "AwsProducts",
    }


def _unrelated(made: Made) -> dict[str, Any]:
    """Names a product that the opportunity is associated with."""
    asked = _related(made, "AWSAmplify")
    made.world.client().associate_opportunity(Catalog="Sandbox", **asked)
    return asked


def _arn(made: Made) -> str:
    id = made.task["OpportunityId"]
    return f"arn:aws:partnercentral:us-east-1:{ACCOUNT}:catalog/Sandbox/opportunity/{id}"


def ask(world: World, operation: str, body: Any, type: str) -> Reply:
    """Call in a dialect: with the target header, or with the operation in the path."""
    if type == TARGETED:
        return world.post(operation, body)
    path = f"/ns/{world.namespace}/{operation}"
    return send(
        world.server.url,
        "POST",
        path,
        body,
        {"Content-Type": type, "Authorization": credential(ACCOUNT)},
    )


def ensure_headers(reply: Reply, type: str) -> None:
    headers = reply.headers
    assert headers["content-type"] == type
    assert UUID.fullmatch(headers["x-amzn-requestid"])
    assert headers["content-length"] == str(len(reply.body))
    assert "x-amzn-query-error" not in headers
    assert parsedate_to_datetime(headers["date"]).tzinfo is not None


def test_every_implemented_operation_has_a_request_here() -> None:
    assert sorted(REQUESTS) == IMPLEMENTED


@pytest.mark.parametrize("type", [TARGETED, PLAIN])
@pytest.mark.parametrize("operation", IMPLEMENTED)
def test_an_answer_has_the_form_of_awss_own(made: Made, operation: str, type: str) -> None:
    body = {"Catalog": "Sandbox", **REQUESTS[operation](made)}
    reply = ask(made.world, operation, body, type)
    assert reply.status == 200, reply.body
    ensure_headers(reply, type)
    ensure_form(operation, reply.body)
    if "output" not in MODEL["operations"][operation]:
        assert (reply.headers["content-length"], reply.body) == ("0", b"")


@pytest.mark.parametrize(
    "operation",
    [
        one
        for one in IMPLEMENTED
        if one.startswith("List") and one != "ListEngagementMembers"  # which has one at least
    ],
)
def test_a_list_of_nothing_is_an_empty_list(world: World, operation: str) -> None:
    if operation == "ListTagsForResource":
        arn = world.client().create_opportunity(Catalog="Sandbox", **opportunity())["Id"]
        arn = f"arn:aws:partnercentral:us-east-1:{ACCOUNT}:catalog/Sandbox/opportunity/{arn}"
        assert world.post(operation, {"ResourceArn": arn}).document == {"Tags": []}
        return
    world.desk("PutProfile", Profile="newly-onboarded")  # else there are solutions
    body = {"Catalog": "Sandbox", "ParticipantType": "SENDER"}
    if operation == "ListResourceSnapshots":
        body["EngagementIdentifier"] = joined(world)
    reply = world.post(operation, body)
    assert reply.status == 200
    ensure_form(operation, reply.body)
    assert sorted(map(str, reply.document.values())) == ["None", "[]"]


def test_a_failed_and_a_promised_task_have_the_form_too(world: World) -> None:
    world.desk("PutTaskFault", Step="AcceptInvitation", ReasonCode="InternalError")
    started(world)
    world.desk("PutPace", Mode="Held")
    started(world)
    reply = world.post(TASKS, {"Catalog": "Sandbox"})
    ensure_form(TASKS, reply.body)
    promised, failed = reply.document["TaskSummaries"]
    assert (failed["OpportunityId"], failed["ResourceSnapshotJobId"]) == (None, None)
    assert promised["OpportunityId"]
    assert [promised[name] for name in ("Message", "ReasonCode", "ResourceSnapshotJobId")] == [
        None, None, None,
    ]  # fmt: skip


def test_get_engagement_invitation_shows_an_expiration_only_while_pending(world: World) -> None:
    ids = [world.referred()["EngagementInvitationId"] for _ in range(4)]
    partner = world.client()
    partner.accept_engagement_invitation(Catalog="Sandbox", Identifier=ids[0])
    partner.reject_engagement_invitation(Catalog="Sandbox", Identifier=ids[1])

    def shown() -> dict[str, tuple[str, bool]]:
        listed = world.post(
            "ListEngagementInvitations", {"Catalog": "Sandbox", "ParticipantType": "RECEIVER"}
        ).document["EngagementInvitationSummaries"]
        got = [
            world.post("GetEngagementInvitation", {"Catalog": "Sandbox", "Identifier": id}).document
            for id in ids
        ]
        both = [
            {one["Id"]: (one["Status"], one["ExpirationDate"] is None) for one in found}
            for found in (listed, got)
        ]
        assert both[0] == both[1]
        return both[0]

    pending = ("PENDING", False)
    answered = {ids[0]: ("ACCEPTED", True), ids[1]: ("REJECTED", True)}
    assert shown() == {**answered, ids[2]: pending, ids[3]: pending}
    world.desk("AdvanceClock", Seconds=16 * 86_400)
    expired = ("EXPIRED", True)
    assert shown() == {**answered, ids[2]: expired, ids[3]: expired}


@pytest.mark.parametrize("type", [TARGETED, PLAIN])
@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("AccessDeniedException", 400),
        ("ResourceNotFoundException", 400),
        ("ThrottlingException", 400),
        ("ValidationException", 400),
        ("InternalServerException", 500),
    ],
)
def test_a_refusal_names_its_error_in_body_and_header(
    world: World, type: str, error: str, status: int
) -> None:
    world.desk("PutFault", Operation=TASKS, Error=error)
    reply = ask(world, TASKS, {"Catalog": "Sandbox"}, type)
    assert reply.status == status
    ensure_headers(reply, type)
    origin = "http://internal.amazon.com/coral/com.amazon.partnerintegrationapi.common/"
    assert reply.headers["x-amzn-errortype"] == f"{error}:{origin}"
    assert reply.document["__type"] == error
    assert reply.document["Message"]


# --- the check itself ----------------------------------------------------------------------------

TASK = {
    "EngagementInvitationId": "engi-0000000000000",
    "Message": None,
    "OpportunityId": None,
    "ReasonCode": None,
    "ResourceSnapshotJobId": None,
    "StartTime": "2026-11-23T08:00:00.000Z",
    "TaskArn": None,
    "TaskId": "task-0000000000000",
    "TaskStatus": "COMPLETE",
}


@pytest.mark.parametrize(
    "answer",
    [
        {"TaskSummaries": [], "NextToken": None},
        {"NextToken": None},
        {"NextToken": None, "TaskSummaries": None},
        {"NextToken": None, "TaskSummaries": [], "Total": 0},
        {"NextToken": 5, "TaskSummaries": []},
        {"NextToken": None, "TaskSummaries": [{"TaskId": "task-0000000000000"}]},
        {"NextToken": None, "TaskSummaries": [TASK | {"StartTime": "2026-11-23T08:00:00Z"}]},
        {"NextToken": None, "TaskSummaries": [TASK | {"StartTime": 1795420800}]},
        {"NextToken": None, "TaskSummaries": [TASK | {"TaskStatus": "DONE"}]},
        {"NextToken": None, "TaskSummaries": [dict(reversed(TASK.items()))]},
    ],
)
def test_the_check_finds_what_is_wrong(answer: dict[str, Any]) -> None:
    assert faults(TASKS, json.dumps({"NextToken": None, "TaskSummaries": [TASK]}).encode()) == []
    assert len(faults(TASKS, json.dumps(answer).encode())) == 1
    assert faults("AcceptEngagementInvitation", b"{}")

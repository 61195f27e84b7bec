"""Names of what is another's: in filters, in page tokens, beside what is one's own. Whole requests:
test_foreign.py.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.engaging import lead
from tests.estate import SOLUTION, Estate, settled
from tests.foreign import EMPTY, MISSING, Attempt, code, ensure, ensure_kept, listed, strangers
from tests.harness import ACCOUNT, Server, opportunity
from tests.operations.test_foreign import OPERATIONS
from tests.sharing import SUMMARY

LISTS = [name for name in OPERATIONS if name.startswith("List") and name != "ListTagsForResource"]


@pytest.fixture(scope="module")
def estate(server: Server) -> Estate:
    return settled(server)


# --- filters -------------------------------------------------------------------------------------


def arn(kind: str, id: str) -> str:
    return f"arn:aws:partnercentral:us-east-1::catalog/Sandbox/{kind}/{id}"


def task_filters(operation: str, kind: str) -> Callable[[Estate], list[dict[str, Any]]]:
    """Filters of a list of tasks: by their ids and ARNs, by what they are about."""

    def filters(estate: Estate) -> list[dict[str, Any]]:
        tasks = estate.tasks[operation]
        found: list[dict[str, Any]] = [
            {"TaskIdentifier": [task["TaskId"] for task in tasks]},
            {"TaskIdentifier": [arn(kind, task["TaskId"]) for task in tasks]},
            {"OpportunityIdentifier": [task["OpportunityId"] for task in tasks]},
        ]
        engagements = [task["EngagementId"] for task in tasks if "EngagementId" in task]
        if engagements:
            found.append({"EngagementIdentifier": engagements})
        invitations = [task["EngagementInvitationId"] for task in tasks if not engagements]
        if invitations:
            found.append({"EngagementInvitationIdentifier": invitations})
        return found

    return filters


FILTERS: dict[str, Callable[[Estate], list[dict[str, Any]]]] = {
    "ListEngagementByAcceptingInvitationTasks": task_filters(
        "StartEngagementByAcceptingInvitationTask", "engagement-by-accepting-invitation-task"
    ),
    "ListEngagementFromOpportunityTasks": task_filters(
        "StartEngagementFromOpportunityTask", "engagement-from-opportunity-task"
    ),
    "ListEngagementInvitations": lambda estate: [
        {"ParticipantType": "RECEIVER", "SenderAwsAccountId": ["aws"]},
        {"ParticipantType": "SENDER", "EngagementIdentifier": [estate.engagement]},
        {
            "ParticipantType": "SENDER",
            "EngagementIdentifier": [arn("engagement", estate.engagement)],
        },
    ],
    "ListEngagementMembers": lambda estate: [],  # which has no filters
    "ListEngagementResourceAssociations": lambda estate: [
        {"EngagementIdentifier": estate.engagement},
        {"ResourceIdentifier": estate.opportunities[0]},
        {"CreatedBy": ACCOUNT},
    ],
    "ListEngagements": lambda estate: [
        {"EngagementIdentifier": [estate.engagement, estate.lead]},
        {"EngagementIdentifier": [arn("engagement", estate.lead)]},
        {"CreatedBy": [ACCOUNT, "aws"]},
        {"ContextTypes": ["Lead", "CustomerProject"]},
        {"ExcludeCreatedBy": ["000000000000"]},
    ],
    "ListOpportunities": lambda estate: [{"Identifier": estate.opportunities}],
    "ListOpportunityFromEngagementTasks": task_filters(
        "StartOpportunityFromEngagementTask", "opportunity-from-engagement-task"
    ),
    "ListProspectingFromEngagementTasks": lambda estate: [
        {
            "TaskIdentifier": [
                task["TaskId"] for task in estate.tasks["StartProspectingFromEngagementTask"]
            ]
        },
        {"TaskName": ["Spring"]},
    ],
    "ListResourceSnapshotJobs": lambda estate: [{"EngagementIdentifier": estate.engagement}],
    "ListResourceSnapshots": lambda estate: [],  # which are found in an engagement only
    "ListSolutions": lambda estate: [{"Identifier": [SOLUTION]}],
}


@pytest.mark.parametrize("operation", LISTS)
def test_nobody_else_s_filters_find_what_the_owner_has(estate: Estate, operation: str) -> None:
    for filter in FILTERS[operation](estate):
        body = {"Catalog": "Sandbox", **filter}
        assert listed(Attempt(estate.world).send(operation, body)), filter
        for who in strangers(estate, 100 + LISTS.index(operation)).values():
            assert listed(who.send(operation, body)) == [], filter


# --- tokens --------------------------------------------------------------------------------------

WITHIN = {"ListEngagementMembers": "Identifier", "ListResourceSnapshots": "EngagementIdentifier"}
PLACES: dict[str, dict[str, Any]] = {"ListEngagementInvitations": {"ParticipantType": "RECEIVER"}}


@pytest.mark.parametrize("operation", LISTS)
def test_nobody_else_s_page_goes_on_where_the_owner_s_ended(estate: Estate, operation: str) -> None:
    body = {"Catalog": "Sandbox", "MaxResults": 1, **PLACES.get(operation, {})}
    within = WITHIN.get(operation)
    if within:
        body[within] = estate.engagement
    token = Attempt(estate.world).send(operation, body).document["NextToken"]
    assert token, "there is one page only"
    for who in strangers(estate, 200 + LISTS.index(operation)).values():
        asked = {**body, "NextToken": token}
        if within:
            assert code(who.send(operation, asked)) == "ResourceNotFoundException"
            made = who.send("CreateEngagement", {"Catalog": "Sandbox", "ClientToken": "t"})
            asked[within] = made.document["Id"]
        reply = who.send(operation, asked)
        assert code(reply) == "ValidationException", reply.body
        [error] = reply.document["ErrorList"]
        assert (error["FieldName"], error["Code"]) == ("nextToken", "INVALID_VALUE")


# --- what is one's own, and another's with it ----------------------------------------------------


class Mixed(NamedTuple):
    """A request of somebody that names something of the owner's beside what is its own."""

    operation: str
    body: Callable[[Estate, str, str], dict[str, Any]]  # with an own engagement and opportunity
    expected: str


def target(engagement: str, resource: str) -> dict[str, Any]:
    return {
        "EngagementIdentifier": engagement,
        "ResourceIdentifier": resource,
        "ResourceSnapshotTemplateIdentifier": SUMMARY,
        "ResourceType": "Opportunity",
        "ClientToken": f"{engagement}-{resource}",
    }


MIXED = [
    *(
        Mixed(operation, body, MISSING)
        for operation in (
            "CreateResourceSnapshot", "CreateResourceSnapshotJob", "GetResourceSnapshot",
        )
        for body in (
            lambda estate, engagement, _: target(engagement, estate.opportunities[0]),
            lambda estate, _, opportunity: target(estate.engagement, opportunity),
        )
    ),
    Mixed(
        "ListResourceSnapshots",
        lambda estate, engagement, _: {
            "EngagementIdentifier": engagement,
            "ResourceIdentifier": estate.opportunities[0],
        },
        EMPTY,
    ),
    Mixed(
        "AssociateOpportunity",
        lambda estate, _, opportunity: {
            "OpportunityIdentifier": opportunity,
            "RelatedEntityType": "Solutions",
            "RelatedEntityIdentifier": SOLUTION,
        },
        MISSING,
    ),
    Mixed(
        "StartOpportunityFromEngagementTask",
        lambda estate, _, __: {
            "Identifier": estate.lead, "ContextIdentifier": "1", "ClientToken": "t",
        },
        MISSING,
    ),
    Mixed(
        "StartEngagementFromOpportunityTask",
        lambda estate, _, __: {
            "Identifier": estate.opportunities[0],
            "AwsSubmission": {"InvolvementType": "Co-Sell"},
            "ClientToken": "t",
        },
        MISSING,
    ),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(MIXED)))
def test_what_is_one_s_own_leads_to_nothing_of_the_owner_s(estate: Estate, number: int) -> None:
    operation, make, expected = MIXED[number]
    for who in strangers(estate, 300 + number).values():
        client = who.world.client(who.account)
        engagement = client.create_engagement(Catalog=who.catalog, Contexts=[lead()])["Id"]
        own = client.create_opportunity(Catalog=who.catalog, **opportunity())["Id"]
        body = {"Catalog": "Sandbox", **make(estate, engagement, own)}
        reply = ensure_kept(estate, who, expected, (operation, body))
        ensure(reply, expected, operation)


@pytest.mark.parametrize("operation", ["CreateOpportunity", "UpdateOpportunity"])
def test_a_renewal_names_an_opportunity_of_one_s_own(estate: Estate, operation: str) -> None:
    for who in strangers(estate, 400 + len(operation)).values():
        client = who.world.client(who.account)
        own = client.create_opportunity(Catalog=who.catalog, **opportunity())
        body = {"Catalog": "Sandbox", "ClientToken": "t", "Identifier": own["Id"], **opportunity()}
        body["LastModifiedDate"] = own["LastModifiedDate"].isoformat()
        body["OpportunityType"] = "Flat Renewal"
        body["Project"]["RelatedOpportunityIdentifier"] = estate.opportunities[0]
        reply = ensure_kept(estate, who, MISSING, (operation, body))
        refused = {one["FieldName"]: one["Code"] for one in reply.document["ErrorList"]}
        assert refused["project.relatedOpportunityIdentifier"] == "INVALID_VALUE"


def test_prospecting_fails_for_the_owner_s_engagement_alone(estate: Estate) -> None:
    asked = {"Catalog": "Sandbox", "Identifier": estate.lead}
    before = Attempt(estate.world).send("GetEngagement", asked).document
    for who in strangers(estate, 500).values():
        client = who.world.client(who.account)
        own = client.create_engagement(Catalog=who.catalog, Contexts=[lead()])["Id"]
        task = client.start_prospecting_from_engagement_task(
            Catalog=who.catalog, Identifiers=[estate.lead, own], TaskName="Both"
        )
        found = client.get_prospecting_from_engagement_task(
            Catalog=who.catalog, TaskIdentifier=task["TaskId"]
        )
        outcomes = {
            one["EngagementIdentifier"]: (one["Status"], one.get("ReasonCode"))
            for one in found["Engagements"]
        }
        assert outcomes == {
            estate.lead: ("FAILED", "EngagementAccessDenied"), own: ("COMPLETED", None),
        }  # fmt: skip
    assert Attempt(estate.world).send("GetEngagement", asked).document == before


def test_a_solution_of_the_owner_s_is_nobody_else_s(estate: Estate) -> None:
    body = {"Catalog": "Sandbox"}
    own = [one["Id"] for one in listed(Attempt(estate.world).send("ListSolutions", body))]
    assert SOLUTION in own
    for who in strangers(estate, 600).values():
        seen = [one["Id"] for one in listed(who.send("ListSolutions", body))]
        assert SOLUTION not in seen
        assert seen

"""What is another's: every operation, tried with ids, ARNs and tokens of an account by somebody who
may not: another account, the same account in another namespace or catalog, a fellow member.

An attempt finds nothing, and nothing of the owner's changes: all rows of the state are compared.
"""

from typing import Any

import pytest

from cosell.selling.contract import CONTRACT
from tests.engaging import accepted, engaged, invited
from tests.estate import Estate, settled
from tests.foreign import EMPTY, MISSING, OWN, Attempt, ensure, ensure_kept, strangers
from tests.harness import OTHER, Server
from tests.operations.test_answers import REQUESTS

# What becomes of the owner's own request when somebody else sends it.
EXPECTED: dict[str, str] = {
    "AcceptEngagementInvitation": MISSING,
    "AssignOpportunity": MISSING,
    "AssociateOpportunity": MISSING,
    "CreateEngagement": OWN,
    "CreateEngagementContext": MISSING,
    "CreateEngagementInvitation": MISSING,
    "CreateOpportunity": OWN,
    "CreateResourceSnapshot": MISSING,
    "CreateResourceSnapshotJob": MISSING,
    "DeleteResourceSnapshotJob": MISSING,
    "DisassociateOpportunity": MISSING,
    "GetAwsOpportunitySummary": MISSING,
    "GetEngagement": MISSING,
    "GetEngagementInvitation": MISSING,
    "GetOpportunity": MISSING,
    "GetProspectingFromEngagementTask": MISSING,
    "GetResourceSnapshot": MISSING,
    "GetResourceSnapshotJob": MISSING,
    "GetSellingSystemSettings": OWN,
    "ListEngagementByAcceptingInvitationTasks": EMPTY,
    "ListEngagementFromOpportunityTasks": EMPTY,
    "ListEngagementInvitations": EMPTY,
    "ListEngagementMembers": MISSING,
    "ListEngagementResourceAssociations": EMPTY,
    "ListEngagements": EMPTY,
    "ListOpportunities": EMPTY,
    "ListOpportunityFromEngagementTasks": EMPTY,
    "ListProspectingFromEngagementTasks": EMPTY,
    "ListResourceSnapshotJobs": EMPTY,
    "ListResourceSnapshots": MISSING,
    "ListSolutions": OWN,
    "ListTagsForResource": MISSING,
    "PutSellingSystemSettings": OWN,
    "RejectEngagementInvitation": MISSING,
    "StartEngagementByAcceptingInvitationTask": MISSING,
    "StartEngagementFromOpportunityTask": MISSING,
    "StartOpportunityFromEngagementTask": MISSING,
    "StartProspectingFromEngagementTask": OWN,
    "StartResourceSnapshotJob": MISSING,
    "StopResourceSnapshotJob": MISSING,
    "SubmitOpportunity": MISSING,
    "TagResource": MISSING,
    "UntagResource": MISSING,
    "UpdateEngagementContext": MISSING,
    "UpdateOpportunity": MISSING,
}
# What a fellow member may besides: what the engagement shares.
SHARED = {
    "CreateEngagementContext",
    "CreateEngagementInvitation",
    "GetEngagement",
    "GetResourceSnapshot",
    "ListEngagementMembers",
    "ListEngagementResourceAssociations",
    "ListEngagements",
    "ListResourceSnapshots",
    "UpdateEngagementContext",
}
# Members that take an ARN for an id, and what the ARN names.
ARNS = {
    "AcceptEngagementInvitation": ("Identifier", "engagement-invitation"),
    "CreateEngagementContext": ("EngagementIdentifier", "engagement"),
    "GetEngagement": ("Identifier", "engagement"),
    "GetEngagementInvitation": ("Identifier", "engagement-invitation"),
    "ListEngagementMembers": ("Identifier", "engagement"),
    "RejectEngagementInvitation": ("Identifier", "engagement-invitation"),
    "StartEngagementByAcceptingInvitationTask": ("Identifier", "engagement-invitation"),
    "StartOpportunityFromEngagementTask": ("Identifier", "engagement"),
    "UpdateEngagementContext": ("EngagementIdentifier", "engagement"),
}
OPERATIONS = sorted(CONTRACT.operations)
NAMELESS = {"ListTagsForResource", "TagResource", "UntagResource"}  # an ARN says the catalog


@pytest.fixture(scope="module")
def estate(server: Server) -> Estate:
    return settled(server)


def request(estate: Estate, operation: str) -> dict[str, Any]:
    """What the owner sends, for something that is there."""
    body = REQUESTS[operation](estate.made)
    if operation == "CreateEngagementInvitation":
        account = {"AwsAccountId": "888888888888"}  # the others are members
        body["Invitation"]["Receiver"] = {"Account": account}
    return body if operation in NAMELESS else {"Catalog": "Sandbox", **body}


def variants(operation: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The request, and the same with an ARN for the id."""
    found = [body]
    if operation in ARNS:
        member, kind = ARNS[operation]
        arn = f"arn:aws:partnercentral:us-east-1::catalog/Sandbox/{kind}/{body[member]}"
        found.append({**body, member: arn})
    return found


def test_every_operation_has_its_attempt() -> None:
    assert len(OPERATIONS) == 45
    assert sorted(EXPECTED) == OPERATIONS == sorted(REQUESTS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_nobody_else_s_request_reaches_what_the_owner_has(estate: Estate, operation: str) -> None:
    """Before the owner sent it, and afterwards, when its client token is known."""
    body, expected = request(estate, operation), EXPECTED[operation]
    attempts = [
        (who, one)
        for who in strangers(estate, OPERATIONS.index(operation)).values()
        if who.everywhere or operation not in NAMELESS
        for one in variants(operation, body)
    ]
    for who, one in attempts:
        ensure_kept(estate, who, expected, (operation, one))
    owners = Attempt(estate.world).send(operation, body)
    assert owners.status == 200, owners.body
    for who, one in attempts:
        reply = ensure_kept(estate, who, expected, (operation, one))
        ensure(reply, expected, operation, owners)


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in SHARED])
def test_a_fellow_member_reaches_what_is_shared_and_no_more(estate: Estate, operation: str) -> None:
    fellow, body, expected = Attempt(estate.world, OTHER), request(estate, operation), EXPECTED
    if expected[operation] == OWN or operation == "ListEngagementInvitations":
        return  # which was tried as a stranger; of invitations a fellow has its own
    for one in variants(operation, body):
        reply = ensure_kept(estate, fellow, MISSING, (operation, one))
        ensure(reply, expected[operation], operation)


@pytest.mark.parametrize("operation", sorted(SHARED))
def test_a_fellow_member_reaches_what_is_shared(estate: Estate, operation: str) -> None:
    """Else the test above would leave out too much."""
    body = request(estate, operation)
    if "Invitation" in body:
        body["Invitation"]["Receiver"] = {"Account": {"AwsAccountId": "777777777777"}}
    if operation == "CreateEngagementContext":  # where there is room for one
        body["EngagementIdentifier"] = engaged(estate.world)["Id"]
        accepted(estate.world, invited(estate.world, body["EngagementIdentifier"]))
    reply = Attempt(estate.world, OTHER).send(operation, {**body, "ClientToken": "fellow"})
    assert reply.status == 200, reply.body

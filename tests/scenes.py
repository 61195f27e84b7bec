"""What tests of tasks begin with: tasks that were started, lists that were walked, and an engine
in this process for scenes that no public operation can make yet.

Must not know what a test expects.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cosell import ids
from cosell.calls import Call
from cosell.clock import wall_ms
from cosell.http import HttpRequest
from cosell.journal import Trace
from cosell.selling.domain import engagements, invitations
from cosell.service import Engine
from cosell.store import Tx, namespaces
from tests import databases
from tests.harness import ACCOUNT, CONFIG, OTHER, Reply, World, answered, checked, credential

LIST = "list_engagement_by_accepting_invitation_tasks"
STEPS = (
    "AcceptInvitation",
    "CreateOpportunity",
    "CreateResourceSnapshot",
    "CreateResourceSnapshotJob",
    "StartResourceSnapshotJob",
)
TEMPLATE = "OpportunitySummaryView"
UNKNOWN = "engi-0000000000000"


def start(partner: Any, invitation: str, catalog: str = "Sandbox", **members: Any) -> Any:
    """Start a task with boto3; the answer without boto3's own member."""
    answer = partner.start_engagement_by_accepting_invitation_task(
        Catalog=catalog, Identifier=invitation, **members
    )
    del answer["ResponseMetadata"]
    return answer


def started(world: World, account: str = ACCOUNT, catalog: str = "Sandbox", **members: Any) -> Any:
    """A task on a referral of its own: the answer to Start."""
    invitation = world.referred(account, catalog)["EngagementInvitationId"]
    return start(world.client(account), invitation, catalog, **members)


def page(partner: Any, **members: Any) -> Any:
    """One page of the tasks in the Sandbox (or in another Catalog)."""
    return getattr(partner, LIST)(**{"Catalog": "Sandbox", **members})


def listed(partner: Any, **members: Any) -> list[Any]:
    """The tasks of one page."""
    return list(page(partner, **members)["TaskSummaries"])


def walked(partner: Any, size: int, **members: Any) -> list[Any]:
    """The tasks of every page, with boto3's paginator."""
    asked = {"Catalog": "Sandbox", "PaginationConfig": {"PageSize": size}, **members}
    pages = partner.get_paginator(LIST).paginate(**asked)
    return [task for one in pages for task in one["TaskSummaries"]]


def ids_of(tasks: list[Any]) -> list[str]:
    return [task["TaskId"] for task in tasks]


def refusal(call: Callable[..., Any], **members: Any) -> Any:
    """boto3's view of a refused call: Error, ErrorList, Reason, ResponseMetadata."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    return caught.value.response


def refused(call: Callable[..., Any], **members: Any) -> str:
    """The code of a call's refusal."""
    return str(refusal(call, **members)["Error"]["Code"])


class Scene:
    """An engine in this process on a database of its own; its namespace is called `scene`."""

    def __init__(self) -> None:
        self.database, self.store = databases.opened()
        self.engine = Engine(self.store, CONFIG, b"k" * 32)

    def ask(self, operation: str, account: str = ACCOUNT, **members: Any) -> Reply:
        """Call the selling API as an account."""
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": f"AWSPartnerCentralSelling.{operation}",
            "authorization": credential(account),
        }
        reply = self._send("/ns/scene/", headers, {"Catalog": "Sandbox", **members})
        return checked(operation, reply)

    def desk(self, operation: str, **members: Any) -> Any:
        """Ask the desk."""
        return answered(self.desk_reply(operation, **members))

    def desk_reply(self, operation: str, **members: Any) -> Reply:
        """Ask the desk for what it may refuse."""
        path = f"/ns/scene/_cosell/{operation}"
        return self._send(path, {"content-type": "application/json"}, members)

    def start(self, invitation: str, account: str = ACCOUNT) -> Any:
        """Start a task; the answer."""
        operation = "StartEngagementByAcceptingInvitationTask"
        token = ids.uuid(ids.new_random())
        return answered(self.ask(operation, account, Identifier=invitation, ClientToken=token))

    def _send(self, path: str, headers: dict[str, str], body: Any) -> Reply:
        request = HttpRequest("POST", path, "", headers, json.dumps(body).encode())
        answer = self.engine.handle(request)
        return Reply(answer.status, dict(answer.headers), answer.body)

    def invite(
        self,
        payload: dict[str, Any],
        sender: str = OTHER,
        *,
        members: int = 1,
        joined: bool = False,
    ) -> str:
        """A partner invites ACCOUNT to an engagement of its own with that many members already,
        and ACCOUNT is one of them then, if it `joined` without an answer: the invitation's id."""
        content: dict[str, Any] = {
            "Receiver": {"Account": {"AwsAccountId": ACCOUNT}},
            "InvitationMessage": "Join us.",
            "Payload": payload,
        }
        about: dict[str, Any] = {"Title": "Shared", "Description": "Shared work", "Contexts": []}
        with self.store.write() as tx:
            call = self.call(tx, sender)
            engagement = engagements.create(call, tx, sender, about)
            for number in range(1, members):
                engagement = engagements.join(call, tx, engagement, f"{number:012}")
            room = invitations.Room(call, tx, engagement)
            made = invitations.create(call, tx, room, sender, content)
            if joined:
                engagements.join(call, tx, engagement, ACCOUNT)
        return made.id

    def call(self, tx: Tx, account: str) -> Call:
        """A call of an account's, for what the domain does with it."""
        wall = wall_ms()
        namespace = namespaces.ensure(tx, "scene", wall)
        return Call(
            operation="CreateEngagementInvitation",
            input={},
            account=account,
            principal=f"arn:aws:iam::{account}:user/partner",
            catalog="Sandbox",
            namespace=namespace,
            now=namespace.now(wall),
            wall=wall,
            request_id="scene",
            random=ids.new_random(),
            laboratory=self.engine.runner,
            trace=Trace("scene", wall, b""),
        )

    def close(self) -> None:
        databases.closed(self.database, self.store)


def opportunity_invitation() -> dict[str, Any]:
    """The payload of an invitation to an opportunity, as a partner would write it."""
    return {
        "OpportunityInvitation": {
            "Customer": {
                "CompanyName": "Example Company",
                "CountryCode": "US",
                "Industry": "Retail",
                "WebsiteUrl": "https://www.example.com",
            },
            "Project": {
                "BusinessProblem": "The customer wants to move its web shop to AWS.",
                "ExpectedCustomerSpend": [
                    {
                        "Amount": "2500.00",
                        "CurrencyCode": "USD",
                        "Frequency": "Monthly",
                        "TargetCompany": "AWS",
                    }
                ],
                "TargetCompletionDate": "2099-12-31",
                "Title": "Web shop on AWS",
            },
            "ReceiverResponsibilities": ["Services Partner"],
            "SenderContacts": [{"Email": "someone@example.com", "FirstName": "Some"}],
        }
    }


def lead_invitation() -> dict[str, Any]:
    """The payload of an invitation to a lead."""
    customer = {
        "CompanyName": "Example Company",
        "CountryCode": "US",
        "Industry": "Retail",
        "WebsiteUrl": "https://www.example.com",
    }
    interaction = {"ContactBusinessTitle": "Engineer", "SourceName": "A fair"}
    return {"LeadInvitation": {"Customer": customer, "Interaction": interaction}}

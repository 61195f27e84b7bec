"""Resources made by calls, one of each kind: what the copies of the bench are copies of.

Must not measure.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bench import ACCOUNT, CATALOG
from bench.load import once
from bench.servers import Server
from bench.signed import plain, sign

Document = dict[str, Any]

CUSTOMER: Document = {
    "CompanyName": "Example Company",
    "CountryCode": "US",
    "Industry": "Retail",
    "WebsiteUrl": "https://www.example.com",
}
CONTACT = {
    "BusinessTitle": "Head of Infrastructure",
    "Email": "someone@example.com",
    "FirstName": "Some",
    "LastName": "One",
}
PROBLEM = "The customer wants to move its web shop to AWS before the next season."


def opportunity() -> Document:
    """A request that lacks nothing for a submission."""
    spend = {
        "Amount": "2500.00",
        "CurrencyCode": "USD",
        "Frequency": "Monthly",
        "TargetCompany": "AWS",
    }
    address = {"CountryCode": "US", "PostalCode": "98101", "StateOrRegion": "Washington"}
    account = {name: CUSTOMER[name] for name in ("CompanyName", "Industry", "WebsiteUrl")}
    return {
        "Customer": {"Account": {**account, "Address": address}},
        "LifeCycle": {"Stage": "Prospect", "TargetCloseDate": "2099-12-31"},
        "PrimaryNeedsFromAws": ["Co-Sell - Architectural Validation"],
        "Project": {
            "CustomerBusinessProblem": PROBLEM,
            "CustomerUseCase": "Migration / Database Migration",
            "DeliveryModels": ["Professional Services"],
            "ExpectedCustomerSpend": [spend],
            "OtherSolutionDescription": "A migration that we carry out ourselves",
            "SalesActivities": ["Initialized discussions with customer"],
            "Title": "Web shop on AWS",
        },
    }


def lead() -> Document:
    """A context that can become an opportunity."""
    interaction = {"Contact": CONTACT, "BusinessProblem": PROBLEM, "SourceName": "A fair"}
    return {
        "Type": "Lead",
        "Payload": {"Lead": {"Customer": CUSTOMER, "Interactions": [interaction]}},
    }


class Maker(NamedTuple):
    """Makes resources in a namespace of a server."""

    server: Server
    namespace: str

    def ask(self, operation: str, **members: Any) -> Document:
        """A signed call, with a client token of its own if it takes one."""
        document = {"Catalog": CATALOG, **members}
        if operation.startswith(("Create", "Start")):
            document["ClientToken"] = str(uuid.uuid4())
        return told(once(sign(self.server.url(self.namespace), operation, document)))

    def desk(self, operation: str, **members: Any) -> Document:
        url = self.server.url(self.namespace) + f"_cosell/{operation}"
        return told(once(plain(url, members)))

    # --- one of each ------------------------------------------------------------------------------

    def opportunity(self) -> str:
        return str(self.ask("CreateOpportunity", **opportunity())["Id"])

    def engagement(self, *contexts: Document) -> str:
        about = {"Title": "Shared", "Description": "Work that is shared"}
        return str(self.ask("CreateEngagement", **about, Contexts=list(contexts))["Id"])

    def target(self) -> Document:
        """An opportunity and an engagement to show it in."""
        return {
            "EngagementIdentifier": self.engagement(),
            "ResourceIdentifier": self.opportunity(),
            "ResourceSnapshotTemplateIdentifier": "OpportunitySummaryView",
            "ResourceType": "Opportunity",
        }

    def invitation(self) -> None:
        self.desk("ReferOpportunity", Catalog=CATALOG, ReceiverAccountId=ACCOUNT)

    def job(self) -> None:
        self.ask("CreateResourceSnapshotJob", **self.target())

    def snapshot(self) -> None:
        self.ask("CreateResourceSnapshot", **self.target())

    def solution(self) -> None:
        about = {"AccountId": ACCOUNT, "Identifier": "S-777", "Name": "Web shops"}
        self.desk("PutSolution", Catalog=CATALOG, **about)

    def submission(self) -> None:
        submission = {"InvolvementType": "Co-Sell", "Visibility": "Full"}
        about = {"Identifier": self.opportunity(), "AwsSubmission": submission}
        self.ask("StartEngagementFromOpportunityTask", **about)

    def conversion(self) -> None:
        about = {"Identifier": self.engagement(lead()), "ContextIdentifier": "1"}
        self.ask("StartOpportunityFromEngagementTask", **about)

    def prospecting(self) -> None:
        about = {"Identifiers": [self.engagement(lead())], "TaskName": "Common"}
        self.ask("StartProspectingFromEngagementTask", **about)


Make = Callable[[Maker], object]


def told(body: bytes) -> Document:
    document: Document = json.loads(body) if body else {}
    return document


def put(request: Mapping[str, Any], **members: Any) -> Document:
    """A request with other members."""
    return {**request, **members}

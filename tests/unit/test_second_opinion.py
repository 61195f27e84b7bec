"""The check by another SDK finds what is wrong, and nothing in what is right."""

import json
from typing import Any

import pytest

from tests.second_opinion import faults

SPEND = {
    "Amount": "2500.00",
    "CurrencyCode": "USD",
    "EstimationUrl": None,
    "Frequency": "Monthly",
    "TargetCompany": "AWS",
}
OPPORTUNITY: dict[str, Any] = {
    "Catalog": "Sandbox",
    "CreatedDate": "2026-11-23T08:00:00.000Z",
    "Customer": {"Account": None, "Contacts": None},
    "Id": "O1000000",
    "LastModifiedDate": "2026-11-23T08:00:00.120Z",
    "PrimaryNeedsFromAws": ["Do Not Need Support from AWS Sales Rep"],
    "Project": {"ExpectedCustomerSpend": [SPEND], "Title": None},
    "RelatedEntityIdentifiers": {"Solutions": ["S-1234567"]},
}
CONTACT = {
    "BusinessTitle": "Engineer",
    "Email": "someone@example.com",
    "FirstName": "Some",
    "LastName": "One",
}
LEAD: dict[str, Any] = {
    "Customer": {"CompanyName": "Example Company"},
    "Interactions": [{"Contact": CONTACT}],
}


def lead(**changes: Any) -> dict[str, Any]:
    payload = {"Lead": LEAD | changes}
    return {"Contexts": [{"Id": "1", "Payload": payload, "Type": "Lead"}], "Id": None}


@pytest.mark.parametrize(
    ("shape", "answer"),
    [
        ("GetOpportunityResponse", OPPORTUNITY),
        ("GetEngagementResponse", lead()),
        ("GetEngagementResponse", lead(QualificationStatus="Qualified")),
        ("GetEngagementResponse", lead(QualificationStatus="Unqualified")),
        ("ListTagsForResourceResponse", {"Tags": []}),
        ("TagResourceResponse", {}),
    ],
)
def test_what_is_right_is_right(shape: str, answer: dict[str, Any]) -> None:
    assert faults(shape, json.dumps(answer).encode()) == []


def opportunity(**changes: Any) -> dict[str, Any]:
    return OPPORTUNITY | changes


@pytest.mark.parametrize(
    ("shape", "answer", "told"),
    [
        ("GetOpportunityResponse", opportunity(Id=None), "Id: None is ''"),
        ("GetOpportunityResponse", opportunity(Origin="x"), "Origin: 'x' is None"),
        ("GetOpportunityResponse", opportunity(CreatedDate="today"), "isoformat"),
        ("GetOpportunityResponse", opportunity(Customer=[]), "AttributeError"),
        ("GetOpportunityResponse", opportunity(Id=5), "id: 5 is no str"),
        ("GetOpportunityResponse", opportunity(OpportunityType="Big"), "'Big' is none of"),
        ("GetOpportunityResponse", opportunity(PrimaryNeedsFromAws=["None"]), "[0]: 'None' is"),
        (
            "GetOpportunityResponse",
            opportunity(Project={"ExpectedCustomerSpend": [SPEND | {"Frequency": "Often"}]}),
            "project.expected_customer_spend[0].frequency: 'Often' is none of",
        ),
        ("GetEngagementResponse", lead(Interactions=None), "Interactions: None is []"),
        ("GetEngagementResponse", lead(Interactions=[{}]), "contact required"),
        (
            "GetEngagementResponse",
            {"Contexts": [{"Payload": {"Led": {}}}]},
            "unknown variant 'Led'",
        ),
        ("GetEngagementResponse", {"MemberCount": True}, "True is no int"),
    ],
)
def test_what_is_wrong_is_told(shape: str, answer: dict[str, Any], told: str) -> None:
    found = faults(shape, json.dumps(answer).encode())
    assert len(found) >= 1
    assert told in "\n".join(found)

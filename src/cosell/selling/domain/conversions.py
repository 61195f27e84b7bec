"""What an opportunity says that is made from a lead. Only makes documents.

Observed: see difference `task.lead-draft`; what the customer project context needs: the model.
"""

from typing import Final

from cosell.calls import Call
from cosell.clock import DAY_MS, iso_date
from cosell.contract import Document
from cosell.errors import FieldError
from cosell.selling import object_at, objects_at, text_at
from cosell.selling.contract import CONTRACT
from cosell.selling.domain import contexts, payloads
from cosell.selling.lifecycle import DRAFT
from cosell.selling.rules.content import NEW_BUSINESS

TITLE: Final = "Converted from Lead"
_CLOSES_MS: Final = 90 * DAY_MS


def draft(call: Call, lead: Document) -> Document:
    """The opportunity of a lead context's payload: of the address the country alone, the problem
    of the interaction that told one last, and nothing of what only the partner knows."""
    customer = object_at(lead, "Customer")
    told = (text_at(one, "BusinessProblem") for one in reversed(objects_at(lead, "Interactions")))
    return {
        "Customer": {
            "Account": {
                "Address": {"CountryCode": text_at(customer, "Address.CountryCode")},
                "CompanyName": text_at(customer, "CompanyName"),
                "Industry": text_at(customer, "Industry"),
                "WebsiteUrl": text_at(customer, "WebsiteUrl"),
            },
            "Contacts": [],
        },
        "LifeCycle": {
            "ReviewStatus": DRAFT,
            "Stage": "Prospect",
            "TargetCloseDate": iso_date(call.now + _CLOSES_MS),
        },
        "Marketing": {"Source": "None"},
        "NationalSecurity": "No",
        "OpportunityType": NEW_BUSINESS,
        "Project": {
            "CustomerBusinessProblem": next((problem for problem in told if problem), None),
            "ExpectedCustomerSpend": [],
            "Title": TITLE,
        },
    }


def lacks(opportunity: Document) -> tuple[FieldError, ...]:
    """What CreateEngagementContext would say against the context; a lead may be as empty, a
    customer project may not."""
    request: Document = {
        "Catalog": "AWS",
        "ClientToken": "-",
        "EngagementIdentifier": "eng-00000000000000",
        "Type": contexts.CUSTOMER_PROJECT,
        "Payload": _without_empty(payloads.customer_project(opportunity)),
    }
    return CONTRACT.operations["CreateEngagementContext"].validate(request)[1]


def _without_empty(document: Document) -> Document:
    return {
        name: _without_empty(value) if isinstance(value, dict) else value
        for name, value in document.items()
        if value != ""
    }

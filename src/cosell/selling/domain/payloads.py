"""What an engagement and its invitations say of an opportunity: the customer and the project.

Only makes documents, of what is there. Must not decide who is told. Source: API
reference, the payload's members; recorded traffic for how they are filled.
"""

from cosell.contract import Document, Json
from cosell.selling import at, object_at, objects_at, text_at
from cosell.selling.domain.contexts import CUSTOMER_PROJECT
from cosell.selling.domain.engagements import DESCRIPTION_MAX, TITLE_MAX
from cosell.store.documents import Stored


def engagement(opportunity: Document) -> Document:
    """The title and the description of an engagement that is made for an opportunity: its own, as
    much of them as fits. See difference `task.titles`."""
    return {
        "Title": text_at(opportunity, "Project.Title")[:TITLE_MAX],
        "Description": text_at(opportunity, "Project.CustomerBusinessProblem")[:DESCRIPTION_MAX],
    }


def invitation(opportunity: Document, words: Document) -> Document:
    """The payload of an invitation: what a receiver may know before it accepts. `words` has the
    ReceiverResponsibilities and the SenderContacts."""
    spend = spend_with_aws(opportunity)
    return {
        "OpportunityInvitation": {
            "Customer": _customer(opportunity),
            "Project": {**_project(opportunity), "ExpectedCustomerSpend": spend},
            "ReceiverResponsibilities": words["ReceiverResponsibilities"],
            "SenderContacts": words["SenderContacts"],
        }
    }


def spend_with_aws(opportunity: Document) -> list[Json]:
    """What the customer spends with AWS. The contract value that the partner gets is its own: no
    invitation tells it, nor does AWS's summary."""
    entries = objects_at(opportunity, "Project.ExpectedCustomerSpend")
    return [entry for entry in entries if entry.get("TargetCompany") != "Self"]


def project_context(opportunity: Stored) -> Document:
    """The context that stands for an opportunity in an engagement. For which one is kept with it
    (`opportunity`), and nobody is shown."""
    payload = customer_project(opportunity.document)
    return {"Type": CUSTOMER_PROJECT, "Payload": payload, "opportunity": opportunity.id}


def customer_project(opportunity: Document) -> Document:
    """The payload of an engagement's context."""
    about: Document = {"Customer": _customer(opportunity), "Project": _project(opportunity)}
    return {"CustomerProject": about}


def _customer(opportunity: Document) -> Document:
    """What is not known is there, empty: the site of a national security customer, and its name,
    which may be empty as well."""
    account = object_at(opportunity, "Customer.Account")
    return {
        "CompanyName": text_at(account, "CompanyName"),
        "CountryCode": text_at(account, "Address.CountryCode"),
        "Industry": text_at(account, "Industry"),
        "WebsiteUrl": text_at(account, "WebsiteUrl"),
    }


def _project(opportunity: Document) -> Document:
    return {
        "BusinessProblem": at(opportunity, "Project.CustomerBusinessProblem"),
        "TargetCompletionDate": at(opportunity, "LifeCycle.TargetCloseDate"),
        "Title": at(opportunity, "Project.Title"),
    }

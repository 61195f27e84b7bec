"""Which members of an opportunity its owner may change, and when: one row a member.

Pending Submission leaves all of them open (the stage has rules of its own), Submitted, In review
and Rejected none; the table says what Action Required opens, what approval freezes, and what stays
open once the stage is Launched or Closed Lost. Members that the service owns do not stand here:
what a request says of them is not looked at.
"""

from typing import Final, NamedTuple

from cosell.selling import Path
from cosell.selling.rules import Source
from cosell.selling.rules.sources import (
    CONNECTOR,
    FIELD_LIST,
    UPDATES,
)


class Member(NamedTuple):
    """A member: whether Action Required opens it, approval freezes it, and it lasts to the end."""

    path: Path
    correctable: bool = False
    frozen: bool = False
    lasting: bool = False
    source: Source = "documented"
    cite: str = UPDATES


_ACCOUNT = "Customer.Account"
_ADDRESS = f"{_ACCOUNT}.Address"
_REVENUE = "SoftwareRevenue"

MEMBERS: Final = (
    Member("PrimaryNeedsFromAws"),
    Member("NationalSecurity", frozen=True, cite=FIELD_LIST),
    Member("PartnerOpportunityIdentifier", correctable=True, frozen=True),
    Member(f"{_ACCOUNT}.CompanyName", frozen=True, source="observed", cite=CONNECTOR),
    Member(f"{_ACCOUNT}.WebsiteUrl", correctable=True, frozen=True),
    Member(f"{_ACCOUNT}.Industry", frozen=True),
    Member(f"{_ACCOUNT}.OtherIndustry", frozen=True),
    Member(f"{_ACCOUNT}.AwsAccountId"),
    Member(f"{_ACCOUNT}.Duns", lasting=True, cite=FIELD_LIST),
    Member(f"{_ADDRESS}.CountryCode", correctable=True, frozen=True),
    Member(f"{_ADDRESS}.PostalCode", correctable=True, frozen=True),
    Member(f"{_ADDRESS}.StateOrRegion", correctable=True),
    Member(f"{_ADDRESS}.City", correctable=True),
    Member(f"{_ADDRESS}.StreetAddress", correctable=True),
    Member("Customer.Contacts", lasting=True, cite=FIELD_LIST),
    Member("Project.Title", frozen=True),
    Member("Project.CustomerBusinessProblem", correctable=True, frozen=True),
    Member("Project.CustomerUseCase"),
    Member("Project.DeliveryModels", lasting=True, cite=FIELD_LIST),
    Member("Project.ExpectedCustomerSpend", correctable=True),
    # Not in the guide's list, but the spend's frequency and company, which are, change with it.
    Member("Project.ExpectedContractDuration", correctable=True, source="not documented", cite=""),
    Member("Project.ApnPrograms"),
    Member("Project.SalesActivities"),
    Member("Project.CompetitorName"),
    Member("Project.OtherCompetitorNames"),
    Member("Project.OtherSolutionDescription"),
    Member("Project.RelatedOpportunityIdentifier"),
    Member("Project.AdditionalComments", lasting=True, cite=FIELD_LIST),
    Member("Project.AwsPartition"),
    Member("OpportunityType"),
    Member("Marketing.Source"),
    Member("Marketing.CampaignName"),
    Member("Marketing.UseCases"),
    Member("Marketing.Channels"),
    Member("Marketing.AwsFundingUsed"),
    Member(f"{_REVENUE}.DeliveryModel", frozen=True, source="observed", cite=CONNECTOR),
    Member(f"{_REVENUE}.Value.Amount", frozen=True, source="observed", cite=CONNECTOR),
    Member(f"{_REVENUE}.Value.CurrencyCode", frozen=True, source="observed", cite=CONNECTOR),
    Member(f"{_REVENUE}.EffectiveDate", frozen=True, source="observed", cite=CONNECTOR),
    Member(f"{_REVENUE}.ExpirationDate", frozen=True, source="observed", cite=CONNECTOR),
    Member("LifeCycle.Stage", lasting=True),  # after approval it has rules of its own
    Member("LifeCycle.TargetCloseDate", correctable=True),
    Member("LifeCycle.NextSteps", lasting=True, cite=FIELD_LIST),
    Member("LifeCycle.ClosedLostReason"),
)
PATHS: Final = tuple(member.path for member in MEMBERS)
SERVER_OWNED: Final = (
    "LifeCycle.ReviewStatus",
    "LifeCycle.ReviewComments",
    "LifeCycle.ReviewStatusReason",
    "LifeCycle.NextStepsHistory",
)

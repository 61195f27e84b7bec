"""What an opportunity needs to be created. Source of the rows: domain rule A1, column C.

Server-made drafts (referrals, leads, invitations) bypass this table.
"""

from dataclasses import dataclass

from cosell.clock import is_date
from cosell.contract import Document
from cosell.contract.faults import lower_camel
from cosell.errors import FieldError
from cosell.selling import at, objects_at, text_at, values
from cosell.selling.rules import Rule, check
from cosell.selling.rules.spend import RULES as SPEND_RULES
from cosell.selling.rules.spend import spend_of


@dataclass(frozen=True, slots=True)
class Draft:
    """What was sent, the catalog, the namespace's date (`2026-11-23`), and whether the related
    opportunity is one of the caller's."""

    document: Document
    catalog: str
    today: str
    related_exists: bool

    def text(self, path: str) -> str:
        return text_at(self.document, path)

    @property
    def national_security(self) -> bool:
        return self.text("NationalSecurity") == "Yes"

    @property
    def in_us(self) -> bool:
        return self.text("Customer.Account.Address.CountryCode") == "US"


def _stray(member: str, harmless: str = "") -> Rule[Draft]:
    """A member of Marketing that says something although Source is None."""
    return Rule(
        f"create.marketing-{lower_camel(member)}",
        f"marketing.{lower_camel(member)}",
        "INVALID_VALUE",
        f"{member} is only for Source 'Marketing Activity'",
        "documented",
        lambda draft: (
            draft.text("Marketing.Source") in ("", "None")
            and at(draft.document, f"Marketing.{member}") not in (None, [], "", harmless)
        ),
    )


def _impossible_date(draft: Draft) -> bool:
    close = draft.text("LifeCycle.TargetCloseDate")
    return bool(close) and not is_date(close)


def _postal_code_missing(draft: Draft) -> bool:
    country = draft.text("Customer.Account.Address.CountryCode")
    if not country or country in values.countries_without_postal_code():
        return False
    return not draft.text("Customer.Account.Address.PostalCode")


def _unknown_state(draft: Draft) -> bool:
    state = draft.text("Customer.Account.Address.StateOrRegion")
    return draft.in_us and bool(state) and state not in values.us_states()


def _revenue_backwards(draft: Draft) -> bool:
    start, end = (draft.text(f"SoftwareRevenue.{n}Date") for n in ("Effective", "Expiration"))
    return bool(start and end) and end < start


def _missing(path: str) -> Rule[Draft]:
    field = ".".join(lower_camel(part) for part in path.split("."))
    return Rule(
        f"create.{field}",
        field,
        "REQUIRED_FIELD_MISSING",
        f"{field} is required",
        "documented",
        lambda draft: not draft.text(path),
    )


def _missing_unless_secret(path: str) -> Rule[Draft]:
    row = _missing(path)
    return Rule(
        row.id, row.field, row.code, row.message, row.source,
        lambda draft: not draft.national_security and not draft.text(path),
    )  # fmt: skip


_ADDRESS = "customer.account.address"
_STAGES_NEVER_FIRST = ("Closed Lost", "Launched")
RULES: tuple[Rule[Draft], ...] = (
    Rule(
        "create.origin",
        "origin",
        "INVALID_VALUE",
        "Origin must be 'Partner Referral' in catalog AWS; 'AWS Referral' works in Sandbox only",
        "documented",
        lambda d: d.catalog == "AWS" and d.text("Origin") == "AWS Referral",
    ),
    _missing_unless_secret("Customer.Account.CompanyName"),
    _missing_unless_secret("Customer.Account.WebsiteUrl"),
    _missing("Customer.Account.Industry"),
    _missing("Customer.Account.Address.CountryCode"),
    Rule(
        "create.country-of-national-security",
        f"{_ADDRESS}.countryCode",
        "INVALID_VALUE",
        "CountryCode must be US for a national security opportunity",
        "documented",
        lambda d: (
            d.national_security
            and not d.in_us
            and bool(d.text("Customer.Account.Address.CountryCode"))
        ),
    ),
    Rule(
        "create.postal-code",
        f"{_ADDRESS}.postalCode",
        "REQUIRED_FIELD_MISSING",
        "PostalCode is required in a country that has postal codes",
        "documented",
        _postal_code_missing,
    ),
    Rule(
        "create.state",
        f"{_ADDRESS}.stateOrRegion",
        "REQUIRED_FIELD_MISSING",
        "State is required when Country is United States",
        "observed",
        lambda d: (
            d.in_us
            and not d.national_security
            and not d.text("Customer.Account.Address.StateOrRegion")
        ),
    ),
    Rule(
        "create.state-name",
        f"{_ADDRESS}.stateOrRegion",
        "INVALID_ENUM_VALUE",
        "StateOrRegion must be the full name of a US state, such as 'New York'",
        "observed",
        _unknown_state,
    ),
    Rule(
        "create.national-security",
        "nationalSecurity",
        "INVALID_VALUE",
        "NationalSecurity can be 'Yes' only when the industry is Government",
        "documented",
        lambda d: d.national_security and d.text("Customer.Account.Industry") != "Government",
    ),
    _missing("Project.Title"),
    _missing("Project.CustomerBusinessProblem"),
    Rule(
        "create.spend",
        "project.expectedCustomerSpend",
        "REQUIRED_FIELD_MISSING",
        "Estimated AWS Monthly Recurring Revenue cannot be blank or 0",
        "observed",
        lambda d: not objects_at(d.document, "Project.ExpectedCustomerSpend"),
    ),
    Rule(
        "create.sales-activities",
        "project.salesActivities",
        "NOT_ENOUGH_VALUES",
        "SalesActivities needs at least one value when it is present",
        "observed",
        lambda d: at(d.document, "Project.SalesActivities") == [],
    ),
    Rule(
        "create.other-competitor",
        "project.otherCompetitorNames",
        "REQUIRED_FIELD_MISSING",
        "OtherCompetitorNames is required when CompetitorName is '*Other'",
        "documented",
        lambda d: (
            d.text("Project.CompetitorName") == "*Other"
            and not d.text("Project.OtherCompetitorNames")
        ),
    ),
    Rule(
        "create.other-competitor-stray",
        "project.otherCompetitorNames",
        "INVALID_VALUE",
        "OtherCompetitorNames is only for CompetitorName '*Other'",
        "documented",
        lambda d: (
            d.text("Project.CompetitorName") != "*Other"
            and bool(d.text("Project.OtherCompetitorNames"))
        ),
    ),
    Rule(
        "create.renewal",
        "project.relatedOpportunityIdentifier",
        "REQUIRED_FIELD_MISSING",
        "RelatedOpportunityIdentifier is required for a Flat Renewal",
        "documented",
        lambda d: (
            d.text("OpportunityType") == "Flat Renewal"
            and not d.text("Project.RelatedOpportunityIdentifier")
        ),
    ),
    Rule(
        "create.renewal-unknown",
        "project.relatedOpportunityIdentifier",
        "INVALID_VALUE",
        "RelatedOpportunityIdentifier must be one of your own opportunities",
        "documented",
        lambda d: (
            not d.related_exists
            and d.text("OpportunityType") not in ("", "Net New Business")
            and bool(d.text("Project.RelatedOpportunityIdentifier"))
        ),
    ),
    _stray("CampaignName"),
    _stray("Channels"),
    _stray("UseCases"),
    _stray("AwsFundingUsed", harmless="No"),  # says nothing that Source None does not; is sent
    Rule(
        "create.marketing-funding",
        "marketing.awsFundingUsed",
        "REQUIRED_FIELD_MISSING",
        "AwsFundingUsed is required when Source is 'Marketing Activity'",
        "documented",
        lambda d: (
            d.text("Marketing.Source") == "Marketing Activity"
            and not d.text("Marketing.AwsFundingUsed")
        ),
    ),
    Rule(
        "create.revenue-dates",
        "softwareRevenue.expirationDate",
        "INVALID_VALUE",
        "Contract end date cannot be earlier than contract start date.",
        "observed",
        _revenue_backwards,
    ),
    _missing("LifeCycle.TargetCloseDate"),
    Rule(
        "create.close-date-impossible",
        "lifeCycle.targetCloseDate",
        "INVALID_VALUE",
        "TargetCloseDate must be a day of the calendar",
        "not documented",
        _impossible_date,
    ),
    Rule(
        "create.close-date",
        "lifeCycle.targetCloseDate",
        "INVALID_VALUE",
        "Target Close Date should be a future date",
        "observed",
        lambda d: "" < d.text("LifeCycle.TargetCloseDate") <= d.today,
    ),
    Rule(
        "create.stage",
        "lifeCycle.stage",
        "INVALID_VALUE",
        "An opportunity cannot be created as Closed Lost or Launched",
        "observed",
        lambda d: d.text("LifeCycle.Stage") in _STAGES_NEVER_FIRST,
    ),
    Rule(
        "create.closed-lost-reason",
        "lifeCycle.closedLostReason",
        "INVALID_VALUE",
        "ClosedLostReason is only for stage Closed Lost",
        "observed",
        lambda d: (
            bool(d.text("LifeCycle.ClosedLostReason"))
            and d.text("LifeCycle.Stage") != "Closed Lost"
        ),
    ),
)


def broken(draft: Draft) -> tuple[FieldError, ...]:
    """Every rule that the draft breaks, those of its spend included."""
    project = at(draft.document, "Project")
    spend = check(SPEND_RULES, spend_of(project)) if isinstance(project, dict) else ()
    return check(RULES, draft) + spend

"""What must hold of an opportunity that its owner writes, at creation and at every update.

A row fires only if the request changes one of the members that it is about: what the service itself
left open, or wrote otherwise, is not held against an update of something else. Server-made drafts
(referrals, leads, invitations) bypass these rows. Expected customer spend has rows of its own.
"""

from cosell.clock import is_date
from cosell.selling import Path, at, objects_at, values
from cosell.selling.rules import Rule, Source, Table, is_impossible_date, opportunity_marketing
from cosell.selling.rules.content import (
    COUNTRY_CODE,
    NEW_BUSINESS,
    SECURITY,
    Content,
    about,
    field_of,
)
from cosell.selling.rules.sources import (
    CONNECTOR,
    FIELD_LIST,
    INTEGRATION,
    MESSAGES,
)

_COMPANY = "Customer.Account.CompanyName"
_SITE = "Customer.Account.WebsiteUrl"
_INDUSTRY = "Customer.Account.Industry"
_POSTAL = "Customer.Account.Address.PostalCode"
_STATE = "Customer.Account.Address.StateOrRegion"
_TYPE = "OpportunityType"
_RELATED = "Project.RelatedOpportunityIdentifier"
_COMPETITOR = "Project.CompetitorName"
_COMPETITORS = "Project.OtherCompetitorNames"
_CLOSE = "LifeCycle.TargetCloseDate"
_STARTS, _ENDS = "SoftwareRevenue.EffectiveDate", "SoftwareRevenue.ExpirationDate"
_REVENUE_CURRENCY = "SoftwareRevenue.Value.CurrencyCode"


def _missing(path: Path, source: Source, cite: str) -> Rule[Content]:
    field = field_of(path)
    return Rule(
        f"opportunity.{field}",
        field,
        "REQUIRED_FIELD_MISSING",
        f"{field} is required",
        source,
        about((path,), lambda content: not content.text(path)),
        cite,
        when="It is empty or not there",
    )


def _missing_unless_secret(path: Path) -> Rule[Content]:
    field = field_of(path)
    return Rule(
        f"opportunity.{field}",
        field,
        "REQUIRED_FIELD_MISSING",
        f"{field} is required",
        "documented",
        about(
            (path, SECURITY),
            lambda content: not content.national_security and not content.text(path),
        ),
        FIELD_LIST,
        when="It is empty or not there, and NationalSecurity is not Yes"
        + (" (an Account without the member has not the model's shape)" * (path == _COMPANY)),
    )


def _postal_code_missing(content: Content) -> bool:
    country = content.text(COUNTRY_CODE)
    if not country or country in values.countries_without_postal_code():
        return False
    return not content.text(_POSTAL)


def _unknown_state(content: Content) -> bool:
    state = content.text(_STATE)
    return content.in_us and bool(state) and state not in values.us_states()


def _revenue_backwards(content: Content) -> bool:
    start, end = content.text(_STARTS), content.text(_ENDS)
    return bool(start and end) and end < start


def _related_unknown(content: Content) -> bool:
    related = content.text(_RELATED)
    if not related or content.text(_TYPE) in ("", NEW_BUSINESS):
        return False
    return not content.owns(related)


COUNTRY = _missing(COUNTRY_CODE, "documented", FIELD_LIST)
TITLE = _missing("Project.Title", "documented", FIELD_LIST)
REVENUE_DATES: Rule[Content] = Rule(
    "opportunity.revenue-dates",
    field_of(_ENDS),
    "INVALID_VALUE",
    "Contract end date cannot be earlier than contract start date.",
    "observed",
    about((_STARTS, _ENDS), _revenue_backwards),
    MESSAGES,
    when="ExpirationDate is before EffectiveDate",
)
CLOSE_DATE_IMPOSSIBLE: Rule[Content] = Rule(
    "opportunity.close-date-impossible",
    field_of(_CLOSE),
    "INVALID_VALUE",
    "TargetCloseDate must be a day of the calendar",
    "not documented",
    about((_CLOSE,), lambda c: is_impossible_date(c.text(_CLOSE))),
    when="The calendar has no such day (`2026-02-30`)",
)
CLOSE_DATE: Rule[Content] = Rule(
    "opportunity.close-date",
    field_of(_CLOSE),
    "INVALID_VALUE",
    "Target Close Date should be a future date",
    "observed",
    # What is no day at all is told once.
    about((_CLOSE,), lambda c: is_date(c.text(_CLOSE)) and c.text(_CLOSE) <= c.today),
    CONNECTOR,
    when="It is today or earlier, on the namespace's clock",
)
RULES: tuple[Rule[Content], ...] = (
    _missing_unless_secret(_COMPANY),
    _missing_unless_secret(_SITE),
    _missing(_INDUSTRY, "documented", "API reference: Account"),
    COUNTRY,
    Rule(
        "opportunity.country-of-national-security",
        field_of(COUNTRY_CODE),
        "INVALID_VALUE",
        "CountryCode must be US for a national security opportunity",
        "documented",
        about(
            (SECURITY, COUNTRY_CODE),
            lambda c: c.national_security and not c.in_us and bool(c.text(COUNTRY_CODE)),
        ),
        FIELD_LIST,
        when="NationalSecurity is Yes and CountryCode another",
    ),
    Rule(
        "opportunity.postal-code",
        field_of(_POSTAL),
        "REQUIRED_FIELD_MISSING",
        "PostalCode is required in a country that has postal codes",
        "documented",
        about((_POSTAL, COUNTRY_CODE), _postal_code_missing),
        FIELD_LIST,
        when="It is empty, and CountryCode is that of a country with postal codes",
    ),
    Rule(
        "opportunity.state",
        field_of(_STATE),
        "REQUIRED_FIELD_MISSING",
        "State is required when Country is United States",
        "observed",
        about(
            (_STATE, COUNTRY_CODE, SECURITY),
            lambda c: c.in_us and not c.national_security and not c.text(_STATE),
        ),
        MESSAGES,
        when="It is empty, CountryCode is US and NationalSecurity is not Yes",
    ),
    Rule(
        "opportunity.state-name",
        field_of(_STATE),
        "INVALID_ENUM_VALUE",
        "StateOrRegion must be the full name of a US state, such as 'New York'",
        "observed",
        about((_STATE, COUNTRY_CODE), _unknown_state),
        INTEGRATION,
        when="CountryCode is US and no state has this name",
    ),
    Rule(
        "opportunity.national-security",
        field_of(SECURITY),
        "INVALID_VALUE",
        "NationalSecurity can be 'Yes' only when the industry is Government",
        "documented",
        about(
            (SECURITY, _INDUSTRY),
            lambda c: c.national_security and c.text(_INDUSTRY) != "Government",
        ),
        "API reference: UpdateOpportunity",
        when="It is Yes and Industry is not Government",
    ),
    TITLE,
    _missing("Project.CustomerBusinessProblem", "documented", FIELD_LIST),
    Rule(
        "opportunity.spend",
        "project.expectedCustomerSpend",
        "REQUIRED_FIELD_MISSING",
        "Estimated AWS Monthly Recurring Revenue cannot be blank or 0",
        "observed",
        about(
            ("Project.ExpectedCustomerSpend",),
            lambda c: not objects_at(c.document, "Project.ExpectedCustomerSpend"),
        ),
        MESSAGES,
        when="There is no entry",
    ),
    Rule(
        "opportunity.sales-activities",
        "project.salesActivities",
        "NOT_ENOUGH_VALUES",
        "SalesActivities needs at least one value when it is present",
        "observed",
        about(
            ("Project.SalesActivities",),
            lambda c: at(c.document, "Project.SalesActivities") == [],
        ),
        INTEGRATION,
        when="It is an empty list",
    ),
    Rule(
        "opportunity.other-competitor",
        field_of(_COMPETITORS),
        "REQUIRED_FIELD_MISSING",
        "OtherCompetitorNames is required when CompetitorName is '*Other'",
        "documented",
        about(
            (_COMPETITOR, _COMPETITORS),
            lambda c: c.text(_COMPETITOR) == "*Other" and not c.text(_COMPETITORS),
        ),
        "API reference: Project",
        when="It is empty and CompetitorName is `*Other`",
    ),
    Rule(
        "opportunity.other-competitor-stray",
        field_of(_COMPETITORS),
        "INVALID_VALUE",
        "OtherCompetitorNames is only for CompetitorName '*Other'",
        "documented",
        about(
            (_COMPETITOR, _COMPETITORS),
            lambda c: c.text(_COMPETITOR) != "*Other" and bool(c.text(_COMPETITORS)),
        ),
        "API reference: Project",
        when="It is filled and CompetitorName is not `*Other`",
    ),
    Rule(
        "opportunity.renewal",
        field_of(_RELATED),
        "REQUIRED_FIELD_MISSING",
        "RelatedOpportunityIdentifier is required for a Flat Renewal",
        "documented",
        about(
            (_TYPE, _RELATED),
            lambda c: c.text(_TYPE) == "Flat Renewal" and not c.text(_RELATED),
        ),
        FIELD_LIST,
        when="It is empty and OpportunityType is Flat Renewal",
    ),
    Rule(
        "opportunity.renewal-unknown",
        field_of(_RELATED),
        "INVALID_VALUE",
        "RelatedOpportunityIdentifier must be one of your own opportunities",
        "documented",
        about((_TYPE, _RELATED), _related_unknown),
        FIELD_LIST,
        store=True,
        when="OpportunityType is not Net New Business, and the account has no such opportunity",
    ),
    *opportunity_marketing.RULES,
    REVENUE_DATES,
    Rule(
        "opportunity.revenue-euro",
        field_of(_REVENUE_CURRENCY),
        "INVALID_VALUE",
        "ESC cloud partition requires EUR currency",
        "documented",
        about(
            ("Project.AwsPartition", _REVENUE_CURRENCY),
            lambda c: (
                c.text("Project.AwsPartition") == "aws-eusc"
                and c.text(_REVENUE_CURRENCY) not in ("", "EUR")
            ),
        ),
        "API reference: Project",
        when="AwsPartition is `aws-eusc` and CurrencyCode is not EUR",
    ),
    Rule(
        "opportunity.revenue-currency",
        field_of(_REVENUE_CURRENCY),
        "INVALID_VALUE",
        "CurrencyCode must be USD or EUR",
        "documented",
        about((_REVENUE_CURRENCY,), lambda c: c.text(_REVENUE_CURRENCY) not in ("", "USD", "EUR")),
        "API reference: MonetaryValue",
        when="It is another",
    ),
    _missing(_CLOSE, "documented", FIELD_LIST),
    CLOSE_DATE_IMPOSSIBLE,
    CLOSE_DATE,
    Rule(
        "opportunity.closed-lost-reason",
        "lifeCycle.closedLostReason",
        "INVALID_VALUE",
        "ClosedLostReason is only for stage Closed Lost",
        "observed",
        about(
            ("LifeCycle.ClosedLostReason", "LifeCycle.Stage"),
            lambda c: (
                bool(c.text("LifeCycle.ClosedLostReason"))
                and c.text("LifeCycle.Stage") != "Closed Lost"
            ),
        ),
        MESSAGES,
        when="It is filled and Stage is another",
    ),
)
TABLES = (
    Table(
        "Write an opportunity",
        ("CreateOpportunity", "UpdateOpportunity"),
        RULES,
        "An update is held against a row only if it changes one of the members that the row is"
        " about: what was there before is not held against an update of something else.",
    ),
)

"""CreateOpportunity: every row of its rule tables, alone, in company, and repaired one by one."""

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from cosell.selling.rules import create_opportunity, opportunity_content, spend
from tests.harness import World, opportunity
from tests.refusal import refusal, rules_named

ACCOUNT = "Customer.Account"
SPEND = "Project.ExpectedCustomerSpend"
DURATION = "Project.ExpectedContractDuration"
URL = "https://calculator.aws/#/estimate?id=0123456789abcdef0123456789abcdef"


def entry(company: str = "AWS", **changes: str) -> dict[str, str]:
    """One entry of the spend; a change to '' takes the member away."""
    made = {
        "Amount": "100.00",
        "CurrencyCode": "USD",
        "Frequency": "Monthly",
        "TargetCompany": company,
    } | changes
    return {name: value for name, value in made.items() if value}


SELF = entry("Self", Frequency="None")
FUNDED = {"Source": "Marketing Activity", "AwsFundingUsed": "Yes"}
MONTHS = {"Term": "Months", "Value": "12"}


class Row(NamedTuple):
    """What breaks a rule of the table, and what is said of it."""

    rule: str
    changes: dict[str, Any]
    field: str
    code: str
    message: str

    @property
    def error(self) -> tuple[str, str, str]:
        return self.field, self.code, self.message


def missing(path: str, value: Any = None) -> Row:
    field = ".".join(part[0].lower() + part[1:] for part in path.split("."))
    told = f"{field} is required"
    return Row(f"opportunity.{field}", {path: value}, field, "REQUIRED_FIELD_MISSING", told)


def stray(member: str, value: Any) -> Row:
    field = member[0].lower() + member[1:]
    told = f"{member} is only for Source 'Marketing Activity'"
    changes = {f"Marketing.{member}": value}
    return Row(
        f"opportunity.marketing-{field}", changes, f"marketing.{field}", "INVALID_VALUE", told
    )


ROWS = [
    Row(
        "create.origin", {"Origin": "AWS Referral"}, "origin", "INVALID_VALUE",
        "Origin must be 'Partner Referral' in catalog AWS; 'AWS Referral' works in Sandbox only",
    ),
    Row(
        "create.stage", {"LifeCycle.Stage": "Launched"}, "lifeCycle.stage", "INVALID_VALUE",
        "An opportunity cannot be created as Closed Lost or Launched",
    ),
    Row(
        "create.team",
        {"OpportunityTeam": [{"FirstName": "A", "BusinessTitle": "PartnerAccountManager"}] * 10},
        "opportunityTeam", "TOO_MANY_VALUES",
        "OpportunityTeam has at most 9 members beside the OpportunityOwner",
    ),
    missing(f"{ACCOUNT}.CompanyName", ""),  # absent, it is the model that misses it
    missing(f"{ACCOUNT}.WebsiteUrl"),
    missing(f"{ACCOUNT}.Industry"),
    missing(f"{ACCOUNT}.Address.CountryCode"),
    Row(
        "opportunity.country-of-national-security",
        {
            "NationalSecurity": "Yes",
            f"{ACCOUNT}.Industry": "Government",
            f"{ACCOUNT}.Address.CountryCode": "DE",
        },
        "customer.account.address.countryCode", "INVALID_VALUE",
        "CountryCode must be US for a national security opportunity",
    ),
    Row(
        "opportunity.postal-code", {f"{ACCOUNT}.Address.PostalCode": None},
        "customer.account.address.postalCode", "REQUIRED_FIELD_MISSING",
        "PostalCode is required in a country that has postal codes",
    ),
    Row(
        "opportunity.state", {f"{ACCOUNT}.Address.StateOrRegion": None},
        "customer.account.address.stateOrRegion", "REQUIRED_FIELD_MISSING",
        "State is required when Country is United States",
    ),
    Row(
        "opportunity.state-name", {f"{ACCOUNT}.Address.StateOrRegion": "NY"},
        "customer.account.address.stateOrRegion", "INVALID_ENUM_VALUE",
        "StateOrRegion must be the full name of a US state, such as 'New York'",
    ),
    Row(
        "opportunity.national-security", {"NationalSecurity": "Yes"}, "nationalSecurity",
        "INVALID_VALUE",
        "NationalSecurity can be 'Yes' only when the industry is Government",
    ),
    missing("Project.Title"),
    missing("Project.CustomerBusinessProblem"),
    Row(
        "opportunity.spend", {SPEND: []}, "project.expectedCustomerSpend", "REQUIRED_FIELD_MISSING",
        "Estimated AWS Monthly Recurring Revenue cannot be blank or 0",
    ),
    Row(
        "opportunity.sales-activities", {"Project.SalesActivities": []}, "project.salesActivities",
        "NOT_ENOUGH_VALUES", "SalesActivities needs at least one value when it is present",
    ),
    Row(
        "opportunity.other-competitor", {"Project.CompetitorName": "*Other"},
        "project.otherCompetitorNames", "REQUIRED_FIELD_MISSING",
        "OtherCompetitorNames is required when CompetitorName is '*Other'",
    ),
    Row(
        "opportunity.other-competitor-stray", {"Project.OtherCompetitorNames": "Somebody"},
        "project.otherCompetitorNames", "INVALID_VALUE",
        "OtherCompetitorNames is only for CompetitorName '*Other'",
    ),
    Row(
        "opportunity.renewal", {"OpportunityType": "Flat Renewal"},
        "project.relatedOpportunityIdentifier", "REQUIRED_FIELD_MISSING",
        "RelatedOpportunityIdentifier is required for a Flat Renewal",
    ),
    Row(
        "opportunity.renewal-unknown",
        {"OpportunityType": "Expansion", "Project.RelatedOpportunityIdentifier": "O1"},
        "project.relatedOpportunityIdentifier", "INVALID_VALUE",
        "RelatedOpportunityIdentifier must be one of your own opportunities",
    ),
    stray("CampaignName", "Spring"),
    stray("Channels", ["Email"]),
    stray("UseCases", ["Analytics"]),
    stray("AwsFundingUsed", "Yes"),
    Row(
        "opportunity.marketing-funding", {"Marketing.Source": "Marketing Activity"},
        "marketing.awsFundingUsed", "REQUIRED_FIELD_MISSING",
        "AwsFundingUsed is required when Source is 'Marketing Activity'",
    ),
    Row(
        "opportunity.marketing-use-case", {"Marketing": {**FUNDED, "UseCases": ["Storage", "zzz"]}},
        "marketing.useCases", "INVALID_ENUM_VALUE",
        "UseCases must be of AWS's list, such as 'Analytics' or 'Migration & Transfer'; it has no"
        " 'zzz'",
    ),
    Row(
        "opportunity.marketing-unfunded",
        {"Marketing": {**FUNDED, "AwsFundingUsed": "No", "UseCases": ["AI/ML"]}},
        "marketing.useCases", "INVALID_VALUE",
        "UseCases must be empty when AwsFundingUsed is 'No'",
    ),
    Row(
        "opportunity.revenue-dates",
        {"SoftwareRevenue": {"EffectiveDate": "2031-02-01", "ExpirationDate": "2031-01-31"}},
        "softwareRevenue.expirationDate", "INVALID_VALUE",
        "Contract end date cannot be earlier than contract start date.",
    ),
    Row(
        "opportunity.revenue-euro",
        {
            "Project.AwsPartition": "aws-eusc",
            SPEND: [entry(CurrencyCode="EUR")],
            "SoftwareRevenue": {"Value": {"Amount": "1", "CurrencyCode": "USD"}},
        },
        "softwareRevenue.value.currencyCode", "INVALID_VALUE",
        "ESC cloud partition requires EUR currency",
    ),
    Row(
        "opportunity.revenue-currency",
        {"SoftwareRevenue": {"Value": {"Amount": "1", "CurrencyCode": "GBP"}}},
        "softwareRevenue.value.currencyCode", "INVALID_VALUE", "CurrencyCode must be USD or EUR",
    ),
    missing("LifeCycle.TargetCloseDate"),
    Row(
        "opportunity.close-date-impossible", {"LifeCycle.TargetCloseDate": "2001-02-30"},
        "lifeCycle.targetCloseDate", "INVALID_VALUE",
        "TargetCloseDate must be a day of the calendar",
    ),
    Row(
        "opportunity.close-date", {"LifeCycle.TargetCloseDate": "2001-01-01"},
        "lifeCycle.targetCloseDate", "INVALID_VALUE",
        "Target Close Date should be a future date",
    ),
    Row(
        "opportunity.closed-lost-reason", {"LifeCycle.ClosedLostReason": "Price"},
        "lifeCycle.closedLostReason", "INVALID_VALUE",
        "ClosedLostReason is only for stage Closed Lost",
    ),
    Row(
        "spend.duration-missing", {SPEND: [SELF]}, "project.expectedContractDuration",
        "INVALID_VALUE",
        "ExpectedContractDuration is required when a Self entry is present",
    ),
    Row(
        "spend.duration-months", {SPEND: [SELF], DURATION: {"Term": "Months", "Value": "145"}},
        "project.expectedContractDuration.value", "INVALID_VALUE",
        "ExpectedContractDuration must be a whole number of months from 1 to 144",
    ),
    Row(
        "spend.self-missing", {DURATION: MONTHS}, "project.expectedCustomerSpend",
        "INVALID_VALUE", "A Self entry is required when ExpectedContractDuration is present",
    ),
    Row(
        "spend.self-once", {SPEND: [SELF, SELF], DURATION: MONTHS},
        "project.expectedCustomerSpend", "INVALID_VALUE", "Only one Self entry is allowed",
    ),
    Row(
        "spend.target-company", {SPEND: [SELF, entry("Example")], DURATION: MONTHS},
        "project.expectedCustomerSpend.targetCompany", "INVALID_VALUE",
        "TargetCompany must be 'AWS' or 'Self'",
    ),
    Row(
        "spend.self-url", {SPEND: [SELF, entry(EstimationUrl=URL)], DURATION: MONTHS},
        "project.expectedCustomerSpend.estimationUrl", "INVALID_VALUE",
        "Self entry and EstimationUrl cannot coexist",
    ),
    Row(
        "spend.frequency", {SPEND: [entry(Frequency="None")]},
        "project.expectedCustomerSpend.frequency", "INVALID_VALUE",
        "Frequency must be 'None' for a Self entry with a contract duration, else 'Monthly'",
    ),
    Row(
        "spend.euro", {"Project.AwsPartition": "aws-eusc"},
        "project.expectedCustomerSpend.currencyCode", "INVALID_VALUE",
        "ESC cloud partition requires EUR currency",
    ),
    Row(
        "spend.currency", {SPEND: [entry(CurrencyCode="GBP")]},
        "project.expectedCustomerSpend.currencyCode", "INVALID_VALUE",
        "CurrencyCode must be USD or EUR",
    ),
    Row(
        "spend.currency-mixed", {SPEND: [SELF, entry(CurrencyCode="EUR")], DURATION: MONTHS},
        "project.expectedCustomerSpend.currencyCode", "INVALID_VALUE",
        "CurrencyCode must match between entries",
    ),
    Row(
        "spend.amount-missing", {SPEND: [entry(), entry(Amount="")]},
        "project.expectedCustomerSpend.amount", "REQUIRED_FIELD_MISSING",
        "Amount is required unless EstimationUrl is given",
    ),
    Row(
        "spend.amount-positive", {SPEND: [entry(Amount="0.00")]},
        "project.expectedCustomerSpend.amount", "INVALID_VALUE",
        "Amount must be greater than 0",
    ),
    Row(
        "spend.estimation-url", {SPEND: [entry(Amount="", EstimationUrl="www.example.com")]},
        "project.expectedCustomerSpend.estimationUrl", "INVALID_VALUE",
        "Invalid Estimation URL: www.example.com",
    ),
    Row(
        "spend.estimate-currency",
        {SPEND: [entry(Amount="", CurrencyCode="EUR", EstimationUrl=URL)]},
        "project.expectedCustomerSpend.currencyCode", "INVALID_VALUE",
        "CurrencyCode must be that of the estimate which EstimationUrl names",
    ),
]  # fmt: skip
BY_RULE = {row.rule: row for row in ROWS}


def test_create_opportunity_has_a_row_for_each_rule() -> None:
    tables = (create_opportunity.TABLES, opportunity_content.TABLES, spend.TABLES)
    rules = [rule.id for (table,) in tables for rule in table.rules]
    assert [row.rule for row in ROWS] == rules


def request_with(*changes: dict[str, Any]) -> dict[str, Any]:
    """A valid request with members changed by path; None takes one away."""
    request = copy.deepcopy(opportunity())
    for path, value in (item for one in changes for item in one.items()):
        *parents, name = path.split(".")
        holder = request
        for parent in parents:
            holder = holder.setdefault(parent, {})
        holder[name] = value
        if value is None:
            del holder[name]
    return request


def errors_of(world: World, request: dict[str, Any]) -> list[tuple[str, str, str]]:
    refused = refusal(world.client().create_opportunity, Catalog="AWS", **request)
    assert (refused.code, refused.status) == ("ValidationException", 400)
    assert refused.reason == "BUSINESS_VALIDATION_FAILED"
    assert refused.message
    return refused.errors


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
def test_create_opportunity_with_one_rule_broken_tells_just_that(world: World, row: Row) -> None:
    world.desk("PutEstimate", EstimationUrl=URL, Amount="700")
    assert errors_of(world, request_with(row.changes)) == [row.error]
    assert rules_named(world) == [row.rule]


# Rules that one request can break together: no two of a line need the same member.
TOGETHER = {
    "a bare draft": [
        "create.origin", "create.stage", "create.team", "opportunity.customer.account.companyName",
        "opportunity.customer.account.websiteUrl", "opportunity.customer.account.industry",
        "opportunity.postal-code", "opportunity.state", "opportunity.project.title",
        "opportunity.project.customerBusinessProblem", "opportunity.spend",
        "opportunity.sales-activities",
        "opportunity.other-competitor", "opportunity.renewal", "opportunity.marketing-campaignName",
        "opportunity.marketing-channels", "opportunity.marketing-useCases",
        "opportunity.marketing-awsFundingUsed", "opportunity.revenue-dates",
        "opportunity.lifeCycle.targetCloseDate", "opportunity.closed-lost-reason",
    ],
    "wrong values": [
        "opportunity.state-name", "opportunity.national-security",
        "opportunity.other-competitor-stray",
        "opportunity.renewal-unknown", "opportunity.marketing-funding", "opportunity.close-date",
        "spend.self-missing", "spend.euro",
    ],
    "nothing of the country": [
        "opportunity.customer.account.address.countryCode", "opportunity.close-date-impossible",
        "spend.euro", "spend.currency",
    ],
    "marketing": [
        "opportunity.postal-code", "opportunity.marketing-unfunded", "opportunity.revenue-currency",
    ],
    "a strange estimate": ["opportunity.close-date", "spend.estimation-url"],
    "abroad": ["opportunity.country-of-national-security", "spend.frequency"],
}  # fmt: skip


@pytest.mark.parametrize("rules", TOGETHER.values(), ids=TOGETHER)
def test_create_opportunity_repaired_rule_by_rule_tells_the_rest_in_order(
    world: World, rules: list[str]
) -> None:
    rows = [BY_RULE[rule] for rule in rules]
    while rows:
        told = errors_of(world, request_with(*(row.changes for row in rows)))
        expected = [row.error for row in rows]
        assert told == expected
        assert rules_named(world) == list(dict.fromkeys(row.rule for row in rows))
        del rows[0]
    made = world.client().create_opportunity(Catalog="AWS", **request_with())
    assert made["Id"]


def test_create_opportunity_repaired_spend_tells_the_rest_in_order(world: World) -> None:
    own = entry("Self", Amount="0", CurrencyCode="GBP", EstimationUrl=URL)
    odd = entry("Example")
    request = request_with(
        {SPEND: [own, SELF, odd], DURATION: {"Term": "Months", "Value": "0"}},
        {"Project.AwsPartition": "aws-eusc"},
    )
    project = request["Project"]
    entries = project["ExpectedCustomerSpend"]
    repairs: dict[str, Callable[[], Any]] = {
        "spend.duration-months": lambda: project.update(ExpectedContractDuration=MONTHS),
        "spend.self-once": lambda: entries.remove(SELF),
        "spend.target-company": lambda: odd.update(TargetCompany="AWS"),
        "spend.self-url": lambda: own.pop("EstimationUrl"),
        "spend.frequency": lambda: own.update(Frequency="None"),
        "spend.euro": lambda: project.pop("AwsPartition"),
        "spend.currency": lambda: own.update(CurrencyCode="EUR"),
        "spend.currency-mixed": lambda: own.update(CurrencyCode="USD"),
        "spend.amount-positive": lambda: own.update(Amount="1200.00"),
    }
    waiting = list(repairs)
    for rule, repair in repairs.items():
        assert errors_of(world, request) == [BY_RULE[one].error for one in waiting]
        repair()
        waiting.remove(rule)
    assert world.client().create_opportunity(Catalog="AWS", **request)["Id"]


def test_create_opportunity_without_duration_tells_both_faults_of_amounts(world: World) -> None:
    entries = [entry(Amount="0"), entry(Amount="")]
    request = request_with({SPEND: entries})
    rules = ["spend.amount-missing", "spend.amount-positive"]
    assert errors_of(world, request) == [BY_RULE[one].error for one in rules]
    entries[1]["Amount"] = "1"
    assert errors_of(world, request) == [BY_RULE["spend.amount-positive"].error]

"""CreateOpportunity: what is stored of a request, its defaults, its clock and its client token."""

import re
from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal

URL = "https://calculator.aws/#/estimate?id=0123456789abcdef0123456789abcdef"


def created(world: World, request: dict[str, Any], catalog: str = "AWS") -> Any:
    """The opportunity that a request makes, as GetOpportunity answers it."""
    partner = world.client()
    made = partner.create_opportunity(Catalog=catalog, **request)
    return partner.get_opportunity(Catalog=catalog, Identifier=made["Id"])


def with_project(**members: Any) -> dict[str, Any]:
    """A valid request with members of its project set; None takes one away."""
    project = {**opportunity()["Project"], **members}
    return opportunity(Project={name: item for name, item in project.items() if item is not None})


def with_account(address: dict[str, str], **members: Any) -> dict[str, Any]:
    account = opportunity()["Customer"]["Account"] | {"Address": address} | members
    return opportunity(Customer={"Account": {n: v for n, v in account.items() if v is not None}})


def spend(company: str = "AWS", **members: Any) -> dict[str, Any]:
    made = {"CurrencyCode": "USD", "Frequency": "Monthly", "TargetCompany": company}
    return made | members


# --- what is stored ----------------------------------------------------------------------------


def test_create_opportunity_with_little_has_the_defaults(world: World) -> None:
    made = created(world, opportunity(LifeCycle={"TargetCloseDate": "2099-12-31"}))
    assert re.fullmatch(r"O\d{7,8}", made["Id"])
    assert made["Arn"].endswith(f":{ACCOUNT}:catalog/AWS/opportunity/{made['Id']}")
    assert made["LifeCycle"]["Stage"] == "Prospect"
    assert made["LifeCycle"]["ReviewStatus"] == "Pending Submission"
    assert made["OpportunityType"] == "Net New Business"
    assert made["NationalSecurity"] == "No"
    assert made["Marketing"] == {"Source": "None"}
    assert [one["BusinessTitle"] for one in made["OpportunityTeam"]] == ["OpportunityOwner"]
    assert made["CreatedDate"] == made["LastModifiedDate"]


def test_create_opportunity_answers_id_and_last_modified_date(world: World) -> None:
    partner = world.client()
    first, second = (partner.create_opportunity(Catalog="AWS", **opportunity()) for _ in "12")
    read = partner.get_opportunity(Catalog="AWS", Identifier=first["Id"])
    assert read["LastModifiedDate"] == first["LastModifiedDate"]
    assert int(second["Id"][1:]) > int(first["Id"][1:])
    raw = world.post("CreateOpportunity", opportunity(Catalog="AWS", ClientToken="t")).document
    assert list(raw) == ["Id", "LastModifiedDate", "PartnerOpportunityIdentifier"]
    assert raw["PartnerOpportunityIdentifier"] is None


def test_create_opportunity_keeps_what_was_sent(world: World) -> None:
    team = [{"FirstName": "A", "LastName": "B", "Email": "a@example.com", "BusinessTitle": "PAM"}]
    request = with_project(
        AdditionalComments="Soon", ApnPrograms=["One"], CustomerUseCase="Networking",
        DeliveryModels=["Other"], OtherSolutionDescription="Ours",
        SalesActivities=["Conducted POC / Demo"],
    ) | {
        "LifeCycle": {
            "NextSteps": "Call", "Stage": "Committed", "TargetCloseDate": "2099-12-31",
        },
        "OpportunityTeam": team,
        "PartnerOpportunityIdentifier": "mine-1",
        "SoftwareRevenue": {
            "DeliveryModel": "Contract", "EffectiveDate": "2031-01-01",
            "ExpirationDate": "2031-01-01", "Value": {"Amount": "1.00", "CurrencyCode": "USD"},
        },
    }  # fmt: skip
    made = created(world, request)
    assert made["Project"] == request["Project"]
    assert made["Customer"] == request["Customer"]
    assert made["SoftwareRevenue"] == request["SoftwareRevenue"]
    assert made["PartnerOpportunityIdentifier"] == "mine-1"
    assert made["LifeCycle"]["Stage"] == "Committed"
    assert made["LifeCycle"]["NextSteps"] == "Call"
    assert "NextStepsHistory" not in made["LifeCycle"]
    assert made["OpportunityTeam"][1:] == team


def test_create_opportunity_with_server_owned_members_ignores_them(world: World) -> None:
    life = opportunity()["LifeCycle"] | {
        "NextStepsHistory": [{"Value": "x", "Time": "2020-01-01T00:00:00Z"}],
        "ReviewComments": "Fine",
        "ReviewStatus": "Approved",
        "ReviewStatusReason": "None",
    }
    made = created(world, opportunity(LifeCycle=life))
    assert made["LifeCycle"] == opportunity()["LifeCycle"] | {"ReviewStatus": "Pending Submission"}


def test_create_opportunity_with_unknown_members_and_nulls_ignores_them(world: World) -> None:
    request = with_project(SalesActivities=["Conducted POC / Demo"])
    request["Project"] |= {
        "SalesActivities": None, "ExpectedContractDuration": None, "Retired": {"a": [1]},
    }  # fmt: skip
    request |= {
        "Catalog": "AWS", "ClientToken": "t", "Marketing": None, "OpportunityType": None,
        "PartnerId": 12, "CreatedDate": "never", "RelatedEntityIdentifiers": {"Solutions": ["S"]},
    }  # fmt: skip
    reply = world.post("CreateOpportunity", request)
    assert reply.status == 200
    made = world.client().get_opportunity(Catalog="AWS", Identifier=reply.document["Id"])
    assert made["OpportunityType"] == "Net New Business"
    assert made["Marketing"] == {"Source": "None"}
    assert not any(made["RelatedEntityIdentifiers"].values())
    assert "SalesActivities" not in made["Project"]


@pytest.mark.parametrize(
    "use_case", ["Migration / Database Migration", "Migration/Database Migration"]
)
def test_create_opportunity_with_either_spelling_of_a_use_case_keeps_it(
    world: World, use_case: str
) -> None:
    assert (
        created(world, with_project(CustomerUseCase=use_case))["Project"]["CustomerUseCase"]
        == use_case
    )


@pytest.mark.parametrize("use_case", ["", "Migration &amp; Database", "Whatever"])
def test_create_opportunity_with_unknown_use_case_is_refused(world: World, use_case: str) -> None:
    request = with_project(CustomerUseCase=use_case)
    refused = refusal(world.client().create_opportunity, Catalog="AWS", **request)
    assert refused.reason == "REQUEST_VALIDATION_FAILED"
    assert refused.fields == [("project.customerUseCase", "INVALID_ENUM_VALUE")]


def test_create_opportunity_with_needs_outside_the_enum_keeps_them(world: World) -> None:
    needs = ["Do Not Need Support from AWS Sales Rep"]
    assert created(world, opportunity(PrimaryNeedsFromAws=needs))["PrimaryNeedsFromAws"] == needs


@pytest.mark.parametrize(
    "request_",
    [
        with_account({"CountryCode": "HK"}),
        with_account({"CountryCode": "DE", "PostalCode": "x", "StateOrRegion": "NY"}),
        with_account({"CountryCode": "US", "PostalCode": "1", "StateOrRegion": "FPO, AP"}),
        with_account(
            {"CountryCode": "US", "PostalCode": "1"}, CompanyName="", WebsiteUrl=None,
            Industry="Government",
        ) | {"NationalSecurity": "Yes"},
        opportunity(Marketing={"Source": "None", "AwsFundingUsed": "No", "Channels": []}),
        opportunity(Marketing={"Source": "Marketing Activity", "AwsFundingUsed": "No"}),
        opportunity(OpportunityType="Expansion"),
        with_project(RelatedOpportunityIdentifier="O1"),
        with_project(CompetitorName="*Other", OtherCompetitorNames="Somebody"),
        opportunity(Origin="Partner Referral"),
    ],
)  # fmt: skip
def test_create_opportunity_near_a_rule_passes(world: World, request_: dict[str, Any]) -> None:
    assert created(world, request_)["Id"]


def test_create_opportunity_of_renewal_takes_own_opportunity_only(world: World) -> None:
    partner = world.client()
    first = partner.create_opportunity(Catalog="AWS", **opportunity())["Id"]
    request = with_project(RelatedOpportunityIdentifier=first) | {"OpportunityType": "Flat Renewal"}
    assert created(world, request)["Project"]["RelatedOpportunityIdentifier"] == first
    for method, catalog in ((world.client(OTHER), "AWS"), (partner, "Sandbox")):
        refused = refusal(method.create_opportunity, Catalog=catalog, **request)
        assert refused.fields == [("project.relatedOpportunityIdentifier", "INVALID_VALUE")]


# --- spend -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "months", "monthly"),
    [
        ("12000.00", "12", "1000.00"),
        ("100", "3", "33.33"),
        ("0.01", "1", "0.01"),
        ("1", "144", "0.01"),
        ("0.50", "144", "0.01"),
        ("9" * 31 + ".99", "1", "9" * 31 + ".99"),
    ],
)
def test_create_opportunity_with_contract_duration_adds_the_monthly_estimate(
    world: World, amount: str, months: str, monthly: str
) -> None:
    own = spend("Self", Amount=amount, Frequency="None")
    sent = [spend(Amount="7"), own]
    duration = {"Term": "Months", "Value": months}
    made = created(
        world, with_project(ExpectedCustomerSpend=sent, ExpectedContractDuration=duration)
    )
    assert made["Project"]["ExpectedContractDuration"] == duration
    assert made["Project"]["ExpectedCustomerSpend"] == [spend(Amount=monthly), own]


def test_create_opportunity_without_duration_sets_the_target_company(world: World) -> None:
    made = created(world, with_project(ExpectedCustomerSpend=[spend("Somebody", Amount="5.")]))
    assert made["Project"]["ExpectedCustomerSpend"] == [spend(Amount="5.")]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"Amount": "5", "EstimationUrl": URL}, {"Amount": "5", "EstimationUrl": URL}),
        ({"Amount": "5", "EstimationUrl": "www.amazon.com"}, {"Amount": "5"}),
        ({"EstimationUrl": URL}, {"Amount": "1000.00", "EstimationUrl": URL}),
        ({"Amount": "", "EstimationUrl": URL}, {"Amount": "1000.00", "EstimationUrl": URL}),
    ],
)
def test_create_opportunity_with_estimation_url_keeps_amount_or_estimates_it(
    world: World, sent: dict[str, str], kept: dict[str, str]
) -> None:
    made = created(world, with_project(ExpectedCustomerSpend=[spend(**sent)]))
    assert made["Project"]["ExpectedCustomerSpend"] == [spend(**kept)]


def test_create_opportunity_with_retired_frequency_is_refused(world: World) -> None:
    request = with_project(ExpectedCustomerSpend=[spend(Amount="5", Frequency="Annual")])
    refused = refusal(world.client().create_opportunity, Catalog="AWS", **request)
    fields = [("project.expectedCustomerSpend[0].frequency", "INVALID_ENUM_VALUE")]
    assert (refused.reason, refused.fields) == ("REQUEST_VALIDATION_FAILED", fields)


# --- time ------------------------------------------------------------------------------------


def test_create_opportunity_asks_the_namespace_for_the_date(world: World) -> None:
    world.desk("PutClock", Time="2024-02-28T23:59:59.999Z", Frozen=True)
    for day, fine in (("2024-02-28", False), ("2024-02-29", True), ("2025-06-30", True)):
        request = opportunity(LifeCycle={"TargetCloseDate": day})
        if fine:
            made = created(world, request)
            assert made["CreatedDate"].isoformat() == "2024-02-28T23:59:59.999000+00:00"
            continue
        refused = refusal(world.client().create_opportunity, Catalog="AWS", **request)
        assert refused.fields == [("lifeCycle.targetCloseDate", "INVALID_VALUE")]
    world.desk("AdvanceClock", Seconds=1)
    late = opportunity(LifeCycle={"TargetCloseDate": "2024-02-29"})
    assert refusal(world.client().create_opportunity, Catalog="AWS", **late).fields


# --- tags ------------------------------------------------------------------------------------


def test_create_opportunity_with_tags_lists_them_by_key(world: World) -> None:
    tags = [{"Key": "b", "Value": ""}, {"Key": "a", "Value": "1"}]
    made = created(world, opportunity(Tags=tags))
    assert "Tags" not in made
    listed = world.client().list_tags_for_resource(ResourceArn=made["Arn"])["Tags"]
    assert listed == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]


def test_create_opportunity_with_key_twice_is_refused(world: World) -> None:
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}, {"Key": "a", "Value": "1"}]
    refused = refusal(world.client().create_opportunity, Catalog="AWS", **opportunity(Tags=tags))
    assert refused.fields == [("tags[2].key", "DUPLICATE_KEY_VALUE")]
    assert world.client().list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []

"""What AWS may leave out of a referral, and what even AWS may not say in one, by hand or every so
often."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, World
from tests.refusal import desk_refusal

BOX = {"Catalog": "Sandbox"}
DAY_S = 86_400
USE_CASES = ["Migration & Transfer"]


def received(world: World) -> list[Any]:
    found = world.client().list_engagement_invitations(**BOX, ParticipantType="RECEIVER")
    return list(found["EngagementInvitationSummaries"])


def rule(referral: dict[str, Any]) -> dict[str, Any]:
    return {"Act": "Refer", **BOX, "ReceiverAccountId": ACCOUNT, "Referral": referral}


def marketed(**changes: Any) -> dict[str, Any]:
    """What a marketing activity brought."""
    said = {"Source": "Marketing Activity", "AwsFundingUsed": "Yes", **changes}
    return {"Marketing": said}


def earned(currency: str) -> dict[str, Any]:
    return {"Value": {"Amount": "200", "CurrencyCode": currency}}


def in_europe() -> dict[str, Any]:
    """A project in the European Sovereign Cloud, all in Euro but what is earned."""
    spend = {"Amount": "5", "CurrencyCode": "EUR", "Frequency": "Monthly", "TargetCompany": "AWS"}
    return {"Project": {"AwsPartition": "aws-eusc", "ExpectedCustomerSpend": [spend]}}


def located(**changes: str) -> dict[str, Any]:
    """A customer in the United States."""
    address = {"CountryCode": "US", **changes}
    return {"Customer": {"Account": {"CompanyName": "Example Company", "Address": address}}}


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        (marketed(UseCases=["zzz"]), "marketing.useCases", "INVALID_ENUM_VALUE"),
        (
            marketed(AwsFundingUsed="No", UseCases=USE_CASES),
            "marketing.useCases", "INVALID_VALUE",
        ),
        ({"SoftwareRevenue": earned("GBP")}, "softwareRevenue.value.currencyCode", "INVALID_VALUE"),
        (
            {"SoftwareRevenue": earned("USD"), **in_europe()},
            "softwareRevenue.value.currencyCode", "INVALID_VALUE",
        ),
        (
            located(StateOrRegion="WA"),
            "customer.account.address.stateOrRegion", "INVALID_ENUM_VALUE",
        ),
    ],
    ids=["use case", "unfunded", "currency", "euro", "state"],
)  # fmt: skip
def test_referral_that_says_what_no_opportunity_can_is_refused(
    world: World, said: dict[str, Any], field: str, code: str
) -> None:
    asked = {**BOX, "ReceiverAccountId": ACCOUNT, **said}
    refused = desk_refusal(world, "ReferOpportunity", **asked)
    assert (refused.reason, refused.fields) == ("BUSINESS_VALIDATION_FAILED", [(field, code)])
    refused = desk_refusal(world, "PutAutopilot", **rule(said))
    assert refused.fields == [(f"referral.{field}", code)]
    assert received(world) == world.desk("GetAutopilot")["Rules"] == []


@pytest.mark.parametrize(
    "said",
    [
        marketed(UseCases=USE_CASES),
        {"Marketing": {"AwsFundingUsed": "No"}},
        {"SoftwareRevenue": earned("EUR")},
        located(),
        {"OpportunityType": "Flat Renewal"},
        {"Marketing": {"UseCases": USE_CASES}},
    ],
    ids=["marketing", "no funds", "revenue", "address", "renewal", "no source"],
)
def test_referral_may_say_less_and_more_than_a_partner(world: World, said: dict[str, Any]) -> None:
    made = world.desk("ReferOpportunity", **BOX, ReceiverAccountId=ACCOUNT, **said)
    task = world.client().start_engagement_by_accepting_invitation_task(
        **BOX, Identifier=made["EngagementInvitationId"]
    )
    found = world.client().get_opportunity(**BOX, Identifier=task["OpportunityId"])
    assert found["LifeCycle"]["ReviewStatus"] == "Approved"


# --- every so often ------------------------------------------------------------------------------


def test_rule_refers_with_the_life_cycle_that_it_says(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    life = {"Stage": "Qualified", "NextSteps": "Call them."}
    said = world.desk("PutAutopilot", **rule({"LifeCycle": life}))["Rules"]
    assert said[0]["Referral"] == {"LifeCycle": life}
    assert world.desk("GetAutopilot")["Rules"] == said
    world.desk("AdvanceClock", Seconds=2 * DAY_S)
    closing = []
    for one in received(world):
        task = world.client().start_engagement_by_accepting_invitation_task(
            **BOX, Identifier=one["Id"]
        )
        found = world.client().get_opportunity(**BOX, Identifier=task["OpportunityId"])
        assert found["LifeCycle"].items() >= {**life, "ReviewStatus": "Approved"}.items()
        closing.append(found["LifeCycle"]["TargetCloseDate"])
    assert sorted(closing) == ["2030-04-02", "2030-04-03"], "90 days after each referral"


@pytest.mark.parametrize(
    ("life", "field"),
    [
        ({"TargetCloseDate": "2099-01-01"}, "targetCloseDate"),
        ({"Stage": "Launched"}, "stage"),
        ({"ReviewStatus": "Submitted"}, "reviewStatus"),
    ],
)
def test_rule_with_a_life_cycle_that_cannot_last_is_refused(
    world: World, life: dict[str, str], field: str
) -> None:
    refused = desk_refusal(world, "PutAutopilot", **rule({"LifeCycle": life}))
    assert [one[0] for one in refused.fields] == [f"referral.lifeCycle.{field}"]
    assert world.desk("GetAutopilot")["Rules"] == []

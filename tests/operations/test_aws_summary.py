"""GetAwsOpportunitySummary and UpdateAwsOpportunitySummary: what AWS has of an opportunity in the
course of its review, and what it says besides."""

from typing import Any

import pytest

from tests.deals import CATALOGS, Deal, created, engaged, followed, submitted
from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import desk_refusal, refusal
from tests.submitting import CO_SELL, VISIBILITY_ONLY

PDM = {
    "BusinessTitle": "PDM",
    "Email": "pdm@example.com",
    "FirstName": "Partner",
    "LastName": "Manager",
}
SPEND = [
    {
        "Amount": "2500.00",
        "CurrencyCode": "USD",
        "Frequency": "Monthly",
        "TargetCompany": "AWS",
    }
]
PROJECT = {"ExpectedCustomerSpend": SPEND}
CONTACTS = {"Contacts": [{"Email": "buyer@example.com", "FirstName": "Buyer"}]}
RELATED: dict[str, list[str]] = {
    "AwsMarketplaceProducts": [],
    "AwsMarketplaceSolutions": [],
    "AwsProducts": [],
    "Solutions": [],
}


def pending(deal: Deal, **more: Any) -> dict[str, Any]:
    return {
        "Catalog": deal.catalog,
        "OpportunityTeam": [],
        "Origin": "Partner Referral",
        "Project": PROJECT,
        "RelatedOpportunityId": deal.id,
        **more,
    }


def reviewed(deal: Deal, **more: Any) -> dict[str, Any]:
    """As a Co-Sell submission, unless said otherwise."""
    copied = {"Customer": CONTACTS, "RelatedEntityIds": RELATED}
    return pending(deal, **copied, InvolvementType="Co-Sell", Visibility="Full") | more


def approved(deal: Deal, **more: Any) -> dict[str, Any]:
    life = {"NextSteps": "Call the customer."}
    return reviewed(deal, LifeCycle=life, OpportunityTeam=[PDM]) | more


# --- the seven cases -----------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", CATALOGS)
def test_summary_before_submission_is_sparse(world: World, catalog: str) -> None:
    deal = engaged(world, catalog=catalog)
    assert deal.summary() == pending(deal)
    body = {"Catalog": catalog, "RelatedOpportunityIdentifier": deal.id}
    wire = world.post("GetAwsOpportunitySummary", body).document
    absent = ("Insights", "InvolvementType", "Visibility", "LifeCycle", "Customer")
    assert [wire[name] for name in absent] == [None] * 5
    assert wire["OpportunityTeam"] == []


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize("outcome", ["", "InReview", "ActionRequired", "Rejected"])
def test_summary_under_review_copies(world: World, catalog: str, outcome: str) -> None:
    deal = submitted(world, catalog)
    if outcome:
        deal.review(outcome)
    assert deal.summary() == reviewed(deal)


def test_summary_has_the_submissions_involvement(world: World) -> None:
    deal = submitted(world, Visibility="Limited", **VISIBILITY_ONLY)
    expected = reviewed(deal, InvolvementType="For Visibility Only", Visibility="Limited")
    assert deal.summary() == expected


@pytest.mark.parametrize("catalog", CATALOGS)
def test_summary_once_approved_has_a_team_and_a_life(world: World, catalog: str) -> None:
    deal = submitted(world, catalog)
    deal.review("Approved")
    assert deal.summary() == approved(deal)


def test_summary_of_a_referral_is_as_approved(world: World) -> None:
    referred = world.referred()
    deal = Deal(world, referred["OpportunityId"], referred["EngagementId"])
    asked = {"Catalog": "Sandbox", "RelatedOpportunityIdentifier": deal.id}
    told = refusal(deal.partner.get_aws_opportunity_summary, **asked)
    assert told.code == "ResourceNotFoundException"
    deal.partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    found = deal.read()
    assert deal.summary() == approved(
        deal,
        Customer={"Contacts": found["Customer"]["Contacts"]},
        LifeCycle={"NextSteps": found["LifeCycle"]["NextSteps"]},
        Origin="AWS Referral",
        Project={"ExpectedCustomerSpend": found["Project"]["ExpectedCustomerSpend"]},
    )


def test_summary_of_a_received_opportunity_is_the_senders(world: World) -> None:
    deal = submitted(world)
    follower = followed(deal)
    assert follower.summary() == reviewed(deal) | {"RelatedOpportunityId": follower.id}
    deal.review("Approved")
    deal.say(Insights={"EngagementScore": "High"})
    expected = approved(deal, Insights={"EngagementScore": "High"})
    assert deal.summary() == expected
    assert follower.summary() == expected | {"RelatedOpportunityId": follower.id}
    follower.say(LifeCycle={"Stage": "Committed"})
    assert follower.summary()["LifeCycle"]["Stage"] == "Committed"
    assert deal.summary() == expected


def test_summary_of_a_received_opportunity_without_a_senders_is_its_own(world: World) -> None:
    made = world.client().create_engagement(Catalog="Sandbox", Title="T", Description="D")
    follower = followed(Deal(world, "", made["Id"]))
    amount = follower.read()["Project"]["ExpectedCustomerSpend"]
    assert follower.summary() == pending(follower, Project={"ExpectedCustomerSpend": amount})


@pytest.mark.parametrize("status", ["Approved", "Rejected", "Action Required"])
def test_summary_after_the_sandboxs_reviewer_has_no_involvement(world: World, status: str) -> None:
    deal = created(world)
    deal.update({"LifeCycle.ReviewStatus": status})
    expected = approved(deal) if status == "Approved" else reviewed(deal)
    del expected["InvolvementType"], expected["Visibility"]
    assert deal.summary() == expected


def test_summary_of_others_is_not_found(world: World) -> None:
    deal = submitted(world)
    for account, catalog, id in (
        (OTHER, "Sandbox", deal.id),
        (ACCOUNT, "AWS", deal.id),
        (ACCOUNT, "Sandbox", "O1"),
    ):
        told = refusal(
            world.client(account).get_aws_opportunity_summary,
            Catalog=catalog,
            RelatedOpportunityIdentifier=id,
        )
        assert told.code == "ResourceNotFoundException"


# --- the copy is live ----------------------------------------------------------------------------


def test_summary_follows_the_opportunity(world: World) -> None:
    deal = submitted(world)
    deal.review("Approved")
    deal.partner.associate_opportunity(
        Catalog="Sandbox",
        OpportunityIdentifier=deal.id,
        RelatedEntityType="Solutions",
        RelatedEntityIdentifier="S-1234567",
    )
    deal.update(
        {
            "Customer.Contacts": [{"Email": "other@example.com"}],
            "LifeCycle.NextSteps": "Sign.",
            "Project.ExpectedCustomerSpend": [{**SPEND[0], "Amount": "99.00"}],
        }
    )
    assert deal.summary() == approved(
        deal,
        Customer={"Contacts": [{"Email": "other@example.com"}]},
        LifeCycle={"NextSteps": "Sign."},
        Project={"ExpectedCustomerSpend": [{**SPEND[0], "Amount": "99.00"}]},
        RelatedEntityIds={**RELATED, "Solutions": ["S-1234567"]},
    )


def test_summary_has_what_is_spent_with_aws_and_not_the_contracts_value(world: World) -> None:
    own = {**SPEND[0], "Amount": "12000.00", "Frequency": "None", "TargetCompany": "Self"}
    deal = created(
        world,
        {
            "Project.ExpectedContractDuration": {"Term": "Months", "Value": "12"},
            "Project.ExpectedCustomerSpend": [own],
        },
    )
    assert deal.summary()["Project"] == {
        "ExpectedCustomerSpend": [{**SPEND[0], "Amount": "1000.00"}]
    }


# --- what AWS says -------------------------------------------------------------------------------


def test_shortest_update_says_something(world: World) -> None:
    deal = submitted(world)
    deal.review("Approved")
    answer = deal.say()
    summary = deal.summary()
    assert summary["LifeCycle"]["Stage"] == answer["LifeCycle"]["Stage"] == "Qualified"
    assert summary["LifeCycle"]["NextSteps"].startswith("The AWS account team")
    assert summary["Insights"]["EngagementScore"] == "Medium"
    assert summary["OpportunityTeam"] == [PDM]


SAID: dict[str, Any] = {
    "CosellMotion": "Partner-led",
    "Customer": {"Contacts": [{"Email": "cto@example.com"}]},
    "Insights": {
        "EngagementScore": "Low",
        "NextBestActions": "Wait.",
        "OpportunityQuality": {"Score": 71, "Trend": "Improving"},
        "Recommendations": [{"Type": "Program", "Details": "Apply.", "Attributes": {"a": "b"}}],
    },
    "InvolvementTypeChangeReason": "Risk Mitigation",
    "OpportunityTeam": [{"BusinessTitle": "AWSSalesRep", "Email": "rep@example.com"}],
    "Project": {"ExpectedCustomerSpend": [{**SPEND[0], "Amount": "1.00"}]},
    "RelatedEntityIds": {"AwsProducts": ["AmazonEC2Linux"]},
    "SoftwareRevenue": {
        "Discount": "5",
        "EffectiveDate": "2027-01-01",
        "ExpirationDate": "2028-01-01",
        "Value": {"Amount": "100.00", "CurrencyCode": "USD"},
    },
    "Visibility": "Limited",
}


def test_what_aws_says_stands_over_the_copy(world: World) -> None:
    deal = submitted(world)
    deal.review("Approved")
    deal.say(**SAID)
    assert deal.summary() == approved(
        deal, **{**SAID, "RelatedEntityIds": {**RELATED, "AwsProducts": ["AmazonEC2Linux"]}}
    )
    deal.update({"Customer.Contacts": [{"Email": "new@example.com"}]})
    assert deal.summary()["Customer"] == SAID["Customer"]


def test_what_aws_says_is_added_up_member_by_member(world: World) -> None:
    deal = submitted(world)
    deal.say(Insights={"EngagementScore": "Low"})
    deal.say(Insights={"NextBestActions": "Wait."})
    deal.say(LifeCycle={"Stage": "Engaged", "TargetCloseDate": "2030-01-01"})
    summary = deal.summary()
    assert summary["Insights"] == {"EngagementScore": "Low", "NextBestActions": "Wait."}
    assert summary["LifeCycle"] == {"Stage": "Engaged", "TargetCloseDate": "2030-01-01"}
    deal.review("Approved")
    assert deal.summary()["LifeCycle"]["NextSteps"] == "Call the customer."


def test_next_steps_have_a_history(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    deal = submitted(world)
    steps = [f"Step {number}" for number in range(52)]
    for number, step in enumerate(steps):
        deal.say(LifeCycle={"NextSteps": step, "NextStepsHistory": []})
        if number % 10 == 0:
            deal.say(LifeCycle={"NextSteps": step})  # no news
            deal.say(Insights={"EngagementScore": "Low"})
    life = deal.summary()["LifeCycle"]
    assert life["NextSteps"] == "Step 51"
    assert [one["Value"] for one in life["NextStepsHistory"]] == steps[2:]
    assert {one["Time"].isoformat() for one in life["NextStepsHistory"]} == {
        "2030-01-01T00:00:00+00:00"
    }


@pytest.mark.parametrize("reason", ["", "Customer Requested"])
def test_change_of_involvement_has_a_reason(world: World, reason: str) -> None:
    deal = submitted(world, **VISIBILITY_ONLY)
    deal.say(**CO_SELL, **({"InvolvementTypeChangeReason": reason} if reason else {}))
    summary = deal.summary()
    assert summary["InvolvementType"] == "Co-Sell"
    expected = reason or "Change in Deal Information"
    assert summary["InvolvementTypeChangeReason"] == expected
    deal.say(**CO_SELL)
    assert deal.summary() == summary


def test_same_involvement_has_no_reason(world: World) -> None:
    deal = submitted(world)
    deal.say(**CO_SELL)
    assert "InvolvementTypeChangeReason" not in deal.summary()


def test_update_leaves_the_opportunity_as_it_is(world: World) -> None:
    deal = submitted(world)
    before = deal.read()
    events = len(world.events())
    deal.say(**SAID)
    after = deal.read()
    for answer in (before, after):
        del answer["ResponseMetadata"]
    assert after == before
    told = [one["detail-type"] for one in world.events()[events:]]
    shown = "Engagement Resource Snapshot Created"
    assert told == ["Opportunity Updated", shown, shown]  # what was submitted was not shown yet
    deal.say(Insights={"EngagementScore": "High"})
    told = [one["detail-type"] for one in world.events()[events + 3 :]]
    assert told == ["Opportunity Updated", shown]


def test_update_is_refused(world: World) -> None:
    deal = submitted(world)

    def refused(**members: Any) -> Any:
        asked = {"Catalog": "Sandbox", "OpportunityIdentifier": deal.id, **members}
        return desk_refusal(world, "UpdateAwsOpportunitySummary", **asked)

    assert refused(Catalog="AWS").code == "ResourceNotFoundException"
    assert refused(OpportunityIdentifier="O1").code == "ResourceNotFoundException"
    hidden = world.referred()["OpportunityId"]
    assert refused(OpportunityIdentifier=hidden).code == "ResourceNotFoundException"
    assert refused(LifeCycle={"Stage": "Sold"}).fields == [
        ("lifeCycle.stage", "INVALID_ENUM_VALUE")
    ]
    no_day = refused(LifeCycle={"TargetCloseDate": "2099-02-30"})
    assert no_day.fields == [("lifeCycle.targetCloseDate", "INVALID_VALUE")]
    deal.say(LifeCycle={"TargetCloseDate": "2001-02-28"})
    token = {"ClientToken": "one", "Insights": {"EngagementScore": "High"}}
    assert deal.say(**token) == deal.say(**token)
    assert refused(**{**token, "Insights": {"EngagementScore": "Low"}}).code == "ConflictException"

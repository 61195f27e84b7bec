"""UpdateOpportunity in the Sandbox as AWS's reviewer: a review status, and whatever else the body
says."""

from typing import Any

import pytest

from tests import submitting
from tests.harness import World
from tests.refusal import refusal
from tests.updating import body, decided, full, in_state, received, updated, whole

STATUS = "LifeCycle.ReviewStatus"
DECISIONS = ("Approved", "Action Required", "Rejected")
OPEN = ("Pending Submission", "Submitted", "In review", "Action Required")
# What no owner could change after submission, as programs change it when they approve.
ALSO: dict[str, Any] = {
    "Customer.Account.CompanyName": "Another Company",
    "Customer.Account.WebsiteUrl": "https://another.example.com",
    "Customer.Account.Address": {"CountryCode": "AL", "PostalCode": "9931", "StateOrRegion": "NY"},
    "LifeCycle.NextSteps": "Go on",
    "LifeCycle.ReviewComments": "Well done",
    "LifeCycle.ReviewStatusReason": "Complete",
    "LifeCycle.Stage": "Technical Validation",
    "Marketing": {"AwsFundingUsed": "Yes", "Source": "Marketing Activity"},
    "NationalSecurity": None,
    "PrimaryNeedsFromAws": ["Co-Sell - Pricing Assistance"],
    "Project.CompetitorName": "On-Prem",
    "Project.OtherSolutionDescription": None,
    "Project.Title": "Another web shop",
}


def decisions() -> list[tuple[str, str]]:
    return [(before, after) for before in OPEN for after in DECISIONS if before != after]


@pytest.mark.parametrize(("before", "after"), decisions())
def test_update_opportunity_decides_with_all_that_the_body_says(
    world: World, before: str, after: str
) -> None:
    id = in_state(world, before)
    got = decided(world, id, after, ALSO)
    assert got["LifeCycle"]["ReviewStatus"] == after
    assert got["LifeCycle"]["ReviewComments"] == "Well done"
    assert got["LifeCycle"]["ReviewStatusReason"] == "Complete"
    assert got["LifeCycle"]["Stage"] == "Technical Validation"
    assert [one["Value"] for one in got["LifeCycle"]["NextStepsHistory"]] == ["Go on"]
    assert got["Customer"]["Account"]["CompanyName"] == "Another Company"
    assert got["Customer"]["Account"]["Address"] == ALSO["Customer.Account.Address"]
    assert got["Marketing"] == ALSO["Marketing"]
    assert got["Project"]["Title"] == "Another web shop"
    assert "OtherSolutionDescription" not in got["Project"]


@pytest.mark.parametrize("after", DECISIONS)
def test_update_opportunity_decides_with_nothing_else_changed(world: World, after: str) -> None:
    id = in_state(world, "Submitted", request=submitting.submittable())
    before = whole(world, id)
    decided(world, id, after)
    got = whole(world, id)
    assert got["LifeCycle"].pop("ReviewStatus") == after
    del before["LifeCycle"]["ReviewStatus"]
    assert got.pop("LastModifiedDate") > before.pop("LastModifiedDate")
    assert got == before


def test_update_opportunity_decides_anew_on_what_action_was_required_for(world: World) -> None:
    id = in_state(world, "Pending Submission")
    remarks = {"LifeCycle.ReviewComments": "Which country?", "LifeCycle.ReviewStatusReason": "Data"}
    decided(world, id, "Action Required", remarks)
    kept = updated(
        world, id, {"Customer.Account.Address.City": "Seattle", **dict.fromkeys(remarks)}
    )
    assert kept["LifeCycle"]["ReviewComments"] == "Which country?"  # the owner does not write it
    assert kept["LifeCycle"]["ReviewStatus"] == "Submitted"
    approved = decided(world, id, "Approved", dict.fromkeys(remarks))["LifeCycle"]
    assert "ReviewComments" not in approved
    assert "ReviewStatusReason" not in approved


def test_update_opportunity_decides_before_submission_on_the_status_alone(world: World) -> None:
    id = in_state(world, "Pending Submission")
    decided(world, id, "Approved")
    partner = world.client()
    assert partner.list_engagements(Catalog="Sandbox")["EngagementSummaryList"] == []
    for side in ("SENDER", "RECEIVER"):
        listed = partner.list_engagement_invitations(Catalog="Sandbox", ParticipantType=side)
        assert listed["EngagementInvitationSummaries"] == []
    assert [one["detail-type"] for one in world.events()] == [
        "Opportunity Created",
        "Opportunity Updated",
    ]


def test_update_opportunity_decides_within_the_rules_of_content(world: World) -> None:
    id = in_state(world, "Submitted")
    told = refusal(
        world.client().update_opportunity,
        **body(world, id, {
            STATUS: "Approved", "Customer.Account.WebsiteUrl": None, "LifeCycle.Stage": None,
            "LifeCycle.TargetCloseDate": "2001-01-01", "Marketing.CampaignName": "Spring",
        }),
    )  # fmt: skip
    assert told.fields == [
        ("lifeCycle.stage", "REQUIRED_FIELD_MISSING"),
        ("customer.account.websiteUrl", "REQUIRED_FIELD_MISSING"),
        ("marketing.campaignName", "INVALID_VALUE"),
        ("lifeCycle.targetCloseDate", "INVALID_VALUE"),
    ]
    assert whole(world, id)["LifeCycle"]["ReviewStatus"] == "Submitted"


def test_update_opportunity_decides_on_what_it_has_read(world: World) -> None:
    id = in_state(world, "Pending Submission")
    old = body(world, id, {STATUS: "Approved"})
    updated(world, id, {"Project.Title": "Another"})
    assert refusal(world.client().update_opportunity, **old).code == "ConflictException"


def test_update_opportunity_with_the_status_that_it_has_decides_nothing(world: World) -> None:
    id = in_state(world, "Pending Submission", request=full())
    decided(world, id, "Action Required")
    told = refusal(
        world.client().update_opportunity,
        **body(world, id, {STATUS: "Action Required", "Project.Title": "Another"}),
    )
    assert told.fields == [("project.title", "ACTION_NOT_PERMITTED")]


def test_update_opportunity_decides_on_a_stage_whatever_it_asks_an_owner_for(world: World) -> None:
    bare = {"LifeCycle.Stage": "Qualified", "Project.OtherSolutionDescription": None}
    for id in (in_state(world, "Pending Submission"), received(world)):
        assert decided(world, id, "Approved", bare)["LifeCycle"]["Stage"] == "Qualified"


NEEDED = {
    "Committed": "relatedEntityIdentifiers",
    "Launched": "relatedEntityIdentifiers",
    "Closed Lost": "lifeCycle.closedLostReason",
}


@pytest.mark.parametrize("stage", NEEDED)
@pytest.mark.parametrize("after", ["Approved", "Rejected"])
def test_update_opportunity_decides_on_no_stage_that_lacks_what_it_needs(
    world: World, stage: str, after: str
) -> None:
    for id in (in_state(world, "Submitted"), received(world)):
        moved = {STATUS: after, "LifeCycle.Stage": stage}
        told = refusal(world.client().update_opportunity, **body(world, id, moved))
        assert told.fields == [(NEEDED[stage], "REQUIRED_FIELD_MISSING")]
        assert told.reason == "BUSINESS_VALIDATION_FAILED"
        if stage == "Closed Lost":
            moved["LifeCycle.ClosedLostReason"] = "Other"
        else:
            entity = {"RelatedEntityType": "Solutions", "RelatedEntityIdentifier": "S-1234567"}
            named = {"Catalog": "Sandbox", "OpportunityIdentifier": id}
            world.client().associate_opportunity(**named, **entity)
            moved = {**moved, "LifeCycle.NextSteps": "Go on"}
        got = updated(world, id, moved)["LifeCycle"]
        assert (got["ReviewStatus"], got["Stage"]) == (after, stage)

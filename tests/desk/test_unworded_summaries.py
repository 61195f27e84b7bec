"""What AWS says of an opportunity that nobody worded follows it; what was worded stays."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.deals import (
    AWS_OWN,
    AWS_VIEW,
    CATALOGS,
    UPDATED,
    Deal,
    engaged,
    followed,
    submitted,
    told,
)
from tests.harness import OTHER, World
from tests.refusal import desk_refusal

THIRD = "777788889999"
LOST = {"LifeCycle.Stage": "Closed Lost", "LifeCycle.ClosedLostReason": "Other"}


def life(deal: Deal) -> tuple[str | None, str]:
    """The stage of AWS's summary, and the first words of its next steps."""
    told = deal.summary().get("LifeCycle") or {}
    return told.get("Stage"), " ".join(told.get("NextSteps", "").split()[:2])


def solved(deal: Deal) -> Deal:
    """With a solution, which the later stages ask for."""
    deal.partner.associate_opportunity(
        Catalog=deal.catalog, OpportunityIdentifier=deal.id,
        RelatedEntityType="Solutions", RelatedEntityIdentifier="S-1234567",
    )  # fmt: skip
    return deal


@pytest.mark.parametrize("catalog", CATALOGS)
def test_unworded_summary_follows_review_and_stage(world: World, catalog: str) -> None:
    deal = submitted(world, catalog)
    deal.review("InReview")
    deal.say()
    assert life(deal) == ("Evaluating", "AWS reviews")
    deal.review("Approved")
    assert life(deal) == ("Qualified", "The AWS")
    solved(deal).update({"LifeCycle.Stage": "Launched"})
    summary = deal.summary()
    assert summary["LifeCycle"]["Stage"] == "Launched"
    assert summary["Insights"]["EngagementScore"] == "High"
    history = [one["Value"] for one in summary["LifeCycle"]["NextStepsHistory"]]
    assert history[-1] == summary["LifeCycle"]["NextSteps"]
    assert [" ".join(one.split()[:2]) for one in history] == ["AWS reviews", "The AWS", "The AWS"]


def test_unworded_summary_of_a_draft_has_a_life_once_it_is_submitted(world: World) -> None:
    deal = engaged(world)
    deal.say()
    assert life(deal) == (None, "")
    deal.submit(InvolvementType="Co-Sell", Visibility="Full")
    assert life(deal) == ("Research", "AWS looks")


def test_what_is_worded_stays_and_the_rest_follows(world: World) -> None:
    deal = submitted(world)
    deal.say()
    deal.say(LifeCycle={"NextSteps": "Wait for us."}, Insights={"EngagementScore": "Low"})
    deal.review("Approved")
    summary = deal.summary()
    assert summary["LifeCycle"]["NextSteps"] == "Wait for us."
    assert summary["LifeCycle"]["Stage"] == "Qualified"
    assert summary["Insights"]["EngagementScore"] == "Low"
    assert summary["Insights"]["NextBestActions"].startswith("Agree with")
    deal.say()
    assert life(deal) == ("Qualified", "The AWS")
    solved(deal).update({"LifeCycle.Stage": "Committed"})
    assert life(deal)[0] == "Committed"


def test_nobody_speaks_where_the_desk_worded_everything(world: World) -> None:
    deal = submitted(world)
    said: Any = {"LifeCycle": {"Stage": "Research"}}
    deal.say(**said)
    deal.review("Approved")
    summary = deal.summary()
    assert summary["LifeCycle"]["Stage"] == "Research"
    assert summary["LifeCycle"]["NextSteps"] == deal.read()["LifeCycle"]["NextSteps"]
    assert "Insights" not in summary


def test_reason_of_a_lost_deal_comes_and_stays_away_with_its_stage(world: World) -> None:
    deal, other = submitted(world), submitted(world)
    for one in (deal, other):
        one.say()
    other.say(LifeCycle={"Stage": "Qualified"})
    for one in (deal, other):
        one.review("Approved")
        one.update(LOST)
    told, beside = (one.summary()["LifeCycle"] for one in (deal, other))
    assert (told["Stage"], told["ClosedLostReason"]) == ("Closed Lost", "Other")
    assert (beside["Stage"], beside.get("ClosedLostReason")) == ("Qualified", None)
    assert beside["NextSteps"] == told["NextSteps"]


def test_who_follows_sees_what_fits_by_now(world: World) -> None:
    deal = submitted(world)
    follower = followed(deal)
    deal.review("InReview")
    deal.say()
    deal.review("Approved")
    assert life(follower) == life(deal) == ("Qualified", "The AWS")
    world.desk("UpdateAwsOpportunitySummary", Catalog="Sandbox", OpportunityIdentifier=follower.id)
    solved(deal).update({"LifeCycle.Stage": "Committed"})
    assert (life(deal)[0], life(follower)[0]) == ("Committed", "Qualified")


def test_awss_own_view_has_the_words_that_fit(world: World) -> None:
    deal = submitted(world)
    follower = followed(deal)
    deal.say()
    deal.review("Approved")
    solved(deal)
    for stage in ("Committed", "Launched"):
        deal.update({"LifeCycle.Stage": stage})
        for one in (deal, follower):
            shown = one.view()["LifeCycle"]
            assert shown["Stage"] == stage
            assert shown == one.summary()["LifeCycle"]
    revision = deal.snapshot(AWS_VIEW)["Revision"]
    deal.update({"Project.Title": deal.read()["Project"]["Title"]})
    assert deal.snapshot(AWS_VIEW)["Revision"] == revision


# --- as AWS is involved --------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", CATALOGS)
def test_unworded_summary_follows_the_involvement_that_aws_says(world: World, catalog: str) -> None:
    deal = submitted(world, catalog, InvolvementType="For Visibility Only")
    deal.review("Approved")
    deal.say()
    assert life(deal) == ("Deferred to Partner", "The partner")
    deal.say(InvolvementType="Co-Sell", Insights={"EngagementScore": "High"})
    summary = deal.summary()
    assert summary["InvolvementType"] == "Co-Sell"
    assert life(deal) == ("Qualified", "The AWS")
    assert summary["Insights"]["NextBestActions"].startswith("Agree with")
    assert summary["Insights"]["EngagementScore"] == "High", "that was worded"
    history = [one["Value"].split()[1] for one in summary["LifeCycle"]["NextStepsHistory"]]
    assert history == ["partner", "AWS"]
    assert deal.view()["LifeCycle"] == summary["LifeCycle"]
    deal.say(InvolvementType="For Visibility Only")
    assert life(deal) == ("Deferred to Partner", "The partner")


def test_unworded_summary_of_who_follows_goes_with_the_involvement_of_the_other(
    world: World,
) -> None:
    deal = submitted(world)
    follower = followed(deal)
    deal.review("Approved")
    follower.say()
    assert life(follower) == ("Qualified", "The AWS")
    deal.say(InvolvementType="For Visibility Only")
    assert follower.summary()["InvolvementType"] == "For Visibility Only"
    assert life(follower) == ("Deferred to Partner", "The partner")
    assert follower.view()["LifeCycle"] == follower.summary()["LifeCycle"]
    follower.say(InvolvementType="Co-Sell")
    assert life(follower) == ("Qualified", "The AWS")


def test_words_of_the_other_do_not_stay_where_aws_is_involved_otherwise(world: World) -> None:
    deal = submitted(world, InvolvementType="For Visibility Only")
    first, second, third = (followed(deal, one) for one in (OTHER, THIRD, "555566667777"))
    deal.review("Approved")
    deal.say()
    first.say(InvolvementType="Co-Sell")
    assert life(first) == ("Qualified", "The AWS")
    second.say(InvolvementType="For Visibility Only")
    assert life(second) == life(deal) == ("Deferred to Partner", "The partner")
    deal.say(InvolvementType="Co-Sell")
    assert life(second) == ("Deferred to Partner", "The partner"), "as AWS says of that one"
    deal.say(LifeCycle={"NextSteps": "Wait for us."})
    third.say(InvolvementType="For Visibility Only")
    assert third.summary()["LifeCycle"]["NextSteps"] == "Wait for us.", "that was worded"
    for one in (deal, first, second, third):
        assert one.view() == one.as_viewed()


def test_reason_of_a_lost_deal_goes_when_another_stage_is_worded(world: World) -> None:
    deal = submitted(world)
    deal.review("Approved")
    deal.update(LOST)
    deal.say()
    assert deal.summary()["LifeCycle"]["ClosedLostReason"] == "Other"
    deal.say(LifeCycle={"Stage": "Qualified"})
    told = deal.summary()["LifeCycle"]
    assert (told["Stage"], told.get("ClosedLostReason")) == ("Qualified", None)


# --- reasons, and what they are the reasons of ---------------------------------------------------

RISK = "Risk Mitigation"


def lost(deal: Deal) -> tuple[str | None, str | None]:
    """The stage of AWS's summary, and why the deal was lost; AWS's own view has the same."""
    told = deal.summary()["LifeCycle"]
    assert deal.view()["LifeCycle"] == told
    return told.get("Stage"), told.get("ClosedLostReason")


def involved(deal: Deal) -> tuple[str | None, str | None]:
    """How AWS is involved, and why that changed."""
    told = deal.summary()
    return told.get("InvolvementType"), told.get("InvolvementTypeChangeReason")


@pytest.mark.parametrize("catalog", CATALOGS)
def test_reason_of_a_lost_deal_is_not_passed_on_to_another_stage(
    world: World, catalog: str
) -> None:
    deal = submitted(world, catalog)
    follower, worded = followed(deal), followed(deal, THIRD)
    deal.review("Approved")
    for one in (deal, follower):
        one.say()
    worded.say(LifeCycle={"Stage": "Committed"})
    deal.update(LOST)
    assert lost(deal) == ("Closed Lost", "Other")
    assert lost(follower) == ("Qualified", None)
    assert lost(worded) == ("Committed", None)


def test_reason_of_a_lost_deal_goes_when_aws_takes_it_up_again(world: World) -> None:
    deal = submitted(world)
    follower = followed(deal)
    deal.review("Approved")
    deal.say(LifeCycle={"Stage": "Closed Lost", "ClosedLostReason": "Price"})
    assert lost(deal) == lost(follower) == ("Closed Lost", "Price")
    deal.say(LifeCycle={"Stage": "Closed Lost", "NextSteps": "Ask why."})
    assert lost(deal) == ("Closed Lost", "Price"), "it is the same stage"
    deal.say(LifeCycle={"Stage": "Qualified"})
    assert lost(deal) == lost(follower) == ("Qualified", None)
    deal.say(LifeCycle={"Stage": "Closed Lost"})
    assert lost(deal) == lost(follower) == ("Closed Lost", None)


def test_reason_that_a_follower_alone_is_told_goes_with_the_stage_of_the_other(
    world: World,
) -> None:
    deal = submitted(world)
    follower = followed(deal)
    deal.review("Approved")
    deal.say(LifeCycle={"Stage": "Closed Lost"})
    follower.say(LifeCycle={"ClosedLostReason": "Price"})
    assert lost(follower) == ("Closed Lost", "Price")
    deal.say(LifeCycle={"Stage": "Qualified"})
    assert lost(follower) == ("Qualified", None)


def test_worded_reason_of_a_lost_deal_stays_beside_an_unworded_stage(world: World) -> None:
    deal = submitted(world)
    deal.review("Approved")
    deal.update(LOST)
    deal.say()
    deal.say(LifeCycle={"ClosedLostReason": "Price"})
    deal.say(Insights={"EngagementScore": "High"})
    assert lost(deal) == ("Closed Lost", "Price")
    deal.say()
    assert lost(deal) == ("Closed Lost", "Other")


def test_reason_of_a_lost_deal_is_refused_for_another_stage(world: World) -> None:
    deal = submitted(world)
    deal.review("Approved")
    deal.say(LifeCycle={"Stage": "Qualified"})
    for life in (
        {"ClosedLostReason": "Price"},
        {"ClosedLostReason": "Price", "Stage": "Launched"},
    ):
        asked = {"Catalog": deal.catalog, "OpportunityIdentifier": deal.id, "LifeCycle": life}
        refused = desk_refusal(world, "UpdateAwsOpportunitySummary", **asked)
        assert refused.fields == [("lifeCycle.closedLostReason", "INVALID_VALUE")]
    assert lost(deal) == ("Qualified", None)


@pytest.mark.parametrize("catalog", CATALOGS)
def test_reason_of_a_change_of_involvement_is_not_passed_on_to_another(
    world: World, catalog: str
) -> None:
    deal = submitted(world, catalog)
    follower, other = followed(deal), followed(deal, THIRD)
    deal.review("Approved")
    follower.say(InvolvementType="Co-Sell")
    said = "For Visibility Only"
    deal.say(InvolvementType=said, InvolvementTypeChangeReason=RISK)
    assert involved(deal) == involved(other) == (said, RISK)
    assert involved(follower) == ("Co-Sell", None)
    assert follower.view() == follower.as_viewed()
    other.say(InvolvementType=said)
    assert involved(other) == (said, RISK), "nothing changed"


@pytest.mark.parametrize("first", [0, 1])
def test_words_fit_a_follower_whichever_involvement_changed(world: World, first: int) -> None:
    deal = submitted(world)
    follower = followed(deal)
    farther = followed(follower, THIRD)
    deal.review("InReview")
    deal.say()
    both = "For Visibility Only", "Co-Sell"
    for one in (deal, follower):
        one.say(InvolvementType=both[first])
    assert life(follower) == life(deal) == ("Evaluating", "AWS reviews")
    changes = partial((deal, follower)[first].say, InvolvementType=both[1 - first])
    seen = told(world, OTHER, changes)
    assert seen.count((UPDATED, follower.id)) == 1
    assert life(deal) == ("Evaluating", "AWS reviews")
    assert life(follower) == life(farther) == ("Research", "AWS looks")
    for one in (deal, follower, farther):
        assert one.view() == one.as_viewed()


# --- a rejection ---------------------------------------------------------------------------------


def by_the_desk(deal: Deal) -> None:
    deal.review("Rejected")


def by_the_autopilot(deal: Deal) -> None:
    deal.world.desk("PutAutopilot", Outcome="Rejected", DelaySeconds=10)
    deal.world.desk("AdvanceClock", Seconds=20)


def by_the_reviewer(deal: Deal) -> None:
    deal.update({"LifeCycle.ReviewStatus": "Rejected"})


@pytest.mark.parametrize(
    ("catalog", "reject"),
    [
        ("AWS", by_the_desk),
        ("Sandbox", by_the_desk),
        ("AWS", by_the_autopilot),
        ("Sandbox", by_the_reviewer),
    ],
)
def test_awss_own_view_has_the_words_of_a_rejection(
    still: World, catalog: str, reject: Callable[[Deal], None]
) -> None:
    deal = submitted(still, catalog)
    follower = followed(deal)
    deal.say()
    reject(deal)
    assert life(deal) == life(follower) == ("Closed Incomplete", "AWS takes")
    for one in (deal, follower):
        assert one.status == "Rejected"
        assert one.view() == one.as_viewed()


def test_farther_follower_has_the_words_of_a_rejection_that_passes_it_by(world: World) -> None:
    """AWS waits for its owner; what it reads is said of the one that it follows."""
    deal = submitted(world)
    follower = followed(deal)
    farther = followed(follower, THIRD)
    farther.review("ActionRequired")
    follower.say()
    seen = told(world, THIRD, partial(deal.review, "Rejected"))
    assert (seen.count((UPDATED, farther.id)), seen.count(AWS_OWN)) == (1, 1)
    assert farther.status == "Action Required"
    assert life(farther) == ("Closed Incomplete", "AWS takes")
    assert farther.view() == farther.as_viewed()

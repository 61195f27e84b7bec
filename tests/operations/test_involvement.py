"""How AWS is involved: one answer for the summary, for the rules of updates and submissions, and
for what AWS says."""

from typing import Any

import pytest

from tests.deals import Deal, engaged, followed, submitted
from tests.harness import World
from tests.refusal import refusal
from tests.submitting import CO_SELL, VISIBILITY_ONLY

SUPPORT = ["Co-Sell - Deal Support"]
NEEDS = "PrimaryNeedsFromAws"
REASON = "Change in Deal Information"


# What an opportunity that was received lacks to be submitted by its owner.
LACKING = {
    "Customer.Account.Address.PostalCode": "98101",
    "Customer.Account.Address.StateOrRegion": "Washington",
    "Project.CustomerUseCase": "Migration / Database Migration",
    "Project.DeliveryModels": ["Professional Services"],
    "Project.OtherSolutionDescription": "A migration that we carry out ourselves",
}


def involved(deal: Deal) -> tuple[Any, ...]:
    summary = deal.summary()
    names = ("InvolvementType", "Visibility", "InvolvementTypeChangeReason")
    return tuple(summary.get(name) for name in names)


@pytest.mark.parametrize("submission", [CO_SELL, VISIBILITY_ONLY], ids=["co-sell", "visibility"])
def test_upgrade_is_in_force_whatever_aws_said_before(
    world: World, submission: dict[str, str]
) -> None:
    deal = submitted(world, **submission)
    deal.review("Approved")
    deal.say(**VISIBILITY_ONLY, Visibility="Limited")
    assert involved(deal)[:2] == ("For Visibility Only", "Limited")
    deal.say(Insights={"EngagementScore": "High"})
    deal.update({NEEDS: SUPPORT})
    assert involved(deal) == ("Co-Sell", "Full", None)
    assert deal.summary()["Insights"] == {"EngagementScore": "High"}
    told = refusal(deal.update, changes={NEEDS: ["Do Not Need Support from AWS Sales Rep"]})
    message = "A Co-Sell opportunity cannot become one For Visibility Only"
    assert told.errors == [("primaryNeedsFromAws", "ACTION_NOT_PERMITTED", message)]


def test_what_aws_made_co_sell_is_not_upgraded_again(world: World) -> None:
    deal = submitted(world, **VISIBILITY_ONLY)
    deal.review("Approved")
    deal.update({"Project.SalesActivities": None})
    deal.say(**CO_SELL)
    assert involved(deal) == ("Co-Sell", "Full", REASON)
    deal.update({NEEDS: SUPPORT})
    assert involved(deal) == ("Co-Sell", "Full", REASON)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {NEEDS: None},
        {NEEDS: None, "LifeCycle.NextSteps": "Go on", "LifeCycle.Stage": "Qualified"},
        {NEEDS: []},
        {NEEDS: ["Do Not Need Support from AWS Sales Rep"]},
    ],
    ids=str,
)
def test_what_aws_made_co_sell_can_be_updated_without_a_need(
    world: World, changes: dict[str, Any]
) -> None:
    """A client drops the value that is outside its enum, and takes no need away by that."""
    deal = submitted(world, **VISIBILITY_ONLY)
    deal.review("Approved")
    deal.say(**CO_SELL)
    deal.update(changes)
    assert involved(deal) == ("Co-Sell", "Full", REASON)
    deal.update({NEEDS: SUPPORT})
    told = refusal(deal.update, changes={NEEDS: None})
    assert told.fields == [("primaryNeedsFromAws", "ACTION_NOT_PERMITTED")], "now there is one"


def test_what_aws_said_of_a_draft_is_over_with_its_submission(world: World) -> None:
    deal = engaged(world)
    deal.say(**CO_SELL, Visibility="Full", Insights={"EngagementScore": "High"})
    limited = {**VISIBILITY_ONLY, "Visibility": "Limited"}
    deal.submit(**limited)
    assert involved(deal) == ("For Visibility Only", "Limited", None)
    assert deal.summary()["Insights"] == {"EngagementScore": "High"}
    deal.review("ActionRequired")
    deal.submit(**limited)
    assert involved(deal) == ("For Visibility Only", "Limited", None)


def test_what_aws_said_of_a_submission_does_not_forbid_the_same_again(world: World) -> None:
    deal = submitted(world, **VISIBILITY_ONLY)
    deal.say(**CO_SELL)
    deal.review("ActionRequired")
    deal.submit(**VISIBILITY_ONLY)
    assert deal.status == "Submitted"
    assert involved(deal) == ("Co-Sell", "Full", REASON)


def test_what_its_owner_made_co_sell_stays_so_whatever_aws_says(world: World) -> None:
    deal = submitted(world, **CO_SELL)
    deal.review("ActionRequired")
    message = "A Co-Sell opportunity cannot become one For Visibility Only"
    for _ in "12":
        told = refusal(deal.submit, **VISIBILITY_ONLY)
        assert told.errors == [("involvementType", "ACTION_NOT_PERMITTED", message)]
        deal.say(**CO_SELL, Visibility="Limited")


def test_owner_may_submit_what_aws_made_of_its_co_sell(world: World) -> None:
    deal = submitted(world, **CO_SELL)
    deal.say(**VISIBILITY_ONLY)
    deal.review("ActionRequired")
    deal.submit(**VISIBILITY_ONLY)
    assert involved(deal)[0] == "For Visibility Only"


def test_what_aws_said_of_a_follower_is_over_with_its_own_submission(world: World) -> None:
    follower = followed(submitted(world, **CO_SELL))
    follower.say(**CO_SELL, Visibility="Limited")
    follower.update({"LifeCycle.ReviewStatus": "Action Required", **LACKING})
    follower.submit(**VISIBILITY_ONLY)
    assert involved(follower) == ("For Visibility Only", "Full", None)


def test_the_same_submission_again_leaves_what_aws_said(world: World) -> None:
    deal = submitted(world, **VISIBILITY_ONLY)
    deal.say(**VISIBILITY_ONLY, Visibility="Limited")
    deal.review("ActionRequired")
    deal.submit(**VISIBILITY_ONLY)
    assert involved(deal)[:2] == ("For Visibility Only", "Limited")


def test_same_involvement_has_no_reason_for_its_change(world: World) -> None:
    deal = submitted(world, **CO_SELL)
    follower = followed(deal)
    follower.say(**CO_SELL)
    assert involved(follower) == ("Co-Sell", "Full", None)
    follower.say(**VISIBILITY_ONLY)
    assert involved(follower) == ("For Visibility Only", "Full", REASON)
    assert involved(deal) == ("Co-Sell", "Full", None)

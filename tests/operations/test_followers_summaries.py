"""AWS's summary of an opportunity that follows another's: its owner is told whenever it changes,
and has AWS's own view of it where AWS approved it or says something of it."""

from functools import partial

import pytest

from tests.deals import (
    AWS_OWN,
    AWS_VIEW,
    CATALOGS,
    UPDATED,
    VIEW,
    Deal,
    completed,
    engaged,
    followed,
    submitted,
    told,
)
from tests.harness import OTHER, World

THIRD = "777788889999"
NEXT = {"LifeCycle": {"Stage": "Qualified", "NextSteps": "Meet the buyer."}}
SENT_BACK = {"LifeCycle.ReviewStatus": "Action Required"}
CORRECTION = {"Customer.Account.Address.City": "Seattle"}


def farther_than(follower: Deal, account: str = THIRD) -> Deal:
    """The opportunity of a partner that a follower invites."""
    return followed(follower, account)


# --- AWS says something --------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", CATALOGS)
def test_followers_are_told_and_shown_what_aws_says(world: World, catalog: str) -> None:
    deal = submitted(world, catalog)
    follower = followed(deal)
    farther = farther_than(follower)
    deal.review("Approved")
    for one in (follower, farther):
        date = one.read()["LastModifiedDate"]
        assert told(world, one.account, partial(deal.say, **NEXT)) == [(UPDATED, one.id), AWS_OWN]
        assert one.view() == one.as_viewed()
        assert one.view()["LifeCycle"]["NextSteps"] == "Meet the buyer."
        assert one.read()["LastModifiedDate"] == date, "its summary changed, and not it"
        deal.say(LifeCycle={"Stage": "Engaged", "NextSteps": "Wait."})


def test_follower_of_a_follower_is_told_what_aws_says_of_that_one(world: World) -> None:
    deal = submitted(world)
    follower = followed(deal)
    farther = farther_than(follower)
    deal.review("Approved")
    assert told(world, deal.account, partial(follower.say, **NEXT)) == []
    further = partial(follower.say, LifeCycle={"NextSteps": "Wait."})
    assert told(world, THIRD, further) == [(UPDATED, farther.id), AWS_OWN]
    assert farther.view() == farther.as_viewed()


def test_follower_is_not_told_what_leaves_its_summary_as_it_is(world: World) -> None:
    deal = submitted(world)
    follower = followed(deal)
    deal.review("Approved")
    follower.say(**NEXT)
    assert told(world, OTHER, partial(deal.say, **NEXT)) == [], "it has that already"
    assert told(world, OTHER, partial(deal.say, LifeCycle={"NextSteps": "Wait."})) == []
    assert follower.summary()["LifeCycle"]["NextSteps"] == "Meet the buyer."


def history(deal: Deal) -> list[str]:
    """The next steps that AWS's summary has told so far."""
    return [one["Value"] for one in deal.summary()["LifeCycle"].get("NextStepsHistory", [])]


@pytest.mark.parametrize("catalog", CATALOGS)
def test_next_steps_that_a_follower_was_shown_stay_in_its_history(
    world: World, catalog: str
) -> None:
    deal = submitted(world, catalog)
    follower = followed(deal)
    farther = farther_than(follower)
    for steps in ("One.", "Two."):
        deal.say(LifeCycle={"NextSteps": steps})
    follower.say(LifeCycle={"Stage": "Qualified"})
    deal.say(LifeCycle={"NextSteps": "Three."})
    assert history(follower) == ["One.", "Two.", "Three."], "nothing of its own was said yet"
    follower.say(LifeCycle={"NextSteps": "Three."})
    assert history(follower) == ["One.", "Two.", "Three."]
    follower.say(LifeCycle={"NextSteps": "Own."})
    deal.say(LifeCycle={"NextSteps": "Four."})
    for one in (follower, farther):
        assert history(one) == ["One.", "Two.", "Three.", "Own."]
        assert one.view() == one.as_viewed()
    assert history(deal) == ["One.", "Two.", "Three.", "Four."]
    farther.say()
    assert len(history(farther)) == 5


def test_follower_that_submitted_itself_has_a_summary_of_its_own(world: World) -> None:
    deal = engaged(world)
    follower = completed(followed(deal))
    deal.submit()
    follower.submit()
    assert (UPDATED, follower.id) not in told(world, OTHER, partial(deal.say, **NEXT))
    assert "LifeCycle" not in follower.summary()


# --- AWS decides ---------------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", CATALOGS)
def test_partner_that_accepts_after_the_approval_has_awss_view(world: World, catalog: str) -> None:
    deal = submitted(world, catalog)
    deal.review("Approved")
    deal.say(**NEXT)
    follower = followed(deal)
    assert follower.status == "Approved"
    assert follower.snapshot(AWS_VIEW)["Revision"] == 1
    assert follower.view() == follower.as_viewed()
    assert follower.view()["LifeCycle"]["Stage"] == "Qualified"


def test_partner_that_accepts_before_the_approval_has_no_view_yet(world: World) -> None:
    deal = submitted(world)
    follower = followed(deal)
    listed = follower.partner.list_resource_snapshots(
        Catalog="Sandbox", EngagementIdentifier=deal.engagement
    )["ResourceSnapshotSummaries"]
    assert {one["ResourceSnapshotTemplateName"] for one in listed} == {"OpportunitySummaryView"}


def test_follower_with_a_decision_of_its_own_is_told_of_its_leaders(world: World) -> None:
    """It does not change, and what AWS's summary says of it does."""
    deal = submitted(world)
    follower = followed(deal)
    follower.review("Approved")
    assert "LifeCycle" not in follower.view()
    before = follower.read()["LastModifiedDate"]
    seen = told(world, OTHER, partial(deal.review, "Approved"))
    assert [one for one in seen if one != VIEW] == [
        ("Engagement Member Added", "aws"), (UPDATED, follower.id), AWS_OWN,
    ]  # fmt: skip
    assert follower.read()["LastModifiedDate"] == before
    assert follower.view() == follower.as_viewed()


def test_follower_in_action_required_is_told_of_the_approval_and_shown_with_its_own(
    world: World,
) -> None:
    deal = submitted(world)
    follower = followed(deal)
    follower.review("ActionRequired")
    seen = told(world, OTHER, partial(deal.review, "Approved"))
    assert seen == [("Engagement Member Added", "aws"), VIEW, (UPDATED, follower.id)]
    seen = told(world, OTHER, partial(follower.update, CORRECTION))
    assert seen == [(UPDATED, follower.id), VIEW, AWS_OWN]


def test_partner_that_accepts_after_aws_spoke_has_awss_view(world: World) -> None:
    deal = submitted(world)
    deal.say(**NEXT)
    follower = followed(deal)
    assert follower.view() == follower.as_viewed()


def test_view_of_who_submits_itself_is_of_its_own_summary(world: World) -> None:
    """It had that of the other while it followed."""
    deal = engaged(world)
    follower = completed(followed(deal))
    deal.submit()
    deal.say(**NEXT)
    assert "LifeCycle" in follower.view()
    follower.submit()
    assert follower.view() == follower.as_viewed()
    assert "LifeCycle" not in follower.view()


# --- its leader's owner changes it ---------------------------------------------------------------


@pytest.mark.parametrize("catalog", CATALOGS)
def test_follower_is_told_when_the_copy_changes(world: World, catalog: str) -> None:
    deal = submitted(world, catalog)
    follower = followed(deal)
    deal.review("Approved")
    contacts = {"Customer.Contacts": [{"Email": "other@example.com"}]}
    assert (UPDATED, follower.id) in told(world, OTHER, partial(deal.update, contacts))
    assert follower.summary()["Customer"]["Contacts"] == [{"Email": "other@example.com"}]
    comments = {"Project.AdditionalComments": "No part of the summary."}
    assert (UPDATED, follower.id) not in told(world, OTHER, partial(deal.update, comments))


def test_follower_of_a_draft_is_told_of_its_submission(world: World) -> None:
    deal = engaged(world)
    follower = followed(deal)
    assert (UPDATED, follower.id) in told(world, OTHER, deal.submit)
    assert follower.summary()["InvolvementType"] == "Co-Sell"
    assert follower.status == "Pending Submission"


def test_follower_of_a_draft_is_told_of_what_the_sandboxs_reviewer_says(world: World) -> None:
    deal = engaged(world)
    follower = followed(deal)
    seen = told(world, OTHER, partial(deal.update, SENT_BACK))
    assert seen == [(UPDATED, follower.id)]


# --- what AWS said of it before ------------------------------------------------------------------

ASKED = {"Comments": "Mend the address.", "Reason": "Other"}
WORDS = {"Comments": "For the sender's eyes.", "Reason": "Opportunity out of scope"}


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize(("outcome", "reason"), [("Approved", None), ("Rejected", "Other")])
@pytest.mark.parametrize("missed", [False, True])
def test_decision_on_the_leader_ends_what_aws_said_of_the_follower(
    world: World, catalog: str, outcome: str, reason: str | None, missed: bool
) -> None:
    deal = submitted(world, catalog)
    follower = followed(deal)
    follower.review("ActionRequired", **ASKED)
    assert follower.read()["LifeCycle"]["ReviewComments"] == "Mend the address."
    acts = [partial(follower.update, CORRECTION), partial(deal.review, outcome, **WORDS)]
    for act in reversed(acts) if missed else acts:
        act()
    life = follower.read()["LifeCycle"]
    assert life["ReviewStatus"] == outcome
    assert (life.get("ReviewComments"), life.get("ReviewStatusReason")) == (None, reason)
    assert deal.read()["LifeCycle"]["ReviewComments"] == "For the sender's eyes."


def test_decision_ends_it_for_a_follower_of_a_follower_too(world: World) -> None:
    deal = submitted(world)
    farther = farther_than(followed(deal))
    farther.review("ActionRequired", **ASKED)
    farther.update(CORRECTION)
    deal.review("Rejected", **WORDS)
    life = farther.read()["LifeCycle"]
    assert (life.get("ReviewComments"), life["ReviewStatusReason"]) == (None, "Other")

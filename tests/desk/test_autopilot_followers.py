"""What the autopilot looks at when an opportunity follows another partner's, or only the Sandbox's
reviewer ever saw it."""

from typing import Any

import pytest

from tests.deals import Deal, completed, created, engaged, followed
from tests.deals import submitted as submitted_deal
from tests.harness import World
from tests.piloting import next_due
from tests.submitting import CO_SELL, VISIBILITY_ONLY

SENT_BACK = {"LifeCycle.ReviewStatus": "Action Required"}
CORRECTION = {"Project.CustomerBusinessProblem": "The customer wants its web shop on AWS by May."}


def advanced(world: World, seconds: int) -> int:
    """How many things AWS did meanwhile."""
    return int(world.desk("AdvanceClock", Seconds=seconds)["Fired"])


def started(deal: Deal, submission: dict[str, Any]) -> Any:
    start = deal.partner.start_engagement_from_opportunity_task
    return start(**deal.named, AwsSubmission=submission)


def sent_back_and_corrected(deal: Deal) -> Deal:
    """Submitted by a correction of what the Sandbox's reviewer asked for, and by nothing else."""
    deal.update(SENT_BACK)
    deal.update(CORRECTION)
    assert deal.status == "Submitted"
    return deal


@pytest.mark.parametrize("leader", ["submitted", "draft"])
def test_follower_that_its_owner_submits_after_a_correction_is_looked_at(
    still: World, leader: str
) -> None:
    deal = submitted_deal(still) if leader == "submitted" else engaged(still)
    follower = followed(deal)
    completed(follower, SENT_BACK).update(CORRECTION)
    assert follower.status == "Submitted"
    still.desk("PutAutopilot", DelaySeconds=60)
    task = started(follower, {**VISIBILITY_ONLY, "Visibility": "Full"})
    assert (task["TaskStatus"], follower.status) == ("COMPLETE", "Submitted")
    assert advanced(still, 60) == (2 if leader == "submitted" else 1)
    assert follower.status == "Approved"
    assert next_due(still) is None


def test_what_was_never_submitted_is_not_looked_at(still: World) -> None:
    early = sent_back_and_corrected(created(still))
    still.desk("PutAutopilot", DelaySeconds=60)
    late = sent_back_and_corrected(created(still))
    assert next_due(still) is None
    assert advanced(still, 86_400) == 0
    for deal in (early, late):
        task = started(deal, CO_SELL)
        assert (task["TaskStatus"], deal.status) == ("COMPLETE", "Submitted")
        assert "aws" not in Deal(still, deal.id, task["EngagementId"]).members()
    assert advanced(still, 60) == 2
    assert (early.status, late.status) == ("Approved", "Approved")


@pytest.mark.parametrize("outcome", ["Approved", "Rejected", "ActionRequired"])
def test_follower_that_was_taken_up_by_hand_is_left_to_its_leader(
    still: World, outcome: str
) -> None:
    deal = submitted_deal(still)
    follower = followed(deal)
    follower.review("InReview")
    still.desk("PutAutopilot", Id="take-up", Outcome="InReview", DelaySeconds=10)
    still.desk("PutAutopilot", Id="decide", Outcome=outcome, DelaySeconds=60)
    assert advanced(still, 10) == 1
    assert (deal.status, follower.status) == ("In review", "In review")
    assert advanced(still, 60) == 1
    expected = {"ActionRequired": "In review"}.get(outcome, outcome)
    assert follower.status == expected
    assert next_due(still) is None

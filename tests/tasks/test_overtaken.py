"""A submission by task that is overtaken by one elsewhere: what becomes of AWS's invitation to the
task's engagement, which no review answers any more.
"""

from typing import Any

import pytest

from tests.engaging import engaged
from tests.harness import World
from tests.submitting import CO_SELL, created, shown
from tests.tasking import SANDBOX, SUBMITTING, advance, complete, failure
from tests.updating import body

ASKED = len(SUBMITTING.steps) - 1  # steps after which AWS is asked and nothing is submitted


def invited(world: World) -> dict[str, str]:
    """How AWS's invitations stand, by engagement."""
    sent = world.client().list_engagement_invitations(**SANDBOX, ParticipantType="SENDER")
    return {one["EngagementId"]: one["Status"] for one in sent["EngagementInvitationSummaries"]}


def review(world: World, id: str, outcome: str) -> None:
    world.desk("ReviewOpportunity", **SANDBOX, OpportunityIdentifier=id, Outcome=outcome)


def overtaken(world: World, steps: int = ASKED) -> tuple[str, Any, str]:
    """An opportunity, the task that was to submit it, and the engagement where it was submitted
    after so many of the task's steps."""
    members, elsewhere = complete(world), str(engaged(world)["Id"])
    id = members["Identifier"]
    world.desk("PutPace", Mode="Held")
    task = advance(world, SUBMITTING.start(world, **members), Steps=steps)
    shown(world, id, elsewhere)
    world.client().submit_opportunity(**SANDBOX, Identifier=id, **CO_SELL)
    return id, task, elsewhere


@pytest.mark.parametrize(
    ("outcome", "answer"), [("Approved", "ACCEPTED"), ("Rejected", "REJECTED")]
)
@pytest.mark.parametrize("first", ["task", "review"])
def test_what_was_decided_elsewhere_is_asked_no_more(
    world: World, outcome: str, answer: str, first: str
) -> None:
    id, task, elsewhere = overtaken(world)
    here = task["EngagementId"]
    assert invited(world) == {here: "PENDING", elsewhere: "PENDING"}
    if first == "task":
        assert failure(advance(world, task)) == ("FAILED", "OpportunitySubmissionFailed")
        assert invited(world)[here] == "PENDING"  # what its steps did stays
    review(world, id, "Action Required")
    assert invited(world) == {here: "PENDING", elsewhere: "PENDING"}
    review(world, id, outcome)
    assert invited(world) == {here: "REJECTED", elsewhere: answer}
    if first == "review":
        assert failure(advance(world, task)) == ("FAILED", "OpportunitySubmissionFailed")
        assert invited(world) == {here: "REJECTED", elsewhere: answer}
    read = world.client().get_engagement_invitation(
        **SANDBOX, Identifier=task["EngagementInvitationId"]
    )
    assert read["RejectionReason"] == "Other"


def test_the_autopilot_leaves_no_invitation_open(world: World) -> None:
    world.desk("PutAutopilot", Act="Review", Outcome="Approved", DelaySeconds=60)
    world.desk("PutAutopilot", Act="Accept", DelaySeconds=60)
    _, task, elsewhere = overtaken(world)
    world.desk("AdvanceClock", Seconds=60)
    assert invited(world) == {task["EngagementId"]: "REJECTED", elsewhere: "ACCEPTED"}


@pytest.mark.parametrize("outcome", ["Accepted", "Rejected"])
def test_aws_may_answer_it_by_hand(world: World, outcome: str) -> None:
    id, task, elsewhere = overtaken(world)
    world.desk(
        "AnswerInvitation",
        **SANDBOX,
        EngagementInvitationIdentifier=task["EngagementInvitationId"],
        Outcome=outcome,
    )
    assert failure(advance(world, task)) == ("FAILED", "OpportunitySubmissionFailed")
    review(world, id, "Approved")
    assert invited(world) == {task["EngagementId"]: outcome.upper(), elsewhere: "ACCEPTED"}


@pytest.mark.parametrize("steps", range(2, ASKED))
def test_aws_is_not_asked_for_what_was_submitted(world: World, steps: int) -> None:
    id, task, elsewhere = overtaken(world, steps)
    assert failure(advance(world, task, Steps=9)) == ("FAILED", "OpportunitySubmissionFailed")
    assert invited(world) == {elsewhere: "PENDING"}
    review(world, id, "Approved")
    assert invited(world) == {elsewhere: "ACCEPTED"}


def test_what_another_review_answers_is_left_to_it(world: World) -> None:
    id, task, elsewhere = overtaken(world)
    here, other = task["EngagementId"], created(world)
    shown(world, other, here)
    world.client().submit_opportunity(**SANDBOX, Identifier=other, **CO_SELL)
    review(world, id, "Rejected")
    assert invited(world) == {here: "PENDING", elsewhere: "REJECTED"}
    review(world, other, "Approved")
    assert invited(world) == {here: "ACCEPTED", elsewhere: "REJECTED"}


def test_what_the_sandbox_s_reviewer_approved_is_asked_no_more(world: World) -> None:
    members = complete(world)
    world.desk("PutPace", Mode="Held")
    task = advance(world, SUBMITTING.start(world, **members), Steps=ASKED)
    approved = {"LifeCycle.ReviewStatus": "Approved"}
    world.client().update_opportunity(**body(world, members["Identifier"], approved))
    assert invited(world) == {task["EngagementId"]: "REJECTED"}
    assert failure(advance(world, task)) == ("FAILED", "OpportunitySubmissionFailed")

"""Where a received opportunity goes that its owner submits: where it is under review, wherever else
it is shown."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.deals import Deal, completed, engaged, followed, shown, submitted
from tests.engaging import invitation
from tests.harness import OTHER, World
from tests.refusal import refusal
from tests.submitting import CO_SELL


def further(deal: Deal) -> Deal:
    """The owner shows it in an engagement of its own too."""
    made = deal.partner.create_engagement(Catalog=deal.catalog, Title="On", Description="Further")
    return shown(deal, made["Id"])


def by_task(follower: Deal) -> str:
    started = follower.partner.start_engagement_from_opportunity_task(
        **follower.named, AwsSubmission={"Visibility": "Full", **CO_SELL}
    )
    assert started["TaskStatus"] == "COMPLETE", started
    return str(started["EngagementId"])


def by_operation(follower: Deal) -> str:
    follower.submit()
    return follower.engagement


WAYS: dict[str, Callable[[Deal], str]] = {"operation": by_operation, "task": by_task}


@pytest.mark.parametrize("submit", WAYS.values(), ids=WAYS)
def test_what_was_sent_back_is_submitted_where_it_follows(
    world: World, submit: Callable[[Deal], str]
) -> None:
    deal = submitted(world)
    follower = followed(deal)
    elsewhere = further(follower)
    completed(follower, {"LifeCycle.ReviewStatus": "Action Required"})
    assert submit(follower) == deal.engagement
    assert elsewhere.invitations() == [], "AWS is asked where it was"
    follower.review("Approved")
    seen = deal.partner.get_resource_snapshot(**follower.target())
    life = seen["Payload"]["OpportunitySummary"]["Lifecycle"]
    assert life["ReviewStatus"] == "Approved", "the leader's owner reads it there"


def test_draft_that_follows_is_submitted_where_it_was_shown_last(world: World) -> None:
    follower = completed(followed(engaged(world)))
    elsewhere = further(follower)
    assert by_task(follower) == elsewhere.engagement


def not_shown(world: World, deal: Deal) -> Deal:
    """An opportunity that follows and was never shown there: the task came no farther."""
    invited = deal.partner.create_engagement_invitation(
        Catalog=deal.catalog, EngagementIdentifier=deal.engagement, Invitation=invitation(OTHER)
    )
    operation = "StartEngagementByAcceptingInvitationTask"
    fault = {"Step": "CreateResourceSnapshot", "ReasonCode": "InternalError"}
    world.desk("PutTaskFault", Task=operation, **fault)
    task: Any = world.client(OTHER).start_engagement_by_accepting_invitation_task(
        Catalog=deal.catalog, Identifier=invited["Id"]
    )
    assert task["TaskStatus"] == "FAILED"
    follower = Deal(world, task["OpportunityId"], deal.engagement, deal.catalog, OTHER)
    return completed(follower, {"LifeCycle.ReviewStatus": "Action Required"})


def test_task_shows_what_follows_where_it_follows(world: World) -> None:
    follower = not_shown(world, submitted(world))
    assert by_task(follower) == follower.engagement
    assert follower.status == "Submitted"
    assert follower.snapshot()["Revision"] == 1


def test_operation_submits_what_follows_nowhere_that_it_is_not_shown(world: World) -> None:
    follower = not_shown(world, submitted(world))
    told = refusal(follower.submit)
    assert [code for _, code in told.fields] == ["INVALID_RESOURCE_STATE"]
    further(follower).submit()
    assert follower.status == "Submitted"

"""A received opportunity follows another in the engagement of its invitation: what is decided and
said of it is shown there, however far its task has come and wherever else it is shown."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.deals import (
    AWS_OWN,
    AWS_VIEW,
    CATALOGS,
    SHOWN,
    UPDATED,
    Deal,
    completed,
    created,
    engaged,
    followed,
    shown,
    statuses,
    submitted,
    told,
)
from tests.engaging import invitation
from tests.harness import OTHER, World
from tests.refusal import refusal

THIRD = "777788889999"
OPERATION = "StartEngagementByAcceptingInvitationTask"
STEPS = 5
INSIGHTS = {"EngagementScore": "High"}
Act = Callable[[Deal, Deal], Any]
ACTS: dict[str, Act] = {
    "the decision on its leader": lambda deal, _: deal.review("Approved"),
    "a decision on itself": lambda _, follower: follower.review("Approved"),
}


def further(deal: Deal) -> Deal:
    """The owner shows it in an engagement of its own too."""
    made = deal.partner.create_engagement(Catalog=deal.catalog, Title="On", Description="Further")
    return shown(deal, made["Id"])


class Accepting:
    """The task with which another partner accepts an invitation of the deal's owner's."""

    def __init__(self, deal: Deal) -> None:
        self._deal = deal
        invited = deal.partner.create_engagement_invitation(
            Catalog=deal.catalog,
            EngagementIdentifier=deal.engagement,
            Invitation=invitation(OTHER),
        )
        self._named = {"Catalog": deal.catalog, "Identifier": invited["Id"]}
        self.task = self.start()

    def start(self) -> Any:
        partner = self._deal.world.client(OTHER)
        return partner.start_engagement_by_accepting_invitation_task(**self._named)

    @property
    def follower(self) -> Deal:
        deal = self._deal
        return Deal(deal.world, self.task["OpportunityId"], deal.engagement, deal.catalog, OTHER)

    def advance(self, steps: int = STEPS) -> str:
        asked = {"TaskIdentifier": self.task["TaskId"], "Catalog": self._deal.catalog}
        return str(self._deal.world.desk("AdvanceTask", **asked, Steps=steps)["TaskStatus"])


def says(deal: Deal) -> Any:
    """What AWS's own view says of its insights."""
    return deal.snapshot(AWS_VIEW)["Payload"][AWS_VIEW].get("Insights")


# --- shown elsewhere too -------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_decision_is_shown_where_the_follower_follows(world: World, catalog: str, act: Act) -> None:
    deal = submitted(world, catalog)
    follower = followed(deal)
    elsewhere = further(follower)
    act(deal, follower)
    assert statuses(follower) == ["Submitted", "Approved"]
    assert follower.snapshot(AWS_VIEW)["Revision"] == 1
    reading = partial(deal.partner.get_resource_snapshot, **follower.target())
    seen = reading()["Payload"]["OpportunitySummary"]["Lifecycle"]
    assert seen["ReviewStatus"] == "Approved", "the leader's owner and AWS read it there"
    told_so = refusal(follower.partner.get_resource_snapshot, **elsewhere.target(AWS_VIEW))
    assert told_so.code == "ResourceNotFoundException"


@pytest.mark.parametrize("of_leader", [True, False])
def test_words_are_shown_where_the_follower_follows(world: World, of_leader: bool) -> None:
    deal = submitted(world)
    follower = followed(deal)
    elsewhere = further(follower)
    deal.review("Approved")
    seen = told(world, OTHER, partial((deal if of_leader else follower).say, Insights=INSIGHTS))
    assert seen == [(UPDATED, follower.id), AWS_OWN]
    assert (follower.snapshot(AWS_VIEW)["Revision"], says(follower)) == (2, INSIGHTS)
    refused = refusal(follower.partner.get_resource_snapshot, **elsewhere.target(AWS_VIEW))
    assert refused.code == "ResourceNotFoundException"


def test_chain_of_followers_is_shown_in_the_engagement_of_each(world: World) -> None:
    deal = submitted(world)
    nearer = followed(deal)
    farther = followed(further(nearer), THIRD)
    deal.review("Approved")
    deal.say(Insights=INSIGHTS)
    assert [statuses(one) for one in (nearer, farther)] == [["Submitted", "Approved"]] * 2
    assert [says(one) for one in (nearer, farther)] == [INSIGHTS] * 2


def test_sandbox_reviewers_decision_on_a_draft_is_shown_where_it_is_followed(world: World) -> None:
    follower = followed(engaged(world))
    further(follower)
    follower.update({"LifeCycle.ReviewStatus": "Approved"})
    assert statuses(follower) == ["Pending Submission", "Approved"]
    assert follower.snapshot(AWS_VIEW)["Revision"] == 1


def test_submission_of_its_own_is_where_the_decision_is_shown_from_then_on(world: World) -> None:
    follower = completed(followed(engaged(world)))
    elsewhere = further(follower)
    elsewhere.submit()
    elsewhere.review("Approved")
    assert statuses(elsewhere)[-1] == "Approved"
    assert elsewhere.snapshot(AWS_VIEW)["Revision"] == 1
    refused = refusal(follower.partner.get_resource_snapshot, **follower.target(AWS_VIEW))
    assert refused.code == "ResourceNotFoundException"


# --- before its snapshot is there ----------------------------------------------------------------


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_decision_between_the_steps_is_shown_with_awss_view(
    world: World, catalog: str, act: Act
) -> None:
    deal = submitted(world, catalog)
    world.desk("PutPace", Mode="Held")
    accepting = Accepting(deal)
    accepting.advance(2)
    follower = accepting.follower
    seen = told(world, OTHER, partial(act, deal, follower))
    assert seen[-2:] == [(UPDATED, follower.id), AWS_OWN]
    refused = refusal(follower.partner.get_resource_snapshot, **follower.target())
    assert refused.code == "ResourceNotFoundException", "its task has yet to show it"
    deal.say(Insights=INSIGHTS)
    assert accepting.advance() == "COMPLETE"
    assert statuses(follower) == ["Approved"]
    assert (follower.snapshot(AWS_VIEW)["Revision"], says(follower)) == (2, INSIGHTS)


@pytest.mark.parametrize("done", range(1, STEPS))
def test_approval_after_any_step_ends_in_the_same(world: World, done: int) -> None:
    deal = submitted(world)
    world.desk("PutPace", Mode="Held")
    accepting = Accepting(deal)
    accepting.advance(done)
    deal.review("Approved")
    assert accepting.advance() == "COMPLETE"
    follower = accepting.follower
    assert (follower.status, statuses(follower)[-1]) == ("Approved", "Approved")
    assert follower.snapshot(AWS_VIEW)["Revision"] == 1
    events = [one for one in world.events(OTHER) if one["detail-type"] == SHOWN]
    assert sum(
        one["detail"]["resourceSnapshot"]["resourceId"] == follower.id for one in events
    ) == (2 if done < 3 else 3)


def test_approval_before_a_failed_task_is_gone_on_with_has_awss_view(world: World) -> None:
    deal = submitted(world)
    fault = {"Step": "CreateResourceSnapshot", "ReasonCode": "InternalError"}
    world.desk("PutTaskFault", Task=OPERATION, **fault)
    accepting = Accepting(deal)
    assert accepting.task["TaskStatus"] == "FAILED"
    deal.review("Approved")
    assert accepting.start()["TaskStatus"] == "COMPLETE"
    assert statuses(accepting.follower) == ["Approved"]
    assert accepting.follower.snapshot(AWS_VIEW)["Revision"] == 1


# --- whom it follows -----------------------------------------------------------------------------


@pytest.mark.parametrize("fails", [True, False])
def test_whom_it_follows_is_settled_when_the_invitation_is_accepted(
    world: World, fails: bool
) -> None:
    deal = submitted(world)
    if fails:
        fault = {"Step": "CreateOpportunity", "ReasonCode": "InternalError"}
        world.desk("PutTaskFault", Task=OPERATION, **fault)
    else:
        world.desk("PutPace", Mode="Held")
    accepting = Accepting(deal)
    if not fails:
        accepting.advance(1)
    shown(created(world), deal.engagement)
    if fails:
        accepting.task = accepting.start()
    else:
        accepting.advance()
    assert accepting.follower.status == "Submitted"
    deal.review("Approved")
    assert accepting.follower.status == "Approved"


def test_what_is_shared_after_acceptance_is_not_followed(world: World) -> None:
    deal = engaged(world)
    made = deal.partner.create_engagement(Catalog=deal.catalog, Title="Empty", Description="Yet")
    place = Deal(world, deal.id, made["Id"], deal.catalog)
    world.desk("PutPace", Mode="Held")
    accepting = Accepting(place)
    accepting.advance(1)
    shown(deal, place.engagement).submit()
    assert accepting.advance() == "COMPLETE"
    assert accepting.follower.status == "Pending Submission"


def test_leader_that_is_rejected_before_the_opportunity_is_made_is_not_followed(
    world: World,
) -> None:
    deal = submitted(world)
    world.desk("PutPace", Mode="Held")
    accepting = Accepting(deal)
    accepting.advance(1)
    deal.review("Rejected")
    assert accepting.advance() == "COMPLETE"
    assert accepting.follower.status == "Pending Submission"

"""Invitations, from the moment that AWS refers an opportunity to the deal in the CRM."""

from pathlib import Path

import pytest

from cosell.testing import World
from crm_sync.crm import ACCEPT, ACCEPTED, ACCEPTING, DECLINE, DECLINED, EXPIRED, FAILED, WAITS, Crm
from crm_sync.partner_central import TRIES
from crm_sync.sync import sync_once

START = "StartEngagementByAcceptingInvitationTask"


def test_a_referral_becomes_a_deal(cosell: World, crm: Crm) -> None:
    referral = cosell.aws.refer(Project={"Title": "Order processing"})
    sync_once(crm)
    [invitation] = crm.invitations(WAITS)
    assert (invitation.title, invitation.sender) == ("Order processing", "AWS")

    crm.decide(invitation.id, ACCEPT)
    sync_once(crm)
    assert [one.state for one in crm.invitations()] == [ACCEPTED]
    deal = crm.deal(referral.OpportunityId)
    assert (deal.title, deal.stage, deal.review_status) == (
        "Order processing",
        "Prospect",
        "Approved",
    )


def test_every_page_is_read(cosell: World, crm: Crm) -> None:
    referrals = {cosell.aws.refer().EngagementInvitationId for _ in range(25)}
    sync_once(crm)
    assert {one.id for one in crm.invitations(WAITS)} == referrals
    assert len(cosell.calls.of("ListEngagementInvitations")) == 2


def test_a_decline_tells_aws_why(cosell: World, crm: Crm) -> None:
    referral = cosell.aws.refer()
    sync_once(crm)
    crm.decide(referral.EngagementInvitationId, DECLINE, "Not a market of ours")
    sync_once(crm)
    assert [one.state for one in crm.invitations()] == [DECLINED]
    told = cosell.partner.client.get_engagement_invitation(
        Catalog="Sandbox", Identifier=referral.EngagementInvitationId
    )
    assert (told["Status"], told["RejectionReason"]) == ("REJECTED", "Not a market of ours")


def test_an_invitation_that_nobody_answers_expires(cosell: World, crm: Crm) -> None:
    cosell.aws.refer()
    sync_once(crm)
    cosell.clock.advance(days=15)
    sync_once(crm)
    assert [one.state for one in crm.invitations()] == [EXPIRED]


@pytest.mark.parametrize("decision", [ACCEPT, DECLINE])
def test_a_decision_that_comes_too_late(cosell: World, crm: Crm, decision: str) -> None:
    referral = cosell.aws.refer()
    sync_once(crm)
    crm.decide(referral.EngagementInvitationId, decision)
    cosell.clock.advance(days=15)
    sync_once(crm)
    assert [one.state for one in crm.invitations()] == [EXPIRED]
    assert not crm.deals()


# --- tasks ---------------------------------------------------------------------------------------


def accept(crm: Crm, cosell: World) -> str:
    """AWS refers an opportunity, sales accepts; the opportunity's id."""
    referral = cosell.aws.refer()
    sync_once(crm)
    crm.decide(referral.EngagementInvitationId, ACCEPT)
    return str(referral.OpportunityId)


def test_a_task_that_takes_its_time_is_followed(cosell: World, crm: Crm) -> None:
    cosell.tasks.paced(seconds=5)
    opportunity = accept(crm, cosell)
    sync_once(crm)
    assert crm.deal(opportunity).stage == "Prospect"
    assert len(cosell.calls.of("ListEngagementByAcceptingInvitationTasks")) > 2


def test_a_task_that_takes_too_long_is_left_for_the_next_pass(cosell: World, crm: Crm) -> None:
    cosell.tasks.hold()
    opportunity = accept(crm, cosell)
    sync_once(crm)
    assert [one.state for one in crm.invitations()] == [ACCEPTING]
    cosell.tasks.release()
    sync_once(crm)
    assert crm.deal(opportunity).stage == "Prospect"
    assert len(cosell.calls.of(START)) == 1


def test_a_task_that_fails_goes_on_where_it_stood(cosell: World, crm: Crm) -> None:
    opportunity = accept(crm, cosell)
    with cosell.faults.fail_task(START, at="CreateResourceSnapshot", reason_code="InternalError"):
        sync_once(crm)
    [invitation] = crm.invitations(ACCEPT)
    assert invitation.note.startswith("InternalError")
    sync_once(crm)
    assert [one.state for one in crm.invitations()] == [ACCEPTED]
    assert [deal.opportunity_id for deal in crm.deals()] == [opportunity]


def test_a_task_that_cannot_succeed_is_told_to_sales(cosell: World, crm: Crm) -> None:
    accept(crm, cosell)
    cosell.faults.fail_task(START, at="AcceptInvitation", reason_code="InvitationAccessDenied")
    sync_once(crm)
    sync_once(crm)
    [invitation] = crm.invitations(FAILED)
    assert invitation.note.startswith("InvitationAccessDenied")
    assert len(cosell.calls.of(START)) == 1


# --- answers that never came ---------------------------------------------------------------------


def test_a_lost_answer_does_not_start_twice(cosell: World, crm: Crm) -> None:
    opportunity = accept(crm, cosell)
    with cosell.faults.lose_answer(START) as lost:
        sync_once(crm)
    assert lost.fired == 1
    assert [deal.opportunity_id for deal in crm.deals()] == [opportunity]
    assert len(list(cosell.tasks)) == 1
    assert cosell.calls.of(START).last.replayed


def test_answers_lost_beyond_botocore_are_asked_for_in_the_next_pass(
    cosell: World, crm: Crm
) -> None:
    opportunity = accept(crm, cosell)
    with cosell.faults.lose_answer(START, times=TRIES):
        sync_once(crm)
    assert [one.state for one in crm.invitations()] == [ACCEPTING]
    sync_once(crm)
    assert [one.state for one in crm.invitations()] == [ACCEPTED]
    assert crm.deal(opportunity).review_status == "Approved"
    assert len(list(cosell.tasks)) == 1
    assert len({call.request["ClientToken"] for call in cosell.calls.of(START)}) == 1


def test_a_crash_after_the_start_does_not_start_twice(
    cosell: World, crm: Crm, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opportunity = accept(crm, cosell)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Crm, "begun", die)
        with pytest.raises(KeyboardInterrupt):
            sync_once(crm)
    with Crm(database) as reopened:
        sync_once(reopened)
        assert [deal.opportunity_id for deal in reopened.deals()] == [opportunity]
    assert len(list(cosell.tasks)) == 1


def test_throttling_is_waited_for(cosell: World, crm: Crm) -> None:
    cosell.aws.refer()
    before = cosell.clock.now()
    with cosell.faults.throttle("ListEngagementInvitations", times=TRIES + 1) as throttled:
        sync_once(crm)
    assert throttled.fired == TRIES + 1
    assert len(crm.invitations(WAITS)) == 1
    assert (cosell.clock.now() - before).total_seconds() >= 5

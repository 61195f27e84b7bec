"""What EventBridge brings: AWS's decisions reach the CRM without a pass in between."""

import pytest
from botocore.exceptions import ClientError

from cosell.testing import World
from crm_sync.crm import EXPIRED, WAITS, Crm
from crm_sync.events import handler
from crm_sync.partner_central import TRIES
from crm_sync.sync import sync_once


@pytest.mark.parametrize("outcome", ["In review", "Approved", "Rejected"])
def test_what_aws_decides_shows_in_the_crm(cosell: World, crm: Crm, outcome: str) -> None:
    opportunity = cosell.given.opportunity("Submitted")
    cosell.aws.review(opportunity, outcome)
    cosell.events.deliver_all(handler)
    assert crm.deal(opportunity.Id).review_status == outcome


def test_what_aws_asks_for_shows_and_the_correction_goes_back(cosell: World, crm: Crm) -> None:
    opportunity = cosell.given.opportunity("Submitted")
    cosell.aws.review(opportunity, "Action Required", comments="By when?")
    cosell.events.deliver_all(handler)
    deal = crm.deal(opportunity.Id)
    assert (deal.review_status, deal.review_comments) == ("Action Required", "By when?")

    crm.edit(opportunity.Id, close_date="2099-06-30")
    sync_once(crm)
    assert crm.deal(opportunity.Id).review_status == "Submitted"


def test_invitations_come_and_expire_by_events(cosell: World, crm: Crm) -> None:
    cosell.aws.refer()
    cosell.events.deliver_all(handler)
    assert len(crm.invitations(WAITS)) == 1
    cosell.clock.advance(days=15)
    cosell.events.deliver_all(handler)
    assert len(crm.invitations(EXPIRED)) == 1


@pytest.mark.parametrize("seed", range(5))
def test_events_that_come_twice_and_in_any_order(cosell: World, crm: Crm, seed: int) -> None:
    opportunity = cosell.given.opportunity("Submitted")
    cosell.aws.review(opportunity, "In review")
    cosell.aws.review(opportunity, "Approved")
    cosell.given.opportunity("Action Required")
    delivered = cosell.events.deliver_all(handler, duplicate=1.0, shuffle=True, seed=seed)
    assert delivered == 2 * len(cosell.events.to())
    reviews = [deal.review_status for deal in crm.deals()]
    assert sorted(reviews) == ["Action Required", "Approved"]


def test_an_event_counts_as_seen_only_when_its_work_is_done(cosell: World, crm: Crm) -> None:
    opportunity = cosell.given.opportunity()
    [event] = cosell.events.to()
    with cosell.faults.fail("GetOpportunity", times=TRIES), pytest.raises(ClientError):
        handler(event, None)
    assert handler(event, None) == {"status": "done"}
    assert handler(event, None) == {"status": "seen before"}
    assert crm.deal(opportunity.Id).review_status == "Pending Submission"


def test_what_a_lost_event_would_have_told_comes_with_the_next_pass(
    cosell: World, crm: Crm
) -> None:
    opportunity = cosell.given.opportunity("Submitted")
    sync_once(crm)
    cosell.aws.review(opportunity, "Approved")
    sync_once(crm)
    assert crm.deal(opportunity.Id).review_status == "Approved"


def test_events_of_another_catalog_are_not_ours(cosell: World, crm: Crm) -> None:
    cosell.given.opportunity(Catalog="AWS")
    cosell.events.deliver_all(handler)
    assert not crm.deals()

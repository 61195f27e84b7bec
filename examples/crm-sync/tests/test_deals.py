"""What sales changes in a deal, on its way to AWS."""

import pytest

from cosell.testing import World
from crm_sync.crm import Crm, Deal
from crm_sync.sync import sync_once

UPDATE = "UpdateOpportunity"


@pytest.fixture
def deal(cosell: World, crm: Crm) -> Deal:
    """A deal that AWS approved, as the CRM knows it."""
    opportunity = cosell.given.opportunity("Approved")
    sync_once(crm)
    return crm.deal(opportunity.Id)


def read(cosell: World, deal: Deal) -> dict[str, dict[str, object]]:
    """The opportunity, as AWS has it."""
    answer: dict[str, dict[str, object]] = cosell.partner.client.get_opportunity(
        Catalog="Sandbox", Identifier=deal.opportunity_id
    )
    return answer


def test_an_edit_reaches_aws_and_nothing_else_changes(cosell: World, crm: Crm, deal: Deal) -> None:
    before = read(cosell, deal)
    crm.edit(deal.opportunity_id, next_steps="Send the offer.", stage="Qualified")
    sync_once(crm)
    after = read(cosell, deal)
    assert (after["LifeCycle"]["NextSteps"], after["LifeCycle"]["Stage"]) == (
        "Send the offer.",
        "Qualified",
    )
    for untouched in ("Customer", "Marketing", "PrimaryNeedsFromAws", "Project"):
        assert after[untouched] == before[untouched]
    assert cosell.calls.cleared == []
    assert not crm.deal(deal.opportunity_id).edits


def test_two_who_change_the_same_opportunity_lose_nothing(
    cosell: World, crm: Crm, deal: Deal
) -> None:
    def colleague() -> None:
        members = cosell.example(UPDATE, Identifier=deal.opportunity_id)
        members["LifeCycle"]["NextSteps"] = "Ask for a meeting."
        cosell.partner.client.update_opportunity(**members)

    crm.edit(deal.opportunity_id, stage="Qualified")
    with cosell.faults.meanwhile(UPDATE, colleague):
        sync_once(crm)
    outcomes = [call.outcome for call in cosell.calls.of(UPDATE)]
    assert outcomes == ["Success", "ConflictException", "Success"]
    now = crm.deal(deal.opportunity_id)
    assert (now.stage, now.next_steps) == ("Qualified", "Ask for a meeting.")
    assert not now.edits


def test_an_update_whose_answer_is_lost_is_made_once(cosell: World, crm: Crm, deal: Deal) -> None:
    crm.edit(deal.opportunity_id, next_steps="Send the offer.")
    with cosell.faults.lose_answer(UPDATE):
        sync_once(crm)
    history = read(cosell, deal)["LifeCycle"]["NextStepsHistory"]
    assert isinstance(history, list)
    assert [step["Value"] for step in history].count("Send the offer.") == 1
    assert not crm.deal(deal.opportunity_id).edits


def test_what_aws_does_not_take_is_told_to_sales_and_not_sent_again(
    cosell: World, crm: Crm, deal: Deal
) -> None:
    crm.edit(deal.opportunity_id, title="Another title")
    sync_once(crm)
    sync_once(crm)
    [refused] = cosell.calls.of(UPDATE)
    assert refused.outcome == "ValidationException"
    assert crm.deal(deal.opportunity_id).problem == (
        "project.title is not editable if status is Approved"
    )
    crm.edit(deal.opportunity_id, title=deal.title, next_steps="Send the offer.")
    sync_once(crm)
    assert not crm.deal(deal.opportunity_id).edits


def test_a_throttled_update_arrives(cosell: World, crm: Crm, deal: Deal) -> None:
    crm.edit(deal.opportunity_id, next_steps="Send the offer.")
    with cosell.faults.throttle(UPDATE, times=8):
        sync_once(crm)
    assert not crm.deal(deal.opportunity_id).edits


# --- March 2026 ----------------------------------------------------------------------------------


@pytest.fixture
def in_spring(cosell: World, spring: World, crm: Crm) -> dict[str, str]:
    """The scene, taken over: the ids of its deals by their titles."""
    cosell.start_from(spring)
    sync_once(crm)
    return {deal.title: deal.opportunity_id for deal in crm.deals()}


def test_a_close_date_of_may_2026_is_in_the_future(
    cosell: World, crm: Crm, in_spring: dict[str, str]
) -> None:
    assert cosell.clock.now().date().isoformat() == "2026-03-02"
    web_shop = in_spring["Web shop"]
    crm.edit(web_shop, close_date="2026-05-29")
    sync_once(crm)
    assert crm.deal(web_shop).close_date == "2026-05-29"


def test_a_close_date_of_february_is_not(crm: Crm, in_spring: dict[str, str]) -> None:
    web_shop = in_spring["Web shop"]
    crm.edit(web_shop, close_date="2026-02-27")
    sync_once(crm)
    assert crm.deal(web_shop).problem == "Target Close Date should be a future date"


def test_the_scene_is_as_it_was_built(crm: Crm, in_spring: dict[str, str]) -> None:
    assert crm.deal(in_spring["Data lake"]).review_status == "Submitted"
    assert [one.title for one in crm.invitations()] == ["Order processing"]

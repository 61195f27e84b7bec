"""What AWS changes in a partner's opportunity is shown at once: in AWS's own view, and in what the
members of the engagement see, whether or not a job runs."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.deals import (
    AWS_OWN,
    AWS_VIEW,
    CATALOGS,
    SHOWN,
    UPDATED,
    VIEW,
    Deal,
    created,
    engaged,
    followed,
    submitted,
    told,
)
from tests.harness import OTHER, World
from tests.refusal import refusal

SPEND = [{"Amount": "77", "CurrencyCode": "USD", "Frequency": "Monthly", "TargetCompany": "AWS"}]
# What AWS's summary has of the opportunity.
COPIED: list[dict[str, Any]] = [
    {"Project": {"ExpectedCustomerSpend": SPEND}},
    {"LifeCycle": {"NextSteps": "By AWS"}},
    {"Customer": {"Contacts": [{"Email": "another@example.com", "FirstName": "Another"}]}},
    {"Customer": {"Contacts": []}},
]
STAGE: dict[str, Any] = {"LifeCycle": {"Stage": "Qualified"}}


def update(deal: Deal, **said: Any) -> None:
    """AWS updates the opportunity."""
    asked = {"Catalog": deal.catalog, "OpportunityIdentifier": deal.id}
    deal.world.desk("UpdatePartnerOpportunity", **asked, **said)


def approved(world: World, catalog: str = "Sandbox") -> Deal:
    deal = submitted(world, catalog)
    deal.review("Approved")
    return deal


def revisions(deal: Deal) -> tuple[int, int]:
    """How many there are of what members see, and of AWS's own view."""
    return deal.snapshot()["Revision"], deal.snapshot(AWS_VIEW)["Revision"]


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize("said", COPIED)
def test_what_awss_summary_has_is_in_its_view_at_once(
    world: World, catalog: str, said: dict[str, Any]
) -> None:
    deal = approved(world, catalog)
    seen, own = revisions(deal)
    before = deal.view()
    events = told(world, deal.account, lambda: update(deal, **said))
    assert deal.view() == deal.as_viewed() != before
    assert revisions(deal) == (seen + 1, own + 1)
    assert events == [(UPDATED, deal.id), VIEW, AWS_OWN]
    again = told(world, deal.account, lambda: update(deal, **said))
    assert again == [(UPDATED, deal.id)]


def test_what_nobody_is_shown_makes_no_revision(world: World) -> None:
    deal = approved(world)
    before = revisions(deal)
    events = told(world, deal.account, lambda: update(deal, Project={"Title": "By AWS"}))
    assert (events, revisions(deal)) == ([(UPDATED, deal.id)], before)


def test_what_the_owner_changed_is_shown_with_it(world: World) -> None:
    deal = approved(world)
    deal.update({"LifeCycle.NextSteps": "Ours"})
    assert deal.view() != deal.as_viewed()
    update(deal, Project={"Title": "By AWS"})
    assert deal.view() == deal.as_viewed()
    assert deal.view()["LifeCycle"]["NextSteps"] == "Ours"


@pytest.mark.parametrize("begun", [engaged, submitted])
def test_what_is_not_approved_is_shown_to_the_members_alone(
    world: World, begun: Callable[[World], Deal]
) -> None:
    deal = begun(world)
    assert told(world, deal.account, lambda: update(deal, **STAGE)) == [(UPDATED, deal.id), VIEW]
    unseen = refusal(deal.partner.get_resource_snapshot, **deal.target(AWS_VIEW))
    assert unseen.code == "ResourceNotFoundException"
    deal.say()
    update(deal, Customer={"Contacts": []})
    assert deal.view() == deal.as_viewed()


def test_what_is_shown_nowhere_is_only_told(world: World) -> None:
    deal = created(world)
    assert told(world, deal.account, lambda: update(deal, **STAGE)) == [(UPDATED, deal.id)]


@pytest.mark.parametrize("catalog", CATALOGS)
def test_view_of_a_follower_is_as_its_summary(world: World, catalog: str) -> None:
    deal = approved(world, catalog)
    follower = followed(deal)
    assert follower.view() == follower.as_viewed()
    events = told(world, OTHER, lambda: update(deal, **COPIED[0]))
    assert follower.view() == follower.as_viewed()
    assert follower.view()["Project"]["ExpectedCustomerSpend"] == SPEND
    assert [one for one in events if one[0] == UPDATED] == [(UPDATED, follower.id)]
    assert (SHOWN, AWS_VIEW) in events
    assert told(world, OTHER, lambda: update(deal, Project={"Title": "By AWS"})) == []

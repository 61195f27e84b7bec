"""A change of an opportunity costs nothing more for those that follow it, unless it changes what
they see of AWS: counted in steps of SQLite's own machine and in statements, not in time."""

from collections.abc import Callable
from typing import Any

import pytest

from cosell.store.sqlite import SqliteStore
from tests.deals import Deal, followed, shown, submitted
from tests.harness import OTHER
from tests.inside import Inside
from tests.operations.test_statements import asked
from tests.store.test_neighbours import DEARER_MAX, STEPS_MORE, steps

FOLLOWERS = 40
OFFER = "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/Offer/offer-0000000000001"


def assign(deal: Deal) -> None:
    deal.partner.assign_opportunity(
        **deal.named,
        Assignee={
            "Email": "who@example.com", "FirstName": "A", "LastName": "B",
            "BusinessTitle": "PartnerAccountManager",
        },
    )  # fmt: skip


def offer(deal: Deal) -> None:
    named = {"Catalog": deal.catalog, "OpportunityIdentifier": deal.id}
    entity = {"RelatedEntityType": "AwsMarketplaceOffers", "RelatedEntityIdentifier": OFFER}
    deal.partner.associate_opportunity(**named, **entity)
    deal.partner.disassociate_opportunity(**named, **entity)


ACTS: dict[str, Callable[[Deal], Any]] = {
    "assign": assign,
    "associate an offer": offer,
    "update nothing": lambda deal: deal.update({}),
    "update what AWS's summary has not": lambda deal: deal.update(
        {"Project.AdditionalComments": deal.read()["LastModifiedDate"].isoformat()}
    ),
}


@pytest.fixture(scope="module")
def inside() -> Any:
    world = Inside("followers", store=SqliteStore(":memory:"))
    yield world
    world.close()


@pytest.fixture(scope="module")
def deals(inside: Inside) -> tuple[Deal, Deal]:
    """An opportunity that many follow, all of one account, and one that nobody does."""
    alone, crowded = (submitted(inside) for _ in "12")
    for _ in range(FOLLOWERS):
        made = crowded.partner.create_engagement(
            Catalog="Sandbox", Title="Web shop", Description="Shared work"
        )
        followed(shown(crowded, made["Id"]))
    for deal in (alone, crowded):
        deal.review("Approved")
    return alone, crowded


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_change_costs_the_same_however_many_follow(
    inside: Inside, deals: tuple[Deal, Deal], act: Callable[[Deal], Any]
) -> None:
    said: list[int] = []
    spent: list[int] = []
    for deal in deals:
        act(deal)  # what is compiled or looked up once
        with asked(inside) as log:
            act(deal)
        said.append(len(log))
        spent.append(steps(inside.store, lambda deal=deal: act(deal)))  # type: ignore[misc]
    assert said[0] == said[1]
    assert spent[1] <= DEARER_MAX * spent[0] + STEPS_MORE, spent


def test_change_of_what_followers_see_of_aws_reaches_each(
    inside: Inside, deals: tuple[Deal, Deal]
) -> None:
    crowded = deals[1]
    before = len(inside.events(OTHER))
    crowded.update({"LifeCycle.NextSteps": "Call them again."})
    assert len(inside.events(OTHER)) - before == FOLLOWERS

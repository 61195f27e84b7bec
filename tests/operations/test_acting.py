"""Whose doing something is: AWS's at the desk, the owner's where a job of its own shares what AWS
or another partner changed."""

from typing import Any

import pytest

from tests.deals import Deal, engaged, followed, shown, statuses
from tests.engaging import engaged as engagement_of
from tests.engaging import lead
from tests.harness import ACCOUNT, OTHER, World
from tests.inside import Inside
from tests.submitting import CO_SELL, VISIBILITY_ONLY

BOX = {"Catalog": "Sandbox"}


def with_role(world: World, account: str) -> None:
    world.client(account).put_selling_system_settings(
        **BOX, ResourceSnapshotJobRoleIdentifier="Jobs"
    )


def with_job(deal: Deal, engagement: str) -> Deal:
    """The same opportunity where a running job shares it."""
    there = Deal(deal.world, deal.id, engagement, deal.catalog, deal.account)
    job = deal.partner.create_resource_snapshot_job(**there.target())
    named = {**BOX, "ResourceSnapshotJobIdentifier": job["Id"]}
    deal.partner.start_resource_snapshot_job(**named)
    return there


def _lead_engagement(world: World, account: str) -> Any:
    return engagement_of(world, lead(), account=account)["Id"]


@pytest.mark.parametrize("outcome", ["Approved", "Rejected", "InReview"])
def test_what_a_review_brings_into_an_engagement_is_the_owners_doing(
    world: World, outcome: str
) -> None:
    deal = engaged(world, account=OTHER)
    deal.submit()
    there = with_job(deal, _lead_engagement(world, OTHER))
    with_role(world, OTHER)
    deal.review(outcome)
    read = world.client(OTHER).get_engagement(**BOX, Identifier=there.engagement)
    assert [one["Type"] for one in read["Contexts"]] == ["Lead", "CustomerProject"]
    assert read["ModifiedBy"] == OTHER
    told = world.events(OTHER)
    updates = [one["detail"] for one in told if one["detail-type"] == "Engagement Updated"]
    assert [one["engagement"]["LastModifiedBy"] for one in updates] == [OTHER]


def test_decision_is_shown_by_the_followers_own_jobs_with_the_followers_role(world: World) -> None:
    deal = engaged(world)
    deal.submit()
    follower = followed(deal)
    ours = with_job(deal, _lead_engagement(world, ACCOUNT))
    theirs = with_job(follower, _lead_engagement(world, OTHER))
    with_role(world, OTHER)
    deal.review("Approved")
    assert statuses(theirs) == ["Approved"]
    read = world.client(OTHER).get_engagement(**BOX, Identifier=theirs.engagement)
    assert read["ModifiedBy"] == OTHER
    shown_here = world.client().list_engagement_resource_associations(
        **BOX, EngagementIdentifier=ours.engagement
    )
    assert shown_here["EngagementResourceAssociationSummaries"] == [], "nobody set our role"


def test_decision_is_shared_in_other_engagements_by_a_running_job(world: World) -> None:
    with_role(world, ACCOUNT)
    deal = engaged(world)
    elsewhere = with_job(deal, engagement_of(world)["Id"])
    shown(deal, deal.engagement).submit()
    deal.review("Approved")
    assert statuses(deal) == ["Pending Submission"] * 2 + ["Approved"]
    assert statuses(elsewhere)[-1] == "Approved"


def test_received_opportunity_has_a_summary_of_its_own_once_its_owner_submits_it(
    world: World,
) -> None:
    deal = engaged(world)
    follower = followed(deal)
    follower.update(
        {
            "Customer.Account.Address.PostalCode": "98101",
            "Customer.Account.Address.StateOrRegion": "Washington",
            "Project.CustomerUseCase": "Migration / Database Migration",
            "Project.DeliveryModels": ["SaaS or PaaS"],
            "Project.OtherSolutionDescription": "Ours",
            "Project.SalesActivities": ["SOW Signed"],
        }
    )
    deal.submit(**CO_SELL)
    assert follower.summary()["InvolvementType"] == "Co-Sell"
    follower.submit(**VISIBILITY_ONLY)
    assert follower.summary()["InvolvementType"] == "For Visibility Only"
    assert deal.summary()["InvolvementType"] == "Co-Sell"


def test_tags_of_a_job_are_gone_with_it() -> None:
    inside = Inside()
    deal = engaged(inside)
    job = deal.partner.create_resource_snapshot_job(
        **deal.target(), Tags=[{"Key": "team", "Value": "blue"}]
    )
    deal.partner.delete_resource_snapshot_job(**BOX, ResourceSnapshotJobIdentifier=job["Id"])
    with inside.store.read() as tx:
        assert tx.query("select * from tag", {}) == []
    inside.close()

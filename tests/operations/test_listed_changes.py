"""Whatever comes into a list of opportunities is found by who asks for what changed since: a client
that synchronises by LastModifiedDate misses nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.deals import CATALOGS, engaged, submitted
from tests.engaging import invitation
from tests.harness import ACCOUNT, OTHER, World
from tests.submitting import submittable

HOUR = 3600


def now(world: World) -> Any:
    return world.desk("GetClock")["Time"]


def changed_since(world: World, account: str, catalog: str, instant: Any) -> list[Any]:
    found = world.client(account).list_opportunities(
        Catalog=catalog, LastModifiedDate={"AfterLastModifiedDate": instant}
    )
    return list(found["OpportunitySummaries"])


def accepted(world: World, catalog: str, account: str, id: str) -> str:
    task = world.client(account).start_engagement_by_accepting_invitation_task(
        Catalog=catalog, Identifier=id
    )
    assert task["TaskStatus"] == "COMPLETE", task
    return str(task["OpportunityId"])


def by_referral(world: World, catalog: str) -> Callable[[], str]:
    made = world.desk("ReferOpportunity", Catalog=catalog, ReceiverAccountId=ACCOUNT)
    return lambda: accepted(world, catalog, ACCOUNT, made["EngagementInvitationId"])


def by_own_referral(world: World, _: str) -> Callable[[], str]:
    partner = world.client()
    partner.create_opportunity(Catalog="Sandbox", **submittable(), Origin="AWS Referral")
    [asked] = partner.list_engagement_invitations(Catalog="Sandbox", ParticipantType="RECEIVER")[
        "EngagementInvitationSummaries"
    ]
    return lambda: accepted(world, "Sandbox", ACCOUNT, asked["Id"])


def by_invitation(world: World, catalog: str) -> Callable[[], str]:
    deal = submitted(world, catalog)
    asked = deal.partner.create_engagement_invitation(
        Catalog=catalog, EngagementIdentifier=deal.engagement, Invitation=invitation(OTHER)
    )
    return lambda: accepted(world, catalog, OTHER, asked["Id"])


def by_conversion(world: World, catalog: str) -> Callable[[], str]:
    made = world.desk("ReferLead", Catalog=catalog, ReceiverAccountId=ACCOUNT)
    partner = world.client()

    def convert() -> str:
        partner.accept_engagement_invitation(
            Catalog=catalog, Identifier=made["EngagementInvitationId"]
        )
        task = partner.start_opportunity_from_engagement_task(
            Catalog=catalog, Identifier=made["EngagementId"], ContextIdentifier="1"
        )
        return str(task["OpportunityId"])

    return convert


def by_creation(world: World, catalog: str) -> Callable[[], str]:
    return lambda: engaged(world, catalog=catalog).id


WAYS = {
    "referral": (by_referral, ACCOUNT),
    "invitation": (by_invitation, OTHER),
    "conversion": (by_conversion, ACCOUNT),
    "creation": (by_creation, ACCOUNT),
}


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize("way", WAYS)
def test_what_comes_into_the_list_has_changed_since(world: World, catalog: str, way: str) -> None:
    begin, account = WAYS[way]
    appears(world, begin(world, catalog), account, catalog)


def test_referral_of_the_sandbox_itself_has_changed_since(world: World) -> None:
    appears(world, by_own_referral(world, "Sandbox"), ACCOUNT, "Sandbox")


def appears(world: World, act: Callable[[], str], account: str, catalog: str) -> None:
    world.desk("AdvanceClock", Seconds=HOUR)
    polled = now(world)
    assert changed_since(world, account, catalog, polled) == []
    world.desk("AdvanceClock", Seconds=HOUR)
    id = act()
    [found] = changed_since(world, account, catalog, polled)
    assert found["Id"] == id
    read = world.client(account).get_opportunity(Catalog=catalog, Identifier=id)
    assert read["LastModifiedDate"] == found["LastModifiedDate"]
    assert found["LastModifiedDate"] >= parsed(polled)


def parsed(instant: Any) -> datetime:
    return instant if isinstance(instant, datetime) else datetime.fromisoformat(instant)


def test_accepted_referral_keeps_the_date_of_its_creation(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T12:00:00Z", Frozen=True)
    act = by_referral(world, "AWS")
    world.desk("AdvanceClock", Seconds=HOUR)
    got = world.client().get_opportunity(Catalog="AWS", Identifier=act())
    assert got["CreatedDate"].isoformat() == "2030-01-01T12:00:00+00:00"
    assert got["LastModifiedDate"].isoformat() == "2030-01-01T13:00:00+00:00"

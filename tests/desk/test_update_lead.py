"""AWS tells more of a lead: what the members of its engagement are told, and what they find."""

from typing import Any

import pytest

from tests.engaging import interaction, lead, lead_customer, project
from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import desk_refusal, refusal

CATALOGS = ("AWS", "Sandbox")
BOX = {"Catalog": "Sandbox"}
ADDRESS = {
    "City": "Seattle",
    "CountryCode": "US",
    "PostalCode": "98101",
    "StateOrRegion": "Washington",
}


def referred(world: World, catalog: str = "Sandbox", **said: Any) -> str:
    """The engagement of a lead that the partner has accepted."""
    made = world.desk("ReferLead", Catalog=catalog, ReceiverAccountId=ACCOUNT, **said)
    world.client().accept_engagement_invitation(
        Catalog=catalog, Identifier=made["EngagementInvitationId"]
    )
    return str(made["EngagementId"])


def engaged(world: World, *contexts: dict[str, Any]) -> str:
    """An engagement of the partner's own."""
    about = {"Title": "Ours", "Description": "Where we work", "Contexts": [*contexts]}
    made = world.client().create_engagement(**BOX, ClientToken="one", **about)
    return str(made["Id"])


def seen(world: World, engagement: str, catalog: str = "Sandbox") -> dict[str, Any]:
    found = world.client().get_engagement(Catalog=catalog, Identifier=engagement)
    return dict(found)


def lead_in(found: dict[str, Any], number: int = 0) -> dict[str, Any]:
    return dict(found["Contexts"][number]["Payload"]["Lead"])


@pytest.mark.parametrize("catalog", CATALOGS)
def test_without_words_the_customer_speaks_once_more(world: World, catalog: str) -> None:
    engagement = referred(world, catalog)
    before = seen(world, engagement, catalog)
    told = len(world.events())
    answer = world.desk("UpdateLead", Catalog=catalog, EngagementIdentifier=engagement)
    after = seen(world, engagement, catalog)
    [first, second] = lead_in(after)["Interactions"]
    assert lead_in(before)["Interactions"] == [first]
    assert second["Contact"] == first["Contact"]
    assert second["BusinessProblem"] != first["BusinessProblem"]
    assert (first["SourceId"], second["SourceId"]) == ("webinar-001", "webinar-002")
    assert second["InteractionDate"] == after["ModifiedAt"] > before["ModifiedAt"]
    assert lead_in(after) | {"Interactions": [first]} == lead_in(before)
    assert after["ModifiedBy"] == "aws"
    assert answer == {
        "ContextId": "1",
        "EngagementArn": after["Arn"],
        "EngagementId": engagement,
        "EngagementLastModifiedAt": answer["EngagementLastModifiedAt"],
    }
    [event] = world.events()[told:]
    assert event["detail-type"] == "Engagement Updated"
    assert event["detail"]["engagement"]["LastModifiedBy"] == "aws"
    assert event["detail"]["engagement"]["ContextTypes"] == ["Lead"]


def test_what_is_said_stands_over_what_there_was(world: World) -> None:
    engagement = referred(world, QualificationStatus="Qualified")
    before = lead_in(seen(world, engagement))
    world.desk(
        "UpdateLead",
        **BOX,
        EngagementIdentifier=engagement,
        Customer={"MarketSegment": "Small", "Address": {"CountryCode": "DE", "City": "Berlin"}},
        Insights={"LeadReadinessScore": "Low"},
    )
    after = lead_in(seen(world, engagement))
    assert after == {
        **before,
        "Customer": {
            **before["Customer"],
            "MarketSegment": "Small",
            "Address": {
                **before["Customer"]["Address"],
                "CountryCode": "DE",
                "City": "Berlin",
            },
        },
        "Insights": {"LeadReadinessScore": "Low"},
    }
    said = [interaction(SourceName=name) for name in ("second", "third")]
    world.desk("UpdateLead", **BOX, EngagementIdentifier=engagement, Interactions=said)
    names = [one["SourceName"] for one in lead_in(seen(world, engagement))["Interactions"]]
    assert names[1:] == ["second", "third"]


SAID = [
    {"Customer": {name: value}}
    for name, value in lead_customer(AwsMaturity="Exploring", MarketSegment="Small").items()
    if name != "Address"
] + [
    {"Customer": {"Address": {name: value}}}
    for name, value in {
        "City": "Berlin",
        "CountryCode": "DE",
        "PostalCode": "10115",
        "StateOrRegion": "Berlin",
    }.items()
]


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize("said", SAID)
def test_a_lead_of_which_one_word_changes_can_be_converted(
    world: World, catalog: str, said: dict[str, Any]
) -> None:
    engagement = referred(world, catalog, Customer=lead_customer(Address=ADDRESS))
    before = lead_in(seen(world, engagement, catalog))["Customer"]
    assert before["Address"] == ADDRESS
    named = {"Catalog": catalog, "EngagementIdentifier": engagement}
    world.desk("UpdateLead", **named, **said)
    after = lead_in(seen(world, engagement, catalog))["Customer"]
    expected = before | said["Customer"]
    address = said["Customer"].get("Address", {})
    assert after == {**expected, "Address": {**ADDRESS, **address}}
    qualify(world, named, after)
    task = world.client().start_opportunity_from_engagement_task(
        Catalog=catalog, Identifier=engagement, ContextIdentifier="1"
    )
    assert task["TaskStatus"] == "COMPLETE", task


def qualify(world: World, named: dict[str, str], customer: dict[str, Any]) -> None:
    """The partner finds the lead good."""
    found = seen(world, named["EngagementIdentifier"], named["Catalog"])
    world.client().update_engagement_context(
        **named,
        ContextIdentifier="1",
        EngagementLastModifiedAt=found["ModifiedAt"],
        Type="Lead",
        Payload={"Lead": {"Customer": customer, "QualificationStatus": "Qualified"}},
    )


def test_partner_who_read_the_lead_before_has_to_read_it_again(world: World) -> None:
    partner, engagement = world.client(), referred(world)
    read = seen(world, engagement)["ModifiedAt"]
    world.desk("UpdateLead", **BOX, EngagementIdentifier=engagement)
    qualified = {"Customer": lead_customer(), "QualificationStatus": "Qualified"}
    asked: dict[str, Any] = {
        **BOX,
        "EngagementIdentifier": engagement,
        "ContextIdentifier": "1",
        "EngagementLastModifiedAt": read,
        "Type": "Lead",
        "Payload": {"Lead": qualified},
    }
    assert refusal(partner.update_engagement_context, **asked).code == "ConflictException"
    asked["EngagementLastModifiedAt"] = seen(world, engagement)["ModifiedAt"]
    partner.update_engagement_context(**asked)
    assert len(lead_in(seen(world, engagement))["Interactions"]) == 2
    world.desk(
        "UpdateLead",
        **BOX,
        EngagementIdentifier=engagement,
        Insights={"LeadReadinessScore": "Medium"},
    )
    assert lead_in(seen(world, engagement))["QualificationStatus"] == "Qualified"


def test_every_member_is_told_and_who_is_only_invited_is_not(world: World) -> None:
    made = world.desk("ReferLead", **BOX, ReceiverAccountId=ACCOUNT)
    named = {**BOX, "EngagementIdentifier": made["EngagementId"]}
    world.desk("UpdateLead", **named, Insights={"LeadReadinessScore": "Low"})
    assert [one["detail-type"] for one in world.events()] == ["Engagement Invitation Created"]
    id = made["EngagementInvitationId"]
    invitation = world.client().get_engagement_invitation(**BOX, Identifier=id)
    assert invitation["EnrichmentContext"]["LeadInsights"] == {"LeadReadinessScore": "High"}
    world.client().accept_engagement_invitation(**BOX, Identifier=id)
    found = lead_in(seen(world, made["EngagementId"]))
    assert found["Insights"] == {"LeadReadinessScore": "Low"}
    world.desk("UpdateLead", **named)
    assert world.events()[-1]["detail-type"] == "Engagement Updated"
    assert world.events(OTHER) == []


def test_the_newest_lead_is_meant_or_the_one_that_is_named(world: World) -> None:
    engagement = engaged(world, lead(), project(), lead())
    arn = seen(world, engagement)["Arn"]
    for named, context in (({}, "3"), ({"ContextIdentifier": "1"}, "1")):
        answer = world.desk("UpdateLead", **BOX, EngagementIdentifier=arn, **named)
        assert answer["ContextId"] == context
    found = seen(world, engagement)
    assert [one["Id"] for one in found["Contexts"]] == ["1", "2", "3"]
    for number in (0, 2):
        assert len(lead_in(found, number)["Interactions"]) == 2


def test_ten_interactions_are_about_ten_things(world: World) -> None:
    engagement = referred(world)
    named = {**BOX, "EngagementIdentifier": engagement}
    for _ in range(9):
        world.desk("UpdateLead", **named)
    told = lead_in(seen(world, engagement))["Interactions"]
    assert len({one["SourceId"] for one in told}) == len({one["Usecase"] for one in told}) == 10
    for more in ({}, {"Interactions": [interaction()]}):
        refused = desk_refusal(world, "UpdateLead", **named, **more)
        assert refused.fields == [("interactions", "TOO_MANY_VALUES")]
    world.desk("UpdateLead", **named, Insights={"LeadReadinessScore": "Low"})
    assert lead_in(seen(world, engagement))["Interactions"] == told


def test_what_is_no_lead_is_refused(world: World) -> None:
    engagement = engaged(world, project())
    named = {**BOX, "EngagementIdentifier": engagement}
    before = seen(world, engagement)["ModifiedAt"]
    refused = desk_refusal(world, "UpdateLead", **named)
    assert refused.fields == [("engagementIdentifier", "INVALID_RESOURCE_STATE")]
    refused = desk_refusal(world, "UpdateLead", **named, ContextIdentifier="1")
    assert refused.fields == [("contextIdentifier", "INVALID_VALUE")]
    for members in (
        {**named, "ContextIdentifier": "9"},
        {**named, "Catalog": "AWS"},
        {**BOX, "EngagementIdentifier": "eng-00000000000000"},
    ):
        refused = desk_refusal(world, "UpdateLead", **members)
        assert refused.code == "ResourceNotFoundException"
    assert seen(world, engagement)["ModifiedAt"] == before


def test_score_is_one_of_three_levels(world: World) -> None:
    engagement = referred(world)
    named = {**BOX, "EngagementIdentifier": engagement}
    ready = {"Insights": {"LeadReadinessScore": "17"}}
    found = {"Insights": {"MarketplaceEngagementScore": "high"}}
    for operation, members, field in (
        ("UpdateLead", {**named, **ready}, "leadReadinessScore"),
        ("ReferLead", {**BOX, "ReceiverAccountId": ACCOUNT, **ready}, "leadReadinessScore"),
        ("PutProspectingResult", {**named, **found}, "marketplaceEngagementScore"),
    ):
        refused = desk_refusal(world, operation, **members)
        assert refused.fields == [(f"insights.{field}", "INVALID_ENUM_VALUE")]


def test_with_one_token_a_lead_is_told_more_once(world: World) -> None:
    engagement = referred(world)
    asked = {**BOX, "EngagementIdentifier": engagement, "ClientToken": "one"}
    first = world.desk("UpdateLead", **asked)
    assert world.desk("UpdateLead", **asked) == first
    assert len(lead_in(seen(world, engagement))["Interactions"]) == 2

"""What AWS refers an opportunity with: kept back in the invitation, there once it is accepted, and
looked at like any association."""

import json
from typing import Any

import pytest

from cosell.selling import values
from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import desk_refusal
from tests.relating import ENTITIES, GIVEN, MARKETPLACE

CATALOGS = ("AWS", "Sandbox")
DAY_S = 86_400
EVERY = {type: [one] for type, one in ENTITIES.items() if type != "AwsMarketplaceOfferSets"}
UNKNOWN = "There is no such solution in this catalog for account 111122223333. ListSolutions"


def accepted(world: World, catalog: str, invitation: str) -> str:
    task = world.client().start_engagement_by_accepting_invitation_task(
        Catalog=catalog, Identifier=invitation
    )
    return str(task["OpportunityId"])


def related(world: World, catalog: str, id: str) -> dict[str, Any]:
    found = world.client().get_opportunity(Catalog=catalog, Identifier=id)
    return {type: one for type, one in found["RelatedEntityIdentifiers"].items() if one}


@pytest.mark.parametrize("catalog", CATALOGS)
def test_invitation_keeps_back_what_the_accepted_opportunity_has(
    world: World, catalog: str
) -> None:
    partner = world.client()
    partner.put_selling_system_settings(Catalog=catalog, ResourceSnapshotJobRoleIdentifier="MyRole")
    made = world.referred(catalog=catalog, RelatedEntityIdentifiers=EVERY)
    id = made["EngagementInvitationId"]
    invitation = partner.get_engagement_invitation(Catalog=catalog, Identifier=id)
    told = json.dumps(
        [
            invitation,
            partner.list_engagement_invitations(Catalog=catalog, ParticipantType="RECEIVER"),
            world.events(),
        ],
        default=str,
    )
    assert invitation["Status"] == "PENDING"
    for one in ENTITIES.values():
        assert one not in told
    opportunity = accepted(world, catalog, id)
    assert related(world, catalog, opportunity) == EVERY
    summary = partner.get_aws_opportunity_summary(
        Catalog=catalog, RelatedOpportunityIdentifier=opportunity
    )
    shown = {t: one for t, one in summary["RelatedEntityIds"].items() if one}
    assert shown == {t: one for t, one in EVERY.items() if t != "AwsMarketplaceOffers"}
    snapshot = partner.get_resource_snapshot(
        Catalog=catalog,
        EngagementIdentifier=made["EngagementId"],
        ResourceType="Opportunity",
        ResourceIdentifier=opportunity,
        ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
    )
    seen = snapshot["Payload"]["OpportunitySummary"]["RelatedEntityIdentifiers"]
    assert seen["Solutions"] == [GIVEN[0]]


def test_referral_without_entities_has_none(world: World) -> None:
    nothing: tuple[dict[str, Any], ...] = ({}, {"RelatedEntityIdentifiers": {}})
    for said in nothing:
        made = world.referred(**said)
        id = accepted(world, "Sandbox", made["EngagementInvitationId"])
        assert related(world, "Sandbox", id) == {}


def test_partner_goes_on_with_what_aws_referred(world: World) -> None:
    made = world.referred(RelatedEntityIdentifiers={"Solutions": [*GIVEN]})
    named = {
        "Catalog": "Sandbox",
        "OpportunityIdentifier": accepted(world, "Sandbox", made["EngagementInvitationId"]),
        "RelatedEntityType": "Solutions",
    }
    partner = world.client()
    partner.disassociate_opportunity(**named, RelatedEntityIdentifier=GIVEN[0])
    partner.associate_opportunity(**named, RelatedEntityIdentifier=GIVEN[1])  # it has this one
    assert related(world, "Sandbox", named["OpportunityIdentifier"]) == {"Solutions": [GIVEN[1]]}


def test_solution_is_the_receiver_s_in_the_catalog(world: World) -> None:
    put = {"Catalog": "Sandbox", "AccountId": OTHER, "Identifier": "S-5"}
    world.desk("PutSolution", **put)
    said: dict[str, Any] = {"RelatedEntityIdentifiers": {"Solutions": ["S-5"]}}
    world.referred(account=OTHER, **said)
    for receiver, catalog in ((ACCOUNT, "Sandbox"), (OTHER, "AWS")):
        asked = {"Catalog": catalog, "ReceiverAccountId": receiver, **said}
        refused = desk_refusal(world, "ReferOpportunity", **asked)
        assert refused.fields == [("relatedEntityIdentifiers.solutions[0]", "INVALID_VALUE")]


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"Solutions": [GIVEN[0], "S-1"]}, [("solutions[1]", "INVALID_VALUE", UNKNOWN)]),
        ({"Solutions": ["Other"]}, [("solutions[0]", "INVALID_VALUE", UNKNOWN)]),
        (
            {"AwsProducts": ["AmazonEC2Linux", "Amazon EC2"]},
            [("awsProducts[1]", "INVALID_VALUE", "There is no such AWS product")],
        ),
        (
            {"AwsMarketplaceProducts": ["x"], "AwsMarketplaceSolutions": [f"{MARKETPLACE}/Any/1"]},
            [
                ("awsMarketplaceSolutions[0]", "INVALID_VALUE", "This is not how"),
                ("awsMarketplaceProducts[0]", "INVALID_VALUE", "This is not how"),
            ],
        ),
        (
            {"AwsMarketplaceOffers": ["offer-1"], "AwsMarketplaceOfferSets": ["offerset-1"]},
            [("awsMarketplaceOfferSets[0]", "TOO_MANY_VALUES", "either an offer or an offer set")],
        ),
        (
            {"AwsMarketplaceOffers": ["offer-1", "offer-1", "offer-2"]},
            [("awsMarketplaceOffers[2]", "TOO_MANY_VALUES", "at most 1 associated")],
        ),
        (
            {"AwsProducts": sorted(values.aws_products())[:21]},
            [("awsProducts[20]", "TOO_MANY_VALUES", "at most 20 associated")],
        ),
    ],
)  # fmt: skip
def test_entity_that_no_opportunity_can_have_is_refused_at_its_place(
    world: World, said: dict[str, Any], faults: list[tuple[str, str, str]]
) -> None:
    asked = {"Catalog": "Sandbox", "ReceiverAccountId": ACCOUNT}
    referral = {"RelatedEntityIdentifiers": said}
    by_rule = {"Act": "Refer", **asked, "Referral": referral}
    for operation, members, within in (
        ("ReferOpportunity", {**asked, **referral}, ""),
        ("PutAutopilot", by_rule, "referral."),
    ):
        refused = desk_refusal(world, operation, **members)
        assert refused.reason == "BUSINESS_VALIDATION_FAILED"
        for told, (place, code, words) in zip(refused.errors, faults, strict=True):
            assert told[:2] == (f"{within}relatedEntityIdentifiers.{place}", code)
            assert words in told[2]
    found = world.client().list_engagement_invitations(
        Catalog="Sandbox", ParticipantType="RECEIVER"
    )
    assert found["EngagementInvitationSummaries"] == world.desk("GetAutopilot")["Rules"] == []


def test_solution_that_is_not_active_is_not_referred(world: World) -> None:
    put = {"Catalog": "Sandbox", "AccountId": ACCOUNT, "Identifier": "S-5"}
    world.desk("PutSolution", **put, Status="Draft")
    asked = {"Catalog": "Sandbox", "ReceiverAccountId": ACCOUNT}
    said: dict[str, Any] = {"RelatedEntityIdentifiers": {"Solutions": ["S-5"]}}
    refused = desk_refusal(world, "ReferOpportunity", **asked, **said)
    place = "relatedEntityIdentifiers.solutions[0]"
    assert refused.fields == [(place, "INVALID_RESOURCE_STATE")]


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"Solution": ["S-1"]}, "relatedEntityIdentifiers.solution", "INVALID_VALUE"),
        ({"Solutions": [""]}, "relatedEntityIdentifiers.solutions[0]", "INVALID_STRING_FORMAT"),
    ],
)
def test_entities_out_of_shape_are_refused(
    world: World, said: dict[str, Any], field: str, code: str
) -> None:
    asked = {"Catalog": "Sandbox", "ReceiverAccountId": ACCOUNT}
    refused = desk_refusal(world, "ReferOpportunity", **asked, RelatedEntityIdentifiers=said)
    assert (refused.reason, refused.fields) == ("REQUEST_VALIDATION_FAILED", [(field, code)])


def test_rule_refers_with_entities_and_says_when_one_is_gone(world: World) -> None:
    put = {"Catalog": "Sandbox", "AccountId": ACCOUNT, "Identifier": "S-5"}
    world.desk("PutSolution", **put)
    world.desk(
        "PutAutopilot",
        Act="Refer",
        Catalog="Sandbox",
        ReceiverAccountId=ACCOUNT,
        Referral={"RelatedEntityIdentifiers": {"Solutions": ["S-5"]}},
    )
    world.desk("AdvanceClock", Seconds=DAY_S)
    partner = world.client()
    [invitation] = partner.list_engagement_invitations(
        Catalog="Sandbox", ParticipantType="RECEIVER"
    )["EngagementInvitationSummaries"]
    id = accepted(world, "Sandbox", invitation["Id"])
    assert related(world, "Sandbox", id) == {"Solutions": ["S-5"]}
    world.desk("PutSolution", **put, Status="Inactive")
    world.desk("AdvanceClock", Seconds=DAY_S)
    [rule] = world.desk("GetAutopilot")["Rules"]
    assert "Only an Active solution can be associated" in rule["LastFailure"]


def test_partner_who_plays_aws_in_the_sandbox_says_no_entities(world: World) -> None:
    asked = {"Catalog": "Sandbox", "ClientToken": "one", **opportunity()}
    asked |= {"Origin": "AWS Referral", "RelatedEntityIdentifiers": {"Solutions": ["S-1"]}}
    assert world.post("CreateOpportunity", asked).status == 200
    [invitation] = world.client().list_engagement_invitations(
        Catalog="Sandbox", ParticipantType="RECEIVER"
    )["EngagementInvitationSummaries"]
    id = accepted(world, "Sandbox", invitation["Id"])
    assert related(world, "Sandbox", id) == {}

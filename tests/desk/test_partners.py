"""PutPartner: who partners are to each other, and who is shut out of a catalog. ReferLead."""

import json
from random import Random
from typing import Any

import orjson
import pytest

from cosell.operations import SELLING
from cosell.selling.contract import CONTRACT
from cosell.selling.domain import leads
from cosell.selling.values import defaults
from tests.engaging import CATALOG, accepted, engaged, interaction, invitation, invited
from tests.harness import ACCOUNT, OTHER, Reply, World, credential, opportunity
from tests.property.inputs import Source, draw
from tests.property.test_contract import SHAPES
from tests.refusal import desk_refusal, refusal

BUILT = sorted(SELLING.handlers)
REASON = "INCOMPATIBLE_BENEFIT_AWS_PARTNER_STATE"
ARN = f"arn:aws:partnercentral:us-east-1:{ACCOUNT}:catalog/Sandbox/opportunity/O1000000"
SOURCE = Source(
    SHAPES,
    {
        "CatalogIdentifier": [CATALOG],
        "TaggableResourceArn": [ARN],
        ("Project", "CustomerUseCase"): ["Migration / Database Migration"],
    },
)


def received(world: World, account: str = ACCOUNT, catalog: str = CATALOG) -> list[Any]:
    page = world.client(account).list_engagement_invitations(
        Catalog=catalog, ParticipantType="RECEIVER"
    )
    return list(page["EngagementInvitationSummaries"])


def is_shut_out(reply: Reply) -> bool:
    told = (reply.status, reply.document.get("__type"), reply.document.get("Reason"))
    return told == (400, "AccessDeniedException", REASON)


# --- who they are --------------------------------------------------------------------------------


def test_put_partner_answers_what_is_known_then(world: World) -> None:
    bare = world.desk("PutPartner", AccountId=OTHER)
    assert bare == {
        "AccountId": OTHER,
        "Catalogs": ["AWS", "Sandbox"],
        "CompanyName": f"Partner {OTHER}",
        "WebsiteUrl": f"https://partner-{OTHER}.example.com",
    }
    named = world.desk("PutPartner", AccountId=OTHER, CompanyName="Others")
    assert named == bare | {"CompanyName": "Others"}
    site = "https://www.others.example.com/about"
    at_home = world.desk("PutPartner", AccountId=OTHER, WebsiteUrl=site, Catalogs=["AWS"])
    assert at_home == named | {"WebsiteUrl": site, "Catalogs": ["AWS"]}
    assert world.desk("PutPartner", AccountId=OTHER) == at_home
    nowhere = world.desk("PutPartner", AccountId=OTHER, Catalogs=[])
    assert nowhere == at_home | {"Catalogs": []}
    both = ["Sandbox", "AWS", "AWS"][:2]
    assert world.desk("PutPartner", AccountId=OTHER, Catalogs=both)["Catalogs"] == sorted(both)


def test_put_partner_with_one_token_says_it_once(world: World) -> None:
    asked = {"AccountId": OTHER, "Catalogs": [], "ClientToken": "one"}
    first = world.desk("PutPartner", **asked)
    world.desk("PutPartner", AccountId=OTHER, Catalogs=["AWS", "Sandbox"])
    assert world.desk("PutPartner", **asked) == first
    assert received(world, OTHER) == []  # who would be shut out, had it been said again


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"AccountId": "aws"}, "accountId", "INVALID_STRING_FORMAT"),
        ({"Catalogs": ["Mars"]}, "catalogs[0]", "INVALID_ENUM_VALUE"),
        ({"Catalogs": ["AWS"] * 3}, "catalogs", "TOO_MANY_VALUES"),
        ({"CompanyName": ""}, "companyName", "INVALID_STRING_FORMAT"),
        ({"WebsiteUrl": "nowhere at all"}, "websiteUrl", "INVALID_STRING_FORMAT"),
    ],
)
def test_put_partner_refuses_what_cannot_be(
    world: World, members: dict[str, Any], field: str, code: str
) -> None:
    told = desk_refusal(world, "PutPartner", **{"AccountId": OTHER, **members})
    assert told.fields == [(field, code)]


def test_a_partner_is_called_so_wherever_it_is_seen(world: World) -> None:
    site = "https://www.ours.example.com/home"
    world.desk("PutPartner", AccountId=ACCOUNT, CompanyName="Ours", WebsiteUrl=site)
    made = engaged(world)["Id"]
    seen = world.client(OTHER).get_engagement_invitation(
        Catalog=CATALOG, Identifier=invited(world, made)
    )
    assert seen["SenderCompanyName"] == "Ours"
    assert seen["ExistingMembers"] == [{"CompanyName": "Ours", "WebsiteUrl": site}]
    members = world.client().list_engagement_members(Catalog=CATALOG, Identifier=made)
    assert members["EngagementMemberList"] == [
        {"AccountId": ACCOUNT, "CompanyName": "Ours", "WebsiteUrl": site}
    ]
    assert world.events()[1]["detail"]["engagementMember"]["companyName"] == "Ours"
    id = world.client().create_opportunity(Catalog=CATALOG, **opportunity())["Id"]
    found = world.client().get_opportunity(Catalog=CATALOG, Identifier=id)
    assert found["OpportunityTeam"][0]["Email"] == "alliance-lead@ours.example.com"


def test_members_have_the_company_that_is_said_by_now(world: World) -> None:
    """Also those that joined before, in engagements of before; AWS is AWS."""
    made = engaged(world)["Id"]
    accepted(world, invited(world, made))
    asked = {"EngagementInvitationIdentifier": invited(world, made, "aws")}
    world.desk("AnswerInvitation", Catalog=CATALOG, **asked)
    own, site = "https://ours.example.com", f"https://partner-{OTHER}.example.com"
    world.desk("PutPartner", AccountId=ACCOUNT, CompanyName="Ours", WebsiteUrl=own)
    world.desk("PutPartner", AccountId=OTHER, CompanyName="Others")
    listed = world.client().list_engagement_members(Catalog=CATALOG, Identifier=made)
    told = world.desk("ListMembers", Catalog=CATALOG, EngagementIdentifier=made)["Members"]
    for members in (listed["EngagementMemberList"], told):
        assert [(one["CompanyName"], one["WebsiteUrl"]) for one in members] == [
            ("Ours", own), ("Others", site), ("AWS", "www.aws.com"),
        ]  # fmt: skip
    seen = world.client("777788889999").get_engagement_invitation(
        Catalog=CATALOG, Identifier=invited(world, made, "777788889999")
    )
    assert seen["SenderCompanyName"] == "Ours"
    assert [one["CompanyName"] for one in seen["ExistingMembers"]] == ["Ours", "Others", "AWS"]
    world.desk("PutPartner", AccountId=ACCOUNT, CompanyName="Renamed")
    still = world.client("777788889999").get_engagement_invitation(
        Catalog=CATALOG, Identifier=seen["Id"]
    )
    assert still["SenderCompanyName"] == "Ours", "it was sent under that name"


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("OURS.example.com", "ours.example.com"),
        ("http://ours.example.com?from=here", "ours.example.com"),
        ("ours.(odd|=)x", "example.com"),
        ("-.xyz", "example.com"),
        (f"{'a' * 90}.example.com", "example.com"),
    ],
)
def test_a_partner_s_alliance_lead_has_an_address_that_can_be(
    world: World, site: str, host: str
) -> None:
    world.desk("PutPartner", AccountId=ACCOUNT, WebsiteUrl=site)
    id = world.client().create_opportunity(Catalog=CATALOG, **opportunity())["Id"]
    [lead] = world.client().get_opportunity(Catalog=CATALOG, Identifier=id)["OpportunityTeam"]
    assert lead["Email"] == f"alliance-lead@{host}"


# --- who is shut out -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT)
def test_no_operation_answers_who_is_shut_out(world: World, name: str) -> None:
    """Every operation, with inputs that are valid in themselves."""
    world.desk("PutPartner", AccountId=ACCOUNT, Catalogs=["AWS"])

    random = Random(name)
    for _ in range(5):
        asked = draw(SOURCE, random, CONTRACT.operations[name].input_shape)
        assert is_shut_out(world.post(name, orjson.dumps(asked))), asked


def test_who_is_shut_out_is_so_in_one_catalog_of_one_namespace(world: World) -> None:
    told = world.desk("PutPartner", AccountId=ACCOUNT, Catalogs=["AWS"])
    assert told["Catalogs"] == ["AWS"]
    refused = refusal(world.client().list_engagements, Catalog=CATALOG)
    assert (refused.code, refused.reason) == ("AccessDeniedException", REASON)
    assert (
        refused.message == f"The account {ACCOUNT} is not enrolled as a partner in catalog Sandbox."
    )
    assert world.client().list_engagements(Catalog="AWS")["EngagementSummaryList"] == []
    assert world.client(OTHER).list_engagements(Catalog=CATALOG)["EngagementSummaryList"] == []
    elsewhere = World(world.server)
    assert elsewhere.client().list_engagements(Catalog=CATALOG)["EngagementSummaryList"] == []
    arn = {"ResourceArn": ARN.replace("Sandbox", "AWS")}
    assert world.post("ListTagsForResource", arn).document["__type"] == "ResourceNotFoundException"
    arn = {"ResourceArn": ARN.replace("Sandbox", "Mars")}
    assert world.post("ListTagsForResource", arn).document["__type"] == "ResourceNotFoundException"


def test_who_is_let_in_again_finds_everything(world: World) -> None:
    id = world.client().create_opportunity(Catalog=CATALOG, **opportunity())["Id"]
    asked = {"Catalog": CATALOG, "ClientToken": "one", **opportunity()}
    made = world.post("CreateOpportunity", asked).document["Id"]
    world.desk("PutPartner", AccountId=ACCOUNT, Catalogs=[])
    world.desk("PutPartner", AccountId=OTHER, Catalogs=[])
    assert is_shut_out(world.post("CreateOpportunity", asked))  # a known token helps nobody
    world.desk("PutPartner", AccountId=ACCOUNT, Catalogs=["Sandbox", "AWS"])
    assert world.post("CreateOpportunity", asked).document["Id"] == made
    assert world.client().get_opportunity(Catalog=CATALOG, Identifier=id)["Id"] == id
    assert refusal(world.client(OTHER).list_engagements, Catalog=CATALOG).reason == REASON


def test_everybody_is_known_again_however_often_it_was_said(world: World) -> None:
    for catalogs in (["AWS"], ["Sandbox"], [], []):
        for account in (ACCOUNT, OTHER):
            world.desk("PutPartner", AccountId=account, Catalogs=catalogs)
    both = ["AWS", "Sandbox"]
    for account, other_is_out in ((ACCOUNT, True), (ACCOUNT, True), (OTHER, False)):
        world.desk("PutPartner", AccountId=account, Catalogs=both)
        world.desk("PutPartner", AccountId=account, CompanyName="Somebody")
        asked = orjson.dumps({"Catalog": CATALOG})
        assert not is_shut_out(world.post("ListEngagements", asked))
        other = {"Authorization": credential(OTHER)}
        assert is_shut_out(world.post("ListEngagements", asked, other)) is other_is_out


def test_who_is_shut_out_is_told_in_its_turn(world: World) -> None:
    world.desk("PutPartner", AccountId=ACCOUNT, Catalogs=[])
    world.desk("PutFault", Operation="GetEngagement", Error="ThrottlingException")
    asked: dict[str, Any] = {"Catalog": CATALOG, "Identifier": "eng-0"}
    assert world.post("GetEngagement", asked).document["__type"] == "ThrottlingException"
    assert world.post("GetEngagement", asked).document["__type"] == "ValidationException"
    asked["Identifier"] = "eng-00000000000000"
    assert is_shut_out(world.post("GetEngagement", asked))
    world.desk("PutPartner", AccountId=ACCOUNT, Catalogs=["Sandbox"])
    assert world.post("GetEngagement", asked).document["__type"] == "ResourceNotFoundException"


def test_nobody_invites_who_is_shut_out(world: World) -> None:
    world.desk("PutPartner", AccountId=OTHER, Catalogs=["AWS"])
    made = engaged(world)["Id"]
    told = refusal(
        world.client().create_engagement_invitation,
        Catalog=CATALOG,
        EngagementIdentifier=made,
        Invitation=invitation(),
    )
    assert (told.code, told.message) == (
        "ResourceNotFoundException", f"There is no partner {OTHER} in this catalog.",
    )  # fmt: skip
    for operation in ("ReferOpportunity", "ReferLead"):
        told = desk_refusal(world, operation, Catalog=CATALOG, ReceiverAccountId=OTHER)
        assert told.code == "ResourceNotFoundException"
        world.desk(operation, Catalog="AWS", ReceiverAccountId=OTHER)
    assert len(received(world, OTHER, "AWS")) == 2


def test_a_reset_lets_everybody_in(world: World) -> None:
    world.desk("PutPartner", AccountId=ACCOUNT, CompanyName="Ours", Catalogs=[])
    world.desk("ResetNamespace")
    assert received(world) == []
    assert world.desk("PutPartner", AccountId=ACCOUNT)["CompanyName"] == f"Partner {ACCOUNT}"


# --- ReferLead -----------------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", ["AWS", "Sandbox"])
def test_refer_lead_takes_no_more_than_a_receiver(world: World, catalog: str) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    made = world.desk("ReferLead", Catalog=catalog, ReceiverAccountId=ACCOUNT)
    id = made["EngagementInvitationId"]
    partner = world.client()
    seen = partner.get_engagement_invitation(Catalog=catalog, Identifier=id)
    assert (seen["Arn"], seen["EngagementId"], made["ContextId"]) == (
        made["EngagementInvitationArn"], made["EngagementId"], "1",
    )  # fmt: skip
    assert (seen["SenderAwsAccountId"], seen["SenderCompanyName"]) == ("aws", "AWS")
    assert (seen["PayloadType"], seen["Status"]) == ("LeadInvitation", "PENDING")
    assert "ExpirationDate" not in seen, "its event tells it"
    assert seen["InvitationMessage"] == defaults("lead")["Message"]
    assert seen["EngagementTitle"] == "Lead: Example Logistics Corporation"
    lead: Any = leads.completed({}, 0)
    [first] = lead["Interactions"]
    customer = {name: value for name, value in lead["Customer"].items() if name != "Address"}
    assert seen["Payload"]["LeadInvitation"] == {
        "Customer": customer | {"CountryCode": "US"},
        "Interaction": {
            name: first[name] for name in ("SourceId", "SourceName", "SourceType", "Usecase")
        }
        | {"ContactBusinessTitle": first["Contact"]["BusinessTitle"]},
    }
    assert seen["EnrichmentContext"] == {"LeadInsights": lead["Insights"]}
    for private in ("Email", "Phone"):
        assert first["Contact"][private] not in json.dumps(seen["Payload"])
    hidden = refusal(partner.get_engagement, Catalog=catalog, Identifier=made["EngagementId"])
    assert hidden.code == "ResourceNotFoundException"
    partner.accept_engagement_invitation(Catalog=catalog, Identifier=id)
    found = partner.get_engagement(Catalog=catalog, Identifier=made["EngagementId"])
    dated = [{**first, "InteractionDate": found["CreatedAt"]}]
    assert found["Contexts"] == [
        {"Id": "1", "Type": "Lead", "Payload": {"Lead": {**lead, "Interactions": dated}}}
    ]
    assert (found["CreatedBy"], found["ModifiedBy"], found["MemberCount"]) == ("aws", ACCOUNT, 2)


def test_refer_lead_says_what_it_is_told_to(world: World) -> None:
    customer = {"CompanyName": "C" * 60, "Address": {"CountryCode": "DE"}}
    said = [interaction(SourceName="first"), interaction(SourceName="second")]
    said[1]["Contact"]["BusinessTitle"] = "T" * 100
    made = world.desk(
        "ReferLead",
        Catalog=CATALOG,
        ReceiverAccountId=ACCOUNT,
        Customer=customer,
        Interactions=said,
        QualificationStatus="Unqualified",
        Insights={"LeadReadinessScore": "Low"},
        Message="Look at this.",
    )
    [seen] = received(world)
    whole = world.client().get_engagement_invitation(Catalog=CATALOG, Identifier=seen["Id"])
    assert whole["InvitationMessage"] == "Look at this."
    assert whole["EngagementTitle"] == ("Lead: " + "C" * 60)[:40]
    payload = whole["Payload"]["LeadInvitation"]
    assert (payload["Customer"]["CompanyName"], payload["Customer"]["CountryCode"]) == (
        "C" * 60, "DE",
    )  # fmt: skip
    assert payload["Interaction"]["SourceName"] == "second"
    assert payload["Interaction"]["ContactBusinessTitle"] == "T" * 80
    accepted(world, seen["Id"], ACCOUNT)
    engagement = world.client().get_engagement(Catalog=CATALOG, Identifier=made["EngagementId"])
    lead = engagement["Contexts"][0]["Payload"]["Lead"]
    assert lead["Customer"]["Address"] == {"CountryCode": "DE"}
    assert lead["Customer"]["Industry"]  # a default
    assert lead["QualificationStatus"] == "Unqualified"
    assert lead["Insights"] == {"LeadReadinessScore": "Low"}
    assert len(lead["Interactions"]) == 2


def test_refer_lead_tells_the_receiver(world: World) -> None:
    made = world.desk("ReferLead", Catalog=CATALOG, ReceiverAccountId=ACCOUNT)
    [event] = world.events()
    assert event["detail-type"] == "Engagement Invitation Created"
    told = event["detail"]["engagementInvitation"]
    assert (told["id"], told["payloadType"]) == (made["EngagementInvitationId"], "LeadInvitation")
    assert (told["senderAccountId"], told["participantType"]) == ("aws", "RECEIVER")


def test_refer_lead_with_one_token_refers_once(world: World) -> None:
    asked = {"Catalog": CATALOG, "ReceiverAccountId": ACCOUNT, "ClientToken": "one"}
    first = world.desk("ReferLead", **asked)
    assert world.desk("ReferLead", **asked) == first
    assert len(received(world)) == 1

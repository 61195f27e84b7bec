"""CreateOpportunity with a client token, and as the Sandbox's way to play AWS."""

from typing import Any

from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal

TOKEN = {"ClientToken": "one"}


# --- the client token --------------------------------------------------------------------------


def test_create_opportunity_repeated_answers_the_same(world: World) -> None:
    partner = world.client()
    first = partner.create_opportunity(Catalog="AWS", **opportunity(**TOKEN))
    again = partner.create_opportunity(Catalog="AWS", **opportunity(**TOKEN))
    for answer in (first, again):
        del answer["ResponseMetadata"]
    assert again == first
    assert len(partner.list_opportunities(Catalog="AWS")["OpportunitySummaries"]) == 1


def test_create_opportunity_repeated_with_nulls_and_unknown_members_is_the_same(
    world: World,
) -> None:
    bodies = [
        opportunity(Catalog="AWS", **TOKEN),
        opportunity(Catalog="AWS", **TOKEN) | {"Origin": None, "Retired": 1},
        dict(reversed(opportunity(Catalog="AWS", **TOKEN).items())),
    ]
    assert len({world.post("CreateOpportunity", body).document["Id"] for body in bodies}) == 1


def test_create_opportunity_repeated_with_another_body_conflicts(world: World) -> None:
    partner = world.client()
    partner.create_opportunity(Catalog="AWS", **opportunity(**TOKEN))
    other = opportunity(**TOKEN, NationalSecurity="No")
    refused = refusal(partner.create_opportunity, Catalog="AWS", **other)
    assert refused.code == "ConflictException"
    assert refused.message == "Conflicting client token submitted for a new request body."


def test_create_opportunity_repeated_elsewhere_is_a_new_call(world: World) -> None:
    partner, other = world.client(), world.client(OTHER)
    made = [
        partner.create_opportunity(Catalog="AWS", **opportunity(**TOKEN)),
        partner.create_opportunity(Catalog="Sandbox", **opportunity(**TOKEN)),
        other.create_opportunity(Catalog="AWS", **opportunity(**TOKEN)),
        World(world.server).client().create_opportunity(Catalog="AWS", **opportunity(**TOKEN)),
    ]
    assert len({one["Id"] for one in made}) == 4
    engagement = world.referred()
    task = partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=engagement["EngagementInvitationId"], **TOKEN
    )
    assert task["TaskStatus"] == "COMPLETE"


def test_create_opportunity_refused_does_not_bind_the_token(world: World) -> None:
    partner = world.client()
    refusal(partner.create_opportunity, Catalog="AWS", **opportunity(**TOKEN, Customer={}))
    assert partner.create_opportunity(Catalog="AWS", **opportunity(**TOKEN))["Id"]


def test_create_opportunity_repeated_next_week_of_the_namespace_is_the_same(world: World) -> None:
    partner = world.client()
    first = partner.create_opportunity(Catalog="AWS", **opportunity(**TOKEN))
    world.desk("AdvanceClock", Seconds=7 * 86_400)
    again = partner.create_opportunity(Catalog="AWS", **opportunity(**TOKEN))
    assert again["Id"] == first["Id"]


def test_create_opportunity_without_token_is_refused(world: World) -> None:
    reply = world.post("CreateOpportunity", opportunity(Catalog="AWS"))
    assert reply.status == 400
    [error] = reply.document["ErrorList"]
    assert (error["FieldName"], error["Code"]) == ("clientToken", "REQUIRED_FIELD_MISSING")


# --- Origin: AWS Referral ----------------------------------------------------------------------


def referred(world: World, **changes: Any) -> Any:
    request = opportunity(Origin="AWS Referral", **changes)
    return world.client().create_opportunity(Catalog="Sandbox", **request)["Id"]


def only_invitation(world: World) -> Any:
    [invitation] = world.client().list_engagement_invitations(
        Catalog="Sandbox", ParticipantType="RECEIVER"
    )["EngagementInvitationSummaries"]
    return invitation


def test_create_opportunity_of_aws_referral_sends_an_invitation(world: World) -> None:
    title = "A title that is longer than the forty characters of an engagement"
    project = opportunity()["Project"] | {"Title": title}
    referred(world, Project=project)
    summary = only_invitation(world)
    assert summary["Status"] == "PENDING"
    assert summary["SenderCompanyName"] == "AWS"
    assert summary["SenderAwsAccountId"] == "aws"
    assert summary["EngagementTitle"] == title[:40]
    assert (summary["ExpirationDate"] - summary["InvitationDate"]).total_seconds() == 15 * 86_400
    read = world.client().get_engagement_invitation(Catalog="Sandbox", Identifier=summary["Id"])
    assert read["EngagementDescription"] == project["CustomerBusinessProblem"]
    payload = read["Payload"]["OpportunityInvitation"]
    assert payload["ReceiverResponsibilities"] == ["Services Partner", "Software Partner"]
    assert payload["SenderContacts"]
    assert payload["Customer"] == {
        "CompanyName": "Example Company",
        "CountryCode": "US",
        "Industry": "Retail",
        "WebsiteUrl": "https://www.example.com",
    }
    assert payload["Project"] == {
        "BusinessProblem": project["CustomerBusinessProblem"],
        "ExpectedCustomerSpend": project["ExpectedCustomerSpend"],
        "TargetCompletionDate": "2099-12-31",
        "Title": title,
    }


def test_create_opportunity_of_aws_referral_is_hidden_until_accepted(world: World) -> None:
    partner = world.client()
    world.desk("PutClock", Frozen=True)
    labels = [{"Key": "a", "Value": "1"}]
    id = referred(world, Tags=labels)
    started = world.desk("GetClock")["Time"]
    invitation = only_invitation(world)
    arn = f"arn:aws:partnercentral:us-east-1:{ACCOUNT}:catalog/Sandbox/opportunity/{id}"
    for method, members in (
        (partner.get_opportunity, {"Catalog": "Sandbox", "Identifier": id}),
        (partner.list_tags_for_resource, {"ResourceArn": arn}),
        (
            partner.get_engagement,
            {"Catalog": "Sandbox", "Identifier": invitation["EngagementId"]},
        ),
    ):
        assert refusal(method, **members).code == "ResourceNotFoundException"
    assert partner.list_opportunities(Catalog="Sandbox")["OpportunitySummaries"] == []

    world.desk("AdvanceClock", Seconds=3600)
    task = partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=invitation["Id"]
    )
    assert task["OpportunityId"] == id
    made = partner.get_opportunity(Catalog="Sandbox", Identifier=id)
    assert made["LifeCycle"]["ReviewStatus"] == "Approved"
    assert made["LifeCycle"]["Stage"] == "Prospect"
    assert made["CreatedDate"].isoformat(timespec="milliseconds") == started.replace("Z", "+00:00")
    assert made["Customer"]["Account"] == opportunity()["Customer"]["Account"]
    assert partner.list_tags_for_resource(ResourceArn=arn)["Tags"] == labels
    [listed] = partner.list_opportunities(Catalog="Sandbox")["OpportunitySummaries"]
    assert listed["Id"] == id


def test_create_opportunity_of_secret_aws_referral_tells_no_customer(world: World) -> None:
    account = opportunity()["Customer"]["Account"] | {"CompanyName": "", "Industry": "Government"}
    del account["WebsiteUrl"]
    referred(world, Customer={"Account": account}, NationalSecurity="Yes")
    read = world.client().get_engagement_invitation(
        Catalog="Sandbox", Identifier=only_invitation(world)["Id"]
    )
    customer = read["Payload"]["OpportunityInvitation"]["Customer"]
    assert (customer["CompanyName"], customer["WebsiteUrl"]) == ("", "")
    assert (customer["CountryCode"], customer["Industry"]) == ("US", "Government")


def test_create_opportunity_of_aws_referral_keeps_the_rules(world: World) -> None:
    request = opportunity(Origin="AWS Referral", LifeCycle={})
    refused = refusal(world.client().create_opportunity, Catalog="Sandbox", **request)
    assert refused.fields == [("lifeCycle.targetCloseDate", "REQUIRED_FIELD_MISSING")]


def test_create_opportunity_of_aws_referral_repeated_invites_once(world: World) -> None:
    assert referred(world, **TOKEN) == referred(world, **TOKEN)
    only_invitation(world)

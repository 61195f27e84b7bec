"""CreateEngagementInvitation: what a member may ask whom, and what both sides see of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.engaging import (
    CATALOG,
    THIRD,
    accepted,
    engaged,
    invitation,
    invited,
    lead,
    lead_payload,
    opportunity_payload,
    project,
)
from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import refusal

INSTANT = datetime(2030, 1, 1, tzinfo=UTC)
UNKNOWN = "eng-00000000000000"
URL = "https://calculator.aws/#/estimate?id=0123456789abcdef0123456789abcdef"
PROJECT = "invitation.payload.opportunityInvitation.project"
SPEND = f"{PROJECT}.expectedCustomerSpend"


def read(world: World, id: str, account: str = OTHER) -> Any:
    answer = world.client(account).get_engagement_invitation(Catalog=CATALOG, Identifier=id)
    del answer["ResponseMetadata"]
    return answer


def listed(world: World, account: str, participant: str) -> list[Any]:
    page = world.client(account).list_engagement_invitations(
        Catalog=CATALOG, ParticipantType=participant
    )
    return list(page["EngagementInvitationSummaries"])


def inviting(world: World, engagement: str, sender: str = ACCOUNT, **changes: Any) -> Any:
    """How an invitation is refused; `changes` as of `invitation`."""
    return refusal(
        world.client(sender).create_engagement_invitation,
        Catalog=CATALOG,
        EngagementIdentifier=engagement,
        Invitation=invitation(**changes),
    )


def entry(**changes: str) -> dict[str, str]:
    made = {
        "Amount": "2500.00",
        "CurrencyCode": "USD",
        "Frequency": "Monthly",
        "TargetCompany": "AWS",
    } | changes
    return {name: value for name, value in made.items() if value}


def spending(*entries: dict[str, str]) -> dict[str, Any]:
    return opportunity_payload(ExpectedCustomerSpend=list(entries))


# --- what is made --------------------------------------------------------------------------------


def test_create_engagement_invitation_shows_both_sides_what_was_said(still: World) -> None:
    made = engaged(still, project())
    answer = still.client().create_engagement_invitation(
        Catalog=CATALOG,
        EngagementIdentifier=made["Id"],
        Invitation=invitation(Receiver={"Account": {"AwsAccountId": OTHER, "Alias": "The others"}}),
    )
    id, arn = answer["Id"], answer["Arn"]
    assert arn == f"arn:aws:partnercentral:us-east-1::catalog/Sandbox/engagement-invitation/{id}"
    seen = read(still, id)
    assert seen == read(still, arn, ACCOUNT)
    assert seen == {
        "Arn": arn,
        "Catalog": CATALOG,
        "EngagementDescription": "Shared work",
        "EngagementId": made["Id"],
        "EngagementTitle": "Web shop",
        "ExistingMembers": [
            {
                "CompanyName": f"Partner {ACCOUNT}",
                "WebsiteUrl": f"https://partner-{ACCOUNT}.example.com",
            }
        ],
        "ExpirationDate": INSTANT + timedelta(days=15),
        "Id": id,
        "InvitationDate": INSTANT,
        "InvitationMessage": "Join us.",
        "Payload": opportunity_payload(),
        "PayloadType": "OpportunityInvitation",
        "Receiver": {"Account": {"AwsAccountId": OTHER, "Alias": "The others"}},
        "SenderAwsAccountId": ACCOUNT,
        "SenderCompanyName": f"Partner {ACCOUNT}",
        "Status": "PENDING",
    }
    for account, participant in ((ACCOUNT, "SENDER"), (OTHER, "RECEIVER")):
        [summary] = listed(still, account, participant)
        assert summary.pop("ParticipantType") == participant
        assert summary == {name: seen[name] for name in summary}


def test_create_engagement_invitation_tells_both_sides(still: World) -> None:
    made = engaged(still)
    id = invited(still, made["Id"])
    arn = read(still, id)["Arn"]
    for account, participant in ((ACCOUNT, "SENDER"), (OTHER, "RECEIVER")):
        event = still.events(account)[-1]
        assert event["detail-type"] == "Engagement Invitation Created"
        assert event["resources"] == [arn]
        assert event["detail"]["engagementInvitation"] == {
            "arn": arn,
            "id": id,
            "engagementId": made["Id"],
            "senderAccountId": ACCOUNT,
            "receiverAccountId": OTHER,
            "senderCompanyName": f"Partner {ACCOUNT}",
            "expirationDate": "2030-01-16T00:00:00.000Z",
            "participantType": participant,
            "payloadType": "OpportunityInvitation",
        }


def test_event_of_an_invitation_to_aws_names_no_expiration(still: World) -> None:
    invited(still, engaged(still)["Id"], "aws")
    event = still.events()[-1]
    assert event["detail-type"] == "Engagement Invitation Created"
    assert "expirationDate" not in event["detail"]["engagementInvitation"]


def test_create_engagement_invitation_with_one_token_asks_once(world: World) -> None:
    made = engaged(world)["Id"]
    partner = world.client()
    asked = {"Catalog": CATALOG, "EngagementIdentifier": made, "ClientToken": "one"}
    first = partner.create_engagement_invitation(**asked, Invitation=invitation())
    again = partner.create_engagement_invitation(**asked, Invitation=invitation())
    assert (again["Id"], again["Arn"]) == (first["Id"], first["Arn"])
    assert len(listed(world, OTHER, "RECEIVER")) == 1
    method = partner.create_engagement_invitation
    assert refusal(method, **asked, Invitation=invitation(THIRD)).code == "ConflictException"


def test_any_member_invites_and_every_member_is_told_of(world: World) -> None:
    made = engaged(world)["Id"]
    accepted(world, invited(world, made))
    seen = read(world, invited(world, made, THIRD, OTHER), THIRD)
    assert seen["SenderAwsAccountId"] == OTHER
    companies = [one["CompanyName"] for one in seen["ExistingMembers"]]
    assert companies == [f"Partner {ACCOUNT}", f"Partner {OTHER}"]
    assert listed(world, ACCOUNT, "SENDER")[0]["Status"] == "ACCEPTED"
    assert len(listed(world, ACCOUNT, "SENDER")) == 1


def test_an_invitation_to_aws_never_expires(still: World) -> None:
    id = invited(still, engaged(still)["Id"], "aws")
    seen = read(still, id, ACCOUNT)
    assert seen["Receiver"] == {"Account": {"AwsAccountId": "aws"}}
    assert "ExpirationDate" not in seen
    still.desk("AdvanceClock", Seconds=86_400 * 10_000)
    assert read(still, id, ACCOUNT)["Status"] == "PENDING"


def test_a_lead_invitation_is_read_as_it_was_sent(still: World) -> None:
    made = engaged(still, lead())["Id"]
    id = invited(still, made, payload=lead_payload())
    seen = read(still, id)
    assert (seen["PayloadType"], seen["Payload"]) == ("LeadInvitation", lead_payload())
    assert "EnrichmentContext" not in seen


def test_a_lead_invitations_expiry_is_told_by_its_event_and_where_the_profile_says_so(
    still: World,
) -> None:
    made = engaged(still, lead())["Id"]
    id = invited(still, made, payload=lead_payload())
    expiry = INSTANT + timedelta(days=1825)
    event = still.events(OTHER)[-1]["detail"]["engagementInvitation"]
    assert event["expirationDate"] == expiry.isoformat(timespec="milliseconds").replace(
        "+00:00", "Z"
    )
    for profile, told in (("observed", None), ("documented", expiry), ("observed", None)):
        still.desk("PutProfile", Profile=profile)
        for account, participant in ((ACCOUNT, "SENDER"), (OTHER, "RECEIVER")):
            assert read(still, id, account).get("ExpirationDate") == told
            [one] = still.client(account).list_engagement_invitations(
                Catalog=CATALOG, ParticipantType=participant
            )["EngagementInvitationSummaries"]
            assert one.get("ExpirationDate") == told


def test_an_invitation_tells_what_aws_found_out_by_then(world: World) -> None:
    scores = [lead(Insights={"LeadReadinessScore": score}) for score in ("Low", "High")]
    made = engaged(world, scores[0], project(), scores[1], lead())["Id"]
    seen = read(world, invited(world, made, payload=lead_payload()))
    assert seen["EnrichmentContext"] == {"LeadInsights": {"LeadReadinessScore": "High"}}


def test_an_invitation_tells_what_prospecting_found(world: World) -> None:
    made = engaged(world, lead())["Id"]
    task = world.client().start_prospecting_from_engagement_task(
        Catalog=CATALOG, Identifiers=[made], TaskName="Find out"
    )
    assert task["TaskStatus"] == "COMPLETED"
    contexts = world.client().get_engagement(Catalog=CATALOG, Identifier=made)["Contexts"]
    found = contexts[-1]["Payload"]["ProspectingResult"]["Aws"]
    seen = read(world, invited(world, made, payload=lead_payload()))
    assert seen["EnrichmentContext"] == {
        "ProspectingResultAws": {name: found[name] for name in ("Customer", "Insights")}
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (entry(TargetCompany="Somebody"), entry()),
        (entry(EstimationUrl="www.amazon.com"), entry()),
        (entry(EstimationUrl=URL), entry(EstimationUrl=URL)),
        (entry(Amount="", EstimationUrl=URL), entry(Amount="1000.00", EstimationUrl=URL)),
    ],
)
def test_an_invitation_s_spend_is_put_right(
    world: World, given: dict[str, str], kept: dict[str, str]
) -> None:
    id = invited(world, engaged(world)["Id"], payload=spending(given))
    project = read(world, id)["Payload"]["OpportunityInvitation"]["Project"]
    assert project["ExpectedCustomerSpend"] == [kept]


def test_an_invitation_s_estimate_is_worth_what_the_desk_says(world: World) -> None:
    world.desk("PutEstimate", EstimationUrl=URL, Amount="77.00", CurrencyCode="EUR")
    made = engaged(world)["Id"]
    told = inviting(world, made, payload=spending(entry(Amount="", EstimationUrl=URL)))
    assert told.fields == [(f"{SPEND}.currencyCode", "INVALID_VALUE")]
    given = entry(Amount="", EstimationUrl=URL, CurrencyCode="EUR")
    seen = read(world, invited(world, made, payload=spending(given)))
    project = seen["Payload"]["OpportunityInvitation"]["Project"]
    assert project["ExpectedCustomerSpend"] == [given | {"Amount": "77.00"}]


def test_an_invitation_may_tell_no_spend_and_a_day_gone_by(world: World) -> None:
    payload = opportunity_payload(ExpectedCustomerSpend=[], TargetCompletionDate="2020-01-01")
    id = invited(world, engaged(world)["Id"], payload=payload)
    assert read(world, id)["Payload"] == payload


# --- what is refused -----------------------------------------------------------------------------


def full(world: World) -> str:
    """An engagement of ACCOUNT with five members and five that are invited."""
    made = str(engaged(world)["Id"])
    for number in range(1, 10):
        id = invited(world, made, f"{number:012}")
        if number < 5:
            accepted(world, id, f"{number:012}")
    return made


def test_create_engagement_invitation_refuses_in_order(world: World) -> None:
    made = full(world)
    wrong = opportunity_payload(
        TargetCompletionDate="2099-02-30",
        ExpectedCustomerSpend=[
            entry(TargetCompany="Self", Frequency="None", CurrencyCode="GBP", Amount="0"),
            entry(Amount="", EstimationUrl="www.amazon.com"),
            entry(Amount=""),
        ],
    )
    told = inviting(world, UNKNOWN, receiver="nobody", payload=wrong)
    assert told.code == "ResourceNotFoundException"
    assert told.message.startswith("There is no such engagement")
    told = inviting(world, made, receiver="nobody", payload=wrong)
    assert (told.code, told.message) == (
        "ResourceNotFoundException", "There is no partner nobody in this catalog.",
    )  # fmt: skip
    told = inviting(world, made, receiver=ACCOUNT, payload=wrong)
    assert told.errors == [
        (
            "invitation.receiver.account.awsAccountId", "INVALID_VALUE",
            "A partner cannot invite itself",
        )
    ]  # fmt: skip
    told = inviting(world, made, receiver="000000000003", payload=wrong)
    assert (told.code, told.message) == (
        "ConflictException", "The account 000000000003 is a member of the engagement already.",
    )  # fmt: skip
    told = inviting(world, made, receiver="000000000007", payload=wrong)
    assert told.code == "ConflictException"
    assert told.message.startswith("The account 000000000007 has an invitation")
    told = inviting(world, made, payload=wrong)
    assert told.code == "ServiceQuotaExceededException"
    world.client("000000000007").reject_engagement_invitation(
        Catalog=CATALOG, Identifier=listed(world, "000000000007", "RECEIVER")[0]["Id"]
    )
    assert inviting(world, made, payload=wrong).fields == [
        (f"{PROJECT}.targetCompletionDate", "INVALID_VALUE"),
        (f"{SPEND}.targetCompany", "INVALID_VALUE"),
        (f"{SPEND}.currencyCode", "INVALID_VALUE"),
        (f"{SPEND}.amount", "REQUIRED_FIELD_MISSING"),
        (f"{SPEND}.amount", "INVALID_VALUE"),
        (f"{SPEND}.estimationUrl", "INVALID_VALUE"),
    ]
    invited(world, made)


@pytest.mark.parametrize(
    ("payload", "field", "code"),
    [
        (opportunity_payload(TargetCompletionDate="2099-02-30"), "targetCompletionDate",
         "INVALID_VALUE"),
        (spending(entry(TargetCompany="Self")), "expectedCustomerSpend.targetCompany",
         "INVALID_VALUE"),
        (spending(entry(Frequency="None")), "expectedCustomerSpend.frequency", "INVALID_VALUE"),
        (spending(entry(CurrencyCode="GBP")), "expectedCustomerSpend.currencyCode",
         "INVALID_VALUE"),
        (spending(entry(Amount="")), "expectedCustomerSpend.amount", "REQUIRED_FIELD_MISSING"),
        (spending(entry(Amount="0")), "expectedCustomerSpend.amount", "INVALID_VALUE"),
        (spending(entry(Amount="", EstimationUrl="www.amazon.com")),
         "expectedCustomerSpend.estimationUrl", "INVALID_VALUE"),
    ],
)  # fmt: skip
def test_an_invitation_says_what_can_be(
    world: World, payload: dict[str, Any], field: str, code: str
) -> None:
    told = inviting(world, engaged(world)["Id"], payload=payload)
    assert (told.reason, told.fields) == (
        "BUSINESS_VALIDATION_FAILED", [(f"{PROJECT}.{field}", code)],
    )  # fmt: skip
    assert listed(world, OTHER, "RECEIVER") == []


def test_an_invitation_whose_time_is_over_makes_room(still: World) -> None:
    made = engaged(still)["Id"]
    first = invited(still, made)
    still.desk("PutClock", Time="2030-01-15T23:59:59.999Z", Frozen=True)
    assert inviting(still, made).code == "ConflictException"
    still.desk("PutClock", Time="2030-01-16T00:00:00Z", Frozen=True)
    second = invited(still, made)
    assert read(still, first)["Status"] == "EXPIRED"
    still.desk("AdvanceClock", Seconds=1)
    assert inviting(still, made).code == "ConflictException"  # the first one's end changes nothing
    still.client(OTHER).accept_engagement_invitation(Catalog=CATALOG, Identifier=second)
    assert inviting(still, made).message.endswith("is a member of the engagement already.")


def test_a_partner_that_declined_is_asked_again(world: World) -> None:
    made = engaged(world)["Id"]
    world.client(OTHER).reject_engagement_invitation(
        Catalog=CATALOG, Identifier=invited(world, made)
    )
    accepted(world, invited(world, made))
    statuses = [one["Status"] for one in listed(world, OTHER, "RECEIVER")]
    assert statuses == ["ACCEPTED", "REJECTED"]


def test_only_a_member_invites(world: World) -> None:
    made = engaged(world)["Id"]
    invited(world, made)
    for sender in (OTHER, THIRD):
        told = inviting(world, made, sender, receiver="999999999999")
        assert told.code == "ResourceNotFoundException"
    told = refusal(
        world.client().create_engagement_invitation,
        Catalog="AWS",
        EngagementIdentifier=made,
        Invitation=invitation(THIRD),
    )
    assert told.code == "ResourceNotFoundException"
    assert listed(world, "999999999999", "RECEIVER") == listed(world, THIRD, "RECEIVER") == []

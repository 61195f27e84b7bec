"""The desk: how it is reached, referrals, faults, reset, events. Its clock: test_clock.py."""

import json
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import pytest

from cosell.desk.contract import CONTRACT
from cosell.selling.contract import CONTRACT as SELLING
from cosell.selling.profiles import PROFILES
from tests.harness import ACCOUNT, OTHER, World, opportunity, send
from tests.refusal import desk_refusal, refusal

MODEL = Path(__file__).resolve().parents[2] / "src/cosell/desk/model.json"
ERRORS = {
    "AccessDeniedException": 400,
    "ConflictException": 400,
    "InternalServerException": 500,
    "ResourceNotFoundException": 400,
    "ServiceQuotaExceededException": 400,
    "ThrottlingException": 400,
    "ValidationException": 400,
}


def listed(world: World, account: str = ACCOUNT) -> list[Any]:
    page = world.client(account).list_engagement_invitations(
        Catalog="Sandbox", ParticipantType="RECEIVER"
    )
    return list(page["EngagementInvitationSummaries"])


# --- how it is reached ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "type", ["application/json", "application/x-amz-json-1.0", "Application/JSON; charset=utf-8"]
)
def test_desk_by_path_takes_json(world: World, type: str) -> None:
    path = f"/ns/{world.namespace}/_cosell/GetClock"
    reply = send(world.server.url, "POST", path, b"", {"Content-Type": type})
    assert reply.status == 200
    assert set(reply.document) == {"Time", "Frozen", "NextDueTime"}


@pytest.mark.parametrize("type", ["", "text/plain", "application/x-www-form-urlencoded", "json"])
@pytest.mark.parametrize("target", [{}, {"X-Amz-Target": "CosellDesk.ResetNamespace"}])
def test_desk_without_json_content_type_is_refused(
    world: World, type: str, target: dict[str, str]
) -> None:
    world.referred()
    path = f"/ns/{world.namespace}/" + ("" if target else "_cosell/ResetNamespace")
    reply = send(world.server.url, "POST", path, b"{}", {"Content-Type": type, **target})
    assert (reply.status, reply.document["__type"]) == (415, "UnsupportedMediaTypeException")
    assert len(listed(world)) == 1


def test_desk_by_target_is_reached_at_the_namespace(world: World) -> None:
    headers = {"X-Amz-Target": "CosellDesk.PutClock"}
    world.post("", {"Time": "2001-01-01T00:00:00Z", "Frozen": True}, headers)
    assert world.desk("GetClock")["Time"] == "2001-01-01T00:00:00.000Z"


def test_desk_with_unknown_operation_is_refused(world: World) -> None:
    for operation in ("Nothing", "CreateOpportunity"):
        assert desk_refusal(world, operation).code == "UnknownOperationException"


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Any:
    """A boto3 client that was made from the desk's model."""
    folder = tmp_path / "cosell" / CONTRACT.model_date
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_bytes(MODEL.read_bytes())
    session = boto3.session.Session(region_name="us-east-1")
    session._loader.search_paths.append(str(tmp_path))
    return session.client(
        "cosell",
        endpoint_url=world.endpoint,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="secret",
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


def test_desk_by_boto3_plays_aws(world: World, desk: Any) -> None:
    clock = desk.put_clock(Time="2030-01-01T00:00:00Z", Frozen=True)
    assert clock["Time"].year == 2030
    referred = desk.refer_opportunity(Catalog="Sandbox", ReceiverAccountId=ACCOUNT, Message="Hello")
    [invitation] = listed(world)
    assert invitation["Id"] == referred["EngagementInvitationId"]
    assert desk.advance_clock(Seconds=15 * 86_400)["Fired"] == 1
    events = desk.list_events(AccountId=ACCOUNT, MaxResults=1000)["Events"]
    assert events[-1]["Event"]["detail-type"] == "Engagement Invitation Expired"
    refused = refusal(desk.put_fault, Operation="Nothing", Error="ConflictException")
    assert refused.fields == [("operation", "INVALID_VALUE")]
    assert desk.reset_namespace()["Namespace"] == world.namespace


# --- referrals ---------------------------------------------------------------------------------


def accepted(world: World, **members: Any) -> Any:
    """A referral that was accepted, as GetOpportunity answers it."""
    referred = world.referred(**members)
    partner = world.client()
    partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    return partner.get_opportunity(Catalog="Sandbox", Identifier=referred["OpportunityId"])


def test_refer_opportunity_without_words_has_the_defaults(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T12:00:00Z", Frozen=True)
    made = accepted(world)
    assert made["LifeCycle"]["TargetCloseDate"] == "2030-04-01"
    assert made["LifeCycle"]["ReviewStatus"] == "Approved"
    assert made["LifeCycle"]["Stage"] == "Prospect"
    for path in ("Contacts", "Account"):
        assert made["Customer"][path]
    for member in ("Title", "CustomerBusinessProblem", "CustomerUseCase", "DeliveryModels",
                   "ExpectedCustomerSpend", "SalesActivities"):  # fmt: skip
        assert made["Project"][member]
    [invitation] = listed(world)
    read = world.client().get_engagement_invitation(Catalog="Sandbox", Identifier=invitation["Id"])
    assert read["InvitationMessage"]
    payload = read["Payload"]["OpportunityInvitation"]
    assert payload["Project"]["TargetCompletionDate"] == "2030-04-01"
    assert payload["ReceiverResponsibilities"]
    assert payload["SenderContacts"]


def test_refer_opportunity_with_words_keeps_them_over_the_defaults(world: World) -> None:
    contacts = [{"Email": "a@example.com", "FirstName": "A", "LastName": "B"}]
    referred = world.referred(
        Customer={"Account": {"CompanyName": "Their Company", "Address": {"CountryCode": "DE"}}},
        LifeCycle={"TargetCloseDate": "2099-01-01"},
        Message="For you",
        Project={"Title": "T" * 50},
        ReceiverResponsibilities=["Reseller"],
        SenderContacts=contacts,
    )
    partner = world.client()
    read = partner.get_engagement_invitation(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    assert (read["InvitationMessage"], read["EngagementTitle"]) == ("For you", "T" * 40)
    payload = read["Payload"]["OpportunityInvitation"]
    assert payload["SenderContacts"] == contacts
    assert payload["ReceiverResponsibilities"] == ["Reseller"]
    assert payload["Project"]["Title"] == "T" * 50
    assert payload["Project"]["TargetCompletionDate"] == "2099-01-01"
    assert payload["Customer"]["CompanyName"] == "Their Company"
    assert payload["Customer"]["Industry"] == "Retail"
    partner.start_engagement_by_accepting_invitation_task(Catalog="Sandbox", Identifier=read["Id"])
    made = partner.get_opportunity(Catalog="Sandbox", Identifier=referred["OpportunityId"])
    assert made["Customer"]["Account"]["Address"] == {"CountryCode": "DE"}


DURATION = {"Term": "Months", "Value": "12"}
TEN = {"CurrencyCode": "USD", "Frequency": "Monthly", "TargetCompany": "AWS", "Amount": "0"}
DOLLARS = {**TEN, "Amount": "10"}


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"ReceiverAccountId": "aws"}, "receiverAccountId", "INVALID_STRING_FORMAT"),
        ({"Catalog": "Elsewhere"}, "catalog", "INVALID_ENUM_VALUE"),
        ({"Message": ""}, "message", "INVALID_STRING_FORMAT"),
        ({"SenderContacts": []}, "senderContacts", "NOT_ENOUGH_VALUES"),
        ({"Project": {"CustomerUseCase": "x"}}, "project.customerUseCase", "INVALID_ENUM_VALUE"),
        ({"Project": {"Title": ""}}, "project.title", "REQUIRED_FIELD_MISSING"),
        (
            {"Customer": {"Account": {"CompanyName": "A", "Address": {"City": "Berlin"}}}},
            "customer.account.address.countryCode",
            "REQUIRED_FIELD_MISSING",
        ),
        (
            {"LifeCycle": {"TargetCloseDate": "2001-01-01"}},
            "lifeCycle.targetCloseDate", "INVALID_VALUE",
        ),
        (
            {"Project": {"ExpectedContractDuration": DURATION}},
            "project.expectedCustomerSpend", "INVALID_VALUE",
        ),
        (
            {"Project": {"ExpectedCustomerSpend": [TEN]}},
            "project.expectedCustomerSpend.amount", "INVALID_VALUE",
        ),
        (
            {"Project": {"AwsPartition": "aws-eusc", "ExpectedCustomerSpend": [DOLLARS]}},
            "project.expectedCustomerSpend.currencyCode", "INVALID_VALUE",
        ),
    ],
)  # fmt: skip
def test_refer_opportunity_out_of_order_is_refused(
    world: World, members: dict[str, Any], field: str, code: str
) -> None:
    asked = {"Catalog": "Sandbox", "ReceiverAccountId": ACCOUNT, **members}
    assert desk_refusal(world, "ReferOpportunity", **asked).fields == [(field, code)]
    assert listed(world) == []


def test_refer_opportunity_repeated_invites_once(world: World) -> None:
    first, again = (world.referred(ClientToken="one") for _ in "12")
    assert again == first
    assert len(listed(world)) == 1
    asked = {"Catalog": "Sandbox", "ReceiverAccountId": OTHER, "ClientToken": "one"}
    assert desk_refusal(world, "ReferOpportunity", **asked).code == "ConflictException"
    assert listed(world, OTHER) == []


# --- faults ------------------------------------------------------------------------------------


def test_put_fault_knows_every_error_of_the_model() -> None:
    assert set(ERRORS) == SELLING.operations["CreateResourceSnapshotJob"].errors


@pytest.mark.parametrize("error", ERRORS)
def test_put_fault_fails_as_many_calls_as_asked(world: World, error: str) -> None:
    asked = {"Operation": "CreateResourceSnapshotJob", "Error": error, "Count": 2}
    assert world.desk("PutFault", **asked).items() >= asked.items()
    partner = world.client()
    job = {
        "Catalog": "Sandbox", "EngagementIdentifier": "eng-00000000000000",
        "ResourceType": "Opportunity", "ResourceIdentifier": "O1",
        "ResourceSnapshotTemplateIdentifier": "OpportunitySummaryView",
    }  # fmt: skip
    assert partner.list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []
    for _ in "12":
        refused = refusal(partner.create_resource_snapshot_job, **job)
        assert (refused.code, refused.status) == (error, ERRORS[error])
        assert refused.message
    real = refusal(partner.create_resource_snapshot_job, **job)
    assert real.code == "ResourceNotFoundException"
    assert real.message == "There is no such engagement, or you are not a member."


def test_put_fault_fails_before_any_effect_and_in_order(world: World) -> None:
    for error in ("ThrottlingException", "ConflictException"):
        world.desk("PutFault", Operation="CreateOpportunity", Error=error)
    partner = world.client()
    request = opportunity(ClientToken="one")
    codes = [
        refusal(partner.create_opportunity, Catalog="AWS", **request).code,
        world.post("CreateOpportunity", {"Catalog": 1}).document["__type"],
    ]
    assert codes == ["ThrottlingException", "ConflictException"]
    assert partner.list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []
    made = partner.create_opportunity(Catalog="AWS", **request)
    assert made["Id"]


def test_put_fault_names_what_is_near(world: World) -> None:
    asked = {"Operation": "GetOportunity", "Error": "ThrottlingException"}
    [(_, _, told)] = desk_refusal(world, "PutFault", **asked).errors
    assert told.endswith("a newer one may have it. Did you mean GetOpportunity?")
    asked = {"Operation": "GetOpportunity", "Error": "Throttling"}
    [(_, _, told)] = desk_refusal(world, "PutFault", **asked).errors
    assert told.endswith(". Did you mean ThrottlingException?")


def test_put_fault_stays_in_its_namespace(world: World) -> None:
    world.desk("PutFault", Operation="ListOpportunities", Error="ThrottlingException")
    elsewhere = World(world.server)
    assert elsewhere.client().list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []
    assert refusal(world.client().list_opportunities, Catalog="AWS").code == "ThrottlingException"
    assert world.client().list_opportunities(Catalog="AWS")["OpportunitySummaries"] == []


@pytest.mark.parametrize(
    ("operation", "members", "field", "code"),
    [
        ("PutFault", {"Operation": "Nothing", "Error": "ThrottlingException"},
         "operation", "INVALID_VALUE"),
        ("PutFault", {"Operation": "GetClock", "Error": "ThrottlingException"},
         "operation", "INVALID_VALUE"),
        ("PutFault", {"Operation": "GetOpportunity", "Error": "ConflictException"},
         "error", "INVALID_VALUE"),
        ("PutFault", {"Operation": "GetOpportunity", "Error": "KeyError"},
         "error", "INVALID_VALUE"),
        ("PutFault", {"Operation": "GetOpportunity", "Error": "ThrottlingException", "Count": -1},
         "count", "VALUE_OUT_OF_RANGE"),
        ("PutTaskFault", {"Step": "Rest", "ReasonCode": "InternalError"},
         "step", "INVALID_ENUM_VALUE"),
        ("PutTaskFault", {"Step": "AcceptInvitation", "ReasonCode": "Bad luck"},
         "reasonCode", "INVALID_ENUM_VALUE"),
        ("PutTaskFault", {"Step": "AcceptInvitation", "ReasonCode": "OpportunityConflict"},
         "reasonCode", "INVALID_VALUE"),
        ("PutTaskFault", {"Step": "AcceptInvitation", "ReasonCode": "InternalError", "Message": ""},
         "message", "INVALID_STRING_FORMAT"),
        ("PutPace", {"Mode": "Fast"}, "mode", "INVALID_ENUM_VALUE"),
        ("PutPace", {"Mode": "Paced", "StepSeconds": -1}, "stepSeconds", "VALUE_OUT_OF_RANGE"),
        ("ListEvents", {"MaxResults": 1001}, "maxResults", "VALUE_OUT_OF_RANGE"),
        ("ListEvents", {"NextToken": "x"}, "nextToken", "INVALID_VALUE"),
        ("AdvanceTask", {"Catalog": "AWS", "TaskIdentifier": "x"},
         "taskIdentifier", "INVALID_STRING_FORMAT"),
    ],
)  # fmt: skip
def test_desk_asked_out_of_shape_refuses(
    world: World, operation: str, members: dict[str, Any], field: str, code: str
) -> None:
    refused = desk_refusal(world, operation, **members)
    assert (refused.code, refused.reason) == ("ValidationException", "REQUEST_VALIDATION_FAILED")
    assert refused.fields == [(field, code)]


@pytest.mark.parametrize(
    ("operation", "members", "field", "nearest"),
    [
        ("PutAutopilot", {"Delayseconds": 99999}, "delayseconds", "DelaySeconds"),
        ("ListEvents", {"Account": ACCOUNT}, "account", "AccountId"),
        ("PutPartner", {"AccountId": ACCOUNT, "Catalog": ["AWS"]}, "catalog", "Catalogs"),
        ("PutAutopilot", {"Referral": {"Custommer": {}}}, "referral.custommer", "Customer"),
        ("GetClock", {"time": None}, "time", ""),
    ],
)
def test_desk_names_a_member_that_it_does_not_know(
    world: World, operation: str, members: dict[str, Any], field: str, nearest: str
) -> None:
    [(path, code, message)] = desk_refusal(world, operation, **members).errors
    assert (path, code) == (field, "INVALID_VALUE")
    assert message.startswith("There is no member ")
    assert message.endswith(f" Did you mean {nearest}?" if nearest else "'.")


# --- events ------------------------------------------------------------------------------------


def test_list_events_pages_oldest_first(world: World) -> None:
    for account in (ACCOUNT, OTHER, ACCOUNT):
        world.referred(account)
    everything = world.desk("ListEvents")
    assert everything["NextToken"] is None
    assert [one["AccountId"] for one in everything["Events"]] == [ACCOUNT, OTHER, ACCOUNT]
    seqs = [one["Seq"] for one in everything["Events"]]
    assert seqs == sorted(seqs)
    first = world.desk("ListEvents", AccountId=ACCOUNT, MaxResults=1)
    token = {"NextToken": first["NextToken"]}
    second = world.desk("ListEvents", AccountId=ACCOUNT, **token)
    assert [*first["Events"], *second["Events"]] == everything["Events"][::2]
    assert second["NextToken"] is None
    assert desk_refusal(world, "ListEvents", AccountId=OTHER, **token).fields
    assert desk_refusal(world, "ListEvents", **token).fields
    assert json.dumps(world.desk("ListEvents", AccountId="999999999999")["Events"]) == "[]"


def test_list_events_after_a_seq_tells_only_later_ones(world: World) -> None:
    for account in (ACCOUNT, OTHER, ACCOUNT, OTHER):
        world.referred(account)
    every = world.desk("ListEvents")["Events"]
    assert world.desk("ListEvents", AfterSeq=0)["Events"] == every
    assert world.desk("ListEvents", AfterSeq=every[1]["Seq"])["Events"] == every[2:]
    asked = {"AfterSeq": every[0]["Seq"], "AccountId": OTHER}
    first = world.desk("ListEvents", MaxResults=1, **asked)
    assert first["Events"] == [every[1]]
    second = world.desk("ListEvents", MaxResults=1, **asked, NextToken=first["NextToken"])
    assert (second["Events"], second["NextToken"]) == ([every[3]], None)
    assert world.desk("ListEvents", AfterSeq=every[-1]["Seq"])["Events"] == []
    fields = desk_refusal(world, "ListEvents", AfterSeq=-1).fields
    assert fields == [("afterSeq", "VALUE_OUT_OF_RANGE")]


# --- profiles ------------------------------------------------------------------------------------


def test_profiles_of_the_model_are_those_of_the_program(world: World) -> None:
    assert set(CONTRACT.enum("ProfileName")) == set(PROFILES)
    for name, switches in PROFILES.items():
        told = world.desk("PutProfile", Profile=name)
        on = [switch for switch, yes in switches._asdict().items() if yes]
        assert told.items() >= {"Profile": name, "Switches": on}.items()

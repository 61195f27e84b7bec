"""ListCalls and GetCall: every call of a namespace, why it was refused, what it said, redacted."""

import json
from typing import Any

import pytest

from tests.harness import ACCOUNT, NOBODY, OTHER, Server, World, credential, opportunity, send
from tests.refusal import desk_refusal, refusal
from tests.scenes import started

DESK, SELLING = "cosell", "partnercentral-selling"


def calls(world: World, **members: Any) -> list[Any]:
    """The journal's calls, page by page."""
    found: list[Any] = []
    while True:
        page = world.desk("ListCalls", **members)
        found += page["Calls"]
        if page["NextToken"] is None:
            return found
        members["NextToken"] = page["NextToken"]


def last(world: World) -> Any:
    return calls(world)[-1]


def rules(call: Any) -> list[str]:
    return [rule["Id"] for rule in call["Rules"]]


def whole(world: World, call: Any) -> Any:
    """A call with its request and its answer."""
    return world.desk("GetCall", RequestId=call["RequestId"])


# --- what is in it -------------------------------------------------------------------------------


def test_a_call_is_told_with_what_it_was_and_what_came_of_it(world: World) -> None:
    world.desk("PutClock", Time="2026-03-01T00:00:00Z", Frozen=True)
    answer = world.client().create_opportunity(
        Catalog="Sandbox", ClientToken="one", **opportunity()
    )
    put, made = calls(world)
    assert (put["Service"], put["Operation"], put["AccountId"]) == (DESK, "PutClock", NOBODY)
    assert made | {"RealTime": "", "DurationMilliseconds": 0.0} == {
        "Seq": put["Seq"] + 1,
        "RequestId": answer["ResponseMetadata"]["RequestId"],
        "AccountId": ACCOUNT,
        "Service": SELLING,
        "Operation": "CreateOpportunity",
        "Time": "2026-03-01T00:00:00.000Z",
        "RealTime": "",
        "DurationMilliseconds": 0.0,
        "Status": 200,
        "Outcome": "Success",
        "Message": None,
        "Rules": [],
        "FaultId": None,
        "Cut": False,
        "Cleared": [],
        "Warnings": [],
        "Replayed": False,
    }
    assert made["RealTime"] > "2026-03-02"
    assert made["DurationMilliseconds"] > 0


def test_a_repeated_client_token_is_told(world: World) -> None:
    client = world.client()
    for _ in range(2):
        client.create_opportunity(Catalog="Sandbox", ClientToken="one", **opportunity())
    assert [call["Replayed"] for call in calls(world)] == [False, True]
    refusal(
        client.create_opportunity,
        Catalog="Sandbox",
        ClientToken="one",
        **opportunity(NationalSecurity="No"),
    )
    assert (last(world)["Replayed"], rules(last(world))) == (False, ["token.other-body"])


def test_reading_the_journal_is_not_in_it(world: World) -> None:
    world.desk("GetClock")
    assert [call["Operation"] for call in calls(world)] == ["GetClock"]
    whole(world, last(world))
    desk_refusal(world, "ListCalls", MaxResults=0)
    desk_refusal(world, "GetCall", RequestId="another")
    assert [call["Operation"] for call in calls(world)] == ["GetClock"]


def test_each_namespace_has_its_own(world: World, server: Server) -> None:
    other = World(server)
    world.desk("GetClock")
    other.desk("ListEvents")
    assert [call["Operation"] for call in calls(world)] == ["GetClock"]
    assert [call["Operation"] for call in calls(other)] == ["ListEvents"]


def test_a_reset_namespace_has_an_empty_one(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    world.desk("ResetNamespace", ClientToken="one")
    assert calls(world) == []
    world.desk("GetClock")
    world.desk("ResetNamespace", ClientToken="one")  # it is answered, and resets nothing again
    assert [call["Operation"] for call in calls(world)] == ["GetClock", "ResetNamespace"]


def test_a_forked_loaded_or_deleted_namespace_has_an_empty_one(
    world: World, server: Server
) -> None:
    world.desk("PutPace", Mode="Held")
    copy = World(server)
    copy.desk("GetClock")
    copy.desk("ForkNamespace", Source=world.namespace)
    assert calls(copy) == []
    saved = world.desk("SaveNamespace")["State"]
    assert whole(world, last(world))["Response"] is not None
    assert saved not in whole(world, last(world))["Response"]
    world.desk("LoadNamespace", State=saved)
    assert calls(world) == []
    desk_refusal(world, "LoadNamespace", State="bm90aGluZw==")
    assert rules(last(world)) == ["desk.state-value"]
    world.desk("DeleteNamespace")
    assert calls(world) == []


# --- refused calls -------------------------------------------------------------------------------


def test_calls_refused_before_they_reach_an_operation_are_in_it(world: World) -> None:
    def post(target: str, body: bytes, **headers: str) -> None:
        sent = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target, **headers}
        reply = send(world.server.url, "POST", f"/ns/{world.namespace}/", body, sent)
        assert reply.status == 400

    signed = {"Authorization": credential(ACCOUNT)}
    post("AWSPartnerCentralSelling.Nonsense", b"{}", **signed)
    post("AWSPartnerCentralSelling.GetOpportunity", b"{", **signed)
    post("AWSPartnerCentralSelling.GetOpportunity", b'{"Identifier":1}', **signed)
    post("AWSPartnerCentralSelling.GetOpportunity", b'{"Catalog":"x"}', **signed)
    post("CosellDesk.PutPaec", b"{}")
    told = [(call["Operation"], call["Outcome"], call["AccountId"]) for call in calls(world)]
    assert told == [
        ("Nonsense", "UnknownOperationException", None),
        ("GetOpportunity", "SerializationException", ACCOUNT),
        ("GetOpportunity", "SerializationException", ACCOUNT),
        ("GetOpportunity", "ValidationException", ACCOUNT),
        ("PutPaec", "UnknownOperationException", None),
    ]
    assert [call["Time"] is None for call in calls(world)] == [False] * 5
    assert calls(world)[-1]["Service"] == DESK
    assert "Did you mean PutPace?" in calls(world)[-1]["Message"]
    bodies = [whole(world, call)["Request"] for call in calls(world)]
    assert bodies == [None, None, '{"Identifier":1}', '{"Catalog":"x"}', None]


def test_a_refusal_by_the_model_names_the_member_and_its_structure(world: World) -> None:
    spend = [{"Amount": "1,000", "CurrencyCode": "USD", "Frequency": "Monthly"}]
    reply = world.post(
        "CreateOpportunity", {"Catalog": "x", "Project": {"ExpectedCustomerSpend": spend}}
    )
    assert reply.status == 400
    assert last(world)["Rules"] == [
        {"Id": id, "Source": "documented", "Cite": f"API reference: {shape}"}
        for id, shape in (
            ("model.catalog-enum", "CreateOpportunityRequest"),
            ("model.project.expectedCustomerSpend.amount-format", "ExpectedCustomerSpend"),
            (
                "model.project.expectedCustomerSpend.targetCompany-required",
                "ExpectedCustomerSpend",
            ),
            ("model.clientToken-required", "CreateOpportunityRequest"),
        )
    ]
    world.post("GetOpportunity", {"Catalog": "AWS", "Identifier": ["O1"]})
    assert rules(last(world)) == ["model.identifier-type"]
    world.post("GetOpportunity", [])
    assert rules(last(world)) == ["model.request-type"]


@pytest.mark.parametrize(
    ("operation", "member", "value", "rule"),
    [
        (
            "ListEngagementInvitations",
            "PayloadType",
            ["LeadInvitation"] * 1001,
            "request.items",
        ),
        ("ListOpportunities", "CustomerCompanyName", ["a\0"], "request.nul"),
        ("ListOpportunities", "CreatedDate", {"AfterCreatedDate": 1e14}, "request.instant"),
    ],
)
def test_bounds_of_our_own_are_told_from_the_model_s(
    world: World, operation: str, member: str, value: object, rule: str
) -> None:
    body = {"Catalog": "AWS", "ParticipantType": "RECEIVER", member: value}
    assert world.post(operation, body).status == 400
    [told] = last(world)["Rules"]
    assert (told["Id"], told["Source"]) == (rule, "not documented")


def test_a_refusal_by_business_rules_names_each_of_them(world: World) -> None:
    request = opportunity(LifeCycle={"Stage": "Launched", "TargetCloseDate": "2001-01-01"})
    told = refusal(world.client().create_opportunity, Catalog="Sandbox", **request)
    assert len(told.errors) == 2
    assert rules(last(world)) == ["create.stage", "opportunity.close-date"]
    assert {rule["Source"] for rule in last(world)["Rules"]} <= {
        "documented",
        "observed",
        "decision",
        "not documented",
    }
    assert last(world)["Message"] == told.message


def test_refusals_carry_their_rules_in_the_journal_alone(world: World) -> None:
    reply = world.post("GetOpportunity", {"Catalog": "AWS", "Identifier": "O1"})
    assert reply.document.keys() == {"__type", "Message"}
    assert last(world)["Rules"] == [
        {
            "Id": "find.opportunity",
            "Source": "documented",
            "Cite": "API reference: ResourceNotFoundException",
        }
    ]


def test_a_desk_s_refusal_and_a_stray_token_have_rules_too(world: World) -> None:
    desk_refusal(world, "PutClock")
    assert rules(last(world)) == ["desk.time-value"]
    desk_refusal(world, "ListEvents", NextToken="nonsense")
    assert rules(last(world)) == ["page.token"]
    desk_refusal(world, "DeleteFault", FaultId="fault-0")
    assert last(world)["Rules"] == [
        {
            "Id": "desk.DeleteFault.ResourceNotFound",
            "Source": "not documented",
            "Cite": "cosell's desk: DeleteFault",
        }
    ]


def test_a_task_that_ends_by_a_rule_names_it_in_the_call_that_started_it(world: World) -> None:
    first = started(world)
    again = world.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=first["EngagementInvitationId"]
    )
    assert again["ReasonCode"] == "EngagementInvitationConflict"
    assert (last(world)["Outcome"], rules(last(world))) == ("Success", ["accept-task.status"])


# --- Cleared -------------------------------------------------------------------------------------


def test_members_that_an_update_nulled_by_leaving_them_out_are_told(world: World) -> None:
    client = world.client()
    plain = opportunity(Marketing={"Source": "None"})
    rich = opportunity(
        LifeCycle={**plain["LifeCycle"], "NextSteps": "Call them."},
        Project={**plain["Project"], "AdditionalComments": "By phone.", "ApnPrograms": ["APN"]},
        PartnerOpportunityIdentifier="one",
    )
    named = {"Catalog": "Sandbox"}
    named["Identifier"] = client.create_opportunity(**named, **rich)["Id"]

    def update(**changes: Any) -> list[str]:
        before = client.get_opportunity(**named)
        client.update_opportunity(
            **named, LastModifiedDate=before["LastModifiedDate"], **plain, **changes
        )
        cleared: list[str] = last(world)["Cleared"]
        return sorted(cleared)

    assert update(PartnerOpportunityIdentifier="two") == [
        "LifeCycle.NextSteps",
        "Project.AdditionalComments",
        "Project.ApnPrograms",
    ]
    assert client.get_opportunity(**named)["LifeCycle"].get("NextSteps") is None
    assert update() == ["PartnerOpportunityIdentifier"]
    assert update() == []  # there was nothing any more


def test_a_refused_update_clears_nothing(world: World) -> None:
    client = world.client()
    id = client.create_opportunity(Catalog="Sandbox", **opportunity())["Id"]
    refusal(
        client.update_opportunity,
        Catalog="Sandbox",
        Identifier=id,
        LastModifiedDate="2020-01-01T00:00:00Z",
    )
    assert (last(world)["Outcome"], last(world)["Cleared"]) == ("ConflictException", [])
    assert rules(last(world)) == ["update.last-modified-date"]


# --- redaction -----------------------------------------------------------------------------------


def test_what_the_model_calls_sensitive_is_blotted_out_in_request_and_answer(world: World) -> None:
    client = world.client()
    secrets = ["Example Company", "https://www.example.com", "98101", "2500.00"]
    secrets += ["The customer wants to move its web shop to AWS.", "Web shop on AWS"]
    id = client.create_opportunity(Catalog="Sandbox", ClientToken="t", **opportunity())["Id"]
    client.get_opportunity(Catalog="Sandbox", Identifier=id)
    created, read = (whole(world, call) for call in calls(world))
    request, answer = json.loads(created["Request"]), json.loads(read["Response"])
    for text in (created["Request"], read["Response"]):
        assert [secret for secret in secrets if secret in text] == []
    assert request["Customer"]["Account"]["CompanyName"] == "***"
    assert request["Customer"]["Account"]["Industry"] == "Retail"
    assert request["ClientToken"] == "t"
    assert answer["Customer"]["Account"]["Address"]["PostalCode"] == "***"
    assert answer["Project"]["ExpectedCustomerSpend"][0]["Amount"] == "***"
    assert answer["Id"] == id


def test_members_that_the_model_does_not_know_are_blotted_out(world: World) -> None:
    body = {"Catalog": "AWS", "Secret": "s3cret", "Project": {"Hidden": {"Deep": "s3cret"}}}
    world.post("CreateOpportunity", body)
    shown = whole(world, last(world))["Request"]
    assert "s3cret" not in shown
    assert json.loads(shown)["Project"] == {"Hidden": "***"}


def test_what_the_desk_is_told_and_tells_of_customers_is_blotted_out(world: World) -> None:
    world.desk("PutPartner", AccountId=ACCOUNT, WebsiteUrl="https://secret.example.com")
    world.referred()
    assert world.events()
    put, _, listed = (whole(world, call) for call in calls(world))
    assert "secret.example" not in put["Request"] + put["Response"]
    assert {one["Event"] for one in json.loads(listed["Response"])["Events"]} == {"***"}


def test_the_answer_of_a_refused_call_is_shown_as_it_was(world: World) -> None:
    reply = world.post("GetOpportunity", {"Catalog": "x", "Identifier": "O1"})
    assert json.loads(whole(world, last(world))["Response"]) == reply.document


def test_an_operation_without_output_has_no_answer_to_show(world: World) -> None:
    client = world.client()
    id = client.create_opportunity(Catalog="Sandbox", **opportunity())["Id"]
    client.associate_opportunity(
        Catalog="Sandbox",
        OpportunityIdentifier=id,
        RelatedEntityType="Solutions",
        RelatedEntityIdentifier="S-1234567",
    )
    assert whole(world, last(world))["Response"] is None


# --- filters and pages ---------------------------------------------------------------------------


def test_calls_are_found_by_account_and_operation_and_after_a_seq(world: World) -> None:
    for account in (ACCOUNT, OTHER):
        client = world.client(account)
        client.list_opportunities(Catalog="Sandbox")
        client.list_solutions(Catalog="Sandbox")
    every = calls(world)
    assert [call["AccountId"] for call in every] == [ACCOUNT, ACCOUNT, OTHER, OTHER]
    assert calls(world, AccountId=OTHER) == every[2:]
    assert calls(world, Operation="ListSolutions") == every[1::2]
    assert calls(world, AccountId=ACCOUNT, Operation="ListSolutions") == every[1:2]
    assert calls(world, AfterSeq=every[1]["Seq"]) == every[2:]
    assert calls(world, Operation="Nothing") == []


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_of_any_size_are_the_whole(world: World, size: int) -> None:
    for _ in range(5):
        world.desk("GetClock")
    assert [call["Seq"] for call in calls(world, MaxResults=size)] == [
        call["Seq"] for call in calls(world)
    ]


def test_a_token_of_another_question_is_refused(world: World) -> None:
    for _ in range(3):
        world.desk("GetClock")
    token = world.desk("ListCalls", MaxResults=1)["NextToken"]
    told = desk_refusal(world, "ListCalls", NextToken=token, Operation="GetClock")
    assert told.fields == [("nextToken", "INVALID_VALUE")]


def test_a_call_that_the_journal_does_not_have_is_not_found(world: World) -> None:
    told = desk_refusal(world, "GetCall", RequestId="00000000-0000-4000-8000-000000000000")
    assert told.code == "ResourceNotFoundException"
    assert "1,000" in told.message

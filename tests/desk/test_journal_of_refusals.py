"""What the journal says of refused calls: why, by which rules, and on whose word."""

import pytest

from tests.harness import ACCOUNT, World, credential, opportunity, send
from tests.journaled import calls, last, rules, whole
from tests.refusal import desk_refusal, refusal
from tests.scenes import started

DESK = "cosell"


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

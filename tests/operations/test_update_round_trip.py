"""What clients send back: an answer of GetOpportunity with nothing but renames, in every state; and
requests as programs in the wild send them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import submitting
from tests.engaging import engaged, lead
from tests.harness import World, answered
from tests.scenes import started
from tests.updating import (
    Body,
    body,
    changed,
    decided,
    full,
    in_state,
    received,
    renamed,
    stripped,
    submitted,
    updated,
    whole,
)

SPEND = "Project.ExpectedCustomerSpend"
NO_SUPPORT = ["Do Not Need Support from AWS Sales Rep"]


def shown_only(world: World) -> str:
    id = submitting.created(world)
    submitted(world, id, submitting.VISIBILITY_ONLY)
    return id


def shown_and_approved(world: World) -> str:
    id = shown_only(world)
    decided(world, id, "Approved")
    return id


def past_its_date(world: World) -> str:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z")
    id = in_state(world, "Approved")
    world.desk("AdvanceClock", To="2100-01-01T00:00:00Z")
    return id


def secret(world: World) -> str:
    """A national security customer: nobody knows its name and its site."""
    request = submitting.submittable()
    account = request["Customer"]["Account"]
    account |= {"CompanyName": "", "Industry": "Government"}
    del account["WebsiteUrl"], account["Address"]["StateOrRegion"]
    return in_state(world, "Approved", request=request | {"NationalSecurity": "Yes"})


def referred(world: World) -> str:
    return str(started(world)["OpportunityId"])


def sparse_referral(world: World) -> str:
    """AWS refers with members that a partner could not write."""
    spend = [{"Amount": "5", "CurrencyCode": "USD", "Frequency": "Monthly", "TargetCompany": "X"}]
    made = world.referred(
        Customer={"Account": {"CompanyName": "Example", "Address": {"CountryCode": "US"}}},
        Marketing={"Source": "None", "CampaignName": "Spring", "Channels": []},
        PrimaryNeedsFromAws=NO_SUPPORT,
        Project={"ExpectedCustomerSpend": spend, "SalesActivities": [], "CompetitorName": "*Other"},
    )
    world.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=made["EngagementInvitationId"]
    )
    return str(made["OpportunityId"])


def converted(world: World) -> str:
    """A draft from a lead: no spend, no postal code, no contacts."""
    engagement = engaged(world, lead())["Id"]
    task = world.client().start_opportunity_from_engagement_task(
        Catalog="Sandbox", Identifier=engagement, ContextIdentifier="1"
    )
    return str(task["OpportunityId"])


STATES: dict[str, Callable[[World], str]] = {
    "Pending Submission": lambda world: in_state(world, "Pending Submission"),
    "Pending Submission, contract value": lambda world: in_state(
        world, "Pending Submission", request=full()
    ),
    "Submitted": lambda world: in_state(world, "Submitted"),
    "Submitted, visibility only": shown_only,
    "In review": lambda world: in_state(world, "In review"),
    "Action Required": lambda world: in_state(world, "Action Required"),
    "Approved": lambda world: in_state(world, "Approved"),
    "Approved, contract value": lambda world: in_state(world, "Approved", request=full()),
    "Approved, visibility only": shown_and_approved,
    "Approved, past its close date": past_its_date,
    "Approved, national security": secret,
    "Rejected": lambda world: in_state(world, "Rejected"),
    "Committed": lambda world: in_state(world, "Approved", "Committed"),
    "Launched": lambda world: in_state(world, "Approved", "Launched"),
    "Closed Lost": lambda world: in_state(world, "Approved", "Closed Lost"),
    "received": received,
    "received, Submitted": lambda world: received(world, "Action Required"),
    "received, Approved": lambda world: received(world, "Approved"),
    "received without spend": lambda world: received(world, ExpectedCustomerSpend=[]),
    "converted from a lead": converted,
    "referred": referred,
    "referred sparsely": sparse_referral,
}


def whole_with_both_names(got: Body) -> Body:
    return {**got, "Identifier": got["Id"]}


def through_boto3(got: Body) -> Body:
    """What is left when every empty value is taken away, as careful programs do."""

    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            pairs = {name: kept(item) for name, item in value.items()}
            return {name: item for name, item in pairs.items() if item not in (None, [], {})}
        return [kept(item) for item in value] if isinstance(value, list) else value

    return dict(kept(renamed(got)))


SHAPES: dict[str, Callable[[Body], Body]] = {
    "nulls and all": renamed,
    "nulls stripped": lambda got: dict(stripped(renamed(got))),
    "empty values stripped": through_boto3,
    "the whole answer": whole_with_both_names,
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("reach", STATES.values(), ids=STATES)
def test_update_opportunity_takes_its_own_answer_back(
    world: World, reach: Callable[[World], str], shape: Callable[[Body], Body]
) -> None:
    id = reach(world)
    before = whole(world, id)
    reply = world.post("UpdateOpportunity", shape(before))
    assert reply.status == 200, reply.body
    after = whole(world, id)
    assert after.pop("LastModifiedDate") > before.pop("LastModifiedDate")
    assert after == before


@pytest.mark.parametrize("reach", STATES.values(), ids=STATES)
def test_update_opportunity_through_boto3_takes_its_own_answer_back(
    world: World, reach: Callable[[World], str]
) -> None:
    id = reach(world)
    partner = world.client()
    got = partner.get_opportunity(Catalog="Sandbox", Identifier=id)
    del got["ResponseMetadata"]
    partner.update_opportunity(**renamed(got))
    again = partner.get_opportunity(Catalog="Sandbox", Identifier=id)
    assert again["LastModifiedDate"] > got["LastModifiedDate"]
    for one in (got, again):
        del one["LastModifiedDate"]
    del again["ResponseMetadata"]
    assert again == got


# --- the wild ------------------------------------------------------------------------------------


def posted(world: World, request: Body) -> Any:
    return world.post("UpdateOpportunity", request)


def test_update_opportunity_ignores_retired_and_foreign_members(world: World) -> None:
    id = in_state(world, "Approved")
    request = body(world, id, {
        "PartnerId": 12, "TagKeys": ["a"], "ClientToken": "x", "OpportunityIdentifier": "O2",
        "Title": "Flat", "Project.ExpectedMonthlyAWSRevenue": {"Amount": [1]},
        "Customer.Account.Retired": {"a": {"b": None}}, "LifeCycle.Unknown": "In-Review",
    })  # fmt: skip
    assert answered(posted(world, request))["Id"] == id


def test_update_opportunity_with_a_null_for_everything_is_told_what_is_missing(
    world: World,
) -> None:
    id = in_state(world, "Pending Submission", request=full())
    got = renamed(whole(world, id))
    kept = ("Catalog", "Identifier", "LastModifiedDate")
    request = {name: value if name in kept else None for name, value in got.items()}
    reply = posted(world, request)
    assert [one["FieldName"] for one in reply.document["ErrorList"]] == [
        "lifeCycle.stage",
        "marketing.source",
        "customer.account.companyName",
        "customer.account.websiteUrl",
        "customer.account.industry",
        "customer.account.address.countryCode",
        "project.title",
        "project.customerBusinessProblem",
        "lifeCycle.targetCloseDate",
    ]
    assert {one["Code"] for one in reply.document["ErrorList"]} == {"REQUIRED_FIELD_MISSING"}


def test_update_opportunity_with_empty_lists_keeps_them_empty(world: World) -> None:
    id = in_state(world, "Pending Submission", request=full())
    project = updated(world, id, {"Project.ApnPrograms": [], "Project.DeliveryModels": []})
    assert project["Project"]["ApnPrograms"] == project["Project"]["DeliveryModels"] == []
    empty: Body = {"Customer.Contacts": [], "Marketing.UseCases": []}
    after = updated(world, id, empty)
    assert (after["Customer"]["Contacts"], after["Marketing"]["UseCases"]) == ([], [])


OUT_OF_SHAPE: list[tuple[Body, str, str]] = [
    (
        {"Customer.Contacts": [{"Email": "a@example.com"}, {"Email": "Someone@Example.com"}]},
        "customer.contacts[1].email", "INVALID_STRING_FORMAT",
    ),
    ({"Customer.Contacts": [{"Phone": "206 555"}]}, "customer.contacts[0].phone",
     "INVALID_STRING_FORMAT"),
    ({"Customer.Account.Duns": ""}, "customer.account.duns", "INVALID_STRING_FORMAT"),
    ({"Customer.Account.AwsAccountId": ""}, "customer.account.awsAccountId",
     "INVALID_STRING_FORMAT"),
    ({"Customer.Account.Address.CountryCode": "Germany"},
     "customer.account.address.countryCode", "INVALID_ENUM_VALUE"),
    ({"Customer.Account.Industry": "Shops"}, "customer.account.industry", "INVALID_ENUM_VALUE"),
    ({"Project.CustomerUseCase": "Security &amp; Compliance"}, "project.customerUseCase",
     "INVALID_ENUM_VALUE"),
    ({"Project.CompetitorName": ""}, "project.competitorName", "INVALID_ENUM_VALUE"),
    ({"Project.AwsPartition": ""}, "project.awsPartition", "INVALID_ENUM_VALUE"),
    ({"Marketing.AwsFundingUsed": ""}, "marketing.awsFundingUsed", "INVALID_ENUM_VALUE"),
    ({"LifeCycle.ReviewStatus": "In Review"}, "lifeCycle.reviewStatus", "INVALID_ENUM_VALUE"),
    ({"LifeCycle.Stage": "Closed"}, "lifeCycle.stage", "INVALID_ENUM_VALUE"),
    (
        {SPEND: [{"Amount": "1", "CurrencyCode": "USD", "Frequency": "Annual",
                  "TargetCompany": "AWS"}]},
        "project.expectedCustomerSpend[0].frequency", "INVALID_ENUM_VALUE",
    ),
    ({"PrimaryNeedsFromAws": ["Cosell"]}, "primaryNeedsFromAws[0]", "INVALID_ENUM_VALUE"),
    ({"LastModifiedDate": None}, "lastModifiedDate", "REQUIRED_FIELD_MISSING"),
    ({"Identifier": None}, "identifier", "REQUIRED_FIELD_MISSING"),
    ({"Identifier": "1"}, "identifier", "INVALID_STRING_FORMAT"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    OUT_OF_SHAPE,
    ids=[f"{field} {code}" for _, field, code in OUT_OF_SHAPE],
)
def test_update_opportunity_out_of_shape_is_refused_with_that_field(
    world: World, changes: Body, field: str, code: str
) -> None:
    id = in_state(world, "Pending Submission")
    before = whole(world, id)
    reply = posted(world, changed(body(world, id), changes))
    assert reply.document["Reason"] == "REQUEST_VALIDATION_FAILED"
    told = [(one["FieldName"], one["Code"]) for one in reply.document["ErrorList"]]
    assert told == [(field, code)]
    assert whole(world, id) == before


def test_update_opportunity_of_the_wrong_json_type_is_refused_alone(world: World) -> None:
    id = in_state(world, "Pending Submission")
    reply = posted(world, body(world, id, {"Project.Title": ["x"], "LifeCycle.Stage": "x"}))
    assert reply.document["__type"] == "SerializationException"
    assert "project.title" in reply.document["Message"]


def test_update_opportunity_with_a_renamed_and_bare_request_is_told_what_is_missing(
    world: World,
) -> None:
    id = in_state(world, "Approved")
    bare = {
        "Catalog": "Sandbox",
        "Identifier": id,
        "LastModifiedDate": whole(world, id)["LastModifiedDate"],
        "LifeCycle": {"Stage": "Qualified"},
    }
    reply = posted(world, bare)
    codes = {one["Code"] for one in reply.document["ErrorList"]}
    assert codes == {"ACTION_NOT_PERMITTED"}
    assert [one["FieldName"] for one in reply.document["ErrorList"]][:2] == [
        "customer.account.companyName",
        "customer.account.websiteUrl",
    ]


def test_update_opportunity_changes_a_draft_that_lacks_much(world: World) -> None:
    """What the service left open in a received opportunity does not stand in the way."""
    id = received(world)
    after = updated(world, id, {"Project.AdditionalComments": "Ours"})
    assert after["Project"]["AdditionalComments"] == "Ours"
    reply = posted(world, body(world, id, {"Customer.Account.Address.CountryCode": "DE"}))
    told = [(one["FieldName"], one["Code"]) for one in reply.document["ErrorList"]]
    assert told == [("customer.account.address.postalCode", "REQUIRED_FIELD_MISSING")]
    updated(world, id, {
        "Customer.Account.Address.CountryCode": "DE",
        "Customer.Account.Address.PostalCode": "10115",
    })  # fmt: skip


def test_create_opportunity_takes_an_answer_of_get_opportunity(world: World) -> None:
    """A program copies an opportunity: what the service owns is ignored, and begins anew."""
    id = in_state(world, "Approved", request=full())
    got = {**whole(world, id), "ClientToken": "copy"}
    team = [one for one in got["OpportunityTeam"] if one["BusinessTitle"] != "OpportunityOwner"]
    made = answered(world.post("CreateOpportunity", got | {"OpportunityTeam": team}))["Id"]
    copy, like = whole(world, made), whole(world, id)
    assert copy.pop("Id") != like.pop("Id")
    assert copy["LifeCycle"].pop("ReviewStatus") == "Pending Submission"
    del like["LifeCycle"]["ReviewStatus"]
    for one in (copy, like):
        for name in ("Arn", "CreatedDate", "LastModifiedDate"):
            del one[name]
    assert copy == like

"""AssignOpportunity: who takes whose place in the team."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal

CATALOGS = ("AWS", "Sandbox")
MANAGER = "PartnerAccountManager"


def person(title: str = MANAGER, name: str = "First", **more: Any) -> dict[str, Any]:
    return {
        "BusinessTitle": title,
        "Email": f"{name.lower()}@example.com",
        "FirstName": name,
        "LastName": "Person",
        **more,
    }


def made(world: World, catalog: str = "Sandbox", **members: Any) -> dict[str, Any]:
    """A new opportunity, as it is named."""
    answer = world.client().create_opportunity(Catalog=catalog, **opportunity(**members))
    return {"Catalog": catalog, "Identifier": answer["Id"]}


def team(world: World, named: dict[str, Any]) -> list[Any]:
    return list(world.client().get_opportunity(**named)["OpportunityTeam"])


@pytest.mark.parametrize("catalog", CATALOGS)
def test_assignee_joins_the_team_and_takes_the_place_of_its_title(
    world: World, catalog: str
) -> None:
    partner, named = world.client(), made(world, catalog)
    [owner] = team(world, named)
    assert owner["BusinessTitle"] == "OpportunityOwner"
    partner.assign_opportunity(**named, Assignee=person())
    assert team(world, named) == [owner, person()]
    partner.assign_opportunity(**named, Assignee=person(name="Second", Phone="+15550100"))
    assert team(world, named) == [owner, person(name="Second", Phone="+15550100")]
    partner.assign_opportunity(**named, Assignee=person("OpportunityOwner", "Third"))
    assert team(world, named) == [
        person("OpportunityOwner", "Third"),
        person(name="Second", Phone="+15550100"),
    ]


def test_assignee_with_a_title_of_its_own_becomes_the_owner(world: World) -> None:
    partner, named = world.client(), made(world, OpportunityTeam=[person("Seller", "Two")])
    for number in range(12):
        partner.assign_opportunity(**named, Assignee=person(f"Rep {number}", "Rep"))
    assert team(world, named) == [person("OpportunityOwner", "Rep"), person("Seller", "Two")]
    partner.assign_opportunity(**named, Assignee=person("Seller", "Three"))
    partner.assign_opportunity(**named, Assignee=person(MANAGER, "Four"))
    assert team(world, named) == [
        person("OpportunityOwner", "Rep"),
        person("Seller", "Three"),
        person(MANAGER, "Four"),
    ]


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize("title", [MANAGER, "Seller"])
def test_of_several_with_a_title_one_is_replaced(world: World, catalog: str, title: str) -> None:
    given = [person(title, "One"), person("Rep", "Two"), person(title, "Three")]
    partner, named = world.client(), made(world, catalog, OpportunityTeam=given)
    before = team(world, named)
    first = next(n for n, one in enumerate(before) if one["BusinessTitle"] == title)
    partner.assign_opportunity(**named, Assignee=person(title, "Four"))
    after = [*before]
    after[first] = person(title, "Four")
    assert team(world, named) == after
    third = person(title, "Three", Phone="+15550100")
    partner.assign_opportunity(**named, Assignee=third)
    assert team(world, named) == [*after[:-1], third]


def test_assignment_is_a_change_of_the_opportunity(world: World) -> None:
    partner, named = world.client(), made(world)
    before = partner.get_opportunity(**named)
    partner.assign_opportunity(**named, Assignee=person())
    after = partner.get_opportunity(**named)
    assert after["LastModifiedDate"] > before["LastModifiedDate"]
    assert [one["detail-type"] for one in world.events()] == [
        "Opportunity Created", "Opportunity Updated",
    ]  # fmt: skip
    for one in (before, after):
        del one["LastModifiedDate"], one["OpportunityTeam"], one["ResponseMetadata"]
    assert before == after


def test_assign_repaired_fault_by_fault_tells_the_next(world: World) -> None:
    partner = world.client()
    given = [person(f"Seller {number}") for number in range(9)]
    asked: dict[str, Any] = made(world, OpportunityTeam=given)
    id = asked["Identifier"]
    asked |= {"Identifier": "O1", "Assignee": person("", "", Email="Someone@example.com")}
    asked["Assignee"]["LastName"] = ""
    refused = refusal(partner.assign_opportunity, **asked)
    assert refused.reason == "REQUEST_VALIDATION_FAILED"
    assert refused.fields == [("assignee.email", "INVALID_STRING_FORMAT")]
    asked["Assignee"]["Email"] = "someone@example.com"
    refused = refusal(partner.assign_opportunity, **asked)
    assert refused.code == "ResourceNotFoundException"
    asked["Identifier"] = id
    blank = [("assignee.firstName", "REQUIRED_FIELD_MISSING"),
             ("assignee.lastName", "REQUIRED_FIELD_MISSING"),
             ("assignee.businessTitle", "REQUIRED_FIELD_MISSING")]  # fmt: skip
    full = ("assignee", "TOO_MANY_VALUES")
    for member, value in (("FirstName", "Some"), ("LastName", "One"), ("BusinessTitle", MANAGER)):
        refused = refusal(partner.assign_opportunity, **asked)
        assert refused.reason == "BUSINESS_VALIDATION_FAILED"
        assert refused.fields == blank
        asked["Assignee"][member] = value
        del blank[0]
    refused = refusal(partner.assign_opportunity, **asked)
    assert refused.fields == [full]
    assert "OpportunityOwner" in refused.message
    asked["Assignee"]["BusinessTitle"] = "Seller 4"
    partner.assign_opportunity(**asked)
    named = {"Catalog": "Sandbox", "Identifier": id}
    assert [one["FirstName"] for one in team(world, named)].count("Some") == 1
    assert len(team(world, named)) == 10


@pytest.mark.parametrize(
    ("assignee", "field", "code"),
    [
        ({"Email": None}, "assignee.email", "REQUIRED_FIELD_MISSING"),
        ({"Email": ""}, "assignee.email", "INVALID_STRING_FORMAT"),
        ({"Email": "Someone@Example.com"}, "assignee.email", "INVALID_STRING_FORMAT"),
        ({"FirstName": None}, "assignee.firstName", "REQUIRED_FIELD_MISSING"),
        ({"LastName": "x" * 81}, "assignee.lastName", "INVALID_STRING_FORMAT"),
        ({"Phone": "555"}, "assignee.phone", "INVALID_STRING_FORMAT"),
    ],
)
def test_assign_out_of_shape_is_refused(
    world: World, assignee: dict[str, Any], field: str, code: str
) -> None:
    body = {**made(world), "Assignee": {**person(), **assignee}}
    reply = world.post("AssignOpportunity", body)
    assert (reply.status, reply.document["Reason"]) == (400, "REQUEST_VALIDATION_FAILED")
    assert [(one["FieldName"], one["Code"]) for one in reply.document["ErrorList"]] == [
        (field, code)
    ]


def test_opportunity_of_others_cannot_be_assigned(world: World) -> None:
    named = made(world)
    before = team(world, named)
    waiting = world.referred()["OpportunityId"]
    elsewhere = World(world.server)
    for where, account, members in (
        (world, OTHER, named), (world, ACCOUNT, {**named, "Catalog": "AWS"}),
        (elsewhere, ACCOUNT, named), (world, ACCOUNT, {**named, "Identifier": waiting}),
        (world, ACCOUNT, {**named, "Identifier": "O1"}),
    ):  # fmt: skip
        method = where.client(account).assign_opportunity
        refused = refusal(method, **members, Assignee=person())
        assert refused.code == "ResourceNotFoundException"
    assert team(world, named) == before

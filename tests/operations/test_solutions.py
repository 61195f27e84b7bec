"""ListSolutions, and the desk's PutSolution: what a new account has, every filter, every sort."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, Server, World, opportunity
from tests.refusal import desk_refusal, refusal

CATALOGS = ("AWS", "Sandbox")
OFFERING = "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace/Solution/soln-"
START = "2030-01-01T00:00:00Z"


def walk(partner: Any, **members: Any) -> list[Any]:
    """Every solution, page by page."""
    found: list[Any] = []
    asked = {"Catalog": "Sandbox", **members}
    while True:
        page = partner.list_solutions(**asked)
        assert len(page["SolutionSummaries"]) <= asked.get("MaxResults", 20)
        found += page["SolutionSummaries"]
        if "NextToken" not in page:
            return found
        asked["NextToken"] = page["NextToken"]


def ids(partner: Any, **members: Any) -> list[str]:
    return [one["Id"] for one in walk(partner, **members)]


def put(world: World, account: str = ACCOUNT, **members: Any) -> Any:
    return world.desk("PutSolution", **{"Catalog": "Sandbox", "AccountId": account, **members})


@dataclass(frozen=True)
class Made:
    """A solution as a plain program knows it; `number` is the order of making."""

    number: int
    id: str
    name: str
    status: str
    category: str
    minute: int
    offering: str = ""


@dataclass(frozen=True)
class Catalogue:
    """A world whose account has these solutions in the Sandbox."""

    world: World
    made: list[Made]


GIVEN = [
    Made(0, "S-0059631", "Sample Solution", "Active", "Consulting Service", -1),
    Made(1, "S-1234567", "Example Solution", "Active", "Software Product", -1),
]
# With ties in every column, identifiers of several lengths, and letters of both cases.
PLAN = [
    Made(2, "S-9", "beta", "Draft", "Software Product", 0),
    Made(3, "S-10", "Beta", "Active", "Managed Service", 0, OFFERING + "b"),
    Made(4, "S-00000010", "Beta", "Inactive", "Software Product", 0),
    Made(5, "S-7654321", "Ärger", "Active", "Training Service", 2, OFFERING + "a"),
    Made(6, "S-999999999999999999", "alpha", "Draft", "Software Product", 2),
]


@pytest.fixture(scope="module")
def catalogues(server: Server) -> dict[str, Catalogue]:
    """An account without solutions of its own, and one with some."""
    bare, full = World(server), World(server)
    for world in (bare, full):
        world.desk("PutClock", Time=START, Frozen=True)
    minute = 0
    for one in PLAN:
        full.desk("AdvanceClock", Seconds=60 * (one.minute - minute))
        minute = one.minute
        members = {"Name": one.name, "Status": one.status, "Category": one.category}
        if one.offering:
            members["AwsMarketplaceSolutionArn"] = one.offering
        put(full, Identifier=one.id, **members)
    put(full, OTHER)
    put(full, Catalog="AWS")
    return {"given": Catalogue(bare, GIVEN), "kept": Catalogue(full, GIVEN + PLAN)}


SORTS: dict[str, Callable[[Made], Any]] = {
    "Identifier": lambda one: int(one.id[2:]),
    "Name": lambda one: one.name,
    "Status": lambda one: one.status,
    "Category": lambda one: one.category,
    "CreatedDate": lambda one: one.minute,
}
FILTERS: dict[str, tuple[dict[str, Any], Callable[[Made], bool]]] = {
    "none": ({}, lambda _: True),
    "empty": (
        {"Status": [], "Identifier": [], "Category": [], "AwsMarketplaceSolutionArn": []},
        lambda _: True,
    ),
    "a status": ({"Status": ["Active"]}, lambda one: one.status == "Active"),
    "two statuses": (
        {"Status": ["Draft", "Inactive", "Draft"]},
        lambda one: one.status in ("Draft", "Inactive"),
    ),
    "identifiers": (
        {"Identifier": ["S-1234567", "S-10", "S-1"]},
        lambda one: one.id in ("S-1234567", "S-10"),
    ),
    "categories": (
        {"Category": ["Software Product", "Managed Service", "None such"]},
        lambda one: one.category in ("Software Product", "Managed Service"),
    ),
    "offerings": (
        {"AwsMarketplaceSolutionArn": [OFFERING + "a", OFFERING + "b", OFFERING + "c"]},
        lambda one: bool(one.offering),
    ),
    "several": (
        {"Status": ["Active", "Draft"], "Category": ["Software Product"]},
        lambda one: one.category == "Software Product" and one.status != "Inactive",
    ),
    "nothing": ({"Status": ["Inactive"], "Category": ["Managed Service"]}, lambda _: False),
}


@pytest.mark.parametrize("which", ["given", "kept"])
@pytest.mark.parametrize(("members", "passes"), FILTERS.values(), ids=FILTERS)
def test_list_solutions_filtered_and_sorted_over_pages(
    catalogues: dict[str, Catalogue], which: str, members: Any, passes: Callable[[Made], bool]
) -> None:
    catalogue = catalogues[which]
    partner = catalogue.world.client()
    kept = [one for one in catalogue.made if passes(one)]
    orders: list[tuple[str, str] | None] = [None]
    orders += itertools.product(SORTS, ("ASCENDING", "DESCENDING"))
    for order in orders:
        by, way = order or ("Identifier", "DESCENDING")
        ranked = sorted(
            kept, key=lambda one: (SORTS[by](one), one.number), reverse=way == "DESCENDING"
        )
        sort = {"Sort": {"SortBy": by, "SortOrder": way}} if order else {}
        for size in ({}, {"MaxResults": 1}, {"MaxResults": 2}):
            found = ids(partner, **members, **sort, **size)
            assert found == [one.id for one in ranked], (order, size)


def test_list_solutions_shows_20_and_then_the_rest(world: World) -> None:
    for _ in range(19):
        put(world)
    first = world.client().list_solutions(Catalog="Sandbox")
    assert len(first["SolutionSummaries"]) == 20
    rest = world.client().list_solutions(Catalog="Sandbox", NextToken=first["NextToken"])
    assert len(rest["SolutionSummaries"]) == 1


@pytest.mark.parametrize("catalog", CATALOGS)
def test_new_account_has_two_active_solutions_in_each_catalog(world: World, catalog: str) -> None:
    for account in (ACCOUNT, OTHER):
        rows = walk(world.client(account), Catalog=catalog)
        assert [(row["Id"], row["Status"]) for row in rows] == [
            ("S-1234567", "Active"), ("S-0059631", "Active"),
        ]  # fmt: skip
        for row in rows:
            assert row["Arn"] == (
                f"arn:aws:partnercentral:us-east-1:{account}:catalog/{catalog}/solution/{row['Id']}"
            )
            assert row["Catalog"] == catalog
            assert "AwsMarketplaceSolutionArn" not in row


def test_newly_onboarded_account_has_no_solution_but_those_that_it_gets(world: World) -> None:
    world.desk("PutProfile", Profile="newly-onboarded")
    assert walk(world.client()) == []
    id = put(world)["Id"]
    assert ids(world.client()) == [id]
    world.desk("PutProfile", Profile="observed")
    assert ids(world.client()) == [id]
    assert ids(world.client(), Catalog="AWS") == ["S-1234567", "S-0059631"]


def test_account_that_uses_a_given_solution_keeps_both_in_every_profile(world: World) -> None:
    partner = world.client()
    id = partner.create_opportunity(Catalog="Sandbox", **opportunity())["Id"]
    about = {
        "Catalog": "Sandbox", "OpportunityIdentifier": id, "RelatedEntityType": "Solutions",
        "RelatedEntityIdentifier": "S-1234567",
    }  # fmt: skip
    before = walk(partner)
    partner.associate_opportunity(**about)
    assert walk(partner) == before
    world.desk("PutProfile", Profile="newly-onboarded")
    assert walk(partner) == before
    assert ids(partner, Catalog="AWS") == ids(world.client(OTHER)) == []
    partner.disassociate_opportunity(**about)
    partner.associate_opportunity(**about)
    put(world, Identifier="S-1234567", Name="Mine")
    world.desk("PutProfile", Profile="observed")
    assert [(one["Id"], one["Name"]) for one in walk(partner)] == [
        ("S-1234567", "Mine"), ("S-0059631", "Sample Solution"),
    ]  # fmt: skip


def test_refused_association_keeps_nothing(world: World) -> None:
    partner = world.client()
    id = partner.create_opportunity(Catalog="Sandbox", **opportunity())["Id"]
    about = {
        "Catalog": "Sandbox", "OpportunityIdentifier": id, "RelatedEntityType": "Solutions",
        "RelatedEntityIdentifier": "S-7",
    }  # fmt: skip
    assert refusal(partner.associate_opportunity, **about).code == "ResourceNotFoundException"
    world.desk("PutProfile", Profile="newly-onboarded")
    assert walk(partner) == []


@pytest.mark.parametrize("time", ["1000-01-01T00:00:00Z", "2020-06-01T00:00:00Z"])
def test_given_solutions_are_of_the_namespaces_past(world: World, time: str) -> None:
    world.desk("PutClock", Time=time, Frozen=True)
    row = {"Catalog": "Sandbox"}
    first, second = world.post("ListSolutions", row).document["SolutionSummaries"]
    assert first["CreatedDate"] == second["CreatedDate"] == f"{time[:4]}-01-01T00:00:00.000Z"


@pytest.mark.parametrize("by", SORTS)
def test_walk_that_began_before_a_put_goes_on_after_it(world: World, by: str) -> None:
    world.desk("PutClock", Frozen=True)
    partner = world.client()
    asked: dict[str, Any] = {
        "Catalog": "Sandbox", "MaxResults": 1, "Sort": {"SortBy": by, "SortOrder": "ASCENDING"},
    }  # fmt: skip
    first = partner.list_solutions(**asked)
    before = {row["Id"]: row for row in walk(partner)}
    put(world, Identifier="S-5", Name="A")
    assert {row["Id"]: row for row in walk(partner) if row["Id"] != "S-5"} == before
    rest = walk(partner, **asked, NextToken=first["NextToken"])
    seen = [row["Id"] for row in [*first["SolutionSummaries"], *rest] if row["Id"] != "S-5"]
    assert sorted(seen) == ["S-0059631", "S-1234567"]


def test_list_solutions_with_token_of_another_question_is_refused(
    catalogues: dict[str, Catalogue],
) -> None:
    for catalogue in catalogues.values():
        partner = catalogue.world.client()
        asked = {"Catalog": "Sandbox", "MaxResults": 1}
        token = partner.list_solutions(**asked)["NextToken"]
        sort = {"SortBy": "Name", "SortOrder": "DESCENDING"}
        for change in ({"Status": ["Active"]}, {"Sort": sort}, {"Catalog": "AWS"},
                       {"NextToken": "x"}):  # fmt: skip
            refused = refusal(partner.list_solutions, **{**asked, "NextToken": token, **change})
            assert refused.fields == [("nextToken", "INVALID_VALUE")], change
        other = catalogue.world.client(OTHER)
        assert refusal(other.list_solutions, **asked, NextToken=token).fields


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"MaxResults": 101}, "maxResults", "VALUE_OUT_OF_RANGE"),
        ({"Status": ["active"]}, "status[0]", "INVALID_ENUM_VALUE"),
        ({"Identifier": ["S-1"] * 21}, "identifier", "TOO_MANY_VALUES"),
        ({"Identifier": ["1"]}, "identifier[0]", "INVALID_STRING_FORMAT"),
        ({"Sort": {"SortBy": "Arn", "SortOrder": "ASCENDING"}}, "sort.sortBy",
         "INVALID_ENUM_VALUE"),
        ({"AwsMarketplaceSolutionArn": ["soln"]}, "awsMarketplaceSolutionArn[0]",
         "INVALID_STRING_FORMAT"),
    ],
)  # fmt: skip
def test_list_solutions_out_of_shape_is_refused(
    world: World, members: dict[str, Any], field: str, code: str
) -> None:
    reply = world.post("ListSolutions", {"Catalog": "AWS", **members})
    assert (reply.status, reply.document["Reason"]) == (400, "REQUEST_VALIDATION_FAILED")
    assert [(one["FieldName"], one["Code"]) for one in reply.document["ErrorList"]] == [
        (field, code)
    ]


# --- PutSolution ---------------------------------------------------------------------------------


@pytest.mark.parametrize("catalog", CATALOGS)
def test_put_solution_with_no_more_than_an_account_makes_one(world: World, catalog: str) -> None:
    world.desk("PutClock", Time=START, Frozen=True)
    made = put(world, Catalog=catalog)
    assert made["AccountId"] == ACCOUNT
    assert made["CreatedDate"] == "2030-01-01T00:00:00.000Z"
    assert (made["Status"], made["Category"]) == ("Active", "Software Product")
    assert made["Name"] == f"Solution {made['Id']}"
    listed = walk(world.client(), Catalog=catalog)
    assert len(listed) == 3
    [shown] = [one for one in listed if one["Id"] == made["Id"]]
    assert shown["Arn"] == made["Arn"]
    for other in (world.client(OTHER), World(world.server).client()):
        assert made["Id"] not in ids(other, Catalog=catalog)
    another = next(one for one in CATALOGS if one != catalog)
    assert made["Id"] not in ids(world.client(), Catalog=another)


def test_put_solution_again_changes_what_it_says(world: World) -> None:
    world.desk("PutClock", Time=START, Frozen=True)
    first = put(world, Identifier="S-77", Name="One", AwsMarketplaceSolutionArn=OFFERING + "x")
    world.desk("AdvanceClock", Seconds=60)
    second = put(world, Identifier="S-77", Status="Draft")
    assert second == {**first, "Status": "Draft"}
    third = put(world, Identifier="S-77", Name="Two", Category="Training Service")
    assert third == {**second, "Name": "Two", "Category": "Training Service"}
    assert ids(world.client(), Status=["Draft"], Sort={"SortBy": "Name", "SortOrder": "ASCENDING"}
               ) == ["S-77"]  # fmt: skip
    assert ids(world.client(), Category=["Software Product"]) == ["S-1234567"]


def test_put_solution_changes_one_that_was_given(world: World) -> None:
    before = {one["Id"]: one for one in walk(world.client())}
    put(world, Identifier="S-1234567", Status="Inactive")
    after = {one["Id"]: one for one in walk(world.client())}
    before["S-1234567"]["Status"] = "Inactive"
    assert after == before
    assert walk(world.client(OTHER))[0]["Status"] == "Active"


def test_put_solution_with_the_same_token_makes_one(world: World) -> None:
    first, second = [put(world, ClientToken="one") for _ in "12"]
    assert first == second
    assert len(walk(world.client())) == 3


def test_put_solution_makes_identifiers_that_are_free(world: World) -> None:
    made = [put(world)["Id"] for _ in range(5)]
    assert len(set(made)) == 5
    assert all(len(id) == len("S-1234567") for id in made)


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"AccountId": "aws"}, "accountId", "INVALID_STRING_FORMAT"),
        ({"Catalog": "Elsewhere"}, "catalog", "INVALID_ENUM_VALUE"),
        ({"Status": "Approved"}, "status", "INVALID_ENUM_VALUE"),
        ({"Identifier": "S-1234567890123456789"}, "identifier", "INVALID_STRING_FORMAT"),
        ({"Identifier": "1"}, "identifier", "INVALID_STRING_FORMAT"),
        ({"Name": ""}, "name", "INVALID_STRING_FORMAT"),
        ({"AwsMarketplaceSolutionArn": "x"}, "awsMarketplaceSolutionArn", "INVALID_STRING_FORMAT"),
    ],
)
def test_put_solution_out_of_shape_is_refused(
    world: World, members: dict[str, Any], field: str, code: str
) -> None:
    asked = {"Catalog": "Sandbox", "AccountId": ACCOUNT, **members}
    assert (field, code) in desk_refusal(world, "PutSolution", **asked).fields
    assert len(walk(world.client())) == 2

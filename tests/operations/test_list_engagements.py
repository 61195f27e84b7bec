"""ListEngagements and ListEngagementMembers: which rows a request selects, and in which order.

The oracle is the whole list, filtered here; each case is one rule of the operations' pages.
"""

import itertools
from typing import Any, NamedTuple

import pytest

from tests.engaging import (
    CATALOG,
    THIRD,
    accepted,
    engaged,
    invited,
    lead,
    lead_payload,
    project,
)
from tests.harness import ACCOUNT, OTHER, Server, World
from tests.refusal import refusal

TYPES = ("CustomerProject", "Lead", "ProspectingResult")
MAKERS = (ACCOUNT, OTHER, THIRD, "aws")
UNKNOWN = "eng-00000000000000"


def listed(partner: Any, size: int = 0, **members: Any) -> list[Any]:
    """A whole walk, page by page."""
    asked = {"Catalog": CATALOG, **({"MaxResults": size} if size else {}), **members}
    found: list[Any] = []
    while True:
        page = partner.list_engagements(**asked)
        found += page["EngagementSummaryList"]
        if "NextToken" not in page:
            return found
        asked["NextToken"] = page["NextToken"]


class Circle(NamedTuple):
    """A world in which ACCOUNT is a member of engagements with every set of contexts that clients
    can make, made by itself, by two other partners and by AWS; newest first."""

    world: World
    all: list[Any]

    @property
    def partner(self) -> Any:
        return self.world.client()

    def ids(self, **members: Any) -> list[str]:
        return [one["Id"] for one in listed(self.partner, **members)]


@pytest.fixture(scope="module")
def circle(server: Server) -> Circle:
    world = World(server)
    for maker in (ACCOUNT, OTHER, THIRD):
        for contexts in ((), (project(),), (lead(),), (lead(), project(), lead())):
            made = engaged(world, *contexts, account=maker)["Id"]
            if maker != ACCOUNT:
                accepted(world, invited(world, made, ACCOUNT, maker), ACCOUNT)
    referred = world.referred()["EngagementInvitationId"]
    accepted(world, referred, ACCOUNT)
    # What nobody here may see: another catalog's, one that ACCOUNT is only invited to.
    engaged(world, Catalog="AWS")
    invited(world, engaged(world, account=OTHER)["Id"], ACCOUNT, OTHER)
    found = listed(world.client())
    assert len(found) == 13
    return Circle(world, found)


# --- rows, order, pages --------------------------------------------------------------------------


def test_list_engagements_tells_what_get_engagement_does(circle: Circle) -> None:
    for one in circle.all:
        whole = circle.partner.get_engagement(Catalog=CATALOG, Identifier=one["Id"])
        types = list(dict.fromkeys(context["Type"] for context in whole.get("Contexts", [])))
        assert one.pop("ContextTypes", []) == types
        assert one == {name: whole[name] for name in one}
        assert len(one) == 8
        one["ContextTypes"] = types


@pytest.mark.parametrize("size", [0, 1, 5, 100])
def test_list_engagements_begins_with_the_newest(circle: Circle, size: int) -> None:
    ids = [one["Id"] for one in circle.all]
    dates = [one["CreatedAt"] for one in circle.all]
    assert dates == sorted(dates, reverse=True)
    sort = {"SortBy": "CreatedDate", "SortOrder": "DESCENDING"}
    assert circle.ids(size=size) == circle.ids(size=size, Sort=sort) == ids
    assert circle.ids(size=size, Sort=sort | {"SortOrder": "ASCENDING"}) == ids[::-1]


def test_list_engagements_shows_twenty_on_a_page(world: World) -> None:
    for _ in range(21):
        engaged(world)
    page = world.client().list_engagements(Catalog=CATALOG)
    assert len(page["EngagementSummaryList"]) == 20
    rest = world.client().list_engagements(Catalog=CATALOG, NextToken=page["NextToken"])
    assert len(rest["EngagementSummaryList"]) == 1
    assert "NextToken" not in rest


def test_list_engagements_keeps_the_order_of_one_instant(world: World) -> None:
    world.desk("PutClock", Frozen=True)
    ids = [engaged(world)["Id"] for _ in range(7)]
    assert [one["Id"] for one in listed(world.client(), 2)] == ids[::-1]


def test_list_engagements_of_another_sees_none_of_these(circle: Circle) -> None:
    assert listed(circle.world.client("999999999999")) == []
    seen = {one["Id"] for one in listed(circle.world.client(THIRD))}
    assert len(seen) == 4
    assert seen <= {one["Id"] for one in circle.all}


# --- filters -------------------------------------------------------------------------------------


def test_list_engagements_by_id_and_arn(circle: Circle) -> None:
    some = circle.all[2:6]
    wanted = [one["Id"] for one in some]
    names = [some[3]["Arn"], some[0]["Id"], some[1]["Arn"], some[2]["Id"], some[0]["Arn"]]
    assert circle.ids(EngagementIdentifier=[*names, UNKNOWN]) == wanted
    assert circle.ids(EngagementIdentifier=[some[0]["Arn"].replace("Sandbox", "AWS")]) == []


SETS = [list(some) for size in range(4) for some in itertools.combinations(TYPES, size)]


@pytest.mark.parametrize("wanted", SETS, ids=",".join)
@pytest.mark.parametrize("unwanted", SETS, ids=",".join)
def test_list_engagements_by_types_of_contexts(
    circle: Circle, wanted: list[str], unwanted: list[str]
) -> None:
    expected = [
        one["Id"]
        for one in circle.all
        if (not wanted or set(wanted) & set(one["ContextTypes"]))
        and not set(unwanted) & set(one["ContextTypes"])
    ]
    asked = {"ContextTypes": wanted, "ExcludeContextTypes": unwanted}
    assert circle.ids(**asked) == circle.ids(size=2, **asked) == expected


SOME_MAKERS = [[], ["aws"], [ACCOUNT], [ACCOUNT, "aws"], [OTHER, THIRD, ACCOUNT], [*MAKERS],
               ["888888888888"], ["888888888888", THIRD, THIRD]]  # fmt: skip


@pytest.mark.parametrize("wanted", SOME_MAKERS, ids=",".join)
@pytest.mark.parametrize("unwanted", SOME_MAKERS, ids=",".join)
def test_list_engagements_by_who_made_them(
    circle: Circle, wanted: list[str], unwanted: list[str]
) -> None:
    expected = [
        one["Id"]
        for one in circle.all
        if (not wanted or one["CreatedBy"] in wanted) and one["CreatedBy"] not in unwanted
    ]
    asked: dict[str, Any] = {"CreatedBy": wanted, "ExcludeCreatedBy": unwanted}
    asked = {name: values for name, values in asked.items() if values}
    assert circle.ids(**asked) == circle.ids(size=3, **asked) == expected
    sort = {"SortBy": "CreatedDate", "SortOrder": "ASCENDING"}
    assert circle.ids(Sort=sort, **asked) == expected[::-1]


def test_list_engagements_takes_every_filter_at_once(circle: Circle) -> None:
    names = [one["Id"] for one in circle.all][:9]
    expected = [
        one["Id"]
        for one in circle.all[:9]
        if one["CreatedBy"] == OTHER or one["CreatedBy"] == "aws"
        if "Lead" in one["ContextTypes"] or "CustomerProject" in one["ContextTypes"]
    ]
    asked: dict[str, Any] = {
        "EngagementIdentifier": names,
        "CreatedBy": [OTHER, "aws", THIRD],
        "ExcludeCreatedBy": [THIRD],
        "ContextTypes": ["Lead", "CustomerProject"],
        "ExcludeContextTypes": ["ProspectingResult"],
    }
    assert circle.ids(size=2, **asked) == expected != []
    del asked["CreatedBy"]
    assert circle.ids(size=2, **asked | {"ExcludeCreatedBy": [THIRD, ACCOUNT]}) == expected


def test_list_engagements_follows_a_context_that_is_added(world: World) -> None:
    made = engaged(world)["Id"]
    partner = world.client()
    assert listed(partner, ContextTypes=["Lead"]) == []
    partner.create_engagement_context(Catalog=CATALOG, EngagementIdentifier=made, **lead())
    [one] = listed(partner, ContextTypes=["Lead"])
    assert (one["Id"], one["ContextTypes"]) == (made, ["Lead"])
    assert listed(partner, ExcludeContextTypes=["Lead"]) == []


def test_list_engagements_token_is_for_the_same_question(circle: Circle) -> None:
    asked: dict[str, Any] = {"Catalog": CATALOG, "ExcludeCreatedBy": ["aws"], "MaxResults": 2}
    token = circle.partner.list_engagements(**asked)["NextToken"]
    other = refusal(
        circle.partner.list_engagements, **asked | {"ExcludeCreatedBy": [OTHER]}, NextToken=token
    )
    assert other.fields == [("nextToken", "INVALID_VALUE")]


@pytest.mark.parametrize("kept", [100, 101])
def test_list_engagements_leaves_out_makers_among_very_many(world: World, kept: int) -> None:
    """Few others are looked up, many are walked through: the pages are the same."""
    mine = [engaged(world)["Id"] for _ in range(3)]
    for number in range(kept):
        maker = f"{number:012}"
        made = engaged(world, account=maker)["Id"]
        accepted(world, invited(world, made, ACCOUNT, maker), ACCOUNT)
    partner = world.client()
    everything = [one["Id"] for one in listed(partner, 100)]
    assert len(everything) == kept + 3
    others = [id for id in everything if id not in mine]
    found = [one["Id"] for one in listed(partner, 40, ExcludeCreatedBy=[ACCOUNT])]
    assert found == others
    unwanted = [ACCOUNT, "000000000000", "999999999999"]
    found = [one["Id"] for one in listed(partner, 100, ExcludeCreatedBy=unwanted)]
    assert found == others[:-1]


# --- members -------------------------------------------------------------------------------------


def crowd(world: World, size: int) -> tuple[str, list[str]]:
    """An engagement with so many members, and who they are in order of joining."""
    made = engaged(world, lead())["Id"]
    accounts = [ACCOUNT, *(f"{number:012}" for number in range(1, size))]
    for account in accounts[1:]:
        accepted(world, invited(world, made, account, payload=lead_payload()), account)
    return made, accounts


def test_list_engagement_members_in_order_of_joining(world: World) -> None:
    made, accounts = crowd(world, 4)
    arn = world.client().get_engagement(Catalog=CATALOG, Identifier=made)["Arn"]
    for account, identifier in itertools.product(accounts, (made, arn)):
        answer = world.client(account).list_engagement_members(
            Catalog=CATALOG, Identifier=identifier
        )
        assert answer["EngagementMemberList"] == [
            {
                "AccountId": one,
                "CompanyName": f"Partner {one}",
                "WebsiteUrl": f"https://partner-{one}.example.com",
            }
            for one in accounts
        ]
        assert "NextToken" not in answer


def test_list_engagement_members_page_by_page(world: World) -> None:
    made, accounts = crowd(world, 10)
    partner = world.client()
    for size in (1, 3, 5, 10):
        pages = partner.get_paginator("list_engagement_members").paginate(
            Catalog=CATALOG, Identifier=made, PaginationConfig={"PageSize": size}
        )
        found = [[one["AccountId"] for one in page["EngagementMemberList"]] for page in pages]
        assert [id for page in found for id in page] == accounts
        assert max(map(len, found)) == size
    asked = {"Catalog": CATALOG, "Identifier": made, "MaxResults": 4}
    token = partner.list_engagement_members(**asked)["NextToken"]
    elsewhere = world.client(accounts[1]).list_engagement_members
    assert refusal(elsewhere, **asked, NextToken=token).fields == [("nextToken", "INVALID_VALUE")]
    over = refusal(partner.list_engagement_members, **asked | {"MaxResults": 11})
    assert over.fields == [("maxResults", "VALUE_OUT_OF_RANGE")]


def test_list_engagement_members_shows_aws_among_them(world: World) -> None:
    referred = world.referred()
    accepted(world, referred["EngagementInvitationId"], ACCOUNT)
    found = world.client().list_engagement_members(
        Catalog=CATALOG, Identifier=referred["EngagementId"]
    )["EngagementMemberList"]
    assert found[0] == {"AccountId": "aws", "CompanyName": "AWS", "WebsiteUrl": "www.aws.com"}
    assert [one["AccountId"] for one in found] == ["aws", ACCOUNT]


def test_list_engagement_members_is_for_members(world: World) -> None:
    made = engaged(world)
    invited(world, made["Id"])
    for account, identifier in (
        (OTHER, made["Id"]), (THIRD, made["Arn"]), (ACCOUNT, UNKNOWN),
        (ACCOUNT, made["Arn"].replace("Sandbox", "AWS")),
    ):  # fmt: skip
        method = world.client(account).list_engagement_members
        told = refusal(method, Catalog=CATALOG, Identifier=identifier)
        assert told.code == "ResourceNotFoundException"

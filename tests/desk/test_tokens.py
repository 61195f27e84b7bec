"""ListTokens and ForgetToken: what client tokens are bound to, and making one free again."""

import json
from typing import Any

import pytest

from tests.harness import ACCOUNT, NOBODY, OTHER, World, opportunity
from tests.refusal import desk_refusal


def create(world: World, token: str, account: str = ACCOUNT, catalog: str = "Sandbox") -> str:
    made = world.client(account).create_opportunity(
        Catalog=catalog, ClientToken=token, **opportunity()
    )
    return str(made["Id"])


def tokens(world: World, **members: Any) -> list[Any]:
    found: list[Any] = []
    while True:
        page = world.desk("ListTokens", **members)
        found += page["Tokens"]
        if page["NextToken"] is None:
            return found
        members["NextToken"] = page["NextToken"]


def names(found: list[Any]) -> list[tuple[str, str]]:
    return [(one["AccountId"], one["ClientToken"]) for one in found]


def test_a_token_is_told_with_what_it_made_and_when(world: World) -> None:
    world.desk("PutClock", Time="2026-03-01T00:00:00Z", Frozen=True)
    id = create(world, "one")
    [token] = tokens(world)
    assert json.loads(token.pop("Answer"))["Id"] == id
    assert token.pop("BoundAtRealTime") > "2026-03-02"
    assert token == {
        "ClientToken": "one",
        "AccountId": ACCOUNT,
        "Catalog": "Sandbox",
        "Operation": "CreateOpportunity",
        "BoundAt": "2026-03-01T00:00:00.000Z",
    }


def test_tokens_of_the_desk_are_told_too(world: World) -> None:
    world.desk("PutPace", Mode="Held", ClientToken="pace")
    [token] = tokens(world)
    assert (token["AccountId"], token["Catalog"], token["Operation"]) == (NOBODY, None, "PutPace")
    assert json.loads(token["Answer"]) == {"Mode": "Held", "StepSeconds": 2}


def test_tokens_are_found_by_account_and_operation(world: World) -> None:
    for account in (ACCOUNT, OTHER):
        for catalog in ("AWS", "Sandbox"):
            create(world, f"t-{catalog}", account, catalog)
    world.desk("PutPace", Mode="Held", ClientToken="pace")
    every = tokens(world)
    assert len(every) == 5
    assert tokens(world, AccountId=OTHER) == [one for one in every if one["AccountId"] == OTHER]
    assert names(tokens(world, Operation="PutPace")) == [(NOBODY, "pace")]
    assert len(tokens(world, Operation="CreateOpportunity")) == 4
    assert len(tokens(world, AccountId=ACCOUNT, Operation="CreateOpportunity")) == 2
    assert tokens(world, AccountId=ACCOUNT, Operation="PutPace") == []


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_of_any_size_are_the_whole(world: World, size: int) -> None:
    for number in range(3):
        create(world, f"t{number}")
        create(world, f"t{number}", OTHER, "AWS")
        world.desk("PutPace", Mode="Held", ClientToken=f"t{number}")
    every = tokens(world)
    assert len(every) == 9
    assert tokens(world, MaxResults=size) == every
    wanted = [one for one in every if one["Operation"] == "CreateOpportunity"]
    assert tokens(world, MaxResults=size, Operation="CreateOpportunity") == wanted


def test_a_forgotten_token_is_free_again(world: World) -> None:
    first = create(world, "one")
    assert create(world, "one") == first
    assert world.desk("ForgetToken", ClientToken="one") == {"Forgotten": 1}
    assert tokens(world) == []
    assert create(world, "one") != first
    assert world.desk("ForgetToken", ClientToken="never") == {"Forgotten": 0}


@pytest.mark.parametrize(
    ("narrowed", "left"),
    [
        ({}, 1),
        ({"AccountId": OTHER}, 4),
        ({"Catalog": "AWS"}, 4),
        ({"Operation": "PutPace"}, 5),
        ({"AccountId": ACCOUNT, "Catalog": "AWS", "Operation": "CreateOpportunity"}, 5),
        ({"AccountId": ACCOUNT, "Operation": "PutPace"}, 6),
    ],
)
def test_a_token_is_forgotten_where_it_is_meant(
    world: World, narrowed: dict[str, str], left: int
) -> None:
    for account in (ACCOUNT, OTHER):
        for catalog in ("AWS", "Sandbox"):
            create(world, "one", account, catalog)
    world.desk("PutPace", Mode="Held", ClientToken="one")
    create(world, "two")
    told = world.desk("ForgetToken", ClientToken="one", **narrowed)
    assert (told["Forgotten"], len(tokens(world))) == (6 - left, left)


def test_a_token_is_told_as_long_as_one_of_its_days_lasts(world: World) -> None:
    """The namespace's clock alone does not end it, and so it is still bound."""
    first = create(world, "one")
    world.desk("AdvanceClock", Seconds=200_000)
    assert names(tokens(world)) == [(ACCOUNT, "one")]
    assert create(world, "one") == first


def test_bad_requests_are_refused_by_member(world: World) -> None:
    assert desk_refusal(world, "ForgetToken").fields == [("clientToken", "REQUIRED_FIELD_MISSING")]
    assert desk_refusal(world, "ListTokens", MaxResults=0).fields == [
        ("maxResults", "VALUE_OUT_OF_RANGE")
    ]

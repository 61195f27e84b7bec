"""Two servers in one namespace: one world, whichever is asked."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests import updating
from tests.engaging import CATALOG
from tests.harness import ACCOUNT, OTHER, Reply, Server, World, opportunity
from tests.racing import asks, at_once, outcomes

TIMES = 6


@pytest.fixture
def worlds(servers: list[Server]) -> list[World]:
    """One namespace, as each server has it."""
    first = World(servers[0])
    return [first, World(servers[1], first.namespace)]


def spread(worlds: Sequence[World], operation: str, bodies: Sequence[Any]) -> list[Reply]:
    """What the calls are answered that come at the same time to both servers in turn."""
    calls: list[Callable[[], Reply]] = []
    for body, world in zip(bodies, itertools.cycle(worlds), strict=False):
        calls += asks(world, operation, [body])
    return at_once(calls)


def test_one_token_at_both_servers_makes_one_thing(worlds: list[World]) -> None:
    body = {**opportunity(), "ClientToken": "one-token"}
    replies = spread(worlds, "CreateOpportunity", [body] * TIMES)
    assert outcomes(replies) == {"done": TIMES}
    assert len({reply.body for reply in replies}) == 1
    for world in worlds:
        assert len(world.client().list_opportunities(Catalog=CATALOG)["OpportunitySummaries"]) == 1


def test_ids_of_both_servers_are_different_and_both_list_all_in_one_order(
    worlds: list[World],
) -> None:
    bodies = [{**opportunity(), "ClientToken": f"token-{number}"} for number in range(TIMES * 2)]
    replies = spread(worlds, "CreateOpportunity", bodies)
    made = {reply.document["Id"] for reply in replies}
    assert len(made) == len(bodies)
    lists = [
        [
            one["Id"]
            for one in world.client().list_opportunities(Catalog=CATALOG)["OpportunitySummaries"]
        ]
        for world in worlds
    ]
    assert lists[0] == lists[1]
    assert set(lists[0]) == made


def test_one_invitation_is_accepted_once(worlds: list[World]) -> None:
    invitation = worlds[0].referred()["EngagementInvitationId"]
    bodies = [{"Identifier": invitation, "ClientToken": f"token-{n}"} for n in range(TIMES)]
    replies = spread(worlds, "StartEngagementByAcceptingInvitationTask", bodies)
    ends = Counter(reply.document["TaskStatus"] for reply in replies)
    assert ends == {"COMPLETE": 1, "FAILED": TIMES - 1}
    for world in worlds:
        tasks = world.client().list_engagement_by_accepting_invitation_tasks(Catalog=CATALOG)
        assert Counter(task["TaskStatus"] for task in tasks["TaskSummaries"]) == ends


def test_one_revision_is_changed_once(worlds: list[World]) -> None:
    made = (
        worlds[0].client().create_opportunity(Catalog=CATALOG, ClientToken="made", **opportunity())
    )
    bodies = [
        updating.body(worlds[0], made["Id"], {"Project.Title": f"Web shop {number}"})
        for number in range(TIMES)
    ]
    told = outcomes(spread(worlds, "UpdateOpportunity", bodies))
    assert told == {"done": 1, "ConflictException": TIMES - 1}


def test_what_one_server_writes_the_other_reads_at_once(worlds: list[World]) -> None:
    one, other = worlds
    for turn in range(5):
        made = one.client().create_opportunity(
            Catalog=CATALOG, ClientToken=f"turn-{turn}", **opportunity()
        )
        found = other.client().get_opportunity(Catalog=CATALOG, Identifier=made["Id"])
        assert found["Id"] == made["Id"]
        one, other = other, one


def test_what_the_desk_says_at_one_server_holds_at_the_other(worlds: list[World]) -> None:
    one, other = worlds
    one.desk("PutClock", Time="2030-01-01T00:00:00.000Z", Frozen=True)
    assert other.desk("GetClock")["Time"] == "2030-01-01T00:00:00.000Z"
    other.desk("PutPartner", AccountId=OTHER, Catalogs=["AWS"])
    assert [
        found["Id"]
        for found in one.client(ACCOUNT).list_opportunities(Catalog=CATALOG)["OpportunitySummaries"]
    ] == []
    one.desk("PutFault", Operation="ListSolutions", Error="ThrottlingException", Count=1)
    replies = spread(worlds[::-1], "ListSolutions", [{}] * 2)
    assert outcomes(replies) == {"done": 1, "ThrottlingException": 1}


def test_a_page_that_one_server_began_goes_on_at_the_other(worlds: list[World]) -> None:
    made = (
        worlds[0].client().create_opportunity(Catalog=CATALOG, ClientToken="paged", **opportunity())
    )
    worlds[0].client().create_opportunity(Catalog=CATALOG, ClientToken="again", **opportunity())
    page = worlds[0].client().list_opportunities(Catalog=CATALOG, MaxResults=1)
    rest = (
        worlds[1]
        .client()
        .list_opportunities(Catalog=CATALOG, MaxResults=1, NextToken=page["NextToken"])
    )
    assert [one["Id"] for one in rest["OpportunitySummaries"]] == [made["Id"]]


def test_events_of_both_servers_come_in_one_order(worlds: list[World]) -> None:
    for turn in range(6):
        worlds[turn % 2].client().create_opportunity(
            Catalog=CATALOG, ClientToken=f"event-{turn}", **opportunity()
        )
    mine = [event["detail"]["opportunity"]["identifier"] for event in worlds[0].events()]
    assert mine == [event["detail"]["opportunity"]["identifier"] for event in worlds[1].events()]
    assert len(mine) == 6
    assert mine == sorted(mine, key=mine.index)


def test_calls_of_a_world_that_another_server_reset_are_told_no_more(worlds: list[World]) -> None:
    here, there = worlds
    here.client().create_opportunity(Catalog=CATALOG, **opportunity())
    here.client().list_opportunities(Catalog=CATALOG)
    told = [one["Operation"] for one in here.desk("ListCalls")["Calls"]]
    assert told == ["CreateOpportunity", "ListOpportunities"]
    there.desk("ResetNamespace")
    assert here.desk("ListCalls")["Calls"] == []
    here.client().list_solutions(Catalog=CATALOG)
    assert [one["Operation"] for one in here.desk("ListCalls")["Calls"]] == ["ListSolutions"]

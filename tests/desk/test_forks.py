"""Namespaces are forked, deleted and listed; a fork has everything, and nothing in common."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, Refused, World, opportunity
from tests.refusal import desk_refusal, refusal
from tests.upgrade.make_state import answers, live


def listed(world: World) -> dict[str, Any]:
    """Every namespace, page by page."""
    found: dict[str, Any] = {}
    token: dict[str, str] = {}
    while True:
        page = world.desk("ListNamespaces", MaxResults=3, **token)
        assert len(page["Namespaces"]) <= 3
        found |= {one["Name"]: one for one in page["Namespaces"]}
        if page["NextToken"] is None:
            return found
        token = {"NextToken": page["NextToken"]}


def create(world: World, **members: Any) -> Any:
    return world.client().create_opportunity(Catalog="Sandbox", **opportunity(), **members)


def count(world: World) -> int:
    return len(world.client().list_opportunities(Catalog="Sandbox")["OpportunitySummaries"])


# --- fork ----------------------------------------------------------------------------------------


def test_fork_answers_as_its_source_and_goes_its_own_way(world: World) -> None:
    live(world)
    before = answers(world)
    fork = World(world.server)
    told = fork.desk("ForkNamespace", Source=world.namespace)
    assert told == {"Namespace": fork.namespace, "Time": before["clock"]["Time"]}
    assert answers(fork) == before
    assert fork.desk("AdvanceClock", Seconds=3_600)["Fired"] > 0
    create(fork, ClientToken="fork")
    assert answers(world) == before
    world.desk("ResetNamespace")
    assert count(fork) == 1
    assert fork.client().list_opportunities(Catalog="AWS")["OpportunitySummaries"]


def test_fork_replaces_what_was_there(world: World) -> None:
    fork = World(world.server)
    create(fork)
    create(fork)
    create(world)
    fork.desk("ForkNamespace", Source=world.namespace)
    assert count(fork) == 1


def test_page_tokens_of_the_source_are_not_the_fork_s(world: World) -> None:
    create(world)
    create(world)
    token = world.client().list_opportunities(Catalog="Sandbox", MaxResults=1)["NextToken"]
    fork = World(world.server)
    fork.desk("ForkNamespace", Source=world.namespace)
    refused = refusal(fork.client().list_opportunities, Catalog="Sandbox", NextToken=token)
    assert refused.fields == [("nextToken", "INVALID_VALUE")]


def test_client_tokens_of_the_source_are_the_fork_s(world: World) -> None:
    first = create(world, ClientToken="one")
    fork = World(world.server)
    fork.desk("ForkNamespace", Source=world.namespace)
    assert create(fork, ClientToken="one")["Id"] == first["Id"]
    assert count(fork) == 1


def test_advance_that_is_repeated_in_a_fork_moves_the_fork(world: World) -> None:
    """Its plan came along, and the plan's namespace is the fork."""
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    create(world)
    to = "2030-01-02T00:00:00.000Z"
    fork = World(world.server)
    world.desk("AdvanceClock", To=to, ClientToken="one")
    fork.desk("ForkNamespace", Source=world.namespace)
    assert fork.desk("AdvanceClock", To=to, ClientToken="one")["Time"] == to


def test_fork_that_is_repeated_with_its_token_does_not_fork_again(world: World) -> None:
    create(world)
    fork = World(world.server)
    first = fork.desk("ForkNamespace", Source=world.namespace, ClientToken="one")
    create(fork)
    again = fork.desk("ForkNamespace", Source=world.namespace, ClientToken="one")
    assert (again, count(fork)) == (first, 2)
    told = desk_refusal(fork, "ForkNamespace", Source="another", ClientToken="one")
    assert told.code == "ConflictException"


def test_what_is_due_in_a_fork_happens_by_itself(world: World) -> None:
    world.desk("PutPace", Mode="Paced", StepSeconds=1_000)
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    referred = world.referred()
    world.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    fork = World(world.server)
    fork.desk("ForkNamespace", Source=world.namespace)
    assert fork.desk("AdvanceClock", Seconds=10_000)["Fired"] > 0
    assert world.desk("GetClock")["Time"] == "2030-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("source", "code"),
    [("Not-A-Name", "ValidationException"), ("absent", "ResourceNotFoundException")],
)
def test_fork_of_nothing_changes_nothing(world: World, source: str, code: str) -> None:
    create(world)
    assert desk_refusal(world, "ForkNamespace", Source=source).code == code
    assert count(world) == 1
    fresh = World(world.server)
    desk_refusal(fresh, "ForkNamespace", Source=source)
    assert fresh.namespace not in listed(world)


def test_namespace_is_no_fork_of_itself(world: World) -> None:
    create(world)
    told = desk_refusal(world, "ForkNamespace", Source=world.namespace)
    assert told.fields == [("source", "INVALID_VALUE")]
    assert count(world) == 1


# --- delete and list -----------------------------------------------------------------------------


def test_deleted_namespace_is_gone_and_its_name_is_free(world: World) -> None:
    create(world)
    assert world.namespace in listed(world)
    assert world.desk("DeleteNamespace") == {"Namespace": world.namespace}
    assert world.namespace not in listed(world)
    assert count(world) == 0
    assert world.namespace not in listed(world), "looking makes nothing"
    create(world)
    assert count(world) == 1


def test_delete_of_what_is_not_there_is_no_error(world: World) -> None:
    for _ in "12":
        assert world.desk("DeleteNamespace", ClientToken="one")["Namespace"] == world.namespace
    assert world.namespace not in listed(world)


def test_list_says_what_each_namespace_is_like(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    world.desk("PutPace", Mode="Paced", StepSeconds=7)
    world.desk("PutProfile", Profile="documented")
    world.desk("PutLag", Seconds=3)
    told = listed(world)[world.namespace]
    assert told.pop("CreatedAt") <= told.pop("LastUsedAt")
    assert told == {
        "Name": world.namespace,
        "Time": "2030-01-01T00:00:00.000Z",
        "Frozen": True,
        "Pace": "Paced",
        "StepSeconds": 7,
        "Profile": "documented",
        "LagSeconds": 3,
    }


def test_list_is_by_name_and_its_token_leads_on_whatever_the_address(world: World) -> None:
    for name in ("a", "b", "c"):
        World(world.server, f"{world.namespace}-{name}").desk("PutPace", Mode="Inline")
    names = list(listed(world))
    assert names == sorted(names)
    token = world.desk("ListNamespaces", MaxResults=1)["NextToken"]
    elsewhere = World(world.server)
    page = elsewhere.desk("ListNamespaces", MaxResults=1, NextToken=token)
    assert [one["Name"] for one in page["Namespaces"]] == names[1:2]


def test_namespaces_of_an_account_are_everybody_s_in_open_mode(world: World) -> None:
    create(world)
    with pytest.raises(Refused, match="ValidationException"):
        world.desk("ListNamespaces", NextToken="made-up", MaxResults=5)
    assert ACCOUNT.isdigit()
    assert world.namespace in listed(World(world.server))

"""Namespaces: two never meet, reset empties one at once, and what it leaves is swept."""

from pathlib import Path
from typing import Any

import pytest

from tests.databases import Database, fresh
from tests.harness import Refused, Server, World, opportunity, send
from tests.refusal import desk_refusal, refusal
from tests.sharing import shared

START = "2030-01-01T00:00:00.000Z"


def pipeline(world: World, **members: Any) -> Any:
    return world.client().list_opportunities(Catalog="Sandbox", **members)


# --- two never meet ------------------------------------------------------------------------------


def test_namespaces_know_nothing_of_each_other(world: World) -> None:
    other = World(world.server)
    mine = shared(world)
    partner, stranger = world.client(), other.client()
    partner.create_resource_snapshot(**mine)
    job = partner.create_resource_snapshot_job(**mine)
    referred = world.referred()
    task = partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    waiting = world.referred()
    box = {"Catalog": "Sandbox"}
    invitation = {"Identifier": waiting["EngagementInvitationArn"]}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("get_opportunity", {**box, "Identifier": mine["ResourceIdentifier"]}),
        ("get_engagement", {**box, "Identifier": mine["EngagementIdentifier"]}),
        ("get_engagement_invitation", box | invitation),
        ("accept_engagement_invitation", box | invitation),
        ("reject_engagement_invitation", box | invitation),
        ("start_engagement_by_accepting_invitation_task", box | invitation),
        ("get_resource_snapshot", mine),
        ("create_resource_snapshot", mine),
        ("create_resource_snapshot_job", mine),
        ("get_resource_snapshot_job", {**box, "ResourceSnapshotJobIdentifier": job["Id"]}),
        ("start_resource_snapshot_job", {**box, "ResourceSnapshotJobIdentifier": job["Id"]}),
        ("list_tags_for_resource", {"ResourceArn": job["Arn"]}),
    ]
    for method, members in asked:
        refused = refusal(getattr(stranger, method), **members)
        assert refused.code == "ResourceNotFoundException", method
    for method, members, member in (
        ("list_opportunities", {}, "OpportunitySummaries"),
        ("list_engagement_invitations", {"ParticipantType": "RECEIVER"},
         "EngagementInvitationSummaries"),
        ("list_resource_snapshot_jobs", {}, "ResourceSnapshotJobSummaries"),
        ("list_engagement_by_accepting_invitation_tasks", {"TaskIdentifier": [task["TaskId"]]},
         "TaskSummaries"),
    ):  # fmt: skip
        assert getattr(stranger, method)(Catalog="Sandbox", **members)[member] == [], method
    assert other.desk("ListEvents")["Events"] == []
    assert (
        desk_refusal(other, "AdvanceTask", Catalog="Sandbox", TaskIdentifier=task["TaskId"]).code
        == "ResourceNotFoundException"
    )


def test_namespaces_refuse_each_others_page_tokens(world: World) -> None:
    other = World(world.server)
    for each in (world, other):
        for _ in "12":
            each.client().create_opportunity(Catalog="Sandbox", **opportunity())
            each.referred()
    token = pipeline(world, MaxResults=1)["NextToken"]
    assert pipeline(world, NextToken=token)["OpportunitySummaries"]
    refused = refusal(other.client().list_opportunities, Catalog="Sandbox", NextToken=token)
    assert refused.fields == [("nextToken", "INVALID_VALUE")]
    token = world.desk("ListEvents", MaxResults=1)["NextToken"]
    assert desk_refusal(other, "ListEvents", NextToken=token).fields


def test_namespaces_live_a_year_apart(world: World) -> None:
    other = World(world.server)
    world.desk("PutClock", Time=START, Frozen=True)
    other.desk("PutClock", Time="2031-01-01T00:00:00Z", Frozen=True)
    invitations = [each.referred() for each in (world, other)]
    for each, year in ((world, 2030), (other, 2031)):
        made = each.client().create_opportunity(Catalog="Sandbox", **opportunity())
        assert made["LastModifiedDate"].year == year
    world.desk("AdvanceClock", Seconds=20 * 86_400)
    told = [
        each.client().get_engagement_invitation(
            Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
        )["Status"]
        for each, referred in zip((world, other), invitations, strict=True)
    ]
    assert told == ["EXPIRED", "PENDING"]
    assert other.desk("GetClock")["Time"] == "2031-01-01T00:00:00.000Z"


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a", "0", "a-", "team-1", "x" * 63])
def test_namespace_is_called_with_small_letters_digits_and_hyphens(world: World, name: str) -> None:
    reply = send(world.server.url, "POST", f"/ns/{name}/_cosell/GetClock", {})
    assert reply.status == 200


@pytest.mark.parametrize(
    "name", ["", "-a", "A", "a_b", "a.b", "a b".replace(" ", "%20"), "x" * 64, "%C3%A9", ".."]
)
def test_namespace_with_odd_name_is_unknown(world: World, name: str) -> None:
    for path in (f"/ns/{name}/_cosell/GetClock", f"/ns/{name}/ListOpportunities"):
        reply = send(world.server.url, "POST", path, {"Catalog": "AWS"})
        assert (reply.status, reply.document["__type"]) == (404, "UnknownNamespaceException")


def test_address_without_namespace_means_the_default(server: Server) -> None:
    default = World(server, "default")
    headers = {"X-Amz-Target": "CosellDesk.PutClock"}
    moved = send(server.url, "POST", "/", {"Time": START, "Frozen": True}, headers)
    assert moved.status == 200
    assert default.desk("GetClock")["Time"] == START
    default.desk("ResetNamespace")
    reply = send(server.url, "POST", "/_cosell/GetClock", {})
    assert reply.document["Frozen"] is False


def test_read_of_absent_namespace_makes_none(tmp_path: Path) -> None:
    server = Server(fresh(tmp_path)).start()
    try:
        absent, refused = World(server), World(server)
        assert pipeline(absent)["OpportunitySummaries"] == []
        absent.desk("GetClock")
        absent.desk("ListEvents")
        assert (
            refusal(absent.client().get_opportunity, Catalog="AWS", Identifier="O1").code
            == "ResourceNotFoundException"
        )
        with pytest.raises(Refused):
            refused.desk("PutPace", Mode="Fast")
        refusal(refused.client().create_opportunity, Catalog="AWS")
        made = World(server)
        made.desk("PutClock", Frozen=True)
    finally:
        server.stop()
    names = Database(server.database).rows("select name from namespace")
    assert names == [(made.namespace,)]


# --- reset ---------------------------------------------------------------------------------------


def test_reset_namespace_takes_everything_at_once(world: World) -> None:
    world.desk("PutClock", Time=START, Frozen=True)
    mine = shared(world)
    world.client().create_opportunity(Catalog="Sandbox", **opportunity())
    world.desk("PutPace", Mode="Held", StepSeconds=7)
    world.desk("PutFault", Operation="GetOpportunity", Error="ThrottlingException")
    world.desk("PutTaskFault", Step="AcceptInvitation", ReasonCode="InternalError")
    token = pipeline(world, MaxResults=1)["NextToken"]
    answer = world.desk("ResetNamespace")
    assert answer["Namespace"] == world.namespace
    clock = world.desk("GetClock")
    assert clock["Frozen"] is False
    assert clock["NextDueTime"] is None
    assert answer["Time"] <= clock["Time"] < START
    assert pipeline(world)["OpportunitySummaries"] == []
    assert world.desk("ListEvents")["Events"] == []
    assert world.desk("PutPace", Mode="Inline")["StepSeconds"] == 2
    partner = world.client()
    gone = refusal(
        partner.get_opportunity, Catalog="Sandbox", Identifier=mine["ResourceIdentifier"]
    )
    assert gone.code == "ResourceNotFoundException"  # and no fault
    stale = refusal(partner.list_opportunities, Catalog="Sandbox", NextToken=token)
    assert stale.fields == [("nextToken", "INVALID_VALUE")]
    referred = world.referred()
    task = partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    assert task["TaskStatus"] == "COMPLETE"
    world.desk("ResetNamespace")
    assert world.desk("PutClock", Time="2001-01-01T00:00:00Z")["Time"] == "2001-01-01T00:00:00.000Z"


def test_reset_namespace_forgets_client_tokens_and_leaves_others(world: World) -> None:
    neighbour = World(world.server)
    request = opportunity(ClientToken="one")
    first = world.client().create_opportunity(Catalog="Sandbox", **request)["Id"]
    kept = neighbour.client().create_opportunity(Catalog="Sandbox", **request)["Id"]
    world.desk("ResetNamespace")
    again = world.client().create_opportunity(Catalog="Sandbox", **request)["Id"]
    assert again != first
    assert [one["Id"] for one in pipeline(neighbour)["OpportunitySummaries"]] == [kept]


def test_reset_namespace_repeated_with_its_token_keeps_what_came_after(world: World) -> None:
    world.referred()
    first = world.desk("ResetNamespace", ClientToken="one")
    after = world.referred()
    assert world.desk("ResetNamespace", ClientToken="one") == first
    read = world.client().get_engagement_invitation(
        Catalog="Sandbox", Identifier=after["EngagementInvitationId"]
    )
    assert read["Status"] == "PENDING"
    world.desk("ResetNamespace", ClientToken="two")
    assert world.events() == []


def test_reset_of_absent_namespace_is_fine(world: World) -> None:
    assert world.desk("ResetNamespace")["Namespace"] == world.namespace
    assert world.desk("GetClock")["Frozen"] is False

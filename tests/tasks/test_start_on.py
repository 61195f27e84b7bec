"""Start on an invitation in every state: the second table of the task, row by row, for real."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World
from tests.scenes import UNKNOWN, ids_of, listed, refusal, refused, start, started

DAY_S = 86_400
ARN = "arn:aws:partnercentral:us-east-1:{}:catalog/{}/{}/{}"


def ensure_not_found(world: World, identifier: str, **options: Any) -> None:
    """Start answers that there is no such invitation, and leaves no task."""
    partner = world.client(options.get("account", ACCOUNT))
    catalog = options.get("catalog", "Sandbox")
    told = refusal(
        partner.start_engagement_by_accepting_invitation_task,
        Catalog=catalog,
        Identifier=identifier,
    )
    assert told["Error"]["Code"] == "ResourceNotFoundException"
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert identifier not in ids_of(listed(partner, Catalog=catalog))


def ensure_failed(world: World, task: Any, code: str) -> None:
    """The task FAILED with a code before it did anything; it is listed like that."""
    assert (task["TaskStatus"], task["ReasonCode"]) == ("FAILED", code)
    assert task["Message"]
    assert "OpportunityId" not in task
    assert "ResourceSnapshotJobId" not in task
    assert listed(world.client(), TaskIdentifier=[task["TaskId"]]) == [task]


def opportunities(world: World) -> list[Any]:
    return list(world.client().list_opportunities(Catalog="Sandbox")["OpportunitySummaries"])


# --- unknown or foreign --------------------------------------------------------------------------


def test_start_on_an_unknown_invitation_is_not_found(world: World) -> None:
    ensure_not_found(world, UNKNOWN)
    ensure_not_found(world, ARN.format("", "Sandbox", "engagement-invitation", UNKNOWN))
    started(world)
    ensure_not_found(world, UNKNOWN)


def test_start_on_an_arn_of_something_else_is_not_found(world: World) -> None:
    referred = world.referred()
    id, engagement = referred["EngagementInvitationId"], referred["EngagementId"]
    for arn in (
        ARN.format("", "AWS", "engagement-invitation", id),
        ARN.format("", "Sandbox", "engagement", engagement),
        ARN.format("", "Sandbox", "engagement", id),
        ARN.format(ACCOUNT, "Sandbox", "engagement-invitation", id),
        "arn:aws:" + id,
    ):
        ensure_not_found(world, arn)
    assert listed(world.client()) == []


def test_start_on_another_accounts_invitation_is_not_found(world: World) -> None:
    id = world.referred(OTHER)["EngagementInvitationId"]
    ensure_not_found(world, id)
    assert start(world.client(OTHER), id)["TaskStatus"] == "COMPLETE"


def test_start_on_an_invitation_in_another_namespace_is_not_found(world: World) -> None:
    other = World(world.server)
    started(other)
    ensure_not_found(world, other.referred()["EngagementInvitationId"])


def test_start_on_an_invitation_in_another_catalog_is_not_found(world: World) -> None:
    started(world, catalog="AWS")
    id = world.referred(catalog="AWS")["EngagementInvitationId"]
    ensure_not_found(world, id)
    ensure_not_found(world, world.referred()["EngagementInvitationId"], catalog="AWS")
    assert start(world.client(), id, "AWS")["TaskStatus"] == "COMPLETE"


def test_start_on_an_arn_is_as_on_its_id(world: World) -> None:
    id = world.referred()["EngagementInvitationId"]
    task = start(world.client(), ARN.format("", "Sandbox", "engagement-invitation", id))
    assert task["TaskStatus"] == "COMPLETE"
    assert task["EngagementInvitationId"] == id


# --- too late ------------------------------------------------------------------------------------


def test_start_on_an_expired_invitation_fails_with_a_conflict(world: World) -> None:
    id = world.referred()["EngagementInvitationId"]
    world.desk("AdvanceClock", Seconds=16 * DAY_S)
    ensure_failed(world, start(world.client(), id), "EngagementInvitationConflict")
    found = world.client().get_engagement_invitation(Catalog="Sandbox", Identifier=id)
    assert found["Status"] == "EXPIRED"
    assert opportunities(world) == []


@pytest.mark.parametrize(
    ("seconds", "status"), [(15 * DAY_S - 1, "COMPLETE"), (15 * DAY_S, "FAILED")]
)
def test_start_at_the_last_second_is_in_time_and_at_the_end_is_late(
    world: World, seconds: int, status: str
) -> None:
    world.desk("PutClock", Frozen=True)
    id = world.referred()["EngagementInvitationId"]
    world.desk("AdvanceClock", Seconds=seconds)
    assert start(world.client(), id)["TaskStatus"] == status


def test_start_on_a_rejected_invitation_fails_with_a_conflict(world: World) -> None:
    id = world.referred()["EngagementInvitationId"]
    partner = world.client()
    partner.reject_engagement_invitation(Catalog="Sandbox", Identifier=id)
    ensure_failed(world, start(partner, id), "EngagementInvitationConflict")
    assert opportunities(world) == []


def test_start_on_one_that_a_task_completed_fails_with_a_conflict(world: World) -> None:
    first = started(world)
    again = start(world.client(), first["EngagementInvitationId"])
    ensure_failed(world, again, "EngagementInvitationConflict")
    assert listed(world.client()) == [again, first]
    assert len(opportunities(world)) == 1


def test_start_on_an_accepted_invitation_fails_with_a_conflict(world: World) -> None:
    """And there is no other way to what AWS referred: see the differences."""
    referral = world.referred()
    id = referral["EngagementInvitationId"]
    partner = world.client()
    partner.accept_engagement_invitation(Catalog="Sandbox", Identifier=id)
    for _ in range(2):
        ensure_failed(world, start(partner, id), "EngagementInvitationConflict")
    assert opportunities(world) == []
    named = {"Catalog": "Sandbox", "Identifier": referral["OpportunityId"]}
    assert refused(partner.get_opportunity, **named) == "ResourceNotFoundException"


def test_start_on_a_failed_conflict_never_becomes_a_way_in(world: World) -> None:
    """The FAILED task on an accepted invitation did not accept it, so it is not gone on with."""
    partner, first = world.client(), started(world)
    tasks = [start(partner, first["EngagementInvitationId"]) for _ in range(3)]
    assert [task["TaskStatus"] for task in tasks] == ["FAILED"] * 3
    assert len(opportunities(world)) == 1


# --- another task at work ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pace", [{"Mode": "Held"}, {"Mode": "Paced", "StepSeconds": 86_400}], ids=["held", "paced"]
)
@pytest.mark.parametrize("steps", [0, 1, 4])
def test_start_beside_an_unfinished_task_fails_and_leaves_that_alone(
    world: World, pace: dict[str, Any], steps: int
) -> None:
    world.desk("PutPace", **pace)
    first, partner = started(world), world.client()
    asked = {"Catalog": "Sandbox", "TaskIdentifier": first["TaskId"]}
    if steps:
        world.desk("AdvanceTask", **asked, Steps=steps)
    second = start(partner, first["EngagementInvitationId"])
    ensure_failed(world, second, "EngagementInvitationConflict")
    assert first["TaskId"] in second["Message"]
    done = world.desk("AdvanceTask", **asked, Steps=5)
    assert done["TaskStatus"] == "COMPLETE"
    assert done["OpportunityId"] == first["OpportunityId"]
    assert [one["Id"] for one in opportunities(world)] == [first["OpportunityId"]]


def test_start_beside_an_unfinished_task_of_another_invitation_goes_on(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    first, second = started(world), started(world)
    assert [task["TaskStatus"] for task in (first, second)] == ["IN_PROGRESS"] * 2


def test_start_inline_beside_a_held_task_fails_until_that_has_ended(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    first, partner = started(world), world.client()
    id = first["EngagementInvitationId"]
    world.desk("PutTaskFault", Step="CreateOpportunity", ReasonCode="OpportunityConflict")
    world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=first["TaskId"], Steps=1)
    ensure_failed(world, start(partner, id), "EngagementInvitationConflict")
    world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=first["TaskId"], Steps=1)
    world.desk("PutPace", Mode="Inline")
    assert start(partner, id)["TaskStatus"] == "COMPLETE"


def test_advance_task_after_the_invitation_was_accepted_fails_it(
    world: World,
) -> None:
    world.desk("PutPace", Mode="Held")
    task, partner = started(world), world.client()
    id = task["EngagementInvitationId"]
    partner.accept_engagement_invitation(Catalog="Sandbox", Identifier=id)
    after = world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=task["TaskId"])
    assert (after["TaskStatus"], after["ReasonCode"]) == ("FAILED", "EngagementInvitationConflict")
    assert after["OpportunityId"] is None


def test_advance_task_after_the_invitation_expired_fails_it(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    task = started(world)
    world.desk("AdvanceClock", Seconds=16 * DAY_S)
    after = world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=task["TaskId"])
    assert (after["TaskStatus"], after["ReasonCode"]) == ("FAILED", "EngagementInvitationConflict")

"""StartOpportunityFromEngagementTask goes on: what became of its lead and of its job meanwhile."""

from typing import Any

import pytest

from tests.engaging import lead_customer
from tests.harness import World
from tests.tasking import CONVERTING, SANDBOX, advance, failure, led

STEPS = CONVERTING.steps
AFTER_START = STEPS[2:]  # those with which something is left to go on with


def qualify(world: World, engagement: str, status: str) -> None:
    """The lead of an engagement gets a status."""
    partner = world.client()
    found = partner.get_engagement(**SANDBOX, Identifier=engagement)
    partner.update_engagement_context(
        **SANDBOX,
        EngagementIdentifier=engagement,
        EngagementLastModifiedAt=found["ModifiedAt"],
        ContextIdentifier="1",
        Type="Lead",
        Payload={"Lead": {"Customer": lead_customer(), "QualificationStatus": status}},
    )


def failed_at(world: World, step: str, members: dict[str, Any]) -> Any:
    world.desk("PutTaskFault", Step=step, ReasonCode="InternalError")
    task = CONVERTING.start(world, **members)
    assert failure(task) == ("FAILED", "InternalError")
    return task


def contexts(world: World, engagement: str) -> list[str]:
    found = world.client().get_engagement(**SANDBOX, Identifier=engagement)
    return [one["Type"] for one in found["Contexts"]]


def jobs(world: World) -> dict[str, str]:
    found = world.client().list_resource_snapshot_jobs(**SANDBOX)
    return {one["Id"]: one["Status"] for one in found["ResourceSnapshotJobSummaries"]}


# --- the lead ------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", range(1, len(STEPS)))
def test_conversion_of_a_lead_disqualified_meanwhile_fails_at_the_end(
    world: World, steps: int
) -> None:
    world.desk("PutPace", Mode="Held")
    members = led(world)
    task = advance(world, CONVERTING.start(world, **members), Steps=steps)
    qualify(world, members["Identifier"], "Disqualified")
    done = advance(world, task, Steps=9)
    assert failure(done) == ("FAILED", "DisqualifiedLeadNotPermitted")
    assert done["Steps"][-1]["Status"] == "FAILED"
    assert contexts(world, members["Identifier"]) == ["Lead"]


@pytest.mark.parametrize("step", AFTER_START)
def test_start_that_goes_on_with_a_lead_disqualified_meanwhile_fails_and_shares_nothing(
    world: World, step: str
) -> None:
    members = led(world)
    first = failed_at(world, step, members)
    before = jobs(world)
    qualify(world, members["Identifier"], "Disqualified")
    for _ in "12":
        again = CONVERTING.start(world, **members)
        assert failure(again) == ("FAILED", "DisqualifiedLeadNotPermitted")
        assert "OpportunityId" not in again
    assert (contexts(world, members["Identifier"]), jobs(world)) == (["Lead"], before)
    qualify(world, members["Identifier"], "Qualified")
    last = CONVERTING.start(world, **members)
    assert (failure(last), last["OpportunityId"]) == (("COMPLETE", None), first["OpportunityId"])
    assert len(world.client().list_opportunities(**SANDBOX)["OpportunitySummaries"]) == 1


# --- the job -------------------------------------------------------------------------------------


@pytest.mark.parametrize("deleted", [False, True], ids=["stopped", "deleted"])
@pytest.mark.parametrize("step", STEPS[4:])
def test_start_that_goes_on_names_a_job_that_is_there_and_runs(
    world: World, step: str, deleted: bool
) -> None:
    members, partner = led(world), world.client()
    first = failed_at(world, step, members)
    job = {**SANDBOX, "ResourceSnapshotJobIdentifier": first["ResourceSnapshotJobId"]}
    if step == "CreateEngagementContext":
        partner.stop_resource_snapshot_job(**job)
    if deleted:
        partner.delete_resource_snapshot_job(**job)
    again = CONVERTING.start(world, **members)
    assert failure(again) == ("COMPLETE", None)
    assert jobs(world) == {again["ResourceSnapshotJobId"]: "Running"}
    assert (again["ResourceSnapshotJobId"] == first["ResourceSnapshotJobId"]) != deleted


def test_start_that_goes_on_beside_another_job_makes_its_own(world: World) -> None:
    """A job that somebody asked for is not the task's."""
    members, partner = led(world), world.client()
    first = failed_at(world, "CreateEngagementContext", members)
    job = {**SANDBOX, "ResourceSnapshotJobIdentifier": first["ResourceSnapshotJobId"]}
    partner.stop_resource_snapshot_job(**job)
    partner.delete_resource_snapshot_job(**job)
    made = partner.create_resource_snapshot_job(
        **SANDBOX,
        EngagementIdentifier=first["EngagementId"],
        ResourceType="Opportunity",
        ResourceIdentifier=first["OpportunityId"],
        ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
    )
    again = CONVERTING.start(world, **members)
    assert jobs(world) == {made["Id"]: "Stopped", again["ResourceSnapshotJobId"]: "Running"}

"""The tags of a Start: put on what the task makes, also where it goes on, and never too many."""

from typing import Any

import pytest

from tests.harness import World
from tests.tasking import ACCEPTING, CONVERTING, KINDS, SANDBOX, SUBMITTING, Kind, complete, failure

OLD = [{"Key": "team", "Value": "blue"}, {"Key": "year", "Value": "2026"}]
NEW = [{"Key": "stage", "Value": "two"}, {"Key": "team", "Value": "red"}]
BOTH = [NEW[0], NEW[1], OLD[1]]
MANY = [{"Key": f"key-{number:03}", "Value": ""} for number in range(200)]
LATER = [  # the steps after CreateOpportunity, of both kinds of task that have one
    (kind, step) for kind in (ACCEPTING, CONVERTING) for step in kind.steps[2:]
]


def fault(world: World, kind: Kind, step: str) -> None:
    world.desk("PutTaskFault", Task=kind.operation, Step=step, ReasonCode="InternalError")


def arn_of(world: World, id: str) -> str:
    return str(world.client().get_opportunity(**SANDBOX, Identifier=id)["Arn"])


def tags(world: World, arn: str) -> list[Any]:
    return list(world.client().list_tags_for_resource(ResourceArn=arn)["Tags"])


@pytest.mark.parametrize(("kind", "step"), LATER)
@pytest.mark.parametrize(
    ("given", "expected"), [({}, OLD), ({"Tags": NEW}, BOTH)], ids=["none", "new"]
)
def test_start_that_goes_on_puts_its_tags_on_the_opportunity_that_is_there(
    world: World, kind: Kind, step: str, given: dict[str, Any], expected: list[Any]
) -> None:
    members = kind.prepare(world)
    fault(world, kind, step)
    failed = kind.start(world, **members, Tags=OLD)
    assert failure(failed) == ("FAILED", "InternalError")
    done = kind.start(world, **members, **given)
    assert (failure(done), done["OpportunityId"]) == (("COMPLETE", None), failed["OpportunityId"])
    assert tags(world, arn_of(world, done["OpportunityId"])) == expected


@pytest.mark.parametrize("step", SUBMITTING.steps[2:])
@pytest.mark.parametrize(
    ("given", "expected"), [({}, OLD), ({"Tags": NEW}, BOTH)], ids=["none", "new"]
)
def test_start_that_goes_on_puts_its_tags_beside_those_of_the_one_that_failed(
    world: World, step: str, given: dict[str, Any], expected: list[Any]
) -> None:
    members = complete(world)
    fault(world, SUBMITTING, step)
    assert failure(SUBMITTING.start(world, **members, Tags=OLD)) == ("FAILED", "InternalError")
    done = SUBMITTING.start(world, **members, **given)
    assert failure(done) == ("COMPLETE", None)
    job = world.client().get_resource_snapshot_job(
        **SANDBOX, ResourceSnapshotJobIdentifier=done["ResourceSnapshotJobId"]
    )
    assert tags(world, job["Arn"]) == expected


def test_start_that_goes_on_before_the_opportunity_is_there_puts_all_tags_on_it(
    world: World,
) -> None:
    members = ACCEPTING.prepare(world)
    for step, labels in (("CreateOpportunity", OLD), ("CreateResourceSnapshot", NEW)):
        fault(world, ACCEPTING, step)
        failed = ACCEPTING.start(world, **members, Tags=labels)
        assert failure(failed) == ("FAILED", "InternalError")
    done = ACCEPTING.start(world, **members)
    assert failure(done) == ("COMPLETE", None)
    assert tags(world, arn_of(world, done["OpportunityId"])) == BOTH


def test_start_that_goes_on_with_too_many_tags_for_its_job_is_no_dead_end(world: World) -> None:
    members = complete(world)
    fault(world, SUBMITTING, "CreateResourceSnapshotJob")
    assert failure(SUBMITTING.start(world, **members, Tags=MANY)) == ("FAILED", "InternalError")
    second = SUBMITTING.start(world, **members, Tags=NEW)
    assert failure(second) == ("FAILED", "OpportunityValidationFailed")
    third = SUBMITTING.start(world, **members)
    assert failure(third) == ("COMPLETE", None)
    job = world.client().get_resource_snapshot_job(
        **SANDBOX, ResourceSnapshotJobIdentifier=third["ResourceSnapshotJobId"]
    )
    assert tags(world, job["Arn"]) == MANY


@pytest.mark.parametrize("kind", [ACCEPTING, CONVERTING], ids=["accepting", "converting"])
def test_start_that_goes_on_with_too_many_tags_fails_and_leaves_everything(
    world: World, kind: Kind
) -> None:
    members = kind.prepare(world)
    fault(world, kind, "CreateResourceSnapshotJob")
    failed = kind.start(world, **members, Tags=MANY)
    second = kind.start(world, **members, Tags=NEW)
    assert failure(second) == ("FAILED", "OpportunityValidationFailed")
    assert "200" in second["Message"]
    assert "OpportunityId" not in second
    arn = arn_of(world, failed["OpportunityId"])
    assert tags(world, arn) == MANY
    third = kind.start(world, **members)
    assert (failure(third), third["OpportunityId"]) == (("COMPLETE", None), failed["OpportunityId"])
    assert tags(world, arn) == MANY


def test_start_after_action_required_with_too_many_tags_fails_at_the_job(world: World) -> None:
    members = complete(world)
    first = SUBMITTING.start(world, **members, Tags=MANY)
    about = {"OpportunityIdentifier": members["Identifier"], "Outcome": "Action Required"}
    world.desk("ReviewOpportunity", **SANDBOX, **about)
    second = SUBMITTING.start(world, **members, Tags=NEW)
    assert failure(second) == ("FAILED", "ResourceSnapshotJobValidationFailed")
    assert second["Message"] == "TOO_MANY_VALUES tags: A resource has at most 200 tags"
    job = world.client().get_resource_snapshot_job(
        **SANDBOX, ResourceSnapshotJobIdentifier=first["ResourceSnapshotJobId"]
    )
    assert tags(world, job["Arn"]) == MANY
    world.client().untag_resource(ResourceArn=job["Arn"], TagKeys=["key-000", "key-001"])
    third = SUBMITTING.start(world, **members)
    assert failure(third) == ("COMPLETE", None)
    assert tags(world, job["Arn"]) == [*MANY[2:], *NEW]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_start_with_as_many_tags_as_a_resource_can_have_completes(world: World, kind: Kind) -> None:
    assert failure(kind.started(world, Tags=MANY)) == ("COMPLETE", None)

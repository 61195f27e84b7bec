"""StopResourceSnapshotJob and DeleteResourceSnapshotJob: a job's life and its end."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal
from tests.sharing import SUMMARY, shared

Asked = dict[str, Any]
CATALOGS = ("AWS", "Sandbox")


def shared_in(world: World, catalog: str) -> Asked:
    """An own opportunity in an engagement of the catalog, as a target."""
    partner = world.client()
    referred = world.referred(catalog=catalog)
    partner.accept_engagement_invitation(
        Catalog=catalog, Identifier=referred["EngagementInvitationId"]
    )
    made = partner.create_opportunity(Catalog=catalog, **opportunity())
    return {
        "Catalog": catalog,
        "EngagementIdentifier": referred["EngagementId"],
        "ResourceType": "Opportunity",
        "ResourceIdentifier": made["Id"],
        "ResourceSnapshotTemplateIdentifier": SUMMARY,
    }


class Job:
    """A job of the account, and what can be asked of it."""

    def __init__(self, world: World, asked: Asked, **members: Any) -> None:
        self.client = world.client()
        made = self.client.create_resource_snapshot_job(**asked, **members)
        self.id, self.arn = made["Id"], made["Arn"]
        self.named = {"Catalog": asked["Catalog"], "ResourceSnapshotJobIdentifier": self.id}

    def start(self) -> None:
        self.client.start_resource_snapshot_job(**self.named)

    def stop(self) -> None:
        self.client.stop_resource_snapshot_job(**self.named)

    def delete(self) -> None:
        self.client.delete_resource_snapshot_job(**self.named)

    def read(self) -> Any:
        return self.client.get_resource_snapshot_job(**self.named)


@pytest.mark.parametrize("catalog", CATALOGS)
def test_job_is_started_and_stopped_as_often_as_asked(world: World, catalog: str) -> None:
    job = Job(world, shared_in(world, catalog))
    for _ in "12":
        job.start()
        assert job.read()["Status"] == "Running"
        job.stop()
        assert job.read()["Status"] == "Stopped"
    stopped = job.client.list_resource_snapshot_jobs(Catalog=catalog, Status="Stopped")
    assert [one["Id"] for one in stopped["ResourceSnapshotJobSummaries"]] == [job.id]


def test_stop_of_a_job_that_stands_is_refused(world: World) -> None:
    job = Job(world, shared(world))
    refused = refusal(job.client.stop_resource_snapshot_job, **job.named)
    assert (refused.code, refused.reason) == ("ValidationException", "BUSINESS_VALIDATION_FAILED")
    assert refused.errors == [
        (
            "resourceSnapshotJobIdentifier",
            "INVALID_RESOURCE_STATE",
            "The job must be started prior to being stopped; this one is Stopped",
        )
    ]


def test_delete_of_a_running_job_conflicts(world: World) -> None:
    job = Job(world, shared(world))
    job.start()
    refused = refusal(job.client.delete_resource_snapshot_job, **job.named)
    assert refused.code == "ConflictException"
    assert "Running" in refused.message
    assert job.read()["Status"] == "Running"
    job.stop()
    job.delete()


@pytest.mark.parametrize("catalog", CATALOGS)
def test_deleted_job_is_nowhere_and_can_be_made_again(world: World, catalog: str) -> None:
    asked = shared_in(world, catalog)
    job = Job(world, asked, Tags=[{"Key": "team", "Value": "blue"}])
    job.client.create_resource_snapshot(**asked)
    job.delete()
    for method in (
        job.client.get_resource_snapshot_job, job.client.start_resource_snapshot_job,
        job.client.stop_resource_snapshot_job, job.client.delete_resource_snapshot_job,
    ):  # fmt: skip
        assert refusal(method, **job.named).code == "ResourceNotFoundException"
    tags = job.client.list_tags_for_resource
    assert refusal(tags, ResourceArn=job.arn).code == "ResourceNotFoundException"
    listed = job.client.list_resource_snapshot_jobs(Catalog=catalog)
    assert listed["ResourceSnapshotJobSummaries"] == []
    assert job.client.get_resource_snapshot(**asked)["Revision"] == 1
    again = Job(world, asked)
    assert again.id != job.id
    assert tags(ResourceArn=again.arn)["Tags"] == []
    refused = refusal(job.client.create_resource_snapshot_job, **asked)
    assert again.id in refused.message


def test_delete_of_one_of_two_jobs_leaves_the_other(world: World) -> None:
    """A task's job stands beside one that was asked for."""
    partner = world.client()
    task = partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=world.referred()["EngagementInvitationId"]
    )
    its = {"Catalog": "Sandbox", "ResourceSnapshotJobIdentifier": task["ResourceSnapshotJobId"]}
    job = partner.get_resource_snapshot_job(**its)
    asked = {
        "Catalog": "Sandbox",
        "EngagementIdentifier": job["EngagementId"],
        "ResourceType": "Opportunity",
        "ResourceIdentifier": job["ResourceId"],
        "ResourceSnapshotTemplateIdentifier": SUMMARY,
    }
    own = Job(world, asked)
    partner.stop_resource_snapshot_job(**its)
    partner.delete_resource_snapshot_job(**its)
    assert own.id in refusal(partner.create_resource_snapshot_job, **asked).message
    own.delete()
    Job(world, asked)


def test_delete_repaired_fault_by_fault_tells_the_next(world: World) -> None:
    job = Job(world, shared(world))
    job.start()
    delete = job.client.delete_resource_snapshot_job
    asked = {**job.named, "ResourceSnapshotJobIdentifier": "job-1"}
    assert refusal(delete, **asked).fields == [
        ("resourceSnapshotJobIdentifier", "INVALID_STRING_FORMAT")
    ]
    asked = {**job.named, "ResourceSnapshotJobIdentifier": "job-0000000000000"}
    assert refusal(delete, **asked).code == "ResourceNotFoundException"
    assert refusal(delete, **job.named).code == "ConflictException"
    job.stop()
    delete(**job.named)


def test_job_of_others_can_be_neither_stopped_nor_deleted(world: World) -> None:
    job = Job(world, shared(world))
    elsewhere = World(world.server)
    for where, account, catalog in (
        (world, OTHER, "Sandbox"), (world, ACCOUNT, "AWS"), (elsewhere, ACCOUNT, "Sandbox"),
    ):  # fmt: skip
        partner = where.client(account)
        for method in (partner.stop_resource_snapshot_job, partner.delete_resource_snapshot_job):
            refused = refusal(method, **{**job.named, "Catalog": catalog})
            assert refused.code == "ResourceNotFoundException", (account, catalog)
    assert job.read()["Status"] == "Stopped"


def test_second_job_that_was_asked_for_conflicts_in_order(world: World) -> None:
    asked = shared(world)
    job = Job(world, asked)
    create = job.client.create_resource_snapshot_job
    wrong = {**asked, "ResourceSnapshotTemplateIdentifier": "Unknown"}
    tags = [{"Key": "a", "Value": "1"}] * 2
    refused = refusal(create, **{**wrong, "ResourceIdentifier": "O1"}, Tags=tags)
    assert refused.fields == [("tags[1].key", "DUPLICATE_KEY_VALUE")]
    refused = refusal(create, **{**wrong, "ResourceIdentifier": "O1"})
    assert refused.code == "ResourceNotFoundException"
    assert refusal(create, **wrong).fields == [
        ("resourceSnapshotTemplateIdentifier", "INVALID_VALUE")
    ]
    assert refusal(create, **asked).code == "ConflictException"
    job.delete()
    assert create(**asked)["Id"]


def test_start_of_a_running_job_shares_what_it_could_not_before(world: World) -> None:
    asked = shared(world)
    job = Job(world, asked)
    job.start()
    assert "PutSellingSystemSettings" in job.read()["LastFailure"]
    job.client.put_selling_system_settings(
        Catalog="Sandbox", ResourceSnapshotJobRoleIdentifier="Snapshots"
    )
    assert "PutSellingSystemSettings" in job.read()["LastFailure"]  # setting shares nothing
    job.start()
    assert "LastFailure" not in job.read()
    shared_at = job.read()["LastSuccessfulExecutionDate"]
    assert job.client.get_resource_snapshot(**asked)["Revision"] == 1
    job.start()
    assert job.read()["LastSuccessfulExecutionDate"] == shared_at
    assert job.client.get_resource_snapshot(**asked)["Revision"] == 1

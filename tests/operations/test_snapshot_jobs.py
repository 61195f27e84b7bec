"""Resource snapshot jobs and their tags; ListTagsForResource."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal
from tests.sharing import joined, shared

Asked = dict[str, Any]


def job_of(world: World, asked: Asked, **members: Any) -> str:
    made = world.client().create_resource_snapshot_job(**asked, **members)
    return str(made["Id"])


def start(world: World, job: str) -> None:
    world.client().start_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier=job)


def read(world: World, job: str) -> Any:
    return world.client().get_resource_snapshot_job(
        Catalog="Sandbox", ResourceSnapshotJobIdentifier=job
    )


def test_create_resource_snapshot_job_makes_one_that_stands(world: World) -> None:
    asked = shared(world)
    made = world.client().create_resource_snapshot_job(**asked)
    job = read(world, made["Id"])
    assert made["Arn"] == job["Arn"]
    assert job["Arn"] == (
        f"arn:aws:partnercentral:us-east-1:{ACCOUNT}:catalog/Sandbox"
        f"/resource-snapshot-job/{made['Id']}"
    )
    assert job["Status"] == "Stopped"
    assert job["EngagementId"] == asked["EngagementIdentifier"]
    assert job["ResourceId"] == asked["ResourceIdentifier"]
    assert job["ResourceArn"].endswith(
        f":{ACCOUNT}:catalog/Sandbox/opportunity/{job['ResourceId']}"
    )
    assert not {"LastFailure", "LastSuccessfulExecutionDate"} & job.keys()


def test_create_resource_snapshot_job_twice_conflicts(world: World) -> None:
    asked = shared(world)
    partner = world.client()
    job = job_of(world, asked, ClientToken="one")
    refused = refusal(partner.create_resource_snapshot_job, **asked)
    assert refused.code == "ConflictException"
    assert job in refused.message
    assert job_of(world, asked, ClientToken="one") == job
    job_of(world, {**asked, "EngagementIdentifier": joined(world)})


def test_start_resource_snapshot_job_without_role_tells_so(world: World) -> None:
    job = job_of(world, shared(world))
    for _ in "12":
        start(world, job)
        running = read(world, job)
        assert running["Status"] == "Running"
        assert "PutSellingSystemSettings" in running["LastFailure"]
        assert "LastSuccessfulExecutionDate" not in running


def test_start_resource_snapshot_job_with_nothing_to_share_has_no_failure(world: World) -> None:
    asked = shared(world)
    world.client().create_resource_snapshot(**asked)
    job = job_of(world, asked)
    start(world, job)
    assert read(world, job)["Status"] == "Running"
    assert "LastFailure" not in read(world, job)
    assert world.client().get_resource_snapshot(**asked)["Revision"] == 1


def test_snapshot_job_of_others_is_not_found(world: World) -> None:
    job = job_of(world, shared(world))
    for account, catalog, id in (
        (OTHER, "Sandbox", job), (ACCOUNT, "AWS", job), (ACCOUNT, "Sandbox", "job-0000000000000"),
    ):  # fmt: skip
        partner = world.client(account)
        for method in (partner.get_resource_snapshot_job, partner.start_resource_snapshot_job):
            refused = refusal(method, Catalog=catalog, ResourceSnapshotJobIdentifier=id)
            assert refused.code == "ResourceNotFoundException"
    assert read(world, job)["Status"] == "Stopped"


# --- the list ------------------------------------------------------------------------------------


def jobs(partner: Any, size: int | None = None, **members: Any) -> list[str]:
    found: list[str] = []
    asked = {"Catalog": "Sandbox", **members}
    if size:
        asked["MaxResults"] = size
    while True:
        page = partner.list_resource_snapshot_jobs(**asked)
        found += [one["Id"] for one in page["ResourceSnapshotJobSummaries"]]
        if "NextToken" not in page:
            return found
        asked["NextToken"] = page["NextToken"]


def test_list_resource_snapshot_jobs_filters_sorts_and_pages(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    partner = world.client()
    first, second = shared(world), shared(world)
    ids = [job_of(world, first), job_of(world, second)]  # at one instant
    for pause in (60, 0, 60):
        world.desk("AdvanceClock", Seconds=pause)
        ids.append(job_of(world, {**first, "ResourceIdentifier": another(world)}))
    running = [ids[1], ids[3]]
    for job in running:
        start(world, job)
    newest = ids[::-1]
    here = [id for id in newest if id != ids[1]]
    engagement = first["EngagementIdentifier"]
    ascending = {"SortBy": "CreatedDate", "SortOrder": "ASCENDING"}
    cases: list[tuple[Asked, list[str]]] = [
        ({}, newest),
        ({"Sort": {}}, newest),
        ({"Sort": ascending}, ids),
        ({"Sort": {"SortOrder": "ASCENDING"}}, ids),
        ({"Status": "Running"}, running[::-1]),
        ({"Status": "Stopped", "Sort": ascending}, [ids[0], ids[2], ids[4]]),
        ({"EngagementIdentifier": engagement}, here),
        ({"EngagementIdentifier": engagement, "Status": "Running"}, running[1:]),
        ({"EngagementIdentifier": "eng-00000000000000"}, []),
        ({"Catalog": "AWS"}, []),
    ]
    for members, wanted in cases:
        assert jobs(partner, **members) == wanted, members
        assert jobs(partner, 2, **members) == wanted, members
    assert jobs(world.client(OTHER)) == []
    [summary] = partner.list_resource_snapshot_jobs(
        Catalog="Sandbox", EngagementIdentifier=second["EngagementIdentifier"]
    )["ResourceSnapshotJobSummaries"]
    job = read(world, ids[1])
    assert summary == {name: job[name] for name in ("Arn", "EngagementId", "Id", "Status")}


def another(world: World) -> str:
    made = world.client().create_opportunity(Catalog="Sandbox", **opportunity())
    return str(made["Id"])


def test_list_resource_snapshot_jobs_shows_50_and_then_the_rest(world: World) -> None:
    asked = shared(world)
    for _ in range(51):
        job_of(world, {**asked, "ResourceIdentifier": another(world)})
    first = world.client().list_resource_snapshot_jobs(Catalog="Sandbox")
    assert len(first["ResourceSnapshotJobSummaries"]) == 50
    assert len(jobs(world.client(), NextToken=first["NextToken"])) == 1


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"Status": "RUNNING"}, "status", "INVALID_ENUM_VALUE"),
        ({"Sort": {"SortBy": "Id"}}, "sort.sortBy", "INVALID_ENUM_VALUE"),
        ({"MaxResults": 1001}, "maxResults", "VALUE_OUT_OF_RANGE"),
        ({"NextToken": "x"}, "nextToken", "INVALID_VALUE"),
    ],
)
def test_list_resource_snapshot_jobs_out_of_shape_is_refused(
    world: World, members: Asked, field: str, code: str
) -> None:
    refused = refusal(world.client().list_resource_snapshot_jobs, Catalog="Sandbox", **members)
    assert refused.reason == "REQUEST_VALIDATION_FAILED"
    assert refused.fields == [(field, code)]


# --- tags ----------------------------------------------------------------------------------------


def test_list_tags_for_resource_of_job_answers_those_of_its_making(world: World) -> None:
    tags = [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]
    job = read(world, job_of(world, shared(world), Tags=tags))
    listed = world.client().list_tags_for_resource(ResourceArn=job["Arn"])["Tags"]
    assert listed == tags[::-1]
    plain = read(world, job_of(world, shared(world)))
    assert world.client().list_tags_for_resource(ResourceArn=plain["Arn"])["Tags"] == []


def test_create_resource_snapshot_job_with_key_twice_is_refused(world: World) -> None:
    tags = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    asked = shared(world)
    refused = refusal(world.client().create_resource_snapshot_job, **asked, Tags=tags)
    assert refused.fields == [("tags[1].key", "DUPLICATE_KEY_VALUE")]
    assert jobs(world.client()) == []


def test_list_tags_for_resource_of_others_is_not_found(world: World) -> None:
    arn = read(world, job_of(world, shared(world)))["Arn"]
    id = world.referred()["OpportunityId"]
    hidden = f"arn:aws:partnercentral:us-east-1:{ACCOUNT}:catalog/Sandbox/opportunity/{id}"
    for account, asked in (
        (OTHER, arn),
        (OTHER, arn.replace(ACCOUNT, OTHER)),
        (ACCOUNT, arn.replace("Sandbox", "AWS")),
        (ACCOUNT, arn.replace("Sandbox", "Elsewhere")),
        (ACCOUNT, arn.replace("resource-snapshot-job/job", "opportunity/job")),
        (ACCOUNT, arn.replace("resource-snapshot-job", "solution")),
        (ACCOUNT, hidden),
    ):
        refused = refusal(world.client(account).list_tags_for_resource, ResourceArn=asked)
        assert refused.code == "ResourceNotFoundException", asked


def test_list_tags_for_resource_of_engagement_is_out_of_shape(world: World) -> None:
    arn = f"arn:aws:partnercentral:us-east-1::catalog/Sandbox/engagement/{joined(world)}"
    for asked in (arn, "", "x", arn.replace("partnercentral", "s3")):
        refused = refusal(world.client().list_tags_for_resource, ResourceArn=asked)
        assert refused.fields == [("resourceArn", "INVALID_STRING_FORMAT")], asked

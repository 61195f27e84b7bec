"""CreateResourceSnapshot and GetResourceSnapshot: revisions, templates, who may."""

from datetime import UTC, datetime

import pytest

from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal
from tests.sharing import SUMMARY, joined, shared

AWS_FULL = "AwsOpportunitySummaryFullView"
START = datetime(2030, 1, 1, tzinfo=UTC)


def test_create_resource_snapshot_makes_the_next_revision_each_time(world: World) -> None:
    asked = shared(world)
    partner = world.client()
    for revision in (1, 2, 3):
        made = partner.create_resource_snapshot(**asked)
        assert made["Revision"] == revision
        assert made["Arn"] == (
            "arn:aws:partnercentral:us-east-1::catalog/Sandbox"
            f"/engagement/{asked['EngagementIdentifier']}"
            f"/resource/Opportunity/{asked['ResourceIdentifier']}"
            f"/template/{SUMMARY}/snapshot/{revision}"
        )
    token = {**asked, "ClientToken": "one"}
    assert [partner.create_resource_snapshot(**token)["Revision"] for _ in "12"] == [4, 4]
    other = {**token, "ResourceIdentifier": "O1"}
    assert refusal(partner.create_resource_snapshot, **other).code == "ConflictException"
    assert partner.get_resource_snapshot(**asked)["Revision"] == 4


def test_create_resource_snapshot_counts_each_resource_and_engagement_apart(world: World) -> None:
    partner = world.client()
    first = shared(world)
    second = {**first, "EngagementIdentifier": joined(world)}
    third = {**first, "ResourceIdentifier": shared(world)["ResourceIdentifier"]}
    revisions = [
        partner.create_resource_snapshot(**one)["Revision"]
        for one in (first, first, second, third, first)
    ]
    assert revisions == [1, 2, 1, 1, 3]


def test_get_resource_snapshot_reads_the_latest_or_the_revision(world: World) -> None:
    world.desk("PutClock", Time=START.isoformat(), Frozen=True)
    asked = shared(world)
    partner = world.client()
    for _ in "12":
        world.desk("AdvanceClock", Seconds=60)
        partner.create_resource_snapshot(**asked)
    latest = partner.get_resource_snapshot(**asked)
    assert latest["Revision"] == 2
    first = partner.get_resource_snapshot(**asked, Revision=1)
    assert (first["CreatedAt"] - START).total_seconds() == 60
    assert (latest["CreatedAt"] - START).total_seconds() == 120
    assert first["Payload"] == latest["Payload"]
    assert first["CreatedBy"] == ACCOUNT
    assert sorted(first["TargetMemberAccounts"]) == [ACCOUNT, "aws"]
    assert first["ResourceSnapshotTemplateName"] == SUMMARY
    assert first["ResourceId"] == asked["ResourceIdentifier"]
    missing = refusal(partner.get_resource_snapshot, **asked, Revision=3)
    assert missing.code == "ResourceNotFoundException"


def test_get_resource_snapshot_shows_the_view_of_the_opportunity(world: World) -> None:
    asked = shared(world)
    partner = world.client()
    partner.create_resource_snapshot(**asked)
    shown = partner.get_resource_snapshot(**asked)["Payload"]["OpportunitySummary"]
    whole = partner.get_opportunity(Catalog="Sandbox", Identifier=asked["ResourceIdentifier"])
    for member in ("Customer", "OpportunityTeam", "OpportunityType", "RelatedEntityIdentifiers"):
        assert shown[member] == whole[member]
    assert shown["Lifecycle"] == whole["LifeCycle"]
    spend = whole["Project"]["ExpectedCustomerSpend"]
    assert shown["Project"] == {"ExpectedCustomerSpend": spend}


def test_get_resource_snapshot_that_is_not_there_is_not_found(world: World) -> None:
    asked = shared(world)
    partner = world.client()
    before = refusal(partner.get_resource_snapshot, **asked)
    assert before.code == "ResourceNotFoundException"
    partner.create_resource_snapshot(**asked)
    changes = [
        {"Catalog": "AWS"}, {"EngagementIdentifier": "eng-00000000000000"},
        {"EngagementIdentifier": joined(world)}, {"ResourceIdentifier": "O1"},
        {"ResourceSnapshotTemplateIdentifier": AWS_FULL},
        {"ResourceSnapshotTemplateIdentifier": "Unknown"},
    ]  # fmt: skip
    for change in changes:
        refused = refusal(partner.get_resource_snapshot, **{**asked, **change})
        assert refused.code == "ResourceNotFoundException", change
    foreign = refusal(world.client(OTHER).get_resource_snapshot, **asked)
    assert foreign.code == "ResourceNotFoundException"


@pytest.mark.parametrize("name", ["create_resource_snapshot", "create_resource_snapshot_job"])
@pytest.mark.parametrize(
    ("template", "code"), [("Unknown", "INVALID_VALUE"), (AWS_FULL, "ACTION_NOT_PERMITTED")]
)
def test_snapshot_with_template_of_nobody_or_of_aws_is_refused(
    world: World, name: str, template: str, code: str
) -> None:
    asked = shared(world) | {"ResourceSnapshotTemplateIdentifier": template}
    refused = refusal(getattr(world.client(), name), **asked)
    assert refused.reason == "BUSINESS_VALIDATION_FAILED"
    assert refused.fields == [("resourceSnapshotTemplateIdentifier", code)]


@pytest.mark.parametrize("name", ["create_resource_snapshot", "create_resource_snapshot_job"])
def test_snapshot_of_what_is_not_the_callers_is_not_found(world: World, name: str) -> None:
    asked = shared(world)
    foreign = world.client(OTHER).create_opportunity(Catalog="Sandbox", **opportunity())
    elsewhere = world.client().create_opportunity(Catalog="AWS", **opportunity())
    unknown = {"ResourceSnapshotTemplateIdentifier": "Unknown"}  # not even looked at
    changes = [
        {"ResourceIdentifier": foreign["Id"]}, {"ResourceIdentifier": elsewhere["Id"]},
        {"EngagementIdentifier": joined(world, OTHER)}, {"Catalog": "AWS"},
        {"EngagementIdentifier": world.referred()["EngagementId"]},
        {"ResourceIdentifier": "O1", **unknown},
    ]  # fmt: skip
    for change in changes:
        refused = refusal(getattr(world.client(), name), **{**asked, **change})
        assert refused.code == "ResourceNotFoundException", change


def test_create_resource_snapshot_tells_its_members(world: World) -> None:
    asked = shared(world)
    made = world.client().create_resource_snapshot(**asked)
    told = [e for e in world.events() if "Snapshot" in e["detail-type"]]
    [event] = told
    assert event["detail-type"] == "Engagement Resource Snapshot Created"
    assert event["detail"]["resourceSnapshot"]["arn"] == made["Arn"]
    assert event["detail"]["resourceSnapshot"]["createdBy"] == ACCOUNT

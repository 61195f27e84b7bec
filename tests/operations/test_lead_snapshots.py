"""A first snapshot in an engagement that comes from a lead: it brings a context along."""

from typing import Any

import pytest

from tests.engaging import engaged, invited, lead, project
from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.sharing import joined, target
from tests.submitting import CO_SELL, created, submittable
from tests.tasking import ACCEPTING, SUBMITTING, failure
from tests.updating import updated

CATALOGS = ("AWS", "Sandbox")


def made(world: World, catalog: str = "Sandbox", **members: Any) -> str:
    answer = world.client().create_opportunity(Catalog=catalog, **opportunity(**members))
    return str(answer["Id"])


def shared(world: World, engagement: str, id: str, catalog: str = "Sandbox") -> int:
    """Make a snapshot; its revision."""
    asked = {**target(engagement, id), "Catalog": catalog}
    return int(world.client().create_resource_snapshot(**asked)["Revision"])


def contexts(world: World, engagement: str, catalog: str = "Sandbox") -> list[Any]:
    found = world.client().get_engagement(Catalog=catalog, Identifier=engagement)
    return list(found.get("Contexts", []))


def types(world: World, engagement: str) -> list[str]:
    return [one["Type"] for one in contexts(world, engagement)]


@pytest.mark.parametrize("catalog", CATALOGS)
def test_first_snapshot_of_each_opportunity_brings_a_context(world: World, catalog: str) -> None:
    engagement = engaged(world, lead(), Catalog=catalog)["Id"]
    first, second = made(world, catalog), made(world, catalog)
    assert shared(world, engagement, first, catalog) == 1
    _, context = contexts(world, engagement, catalog)
    account = opportunity()["Customer"]["Account"]
    assert context == {
        "Id": "2",
        "Type": "CustomerProject",
        "Payload": {
            "CustomerProject": {
                "Customer": {
                    "CompanyName": account["CompanyName"],
                    "CountryCode": "US",
                    "Industry": account["Industry"],
                    "WebsiteUrl": account["WebsiteUrl"],
                },
                "Project": {
                    "BusinessProblem": opportunity()["Project"]["CustomerBusinessProblem"],
                    "TargetCompletionDate": "2099-12-31",
                    "Title": opportunity()["Project"]["Title"],
                },
            }
        },
    }
    assert shared(world, engagement, first, catalog) == 2
    assert len(contexts(world, engagement, catalog)) == 2
    assert shared(world, engagement, second, catalog) == 1
    assert [one["Id"] for one in contexts(world, engagement, catalog)] == ["1", "2", "3"]


def test_snapshot_and_context_are_told_in_order(world: World) -> None:
    engagement = engaged(world, lead())["Id"]
    id, before = made(world), len(world.events())
    shared(world, engagement, id)
    assert [one["detail-type"] for one in world.events()[before:]] == [
        "Engagement Resource Snapshot Created", "Engagement Updated",
    ]  # fmt: skip


def test_snapshot_in_another_engagement_brings_no_context(world: World) -> None:
    plain, about = engaged(world)["Id"], engaged(world, project())["Id"]
    referral = joined(world)
    id = made(world)
    for engagement in (plain, about, referral):
        before = types(world, engagement)
        assert shared(world, engagement, id) == 1
        assert types(world, engagement) == before


def test_snapshot_where_no_context_has_room_is_made_without(world: World) -> None:
    engagement = engaged(world, lead(), *[project() for _ in range(4)])["Id"]
    id = made(world)
    assert shared(world, engagement, id) == 1
    assert types(world, engagement) == ["Lead", *["CustomerProject"] * 4]


def test_snapshot_of_what_says_too_little_is_made_without(world: World) -> None:
    secret = opportunity()
    account = {
        "Address": {"CountryCode": "US", "PostalCode": "98101"},
        "CompanyName": "",
        "Industry": "Government",
    }
    id = made(world, **{**secret, "Customer": {"Account": account}, "NationalSecurity": "Yes"})
    engagement = engaged(world, lead())["Id"]
    assert shared(world, engagement, id) == 1
    assert types(world, engagement) == ["Lead"]


def test_first_snapshot_of_a_job_brings_a_context_too(world: World) -> None:
    partner = world.client()
    partner.put_selling_system_settings(
        Catalog="Sandbox", ResourceSnapshotJobRoleIdentifier="Snapshots"
    )
    engagement = engaged(world, lead())["Id"]
    job = partner.create_resource_snapshot_job(**target(engagement, made(world)))["Id"]
    named = {"Catalog": "Sandbox", "ResourceSnapshotJobIdentifier": job}
    for _ in "12":
        partner.start_resource_snapshot_job(**named)
        assert types(world, engagement) == ["Lead", "CustomerProject"]


def test_context_is_the_owners_doing_also_when_aws_changes_what_is_shown(world: World) -> None:
    partner = world.client(OTHER)  # the desk is asked in another account's name
    id = created(world, OTHER)
    partner.create_resource_snapshot(**target(joined(world, OTHER), id))
    partner.submit_opportunity(Catalog="Sandbox", Identifier=id, **CO_SELL)
    engagement = engaged(world, lead(), account=OTHER)["Id"]
    job = partner.create_resource_snapshot_job(**target(engagement, id))["Id"]
    named = {"Catalog": "Sandbox", "ResourceSnapshotJobIdentifier": job}
    partner.start_resource_snapshot_job(**named)  # no role: it shares nothing
    partner.put_selling_system_settings(
        Catalog="Sandbox", ResourceSnapshotJobRoleIdentifier="Snapshots"
    )
    before = partner.get_engagement(Catalog="Sandbox", Identifier=engagement)
    assert len(before["Contexts"]) == 1
    asked = {"Catalog": "Sandbox", "OpportunityIdentifier": id}
    world.desk("ReviewOpportunity", **asked, Outcome="Approved")
    found = partner.get_engagement(Catalog="Sandbox", Identifier=engagement)
    assert [one["Type"] for one in found["Contexts"]] == ["Lead", "CustomerProject"]
    assert (found["ModifiedBy"], found["ModifiedAt"] > before["ModifiedAt"]) == (OTHER, True)


def test_snapshot_of_what_a_task_made_of_the_lead_brings_no_second_context(world: World) -> None:
    partner = world.client()
    engagement = engaged(world, lead())["Id"]
    task = partner.start_opportunity_from_engagement_task(
        Catalog="Sandbox", Identifier=engagement, ContextIdentifier="1"
    )
    assert task["TaskStatus"] == "COMPLETE"
    assert types(world, engagement) == ["Lead", "CustomerProject"]
    assert shared(world, engagement, task["OpportunityId"]) == 2
    assert types(world, engagement) == ["Lead", "CustomerProject"]


def asked_in(world: World, engagement: str) -> dict[str, Any]:
    """Another partner's invitation to an opportunity, as the task on it names it."""
    return {"Identifier": invited(world, engagement, ACCOUNT, OTHER)}


def test_accepting_into_a_leads_engagement_brings_a_context_too(world: World) -> None:
    engagement = engaged(world, lead(), account=OTHER)["Id"]
    task = ACCEPTING.start(world, **asked_in(world, engagement))
    assert failure(task) == ("COMPLETE", None)
    assert types(world, engagement) == ["Lead", "CustomerProject"]
    mine = world.client().get_opportunity(Catalog="Sandbox", Identifier=task["OpportunityId"])
    customer_project = contexts(world, engagement)[1]["Payload"]["CustomerProject"]
    assert customer_project["Project"]["Title"] == mine["Project"]["Title"]
    assert shared(world, engagement, task["OpportunityId"]) == 2
    assert types(world, engagement) == ["Lead", "CustomerProject"]


def test_what_was_received_in_a_leads_engagement_can_be_submitted(world: World) -> None:
    engagement = engaged(world, lead(), account=OTHER)["Id"]
    id = ACCEPTING.start(world, **asked_in(world, engagement))["OpportunityId"]
    request = submittable()
    address = request["Customer"]["Account"]["Address"]
    lacking = ("CustomerUseCase", "DeliveryModels", "OtherSolutionDescription", "SalesActivities")
    updated(
        world,
        id,
        {
            "Customer.Account.Address": address,
            "PrimaryNeedsFromAws": request["PrimaryNeedsFromAws"],
            **{f"Project.{name}": request["Project"][name] for name in lacking},
        },
    )
    task = SUBMITTING.start(world, Identifier=id, AwsSubmission={**CO_SELL, "Visibility": "Full"})
    assert failure(task) == ("COMPLETE", None)
    assert task["EngagementId"] == engagement
    assert types(world, engagement) == ["Lead", "CustomerProject"]


def test_accepting_where_no_context_has_room_completes_without(world: World) -> None:
    engagement = engaged(world, lead(), *[project() for _ in range(4)], account=OTHER)["Id"]
    assert failure(ACCEPTING.start(world, **asked_in(world, engagement))) == ("COMPLETE", None)
    assert types(world, engagement) == ["Lead", *["CustomerProject"] * 4]

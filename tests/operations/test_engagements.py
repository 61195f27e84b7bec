"""CreateEngagement: what is made, told, refused."""

from datetime import UTC, datetime
from typing import Any

from tests.engaging import (
    CATALOG,
    engaged,
    interaction,
    lead,
    project,
    prospecting,
)
from tests.harness import ACCOUNT, NOW, OTHER, World
from tests.refusal import refusal

INSTANT = datetime(2030, 1, 1, tzinfo=UTC)


def read(world: World, id: str, account: str = ACCOUNT) -> Any:
    return world.client(account).get_engagement(Catalog=CATALOG, Identifier=id)


def types(world: World, account: str = ACCOUNT) -> list[list[str]]:
    """The types of contexts of each engagement that the account lists."""
    found = world.client(account).list_engagements(Catalog=CATALOG)["EngagementSummaryList"]
    return [one.get("ContextTypes", []) for one in found]


def test_create_engagement_makes_the_caller_its_first_member(still: World) -> None:
    made = engaged(still, project(), lead())
    found = read(still, made["Id"])
    assert made["Arn"] == found["Arn"]
    assert (
        found["Arn"] == f"arn:aws:partnercentral:us-east-1::catalog/Sandbox/engagement/{made['Id']}"
    )
    assert made["ModifiedAt"] == found["ModifiedAt"] == found["CreatedAt"] == INSTANT
    assert (found["CreatedBy"], found["ModifiedBy"], found["MemberCount"]) == (ACCOUNT, ACCOUNT, 1)
    assert (found["Title"], found["Description"]) == ("Web shop", "Shared work")
    assert [(one["Id"], one["Type"]) for one in found["Contexts"]] == [
        ("1", "CustomerProject"), ("2", "Lead"),
    ]  # fmt: skip
    assert found["Contexts"][0]["Payload"] == project()["Payload"]
    assert read(still, made["Arn"])["Id"] == made["Id"]


def test_create_engagement_takes_no_more_than_the_catalog(world: World) -> None:
    body = {"Catalog": CATALOG, "ClientToken": "bare"}
    id = world.post("CreateEngagement", body).document["Id"]
    found = world.post("GetEngagement", {"Catalog": CATALOG, "Identifier": id}).document
    assert (found["Title"], found["Description"], found["Contexts"]) == (None, None, None)


def test_create_engagement_counts_contexts_whatever_ids_they_come_with(world: World) -> None:
    made = engaged(world, {**project(), "Id": "9"}, {**lead(), "Id": "9"})
    assert [one["Id"] for one in read(world, made["Id"])["Contexts"]] == ["1", "2"]


def test_create_engagement_dates_interactions_that_have_no_date(still: World) -> None:
    earlier = datetime(2029, 5, 1, tzinfo=UTC)
    given = [interaction(), interaction(InteractionDate=earlier)]
    made = engaged(still, lead(Interactions=given))
    [context] = read(still, made["Id"])["Contexts"]
    told = context["Payload"]["Lead"]
    assert [one["InteractionDate"] for one in told["Interactions"]] == [INSTANT, earlier]
    assert "QualificationStatus" not in told


def test_create_engagement_tells_its_creator(still: World) -> None:
    made = engaged(still, lead(), project(), lead())
    created, joined = still.events()
    assert created["detail-type"] == "Engagement Created"
    assert created["resources"] == [made["Arn"]]
    assert created["detail"] == {
        "catalog": CATALOG,
        "engagement": {
            "engagementArn": made["Arn"],
            "engagementId": made["Id"],
            "CreatedAt": NOW,
            "CreatedBy": ACCOUNT,
            "ContextTypes": ["Lead", "CustomerProject"],
        },
    }
    assert joined["detail-type"] == "Engagement Member Added"
    assert still.events(OTHER) == []


def test_create_engagement_with_one_token_makes_one(world: World) -> None:
    first = engaged(world, lead(), ClientToken="one")
    assert engaged(world, lead(), ClientToken="one")["Id"] == first["Id"]
    other = refusal(
        world.client().create_engagement, Catalog=CATALOG, ClientToken="one", Title="Another"
    )
    assert other.code == "ConflictException"
    assert len(types(world)) == 1


def test_create_engagement_names_each_context_that_is_wrong(world: World) -> None:
    wrong = refusal(
        world.client().create_engagement,
        Catalog=CATALOG,
        Contexts=[
            project(TargetCompletionDate="2099-02-30"),
            {"Type": "Lead"},
            {**lead(), "Type": "CustomerProject"},
            lead(),
            prospecting(),
        ],
    )
    assert (wrong.code, wrong.reason) == ("ValidationException", "BUSINESS_VALIDATION_FAILED")
    date = "contexts[0].payload.customerProject.project.targetCompletionDate"
    assert wrong.errors == [
        (date, "INVALID_VALUE", "TargetCompletionDate must be a day of the calendar"),
        ("contexts[1].payload", "REQUIRED_FIELD_MISSING", "payload is required"),
        (
            "contexts[2].payload", "INVALID_VALUE",
            "The payload is a Lead, and Type says CustomerProject",
        ),
        (
            "contexts[4].type", "ACTION_NOT_PERMITTED",
            "A ProspectingResult context is made by StartProspectingFromEngagementTask alone",
        ),
    ]  # fmt: skip
    assert types(world) == []


def test_create_engagement_has_room_for_five_contexts(world: World) -> None:
    assert len(read(world, engaged(world, *[lead()] * 5)["Id"])["Contexts"]) == 5
    more = refusal(world.client().create_engagement, Catalog=CATALOG, Contexts=[lead()] * 6)
    assert (more.reason, more.fields) == (
        "REQUEST_VALIDATION_FAILED", [("contexts", "TOO_MANY_VALUES")],
    )  # fmt: skip

"""CreateEngagementContext, UpdateEngagementContext: contexts are added, changed, refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.engaging import (
    CATALOG,
    THIRD,
    accepted,
    engaged,
    interaction,
    invited,
    lead,
    lead_customer,
    project,
    prospecting,
)
from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import refusal

INSTANT = datetime(2030, 1, 1, tzinfo=UTC)
UNKNOWN = "eng-00000000000000"
MS = timedelta(milliseconds=1)


def read(world: World, id: str, account: str = ACCOUNT) -> Any:
    return world.client(account).get_engagement(Catalog=CATALOG, Identifier=id)


def types(world: World, account: str = ACCOUNT) -> list[list[str]]:
    """The types of contexts of each engagement that the account lists."""
    found = world.client(account).list_engagements(Catalog=CATALOG)["EngagementSummaryList"]
    return [one.get("ContextTypes", []) for one in found]


def add(world: World, id: str, context: dict[str, Any], account: str = ACCOUNT) -> Any:
    return world.client(account).create_engagement_context(
        Catalog=CATALOG, EngagementIdentifier=id, **context
    )


def update(
    world: World, id: str, context: dict[str, Any], account: str = ACCOUNT, **more: Any
) -> Any:
    """Update context "1" as the engagement stands, unless told otherwise."""
    asked = {
        "Catalog": CATALOG,
        "EngagementIdentifier": id,
        "ContextIdentifier": "1",
        "EngagementLastModifiedAt": read(world, id, account)["ModifiedAt"],
        **context,
        **more,
    }
    return world.client(account).update_engagement_context(**asked)


def updating(**changes: Any) -> dict[str, Any]:
    """What an update of a lead says."""
    return {"Type": "Lead", "Payload": {"Lead": {"Customer": lead_customer(), **changes}}}


# --- CreateEngagementContext ---------------------------------------------------------------------


def test_create_engagement_context_adds_one_for_all_members(still: World) -> None:
    made = engaged(still)
    accepted(still, invited(still, made["Id"]))
    before = read(still, made["Id"])["ModifiedAt"]
    added = add(still, made["Arn"], lead(QualificationStatus="Qualified"), OTHER)
    assert (added["ContextId"], added["EngagementId"]) == ("1", made["Id"])
    assert added["EngagementArn"] == made["Arn"]
    assert add(still, made["Id"], project())["ContextId"] == "2"
    for account in (ACCOUNT, OTHER):
        found = read(still, made["Id"], account)
        assert [one["Type"] for one in found["Contexts"]] == ["Lead", "CustomerProject"]
        assert found["ModifiedBy"] == ACCOUNT
        assert types(still, account) == [["Lead", "CustomerProject"]]
    assert added["EngagementLastModifiedAt"] == before + MS
    assert found["ModifiedAt"] == before + 2 * MS
    told = found["Contexts"][0]["Payload"]["Lead"]
    assert told["QualificationStatus"] == "Qualified"
    assert told["Interactions"][0]["InteractionDate"] == INSTANT


def test_create_engagement_context_tells_every_member(still: World) -> None:
    made = engaged(still)
    accepted(still, invited(still, made["Id"]))
    add(still, made["Id"], lead(), OTHER)
    for account in (ACCOUNT, OTHER):
        event = still.events(account)[-1]
        assert (event["detail-type"], event["account"]) == ("Engagement Updated", account)
        assert event["resources"] == [made["Arn"]]
        assert event["detail"] == {
            "catalog": CATALOG,
            "engagement": {
                "engagementArn": made["Arn"],
                "engagementId": made["Id"],
                "LastModifiedAt": "2030-01-01T00:00:00.002Z",
                "LastModifiedBy": OTHER,
                "ContextTypes": ["Lead"],
            },
        }


def test_create_engagement_context_refuses_in_order(world: World) -> None:
    full = engaged(world, *[project()] * 5)["Id"]
    free = engaged(world)["Id"]
    method = world.client().create_engagement_context
    asked: dict[str, Any] = {
        "Catalog": CATALOG, "EngagementIdentifier": UNKNOWN, **prospecting(),
    }  # fmt: skip
    assert refusal(method, **asked).code == "ResourceNotFoundException"
    asked["EngagementIdentifier"] = full
    asked["Payload"] = project(TargetCompletionDate="2099-02-30")["Payload"]
    date = "payload.customerProject.project.targetCompletionDate"
    told = refusal(method, **asked)
    assert told.fields == [
        ("type", "ACTION_NOT_PERMITTED"), ("payload", "INVALID_VALUE"), (date, "INVALID_VALUE"),
    ]  # fmt: skip
    asked["Type"] = "Lead"
    assert refusal(method, **asked).fields == [
        ("payload", "INVALID_VALUE"),
        (date, "INVALID_VALUE"),
    ]
    asked["Type"] = "CustomerProject"
    assert refusal(method, **asked).fields == [(date, "INVALID_VALUE")]
    asked["Payload"] = project()["Payload"]
    told = refusal(method, **asked)
    assert (told.code, told.message) == (
        "ServiceQuotaExceededException", "An engagement has at most 5 contexts.",
    )  # fmt: skip
    asked["EngagementIdentifier"] = free
    assert method(**asked)["ContextId"] == "1"


# --- UpdateEngagementContext ---------------------------------------------------------------------


def test_update_engagement_context_of_a_lead_keeps_what_it_does_not_name(still: World) -> None:
    first = lead(QualificationStatus="Unqualified", Insights={"LeadReadinessScore": "High"})
    made = engaged(still, project(), first)
    moved = lead_customer(CompanyName="Renamed", Address={"City": "Seattle"})
    answer = update(still, made["Arn"], updating(Customer=moved), ContextIdentifier="2")
    assert (answer["ContextId"], answer["EngagementId"]) == ("2", made["Id"])
    assert (answer["EngagementArn"], answer["EngagementLastModifiedAt"]) == (
        made["Arn"], INSTANT + MS,
    )  # fmt: skip
    told = read(still, made["Id"])["Contexts"]
    assert told[0] == {"Id": "1", **project()}
    after = told[1]["Payload"]["Lead"]
    assert after["Customer"] == moved
    assert after["QualificationStatus"] == "Unqualified"
    assert after["Insights"] == {"LeadReadinessScore": "High"}
    assert len(after["Interactions"]) == 1


def test_update_engagement_context_of_a_lead_adds_one_interaction(still: World) -> None:
    made = engaged(still, lead())
    still.desk("AdvanceClock", Seconds=60)
    said = updating(
        Interaction=interaction(SourceName="A call"),
        QualificationStatus="Waiting for a budget",
        Insights={"LeadReadinessScore": "Low"},
    )
    update(still, made["Id"], said)
    after = read(still, made["Id"])["Contexts"][0]["Payload"]["Lead"]
    assert [one["SourceName"] for one in after["Interactions"]] == ["A webinar", "A call"]
    dates = [one["InteractionDate"] for one in after["Interactions"]]
    assert dates == [INSTANT, INSTANT + timedelta(seconds=60)]
    assert after["QualificationStatus"] == "Waiting for a budget"
    assert after["Insights"] == {"LeadReadinessScore": "Low"}
    assert "Interaction" not in after


def test_update_engagement_context_of_a_project_replaces_it(world: World) -> None:
    made = engaged(world, project())
    payload = {
        "CustomerProject": {
            "Project": project(Title="Shop")["Payload"]["CustomerProject"]["Project"]
        }
    }
    update(world, made["Id"], {"Type": "CustomerProject", "Payload": payload})
    [context] = read(world, made["Id"])["Contexts"]
    assert context["Payload"] == payload


def test_update_engagement_context_is_any_members_and_tells_all(still: World) -> None:
    made = engaged(still, lead())
    accepted(still, invited(still, made["Id"]))
    update(still, made["Id"], updating(QualificationStatus="Qualified"), OTHER)
    assert read(still, made["Id"])["ModifiedBy"] == OTHER
    for account in (ACCOUNT, OTHER):
        event = still.events(account)[-1]
        assert event["detail-type"] == "Engagement Updated"
        assert event["detail"]["engagement"]["LastModifiedBy"] == OTHER
        [summary] = still.client(account).list_engagements(Catalog=CATALOG)["EngagementSummaryList"]
        assert summary["ModifiedBy"] == OTHER


def test_update_engagement_context_meets_every_change_though_the_clock_stands(
    still: World,
) -> None:
    made = engaged(still, lead())
    before = read(still, made["Id"])["ModifiedAt"]
    update(still, made["Id"], updating())
    stale = refusal(
        still.client().update_engagement_context,
        Catalog=CATALOG,
        EngagementIdentifier=made["Id"],
        ContextIdentifier="1",
        EngagementLastModifiedAt=before,
        **updating(),
    )
    assert (stale.code, stale.errors) == ("ConflictException", [])


def ten(context: dict[str, Any]) -> dict[str, Any]:
    context["Payload"]["Lead"]["Interactions"] = [interaction()] * 10
    return context


def test_update_engagement_context_refuses_in_order(world: World) -> None:
    id = engaged(world, project(), ten(lead()))["Id"]
    method = world.client().update_engagement_context
    wrong = project(TargetCompletionDate="2099-02-30")
    asked: dict[str, Any] = {
        "Catalog": CATALOG,
        "EngagementIdentifier": UNKNOWN,
        "ContextIdentifier": "3",
        "EngagementLastModifiedAt": INSTANT,
        "Type": "ProspectingResult",
        "Payload": wrong["Payload"],
    }
    assert refusal(method, **asked).code == "ResourceNotFoundException"
    asked["EngagementIdentifier"] = id
    told = refusal(method, **asked)
    assert (told.code, told.message) == (
        "ResourceNotFoundException", "There is no such context in the engagement.",
    )  # fmt: skip
    asked["ContextIdentifier"] = "2"
    assert refusal(method, **asked).code == "ConflictException"
    asked["EngagementLastModifiedAt"] = read(world, id)["ModifiedAt"]
    date = "payload.customerProject.project.targetCompletionDate"
    assert refusal(method, **asked).fields == [
        ("type", "ACTION_NOT_PERMITTED"), ("payload", "INVALID_VALUE"), (date, "INVALID_VALUE"),
        ("type", "INVALID_VALUE"),
    ]  # fmt: skip
    asked["Type"] = "CustomerProject"
    assert refusal(method, **asked).fields == [(date, "INVALID_VALUE"), ("type", "INVALID_VALUE")]
    asked["Payload"] = project()["Payload"]
    told = refusal(method, **asked)
    assert told.errors == [
        ("type", "INVALID_VALUE", "The context is a Lead; a context keeps its type")
    ]
    asked |= updating(Interaction=interaction())
    told = refusal(method, **asked)
    assert told.fields == [("payload.lead.interaction", "TOO_MANY_VALUES")]
    asked |= updating()
    assert method(**asked)["ContextId"] == "2"


# --- others ---------------------------------------------------------------------------------------

ACTS: dict[str, Callable[[World, str, str], Any]] = {
    "add": lambda world, id, account: world.client(account).create_engagement_context(
        Catalog=CATALOG, EngagementIdentifier=id, **lead()
    ),
    "update": lambda world, id, account: world.client(account).update_engagement_context(
        Catalog=CATALOG,
        EngagementIdentifier=id,
        ContextIdentifier="1",
        EngagementLastModifiedAt=INSTANT,
        **updating(),
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_contexts_are_the_members_alone(world: World, act: str) -> None:
    made = engaged(world, lead())
    invited(world, made["Id"])  # an invitation makes no member
    before = read(world, made["Id"])
    elsewhere = made["Arn"].replace("Sandbox", "AWS")
    for id, account in (
        (made["Id"], OTHER), (made["Id"], THIRD), (made["Arn"], THIRD), (elsewhere, ACCOUNT),
    ):  # fmt: skip
        told = refusal(ACTS[act], world=world, id=id, account=account)
        assert told.code == "ResourceNotFoundException"
    assert read(world, made["Id"])["Contexts"] == before["Contexts"]

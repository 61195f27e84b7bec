"""The first and the last instants that there are, which clients send for "never", in requests."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.engaging import engaged, interaction, lead
from tests.harness import World, opportunity
from tests.tasking import prospect

# As an SDK of .NET writes DateTime.MinValue and DateTime.MaxValue.
FIRST, LAST = "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"
BEFORE = "0000-12-31T23:59:59.999Z"
MAX = datetime.max.replace(tzinfo=UTC)


def listed(world: World, operation: str, **members: Any) -> list[Any]:
    """A page of a list, asked as other SDKs ask: boto3 writes no year with zeros in front."""
    reply = world.post(operation, {"Catalog": "Sandbox", **members})
    assert reply.status == 200
    [rows] = [value for value in reply.document.values() if isinstance(value, list)]
    return rows


@pytest.mark.parametrize("name", ["CreatedDate", "LastModifiedDate"])
def test_opportunities_are_after_the_first_instant_and_before_the_last(
    world: World, name: str
) -> None:
    world.client().create_opportunity(Catalog="Sandbox", **opportunity())
    after, before = f"After{name}", f"Before{name}"
    for bounds, found in (
        ({after: FIRST, before: LAST}, 1), ({after: LAST}, 0), ({before: FIRST}, 0),
    ):  # fmt: skip
        assert len(listed(world, "ListOpportunities", **{name: bounds})) == found
    answer = world.client().list_opportunities(Catalog="Sandbox", **{name: {before: MAX}})
    assert len(answer["OpportunitySummaries"]) == 1


def test_prospecting_tasks_are_after_the_first_instant_and_before_the_last(world: World) -> None:
    prospect(world, engaged(world, lead())["Id"])
    operation = "ListProspectingFromEngagementTasks"
    assert len(listed(world, operation, StartAfter=FIRST, StartBefore=LAST)) == 1
    assert listed(world, operation, StartBefore=FIRST) == []
    assert listed(world, operation, StartAfter=LAST) == []


@pytest.mark.parametrize("instant", [FIRST, LAST, "0999-06-01T12:00:00.000Z"])
def test_an_interaction_with_a_lead_may_be_of_any_year(world: World, instant: str) -> None:
    dated = lead(Interactions=[interaction(InteractionDate=instant)])
    about = {"Catalog": "Sandbox", "ClientToken": "t", "Title": "A", "Description": "B"}
    reply = world.post("CreateEngagement", {**about, "Contexts": [dated]})
    asked = {"Catalog": "Sandbox", "Identifier": reply.document["Id"]}
    [context] = world.post("GetEngagement", asked).document["Contexts"]
    assert context["Payload"]["Lead"]["Interactions"][0]["InteractionDate"] == instant
    [context] = world.client().get_engagement(**asked)["Contexts"]
    read: datetime = context["Payload"]["Lead"]["Interactions"][0]["InteractionDate"]
    assert read.isoformat(timespec="milliseconds") == instant.replace("Z", "+00:00")


def test_an_update_of_never_is_a_conflict_and_no_fault_of_shape(world: World) -> None:
    made = world.client().create_opportunity(Catalog="Sandbox", **opportunity())
    body = {
        "Catalog": "Sandbox",
        "Identifier": made["Id"],
        "LastModifiedDate": FIRST,
        **opportunity(),
    }
    reply = world.post("UpdateOpportunity", body)
    assert (reply.status, reply.document["__type"]) == (400, "ConflictException")


def test_an_instant_before_the_first_or_after_the_last_is_refused(world: World) -> None:
    bounds = {"AfterCreatedDate": "9999-12-31T23:59:59.999-01:00"}
    body = {"Catalog": "Sandbox", "CreatedDate": bounds}
    [error] = world.post("ListOpportunities", body).document["ErrorList"]
    assert error["FieldName"] == "createdDate.afterCreatedDate"
    assert error["Code"] == "VALUE_OUT_OF_RANGE"
    assert error["Message"].endswith("must be an instant of the years 1 to 9999")
    body["CreatedDate"] = {"AfterCreatedDate": BEFORE}
    [error] = world.post("ListOpportunities", body).document["ErrorList"]
    assert error["Code"] == "INVALID_STRING_FORMAT"

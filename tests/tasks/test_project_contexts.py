"""An opportunity has one CustomerProject context in an engagement, whichever way it got there."""

from typing import Any

from tests.engaging import lead, project
from tests.harness import World
from tests.sharing import target
from tests.tasking import CONVERTING, SANDBOX, SUBMITTING, advance, failure


def read(world: World, id: str) -> Any:
    return world.client().get_engagement(**SANDBOX, Identifier=id)


def types(world: World, engagement: str) -> list[str]:
    return [one["Type"] for one in read(world, engagement)["Contexts"]]


def shared_by_hand(world: World) -> tuple[Any, str]:
    """A conversion that stands after its second step, and its lead's engagement, in which the
    partner has shown the draft."""
    world.desk("PutPace", Mode="Held")
    members = CONVERTING.prepare(world)
    task = CONVERTING.start(world, **members)
    advance(world, task, Steps=2)
    id = members["Identifier"]
    world.client().create_resource_snapshot(**target(id, task["OpportunityId"]))
    assert types(world, id) == ["Lead", "CustomerProject"]
    return task, id


def test_draft_that_was_shared_by_hand_meanwhile_has_one(world: World) -> None:
    task, id = shared_by_hand(world)
    told = advance(world, task, Steps=4)
    assert (*failure(told), told["ContextId"]) == ("COMPLETE", None, "2")
    assert types(world, id) == ["Lead", "CustomerProject"]


def test_draft_of_a_failed_task_that_was_shared_by_hand_has_one(world: World) -> None:
    members = CONVERTING.prepare(world)
    id = members["Identifier"]
    world.desk("PutTaskFault", Step="CreateResourceSnapshot", ReasonCode="InternalError")
    assert failure(CONVERTING.start(world, **members)) == ("FAILED", "InternalError")
    [draft] = world.client().list_opportunities(**SANDBOX)["OpportunitySummaries"]
    world.client().create_resource_snapshot(**target(id, draft["Id"]))
    done = CONVERTING.start(world, **members)
    assert (done["OpportunityId"], done["ContextId"]) == (draft["Id"], "2")
    assert types(world, id) == ["Lead", "CustomerProject"]


def test_context_that_a_draft_brought_stays_its_own_when_it_is_updated(world: World) -> None:
    task, id = shared_by_hand(world)
    world.client().update_engagement_context(
        **SANDBOX,
        EngagementIdentifier=id,
        ContextIdentifier="2",
        EngagementLastModifiedAt=read(world, id)["ModifiedAt"],
        **project(Title="Ours now"),
    )
    assert advance(world, task, Steps=4)["ContextId"] == "2"
    _, context = read(world, id)["Contexts"]
    assert context == {"Id": "2", **project(Title="Ours now")}


def test_five_contexts_are_no_hindrance_if_one_is_the_drafts(world: World) -> None:
    task, id = shared_by_hand(world)
    for _ in "345":
        world.client().create_engagement_context(**SANDBOX, EngagementIdentifier=id, **project())
    assert failure(advance(world, task, Steps=4)) == ("COMPLETE", None)
    assert types(world, id) == ["Lead", *["CustomerProject"] * 4]


def test_context_of_another_is_not_taken_for_the_drafts(world: World) -> None:
    members = CONVERTING.prepare(world)
    first, second = (CONVERTING.start(world, **members) for _ in range(2))
    assert (first["ContextId"], second["ContextId"]) == ("2", "3")


def test_submission_whose_engagement_gets_a_lead_has_one(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    members = SUBMITTING.prepare(world)
    task = SUBMITTING.start(world, **members)
    id = advance(world, task, Steps=2)["EngagementId"]
    world.client().create_engagement_context(**SANDBOX, EngagementIdentifier=id, **lead())
    world.client().create_resource_snapshot(**target(id, members["Identifier"]))
    assert failure(advance(world, task, Steps=5)) == ("COMPLETE", None)
    assert types(world, id) == ["CustomerProject", "Lead"]

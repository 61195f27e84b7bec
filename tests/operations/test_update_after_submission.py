"""UpdateOpportunity: what a submission needed stays, and who may take it away all the same."""

from tests import submitting
from tests.harness import World
from tests.operations.test_update_opportunity_rules import STAGE, STATUS, refused, start
from tests.updating import Body, in_state, submitted, updated

NEEDED: Body = {"Project.CustomerUseCase": None, "Project.DeliveryModels": None}


def test_update_opportunity_takes_away_what_no_submission_needed(world: World) -> None:
    for state in ("Pending Submission", "Approved"):  # by the Sandbox's reviewer
        updated(world, in_state(world, state), {**NEEDED, "Project.SalesActivities": None})
    looked_on = start(world, "For Visibility Only")
    assert (
        "SalesActivities"
        not in updated(world, looked_on, {"Project.SalesActivities": None})["Project"]
    )


def test_update_opportunity_may_take_it_away_as_the_sandboxs_reviewer(world: World) -> None:
    id = submitting.created(world)
    submitted(world, id)
    after = updated(world, id, {STATUS: "Approved", **NEEDED})
    assert "CustomerUseCase" not in after["Project"]
    updated(world, id, {"Project.AdditionalComments": "What is missing by now is asked no more."})


def test_update_opportunity_tells_once_of_an_empty_list(world: World) -> None:
    told = refused(world, start(world, "Co-Sell"), {"Project.SalesActivities": []})
    assert told.fields == [("project.salesActivities", "NOT_ENOUGH_VALUES")]


def test_update_opportunity_tells_once_what_a_received_one_lacks(world: World) -> None:
    id = start(world, "received")
    updated(world, id, {STAGE: "Qualified"})
    assert refused(world, id, NEEDED).fields == [
        ("project.customerUseCase", "REQUIRED_FIELD_MISSING"),
        ("project.deliveryModels", "REQUIRED_FIELD_MISSING"),
    ]

"""SubmitOpportunity: what it needs, what it refuses and in which order, and what it does."""

from typing import Any

import pytest

from tests.harness import ACCOUNT, OTHER, World
from tests.refusal import refusal
from tests.submitting import CO_SELL, VISIBILITY_ONLY, created, shared, submittable

STATUS = ("lifeCycle.reviewStatus", "ACTION_NOT_PERMITTED")


def submit(world: World, id: str, account: str = ACCOUNT, **members: Any) -> Any:
    asked = {"Catalog": "Sandbox", "Identifier": id, **CO_SELL, **members}
    return world.client(account).submit_opportunity(**asked)


def refused(world: World, id: str, account: str = ACCOUNT, **members: Any) -> Any:
    asked = {"Catalog": "Sandbox", "Identifier": id, **CO_SELL, **members}
    return refusal(world.client(account).submit_opportunity, **asked)


def read(world: World, id: str) -> Any:
    return world.client().get_opportunity(Catalog="Sandbox", Identifier=id)


def test_submitted_opportunity_waits_for_review(world: World) -> None:
    id = shared(world)
    before = read(world, id)
    submit(world, id)
    after = read(world, id)
    assert after["LifeCycle"]["ReviewStatus"] == "Submitted"
    assert after["LastModifiedDate"] > before["LastModifiedDate"]
    assert after["PrimaryNeedsFromAws"] == before["PrimaryNeedsFromAws"]
    assert refused(world, id).fields == [STATUS]


def test_submission_for_visibility_only_wants_no_support(world: World) -> None:
    id = shared(world, LifeCycle={"TargetCloseDate": "2099-12-31", "NextSteps": "Call them."})
    submit(world, id, **VISIBILITY_ONLY)
    after = read(world, id)
    assert after["PrimaryNeedsFromAws"] == ["Do Not Need Support from AWS Sales Rep"]
    assert after["LifeCycle"]["NextSteps"] == "Call them."


def test_submission_of_what_is_not_shared_is_refused(world: World) -> None:
    id = created(world)
    told = refused(world, id)
    assert (told.code, told.reason) == ("ValidationException", "BUSINESS_VALIDATION_FAILED")
    assert told.fields == [("identifier", "INVALID_RESOURCE_STATE")]
    assert read(world, id)["LifeCycle"]["ReviewStatus"] == "Pending Submission"


def test_submission_tells_all_that_is_missing(world: World) -> None:
    bare = submittable()["Project"]
    for member in (
        "CustomerUseCase", "DeliveryModels", "SalesActivities", "OtherSolutionDescription",
    ):  # fmt: skip
        del bare[member]
    id = created(world, Project=bare, PrimaryNeedsFromAws=[])
    fields = [
        "project.customerUseCase",
        "project.deliveryModels",
        "project.salesActivities",
        "primaryNeedsFromAws",
        "relatedEntityIdentifiers",
    ]
    missing = "REQUIRED_FIELD_MISSING"
    assert refused(world, id).fields == [(field, missing) for field in fields]
    told = refused(world, id, **VISIBILITY_ONLY).fields
    assert told == [(field, missing) for field in (*fields[:2], fields[4])]


@pytest.mark.parametrize("catalog", ["Sandbox", "AWS"])
def test_submission_of_others_opportunity_is_not_found(world: World, catalog: str) -> None:
    id = shared(world)
    account = OTHER if catalog == "Sandbox" else ACCOUNT
    assert refused(world, id, account, Catalog=catalog).code == "ResourceNotFoundException"

"""ReviewOpportunity: what AWS may decide in which state, and what is kept of it."""

from typing import Any

import pytest

from tests.harness import OTHER, World
from tests.refusal import desk_refusal
from tests.sharing import joined
from tests.submitting import CO_SELL, created, shared, shown

SANDBOX = {"Catalog": "Sandbox"}


def review(world: World, id: str, outcome: str, **members: Any) -> Any:
    asked = {**SANDBOX, "OpportunityIdentifier": id, "Outcome": outcome, **members}
    return world.desk("ReviewOpportunity", **asked)


def refused(world: World, id: str, outcome: str, **members: Any) -> Any:
    asked = {**SANDBOX, "OpportunityIdentifier": id, "Outcome": outcome, **members}
    return desk_refusal(world, "ReviewOpportunity", **asked)


def submitted(world: World) -> str:
    id = shared(world)
    world.client().submit_opportunity(**SANDBOX, Identifier=id, **CO_SELL)
    return id


def life_of(world: World, id: str) -> Any:
    return world.client().get_opportunity(**SANDBOX, Identifier=id)["LifeCycle"]


@pytest.mark.parametrize(
    ("asked", "status", "comments", "reason"),
    [
        ("Approved", "Approved", False, None),
        ("Rejected", "Rejected", False, "Other"),
        ("ActionRequired", "Action Required", True, "Customer problem unclear"),
        ("Action Required", "Action Required", True, "Customer problem unclear"),
        ("InReview", "In review", False, None),
        ("In review", "In review", False, None),
    ],
)
def test_outcome_is_the_status(
    world: World, asked: str, status: str, comments: bool, reason: str | None
) -> None:
    id = submitted(world)
    told = review(world, id, asked)
    life = life_of(world, id)
    assert life["ReviewStatus"] == told["ReviewStatus"] == status
    assert bool(told["ReviewComments"]) == comments
    assert life.get("ReviewComments") == told["ReviewComments"]
    assert life.get("ReviewStatusReason") == told["ReviewStatusReason"] == reason


def test_what_aws_says_is_kept_while_it_reviews_and_gone_when_it_approves(world: World) -> None:
    id = submitted(world)
    review(world, id, "InReview", Comments="We call you.", Reason="Next steps unclear")
    life = life_of(world, id)
    assert (life["ReviewComments"], life["ReviewStatusReason"]) == (
        "We call you.", "Next steps unclear",
    )  # fmt: skip
    assert review(world, id, "InReview")["ReviewComments"] == "We call you."
    assert review(world, id, "Approved")["ReviewComments"] is None
    assert "ReviewStatusReason" not in life_of(world, id)


STATE = [("outcome", "INVALID_RESOURCE_STATE")]
APPROVED = [("outcome", "ACTION_NOT_PERMITTED")]


@pytest.mark.parametrize(
    ("path", "refusals"),
    [
        ([], dict.fromkeys(("Approved", "Rejected", "ActionRequired", "InReview"), STATE)),
        (["InReview"], {}),
        (["ActionRequired"], {"InReview": STATE}),
        (
            ["Approved"],
            dict.fromkeys(("Approved", "Rejected", "ActionRequired", "InReview"), APPROVED),
        ),
        (
            ["Rejected"],
            dict.fromkeys(("Approved", "Rejected", "ActionRequired", "InReview"), STATE),
        ),
    ],
)
def test_review_is_refused_in_some_states(
    world: World, path: list[str], refusals: dict[str, Any]
) -> None:
    for outcome in ("Approved", "Rejected", "ActionRequired", "InReview"):
        id = submitted(world) if path else created(world)
        for step in path:
            review(world, id, step)
        if outcome in refusals:
            told = refused(world, id, outcome)
            assert told.reason == "BUSINESS_VALIDATION_FAILED"
            assert told.fields == refusals[outcome]
        else:
            review(world, id, outcome)


def test_review_of_approved_says_what_aws_says(world: World) -> None:
    id = submitted(world)
    review(world, id, "Approved")
    [(_, _, message)] = refused(world, id, "Rejected").errors
    assert message == "reviewStatus is not editable if status is Approved"


def test_review_of_what_is_not_there(world: World) -> None:
    id = submitted(world)
    assert refused(world, id, "Approved", Catalog="AWS").code == "ResourceNotFoundException"
    assert refused(world, "O1", "Approved").code == "ResourceNotFoundException"
    hidden = world.referred(OTHER)["OpportunityId"]
    assert refused(world, hidden, "Approved").code == "ResourceNotFoundException"


def test_review_is_asked_in_the_form_of_the_model(world: World) -> None:
    told = desk_refusal(world, "ReviewOpportunity", Outcome="Maybe", Reason="x" * 81)
    assert told.reason == "REQUEST_VALIDATION_FAILED"
    assert sorted(told.fields) == [
        ("catalog", "REQUIRED_FIELD_MISSING"),
        ("opportunityIdentifier", "REQUIRED_FIELD_MISSING"),
        ("outcome", "INVALID_ENUM_VALUE"),
        ("reason", "INVALID_STRING_FORMAT"),
    ]


def test_what_is_refused_first(world: World) -> None:
    """Each line repairs the fault that was told before, and meets the next."""
    id = created(world)
    assert refused(world, id, "Maybe", Catalog="AWS").fields == [("outcome", "INVALID_ENUM_VALUE")]
    assert refused(world, id, "Approved", Catalog="AWS").code == "ResourceNotFoundException"
    assert refused(world, id, "Approved").fields == STATE
    shown(world, id, joined(world))
    world.client().submit_opportunity(**SANDBOX, Identifier=id, **CO_SELL)
    review(world, id, "Approved")
    assert refused(world, id, "Approved").fields == APPROVED


def test_review_with_a_token_happens_once(world: World) -> None:
    id = submitted(world)
    first = review(world, id, "ActionRequired", ClientToken="one")
    assert review(world, id, "ActionRequired", ClientToken="one") == first
    assert first["LastModifiedDate"] == life_modified(world, id)


def life_modified(world: World, id: str) -> str:
    reply = world.post("GetOpportunity", {**SANDBOX, "Identifier": id})
    return str(reply.document["LastModifiedDate"])

"""The program against the model: what is built, what is pending, and the words that both use."""

import typing
from random import Random
from types import ModuleType
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosell.calls import collect, query
from cosell.contract.faults import lower_camel
from cosell.desk.contract import CONTRACT as DESK
from cosell.errors import ErrorCode
from cosell.selling import lifecycle
from cosell.selling.contract import CONTRACT
from cosell.selling.workflows.kinds import WORKFLOWS
from cosell.service import DESK_MODULES, SELLING_MODULES
from tests.harness import World
from tests.property.inputs import draw
from tests.property.test_contract import FRUGAL, RANDOM, SHAPES, SOURCE

PENDING = [
    "GetAwsOpportunitySummary",
]

STEPS = [step for workflow in WORKFLOWS for step in workflow.steps]

# --- what is built, what is pending --------------------------------------------------------------


def test_every_operation_is_built_or_pending() -> None:
    built = set(collect(SELLING_MODULES, CONTRACT.operations))
    assert sorted(CONTRACT.operations.keys() - built) == PENDING


def test_every_operation_of_the_desk_is_built() -> None:
    assert set(collect(DESK_MODULES, DESK.operations)) == set(DESK.operations)


@pytest.mark.parametrize("names", [["Unknown"], ["GetOpportunity", "GetOpportunity"]])
def test_handler_of_unknown_or_second_name_is_refused(names: list[str]) -> None:
    module = ModuleType("stray")
    for number, name in enumerate(names):
        function = type(f"Stray{number}", (), {"__module__": "stray"})
        setattr(module, f"stray_{number}", query(name)(function))
    with pytest.raises(ValueError, match=rf"{names[-1]} is unknown or declared twice"):
        collect([module], CONTRACT.operations)


def fitted(document: dict[str, Any]) -> dict[str, Any]:
    """A generated request with the values that the program asks for beyond the model."""
    if "Catalog" in document:
        document["Catalog"] = "Sandbox"
    project = document.get("Project")
    if project:
        project.pop("CustomerUseCase", None)
    return document


@pytest.mark.parametrize("name", PENDING)
def test_pending_operation_with_valid_input_says_so(world: World, name: str) -> None:
    @FRUGAL
    @given(RANDOM)
    def check(random: Random) -> None:
        document = draw(SOURCE, random, CONTRACT.operations[name].input_shape)
        reply = world.post(name, orjson.dumps(fitted(document)))
        assert reply.document == {
            "__type": "NotImplemented",
            "Message": f"{name} is not built yet; its input was checked.",
        }
        assert reply.status == 501
        assert reply.headers["x-amzn-errortype"].startswith("NotImplemented:")

    check()


@pytest.mark.parametrize("name", PENDING)
def test_pending_operation_with_invalid_input_refuses_it(world: World, name: str) -> None:
    shape = SHAPES[CONTRACT.operations[name].input_shape]
    reply = world.post(name, {})
    assert (reply.status, reply.document["__type"]) == (400, "ValidationException")
    told = {(one["FieldName"], one["Code"]) for one in reply.document["ErrorList"]}
    fields = {lower_camel(member) for member in shape["required"]}
    assert told == {(field, "REQUIRED_FIELD_MISSING") for field in fields}
    reply = world.post(name, {shape["required"][0]: {"a": 1}})
    assert (reply.status, reply.document["__type"]) == (400, "SerializationException")


# --- the words that both use ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "shape"),
    [
        (lifecycle.INVITATION, "InvitationStatus"),
        (lifecycle.JOB, "ResourceSnapshotJobStatus"),
        (lifecycle.TASK, "TaskStatus"),
        (lifecycle.PROSPECTING_TASK, "ProspectingTaskStatus"),
        (lifecycle.OPPORTUNITY_REVIEW, "ReviewStatus"),
    ],
)
def test_life_cycle_has_the_states_of_the_model(
    table: dict[str, dict[str, str]], shape: str
) -> None:
    assert set(table) == set(CONTRACT.enum(shape))
    reached = {after for acts in table.values() for after in acts.values()}
    assert reached - {"deleted"} <= set(table)


def test_life_cycle_follows_no_act_that_a_state_does_not_name() -> None:
    tables = (
        lifecycle.INVITATION, lifecycle.JOB, lifecycle.TASK, lifecycle.OPPORTUNITY_REVIEW,
    )  # fmt: skip
    for table in tables:
        acts = {act for row in table.values() for act in row}
        for state, row in table.items():
            for act in acts:
                assert lifecycle.follow(table, state, act) == row.get(act)


def test_act_of_our_own_that_a_state_does_not_name_is_a_fault() -> None:
    assert lifecycle.followed(lifecycle.TASK, "IN_PROGRESS", "fail") == "FAILED"
    with pytest.raises(ValueError, match="no fail in state COMPLETE"):
        lifecycle.followed(lifecycle.TASK, "COMPLETE", "fail")


def test_task_steps_end_with_reason_codes_of_the_model() -> None:
    known = set(CONTRACT.enum("ReasonCode"))
    for step in STEPS:
        assert step.codes
        assert len(set(step.codes)) == len(step.codes)
        assert set(step.codes) <= known, step.name


def test_desk_has_the_tasks_steps_and_reason_codes_of_selling() -> None:
    assert DESK.enum("TaskOperation") == tuple(one.operation for one in WORKFLOWS)
    assert DESK.enum("StepName") == tuple(dict.fromkeys(step.name for step in STEPS))
    assert set(DESK.enum("ReasonCode")) == set(CONTRACT.enum("ReasonCode"))


def test_error_codes_are_those_of_the_model() -> None:
    assert set(typing.get_args(ErrorCode)) == set(CONTRACT.enum("ValidationExceptionErrorCode"))


def test_fitted_requests_are_valid() -> None:
    """Else the pending operations' test would prove nothing."""

    @FRUGAL
    @given(st.sampled_from(PENDING), RANDOM)
    def check(name: str, random: Random) -> None:
        operation = CONTRACT.operations[name]
        document = fitted(draw(SOURCE, random, operation.input_shape))
        assert operation.validate(orjson.loads(orjson.dumps(document)))[1] == ()

    check()

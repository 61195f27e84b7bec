"""The program against the model: what is built, and the words that both use."""

import typing
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest

import cosell.desk.operations
import cosell.selling.operations
from cosell.calls import collect, collect_due, query
from cosell.errors import ErrorCode
from cosell.operations import DESK, DUE, LONG, SELLING, Holdings
from cosell.routing import Service
from cosell.selling import lifecycle
from cosell.selling.contract import CONTRACT
from cosell.selling.workflows.kinds import WORKFLOWS

MODULES = {
    name: [
        import_module(one.name) for one in iter_modules(package.__path__, f"{package.__name__}.")
    ]
    for name, package in (
        ("selling", cosell.selling.operations),
        ("desk", cosell.desk.operations),
    )
}
STEPS = [step for workflow in WORKFLOWS for step in workflow.steps]

# --- what is built -------------------------------------------------------------------------------


def test_every_operation_is_built() -> None:
    assert set(SELLING.handlers) == set(SELLING.contract.operations)


def test_every_operation_of_the_desk_is_built() -> None:
    assert set(DESK.handlers) == set(DESK.contract.operations)


@pytest.mark.parametrize("service", [SELLING, DESK], ids=lambda service: service.name)
def test_modules_hold_what_the_table_says(service: Service) -> None:
    assert dict(service.handlers) == collect(MODULES[service.name], service.contract.operations)


def test_modules_do_what_the_table_of_what_is_due_says() -> None:
    assert dict(DUE) == collect_due((*MODULES["selling"], *MODULES["desk"]))


def test_operations_that_take_their_time_are_those_that_say_so() -> None:
    handlers = (*SELLING.handlers.values(), *DESK.handlers.values())
    assert {one.name for one in handlers if one.long or one.kind == "procedure"} == set(LONG)


def test_module_without_what_the_table_says_is_told() -> None:
    held: Holdings[str] = Holdings({"cosell.ids": ("GetOpportunity",)}, lambda module: {})
    with pytest.raises(ImportError, match=r"cosell\.ids does not hold GetOpportunity"):
        held["GetOpportunity"]
    with pytest.raises(KeyError):
        held["GetEngagement"]


@pytest.mark.parametrize("names", [["Unknown"], ["GetOpportunity", "GetOpportunity"]])
def test_handler_of_unknown_or_second_name_is_refused(names: list[str]) -> None:
    module = ModuleType("stray")
    for number, name in enumerate(names):
        function = type(f"Stray{number}", (), {"__module__": "stray"})
        setattr(module, f"stray_{number}", query(name)(function))
    with pytest.raises(ValueError, match=rf"{names[-1]} is unknown or declared twice"):
        collect([module], CONTRACT.operations)


# --- the words that both use ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "shape"),
    [
        (lifecycle.INVITATION, "InvitationStatus"),
        (lifecycle.JOB, "ResourceSnapshotJobStatus"),
        (lifecycle.TASK, "TaskStatus"),
        (lifecycle.PROSPECTING_TASK, "ProspectingTaskStatus"),
        (lifecycle.OPPORTUNITY_REVIEW, "ReviewStatus"),
        (lifecycle.OPPORTUNITY_STAGE, "Stage"),
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
        lifecycle.LEAD, lifecycle.OPPORTUNITY_STAGE,
    )  # fmt: skip
    for table in tables:
        acts = {act for row in table.values() for act in row}
        for state, row in table.items():
            for act in acts:
                assert lifecycle.follow(table, state, act) == row.get(act)


def test_lead_that_is_out_of_the_race_is_the_only_one_that_is_not_open() -> None:
    named = [*lifecycle.LEAD, "", "Waiting for a budget", "disqualified"]
    closed = [status for status in named if not lifecycle.is_open_lead(status)]
    assert closed == ["Disqualified"]
    reached = {after for acts in lifecycle.LEAD.values() for after in acts.values()}
    assert reached == set(lifecycle.LEAD)


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
    assert DESK.contract.enum("TaskOperation") == tuple(one.operation for one in WORKFLOWS)
    assert DESK.contract.enum("StepName") == tuple(dict.fromkeys(step.name for step in STEPS))
    assert set(DESK.contract.enum("ReasonCode")) == set(CONTRACT.enum("ReasonCode"))


def test_error_codes_are_those_of_the_model() -> None:
    assert set(typing.get_args(ErrorCode)) == set(CONTRACT.enum("ValidationExceptionErrorCode"))

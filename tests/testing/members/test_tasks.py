"""Tasks at the pace that a test wants, and how far they are."""

from typing import Any

import pytest

from cosell.testing.world import World

STEPS = (
    "AcceptInvitation",
    "CreateOpportunity",
    "CreateResourceSnapshot",
    "CreateResourceSnapshotJob",
    "StartResourceSnapshotJob",
)


def test_held_task_is_stepped_by_hand(world: World) -> None:
    world.tasks.hold()
    started = world.given.task()
    assert started.TaskStatus == "IN_PROGRESS"
    task = world.tasks[started]
    assert tuple(step.name for step in task.steps) == STEPS
    assert (task.next_step, task.held) == (STEPS[0], True)
    assert world.tasks.step().next_step == STEPS[1]
    assert world.tasks.step(started, 2).next_step == STEPS[3]
    assert world.tasks.finish(task).status == "COMPLETE"
    assert not world.tasks.held


def test_settle_names_what_is_held(world: World) -> None:
    world.tasks.hold()
    started = world.given.task()
    settled = world.settle()
    assert settled.fired == 0
    assert [task.id for task in settled.held] == [started.TaskId]
    assert f"held: {settled.held[0].kind} {started.TaskId}" in str(settled)


def test_release_runs_all_to_the_end(world: World) -> None:
    world.tasks.hold()
    for _ in range(2):
        world.given.task()
    assert world.tasks.release() == 10
    assert {task.status for task in world.tasks} == {"COMPLETE"}
    assert world.given.task().TaskStatus == "COMPLETE"


def test_paced_task_follows_the_clock(world: World) -> None:
    world.clock.freeze()
    world.tasks.paced(seconds=30)
    started = world.given.task()
    assert world.clock.advance(seconds=90) == 3
    assert world.tasks[started].next_step == STEPS[3]
    assert world.tasks[started].due_at is not None
    world.tasks.inline()
    assert world.settle() == (2, ())
    assert world.tasks[started].status == "COMPLETE"


def test_which_task_is_to_be_said_when_there_are_several(world: World) -> None:
    world.tasks.hold()
    with pytest.raises(LookupError, match="No task is at work"):
        world.tasks.step()
    one, two = world.given.task(), world.given.task()
    with pytest.raises(LookupError, match="Several tasks are at work") as told:
        world.tasks.step()
    assert one.TaskId in str(told.value)
    assert two.TaskId in str(told.value)
    assert len(world.tasks) == 2


def test_failed_task_says_why(world: World) -> None:
    world.faults.fail_task(at="CreateOpportunity", reason_code="OpportunityConflict")
    task = world.tasks[world.given.task()]
    assert (task.status, task.reason_code) == ("FAILED", "OpportunityConflict")
    assert [step.status for step in task.steps][:2] == ["DONE", "FAILED"]


@pytest.mark.parametrize("pace", ["held", "Held"])
def test_pace_of_a_world(pace: Any) -> None:
    with World(pace=pace) as world:
        assert world.given.task().TaskStatus == "IN_PROGRESS"


def test_pace_of_a_world_in_seconds() -> None:
    with World(pace=30) as world:
        world.given.task()
        assert world.clock.advance(seconds=150) == 5


@pytest.mark.parametrize(("pace", "told"), [("slow", "no pace 'slow'"), (0.5, "pace: 0.5")])
def test_pace_that_there_is_not_is_told(pace: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        World(pace=pace)

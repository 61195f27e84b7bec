"""`world.tasks`: how tasks advance, and how far each of them is.

A task that AWS starts at once and finishes by itself can be held here and stepped by hand. Must not
know what a step does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cosell.clock import datetime
from cosell.testing.amounts import whole_seconds
from cosell.testing.calling import HIDES_REFUSALS, Answer
from cosell.testing.clock import instant
from cosell.testing.references import Thing, id_of

if TYPE_CHECKING:
    from cosell.testing.world import World

__tracebackhide__ = HIDES_REFUSALS

_STEP_MAX = 86_400  # seconds; the desk's bound, told by the names that are used here
_ALL_STEPS = 100  # more than any task has


class Step(NamedTuple):
    """A step of a task, and how far it is: DONE, NEXT, WAITING or FAILED."""

    name: str
    status: str


@dataclass(frozen=True)
class Task:
    """A task as it stood when it was asked for. `kind` is the operation that starts such a task;
    `answer` has everything that the desk says of it."""

    id: str
    kind: str
    account: str
    catalog: str
    status: str
    steps: tuple[Step, ...]
    held: bool
    reason_code: str | None
    message: str | None
    due_at: datetime | None
    answer: Answer

    @property
    def next_step(self) -> str | None:
        """The step that comes next; None if the task has ended."""
        return next((one.name for one in self.steps if one.status == "NEXT"), None)

    def __str__(self) -> str:
        ends = f" before {self.next_step}" if self.next_step else ""
        failed = f": {self.reason_code}" if self.reason_code else ""
        return f"{self.kind} {self.id} ({self.status}{ends}{failed})"


class Settled(NamedTuple):
    """What `settle` did: how many things fired, and the tasks that wait for a hand."""

    fired: int
    held: tuple[Task, ...]

    def __str__(self) -> str:
        waiting = "; held: " + ", ".join(map(str, self.held)) if self.held else ""
        return f"{self.fired} fired{waiting}"


class Tasks:
    """The tasks of one world: `tasks[id]`, iteration, and their pace."""

    def __init__(self, world: "World") -> None:
        self._desk = world.desk

    # --- pace ----------------------------------------------------------------------------------

    def inline(self) -> None:
        """From now on a task runs to its end within the call that starts it (so it is at first)."""
        self._desk("PutPace", Mode="Inline")

    def paced(self, seconds: int = 2) -> None:
        """From now on each step runs that many whole seconds of the world's time after the last."""
        self._desk(
            "PutPace", Mode="Paced", StepSeconds=whole_seconds("seconds", seconds, 0, _STEP_MAX)
        )

    def hold(self) -> None:
        """From now on tasks stand still until `step` or `release`, those at work included."""
        self._desk("PutPace", Mode="Held")

    def step(self, task: "Thing | Task | None" = None, steps: int = 1) -> Task:
        """Run the next step of a task (by default of the only one that is not over), or the next
        `steps`, whatever the pace; answers the task after it."""
        found = self._only() if task is None else self[task]
        self._desk("AdvanceTask", TaskIdentifier=found.id, Steps=steps)
        return self[found.id]

    def finish(self, task: "Thing | Task | None" = None) -> Task:
        """Run all steps that are left of a task, whatever the pace; answers the task after it."""
        return self.step(task, _ALL_STEPS)

    def release(self) -> int:
        """Run every task to its end, and hold none from now on; answers how many steps fired."""
        self.inline()
        return int(self._desk("AdvanceClock", Seconds=0).Fired)

    # --- looking -------------------------------------------------------------------------------

    def __getitem__(self, task: "Thing | Task") -> Task:
        """The task that an id, an ARN or an answer to Start names, as it stands now."""
        id = task.id if isinstance(task, Task) else id_of("task", task)
        return _task(self._desk("GetTask", TaskIdentifier=id))

    def __iter__(self) -> Iterator[Task]:
        """Every task, oldest first."""
        asked: dict[str, Any] = {}
        while True:
            page = self._desk("ListTasks", **asked)
            yield from map(_task, page.Tasks)
            if not page.get("NextToken"):
                return
            asked["NextToken"] = page.NextToken

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def held(self) -> tuple[Task, ...]:
        """The tasks that wait for `step` or `release`."""
        return tuple(task for task in self if task.held)

    def _only(self) -> Task:
        open_ = [task for task in self if task.next_step]
        if len(open_) == 1:
            return open_[0]
        if not open_:
            raise LookupError("No task is at work. Hold tasks before the code starts one.")
        raise LookupError(f"Several tasks are at work, say which: {', '.join(map(str, open_))}.")


def put_pace(world: "World", pace: str | float) -> None:
    """Let tasks advance in a pace: inline, held, paced, or so many whole seconds after each step.
    ValueError for another."""
    if not isinstance(pace, str):
        world.tasks.paced(whole_seconds("pace", pace, 0, _STEP_MAX))
        return
    named = {
        "inline": world.tasks.inline,
        "paced": world.tasks.paced,
        "held": world.tasks.hold,
    }
    if pace.lower() not in named:
        known = ", ".join(named)
        raise ValueError(f"There is no pace {pace!r}: say {known}, or seconds between steps.")
    named[pace.lower()]()


def settle(world: "World") -> Settled:
    """Run everything that is due now, in a world."""
    fired = int(world.desk("AdvanceClock", Seconds=0).Fired)
    return Settled(fired, world.tasks.held)


def _task(told: Answer) -> Task:
    due = told.get("DueAt")
    return Task(
        id=told.TaskId,
        kind=told.Kind,
        account=told.AccountId,
        catalog=told.Catalog,
        status=told.Status,
        steps=tuple(Step(one.Name, one.Status) for one in told.Steps),
        held=bool(told.get("Held")),
        reason_code=told.get("ReasonCode"),
        message=told.get("Message"),
        due_at=instant(due) if due else None,
        answer=told,
    )

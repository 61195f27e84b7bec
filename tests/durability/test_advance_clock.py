"""AdvanceClock killed half-way: the namespace stands at an instant, and the same call finishes."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.durability.launcher import Moment, Plan
from tests.durability.lives import Life, Lost
from tests.durability.truths import check_file
from tests.harness import Refused

BEFORE = 7  # setting, clock, pace, two referrals, two starts
STEPS = 10  # five of each task
TOGETHER = (1, 3, 100)  # steps in one commit
BEGUN = "2030-01-01T00:00:00.000Z"
TARGET = "2030-01-01T01:00:00.000Z"


def last(together: int) -> int:
    """The commit in which the clock arrives, after the steps or with the last of them."""
    return BEFORE + STEPS // together + 1


def prepared(folder: Path, at: int, moment: Moment, together: int) -> tuple[Life, list[Any]]:
    """Two tasks with a minute between their steps, in a namespace whose clock stands still."""
    plan = Plan(str(folder / "commits"), at, moment, "both", together=together)
    life = Life(folder, plan).begin()
    life.desk("PutClock", Time=BEGUN, Frozen=True, ClientToken="clock")
    life.desk("PutPace", Mode="Paced", StepSeconds=60, ClientToken="pace")
    referred = [life.refer(f"refer-{number}") for number in (1, 2)]
    for number, one in enumerate(referred):
        task = life.start(one["EngagementInvitationId"], f"start-{number}")
        assert task["TaskStatus"] == "IN_PROGRESS"
    return life, referred


def standing(state: Path) -> tuple[int, int | None, int]:
    """The clock, when the first entry is due, and how many steps are done."""
    connection = sqlite3.connect(state)
    (now,) = connection.execute("select frozen_at from namespace").fetchone()
    (due,) = connection.execute("select min(due_at) from agenda").fetchone()
    (done,) = connection.execute(
        "select sum(json_extract(body, '$.step')) from document where kind like '%-task'"
    ).fetchone()
    connection.close()
    return now, due, done


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("together", "at"),
    [(some, at) for some in TOGETHER for at in range(BEFORE + 1, last(some) + 1)],
)
def test_clock_whose_advance_was_killed_is_consistent_and_goes_on(
    tmp_path: Path, together: int, at: int, moment: Moment
) -> None:
    life, _ = prepared(tmp_path, at, moment, together)
    with pytest.raises((Lost, Refused)):
        life.ask(lambda: life.world.desk("AdvanceClock", To=TARGET))
    assert life.server.main is not None
    life.server.main.wait(10)

    now, due, done = standing(life.state)
    committed = at - BEFORE if moment == "after" else at - BEFORE - 1
    assert done == min(committed * together, STEPS)
    assert due is None or now <= due, "something was due before and did not happen"

    life.revive()
    assert life.desk("GetClock")["Frozen"] is True
    assert standing(life.state)[0] == now, "a start alone moves no clock that stands"
    answer = life.desk("AdvanceClock", To=TARGET)
    assert answer["Time"] == TARGET
    # Two tasks have steps at the same instant: the second may have happened by itself.
    assert STEPS - done - 1 <= answer["Fired"] <= STEPS - done
    again = life.desk("AdvanceClock", To=TARGET)
    assert (again["Time"], again["Fired"]) == (TARGET, 0)
    life.end()
    assert set(check_file(life.state).values()) == {2}


@pytest.mark.parametrize("together", TOGETHER)
def test_commits_of_an_undisturbed_advance_are_as_many_as_are_killed_here(
    tmp_path: Path, together: int
) -> None:
    life, _ = prepared(tmp_path, 0, "before", together)
    assert life.desk("AdvanceClock", To=TARGET)["Fired"] == STEPS
    assert life.plan is not None
    assert life.plan.counted == last(together)
    life.end()

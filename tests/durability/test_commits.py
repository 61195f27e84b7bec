"""Killed at every commit: the main process, the worker, or both, before or after the N-th one.

Every commit from the first start on: the state's own, PutPace, the referral, the start, and each
step of the task. Then life goes on, and in the end everything is there, once.
"""

from pathlib import Path

import pytest

from tests.durability.launcher import Moment, Plan, Whom
from tests.durability.lives import Life, Lost
from tests.durability.truths import check_file, check_nothing, check_one_task

PACED = 9  # setting, pace, referral, start, five steps
INLINE = 3  # setting, referral, start with all of its steps
WHOM = ("worker", "main", "both")
MOMENTS = ("before", "after")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The events of a life without deaths."""
    return paced_life(tmp_path_factory.mktemp("calm"), Plan(""))


def planned(folder: Path, plan: Plan) -> Plan:
    return Plan(str(folder / "commits"), plan.at, plan.moment, plan.whom)


def paced_life(folder: Path, plan: Plan) -> list[str]:
    """A paced task from nothing to its end, whatever dies; answers the events' types."""
    plan = planned(folder, plan)
    life = Life(folder, plan).begin()
    life.desk("PutPace", Mode="Paced", StepSeconds=0, ClientToken="pace")
    referred = life.refer("refer")
    acknowledged = life.start(referred["EngagementInvitationId"], "start")
    task = life.ended(referred["EngagementInvitationId"], "start")
    assert task["TaskId"] == acknowledged["TaskId"]
    events = check_one_task(life, referred, task)
    assert plan.spent.exists() == (plan.at > 0), "nobody was killed"
    assert life.deaths == 0 or plan.at > 0
    life.end()
    found = check_file(life.state)
    assert set(found.values()) == {1}, found
    if not plan.at:
        assert plan.counted == PACED
    return events


@pytest.mark.parametrize("whom", WHOM)
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("at", range(1, PACED + 1))
def test_paced_task_ends_as_if_nothing_had_died(
    tmp_path: Path, told: list[str], whom: Whom, moment: Moment, at: int
) -> None:
    assert paced_life(tmp_path, Plan("", at, moment, whom)) == told


@pytest.mark.parametrize("whom", ["worker", "both"])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("at", range(2, INLINE + 1))
def test_inline_start_is_wholly_there_or_not_at_all(
    tmp_path: Path, whom: Whom, moment: Moment, at: int
) -> None:
    life = Life(tmp_path, planned(tmp_path, Plan("", at, moment, whom))).begin()
    referred = life.refer("refer")
    invitation = referred["EngagementInvitationId"]

    try:
        first = life.ask(lambda: start_once(life, invitation))
    except Lost:
        assert at == INLINE, "only the start was to be lost"
        life.revive()
        if moment == "before":
            check_nothing(life)
        else:
            [there] = life.partner("list_engagement_by_accepting_invitation_tasks")["TaskSummaries"]
            check_one_task(life, referred, there)
        first = None
    again = life.start(invitation, "start")
    assert first is None or first["TaskId"] == again["TaskId"]
    check_one_task(life, referred, again)
    assert life.deaths == 1
    life.end()
    assert set(check_file(life.state).values()) == {1}


def start_once(life: Life, invitation: str) -> dict[str, str]:
    answer: dict[str, str] = life.world.client().start_engagement_by_accepting_invitation_task(
        Catalog="AWS", Identifier=invitation, ClientToken="start"
    )
    return answer

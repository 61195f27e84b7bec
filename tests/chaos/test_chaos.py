"""A few seeds of chaos, as `make chaos` runs thousands; and that it finds what it is for."""

from pathlib import Path

import pytest

from cosell.operations import DESK, DUE, SELLING
from cosell.selling.workflows.tasks import STEP as STEPS
from tests.chaos.ground import Ground, Nursery
from tests.chaos.on_postgres import OnPostgres
from tests.chaos.on_sqlite import OnSqlite
from tests.chaos.plan import ALWAYS, POINTS, Place, Plan, drawn
from tests.chaos.points import ARRIVES, DIED, OTHERS, Death, is_command, steps
from tests.chaos.run import Total
from tests.chaos.seed import Outcome, carry_out, run_seed

SEEDS, SEEDS_ON_POSTGRES = (1, 2, 3), (2,)
STEP = "due StartEngagementByAcceptingInvitationTask CreateOpportunity"
WHAT_IS_DUE = {*steps(), *(f"due {kind}" for kind in DUE if kind != STEPS)}
PACED = Place("place-1", "Sandbox", "Paced", 0, None)


def one_death(death: Death, *stories: str) -> Plan:
    """One client in one namespace, and one who dies."""
    return Plan(0, (PACED,), ((0, stories),), (death,), ())


def ensure_nothing_found(ground: Ground, folder: Path, seed: int) -> None:
    outcome = run_seed(seed, ground, folder)
    told = drawn(seed, ground.acts).told()
    assert not outcome.wrong, f"{outcome.wrong}\n{told}\nkept in {outcome.folder}"
    assert outcome.tally.calls.total() > 50
    assert [one for one in outcome.passed if not is_known(one)] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_seed_finds_nothing(nursery: Nursery, tmp_path: Path, seed: int) -> None:
    ensure_nothing_found(OnSqlite(nursery), tmp_path, seed)


@pytest.mark.parametrize("seed", SEEDS_ON_POSTGRES)
def test_seed_finds_nothing_on_postgres(nursery: Nursery, tmp_path: Path, seed: int) -> None:
    ensure_nothing_found(OnPostgres(nursery), tmp_path, seed)


def test_seed_decides_the_same_again() -> None:
    plans = [drawn(seed, OnSqlite.acts) for seed in range(1, 100)]
    assert plans == [drawn(seed, OnSqlite.acts) for seed in range(1, 100)]
    assert len({plan.told() for plan in plans}) == len(plans)


@pytest.mark.parametrize(("moment", "whom"), [("before", "worker"), ("after", "both")])
def test_death_at_a_commit_point_is_as_planned(nursery: Nursery, moment: str, whom: str) -> None:
    death = Death(STEP, moment, whom)  # type: ignore[arg-type]
    outcome = carry_out(one_death(death, "accept", "accept"), OnSqlite(nursery), None)
    assert not outcome.wrong
    assert list(outcome.died) == [f"{moment} {STEP}"]
    assert outcome.passed[STEP] >= 2


def test_planted_bug_is_found_and_what_it_leaves_is_kept(nursery: Nursery, tmp_path: Path) -> None:
    """make chaos ARGS="--plant checkpoint-apart" finds it without being told where."""
    death = Death(STEP, "before", "both")
    ground = OnSqlite(nursery, "checkpoint-apart")
    outcome = carry_out(one_death(death, "accept", "accept"), ground, tmp_path)
    assert "nobody will go on with a task" in outcome.wrong
    kept = {file.name for file in Path(outcome.folder).iterdir()}
    assert kept >= {"plan.txt", "story.log", "wrong.txt", "server.log", "state.db", DIED}
    assert STEP in (Path(outcome.folder) / "plan.txt").read_text()


def is_known(name: str) -> bool:
    """Whether a commit point is called so."""
    return name in {*WHAT_IS_DUE, *OTHERS.values(), ARRIVES, "setting", "sweep"} or is_command(name)


def test_every_name_of_a_commit_point_is_one() -> None:
    due = WHAT_IS_DUE
    operations = {*SELLING.handlers, *DESK.handlers}
    strange = [one for one in POINTS if not is_known(one)]
    assert strange == []
    lacking = [one for one in operations if is_command(one) and one not in POINTS]
    lacking += [one for one in due if one not in POINTS]
    assert lacking == [], "no story of plan.py comes to these"
    assert set(ALWAYS) & operations <= set(POINTS)


def test_long_run_that_never_came_to_a_commit_point_says_so() -> None:
    total = Total()
    outcome = Outcome(1)
    outcome.died.update(f"{moment} {name}" for name in POINTS for moment in ("before", "after"))
    del outcome.died[f"after {STEP}"]
    total.add(outcome)
    assert total.shortfalls("sqlite") == []
    total.seeds = 10_000
    [told] = total.shortfalls("sqlite")
    assert told == f"on sqlite nobody died after {STEP}\n"

"""As many seeds of chaos as one likes, and what they found.

    python -m tests.chaos.run --seeds 1000 --first 1 --database sqlite --jobs 2
    python -m tests.chaos.run --first 17 --seeds 1
    python -m tests.chaos.run --plant checkpoint-apart --hunts 9

A seed decides everything; when it is run again, timing alone differs. One that fails is printed
with its plan, and with the folder that has its state and its logs. Exits with 1 if anything was
found, or if a long run never came to a commit point that there is.
"""

import argparse
import os
import signal
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

from tests.chaos.ground import Ground, Nursery
from tests.chaos.memory import Tally
from tests.chaos.on_postgres import OnPostgres, end_cluster
from tests.chaos.on_sqlite import OnSqlite
from tests.chaos.plan import POINTS, drawn
from tests.chaos.plants import ON_POSTGRES, PLANTS
from tests.chaos.points import MOMENTS
from tests.chaos.seed import Outcome, run_seed
from tests.soak import Progress, say

KEEP = Path(".chaos")
GROUNDS: dict[str, type[OnSqlite | OnPostgres]] = {"sqlite": OnSqlite, "postgres": OnPostgres}
DATABASES = tuple(GROUNDS)
LONG = 500  # seeds: so many come to every commit point, and die before and after each
HUNT_MAX = 300  # seeds in which a planted bug has to be found
HUNTS_APART = 10_000  # seeds between the beginnings of two hunts


@cache
def _nursery() -> Nursery:
    """This process's own."""
    return Nursery()


def ground(database: str, plant: str = "") -> Ground:
    """What seeds run on."""
    return GROUNDS[database](_nursery(), plant)


def _end_in_order() -> None:
    """A process that is told to end ends what it has started."""

    def end(*_: object) -> None:
        end_cluster()
        os._exit(1)  # and with this process its nursery, and all that it bore

    signal.signal(signal.SIGTERM, end)


def one(database: str, plant: str, seed: int) -> Outcome:
    """A seed; what a planted bug leaves is not kept."""
    keep = None if plant else KEEP / database
    return run_seed(seed, ground(database, plant), keep)


def seeds(database: str, numbers: range, jobs: int) -> list[str]:
    """Every seed, counted; answers what was found."""
    progress, found, total = Progress(f"seeds on {database}", len(numbers)), [], Total()
    with ProcessPoolExecutor(jobs, initializer=_end_in_order) as pool:
        for outcome in pool.map(partial(one, database, ""), numbers):
            total.add(outcome)
            found += [_failure(database, outcome)] if outcome.wrong else []
            progress.add(1, 1 if outcome.wrong else 0)
    say(total.told(database))
    return found + total.shortfalls(database)


def _failure(database: str, outcome: Outcome) -> str:
    """A seed that failed, and how to see it again."""
    again = f'make chaos ARGS="--first {outcome.seed} --seeds 1 --database {database}"'
    plan = drawn(outcome.seed, GROUNDS[database].acts).told()
    return f"{outcome.wrong}\n{plan}\nkept in {outcome.folder}; again: {again}\n"


class Total:
    """What all seeds together went through."""

    def __init__(self) -> None:
        self.seeds = self.tasks = self.calls = self.lost = self.failed = 0
        self.seconds = 0.0
        self.kills: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()
        self.died: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        tally: Tally = outcome.tally
        self.seeds += 1
        self.tasks += outcome.tasks
        self.seconds += outcome.seconds
        self.calls += tally.calls.total()
        self.lost += tally.lost
        self.failed += tally.failed
        self.kills += tally.kills
        self.passed += outcome.passed
        self.died += outcome.died

    def told(self, database: str) -> str:
        """A table of commit points, and a summary."""
        names = sorted({*POINTS, *self.passed})
        lines = [f"{'commit point':75}{'passed':>8}{'died before':>13}{'after':>7}"]
        lines += [
            f"{name:75}{self.passed[name]:8,}"
            f"{self.died[f'before {name}']:13,}{self.died[f'after {name}']:7,}"
            for name in names
        ]
        acts = ", ".join(f"{act} {count:,}" for act, count in sorted(self.kills.items()))
        lines.append(
            f"{self.seeds:,} seeds on {database}, {self.seconds / max(1, self.seeds):.1f} s each:"
            f" {self.calls:,} calls answered, {self.lost:,} tries without an answer,"
            f" {self.failed:,} answered with 5xx; {self.tasks:,} tasks;"
            f" {self.died.total():,} deaths at commit points; {acts}"
        )
        return "\n".join(lines)

    def shortfalls(self, database: str) -> list[str]:
        """The commit points at which nobody died, if there were seeds enough for that."""
        if self.seeds < LONG:
            return []
        pairs = [f"{moment} {name}" for name in POINTS for moment in MOMENTS]
        never = [pair for pair in pairs if not self.died[pair]]
        return [f"on {database} nobody died {', '.join(never)}\n"] if never else []


def hunt(database: str, plant: str, first: int) -> int:
    """How many seeds it takes to find a planted bug, from a first one on; 0 if it is not found."""
    for count, seed in enumerate(range(first, first + HUNT_MAX), 1):
        if one(database, plant, seed).wrong:
            return count
    return 0


def hunts(database: str, plant: str, firsts: range, jobs: int) -> list[str]:
    """Search for a planted bug several times; answers what went wrong with that."""
    progress, counts = Progress(f"hunts on {database}", len(firsts)), []
    with ProcessPoolExecutor(jobs, initializer=_end_in_order) as pool:
        for count in pool.map(partial(hunt, database, plant), firsts):
            counts.append(count)
            say(f"found after {count} seeds" if count else "not found")
            progress.add(1, 1 if count else 0)
    told = ", ".join(map(str, counts))
    say(f"{plant} on {database}: found after {told} seeds, median {statistics.median(counts):g}")
    return [f"{plant} was not found within {HUNT_MAX} seeds\n"] if 0 in counts else []


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("--seeds", type=int, default=100, help="how many (100)")
    add("--first", type=int, default=1, help="the first of them (1)")
    add("--database", choices=(*DATABASES, "both"), default="sqlite", help="(sqlite)")
    add("--jobs", type=int, default=2, help="seeds at a time (2)")
    add(
        "--plant", choices=sorted(PLANTS), help="plant a bug, and say after how many seeds it shows"
    )
    add("--hunts", type=int, default=5, help="how often it is searched for, from other seeds (5)")
    add("--plan", action="store_true", help="print what the seeds decide, and run none")
    return parser.parse_args()


def _found(asked: argparse.Namespace) -> Iterator[str]:
    """What was found on each database that is asked for."""
    for database in DATABASES if asked.database == "both" else (asked.database,):
        if asked.plant in ON_POSTGRES and database != "postgres":
            yield f"{asked.plant} is a bug of PostgreSQL's side: --database postgres\n"
        elif asked.plant:
            end = asked.first + asked.hunts * HUNTS_APART
            yield from hunts(
                database, asked.plant, range(asked.first, end, HUNTS_APART), asked.jobs
            )
        else:
            numbers = range(asked.first, asked.first + asked.seeds)
            yield from seeds(database, numbers, asked.jobs)


def main() -> None:
    asked = _asked()
    if asked.plan:
        acts = GROUNDS["sqlite" if asked.database == "both" else asked.database].acts
        for seed in range(asked.first, asked.first + asked.seeds):
            say(drawn(seed, acts).told())
        return
    found = list(_found(asked))
    for each in found:
        say(each)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

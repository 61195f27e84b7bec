"""Generated calls and random walks for as long as one likes.

    python -m tests.soak --calls 1000000 --seed 7
    python -m tests.soak --seed 7 --batch 42 --operation UpdateOpportunity

Calls are made in batches, each in a world of its own, on as many processes as there are cores. What
is found is printed with the seed and the batch that show it again. Exits with 1 if anything was.
"""

import argparse
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

import orjson

from tests.inside import Inside
from tests.property.ground import Ground
from tests.property.trials import DESK, SELLING, Service, Trial, drawn, tried

BATCH = 2_500  # calls in one world
FAILURES_SHOWN = 30
Count: TypeAlias = Counter[tuple[str, str]]
"""Of operation and outcome."""


@dataclass(frozen=True)
class Failure:
    """What is wrong with the answer to a request, and where it happened."""

    batch: int
    operation: str
    account: str
    body: str
    wrong: str

    def __str__(self) -> str:
        return (
            f"batch {self.batch}: {self.operation} as {self.account}\n"
            f"  {self.body}\n  {self.wrong}\n"
        )


@dataclass
class Batch:
    """What one batch saw."""

    number: int
    calls: int = 0
    count: Count = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def note(self, trial: Trial, label: str, wrong: str) -> None:
        self.calls += 1
        self.count[trial.operation, label] += 1
        if wrong:
            body = orjson.dumps(trial.body).decode()
            told = Failure(self.number, trial.operation, trial.whose[0], body, wrong)
            self.failures.append(told)


def run_batch(seed: int, number: int, calls: int, only: str = "") -> Batch:
    """That many calls in a new world; the same seed and number make the same calls."""
    random = Random(f"{seed}-{number}")
    world = Inside(seed=seed ^ number)
    try:
        ground = Ground(random, world).prepare()
        seen = Batch(number)
        for _ in range(calls):
            service, operation = random.choice(EVERYTHING)
            trial = drawn(ground, service, operation, ground.somebody())
            outcome = tried(ground, trial)
            if only in ("", operation):
                seen.note(trial, outcome.label, outcome.wrong)
        return seen
    finally:
        world.close()


EVERYTHING: list[tuple[Service, str]] = [
    *[(SELLING, name) for name in SELLING.operations] * 4,
    *[(DESK, name) for name in DESK.operations],
]


def batches(seed: int, calls: int, workers: int) -> Iterator[Batch]:
    """Every batch of a soak, as they end."""
    sizes = [min(BATCH, calls - begun) for begun in range(0, calls, BATCH)]
    with ProcessPoolExecutor(workers) as pool:
        numbers = range(len(sizes))
        yield from pool.map(run_batch, [seed] * len(sizes), numbers, sizes)


def bar(done: int, of: int, begun: float, failures: int) -> None:
    """How far it is: on a terminal in one line, elsewhere a line now and then."""
    shown = sys.stderr.isatty()
    share = done / of
    rate = done / (time.monotonic() - begun)
    text = f"[{'#' * int(30 * share):.<30}] {done:,} of {of:,} calls, {rate:,.0f}/s"
    text += f", {failures} found"
    if shown:
        sys.stderr.write(f"\r\x1b[K{text}" + ("\n" if done == of else ""))
    elif int(20 * share) > int(20 * max(0, done - BATCH) / of):
        sys.stderr.write(text + "\n")
    sys.stderr.flush()


def table(count: Count) -> str:
    """Operations and how their calls ended."""
    lines = []
    for name in sorted({operation for operation, _ in count}):
        ended = Counter({label: n for (one, label), n in count.items() if one == name})
        mutated = sum(n for label, n in ended.items() if label.startswith("mutated"))
        told = ", ".join(
            f"{label} {n:,}" for label, n in ended.most_common() if not label.startswith("mutated")
        )
        lines.append(f"{name:45} {told}, mutated {mutated:,}")
    return "\n".join(lines)


def distinct(failures: list[Failure]) -> list[Failure]:
    """One of each kind: an operation, and how the complaint begins and ends."""
    kinds = {(one.operation, one.wrong[:60], one.wrong[-60:]): one for one in failures}
    return list(kinds.values())


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__.split("\n")[0])
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--batch", type=int, help="one batch again, and no other")
    parser.add_argument("--operation", default="", help="count only this operation's calls")
    asked = parser.parse_args()
    say(f"seed {asked.seed}")
    begun, done = time.monotonic(), 0
    count: Count = Counter()
    failures: list[Failure] = []
    if asked.batch is not None:
        ended = iter([run_batch(asked.seed, asked.batch, BATCH, asked.operation)])
    else:
        ended = batches(asked.seed, asked.calls, asked.workers)
    for batch in ended:
        done += batch.calls
        count += batch.count
        failures += batch.failures
        bar(done, max(asked.calls, done), begun, len(failures))
    say(table(count))
    say(f"{done:,} calls in {time.monotonic() - begun:.0f} s; {len(failures)} failures")
    for failure in distinct(failures)[:FAILURES_SHOWN]:
        say(str(failure))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

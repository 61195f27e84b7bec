"""Generated calls and random walks for as long as one likes.

    python -m tests.soak --calls 20000 --seed 7
    python -m tests.soak --seed 7 --batch 42

First the calls, in batches of 2,500, each batch in a world of its own; then the walks, in rounds of
20: 300 go with a million calls and fewer with fewer, unless --walks says how many. Both run on as
many processes as there are cores, unless --workers says otherwise. What is found is printed with
what shows it again: a batch with --seed and --batch; a round of walks with its own number as
--seed, --calls 0 and --walks 20. Exits with 1 if anything was.
"""

import argparse
import os
import secrets
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.property.batches import Batch, Count, Failure, distinct, run_batch
from tests.property.walks import run_walks

BATCH = 2_500  # calls in one world
ROUND = 20  # walks of one seed: the first of them is always the plainest
STEPS = 60  # of a walk
MILLION = 1_000_000  # calls
WALKS = 300  # for a million calls
FAILURES_SHOWN = 30


@dataclass
class Progress:
    """A bar on a terminal; elsewhere a line now and then."""

    what: str
    of: int
    done: int = 0
    found: int = 0
    begun: float = field(default_factory=time.monotonic)
    told: int = -1

    def add(self, done: int, found: int) -> None:
        self.done += done
        self.found += found
        share = self.done / self.of
        rate = self.done / (time.monotonic() - self.begun)
        text = f"[{'#' * int(30 * share):.<30}] {self.done:,} of {self.of:,} {self.what}"
        text += f", {rate:,.1f}/s, {self.found} found"
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}" + ("\n" if self.done >= self.of else ""))
        elif int(20 * share) > self.told:
            self.told = int(20 * share)
            sys.stderr.write(text + "\n")
        sys.stderr.flush()


def soak_calls(seed: int, calls: int, pool: ProcessPoolExecutor) -> list[str]:
    """Every call, counted by operation and outcome; answers what was found."""
    sizes = [min(BATCH, calls - begun) for begun in range(0, calls, BATCH)]
    progress, count = Progress("calls", calls), Counter[tuple[str, str]]()
    failures: list[Failure] = []
    for batch in pool.map(run_batch, [seed] * len(sizes), range(len(sizes)), sizes):
        count += batch.count
        failures += batch.failures
        progress.add(batch.calls, len(batch.failures))
    say(table(count))
    say(_summary(progress))
    return [str(one) for one in distinct(failures)]


def soak_walks(seed: int, walks: int, pool: ProcessPoolExecutor) -> list[str]:
    """Every walk, in rounds; answers what was found."""
    rounds = range(seed, seed + -(-walks // ROUND))
    progress, told = Progress("walks", len(rounds) * ROUND), []
    sizes = [ROUND] * len(rounds)
    for number, wrong in enumerate(pool.map(run_walks, rounds, sizes, [STEPS] * len(rounds)), seed):
        told += [f"walks of seed {number}: {wrong}\n"] if wrong else []
        progress.add(ROUND, 1 if wrong else 0)
    say(_summary(progress))
    return told


def walks_for(calls: int, asked: int | None) -> int:
    """How many walks go with so many calls, if nobody asked for a number: a round at least."""
    return max(ROUND, calls * WALKS // MILLION) if asked is None else asked


def _summary(progress: Progress) -> str:
    seconds = time.monotonic() - progress.begun
    return f"{progress.done:,} {progress.what} in {seconds:.0f} s; {progress.found} found"


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


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def repeat(batch: Batch) -> list[str]:
    """One batch again, and no other."""
    say(table(batch.count))
    return [str(one) for one in distinct(batch.failures)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make soak", description=(__doc__ or "").split("\n")[0])
    for name, default, told in (
        ("--calls", MILLION, "generated calls (default: a million; 0 for none)"),
        ("--walks", None, f"walks, in rounds of {ROUND} (default: {WALKS} for a million calls)"),
        ("--seed", secrets.randbits(32), "what all is drawn from (default: a new one, printed)"),
        ("--workers", os.cpu_count() or 1, "processes (default: one for each core)"),
        ("--batch", None, "make the calls of one batch of --seed again, and nothing else"),
    ):
        parser.add_argument(name, type=int, default=default, help=told)
    asked = parser.parse_args()
    say(f"seed {asked.seed}")
    if asked.batch is not None:
        found = repeat(run_batch(asked.seed, asked.batch, BATCH))
    else:
        with ProcessPoolExecutor(asked.workers) as pool:
            found = soak_calls(asked.seed, asked.calls, pool)
            found += soak_walks(asked.seed, walks_for(asked.calls, asked.walks), pool)
    for one in found[:FAILURES_SHOWN]:
        say(one)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

"""Generated calls by the batch, each in a world of its own: the same seed and number make the same
calls again.

Must not know what is told to whom about it.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

import orjson

from tests.inside import Inside
from tests.property.ground import Ground
from tests.property.trials import DESK, SELLING, Service, Trial, drawn, tried

Count: TypeAlias = Counter[tuple[str, str]]
"""Of operation and outcome."""

EVERYTHING: list[tuple[Service, str]] = [
    *[(SELLING, name) for name in SELLING.operations] * 4,
    *[(DESK, name) for name in DESK.operations],
]


@dataclass(frozen=True)
class Failure:
    """What is wrong with the answer to a request, and where it happened."""

    batch: int
    operation: str
    account: str
    body: str
    wrong: str

    def __str__(self) -> str:
        where = f"batch {self.batch}: {self.operation} as {self.account}"
        return f"{where}\n  {self.body}\n  {self.wrong}\n"


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


def run_batch(seed: int, number: int, calls: int) -> Batch:
    """That many calls in a new world."""
    random = Random(f"{seed}-{number}")
    world = Inside(seed=seed ^ number)
    try:
        ground = Ground(random, world).prepare()
        seen = Batch(number)
        for _ in range(calls):
            service, operation = random.choice(EVERYTHING)
            trial = drawn(ground, service, operation, ground.somebody())
            outcome = tried(ground, trial)
            seen.note(trial, outcome.label, outcome.wrong)
        return seen
    finally:
        world.close()


def distinct(failures: list[Failure]) -> list[Failure]:
    """One of each kind: an operation, and how the complaint begins and ends."""
    kinds = {(one.operation, one.wrong[:60], one.wrong[-60:]): one for one in failures}
    return list(kinds.values())

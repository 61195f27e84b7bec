"""Generated requests to every operation: thousands in this process, some through a real server.

`make soak` makes a million of them.
"""

from functools import cache
from random import Random
from typing import Any

import pytest

from tests.harness import Reply, World, credential, send
from tests.property.batches import Batch, distinct, run_batch
from tests.property.ground import Ground
from tests.property.trials import DESK, SELLING, Service, drawn, tried

CALLS = 2_000  # in one world
SEEDS = (11, 12, 13)
THROUGH_A_SERVER = 8  # of each operation
ALL = [(service, name) for service in (SELLING, DESK) for name in service.operations]


@cache
def batch(seed: int) -> Batch:
    return run_batch(seed, 0, CALLS)


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_calls_are_answered_as_they_must_be(seed: int) -> None:
    seen = batch(seed)
    assert not seen.failures, "\n".join(map(str, distinct(seen.failures)))


def test_a_batch_can_be_repeated() -> None:
    first, again = (run_batch(14, 3, 300) for _ in "12")
    assert again.count == first.count


def test_generated_calls_get_far() -> None:
    """Else they would prove little: of each operation some succeed, and some are mutations."""
    ended = set().union(*(batch(seed).count for seed in SEEDS))
    for operation in SELLING.operations:
        labels = {label for name, label in ended if name == operation}
        assert "200" in labels, operation
        assert any(label.startswith("mutated") for label in labels), operation


class Served(World):
    """A namespace of a real server that is called as any account."""

    def call(self, operation: str, body: Any, account: str) -> Reply:
        return super().post(operation, body, {"Authorization": credential(account)})

    def desk_call(self, operation: str, body: Any) -> Reply:
        return send(self.server.url, "POST", f"/ns/{self.namespace}/_cosell/{operation}", body)


@pytest.fixture(scope="module")
def ground(server: Any) -> Ground:
    return Ground(Random(21), Served(server)).prepare()


@pytest.mark.parametrize(("service", "operation"), ALL, ids=[name for _, name in ALL])
def test_generated_calls_through_a_server(ground: Ground, service: Service, operation: str) -> None:
    for _ in range(THROUGH_A_SERVER):
        trial = drawn(ground, service, operation, ground.somebody())
        outcome = tried(ground, trial)
        assert not outcome.wrong, (trial.whose, trial.body, outcome)

"""Kills at random instants under load; soak.py does the same for longer."""

from pathlib import Path

import pytest

from tests.durability.soak import soak

ROUNDS = 10


@pytest.mark.parametrize("seed", [1, 2])
def test_load_with_kills_at_random_instants_loses_and_doubles_nothing(
    tmp_path: Path, seed: int
) -> None:
    result = soak(tmp_path, ROUNDS, seed, lambda _: None)
    assert result.tasks > ROUNDS

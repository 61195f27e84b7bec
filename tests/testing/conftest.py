"""A world in this process for each test that asks for one."""

from collections.abc import Iterator

import pytest

from cosell.testing import World


@pytest.fixture
def world() -> Iterator[World]:
    """The current world, as long as the test runs."""
    with World() as made:
        yield made

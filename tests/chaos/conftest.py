"""The process that servers are forked from, one for all tests of a run."""

from collections.abc import Iterator

import pytest

from tests.chaos.ground import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()

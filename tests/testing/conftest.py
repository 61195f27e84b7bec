"""A world in this process for each test that asks for one."""

from collections.abc import Iterator

import pytest

from cosell.testing import World
from tests.harness import Server


@pytest.fixture
def world() -> Iterator[World]:
    """The current world, as long as the test runs."""
    with World() as made:
        yield made


@pytest.fixture(params=["here", "there"])
def somewhere(request: pytest.FixtureRequest, server: Server) -> Iterator[World]:
    """The current world, in this process or on a server."""
    with World(server=server.url if request.param == "there" else None) as made:
        yield made

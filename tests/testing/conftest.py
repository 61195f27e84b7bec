"""A world in this process for each test that asks for one."""

import os
from collections.abc import Iterator

import pytest

from cosell.testing import World, interception
from tests.harness import Server, environment


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


@pytest.fixture
def bare() -> Iterator[None]:
    """A process in which nothing is intercepted, not by the plugin of this run either, and the
    environment of somebody who has set nothing of AWS's."""
    suspended = list(interception._active)
    for one in suspended:
        one.end()
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - environment().keys():
            patch.delenv(name)
        yield
    for one in suspended:
        one.begin()

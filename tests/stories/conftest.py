"""Each story is told in both catalogs: they are equals."""

import pytest

from tests.harness import World
from tests.stories.sides import Side


@pytest.fixture(params=["AWS", "Sandbox"])
def side(request: pytest.FixtureRequest, world: World) -> Side:
    """A partner's side of a catalog in a world of its own."""
    return Side(world, request.param)

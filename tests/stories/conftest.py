"""Each story is told in both catalogs: they are equals."""

import pytest

from tests.harness import World
from tests.stories.deals import Deal


@pytest.fixture(params=["AWS", "Sandbox"])
def deal(request: pytest.FixtureRequest, world: World) -> Deal:
    """A partner's side of a catalog in a world of its own."""
    return Deal(world, request.param)

"""The scene of a whole run of tests: its world, and which of the run's fixtures build it.

Must not make a world, nor close one.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from cosell.testing.world import World


class RunScene:
    """The scene's world, and the fixtures that build it."""

    def __init__(self, world: "World", name: str) -> None:
        """`name` is that of the fixture which answers the world."""
        self.world = world
        self._name = name
        self._builders: set[object] = set()

    def is_built_by(
        self, fixture: "pytest.FixtureDef[Any]", request: "pytest.FixtureRequest"
    ) -> bool:
        """Whether a fixture that tests share asks for the scene, itself or by another of them."""
        if fixture.scope == "function":
            return False
        asked = (name for name in fixture.argnames if name != "request")
        builds = any(
            name == self._name or request._get_active_fixturedef(name) in self._builders
            for name in asked
        )
        if builds:
            self._builders.add(fixture)
        return builds

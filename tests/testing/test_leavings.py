"""What a world that cannot be made, or is no more, leaves behind: nothing.

In this process and on a server, which other suites share.
"""

from pathlib import Path
from typing import Any

import pytest

from cosell.testing import Refused, World
from cosell.testing.place import Here


def server_of(world: World) -> str | None:
    return None if isinstance(world.place, Here) else world.place.url


def names(world: World) -> set[str]:
    """The namespaces beside a world's own."""
    found: set[str] = set()
    asked: dict[str, Any] = {}
    while True:
        page = world.desk("ListNamespaces", **asked)
        found |= {one.Name for one in page.Namespaces}
        if not page.get("NextToken"):
            return found - {world.name, "default"}
        asked["NextToken"] = page.NextToken


@pytest.mark.parametrize("said", [{"profile": "none"}, {"profile": "documented", "pace": -1}])
def test_a_world_that_cannot_be_made(somewhere: World, said: dict[str, Any]) -> None:
    before = names(somewhere)
    with pytest.raises((Refused, ValueError)):
        World(server=server_of(somewhere), **said)
    assert names(somewhere) == before


def test_a_world_that_cannot_be_loaded(somewhere: World, tmp_path: Path) -> None:
    file = tmp_path / "none.cosell"
    file.write_bytes(b"something else")
    before = names(somewhere)
    with pytest.raises(Refused):
        World.load(file, server=server_of(somewhere), pace="held")
    assert names(somewhere) == before


def test_a_world_that_cannot_be_entered(somewhere: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = names(somewhere)
    made = World(server=server_of(somewhere), pace="held")

    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cosell.testing.current.enter", broken_off)
        with pytest.raises(KeyboardInterrupt):
            made.__enter__()
    assert made.closed
    assert names(somewhere) == before


@pytest.mark.parametrize("seed", ["x", -1, True, 1 << 63])
def test_a_seed_that_is_none_is_told_when_the_world_is_made(seed: Any) -> None:
    with pytest.raises(ValueError, match=r"seed: .* is no seed"):
        World(seed=seed)

"""The world of a test, from before it is entered until nothing of it is left.

A signal (a time limit's, Ctrl+C) may come at any line, also while a world is entered or left. Then
what stays behind is cleared away here, with the test that it belonged to.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from cosell.testing import current, environment

if TYPE_CHECKING:
    from cosell.testing.world import World


class Lifetime:
    """To be made before the world is entered, and ended after it was left."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._before = environment.endpoints()

    def end(self) -> None:
        """The world is nobody's current one any more, and closed."""
        current.drop(self.world)
        if current.current() is None:
            environment.put(self._left())
        self.world.end()

    def _left(self) -> dict[str, str | None]:
        """The endpoints that still lead to this process, as they were before."""
        return {
            name: self._before[name]
            for name, url in environment.endpoints().items()
            if url and current.is_ours(url.partition("://")[2])
        }


def end_with_run(lifetimes: list[Lifetime], worlds: "list[World]") -> Iterator[str]:
    """End what a run of tests leaves: the lifetimes of the test that it was broken off in, and
    every other world that is open. Answers what could not be taken away, and why."""
    own = {one.world: one.end for one in reversed(lifetimes)}
    lifetimes.clear()
    for world, end in ({world: world.end for world in worlds} | own).items():
        try:
            end()
        except Exception as error:  # a server that has gone, mostly
            yield f"the world {world.name} could not be taken away: {error}"


@contextmanager
def closing_if_it_fails(world: "World") -> Iterator[None]:
    """A world that could not become what it should is nobody's to close later."""
    try:
        yield
    except BaseException:
        with suppress(Exception):  # what failed first is what is told
            world.close()
        raise


def close_after(world: "World", error: BaseException | None) -> None:
    """Close it at the end of `with`. If its server has gone, that is told beside the error that
    came before, and not instead of it."""
    try:
        world.close()
    except OSError as gone:
        if error is None:
            raise
        if type(gone) is not type(error):  # else it is said already
            error.add_note(str(gone))

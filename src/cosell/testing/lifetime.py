"""The world of a test, from before it is entered until nothing of it is left.

A signal (a time limit's, Ctrl+C) may come at any line, also while a world is entered or left. Then
what stays behind is cleared away here, with the test that it belonged to.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from cosell.testing import current, environment

if TYPE_CHECKING:
    from cosell.testing.failing import TakeAway
    from cosell.testing.world import World

_PATIENCE_S: Final = 5.0  # with a server, at the end of a run


class Lifetime:
    """To be made before the world is entered, and ended after it was left."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._before = environment.endpoints()

    def end(self, patience_s: float | None = None) -> None:
        """The world is nobody's current one any more, and closed."""
        current.drop(self.world)
        if current.current() is None:
            environment.put(self._left())
        self.world.end(patience_s)

    def _left(self) -> dict[str, str | None]:
        """The endpoints that still lead to this process, as they were before."""
        return {
            name: self._before[name]
            for name, url in environment.endpoints().items()
            if url and current.is_ours(url.partition("://")[2])
        }


def end_with_run(lifetimes: list[Lifetime], left: "Mapping[str, TakeAway]") -> Iterator[str]:
    """End what a run of tests leaves: the lifetimes of the test that it was broken off in, and
    every other world that is open, by its name. Answers what could not be taken away, and why. A
    server that does not answer is not waited for again, nor by who is in a hurry."""
    ends: dict[str, TakeAway] = {one.world.name: one.end for one in reversed(lifetimes)}
    lifetimes.clear()
    ends |= {name: end for name, end in left.items() if name not in ends}
    for number, (name, end) in enumerate(ends.items(), 1):
        told = f"the world {name} could not be taken away"
        try:
            end(_PATIENCE_S)
        except (TimeoutError, KeyboardInterrupt) as error:
            others = len(ends) - number
            more = f" Nor were {others} more." if others else ""
            yield f"{told}: {str(error) or 'it was interrupted.'}{more}"
            return
        except Exception as error:  # a server that has gone, mostly
            yield f"{told}: {error}"


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

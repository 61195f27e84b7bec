"""The world of a test, from before it is entered until nothing of it is left.

A signal (a time limit's, Ctrl+C) may come at any line, also while a world is entered or left. Then
what stays behind is cleared away here, with the test that it belonged to.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from cosell.testing import current, environment

if TYPE_CHECKING:
    from cosell.testing.failing import TakeAway
    from cosell.testing.world import World


class Lifetime:
    """To be made before the world is entered, and ended after it was left."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._before = environment.endpoints()

    def end(self, *, hurried: bool = False) -> None:
        """The world is nobody's current one any more, and closed."""
        current.drop(self.world)
        if current.current() is None:
            environment.put(self._left())
        self.world.end(hurried=hurried)

    def _left(self) -> dict[str, str | None]:
        """The endpoints that still lead to this process, as they were before."""
        return {
            name: self._before[name]
            for name, url in environment.endpoints().items()
            if url and current.is_ours(url.partition("://")[2])
        }


def end_with_run(lifetimes: list[Lifetime], left: "Mapping[str, TakeAway]") -> list[str]:
    """End what a run of tests leaves: the lifetimes of the test that it was broken off in, and
    every other world that is open, by its name. Answers what could not be taken away, and why, in
    one line for each reason. Who is in a hurry ends no more."""
    ends: dict[str, TakeAway] = {
        one.world.name: partial(one.end, hurried=True) for one in reversed(lifetimes)
    }
    lifetimes.clear()
    ends |= {name: end for name, end in left.items() if name not in ends}
    stays: dict[str, list[str]] = {}
    for number, (name, end) in enumerate(ends.items()):
        try:
            end()
        except KeyboardInterrupt:
            stays.setdefault("it was interrupted.", []).extend([*ends][number:])
            break
        except Exception as error:  # a server that has gone, mostly
            stays.setdefault(str(error), []).append(name)
    return [_told(names, why) for why, names in stays.items()]


def _told(names: list[str], why: str) -> str:
    more = f" Nor were {len(names) - 1} more." if len(names) > 1 else ""
    return f"the world {names[0]} could not be taken away: {why}{more}"

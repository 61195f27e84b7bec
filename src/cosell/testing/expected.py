"""What was asked for in vain fails: how a fault, a lag, a meanwhile ends.

Each is a context manager: it is taken back at the end, and then it must have fired, unless it is
optional. Must not know what firing means.
"""

import warnings
from types import TracebackType
from typing import Protocol, TypeVar

from cosell.testing import failing
from cosell.testing.leaving import in_a_hurry
from cosell.testing.place import WhileOpen


class FaultNeverFired(AssertionError):
    """A fault was asked for and nothing met it."""


class FaultForgotten(UserWarning):
    """Nobody knows whether a fault fired: the desk has no more of it."""


class Expected(Protocol):
    """What is expected to fire at least once."""

    optional: bool

    @property
    def way(self) -> WhileOpen:
        """On which it is taken back."""
        ...

    @property
    def fired(self) -> int: ...

    @property
    def is_known(self) -> bool:
        """Whether `fired` is all that there was."""
        ...

    @property
    def in_vain(self) -> str:
        """What to say if it never did."""
        ...

    def remove(self) -> None: ...


_Itself = TypeVar("_Itself")


def ensure_fired(one: Expected) -> None:
    """FaultNeverFired if it never did and is not optional, FaultForgotten (a warning) if nobody
    knows; it is told once."""
    if one.optional or one.fired:
        return
    one.optional = True
    if one.is_known:
        raise FaultNeverFired(one.in_vain)
    warnings.warn(one.in_vain, FaultForgotten, stacklevel=3)


def enter(one: _Itself) -> _Itself:
    """The beginning of `with`: it stands already."""
    return one


def leave(
    one: Expected,
    kind: type[BaseException] | None,
    error: BaseException | None,
    _: TracebackType | None,
) -> None:
    """The end of `with`: it is taken back, and checked if nothing else is wrong."""
    if failing.breaks_off(error):
        with in_a_hurry(one.way, error, f"{one} was not taken back"):
            one.remove()
        return
    one.remove()
    if kind is None:
        ensure_fired(one)

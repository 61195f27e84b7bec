"""What was asked for in vain fails: how a fault, a lag, a meanwhile ends.

Each is a context manager: it is taken back at the end, and then it must have fired, unless it is
optional. Must not know what firing means.
"""

from types import TracebackType
from typing import Protocol, TypeVar


class FaultNeverFired(AssertionError):
    """A fault was asked for and nothing met it."""


class Expected(Protocol):
    """What is expected to fire at least once."""

    optional: bool

    @property
    def fired(self) -> int: ...

    @property
    def in_vain(self) -> str:
        """What to say if it never did."""
        ...

    def remove(self) -> None: ...


_Itself = TypeVar("_Itself")


def ensure_fired(one: Expected) -> None:
    """FaultNeverFired if it never did and is not optional; it is told once."""
    if not one.optional and not one.fired:
        one.optional = True
        raise FaultNeverFired(one.in_vain)


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
    one.remove()
    if kind is None:
        ensure_fired(one)

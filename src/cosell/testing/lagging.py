"""`world.faults.lag`: how far lists are behind what was written.

Must not know which list shows what; the desk does.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from cosell.testing.expected import ensure_fired, enter, leave
from cosell.testing.fault_words import ended, unasked

if TYPE_CHECKING:
    from cosell.testing.known_calls import Call
    from cosell.testing.place import WhileOpen
    from cosell.testing.world import World

_AT_ONCE: Final = frozenset({"ListEngagementMembers", "ListTagsForResource"})  # they never lag


def _shown(calls: "Iterable[Call]") -> int:
    """How often somebody was answered a list that lags."""
    return sum(map(_showed, calls))


def _showed(call: "Call") -> bool:
    lags = call.operation.startswith("List") and call.operation not in _AT_ONCE
    return lags and not call.refused and not call.cut


class Lag:
    """How far lists are behind what was written. It fires whenever something is listed."""

    def __init__(self, world: "World", seconds: int, optional: bool, lags: "list[Lag]") -> None:
        """`lags` are those of the world, oldest first; the newest that stands is what counts."""
        self._world = world
        self.id = ""  # the desk has one lag, without a name
        self._last: int | None = None
        self._is_known = True
        self._is_unasked = False  # at the end of its world
        self.ended_by = ""
        """What ended it before the test did, in words."""
        self.optional = optional
        self.seconds = seconds
        self._mark = world.calls.mark()
        standing = [lag for lag in lags if lag.remaining is None]
        before = world.desk("PutLag", Seconds=seconds).get("SecondsBefore") or 0
        self._before: Lag | int = standing[-1] if standing else before
        self._lags = lags
        lags.append(self)

    @property
    def way(self) -> "WhileOpen":
        """On which it is taken back."""
        return self._world.way

    @property
    def fired(self) -> int:
        """How many lists were answered under it."""
        if self._last is not None:
            return self._last
        return _shown(self._world.calls.since(self._mark))

    @property
    def is_over(self) -> bool:
        """Whether the desk need not be asked any more."""
        return self._last is not None

    @property
    def remaining(self) -> int | None:
        """It lasts until it is removed."""
        return None if self._last is None else 0

    def remove(self) -> None:
        """From now on lists lag as they did before; one that began later goes on."""
        if self._last is None:
            self.rest()
            newer = self._lags[self._lags.index(self) + 1 :]
            if all(lag.remaining is not None for lag in newer):
                self._world.desk("PutLag", Seconds=self._below())

    def _below(self) -> int:
        """What was there before and still is."""
        below = self._before
        while isinstance(below, Lag) and below.remaining is not None:
            below = below._before
        return below.seconds if isinstance(below, Lag) else below

    def rest(self) -> bool:
        """Keep how it stands now, since the desk is about to forget it; whether it was there."""
        if self._last is not None:
            return False
        self._is_known = self.is_known
        self._last = self.fired
        return True

    def end(self) -> None:
        """The desk has forgotten it, or is about to: so many as are known were listed under it."""
        if self._last is None:
            self._last = _shown(self._world.calls.known_since(self._mark))

    def lose(self) -> None:
        """Its world ends, and nobody can be asked."""
        self.end()
        self._is_known, self._is_unasked = False, True

    def wake(self) -> None:
        """The desk has not forgotten it."""
        self._last = None

    @property
    def is_known(self) -> bool:
        """Whether `fired` is all that there was: if somebody has the namespace begin anew, the
        journal does so too."""
        if self._last is not None or self.fired:
            return self._is_known
        return self._world.calls.go_back_to("PutLag", f'"Seconds":{self.seconds},')

    @property
    def in_vain(self) -> str:
        """What to say if nothing was listed under it."""
        if self._is_unasked:
            return unasked(f"the {self}")
        if not self.is_known:
            return (
                f"It is not known whether the {self} showed: somebody who does not call through"
                f" this world has reset the namespace {self._world.name}, and the calls before are"
                " forgotten. Look at its `fired` before, or say optional=True."
            )
        if self.ended_by:
            return ended(f"The {self} never showed", self.ended_by)
        return f"The {self} never showed: nothing was listed under it. Say optional=True."

    check = ensure_fired
    __enter__, __exit__ = enter, leave

    def __str__(self) -> str:
        return f"lag of {self.seconds} s"

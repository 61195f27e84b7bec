"""`world.faults.lag`: how far lists are behind what was written.

Must not know which list shows what; the desk does.
"""

from typing import TYPE_CHECKING, Final

from cosell.testing.expected import ensure_fired, enter, leave

if TYPE_CHECKING:
    from cosell.testing.journal import Call
    from cosell.testing.world import World

_AT_ONCE: Final = frozenset({"ListEngagementMembers", "ListTagsForResource"})  # they never lag


def _showed(call: "Call") -> bool:
    """Whether somebody was answered a list that lags."""
    lags = call.operation.startswith("List") and call.operation not in _AT_ONCE
    return lags and not call.refused and not call.cut


class Lag:
    """How far lists are behind what was written. It fires whenever something is listed."""

    def __init__(self, world: "World", seconds: int, optional: bool, lags: "list[Lag]") -> None:
        """`lags` are those of the world, oldest first; the newest that stands is what counts."""
        self._world = world
        self._last: int | None = None
        self.optional = optional
        self.seconds = seconds
        self._mark = world.calls.mark()
        standing = [lag for lag in lags if lag.remaining is None]
        before = world.desk("PutLag", Seconds=seconds).get("SecondsBefore") or 0
        self._before: Lag | int = standing[-1] if standing else before
        self._lags = lags
        lags.append(self)

    @property
    def fired(self) -> int:
        """How many lists were answered under it."""
        if self._last is not None:
            return self._last
        return sum(1 for call in self._world.calls.since(self._mark) if _showed(call))

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
        self._last = self.fired
        return True

    def wake(self) -> None:
        """The desk has not forgotten it."""
        self._last = None

    @property
    def in_vain(self) -> str:
        """What to say if nothing was listed under it."""
        return f"The {self} never showed: nothing was listed under it. Say optional=True."

    check = ensure_fired
    __enter__, __exit__ = enter, leave

    def __str__(self) -> str:
        return f"lag of {self.seconds} s"

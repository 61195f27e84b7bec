"""How much of what is due is done in one transaction: for how long, and with how much care.

Must not know what an entry means, nor run one.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from cosell.store import Tx

TOGETHER_S: Final = 0.02  # for how long one transaction runs what is due, entry after entry,
_TOGETHER: Final = 25  # and longer until it has run so many,
TOGETHER_S_MAX: Final = 0.1  # but not longer than that: others wait for the namespace
_FAILURES_MAX: Final = 6  # that are remembered: what fails for a day is not cared for all the next


class Look(NamedTuple):
    """One transaction of a look: what is done first in it, and whether it runs more than one
    entry."""

    woken: Callable[[Tx, str], bool] | None
    together: bool

    def is_over(self, ran: int, took_s: float) -> bool:
        """Whether others have their turn, when so many entries ran and took so long. What it costs
        to begin and to end is worth a few of them, also where they take long because a machine is
        busy."""
        if not self.together or took_s > TOGETHER_S_MAX:
            return True
        return took_s > TOGETHER_S and ran >= _TOGETHER


class Care:
    """How many entries a look is yet to run with care. What haste ran in vain is run again with
    care, up to the entry that failed: what comes after it is run in haste. When that fails too,
    care goes on for longer, each time twice as long, so that little is done twice however many
    entries fail; where haste is of use again, it is less of late."""

    def __init__(self) -> None:
        self.left = 0
        self.reached = 0  # entries that the try ended before the one it is at
        self._hasty, self._failures = False, 0

    def begin(self, *, hasty: bool) -> None:
        """A try begins. One with care after one in haste: that was in vain."""
        if self._hasty and not hasty:
            self._failures = min(self._failures + 1, _FAILURES_MAX)
            self.left = (self.reached + 1) * (2**self._failures - 1)
        self._hasty, self.reached = hasty, 0

    def done(self, ran: int) -> None:
        """So many entries ran, and what they did is committed."""
        self.left = max(self.left - ran, 0)
        if self._hasty:
            self._failures = max(self._failures - 1, 0)

    @property
    def is_wanted(self) -> bool:
        """Whether the next look, too, has to take care."""
        return self.left > 0 or self._failures > 0

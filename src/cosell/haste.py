"""How much of what is due is done in one transaction: for how long, and with how much care.

Must not know what an entry means, nor run one.
"""

from typing import Final

_TOGETHER_S: Final = 0.02  # for how long one transaction runs what is due, entry after entry,
_TOGETHER: Final = 25  # and longer until it has run so many,
_TOGETHER_S_MAX: Final = 0.1  # but not longer than that: others wait for the namespace
_FAILURES_MAX: Final = 6  # that are remembered: what fails for a day is not cared for all the next


class Care:
    """How the next entries of a namespace are run: in haste, or so many with care. What haste ran
    in vain is run again with care, up to the entry that failed: what comes after it is run in
    haste. When that fails too, care goes on for longer, each time twice as long, so that little is
    done twice however many entries fail; where haste is of use again, it is less of late."""

    def __init__(self) -> None:
        self.left = 0  # entries that are to be run with care, and no more than those at once
        self.reached = 0  # entries that ran in the try that is at work, or was last
        self._failures = 0

    def begin(self, *, hasty: bool) -> None:
        """A try begins. One with care that nobody had asked for: haste was in vain."""
        if not hasty and not self.left:
            self._failures = min(self._failures + 1, _FAILURES_MAX)
            self.left = (self.reached + 1) * (2**self._failures - 1)
        self.reached = 0

    def is_over(self, took_s: float) -> bool:
        """Whether others have their turn, when the try has reached so many entries and taken so
        long. What it costs to begin and to end is worth a few of them, also where they take long
        because a machine is busy."""
        if self.reached == self.left or took_s > _TOGETHER_S_MAX:
            return True
        return took_s > _TOGETHER_S and self.reached >= _TOGETHER

    def done(self) -> None:
        """What the try reached is committed."""
        if not self.left:
            self._failures = max(self._failures - 1, 0)
        self.left = max(self.left - self.reached, 0)

    @property
    def is_wanted(self) -> bool:
        """Whether the next try, too, has to take care, or to remember that one had to."""
        return self.left > 0 or self._failures > 0

"""Calls that `world.calls` does not have, though they may have been made: it is told once, as a
warning, to who asks for the calls. Must not know how calls are read.
"""

import warnings

from cosell.journal import CALLS_MAX, NAMESPACE_BYTES_MAX


class CallsForgotten(UserWarning):
    """The desk has forgotten calls that were not read before: they are missing here."""


class Missing:
    """What is missing of one world's calls."""

    def __init__(self, world: str) -> None:
        self._world = world
        self.lost = 0
        """How many calls, the desk's own among them, it had forgotten before they were read."""
        self.gaps = 0
        """How often its journal began anew, and nobody saw it."""
        self.unasked: Exception | None = None
        """Why it could not be asked for the last ones."""
        self._told: tuple[int, int, Exception | None] = (0, 0, None)

    def begin_anew(self) -> None:
        """What was called until now is nobody's concern any more."""
        self.lost = self.gaps = 0
        self._told = (0, 0, None)

    def tell(self) -> None:
        """Warn of what was not told yet."""
        lost, gaps, unasked = self._told
        self._told = (self.lost, self.gaps, self.unasked)
        if self.lost > lost:
            _warn(
                f"{self.lost - lost:,} calls of {self._world} are missing here: the desk keeps the"
                f" last {CALLS_MAX:,} of a world, and no more than {NAMESPACE_BYTES_MAX >> 20} MiB"
                " of them for sure, and had forgotten these before they were read. Look at `calls`"
                " in between."
            )
        if self.gaps > gaps:
            _warn(
                f"Calls of {self._world} may be missing here: the desk's journal began anew,"
                " and what came since it was read before is not known. Somebody who does not call"
                " through this world has reset the namespace, or its server was started anew, or"
                " has several processes, of which each tells its own. Look at `calls` in between."
            )
        if self.unasked is not unasked:
            _warn(
                f"Calls of {self._world} may be missing here: when it ended it could not be asked"
                f" for the last ones ({self.unasked}). Look at `calls` before."
            )


def _warn(what: str) -> None:
    warnings.warn(what, CallsForgotten, stacklevel=4)

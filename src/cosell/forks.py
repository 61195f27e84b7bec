"""What a process finds that is forked off beside threads: they are not there to end what they were
at, nor to let go of a lock.

Must not know what is kept whole, nor what begins anew.
"""

import os
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from typing import Protocol

    from cosell.originals import RLock

    class Renewed(Protocol):
        """What other threads may be in the middle of."""

        def begin_anew(self) -> None:
            """Nobody is in the middle of it."""
            ...


_renewed: "WeakSet[Renewed]" = WeakSet()


def renew(one: "Renewed") -> None:
    """It begins anew in each process that is forked off, as long as there is any of it: for what
    may take its time, and can be done again."""
    _renewed.add(one)


def hold(lock: "RLock") -> None:
    """Who forks a process off waits for the lock, for good, so that what it guards is whole there:
    for what is soon done, and what there are few of in a process."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release
        )


def _begin_anew() -> None:
    for one in [*_renewed]:
        one.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)

"""Trying again what somebody else's change made impossible, or a step that has to be undone. Must
not know what is tried.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, TypeVar

from cosell.clock import monotonic, sleep
from cosell.ids import new_random
from cosell.originals import getLogger
from cosell.store import Contention, Late, Store, StoreError, Tx
from cosell.store.late import TooHasty

log = getLogger("cosell.store")

AGAIN: Final = "a transaction is done again with care: %s"
"""What the log says, for debugging, wherever haste was in vain, and why it was."""
_TRY_S_MAX: Final = 2.0
_PAUSE_S, _PAUSE_S_MAX = 0.002, 0.1  # at most: whoever met once is not to meet again
Made = TypeVar("Made")


_PASSING: Final = (Contention, StoreError, OSError)  # a time limit of somebody's is an OSError


class _Unmarked:
    """A step that is taken to end well, as nearly all do. One that does not cannot be undone by
    itself: whoever heeds its failure, the transaction has failed. What ends a transaction
    anyway, unless somebody heeds it, is passed on as it is."""

    __slots__ = ("_late",)

    def __init__(self, late: Late) -> None:
        self._late = late

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: object, _: object) -> None:
        if kind is None or not issubclass(kind, Exception):
            return
        if self._late.failed is None:
            self._late.failed = TooHasty(f"a step failed: {error}")
        if not issubclass(kind, _PASSING):
            raise self._late.failed


def step(tx: Tx) -> AbstractContextManager[None]:
    """What happens inside is undone if it raises, as with `Tx.savepoint`, and the transaction goes
    on: where somebody tries again, in a try of its own that marks where its steps begin. To mark
    each costs as much as some of what is done in it."""
    return tx.savepoint() if tx.behind is None else _Unmarked(tx.behind)


def retrying(
    store: Store, work: Callable[[Tx], Made], *, long: bool = False, hasty: bool = True
) -> Made:
    """Do the work in a write transaction, and again in a fresh one as often as it meets
    `Contention`, which is raised only if it still does so after a while. The first try is made in
    haste, unless it is not to be: it marks no steps and writes late. If anything of that fails, all
    is done with care."""
    pause_s, until = _PAUSE_S, 0.0
    while True:
        try:
            with store.write(long=long) as tx:
                return _made(tx, work, Late() if hasty else None)
        except TooHasty as failure:
            log.debug(AGAIN, failure)
            hasty = False
            continue
        except Contention as contention:
            now = monotonic()
            until = until or now + _TRY_S_MAX
            if now >= until:
                raise
            log.info("a transaction met somebody else's change and is tried again: %s", contention)
        sleep(new_random().uniform(0.0, pause_s))
        pause_s = min(2 * pause_s, _PAUSE_S_MAX)


def _made(tx: Tx, work: Callable[[Tx], Made], late: Late | None) -> Made:
    tx.behind = late
    made = work(tx)
    if late is not None and late.failed is not None:  # also where a savepoint has put it aside
        raise late.failed
    return made

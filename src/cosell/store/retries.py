"""Trying again what somebody else's change made impossible. Must not know what is tried."""

import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from cosell.ids import new_random
from cosell.store import Contention, Store, Tx

log = logging.getLogger("cosell.store")

_TRY_S_MAX: Final = 2.0
_PAUSE_S, _PAUSE_S_MAX = 0.002, 0.1  # at most: whoever met once is not to meet again
Made = TypeVar("Made")


def retrying(store: Store, work: Callable[[Tx], Made], *, long: bool = False) -> Made:
    """Do the work in a write transaction, and again in a fresh one as often as it meets
    `Contention`, which is raised only if it still does so after a while."""
    pause_s, until = _PAUSE_S, 0.0
    while True:
        try:
            with store.write(long=long) as tx:
                return work(tx)
        except Contention as contention:
            now = time.monotonic()
            until = until or now + _TRY_S_MAX
            if now >= until:
                raise
            log.info("a transaction met somebody else's change and is tried again: %s", contention)
        time.sleep(new_random().uniform(0.0, pause_s))
        pause_s = min(2 * pause_s, _PAUSE_S_MAX)

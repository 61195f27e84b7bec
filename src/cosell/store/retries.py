"""Trying again what somebody else's change made impossible. Must not know what is tried."""

import logging
from collections.abc import Callable
from typing import TypeVar

from cosell.store import Contention, Store, Tx

log = logging.getLogger("cosell.store")

ATTEMPTS_MAX = 3
Made = TypeVar("Made")


def retrying(store: Store, work: Callable[[Tx], Made]) -> Made:
    """Do the work in a write transaction, and again in a fresh one if it met `Contention`."""
    for attempt in range(1, ATTEMPTS_MAX):
        try:
            with store.write() as tx:
                return work(tx)
        except Contention as contention:
            log.info("attempt %d met somebody else's change: %s", attempt, contention)
    with store.write() as tx:
        return work(tx)

"""How the collector of cycles goes about a process that stays. Must not know what it does."""

import gc
from typing import Final

_AFTER: Final = (20_000, 20, 20)  # allocations, then collections of the younger generation


def collect_rarely() -> None:
    """For who has loaded all that stays: models and modules do so for good, and no call leaves
    cycles behind, so the collector need not look through the ones, nor so often for the others."""
    gc.freeze()
    gc.set_threshold(*_AFTER)

"""The processes of a server that answer, as the library begins and ends them: none is begun any
more once the server is to end, and they are told of it by our words.

Imported where a server is to begin: it takes its time. Must not know what is answered, nor when a
server ends.
"""

import contextlib
import os
import threading
from typing import Any

from granian.server.mp import MPServer

from cosell import words

TIMES_MAX = 5  # one process after another may end so often, soon after it began,
TIMES_S = 60.0  # within so long; then the server ends


class Begun:
    """When each process began that took another one's place. The library, which ends the server if
    such a one has soon ended too, is told so of those alone that have done it again and again."""

    def __init__(self) -> None:
        self._times: dict[int, list[float]] = {}

    def __bool__(self) -> bool:
        """Whether any process has taken another one's place."""
        return bool(self._times)

    def __setitem__(self, index: int, now: float) -> None:
        lately = [one for one in self._times.get(index, ()) if now - one < TIMES_S]
        self._times[index] = [*lately, now]

    def get(self, index: int, unknown: float) -> float:
        times = self._times.get(index, [])
        return times[-1] if len(times) >= TIMES_MAX else unknown

    def clear(self) -> None:
        """Times are forgotten when they are over, and not when others began."""


class Crew(MPServer):
    """The library's server. What it calls is called by the main thread alone; it may be told from
    another one to begin no more processes."""

    respawned_wrks: Any
    interrupt_children: list[int]

    def __init__(self, begun: Begun, **how: Any) -> None:
        """`how` is what the library's server is told."""
        super().__init__("cosell", respawn_failed_workers=True, log_enabled=False, **how)
        self.respawned_wrks = begun
        self._is_complete = False  # for good: nobody is begun any more
        self._beginning = threading.Lock()

    @property
    def failed(self) -> bool:
        """Whether it ends because a process ended again and again, and not because it was asked."""
        return bool(self.interrupt_children) and not self.interrupt_signal

    def complete(self) -> None:
        """Begin no more processes, whoever may end from here on."""
        with self._beginning:
            self._is_complete = True

    def tell(self, word: int) -> None:
        """Say something to each process that lives."""
        for one in [*self.wrks]:
            with contextlib.suppress(ProcessLookupError):
                if one.inner.is_alive():
                    os.kill(one.inner.pid, word)

    def lives(self) -> bool:
        """Whether any process that answers does."""
        return any(one.inner.is_alive() for one in [*self.wrks])

    def _spawn_workers(self, *how: Any) -> None:
        library: Any = super()
        with self._beginning:
            if not self._is_complete:
                library._spawn_workers(*how)

    def _respawn_workers(self, *how: Any, **named: Any) -> None:
        library: Any = super()
        with self._beginning:
            if not self._is_complete:
                library._respawn_workers(*how, **named)

    def _stop_workers(self) -> None:
        library: Any = super()
        self.tell(words.END)
        library._stop_workers()
        if self.interrupt_signal:  # it was to end: who had ended before is no failure
            self.interrupt_children.clear()

"""Whose turn it is: the threads in which calls wait for a database, and who may have one.

A call that writes waits for the others that write in its namespace. It does so here, without a
thread, so that those of one namespace cannot have all threads. Must not know what a call does.
"""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, Protocol

from cosell.config import Postgres
from cosell.http import HttpResponse
from cosell.routing import How, Way

_AT_ONCE: Final = 2  # writers of a namespace: one is at work, the next has got as far as one can


class Work(Protocol):
    """A call, for a thread; or, with how long it has waited for its turn in vain, its refusal,
    which waits for nothing."""

    def __call__(self, *, waited_s: float | None = None) -> HttpResponse: ...


class Places:
    """So many places in all, and so many of each name; one loop's own. Who gets none at once waits
    for it, and those who wait for different names come in turn."""

    def __init__(self, count: int, each: int) -> None:
        self._free = count
        self._each = each
        self._had: dict[str, int] = {}  # by name
        self._lines: dict[str, deque[asyncio.Future[bool]]] = {}  # by name; whose turn is first

    async def take(self, name: str, wait_s: float) -> bool:
        """Have a place, for who gives it back; False if there was none within that time."""
        if self._free and self._had.get(name, 0) < self._each:
            self._have(name)
            return True
        loop = asyncio.get_running_loop()
        place: asyncio.Future[bool] = loop.create_future()
        self._lines.setdefault(name, deque()).append(place)
        late = loop.call_later(wait_s, _give_up, place)
        try:
            had = await place
        except asyncio.CancelledError:
            if not place.cancelled() and place.result():
                self.give_back(name)
            raise
        finally:
            late.cancel()
            self._leave(name, place)
        return had

    def give_back(self, name: str) -> None:
        """The place is free for others."""
        self._free += 1
        self._had[name] -= 1
        if not self._had[name]:
            del self._had[name]
        for waiting in [*self._lines]:
            if not self._free:
                return
            if self._had.get(waiting, 0) < self._each:
                self._call(waiting)

    def _call(self, name: str) -> None:
        """Give a place to the first who waits for a name; then other names come first."""
        line = self._lines.pop(name)
        self._lines[name] = line
        for place in line:
            if not place.done():
                self._have(name)
                place.set_result(True)
                return

    def _have(self, name: str) -> None:
        self._free -= 1
        self._had[name] = self._had.get(name, 0) + 1

    def _leave(self, name: str, place: "asyncio.Future[bool]") -> None:
        line = self._lines[name]
        line.remove(place)
        if not line:
            del self._lines[name]


class _Lane(NamedTuple):
    """Where calls of a kind are at work, and how long they wait for a place there."""

    threads: ThreadPoolExecutor
    places: Places
    wait_s: float


class Turns:
    """The threads of a process, as many as it may have connections: some of them are for who copies
    a namespace, as many for who moves a clock, one call of a namespace at once. Of the others some
    are always left to who only reads."""

    def __init__(self, settings: Postgres) -> None:
        self._short = ThreadPoolExecutor(settings.short_max, "cosell-call")
        self._lanes: dict[How, _Lane] = {
            "writes": _Lane(
                self._short, Places(settings.writers_max, _AT_ONCE), settings.lock_s_max
            ),
            "moves": _slow(settings, "cosell-clock"),
            "copies": _slow(settings, "cosell-copy"),
        }

    async def take(self, way: Way, work: Work) -> HttpResponse:
        """What a call is answered, once it has had its turn."""
        loop = asyncio.get_running_loop()
        if way.how == "reads":
            return await loop.run_in_executor(self._short, work)
        threads, places, wait_s = self._lanes[way.how]
        if not await places.take(way.namespace, wait_s):
            return work(waited_s=wait_s)
        try:
            at_work = loop.run_in_executor(threads, work)
        except BaseException:
            places.give_back(way.namespace)
            raise
        # A client who leaves ends nothing: the place is free when the thread is.
        at_work.add_done_callback(lambda _: places.give_back(way.namespace))
        return await at_work

    def shutdown(self) -> None:
        """Wait for what is at work."""
        for lane in self._lanes.values():
            lane.threads.shutdown()


def _slow(settings: Postgres, name: str) -> _Lane:
    """For calls that take their time."""
    threads = ThreadPoolExecutor(settings.long_max, name)
    return _Lane(threads, Places(settings.long_max, 1), settings.long_s_max)


def _give_up(place: "asyncio.Future[bool]") -> None:
    if not place.done():
        place.set_result(False)

"""Quotas: how many calls an account may make of an operation in a second, and in a day.

Counted in memory, on the clocks of namespaces: one that stands still gives nothing back. Must not
know which operations have which quotas, nor what becomes of a call over one.
"""

from array import array
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from cosell.originals import Lock
from cosell.store.namespaces import Namespace

METERS_MAX: Final = 20_000
"""Accounts and operations that are counted at the same time, over all namespaces."""

_CALL: Final = (
    1_000  # what a call takes from a meter; a second gives back as much for each a second
)
_MINUTE_MS: Final = 60_000
_MINUTES: Final = 24 * 60
_KEPT: Final = METERS_MAX * 3 // 4  # when there is no room


class Quota(NamedTuple):
    """Calls of one operation by one account: so many in a second, all of them at once if none came
    before, and so many in any 24 hours, counted in whole minutes."""

    calls_per_s: int
    calls_per_day: int | None = None


class Meter:
    """One account's calls of one operation, against its quota."""

    __slots__ = ("calls", "day", "debt", "over", "quota", "rate", "room", "throttled")

    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self.rate = quota.calls_per_s
        self.room = (quota.calls_per_s - 1) * _CALL
        self.debt = 0  # when what was taken will have been given back, in 1/rate ms
        self.day = None if quota.calls_per_day is None else _Day(quota.calls_per_day)
        self.calls = 0
        self.throttled = 0
        self.over = 0  # calls that would have been throttled

    def takes(self, now: int) -> bool:
        """Whether the quota has room for a call at an instant; then it takes its part."""
        day = self.day
        if day is not None and not day.since <= now < day.until:
            day.turn(now)
        # From here on nothing is called: no other thread comes in between.
        at = now * self.rate
        ahead = self.debt - at
        if ahead > self.room:
            if ahead <= self.room + _CALL + _MINUTE_MS * self.rate:
                return False
            ahead = -1  # the clock was put back: that is another past
        if day is not None:
            if day.total >= day.most:
                return False
            day.total += 1
        self.debt = (at if ahead < 0 else self.debt) + _CALL
        return True

    def begin_anew(self) -> None:
        """Nothing of the quota is taken."""
        self.debt = 0
        self.day = self.day and _Day(self.day.most)


class _Day:
    """The calls of the last 24 hours, by minutes; who calls in one minute alone needs no list."""

    __slots__ = ("_before", "_by_minute", "most", "since", "total", "until")

    def __init__(self, most: int) -> None:
        self.most = most
        self.since = self.until = 0  # the minute that is counted now
        self.total = 0
        self._before = 0  # calls of earlier minutes
        self._by_minute: array[int] | None = None

    def turn(self, now: int) -> None:
        """Another minute begins; what is a day old is no more."""
        last, minute = self.since // _MINUTE_MS, now // _MINUTE_MS
        if minute == last - 1:
            return  # two threads have read the clock around a full minute
        if not last < minute < last + _MINUTES:  # a day later, or put back: another past
            self.total, self._by_minute = 0, None
        elif self.total:
            if self._by_minute is None:
                self._by_minute = array("I", bytes(4 * _MINUTES))
            self._by_minute[last % _MINUTES] = self.total - self._before
            for passed in range(last + 1, minute + 1):
                self.total -= self._by_minute[passed % _MINUTES]
                self._by_minute[passed % _MINUTES] = 0
        self._before = self.total
        self.since = minute * _MINUTE_MS
        self.until = self.since + _MINUTE_MS


class _Space:
    """What is counted in a namespace; `used` is when it was last, in real time."""

    __slots__ = ("meters", "ns", "used")

    def __init__(self, ns: int) -> None:
        self.ns = ns
        self.meters: dict[tuple[str, str], Meter] = {}
        self.used = 0


class Quotas:
    """The meters of every namespace, for operations that stand in a table. A namespace that was
    reset, loaded or deleted begins anew."""

    def __init__(self, table: Mapping[str, Quota]) -> None:
        self._table = table
        self._spaces: dict[str, _Space] = {}
        self._size = 0  # meters in all of them
        self._lock = Lock()  # of what there is; a count needs none

    def exceeds(self, namespace: Namespace, account: str, operation: str, wall: int) -> bool:
        """Count a call that comes when real time is `wall`; whether its quota has no room for it.
        One over the quota takes nothing."""
        space = self._spaces.get(namespace.name)
        if space is None or space.ns != namespace.ns:
            space = self._space(namespace)
        meter = space.meters.get((account, operation))
        if meter is None:
            meter = self._meter(space, (account, operation))
        space.used = wall
        meter.calls += 1
        if meter.takes(namespace.now(wall)):
            return False
        if namespace.quotas == "Relaxed":
            meter.over += 1
            return False
        meter.throttled += 1
        return True

    def counted(self, namespace: Namespace) -> Iterator[tuple[str, str, Meter]]:
        """Account, operation and meter of what was called in a namespace, in order."""
        space = self._spaces.get(namespace.name)
        if space is not None and space.ns in (0, namespace.ns):
            for (account, operation), meter in sorted(space.meters.copy().items()):
                yield account, operation, meter

    def put_back(self, name: str) -> None:
        """A namespace's clock is put back, which is another past: what was called until now takes
        nothing of it, and stays counted."""
        space = self._spaces.get(name)
        for meter in [] if space is None else [*space.meters.values()]:
            meter.begin_anew()

    def forget(self, name: str) -> None:
        """What was counted under a name is asked for no more."""
        with self._lock:
            space = self._spaces.pop(name, None)
            if space is not None:
                self._size -= len(space.meters)

    def _space(self, namespace: Namespace) -> _Space:
        """What is counted under the name from now on. A name that stood for nothing yet is still
        the same when it comes to stand for something."""
        with self._lock:
            known = self._spaces.get(namespace.name)
            if known is not None and known.ns in (0, namespace.ns):
                known.ns = namespace.ns
                return known
            if known is not None:
                self._size -= len(known.meters)
            space = self._spaces[namespace.name] = _Space(namespace.ns)
            return space

    def _meter(self, space: _Space, key: tuple[str, str]) -> Meter:
        with self._lock:
            if key not in space.meters:
                if self._size >= METERS_MAX:
                    self._make_room(space)
                self._size += 1
                space.meters[key] = Meter(self._table[key[1]])
            return space.meters[key]

    def _make_room(self, using: _Space) -> None:
        """Forget what was used least lately; if that is all one namespace's, its whole count."""
        for name, space in sorted(self._spaces.items(), key=lambda item: item[1].used):
            if self._size < _KEPT:
                break
            self._size -= len(space.meters)
            space.meters.clear()
            if space is not using:
                del self._spaces[name]

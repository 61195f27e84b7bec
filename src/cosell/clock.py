"""Instants: integer milliseconds since 1970 in store and code, ISO 8601 with `Z` on the wire.

The only place that reads the machine's clocks. What else of `time` and `datetime` runs in the
process of a test is taken from here: a test may put its own in their place, and a module that is
loaded meanwhile would keep that. This one is loaded before any test. Must not know namespaces.
"""

import time
from datetime import UTC
from datetime import date as date
from datetime import datetime as datetime
from datetime import timedelta as timedelta
from functools import lru_cache, partial
from time import CLOCK_MONOTONIC, CLOCK_REALTIME, clock_gettime, clock_gettime_ns

from cosell.originals import as_the_run_has

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH = EPOCH.replace(tzinfo=None)  # `isoformat` pads a year, `strftime` does not
_REMEMBERED = 256  # one call asks for few instants, and for each of them often
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_sleep = time.sleep
monotonic = partial(clock_gettime, CLOCK_MONOTONIC)
"""Seconds that only grow, to compare with others. freezegun puts its own in each module that has
the library's, and this one is not that."""
perf_counter = monotonic
SECOND_MS = 1_000
DAY_MS = 86_400_000


def wall_ms() -> int:
    """Real time, in milliseconds since 1970, also where a test has frozen `time.time`: worlds have
    clocks of their own."""
    return clock_gettime_ns(CLOCK_REALTIME) // 1_000_000


def sleep(seconds: float) -> None:
    """Real seconds pass; where greenlets do the work, the others go on meanwhile."""
    as_the_run_has(time, "sleep", _sleep)(seconds)


@lru_cache(_REMEMBERED)
def iso(instant_ms: int) -> str:
    """`2026-11-23T08:00:00.123Z`: always four digits of year and three of fraction, so text order
    is time order."""
    return _utc(instant_ms).isoformat(timespec="milliseconds") + "Z"


@lru_cache(_REMEMBERED)
def iso_seconds(instant_ms: int) -> str:
    """`2026-11-23T08:00:00Z`, as events carry their time."""
    return _utc(instant_ms).isoformat(timespec="seconds") + "Z"


@lru_cache(_REMEMBERED)
def http_date(second: int) -> str:
    """`Mon, 23 Nov 2026 08:00:00 GMT`, as a `Date` header has a second since 1970."""
    at = _utc(second * SECOND_MS)
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{day}, {at.day:02} {month} {at.year} {at.time()} GMT"


def iso_date(instant_ms: int) -> str:
    """`2026-11-23`, the UTC day of an instant."""
    return _utc(instant_ms).date().isoformat()


def _utc(instant_ms: int) -> datetime:
    """The instant without its time zone."""
    return _EPOCH + timedelta(milliseconds=instant_ms)


@lru_cache(_REMEMBERED)
def parse_iso(text: str) -> int:
    """Milliseconds of an ISO 8601 instant, finer digits cut off; ValueError if it is none."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return (at - EPOCH) // timedelta(milliseconds=1)


def is_date(text: str) -> bool:
    """Whether a text of the form `2026-11-23` is a day of the calendar: `2026-02-30` is none."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


FIRST_MS = parse_iso("1000-01-01T00:00:00Z")
"""No clock is put to before: days, as the model has them, begin with no zero."""
LAST_MS = parse_iso("9000-01-01T00:00:00Z")
"""Nor to after: what is due later needs room before the year 10000."""
RUN_MS = parse_iso("9100-01-01T00:00:00Z")
"""A clock that was put there goes on; no state of cosell's has a time after this."""
END_MS = parse_iso("9999-12-31T23:59:59.999Z")
"""The end of the calendar: no text tells an instant after it."""

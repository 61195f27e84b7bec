"""`world.clock`: the world's time. Moving it lets what is due on the way happen.

Must not read or move the machine's clock.
"""

from datetime import UTC, time
from typing import TYPE_CHECKING, TypeAlias, TypedDict, Unpack

from cosell.clock import EPOCH, date, datetime, iso, parse_iso, timedelta
from cosell.testing import amounts
from cosell.testing.calling import HIDES_REFUSALS, Answer, Refused

if TYPE_CHECKING:
    from cosell.testing.world import World

__tracebackhide__ = HIDES_REFUSALS

When: TypeAlias = datetime | date | str
"""An instant: without a zone it is UTC's, without a time of day it is midnight."""
_END = "The clock goes no further than the year 9000."


class Span(TypedDict, total=False):
    """A distance in time, as `timedelta` takes it."""

    weeks: float
    days: float
    hours: float
    minutes: float
    seconds: float
    milliseconds: float


class Clock:
    """The clock of one world; signatures and time-outs go on following real time."""

    def __init__(self, world: "World") -> None:
        self._desk = world.desk

    def now(self) -> datetime:
        """The world's time, aware, in UTC."""
        return instant(self._desk("GetClock").Time)

    @property
    def frozen(self) -> bool:
        """Whether the clock stands."""
        return bool(self._desk("GetClock").Frozen)

    @property
    def next_due(self) -> datetime | None:
        """When something is due next, if anything is."""
        due = self._desk("GetClock").NextDueTime
        return instant(due) if due else None

    def advance(self, by: timedelta | float | None = None, **span: Unpack[Span]) -> int:
        """Move forward by a timedelta, by seconds, or by `days=`, `hours=` …, together; answers how
        many things fired on the way (expiries, steps, reviews)."""
        distance = _distance(by, span)
        seconds, rest = divmod(distance, timedelta(seconds=1))
        if distance < timedelta(0):
            raise ValueError(f"The world's time never goes back, not even by {-distance}.")
        if not rest:
            return self._advanced(self._desk("AdvanceClock", Seconds=seconds))
        return self._to(_after(self.now(), distance))

    def set(self, when: When) -> int:
        """Put the clock to an instant (`"2026-03-01"`, as a date, is midnight in UTC): to any while
        the world is empty, forward afterwards, and then everything due on the way happens; answers
        how many things fired. ValueError for what is none."""
        at = _instant_of(when)
        if at < self.now():
            self._desk("PutClock", Time=_text(at))
            return 0
        return self._to(at)

    def advance_to_next(self) -> int:
        """Move to when something is due next and let it happen, or what is due already; answers how
        many things fired, 0 if nothing is planned."""
        clock = self._desk("GetClock")
        if not clock.NextDueTime or instant(clock.NextDueTime) <= instant(clock.Time):
            return self.advance(0)
        return self._to(instant(clock.NextDueTime))

    def freeze(self, at: When | None = None) -> None:
        """Let the clock stand, here or at an instant (as `set` takes it)."""
        when = None if at is None else _instant_of(at)
        self._desk("PutClock", Frozen=True)
        if when is not None:
            self.set(when)

    def unfreeze(self) -> None:
        """Let the clock run on from where it stands."""
        self._desk("PutClock", Frozen=False)

    def sleep(self, seconds: float) -> None:
        """Sleep in the world's time: no real time passes. It takes the place of `time.sleep`:
        `monkeypatch.setattr("time.sleep", cosell.clock.sleep)`."""
        self.advance(amounts.finite("seconds", seconds))

    def _to(self, at: datetime) -> int:
        """Move to an instant that was ahead when somebody looked."""
        try:
            return self._advanced(self._desk("AdvanceClock", To=_text(at)))
        except Refused:
            if self.now() < at:
                raise
            return self.advance(0)  # a clock that runs was there first

    def _advanced(self, answer: Answer) -> int:
        return int(answer.Fired)

    def __repr__(self) -> str:
        return f"<the world's clock: {self.now().isoformat()}{', standing' * self.frozen}>"


def instant(text: str) -> datetime:
    """An instant of the wire, aware, in UTC."""
    return EPOCH + timedelta(milliseconds=parse_iso(text))


def _distance(by: object, span: Span) -> timedelta:
    amounts.ensure_words("advance", span, Span.__annotations__)
    named = {name: amounts.finite(name, said) for name, said in span.items()}
    if not isinstance(by, timedelta):
        named["seconds"] = named.get("seconds", 0) + amounts.finite("by", 0 if by is None else by)
        by = timedelta(0)
    try:
        return by + timedelta(**named)
    except OverflowError:
        raise ValueError(_END) from None


def _after(now: datetime, distance: timedelta) -> datetime:
    try:
        return now + distance
    except OverflowError:
        raise ValueError(_END) from None


def _instant_of(when: object) -> datetime:
    at: object = when
    if isinstance(when, str):
        try:
            at = instant(when)
        except (ValueError, OverflowError):  # the calendar may end between here and UTC
            at = None
    elif isinstance(when, date) and not isinstance(when, datetime):
        at = datetime.combine(when, time())
    if not isinstance(at, datetime):
        raise ValueError(
            f"{when!r} is no time of the clock. Say a datetime, a date, or text such as"
            ' "2026-03-01" or "2026-03-01T09:00:00Z".'
        )
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("The clock goes from the year 1000 to the year 9000.") from None


def _text(at: datetime) -> str:
    return iso((at - EPOCH) // timedelta(milliseconds=1))

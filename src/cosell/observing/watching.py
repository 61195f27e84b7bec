"""Telling who watches: of each call that was answered, and of what was run beside them.

Whoever watches may fail: a log's disk is full, its reader is gone, a file cannot be had. That never
decides what a call is answered: it ends here, is told once, and is tried again with the next call.
Must not know what anybody makes of what is told.
"""

from collections.abc import Callable
from typing import Final, ParamSpec

from cosell.clock import monotonic
from cosell.http import HttpResponse
from cosell.journal import Trace
from cosell.observing import Counts, Watcher
from cosell.originals import Lock, getLogger

log = getLogger("cosell.watching")

JOURNAL: Final = "Writing the journal"
LINES: Final = "Logging calls"
COUNTS: Final = "Counting for the metrics"
GAUGES: Final = "Noting what is so at present for the metrics"
SCRAPES: Final = "Telling the metrics"
_PROVEN_S: Final = 1.0  # who has not failed for so long is mended
_Given = ParamSpec("_Given")


class Watching:
    """Those who watch an engine; for all its threads."""

    def __init__(self) -> None:
        self._watchers: tuple[Watcher, ...] = ()
        self._telling: set[Watcher] = set()  # by themselves, that they have done their work
        self._names: dict[Watcher, str] = {}
        self._counts: Counts | None = None
        self._missed: dict[str, int] = {}  # how often each has failed that fails at present
        self._last: dict[str, float] = {}  # and when it did so last
        self._why: dict[str, str] = {}
        self._lock = Lock()

    def add(self, name: str, watcher: Watcher, *, tells: bool = False) -> None:
        """Somebody else is to be told of calls; `name` begins the sentence when that fails. Who
        `tells` does the work later, and says then (`miss`, `go_on`) what came of it."""
        self._names[watcher] = name
        if tells:
            self._telling.add(watcher)
        self._watchers += (watcher,)

    def count_by(self, counts: Counts) -> None:
        """Let somebody count what happens beside the answers."""
        self._counts = counts

    def wrong(self, *names: str) -> str:
        """What fails at present, of these or of all: sentences; '' if nothing does."""
        return " ".join(why for name, why in [*self._why.items()] if not names or name in names)

    # --- what is told ---------------------------------------------------------------------------

    def answered(self, trace: Trace, response: HttpResponse) -> None:
        """A call is answered: what it left behind, and what the client is sent."""
        for watcher in self._watchers:
            try:
                watcher(trace, response)
            except Exception as error:
                self.miss(self._names[watcher], error)
            else:
                if self._missed and watcher not in self._telling:
                    self.go_on(self._names[watcher])

    def ran(self, kind: str, *, failed: bool) -> None:
        """An agenda entry was run, or met an error that nobody foresaw."""
        if self._counts is not None:
            self.guard(COUNTS, self._counts.ran, kind, failed=failed)

    def ended(self, kind: str, state: str) -> None:
        """A task came to its last state."""
        if self._counts is not None:
            self.guard(COUNTS, self._counts.ended, kind, state)

    # --- what fails -----------------------------------------------------------------------------

    def guard(
        self,
        name: str,
        watch: Callable[_Given, object],
        *given: _Given.args,
        **named: _Given.kwargs,
    ) -> None:
        """Let somebody watch, whatever comes of it."""
        try:
            watch(*given, **named)
        except Exception as error:
            self.miss(name, error)
        else:
            if self._missed:
                self.go_on(name)

    def miss(self, name: str, error: Exception) -> None:
        """Somebody has missed something; that it happens, and why, is told the first time."""
        with self._lock:
            missed = self._missed.get(name, 0)
            self._last[name] = monotonic()
            self._missed[name] = missed + 1
            if missed:
                return
            # A path, which an error may name, is for the log.
            told = getattr(error, "strerror", None) or type(error).__name__
            self._why[name] = f"{name} fails: {told}."
        foreseen = isinstance(error, OSError)
        log.error(
            "%s fails%s. Calls are answered all the same, and it is tried again with the next.",
            name,
            f": {error}" if foreseen else "",
            exc_info=None if foreseen else error,
        )

    def go_without(self, name: str, error: OSError, help: str) -> None:
        """Somebody cannot watch at all, as long as this process lives."""
        self._why[name] = f"{name} is off in this process: {error.strerror}."
        log.error("%s is off in this process: %s. %s", name, error, help)

    def go_on(self, name: str) -> None:
        """Somebody has done its work; if that failed until a while ago, it is told that it goes
        on. Some of it may still be done when the rest fails."""
        if name not in self._missed:
            return
        with self._lock:
            if name not in self._missed or monotonic() - self._last[name] < _PROVEN_S:
                return
            missed = self._missed.pop(name)
            self._why.pop(name, None)
        log.warning("%s goes on; it had failed %d times.", name, missed)

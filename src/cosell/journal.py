"""The journal: the last calls of each namespace, in memory, as they came and as they were answered.

Writing is one append of what is there anyway; nothing is parsed, redacted, rendered or numbered
before somebody reads. It is bounded in calls, in bytes and in namespaces, and never writes to the
store. Must not know an operation, nor what in a body is sensitive.
"""

from collections import deque
from contextvars import ContextVar
from itertools import islice
from typing import Final, NamedTuple

from cosell.contract import Contract
from cosell.errors import Cause, FieldError
from cosell.originals import Lock, token_hex

CALLS_MAX: Final = 1_000
"""Calls of one namespace that are kept; older ones give way."""
_TIDY_BYTES: Final = 4 << 20  # so much may come before memory is counted again
NAMESPACE_BYTES_MAX: Final = (8 << 20) - _TIDY_BYTES
"""Memory that the calls of one namespace may have when it is counted."""
BYTES_MAX: Final = (32 << 20) - _TIDY_BYTES
"""Memory that the calls of all namespaces may have when it is counted."""
NAMESPACES_MAX: Final = 1_024
BODY_BYTES_MAX: Final = 256 << 10
"""A longer body is not kept."""
REQUEST: Final = "Request"
RESPONSE: Final = "Response"
_CALL_BYTES: Final = 1_000  # what a call takes beside its bodies, and a little more
SUCCESS: Final = "Success"
_NOTHING: Final = (0, "")  # was ever called
_ERROR_BYTES: Final = 400  # one of a request's field errors


class Trace:
    """What one call leaves behind. The service fills it; what it says of a stage that the call did
    not reach stays as it is at first. Holds nothing that leads to a transaction or an exception.

    `contract` is the called service's; `operation` may be none of its own. `wall` is real time when
    the call came, and the namespace's clock was `offset_ms` from it (None: not known) or stood at
    `frozen_at`. `causes` are the rules that refused the call, or ended the task that it started;
    `fault_id` the fault (PutFault) that acted on it; `cleared` the members that an update nulled by
    leaving them out; `warnings` what was wrong with members and taken; `unkept` are the bodies that
    were too long to be kept. `replayed` says that a
    client token answered, `cut` that the connection was closed instead of an answer. `outcome` is
    the code of the error that was answered; `ended` are the kinds of the tasks that ended in the
    call, each with its last state.
    """

    __slots__ = (
        "__dict__",  # for what few calls have: it is made when the first of that is set
        "account",
        "answer",
        "contract",
        "frozen_at",
        "lasted_s",
        "name",
        "ns",
        "offset_ms",
        "operation",
        "request",
        "request_id",
        "seq",
        "service",
        "size",
        "status",
        "wall",
    )

    contract: Contract  # set with the name
    frozen_at: int | None  # set with `offset_ms`
    lasted_s: float
    size: int  # the memory that it takes, about, in bytes

    errors: tuple[FieldError, ...] = ()  # what was wrong with single members
    causes: tuple[Cause, ...] = ()
    cleared: tuple[str, ...] = ()
    warnings: tuple[FieldError, ...] = ()
    unkept: tuple[str, ...] = ()
    asked = ""  # what a client calls an operation of the token service that there is not
    fault_id: str | None = None
    replayed = False
    cut = False
    outcome = SUCCESS
    ended: tuple[tuple[str, str], ...] = ()

    def __init__(self, request_id: str, wall: int, request: bytes) -> None:
        self.request_id = request_id
        self.wall = wall
        self.request: bytes | None = request
        self.name = ""  # of the namespace, once the call has reached it
        self.answer: bytes | None = None
        self.account = ""  # of nobody, if the call was refused before that was known
        self.ns = 0  # of the namespace, if there was one
        self.offset_ms: int | None = None
        self.service = ""  # of nobody, if the call was refused before its operation was known
        self.operation = ""
        self.status = 0
        self.seq = 0  # its number, once somebody has read it

    def begin_anew(self) -> None:
        """What another try of the same call has found out is not so; most calls have but one."""
        if self.causes or self.cleared or self.warnings or self.ended or self.fault_id:
            self.causes = self.cleared = self.warnings = self.ended = ()
            self.fault_id = None

    @property
    def time(self) -> int | None:
        """The namespace's time when the call came, in milliseconds; None if that is not known."""
        if self.offset_ms is None:
            return None
        return self.wall + self.offset_ms if self.frozen_at is None else self.frozen_at


PRESENT: Final[ContextVar[Trace | None]] = ContextVar("cosell_present", default=None)
"""The call, or the agenda entry, that this thread is at: what is logged meanwhile belongs to it."""


class Window(NamedTuple):
    """Which calls are wanted: those after a `seq`, of an account, of an operation ('' for any), and
    how many at most."""

    after: int
    account: str
    operation: str
    limit: int


class Page(NamedTuple):
    """Calls of a namespace, oldest first; how many older ones of it were let go; and a name of what
    both are counted in, which is another one after a reset and after a start: '' if nothing came
    yet."""

    traces: list[Trace]
    forgotten: int
    begun: str


class _Ring:
    """The calls of one namespace; how many ever came since it was begun, and when that was; the
    memory that those took which were there when it was counted last, and the last of them."""

    __slots__ = ("begun", "came", "counted", "size", "traces")

    def __init__(self, came: int, begun: str) -> None:
        self.traces: deque[Trace] = deque(maxlen=CALLS_MAX)
        self.came = came
        self.begun = begun
        self.size = 0
        self.counted: Trace | None = None

    def tidy(self) -> None:
        """Count its memory, if anything was added, and let go of calls that are too much."""
        if self.traces[-1] is self.counted:
            return
        self.counted = self.traces[-1]
        self.size = sum(trace.size for trace in self.traces.copy())
        while self.size > NAMESPACE_BYTES_MAX:
            self.size -= self.traces.popleft().size


class Journal:
    """The calls that an engine answered, by the name of their namespace; for all its threads.

    Calls are numbered in their order, and memory is counted, by readers and once in a while, so
    that a call pays for neither.
    """

    def __init__(self) -> None:
        self.bytes_max = BYTES_MAX
        """Another bound, for who clears what nobody asks for any more."""
        self._rings: dict[str, _Ring] = {}
        # Of namespaces that gave way: how many calls they had, and what those were counted in.
        self._gone: dict[str, tuple[int, str]] = {}
        self._name = token_hex(4)  # no other process's, nor that of this one's next start
        self._rings_begun = 0
        self._fresh = 0  # bytes that were added since memory was counted
        self._number = 0
        self._lock = Lock()

    def add(self, name: str, trace: Trace) -> None:
        """A call was answered."""
        size = _CALL_BYTES + len(trace.request or b"") + len(trace.answer or b"")
        if size > BODY_BYTES_MAX:
            size = _without_long_bodies(trace)
        if told := trace.errors or trace.warnings:
            size += len(told) * _ERROR_BYTES
        trace.size = size
        try:
            ring = self._rings[name]
            ring.traces.append(trace)
            ring.came += 1
        except KeyError:
            self._begin(name, trace)
        self._fresh += size
        if self._fresh > _TIDY_BYTES:
            self._tidy()

    def clear(self, name: str) -> None:
        """Forget a namespace's calls."""
        with self._lock:
            self._rings.pop(name, None)
            self._gone.pop(name, None)

    def page(self, name: str, window: Window, ns: int = 0) -> Page:
        """Calls of a namespace, oldest first; with `ns` of what its name stands for now: another
        process may have reset it."""
        after, account, operation, limit = window
        every, forgotten, begun = self._numbered(name, ns)
        found = (
            trace
            for trace in every
            if trace.seq > after
            and account in ("", trace.account)
            and operation in ("", trace.operation)
        )
        return Page(list(islice(found, limit)), forgotten, begun)

    def find(self, name: str, request_id: str, ns: int = 0) -> Trace | None:
        """The call of a namespace that was answered under a request id."""
        every = self._numbered(name, ns).traces
        return next((trace for trace in every if trace.request_id == request_id), None)

    def by_request_id(self, name: str) -> dict[str, Trace]:
        """Every call of a namespace, by the request id that it was answered under."""
        with self._lock:
            ring = self._rings.get(name)
            traces = () if ring is None else ring.traces.copy()
        return {trace.request_id: trace for trace in traces}

    def _numbered(self, name: str, ns: int) -> Page:
        """Every call that is there, each with its number; none of what the name stood for
        before."""
        with self._lock:
            ring = self._rings.get(name)
            if ring is None:
                return Page([], *self._gone.get(name, _NOTHING))
            came = ring.came
            every = ring.traces.copy()
            traces = [trace for trace in every if not ns or trace.ns in (0, ns)]
            if len(traces) < len(every):  # then so were those that were let go
                came = 0
            for trace in traces:
                if not trace.seq:
                    self._number = trace.seq = self._number + 1
        return Page(traces, max(0, came - len(traces)), ring.begun)

    def _begin(self, name: str, trace: Trace) -> None:
        """The first call of a namespace."""
        with self._lock:
            ring = self._rings.get(name) or self._new_ring(name)
            ring.traces.append(trace)
            ring.came += 1
            self._rings[name] = ring
            if len(self._rings) > NAMESPACES_MAX:
                self._give_way(self._idlest(name))

    def _new_ring(self, name: str) -> _Ring:
        """It goes on with what gave way, if something did."""
        if name in self._gone:
            return _Ring(*self._gone.pop(name))
        self._rings_begun += 1
        return _Ring(0, f"{self._name}-{self._rings_begun}")

    def _tidy(self) -> None:
        with self._lock:
            self._fresh = 0
            for ring in self._rings.values():
                ring.tidy()
            size = sum(ring.size for ring in self._rings.values())
            while size > self.bytes_max:
                size -= self._give_way(self._idlest(""))

    def _give_way(self, name: str) -> int:
        """Let go of all calls of a namespace; answers the memory that they took. That there were
        some stays known for a while, if anybody had called who may."""
        ring = self._rings.pop(name)
        if any(trace.account for trace in ring.traces.copy()):
            self._gone[name] = ring.came, ring.begun
            if len(self._gone) > NAMESPACES_MAX:
                del self._gone[next(iter(self._gone))]
        return ring.size

    def _idlest(self, present: str) -> str:
        """The namespace that gives way, other than the present one: whichever has been idle
        longest, but rather one that nobody called who may, so that noise pushes nobody out."""

        def idle(name: str) -> tuple[bool, int]:
            traces = self._rings[name].traces
            return any(trace.account for trace in traces.copy()), traces[-1].wall

        return min((name for name in self._rings if name != present), key=idle)


def _without_long_bodies(trace: Trace) -> int:
    """Let go of a body that is too long; answers what it takes then."""
    if len(trace.request or b"") > BODY_BYTES_MAX:
        trace.request = None
        trace.unkept = (REQUEST,)
    if len(trace.answer or b"") > BODY_BYTES_MAX:
        trace.answer = None
        trace.unkept += (RESPONSE,)
    return len(trace.request or b"") + len(trace.answer or b"") + _CALL_BYTES

"""Doing what is due: the entries of the agenda, in order, a few of them in one transaction.

Reading never runs anything; only this file, asked by the clock, by a worker or by AdvanceClock,
does. Must not know what an entry means: that is in the table it is given.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, TypeAlias

from cosell.auth.sigv4 import Authenticator
from cosell.calls import Call, HandleDue
from cosell.clock import monotonic, sleep, wall_ms
from cosell.errors import InternalServerException
from cosell.haste import Care
from cosell.ids import uuid
from cosell.journal import PRESENT, Journal, Trace
from cosell.observing import Counts
from cosell.originals import Event, Random, Thread, getLogger
from cosell.quotas import Quotas
from cosell.store import Contention, Store, StoreError, Tx, agenda, ledger, namespaces
from cosell.store.agenda import Due
from cosell.store.namespaces import Namespace
from cosell.store.retries import retrying

log = getLogger("cosell.runner")

_SLEEP_S_MAX = 10.0  # what a reset left is swept after as long; and real time may jump
_SWEEP_ROWS = 100  # what one sweep transaction deletes: others wait no longer than for that
_SWEEP_AFTER_MS = 10_000  # a call that looked the name up before its reset has ended by then
_SWEEP_PAUSE_S = 0.005
_SWEEP_EVERY_S = 0.05  # where there is always something due
_RETRY_S = 1.0
_REST_S_MAX = 60.0  # between two tries of an entry that cannot be run
_KEEP_HOUSE_S = 60.0
_PARTING_S = 5.0


Begin: TypeAlias = Callable[[Tx, str], bool]
"""Done first in each transaction that runs what is due in a namespace: whether it is to."""


class Instruments(NamedTuple):
    """What the desk may use beside the store."""

    token_key: bytes
    authenticator: Authenticator
    quotas: Quotas


class Runner:
    """Runs agenda entries; as a thread (`start`) it also keeps house."""

    def __init__(
        self,
        store: Store,
        table: Mapping[str, HandleDue],
        random: Random,
        instruments: Instruments,
    ) -> None:
        self.token_key = instruments.token_key
        self.authenticator = instruments.authenticator
        self.quotas = instruments.quotas
        self.store = store
        self.journal = Journal()
        self.counts: Counts | None = None  # who is told of entries that ran, and of tasks' ends
        self._table = table
        self._random = random
        self._woken = Event()
        self._stopped = False
        self._leaves_clocks = False
        self._asked: Counter[str] = Counter()  # namespaces that are being advanced
        self._resting: dict[str, _Rest] = {}  # namespaces that the thread leaves alone meanwhile
        self._failed: set[str] = set()  # namespaces whose first entry cannot be run, as was told
        self._cares: dict[str, Care] = {}  # of namespaces in which more is due
        self._kept_house_at = self._swept_at = 0.0
        self._outlived = ledger.Outlived()
        self._thread: Thread | None = None

    # --- asked for -----------------------------------------------------------------------------

    def work(self, namespace: str, for_s: float, begin: Begin) -> int:
        """Run what is due now, for so long at most, and plan when somebody looks again; answers how
        many entries ran. Whatever keeps it from that is told here, and raised."""
        try:
            ran, more = self._run(Goal(namespace, begin), for_s)
            if more and not self.store.alone:  # else it is this process that looks again
                retrying(self.store, partial(self.plan_look, namespace))
        except (Contention, StoreError) as error:
            log.warning("What is due in %s has to wait: %s", namespace, error)
            raise
        except Exception:
            # The whole story once; it does not get truer by being told every minute.
            told = log.error if namespace in self._failed else log.exception
            told("the first agenda entry of namespace %s cannot be run; it stays", namespace)
            self._failed.add(namespace)
            raise
        self._failed.discard(namespace)
        return ran

    def advance(self, namespace: str, ns: int, to_ms: int) -> int:
        """Run everything due up to an instant, then put the clock there; answers how many entries
        ran. Each commit leaves the clock at the instant of its last entry, so that an end half-way
        leaves a consistent one. A reset on the way ends it: what the name stands for then has a
        clock of its own. Meanwhile the thread leaves the namespace alone, so that the count is
        everything."""

        def is_the_same(tx: Tx, name: str) -> bool:
            return namespaces.find(tx, name).ns == ns

        present = PRESENT.get()
        self._asked[namespace] += 1
        try:
            ran, more = self._run(Goal(namespace, is_the_same, to_ms), math.inf)
        finally:
            PRESENT.set(present)
            self._asked[namespace] -= 1
            self.wake()
        if more:
            raise InternalServerException(
                "The server is stopping, and the clock is not there yet. Repeat the call with To or"
                " with the same ClientToken: Seconds without one would count from where it stands."
            )
        return ran

    def plan_look(self, name: str, tx: Tx) -> None:
        """Somebody looks at a namespace when its first entry is due."""
        found = namespaces.find(tx, name)
        tx.planned = agenda.next_due(tx, found.ns) if found.ns else None

    # --- the loop ------------------------------------------------------------------------------

    def _run(self, goal: "Goal", for_s: float) -> tuple[int, bool]:
        """Run what is due, a few entries in one transaction, until nothing is, or for so long;
        answers how many ran, and whether more may be due. What an entry raises is raised once that
        comes first: what comes before it is run without it."""
        until, ran, more = monotonic() + for_s, 0, True
        raised: Exception | None = None
        care = self._cares.pop(goal.name, None) or Care()
        while more and not self._is_to_end(goal):
            try:
                run = partial(self._run_some, goal, care)
                some, more = retrying(self.store, run, hasty=not care.left)
            except (Contention, StoreError):
                raise
            except Exception as error:
                if care.reached in (0, care.left):  # none comes before it, or it was none of them
                    raise
                care.left, raised = care.reached, error
                continue
            care.done()
            self._count(some)
            ran += len(some)
            if raised and not (more and care.left):  # another try might go well: it was a signal's
                raise raised
            if monotonic() >= until:
                break
        if more and care.is_wanted:
            self._cares[goal.name] = care
        return ran, more

    def _is_to_end(self, goal: "Goal") -> bool:
        return self._stopped or (self._leaves_clocks and goal.to_ms is not None)

    def _run_some(self, goal: "Goal", care: Care, tx: Tx) -> tuple[list[Trace], bool]:
        """Run what is due first, and what is due after it, in one transaction, for as long as
        nobody else in the namespace would mind: a commit costs as much as several entries. Answers
        what ran, and whether more may be due."""
        care.begin(hasty=tx.behind is not None)
        if not goal.begin(tx, goal.name):
            return [], False
        ran: list[Trace] = []
        began = monotonic()  # this try, and not one that was in vain
        while (one := self._run_due(tx, goal)) is not None:
            ran.append(one.trace)
            care.reached = len(ran)
            is_enough = care.is_over(monotonic() - began) or self.store.is_awaited()
            if is_enough or (one.goes_on and self.store.alone):
                tx.planned = None  # it goes on at once, or whoever asked plans another look
                return ran, True
        self._arrive(tx, goal)
        return ran, False

    def _arrive(self, tx: Tx, goal: "Goal") -> None:
        """Nothing is due any more, nor will be before this commits: it keeps all others from the
        agenda. A clock that was to be moved is there."""
        if goal.to_ms is not None:
            _put_forward(tx, namespaces.find(tx, goal.name), goal.to_ms)
        self.plan_look(goal.name, tx)

    def _run_due(self, tx: Tx, goal: "Goal") -> "Ran | None":
        """Run the entry that comes first, if it is due, with the clock at its own instant."""
        namespace = namespaces.find(tx, goal.name)
        now = namespace.now(wall_ms())
        due = agenda.take(tx, namespace.ns, now if goal.to_ms is None else max(now, goal.to_ms))
        if due is None:
            return None
        namespace = _put_forward(tx, namespace, due.due_at)
        if namespace.lag_ms:
            tx.lags_at = due.due_at
        call = self._call(namespace, due)
        PRESENT.set(call.trace)
        planned, tx.planned = tx.planned, None
        try:
            self._table[due.kind](call, tx, due.ref)
        except (Contention, StoreError):
            raise
        except Exception:
            if self.counts is not None:
                self.counts.ran(due.kind, failed=True)
            raise
        return Ran(call.trace, _goes_on(tx, due.due_at, planned))

    def _count(self, ran: list[Trace]) -> None:
        """Tell of entries whose effects are committed."""
        if self.counts is not None:
            for trace in ran:
                self.counts.ran(trace.operation, failed=False)
                self.count_ended(trace)

    def count_ended(self, trace: Trace) -> None:
        """Tell of the tasks that ended in a call, or an entry, whose effect is committed."""
        if self.counts is not None:
            for kind, state in trace.ended:
                self.counts.ended(kind, state)

    def _call(self, namespace: Namespace, due: Due) -> Call:
        request_id, wall = uuid(self._random), wall_ms()
        trace = Trace(request_id, wall, b"")  # of no call that came in: no journal has it
        trace.service, trace.name, trace.operation = "agenda", namespace.name, due.kind
        return Call(
            operation=due.kind,
            input={},
            account="",
            principal="",
            catalog="",
            namespace=namespace,
            now=due.due_at,
            wall=wall,
            request_id=request_id,
            random=self._random,
            laboratory=self,
            trace=trace,
        )

    # --- by itself -----------------------------------------------------------------------------

    def start(self) -> None:
        """Run what is due when it is due, until `stop`."""
        self._thread = Thread(target=self._live, name="cosell-runner", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something may be due sooner than was known."""
        if self._thread is not None:  # else nobody sleeps, and a signal's exception may end this
            self._woken.set()

    def leave_clocks(self) -> None:
        """Whoever moves a clock is to say that he was not done: the server will end."""
        self._leaves_clocks = True

    def stop(self) -> None:
        """End the thread and whoever moves a clock; what is at work is committed first."""
        self._stopped = True
        if self._thread is not None:
            self._woken.set()
            self._thread.join()
        until = monotonic() + _PARTING_S
        while self._asked.total() and monotonic() < until:
            sleep(0.005)

    def _live(self) -> None:
        while not self._stopped:
            self._woken.clear()
            try:
                wait_s = self._round()
            except (Contention, StoreError) as error:
                log.warning("What is due has to wait: %s", error)
                wait_s = _RETRY_S
            except Exception:
                log.exception("the agenda could not be looked at; it is tried again")
                wait_s = _RETRY_S
            self._woken.wait(wait_s)

    def _round(self) -> float:
        """Run what is due first in every namespace, or keep house; answers how long to wait."""
        with self.store.read() as tx:
            waits = agenda.next_by_namespace(tx, wall_ms())
        ran = False
        for name, wait_ms in waits:
            if wait_ms <= 0 and not self._stopped:
                ran |= self._try_first(name)
        if ran and monotonic() - self._swept_at < _SWEEP_EVERY_S:
            return 0.0
        goes_on = self._keep_house()
        self._swept_at = monotonic()
        if ran:
            return 0.0
        if goes_on:
            return _SWEEP_PAUSE_S
        return min([_SLEEP_S_MAX, *(self._wait_s(name, ms) for name, ms in waits)])

    def _keep_house(self) -> bool:
        """Sweep some of what namespaces that are no more left behind, or forget some tokens whose
        day is over; whether there may be more of them."""
        wall = wall_ms()
        if self.store.sweep(_SWEEP_ROWS, wall - _SWEEP_AFTER_MS):
            return True
        if monotonic() - self._kept_house_at > _KEEP_HOUSE_S:
            if not self._outlived.forget(self.store, wall, _SWEEP_ROWS).is_over:
                return True
            self._kept_house_at = monotonic()
        return False

    def _try_first(self, name: str) -> bool:
        """Run a namespace's first entry, and for a moment what is due after it; whether there was
        any. One that fails stays, and holds up nobody else's."""
        rest = self._resting.get(name)
        if self._asked[name] or (rest is not None and rest.until > monotonic()):
            return False
        try:
            ran = self.work(name, 0.0, self._is_left_to_us)
        except Exception:  # it is told
            pause_s = _RETRY_S if rest is None else min(2 * rest.pause_s, _REST_S_MAX)
            self._resting[name] = _Rest(monotonic() + pause_s, pause_s)
            return False
        finally:
            PRESENT.set(None)
        self._resting.pop(name, None)
        return ran > 0

    def _is_left_to_us(self, _: Tx, name: str) -> bool:
        """Whether nobody moves the clock of the namespace, who would do and count it all."""
        return not self._asked[name]

    def _wait_s(self, name: str, wait_ms: int) -> float:
        if self._asked[name]:
            return _RETRY_S
        rest = self._resting.get(name)
        resting_s = rest.until - monotonic() if rest else 0.0
        return max(wait_ms / 1000, resting_s, 0.0)


class Goal(NamedTuple):
    """What is to be run of a namespace's agenda: what is due now, or all up to an instant, to which
    its clock is moved."""

    name: str
    begin: Begin
    to_ms: int | None = None


class Ran(NamedTuple):
    """An entry that ran; whether something is to follow it at once, which it has planned: where to
    commit costs little, each step of what goes on is kept as soon as it is done."""

    trace: Trace
    goes_on: bool


class _Rest(NamedTuple):
    """Until when a namespace whose first entry failed is left alone, and how long that is."""

    until: float
    pause_s: float


def _goes_on(tx: Tx, at: int, planned: int | None) -> bool:
    """Whether what has run since `planned` was the first instant has planned something for when it
    ran itself."""
    first = tx.planned
    if planned is not None:
        tx.planned = planned if first is None else min(planned, first)
    return first is not None and first <= at


def _put_forward(tx: Tx, namespace: Namespace, to_ms: int) -> Namespace:
    """Move a namespace's clock forward, never back; a frozen one stands there then."""
    wall = wall_ms()
    if namespace.now(wall) >= to_ms:
        return namespace
    return namespaces.put_clock(tx, namespace, to_ms, wall, namespace.frozen_at is not None)

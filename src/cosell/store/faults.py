"""Faults on demand: what calls and tasks meet, kept with what became of them until they are deleted
or the namespace is reset.

A call meets at most one fault that makes it wait and one that ends it (an error, a cut connection):
of each the first that was put and acts. Must not know operations, nor reason codes.
"""

from typing import Any, Literal, NamedTuple, TypeAlias, cast

from cosell.clock import wall_ms
from cosell.ids import draw
from cosell.originals import orjson
from cosell.store import Store, Tx, Value, namespaces
from cosell.store.namespaces import Namespace
from cosell.store.retries import retrying

Effect: TypeAlias = Literal["Error", "Delay", "Cut"]
Moment: TypeAlias = Literal["Before", "After"]

KEPT_MAX = 1_000
"""Faults of a kind that a namespace keeps; the oldest that can act no more give way."""

SHARES = 1_000_000  # a share is kept in millionths
_ID = "fault-"


class Fault(NamedTuple):
    """A fault of calls as its row has it. It acts on the next `remaining` calls, or (None) on a
    `share` of all, drawn by `seed`: `drawn` times so far. `live` is whether it may still act."""

    seq: int
    operation: str | None  # None: any
    account: str | None  # None: any
    effect: Effect
    error: str | None
    said: str | None  # what else the error says, as JSON; None: as AWS would
    moment: Moment
    delay_ms: int
    remaining: int | None
    share: int | None
    seed: int | None
    expires_at: int | None  # in the namespace's time
    drawn: int = 0
    fired: int = 0
    live: int = 1

    @property
    def id(self) -> str:
        return fault_id(self.seq)

    @property
    def details(self) -> dict[str, Any]:
        """What else the error says, as far as somebody said it: Message, Reason, ErrorList."""
        return cast("dict[str, Any]", orjson.loads(self.said)) if self.said else {}


class Met(NamedTuple):
    """The faults that act on one call."""

    delay: Fault | None
    end: Fault | None

    @property
    def ids(self) -> tuple[str, ...]:
        """Their FaultIds, the one that ends the call first."""
        return tuple(one.id for one in (self.end, self.delay) if one is not None)

    @property
    def wait_before_s(self) -> float:
        """How long the call waits before anything is done."""
        return self._wait_s("Before")

    @property
    def wait_after_s(self) -> float:
        """How long its answer is kept back."""
        return self._wait_s("After")

    @property
    def end_before(self) -> Fault | None:
        """What ends the call before any effect."""
        return self.end if self.end is not None and self.end.moment == "Before" else None

    @property
    def end_after(self) -> Fault | None:
        """What takes the place of the answer once the effect is there."""
        return self.end if self.end is not None and self.end.moment == "After" else None

    def _wait_s(self, moment: Moment) -> float:
        delay = self.delay
        return delay.delay_ms / 1_000 if delay is not None and delay.moment == moment else 0.0


def fault_id(seq: int) -> str:
    """What a fault is called on the wire."""
    return f"{_ID}{seq}"


def put(tx: Tx, ns: int, fault: Fault) -> bool:
    """A fault acts from now on, after those that were put before; `fault.seq` is a number of the
    counter `seq`. False, and nothing, if the namespace has as many as it can keep."""
    if not _has_room(tx, ns, "fault_numbers", "forget_fault"):
        return False
    tx.run("insert_fault", ns=ns, **_row(fault))
    tx.run("count_faults", ns=ns)
    return True


def take_back(tx: Tx, ns: int, operation: str | None, account: str | None) -> None:
    """Forget every fault that was put for an operation (None: for any) and, if an account is
    named, for that account."""
    tx.run("delete_faults_of", ns=ns, operation=operation, account=account)
    tx.run("count_faults", ns=ns)


def delete(tx: Tx, ns: int, id: str) -> bool:
    """Forget a fault of calls or of tasks; whether there was one."""
    number = id.removeprefix(_ID)
    if not number.isdecimal() or len(number) > 18 or fault_id(int(number)) != id:
        return False
    seq = int(number)
    if not tx.run("delete_fault", ns=ns, seq=seq) and not tx.run(
        "delete_task_fault", ns=ns, seq=seq
    ):
        return False
    tx.run("count_faults", ns=ns)
    return True


def every(tx: Tx, ns: int) -> list[Fault]:
    """All faults of calls, in the order in which they were put."""
    return [_fault(row) for row in tx.all("list_faults", ns=ns)]


def meet(store: Store, namespace: Namespace, operation: str, account: str) -> Met | None:
    """What acts on a call that comes now, if anything; then it is spent, in a transaction of its
    own. A call that nothing waits for costs no more than a look."""
    asked: dict[str, Value] = {"operation": operation, "account": account}
    with store.read(single=True) as tx:
        if not tx.all("live_faults", ns=namespace.ns, **asked):
            return None
    return retrying(store, lambda tx: _meet(tx, namespace.name, asked))


def _meet(tx: Tx, name: str, asked: dict[str, Value]) -> Met | None:
    namespace = namespaces.find(tx, name)
    now = namespace.now(wall_ms())
    delay, end, ended = None, None, False
    for row in tx.all("live_faults", ns=namespace.ns, **asked):
        fault = _fault(row)
        if fault.expires_at is not None and now >= fault.expires_at:
            after, acts = fault._replace(live=0), False
        elif delay if fault.effect == "Delay" else end:
            continue
        else:
            after, acts = _used(fault)
        _keep(tx, namespace.ns, after)
        ended |= not after.live
        if acts and fault.effect == "Delay":
            delay = fault
        elif acts:
            end = fault
    if ended:
        tx.run("count_faults", ns=namespace.ns)
    return Met(delay, end) if delay or end else None


def _used(fault: Fault) -> tuple[Fault, bool]:
    """The fault after one more call came to it, and whether it acts on that call."""
    if fault.remaining is not None:
        left = fault.remaining - 1
        return fault._replace(remaining=left, fired=fault.fired + 1, live=int(left > 0)), True
    acts = draw(cast("int", fault.seed), fault.drawn) * SHARES < cast("int", fault.share)
    return fault._replace(drawn=fault.drawn + 1, fired=fault.fired + acts), acts


def _keep(tx: Tx, ns: int, fault: Fault) -> None:
    tx.run(
        "replace_fault",
        ns=ns,
        seq=fault.seq,
        remaining=fault.remaining,
        drawn=fault.drawn,
        fired=fault.fired,
        live=fault.live,
    )


def _has_room(tx: Tx, ns: int, numbers: str, forget: str) -> bool:
    """Whether one more can be kept, once the oldest that act no more are forgotten."""
    rows = cast("list[tuple[int, int]]", tx.all(numbers, ns=ns))
    over = len(rows) - KEPT_MAX + 1
    idle = [seq for seq, live in rows if not live]
    for seq in idle[: max(over, 0)]:
        tx.run(forget, ns=ns, seq=seq)
    return over <= len(idle)


def _row(fault: Fault) -> dict[str, Value]:
    return cast("dict[str, Value]", fault._asdict())


def _fault(row: tuple[object, ...]) -> Fault:
    return Fault(*row)  # type: ignore[arg-type]  # the columns stand in this order


# --- tasks ---------------------------------------------------------------------------------------


class TaskFault(NamedTuple):
    """How a task ends at a step: tasks that an operation started, or (None) whichever come."""

    seq: int
    task: str | None
    step: str
    reason: str
    message: str
    remaining: int
    fired: int = 0

    @property
    def id(self) -> str:
        return fault_id(self.seq)


def put_for_tasks(tx: Tx, ns: int, fault: TaskFault) -> bool:
    """The next `remaining` tasks that reach a step end there, after those that were put before.
    False, and nothing, if the namespace has as many as it can keep."""
    if not _has_room(tx, ns, "task_fault_numbers", "delete_task_fault"):
        return False
    tx.run("insert_task_fault", ns=ns, **cast("dict[str, Value]", fault._asdict()))
    tx.run("count_faults", ns=ns)
    return True


def take_back_for_tasks(tx: Tx, ns: int, task: str | None, step: str) -> None:
    """Forget every fault of a step, or those of one kind of task."""
    tx.run("delete_task_faults_of", ns=ns, step=step, task=task)
    tx.run("count_faults", ns=ns)


def every_for_tasks(tx: Tx, ns: int) -> list[TaskFault]:
    """All faults of tasks, in the order in which they were put."""
    return [TaskFault(*row) for row in tx.all("list_task_faults", ns=ns)]  # type: ignore[arg-type]


def spend_for_task(
    tx: Tx, namespace: Namespace, task: str, step: str
) -> tuple[str, str, str] | None:
    """The reason code and message with which a task ends at this step, and the fault that asks for
    it, if any."""
    if not namespace.faults:
        return None
    row = tx.one("find_task_fault", ns=namespace.ns, task=task, step=step)
    if row is None:
        return None
    seq, reason, message, remaining = cast("tuple[int, str, str, int]", row)
    if not tx.run("spend_task_fault", ns=namespace.ns, seq=seq):
        return None
    if remaining == 1:
        tx.run("count_faults", ns=namespace.ns)
    return reason, message, fault_id(seq)

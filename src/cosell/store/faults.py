"""Faults on demand, kept until they are spent. Must not know operations, nor reason codes."""

from typing import NamedTuple, cast

from cosell.store import Tx
from cosell.store.namespaces import Namespace


def put(tx: Tx, ns: int, operation: str, error: str, count: int) -> None:
    """The next `count` calls of an operation meet an error, after those that were put before; 0
    takes all of an operation's back."""
    if not count:
        tx.run("delete_faults_of", ns=ns, operation=operation)
        tx.run("count_faults", ns=ns)
        return
    tx.run(
        "insert_fault",
        ns=ns,
        seq=tx.number("seq"),
        operation=operation,
        error=error,
        remaining=count,
    )
    tx.run("count_faults", ns=ns)


def spend(tx: Tx, namespace: Namespace, operation: str) -> str | None:
    """The error that this call meets, if any; one call fewer will."""
    row = tx.one("find_fault", ns=namespace.ns, operation=operation)
    if row is None:
        return None
    seq, error, remaining = cast("tuple[int, str, int]", row)
    if not tx.run("spend_fault", ns=namespace.ns, seq=seq):
        return None
    if remaining == 1:
        tx.run("delete_spent_faults", ns=namespace.ns)
        tx.run("count_faults", ns=namespace.ns)
    return error


class TaskFault(NamedTuple):
    """How a task ends at a step: tasks that an operation started, or whichever come first."""

    task: str | None
    step: str
    reason: str
    message: str


def put_for_tasks(tx: Tx, ns: int, fault: TaskFault, count: int) -> None:
    """The next `count` tasks that reach a step end there, after those that were put before; 0
    takes all of a step's back, or those of one kind of task."""
    if not count:
        tx.run("delete_task_faults_of", ns=ns, step=fault.step, task=fault.task)
        tx.run("count_faults", ns=ns)
        return
    tx.run("insert_task_fault", ns=ns, seq=tx.number("seq"), remaining=count, **fault._asdict())
    tx.run("count_faults", ns=ns)


def spend_for_task(tx: Tx, namespace: Namespace, task: str, step: str) -> tuple[str, str] | None:
    """The reason code and message with which a task ends at this step, if any."""
    if not namespace.faults:
        return None
    row = tx.one("find_task_fault", ns=namespace.ns, task=task, step=step)
    if row is None:
        return None
    seq, reason, message = cast("tuple[int, str, str]", row)
    if not tx.run("spend_task_fault", ns=namespace.ns, seq=seq):
        return None
    tx.run("delete_spent_task_faults", ns=namespace.ns)
    tx.run("count_faults", ns=namespace.ns)
    return reason, message

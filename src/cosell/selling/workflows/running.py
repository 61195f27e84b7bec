"""The one loop that runs tasks of every kind. Must not know a kind, nor when a step is due."""

from cosell.calls import Call
from cosell.errors import ApiError, ValidationException
from cosell.originals import getLogger
from cosell.selling import text_at
from cosell.selling.domain.accounts import ensure_enrolled
from cosell.selling.workflows import ANYWHERE, Step, TaskEnd, Workflow, number_of, told
from cosell.store import Contention, StoreError, Tx
from cosell.store import faults as fault_rows
from cosell.store.documents import Stored
from cosell.store.retries import step as undoable

log = getLogger("cosell.tasks")


def advance(call: Call, tx: Tx, workflow: Workflow, task: Stored, steps_max: int) -> Stored:
    """Run up to that many steps of a task; answers the task as it is then, not yet written."""
    for _ in range(steps_max):
        if not is_at_work(workflow, task):
            break
        task = _step(call, tx, workflow, task)
    return task


def is_at_work(workflow: Workflow, task: Stored) -> bool:
    """Whether there is a step to do."""
    return text_at(task.document, "TaskStatus") in workflow.at_work


def _step(call: Call, tx: Tx, workflow: Workflow, task: Stored) -> Stored:
    step = workflow.line(task.document)[number_of(task.document)]
    try:
        fault = fault_rows.spend_for_task(tx, call.namespace, workflow.operation, step.name)
        if fault is not None:
            call.trace.fault_id = fault[2]
            raise TaskEnd(*fault[:2])
        if call.namespace.shut_out:  # a step may do what its operation's own call may
            ensure_enrolled(tx, call.ns, call.account, call.catalog)
        with undoable(tx):
            learnt = step.run(call, tx, task)
    except (Contention, StoreError):
        raise  # the store's trouble is not the task's: the whole transaction is tried again
    except Exception as error:
        end = _end(call, task, step, error)
        call.trace.causes += end.causes
        return task._replace(document=workflow.failed(call, task.document, end))
    return task._replace(document=workflow.passed(call, task.document, learnt))


def _end(call: Call, task: Stored, step: Step, error: Exception) -> TaskEnd:
    """How a task ends that met an error at a step."""
    if isinstance(error, TaskEnd):
        return error
    if isinstance(error, ApiError):
        reasons = {**step.reasons, **ANYWHERE}
        words = told(error.errors) if isinstance(error, ValidationException) else ""
        reason = reasons.get(type(error), "InternalError")
        return TaskEnd(reason, words or error.message, error.causes)
    log.exception("task %s, step %s, request %s", task.id, step.name, call.request_id)
    message = f"Internal error at step {step.name}. The server's log has the details."
    return TaskEnd("InternalError", message)

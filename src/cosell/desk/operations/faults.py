"""Faults on demand: what calls and tasks meet from now on, and what became of it."""

from collections.abc import Iterator
from typing import Final, cast

from cosell.calls import Call, command, query
from cosell.clock import SECOND_MS, iso
from cosell.contract import Document
from cosell.desk import undeclared
from cosell.errors import FieldError, ResourceNotFoundException, did_you_mean, request_refused
from cosell.originals import orjson
from cosell.selling import text_at
from cosell.selling.contract import CONTRACT as SELLING
from cosell.selling.workflows import kinds
from cosell.store import Tx
from cosell.store import faults as fault_rows
from cosell.store.faults import KEPT_MAX, SHARES, Effect, Fault, Moment, TaskFault

_SEED_BITS: Final = 31
_DECLARED: Final = frozenset().union(*(one.errors for one in SELLING.operations.values()))
ERRORS: Final = _DECLARED | undeclared.NAMES
DETAILS: Final = ("Message", "Reason", "ErrorList")  # what more may be said of an error
# The reasons that an error can have in the model; others have none.
_REASONS: Final = {
    "AccessDeniedException": SELLING.enum("AccessDeniedExceptionErrorCode"),
    "ValidationException": SELLING.enum("ValidationExceptionReason"),
}
# What a fault with an effect may say of it, and what it has to say.
_SAYS: Final = {"Error": "Error", "Delay": "DelayMilliseconds", "Cut": ""}
_FIELDS: Final = {"Error": "error", "DelayMilliseconds": "delayMilliseconds"}
_FULL: Final = (
    f"The namespace has {KEPT_MAX} faults that may still act. DeleteFault, or ResetNamespace, makes"
    " room."
)


def _refuse(field: str, message: str) -> Exception:
    return request_refused(FieldError(field, "INVALID_VALUE", message))


@command("PutFault")
def put_fault(call: Call, tx: Tx) -> Document:
    """The next calls, or a share of all, fail, wait or lose their connection: of an operation or
    of any, of an account or of any; before or after their effect."""
    said = call.input
    _ensure_known(said)
    if said.get("Count") == 0:
        fault_rows.take_back(
            tx, call.ns, text_at(said, "Operation") or None, text_at(said, "AccountId") or None
        )
        return {name: value for name, value in said.items() if name != "ClientToken"}
    _ensure_whole(said)
    fault = _fault(call, tx)
    if not fault_rows.put(tx, call.ns, fault):
        raise _refuse("count", _FULL)
    return _told(fault, call.now)


def _ensure_known(said: Document) -> None:
    """ValidationException for an operation that is none, and for an error that it has not."""
    name, error = text_at(said, "Operation"), text_at(said, "Error")
    operation = SELLING.operations.get(name)
    if name and operation is None:
        raise _refuse("operation", SELLING.lacking(name))
    declared = operation.errors if operation else _DECLARED
    errors = declared | undeclared.NAMES
    if error and error not in errors:
        is_anothers, known = error in ERRORS, ", ".join(sorted(declared))
        whose = f"{name} does not answer {error}. It" if is_anothers else name or "The API"
        others = ", ".join(sorted(undeclared.NAMES))
        hint = "" if is_anothers else did_you_mean(error, errors, alike="exception")
        told = f"{whose} declares {known}; AWS may answer any call with {others}, too.{hint}"
        raise _refuse("error", told)


def _ensure_whole(said: Document) -> None:
    """ValidationException for what does not go together, all of it at once."""
    effect = text_at(said, "Effect") or "Error"
    wanted = _SAYS[effect]
    errors = [
        FieldError(field, "INVALID_VALUE", f"is not for a fault with Effect {effect}")
        for name, field in _FIELDS.items()
        if name in said and name != wanted
    ]
    if wanted and wanted not in said:
        told = f"is required with Effect {effect}"
        errors.append(FieldError(_FIELDS[wanted], "REQUIRED_FIELD_MISSING", told))
    errors += _misfits(said)
    if "Share" not in said and "Seed" in said:
        errors.append(FieldError("seed", "INVALID_VALUE", "is for a fault with Share"))
    if "Share" in said and "Count" in said:
        errors.append(FieldError("share", "INVALID_VALUE", "Give either Count or Share"))
    if "Share" in said and not _millionths(said):
        told = f"must be {1 / SHARES:f} at least"
        errors.append(FieldError("share", "VALUE_OUT_OF_RANGE", told))
    if errors:
        raise request_refused(*errors)


def _misfits(said: Document) -> Iterator[FieldError]:
    """What is said of an error that it cannot say."""
    error = text_at(said, "Error")
    if "Message" in said and not error:
        yield FieldError("message", "INVALID_VALUE", "is for a fault with Error")
    if "ErrorList" in said and error != "ValidationException":
        yield FieldError("errorList", "INVALID_VALUE", "is for the Error ValidationException")
    reasons = _REASONS.get(error, ())
    if "Reason" in said and said["Reason"] not in reasons:
        known = f"can be {' or '.join(reasons)}" if reasons else "is none that it has"
        told = f"of the Error {error} {known}" if error else "is for a fault with Error"
        yield FieldError("reason", "INVALID_VALUE", told)


def _details(said: Document) -> str | None:
    details = {name: said[name] for name in DETAILS if name in said}
    return orjson.dumps(details).decode() if details else None


def _millionths(said: Document) -> int:
    return round(cast("float", said["Share"]) * SHARES)


def _fault(call: Call, tx: Tx) -> Fault:
    said, by_share = call.input, "Share" in call.input
    lasting = cast("int | None", said.get("ExpiresInSeconds"))
    seed = cast("int | None", said.get("Seed"))
    if by_share and seed is None:
        seed = call.random.getrandbits(_SEED_BITS)
    return Fault(
        seq=tx.number("seq"),
        operation=text_at(said, "Operation") or None,
        account=text_at(said, "AccountId") or None,
        effect=cast("Effect", said.get("Effect", "Error")),
        error=text_at(said, "Error") or None,
        said=_details(said),
        moment=cast("Moment", said.get("When", "Before")),
        delay_ms=cast("int", said.get("DelayMilliseconds", 0)),
        remaining=None if by_share else cast("int", said.get("Count", 1)),
        share=_millionths(said) if by_share else None,
        seed=seed,
        expires_at=None if lasting is None else call.now + lasting * SECOND_MS,
    )


def _told(fault: Fault, now: int) -> Document:
    """A fault as the desk answers it. Count is what was asked for, Remaining what is left."""
    told: Document = {
        "FaultId": fault.id,
        "Operation": fault.operation,
        "AccountId": fault.account,
        "Effect": fault.effect,
        "Error": fault.error,
        **fault.details,
        "When": fault.moment,
        "Fired": fault.fired,
        "Status": _status(fault, now),
    }
    if fault.effect == "Delay":
        told["DelayMilliseconds"] = fault.delay_ms
    if fault.share is not None:
        told |= {"Share": fault.share / SHARES, "Seed": fault.seed}
    if fault.remaining is not None:
        told |= {"Count": fault.remaining + fault.fired, "Remaining": fault.remaining}
    if fault.expires_at is not None:
        told["ExpiresAt"] = iso(fault.expires_at)
    return told


def _status(fault: Fault, now: int) -> str:
    if fault.remaining == 0:
        return "Spent"
    if fault.expires_at is not None and (now >= fault.expires_at or not fault.live):
        return "Expired"
    return "Live"


@command("PutTaskFault")
def put_task_fault(call: Call, tx: Tx) -> Document:
    """The next tasks that reach a step end there with a reason code that the step knows; no more of
    them do, whatever the code, if it is for none."""
    name, reason = text_at(call.input, "Step"), text_at(call.input, "ReasonCode")
    operation, count = text_at(call.input, "Task"), cast("int", call.input.get("Count", 1))
    steps = [*kinds.steps(name, operation)]
    if not steps:
        raise _refuse("step", f"A task of {operation} has no step {name}")
    codes = dict.fromkeys(code for step in steps for code in step.codes)
    if count and not reason:
        told = f"is required: at {name} a task ends with {', '.join(codes)}"
        raise request_refused(FieldError("reasonCode", "REQUIRED_FIELD_MISSING", told))
    if reason and reason not in codes:
        raise _refuse("reasonCode", f"At {name} a task ends with {', '.join(codes)}")
    message = text_at(call.input, "Message") or "This fault was asked for at the desk."
    if not count:
        fault_rows.take_back_for_tasks(tx, call.ns, operation or None, name)
        return {**call.input, "Message": message, "Count": 0}
    fault = TaskFault(tx.number("seq"), operation or None, name, reason, message, count)
    if not fault_rows.put_for_tasks(tx, call.ns, fault):
        raise _refuse("count", _FULL)
    return _told_of_tasks(fault)


def _told_of_tasks(fault: TaskFault) -> Document:
    return {
        "FaultId": fault.id,
        "Task": fault.task,
        "Step": fault.step,
        "ReasonCode": fault.reason,
        "Message": fault.message,
        "Count": fault.remaining + fault.fired,
        "Remaining": fault.remaining,
        "Fired": fault.fired,
        "Status": "Live" if fault.remaining else "Spent",
    }


@query("ListFaults")
def list_faults(call: Call, tx: Tx) -> Document:
    """Every fault of calls and of tasks in the order in which they were put, spent and expired ones
    included, until they are deleted; or the one of an id."""
    of_calls, of_tasks = fault_rows.every(tx, call.ns), fault_rows.every_for_tasks(tx, call.ns)
    told = {one.seq: {"Kind": "Call", **_told(one, call.now)} for one in of_calls}
    told |= {one.seq: {"Kind": "Task", **_told_of_tasks(one)} for one in of_tasks}
    id = text_at(call.input, "FaultId")
    shown = [told[seq] for seq in sorted(told)]
    return {"Faults": [one for one in shown if id in ("", one["FaultId"])]}


@command("DeleteFault")
def delete_fault(call: Call, tx: Tx) -> Document:
    """Takes one fault back, and forgets what became of it."""
    id = text_at(call.input, "FaultId")
    if not fault_rows.delete(tx, call.ns, id):
        raise ResourceNotFoundException(
            f"There is no fault {id!r} in this namespace. ListFaults shows those that there are."
        )
    return {"FaultId": id}

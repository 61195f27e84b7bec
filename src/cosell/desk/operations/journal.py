"""The journal of calls, as it is read: redacted by the model's sensitive marks, with the rules that
refused. Must not change what is kept.
"""

import re
from typing import Final, cast

from cosell import paging
from cosell.calls import Call, query
from cosell.clock import iso
from cosell.contract import Document, Json
from cosell.desk.contract import CONTRACT as DESK
from cosell.errors import ApiError, Cause, ErrorCode, FieldError, ResourceNotFoundException
from cosell.journal import CALLS_MAX, REQUEST, RESPONSE, Trace, Window
from cosell.originals import orjson
from cosell.selling import text_at
from cosell.store import Tx
from cosell.store.pages import Entry
from cosell.wire import aws_json

_PAGE: Final = 100
_BODIES_BYTES_MAX: Final = 4 << 20  # in a page; a longer one ends earlier
_SORT: Final = ("Seq", False)
_DEPTH_MAX: Final = 200  # more than a request may have
_UNTOLD: Final = "A fault closed the connection before the call had any effect."
# What of a member's shape was not met, as ids of rules have it.
_CONSTRAINTS: Final[dict[ErrorCode, str]] = {
    "REQUIRED_FIELD_MISSING": "required",
    "INVALID_ENUM_VALUE": "enum",
    "INVALID_STRING_FORMAT": "format",
    "NOT_ENOUGH_VALUES": "min",
    "TOO_MANY_VALUES": "max",
    "VALUE_OUT_OF_RANGE": "range",
}
# What the desk refuses otherwise than for a member.
_OF_THE_DESK: Final = frozenset({"ConflictException", "ResourceNotFoundException"})
_INDEX: Final = re.compile(r"\[\d+\]")


@query("ListCalls", single=True)
def list_calls(call: Call, _: Tx) -> Document:
    """The namespace's calls that the server remembers, oldest first: of one account or operation,
    if one is named; those after AfterSeq, the Seq of the last one seen. Forgotten is how many older
    ones of the namespace it remembers no more, and Journal what both are counted in: another one
    after a reset, a load or a fork, and after the server's start; null if nothing came yet. With
    IncludeBodies each call has what GetCall shows of it, and a page has at most 4 MiB of that."""
    size = cast("int", call.input.get("MaxResults", _PAGE))
    place = paging.position(call, _SORT)
    after = cast("int", place[0] if place else call.input.get("AfterSeq", 0))
    account, operation = text_at(call.input, "AccountId"), text_at(call.input, "Operation")
    window = Window(after, account, operation, size + 1)
    traces, forgotten, begun = call.laboratory.journal.page(call.namespace.name, window, call.ns)
    entries = [Entry(trace.seq, 0, None) for trace in traces]
    shown = _whole if call.input.get("IncludeBodies") else _without_bodies
    calls = shown(traces[:size])
    token = paging.token(call, _SORT, entries, len(calls))
    return {"Calls": calls, "Forgotten": forgotten, "Journal": begun or None, "NextToken": token}


@query("GetCall", single=True)
def get_call(call: Call, _: Tx) -> Document:
    """One call, with its request and its answer as JSON; what the model calls sensitive is blotted
    out."""
    request_id = text_at(call.input, "RequestId")
    trace = call.laboratory.journal.find(call.namespace.name, request_id, call.ns)
    if trace is None:
        raise ResourceNotFoundException(
            "The journal of this namespace has no call with this RequestId. It keeps the last"
            f" {CALLS_MAX:,} calls, in memory."
        )
    return _told(trace) | said(trace)


def _without_bodies(traces: list[Trace]) -> list[Json]:
    return [_told(trace) for trace in traces]


def _whole(traces: list[Trace]) -> list[Json]:
    """Calls with what they said: as many as a page has room for, and the first in any case."""
    calls: list[Json] = []
    left = _BODIES_BYTES_MAX
    for trace in traces:
        bodies = said(trace)
        left -= sum(len(str(bodies[name] or "").encode()) for name in (REQUEST, RESPONSE))
        if calls and left < 0:
            break
        calls.append(_told(trace) | bodies)
    return calls


def said(trace: Trace) -> Document:
    """What a call said and was answered, as JSON in the answer of `GetCall`: redacted."""
    return {
        REQUEST: _request(trace),
        RESPONSE: _response(trace),
        "NotKept": [*trace.unkept],
    }


def _told(trace: Trace) -> Document:
    outcome, message = _outcome(trace)
    rules: list[Json] = [
        {"Id": one.id, "Source": one.source, "Cite": one.cite or None}
        for one in _causes(trace, outcome)
    ]
    return {
        "Seq": trace.seq,
        "RequestId": trace.request_id,
        "AccountId": trace.account or None,
        "Service": trace.contract.signing_name,
        "Operation": trace.operation or trace.asked,
        "Time": None if trace.time is None else iso(trace.time),
        "RealTime": iso(trace.wall),
        "DurationMilliseconds": round(trace.lasted_s * 1000, 3),
        "Status": trace.status or None,
        "Outcome": outcome,
        "Message": message,
        "Rules": rules,
        "FaultId": trace.fault_id,
        "Cut": trace.cut,
        "Cleared": [*trace.cleared],
        "Warnings": [_warning(one) for one in trace.warnings],
        "Replayed": trace.replayed,
    }


def _warning(told: FieldError) -> Document:
    """What was wrong with a member and taken; the rule has no word of what was said in it."""
    rule = told.cause.id if told.cause else None
    return {"FieldName": told.path, "Message": told.message, "Rule": rule}


def _outcome(trace: Trace) -> tuple[str, str | None]:
    """`Success`, or the name and the message of an error."""
    if trace.status == 200:
        return "Success", None
    if not trace.answer:
        return "Cut", _UNTOLD
    told = orjson.loads(trace.answer)
    return told["__type"], told["Message"]


# --- why -----------------------------------------------------------------------------------------


def _causes(trace: Trace, outcome: str) -> list[Cause]:
    """The rules that refused the call or ended its task, each once. What no row refused is the
    model's own constraint on a member."""
    is_type = outcome == "SerializationException"
    every = [one.cause or _constraint(trace, one, is_type) for one in trace.errors]
    every += trace.causes
    if not every and trace.contract is DESK and outcome in _OF_THE_DESK:
        every = [_of_the_desk(trace, f"{trace.operation}.{outcome.removesuffix('Exception')}")]
    return list(dict.fromkeys(every))


def _of_the_desk(trace: Trace, what: str) -> Cause:
    """The desk's own checks are no rows of Partner Central's; its reference tells them."""
    return Cause(f"desk.{what}", "not documented", f"cosell's desk: {trace.operation}")


def _constraint(trace: Trace, error: FieldError, is_type: bool) -> Cause:
    what = "type" if is_type else _CONSTRAINTS.get(error.code, "value")
    member = _INDEX.sub("", error.path) or "request"
    if trace.contract is DESK:
        return _of_the_desk(trace, f"{member}-{what}")
    operation = trace.contract.operations[trace.operation]
    owner = trace.contract.owner(operation.input_shape, error.path) or operation.name
    return Cause(f"model.{member}-{what}", "documented", f"API reference: {owner}")


# --- what was said -------------------------------------------------------------------------------


def _request(trace: Trace) -> str | None:
    operation = trace.contract.operations.get(trace.operation)
    return _shown(trace, operation.input_shape, trace.request) if operation else None


def _response(trace: Trace) -> str | None:
    operation = trace.contract.operations.get(trace.operation)
    if trace.status == 200:
        shape = operation.output_shape if operation else None
        return _shown(trace, shape, trace.answer) if shape else None
    told = orjson.loads(trace.answer) if trace.answer else None
    if told is None:
        return None
    known = told["__type"] in trace.contract.errors
    shown = trace.contract.redact(told["__type"], told) if known else {"Message": told["Message"]}
    return orjson.dumps({**shown, "__type": told["__type"]}).decode()


def _shown(trace: Trace, shape: str, body: bytes | None) -> str | None:
    """A body as JSON, redacted; None for one that is not JSON, or was not kept."""
    try:
        document = aws_json.decode(body, _DEPTH_MAX) if body else None
    except ApiError:
        return None
    if not isinstance(document, dict):
        return None
    return orjson.dumps(trace.contract.redact(shape, document)).decode()

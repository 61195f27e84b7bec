"""What a call is answered that does not get what it asked for, and what faults make of an answer.

Must not decide whether it does.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

from cosell.contract import Operation
from cosell.contract.faults import lower_camel
from cosell.errors import (
    ApiError,
    Cause,
    FieldError,
    InternalServerException,
    ThrottlingException,
    UnknownNamespaceException,
    ValidationException,
    in_words,
)
from cosell.http import HttpResponse
from cosell.originals import getLogger
from cosell.passage import Passage
from cosell.routing import ForeignService, Route
from cosell.selling.quotas import GROUP_OF
from cosell.store import Contention, StoreError
from cosell.store.faults import Fault, Met
from cosell.wire import aws_json

log = getLogger("cosell.service")

FAILED: Final = InternalServerException()
UNUSABLE: Final = InternalServerException(
    "The database cannot be used at present. Repeat the call; the server's log says why, under this"
    " request's id."
)
CONTENDED: Final = InternalServerException(
    "Others changed the same again and again while the call was at work; nothing of it was done."
    " Repeat the call."
)
NO_TURN: Final = InternalServerException(
    "Others are at work in the namespace, and this call had no turn in time; nothing of it was"
    " done. Repeat the call."
)
CUT_OFF: Final = "Cut"  # the outcome of a call that got no answer
ASKED_FOR: Final = "This fault was asked for at the desk."
CUT: Final = HttpResponse(500, [], b"", cut=True)  # no answer: the connection is closed


def cut_off(passage: Passage) -> HttpResponse:
    """No answer, before the call has had any effect."""
    passage.trace.outcome = CUT_OFF
    return CUT


def met_after(met: Met, passage: Passage, response: HttpResponse) -> HttpResponse:
    """What becomes of an answer when a fault meets the call after its effect."""
    if met.end_after:
        code = met.end_after.error
        response = CUT if code is None else refusal(asked_for(met.end_after, passage), passage)
        passage.trace.outcome = code or CUT_OFF
    return response._replace(headers=[*response.headers], delay_s=met.wait_after_s)


def asked_for(fault: Fault, passage: Passage) -> ApiError:
    """The error of a fault as AWS would answer it: what was said of it, and for the rest what
    stands there for no reason that the caller can see. No rule is behind it."""
    said = fault.details
    kind = next(one for one in ApiError.__subclasses__() if one.__name__ == fault.error)
    if kind is ValidationException:
        return _invalid(said, passage.operation)
    members = {"Reason": said["Reason"]} if "Reason" in said else {}
    # A failure of our own sends the reader to the log, which has nothing of a fault.
    usual = "" if kind is InternalServerException else kind.default
    return kind(said.get("Message") or usual or ASKED_FOR, **members)


def _invalid(said: Mapping[str, Any], operation: Operation) -> ValidationException:
    """AWS's own never goes without a member that it refuses: one of the operation's, if none was
    named."""
    message = said.get("Message", "")
    blank = {"Code": "INVALID_VALUE", "Message": message or ASKED_FOR}
    named = said.get("ErrorList") or [{"FieldName": _member(operation)}]
    listed = [blank | one for one in named]
    if not message:
        errors = [FieldError(e.get("FieldName", ""), e["Code"], e["Message"]) for e in listed]
        message = in_words(tuple(errors))
    refused = ValidationException(message, reason=said.get("Reason", "BUSINESS_VALIDATION_FAILED"))
    refused.members["ErrorList"] = listed
    return refused


def _member(operation: Operation) -> str:
    """The first member that only this operation has, as field errors name it."""
    every = ("Catalog", operation.idempotency_token)
    return lower_camel(next((one for one in operation.members if one not in every), "Catalog"))


def put_off(error: StoreError | Contention, passage: Passage) -> HttpResponse:
    """The answer to a call that could not be carried out now and is to be repeated; the log says
    why, which is no fault of this program."""
    contended = isinstance(error, Contention)
    level = logging.WARNING if contended else logging.ERROR
    log.log(level, "request %s failed: %s", passage.request_id, error)
    passage.trace.outcome = FAILED.code
    return refusal(CONTENDED if contended else UNUSABLE, passage)


def turn_away(route: Route, passage: Passage, waited_s: float) -> HttpResponse:
    """The answer to a call that had no turn for so long that it is given up. It may have come no
    further than to its address, so that no journal has it."""
    trace = passage.trace
    if route.service is not None:
        trace.service, trace.operation = route.service.name, route.operation
    trace.outcome = FAILED.code
    log.warning(
        "request %s was given up: it had no turn in the namespace %r within %g seconds, for"
        " others were at work there, or had taken all there are.",
        passage.request_id, route.namespace, waited_s,
    )  # fmt: skip
    return refusal(NO_TURN, passage)


def over_quota(operation: str) -> ApiError:
    """The refusal of a call that is more than its quota."""
    group, error = GROUP_OF[operation], ThrottlingException()
    error.cause = Cause("quota.calls", group.source, group.cite)
    return error


def gone(namespace: str) -> ApiError:
    """The refusal of a call whose namespace was there when it came, and was deleted while it was
    made to wait."""
    return UnknownNamespaceException(
        f"The namespace {namespace!r} was deleted while this call was made to wait; nothing of it"
        " was done. A call that begins now makes the namespace anew."
    )


def refusal(error: ApiError, passage: Passage) -> HttpResponse:
    """An error as the call's own protocol says it."""
    request, request_id = passage.request, passage.request_id
    if isinstance(error, ForeignService) and error.xml:
        from cosell.wire import query

        return query.encode_error(error, request_id)
    return aws_json.encode_error(error, aws_json.content_type(request.headers), request_id)

"""AWS JSON 1.0, and the dialect that names the operation in the path.

The only place that knows `__type`, `X-Amz-Target` and `x-amzn-ErrorType`. Must not know a service.
"""

from collections.abc import Mapping

from cosell.errors import ApiError, SerializationException
from cosell.http import HttpRequest, HttpResponse
from cosell.originals import orjson

TARGETED = "application/x-amz-json-1.0"
PLAIN = "application/json"
BRACKETS_MAX = 10_000
"""A MiB of brackets is half a million objects to make, and holds everybody for half a second."""
_ERROR_ORIGIN = "http://internal.amazon.com/coral/com.amazon.partnerintegrationapi.common/"


def target(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Service prefix and operation of `X-Amz-Target`; None without that header."""
    sent = headers.get("x-amz-target")
    if sent is None:
        return None
    prefix, _, operation = sent.rpartition(".")
    return prefix, operation


def addressed(request: HttpRequest) -> str:
    """What names the operation, at its end: the target or the path."""
    return request.headers.get("x-amz-target") or request.path


def content_type(headers: Mapping[str, str]) -> str:
    """The type of the answer: of the dialect in which was asked."""
    return TARGETED if "x-amz-target" in headers else PLAIN


def decode(body: bytes, depth_max: int) -> object:
    """The JSON value of a body; an empty body is an empty object."""
    if not body:
        return {}
    # As many brackets as lists and objects at least: counting them is cheap, making them is not.
    brackets = body.count(b"{") + body.count(b"[")
    if brackets > BRACKETS_MAX:
        raise SerializationException(
            f"The body has more than {BRACKETS_MAX:,} opening brackets; no request needs so many."
        )
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SerializationException(f"The body is not JSON: {error}.") from None
    if brackets > depth_max and _deeper(value, depth_max):
        raise SerializationException(f"The body is nested deeper than {depth_max} levels.")
    return value


def _deeper(value: object, depth_max: int) -> bool:
    level: list[object] = [value] if isinstance(value, dict | list) else []
    for _ in range(depth_max):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)  # type: ignore[attr-defined]
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def body_of(document: Mapping[str, object]) -> bytes:
    """A document in wire form. It is copied, for a journal may keep it: what is rendered has room
    for kilobytes behind it."""
    return memoryview(orjson.dumps(document)).tobytes()


def encode(body: bytes, type: str, request_id: str) -> HttpResponse:
    """An answer; its body is empty where an operation has no output."""
    headers = [("content-type", type), ("x-amzn-requestid", request_id)]
    return HttpResponse(200, headers, body)


def encode_error(error: ApiError, type: str, request_id: str) -> HttpResponse:
    """A refusal: the code in the body, where botocore reads it, and in the header, as AWS does."""
    document = {"__type": error.code, "Message": error.message, **error.members}
    headers = [
        ("content-type", type),
        ("x-amzn-requestid", request_id),
        ("x-amzn-errortype", f"{error.code}:{_ERROR_ORIGIN}"),
    ]
    return HttpResponse(error.status, headers, body_of(document))

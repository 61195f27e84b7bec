"""Page tokens: opaque, signed, bound to whoever asked and what was asked.

A token holds the sort key of the last row shown; its signature covers namespace, account,
operation, catalog, filters and sort, so a token that meets another question is no token at all.
Must not know a view.
"""

import struct

from cosell.calls import Call
from cosell.errors import Cause, FieldError, request_refused
from cosell.originals import blake2b, compare_digest, orjson, urlsafe_b64decode, urlsafe_b64encode
from cosell.store import Value
from cosell.store.pages import Entry

_SIGNATURE_BYTES = 16
_STRAY = Cause("page.token", "not documented", "difference page.tokens")
_UNBOUND = ("MaxResults", "NextToken", "Sort")  # Sort is bound as it was understood


def position(call: Call, sort: tuple[str, bool]) -> tuple[Value, int] | None:
    """The place that the request's NextToken names; ValidationException if it names none."""
    token = call.input.get("NextToken")
    if token is None:
        return None
    try:
        raw = urlsafe_b64decode(str(token).encode("ascii") + b"==")
        if _text(raw) != token:
            raise ValueError(token)  # what decodes alike and is written otherwise is not ours
        signature, place = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not compare_digest(signature, _sign(call, sort, place)):
            raise ValueError(token)
        (seq,) = struct.unpack(">q", place[:8])
        key = orjson.loads(place[8:])
    except (ValueError, struct.error):
        message = (
            "The token is not one that this list gave for the same filters and sort. Start again"
            " without NextToken."
        )
        raise request_refused(FieldError("nextToken", "INVALID_VALUE", message, _STRAY)) from None
    return key, seq


def token(call: Call, sort: tuple[str, bool], entries: list[Entry], size: int) -> str | None:
    """The token of the next page: None if `entries` (asked for with one more) are all there is."""
    if len(entries) <= size:
        return None
    last = entries[size - 1]
    place = struct.pack(">q", last[1]) + orjson.dumps(last[0])
    return _text(_sign(call, sort, place) + place)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _sign(call: Call, sort: tuple[str, bool], place: bytes) -> bytes:
    filters = {k: v for k, v in call.input.items() if k not in _UNBOUND and v != []}
    asked = orjson.dumps(
        [call.namespace.ns, call.account, call.operation, sort, filters],
        option=orjson.OPT_SORT_KEYS,
    )
    key = call.laboratory.token_key
    return blake2b(asked + place, key=key, digest_size=_SIGNATURE_BYTES).digest()

"""AWS Signature Version 4, seen from the server: a request in, an identity or an ApiError out.

What a client repeats in all its requests of a day (credential scope and SignedHeaders) is worked
out once and remembered; a further request costs two hashes of its text and one of its key.
Must not know a service, a policy or a namespace, and must not read a clock.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from cosell.auth import Credential, Identity
from cosell.auth.canonical import folded, path_of, query_of
from cosell.auth.directory import Directory
from cosell.auth.header import NO_DATE, Authorization, complaint, incomplete, parse
from cosell.clock import datetime
from cosell.config import Auth
from cosell.errors import (
    ApiError,
    ExpiredTokenException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnknownNamespaceException,
    UnrecognizedClientException,
)
from cosell.http import HttpRequest
from cosell.originals import Lock, compare_digest, getLogger, hmac_digest, sha256

if TYPE_CHECKING:
    from hashlib import _Hash  # noqa: TID251 - a type

_log = getLogger(__name__)
_BASIC = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SKEW_S = 900
_REMEMBERED_MAX = 1024
_PREFIX_MAX = 2048
_TOKEN = "x-amz-security-token"  # noqa: S105 - a header's name
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)


class _Scope:
    """One credential scope with one list of signed headers, ready to check requests with. Each
    request reads nearly all of it: a named tuple's fields would be found more slowly."""

    __slots__ = (
        "date", "expires_at", "identity", "macs", "names", "region", "service", "template",
        "terminator", "text", "values",
    )  # fmt: skip

    def __init__(self, said: Authorization, found: Credential) -> None:
        session = found.identity.session
        lines = "".join(f"{name}:%s\n" for name in said.names)
        self.identity = found.identity
        self.macs = _macs(said, found.secret)
        self.text = f"{said.date}/{said.region}/{said.service}/{said.terminator}"
        self.date = said.date
        self.region = said.region
        self.service = said.service
        self.terminator = said.terminator
        self.names = said.names
        self.values: Callable[[Mapping[str, str]], Any] = itemgetter(*said.names)
        self.template = f"{lines}\n{';'.join(said.names)}\n"
        self.expires_at = session.expires_at if session else 0  # 0: never


_Known: TypeAlias = _Scope | Identity  # an Identity is a stranger whose signature nobody can check


class Authenticator:
    """Checks requests against a directory; one for the life of a process, for all its threads."""

    __slots__ = ("_lock", "_mode", "_refusals", "_regions", "_remembered", "directory")

    def __init__(self, auth: Auth, token_key: bytes) -> None:
        self.directory = Directory(auth, token_key)
        self._mode = auth.mode
        self._regions = frozenset(auth.regions)
        self._remembered: dict[tuple[str, str], _Known] = {}
        self._refusals: set[tuple[str, str]] = set()
        self._lock = Lock()

    def authenticate(
        self,
        request: HttpRequest,
        signing_names: frozenset[str],
        wall_ms: int,
        *,
        any_region: bool = False,
    ) -> Identity:
        """Who sent the request. `signing_names` are the service names that its scope may carry;
        `any_region` is for services that every region has."""
        headers = request.headers
        authorization = headers.get("authorization")
        if not authorization:
            return self._unsigned()
        token = headers.get(_TOKEN, "")
        prefix, _, signature = authorization.rpartition("Signature=")
        known = self._remembered.get((prefix, token)) if len(signature) == 64 else None
        fresh = known is None
        if known is None:
            said = parse(authorization, headers)
            known = self._look_up(said, token)
            fresh = said.signature == signature  # it came last: the prefix tells all the rest
            signature = said.signature
        if isinstance(known, _Scope):
            if known.expires_at and wall_ms >= known.expires_at:
                raise ExpiredTokenException
            self._check_scope(known, signing_names, any_region)
            _check_signature(known, request, signature, wall_ms)
        if fresh:
            self._remember(prefix, token, known)
        return known.identity if isinstance(known, _Scope) else known

    def _unsigned(self) -> Identity:
        if self._mode == "strict":
            raise MissingAuthenticationTokenException
        self.would_refuse("", MissingAuthenticationTokenException())
        return self.directory.nobody()

    def _look_up(self, said: Authorization, token: str) -> _Known:
        if self._mode == "strict":
            said.ensure_complete()
        found = self.directory.find(said.key_id, token)
        if found is None:
            refusal = UnrecognizedClientException()
            if self._mode == "strict":
                raise refusal
            self.would_refuse(said.key_id, refusal)
            return self.directory.stranger(said.key_id)
        said.ensure_complete()
        if token and _TOKEN not in said.names:
            raise _must_be_signed(_TOKEN)
        return _Scope(said, found)

    def _remember(self, prefix: str, token: str, known: _Known) -> None:
        """Only what has been checked, so that garbage cannot push it out in strict mode."""
        if len(prefix) > _PREFIX_MAX or len(token) > _PREFIX_MAX:
            return
        with self._lock:
            if len(self._remembered) >= _REMEMBERED_MAX:
                self._remembered.pop(next(iter(self._remembered)))
            self._remembered[prefix, token] = known

    def _check_scope(self, scope: _Scope, signing_names: frozenset[str], any_region: bool) -> None:
        if scope.service not in signing_names:
            name = min(signing_names, default="")
            raise InvalidSignatureException(
                f"Credential should be scoped to correct service: '{name}'."
            )
        if not any_region and scope.region not in self._regions:
            raise InvalidSignatureException("Credential should be scoped to a valid region.")
        if scope.terminator != "aws4_request":
            raise InvalidSignatureException(
                "Credential should be scoped with a valid terminator: 'aws4_request'."
            )

    def lets_in(self, identity: Identity, namespace: str) -> bool:
        """Whether the caller may touch the namespace, as the mode has it."""
        return self._mode != "strict" or identity.may_use(namespace)

    def let_in(self, identity: Identity, namespace: str) -> None:
        """Refuse a caller who may not touch the namespace; in soft mode, say so."""
        if identity.may_use(namespace):
            return
        refusal = UnknownNamespaceException(
            f"There is no namespace {namespace!r} for this access key."
        )
        if self._mode == "strict":
            raise refusal
        self.would_refuse(identity.key_id, refusal)

    def would_refuse(self, key_id: str, refusal: ApiError) -> None:
        """In soft mode: say once for each key, and each namespace that it is not bound to, what
        strict mode would have answered."""
        elsewhere = isinstance(refusal, UnknownNamespaceException)
        told = (key_id, refusal.message if elsewhere else refusal.code)
        if self._mode != "soft" or told in self._refusals:
            return
        if len(self._refusals) < _REMEMBERED_MAX:
            self._refusals.add(told)
        who = f"the access key id {key_id!r}" if key_id else "a request without credentials"
        _log.warning("Strict mode would refuse %s: %s: %s", who, refusal.code, refusal.message)


def signed_service(request: HttpRequest) -> str | None:
    """The service that a request's credential scope names, unchecked; None where there is none."""
    _, _, after = request.headers.get("authorization", "").partition("Credential=")
    slots = after.partition(",")[0].strip().split("/")
    return slots[3] if len(slots) == 5 and slots[3] else None


def _macs(said: Authorization, secret: str) -> tuple["_Hash", "_Hash"]:
    """The two hashes of HMAC-SHA256 (RFC 2104), the inner and the outer one, begun with the signing
    key. To go on from copies costs half of what `hmac.HMAC` does; and `hmac.digest` would let go of
    the interpreter: on a busy server another thread takes it then, and getting it back costs more
    than all the rest of `_check_signature`."""
    key = f"AWS4{secret}".encode()
    for part in (said.date, said.region, said.service, said.terminator):
        key = hmac_digest(key, part.encode("utf-8", "surrogatepass"), "sha256")
    block = key.ljust(sha256().block_size, b"\0")
    inner, outer = (sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    return inner, outer


def _check_signature(scope: _Scope, request: HttpRequest, signature: str, wall_ms: int) -> None:
    method, path, query, headers, body, _ = request
    # "You must include the host header and any x-amz-* headers in the signature" (IAM user guide,
    # "Create a signed AWS API request"). Enforced is what this server acts on (header.py sees to
    # host): proxies add x-amz-* headers of their own on the way, such as x-amz-cf-id.
    if "x-amz-target" in headers and "x-amz-target" not in scope.names:
        raise _must_be_signed("x-amz-target")
    dated = "x-amz-date" if "x-amz-date" in headers else "date"
    if dated not in headers:
        raise incomplete(complaint(headers["authorization"], [NO_DATE]))
    if dated not in scope.names:
        raise _must_be_signed(dated)
    at = _check_time(scope, headers[dated], wall_ms // 1000)
    try:
        values = scope.values(headers)
    except KeyError as missing:
        raise incomplete(
            f"{missing} is named as a SignedHeader, but it does not exist in the HTTP request."
        ) from None
    block = scope.template % values
    if "  " in block or ": " in block or " \n" in block or "\t" in block:
        block = scope.template % tuple(map(folded, values))
    digest = sha256(body).hexdigest()
    path = "/" if path == "/" else path_of(path)
    query = query_of(query) if query else ""
    canonical = f"{method}\n{path}\n{query}\n{block}{digest}"
    hashed = sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope.text}\n{hashed}".encode("utf-8", "surrogatepass")
    begun, ending = scope.macs
    inner, outer = begun.copy(), ending.copy()
    inner.update(text)
    outer.update(inner.digest())
    expected = outer.hexdigest()
    # Without the payload's own hash a body is not signed at all: UNSIGNED-PAYLOAD belongs to S3.
    stated = headers.get("x-amz-content-sha256", digest)
    if not signature.isascii() or not compare_digest(expected, signature) or stated != digest:
        raise InvalidSignatureException(_MISMATCH)


def _check_time(scope: _Scope, sent: str, now_s: int) -> str:
    """The request's own instant as its signature tells it, if that is near enough to now."""
    at, sent_s = _instant(sent)
    if at[:8] != scope.date:
        raise InvalidSignatureException(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{scope.date}' != '{at[:8]}', from '{at}'."
        )
    if sent_s < now_s - _SKEW_S:
        raise InvalidSignatureException(
            f"Signature expired: {at} is now earlier than {_basic(now_s - _SKEW_S)} "
            f"({_basic(now_s)} - 15 min.)"
        )
    if sent_s > now_s + _SKEW_S:
        raise InvalidSignatureException(
            f"Signature not yet current: {at} is still later than {_basic(now_s + _SKEW_S)} "
            f"({_basic(now_s)} + 15 min.)"
        )
    return at


@lru_cache(maxsize=64)  # whoever calls often calls several times in a second
def _instant(sent: str) -> tuple[str, float]:
    """`20261123T080000Z` and its seconds since 1970; a Date header may have HTTP's own form."""
    try:
        if _BASIC.fullmatch(sent):
            return sent, datetime.fromisoformat(sent).timestamp()
        from email.utils import parsedate_to_datetime  # few clients leave x-amz-date out

        at = parsedate_to_datetime(sent)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}", at.timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        raise InvalidSignatureException(
            "Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601"
        ) from None


def _basic(instant_s: int) -> str:
    return f"{datetime.fromtimestamp(instant_s, UTC):%Y%m%dT%H%M%SZ}"


def _must_be_signed(name: str) -> ApiError:
    return InvalidSignatureException(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")

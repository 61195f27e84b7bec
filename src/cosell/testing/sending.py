"""What happens to a request of botocore's: a world answers it, or it goes on its way.

It is ours if its target or the scope of its signature says so, whatever host it was meant for. The
only module here that imports botocore at once; it is loaded with the first request.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import botocore
from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from cosell.config import is_loopback
from cosell.http import HttpRequest
from cosell.testing import environment, interception, staying
from cosell.testing.calling import DESK, SELLING
from cosell.testing.current import Reached, addressed, current, gone, is_ours
from cosell.testing.dead_calls import BOUND
from cosell.testing.place import AnswerLate, ConnectionCut
from cosell.testing.speaking import let_speak, scope_of
from cosell.testing.there import ServerGone
from cosell.testing.too_late import WorldClosed, closed
from cosell.testing.whence import made_at

staying.hold(botocore)  # another one's clients would not know the errors that are raised here

_STS: Final = "sts"
_CALLED: Final = {
    SELLING[0]: "Partner Central",
    DESK[0]: "desk",
    _STS: "token service of AWS",
}
_TARGETS: Final = {target: name for name, target in (SELLING, DESK)}
_USE: Final = (
    "there is no current world. Use the fixture `cosell`, or `with cosell.testing.World():`,"
    " around the code that calls"
)
_OVER: Final = (
    "the run of tests is over. End what a test begins (join its threads, shut its pools down)"
    " before it ends"
)
# Partner Central's other services (partnercentral-account, -benefits and their like), by what their
# real hosts begin and end with: the same call to a host of the test's own is none of ours.
_REAL_HOST: Final = "partnercentral-"
_AWS: Final = (".api.aws", ".amazonaws.com")
_ACTION: Final = re.compile(rb"(?:^|&)Action=(\w+)")  # in a form
_PORTS: Final = {"http": ":80", "https": ":443"}


class NotLetOut(BotoCoreError):  # type: ignore[misc]  # botocore has no types
    """A call was stopped before it left: no world is there for it. Nobody retries it."""

    fmt = "{what}"


def stop(what: str) -> NotLetOut:
    """The exception to raise for a call that is stopped. It is noted, with where the call was made:
    code that swallows errors of botocore's swallows this one too, and the test has to fail all the
    same."""
    told = f"{what} The call was made at {made_at()}."
    interception.note_stopped(told)
    return NotLetOut(what=told)


def send(original: Callable[[Any, Any], Any], session: Any, request: Any) -> Any:
    """What takes the place of `URLLib3Session.send`: botocore's AWSResponse, or its exceptions."""
    __tracebackhide__ = True
    service = _service(request.headers)
    parts = urlsplit(request.url)
    if service is None:
        _ensure_is_elsewhere(request, parts)
        return original(session, request)
    bound: Reached | None = getattr(request, BOUND, None)
    world = bound or addressed(parts.netloc, parts.path) or current()
    if world is None:
        _ensure_may_leave(service, request, parts)
        return original(session, request)
    return answer(world, session, request)


def _service(headers: Mapping[str, Any]) -> str | None:
    """The name of the service if it is one of ours; an unsigned request for STS is not."""
    target = headers.get("X-Amz-Target")
    if target is not None:
        named = _TARGETS.get(_text(target).partition(".")[0])
        if named is not None:
            return named
    service = scope_of(_text(headers.get("Authorization") or ""))[1]
    return service if service in _CALLED else None


def answer(world: Reached, session: Any, request: Any) -> AWSResponse:
    """What a world answers a request of botocore's, or botocore's exception if nothing comes."""
    __tracebackhide__ = True
    parts = urlsplit(request.url)
    name = gone(parts.path) if is_ours(parts.netloc) else None
    if name or world.closed:
        raise _too_late(request, parts.path, closed(name or world.name))
    sent = request.headers  # whose items() take longer than it does
    headers = {name.lower(): _text(sent[name]) for name in sent}
    headers.setdefault("host", parts.netloc.removesuffix(_PORTS.get(parts.scheme, "")))
    let_speak(headers, world.account)
    world.about_to_call(headers.get("x-amz-target", parts.path).rpartition(".")[2].strip("/"))
    path, body = parts.path or "/", _bytes(request.body)
    asked = HttpRequest(request.method, path, parts.query, headers, body, world.name)
    try:
        answered = world.way.exchange(asked, _patience_s(session, request))
    except WorldClosed as late:  # by another thread, just now, or by the end of the process
        raise _too_late(request, parts.path, str(late)) from None
    except (ConnectionCut, AnswerLate, ServerGone) as error:
        raise _lost(error, request, _address(world, request.url, parts)) from error
    told = [*answered.headers, ("content-length", str(len(answered.body)))]
    response = AWSResponse(request.url, answered.status, told, _Raw(answered.body))
    if not request.stream_output:
        _ = response.content  # as botocore does: what is there is read
    return response


def _lost(error: OSError, request: Any, url: str) -> BotoCoreError:
    """What botocore raises where no answer came from an address."""
    if isinstance(error, AnswerLate):
        return ReadTimeoutError(endpoint_url=url, error=error)
    if isinstance(error, ServerGone):
        return EndpointConnectionError(endpoint_url=url, error=error)
    return ConnectionClosedError(error=error, request=request, endpoint_url=url)


def _address(world: Reached, url: str, parts: SplitResult) -> str:
    """The address that a call was made to: a client that was made while there was no world has
    nobody's, and its call came to this one all the same."""
    if parts.netloc != environment.NOBODY:
        return url
    try:
        return f"{world.endpoint_url}/"
    except Exception:  # no socket is to be had, or by now it is closed
        return f"the world {world.name}"


def _too_late(request: Any, path: str, why: str) -> NotLetOut:
    return stop(f"{_operation(request, path)} had no world to go to. {why}")


def _ensure_may_leave(service: str, request: Any, parts: SplitResult) -> None:
    """NotLetOut for a call that no world answers, if it was meant for the real service or for the
    world that was current when its client was made."""
    __tracebackhide__ = True
    called = _operation(request, parts.path)
    if is_ours(parts.netloc):
        raise stop(f"{called} has no world to go to: {_what_to_do()}.")
    to = f" ({request.url})"
    if parts.netloc == environment.NOBODY:
        to = ""  # it was made while nothing may leave, and would go to the real one else
    elif is_loopback(parts.hostname or "") or interception.may_leave():
        return
    key_id = scope_of(_text(request.headers.get("Authorization") or ""))[0]
    if service == _STS and not environment.is_made_up(key_id):
        return  # somebody's own credentials, for something else than this
    raise stop(
        f"{called} was about to leave for the real {_CALLED[service]}{to}: {_what_to_do()}; to let"
        " such calls go out, run pytest with --cosell-allow-real."
    )


def _what_to_do() -> str:
    return _OVER if interception.is_over() else _USE


def _ensure_is_elsewhere(request: Any, parts: SplitResult) -> None:
    """NotLetOut for a call that is meant for a real service of Partner Central's, but for none that
    a world has: to whoever runs a test it is as much an accident."""
    __tracebackhide__ = True
    host = parts.hostname or ""
    is_real = host.startswith(_REAL_HOST) and host.endswith(_AWS)
    if is_real and not interception.may_leave():
        raise stop(
            f"{_operation(request, parts.path)} was about to leave for the real Partner Central"
            f" ({request.url}): of its services a world has {SELLING[0]} alone. Put something of"
            " the test's own in its place, as botocore's Stubber; to let such calls go out, run"
            " pytest with --cosell-allow-real."
        )


def _operation(request: Any, path: str) -> str:
    target = _text(request.headers.get("X-Amz-Target") or "").rpartition(".")[2]
    action = _ACTION.search(_bytes(request.body))
    named = target or path.rpartition("/")[2] or (action[1].decode() if action else "")
    return named or "A call"


def _patience_s(session: Any, request: Any) -> float | None:
    """The read timeout that botocore would have waited for on a socket."""
    context = getattr(request, "context", None) or {}
    asked = context.get("read_timeout")
    if asked is None:
        timeout = getattr(session, "_timeout", None)
        asked = getattr(timeout, "read_timeout", timeout)
    return float(asked) if isinstance(asked, int | float) else None


def _text(value: Any) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body.read() if hasattr(body, "read") else body)


class _Raw(io.BytesIO):
    """A body as urllib3 hands it over."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """All that is left, in one piece."""
        yield self.read()

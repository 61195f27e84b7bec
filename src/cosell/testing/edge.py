"""The edge of a place in this process: HTTP/1.1 on one connection, with the limits of the server's.

Speaks in a thread of its own, with the standard library alone. A path without a namespace means the
world that is current. Must not know operations.
"""

import re
import socket
import sys
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import urlsplit

from cosell import __version__, ids
from cosell.browsers import Gate
from cosell.clock import SECOND_MS, http_date, monotonic, wall_ms
from cosell.config import Config
from cosell.errors import (
    ApiError,
    InternalServerException,
    RequestEntityTooLargeException,
    RequestTimeoutException,
    SerializationException,
    UnknownNamespaceException,
)
from cosell.http import HttpRequest, HttpResponse
from cosell.originals import getLogger, getpid, orjson
from cosell.selling.contract import CONTRACT
from cosell.testing.current import addressed, current, gone
from cosell.testing.place import ConnectionCut, Place
from cosell.testing.speaking import let_speak
from cosell.testing.there import ServerGone
from cosell.testing.too_late import WorldClosed, closed
from cosell.wire import aws_json

log = getLogger("cosell")

_HEALTH: Final = "/_cosell/health"
_CONFIG: Final = Config()
_GATE: Final = Gate(_CONFIG)
_LIMITS: Final = _CONFIG.limits
_CHUNK_BYTES: Final = 65_536
_DIGITS_MAX: Final = 18  # a length with more of them is read as one that nothing has
_SIZE: Final = re.compile(rb"[0-9a-fA-F]{1,16}")


def serve(connection: socket.socket, address: tuple[str, int], place: Place) -> None:
    """Answer every request of a connection until its client or a refusal closes it."""
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _Connection(connection, address, place)  # type: ignore[arg-type]  # it stands for the server
    except OSError:  # the client has left
        pass
    finally:
        connection.close()


class _Connection(BaseHTTPRequestHandler):
    """One connection; requests follow each other on it."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        """What every method does."""
        headers = self._folded()
        try:
            response = self._answered(headers)
        except ApiError as error:
            response = _refusal(error, headers)
        except ConnectionCut:
            self.close_connection = True
            return
        except WorldClosed as error:
            response = _refusal(UnknownNamespaceException(str(error)), headers)
        except ServerGone as error:
            response = _refusal(InternalServerException(str(error)), headers)
        except Exception:
            log.exception("the edge failed")
            response = _refusal(InternalServerException(), headers)
        if "origin" in headers:
            response.headers.extend(_GATE.granted(headers))
        self._send(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def _answered(self, headers: dict[str, str]) -> HttpResponse:
        try:
            _GATE.ensure_let_in(headers)
            sent = self._body(headers)
            body = sent if self.command == "POST" else b""
        except BaseException:
            self.close_connection = True  # what was not read is no request
            raise
        parts = urlsplit(self.path)
        request = HttpRequest(self.command, parts.path or "/", parts.query, headers, body)
        if self.command != "POST" and (aside := _aside(request)) is not None:
            return aside
        place: Any = self.server
        if name := gone(request.path):
            raise UnknownNamespaceException(closed(name))
        if request.path.startswith("/ns/"):
            world = addressed(place.doorway.netloc, request.path)
        else:
            world = current()
            if world is None:
                raise UnknownNamespaceException(
                    "No world is current in the process that listens here. Call while a test has"
                    " the fixture `cosell`, or name a namespace in the path: /ns/<name>/."
                )
            let_speak(headers, world.account)
            request = request._replace(namespace=world.name)
        if world is not None:
            place = world.way
        response: HttpResponse = place.exchange(request)
        return response

    def _folded(self) -> dict[str, str]:
        """Headers as a dictionary; one that was sent several times is joined by commas."""
        headers: dict[str, str] = {}
        for sent, value in self.headers.items():
            name = sent.lower()
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        return headers

    def _body(self, headers: dict[str, str]) -> bytes:
        until = monotonic() + _LIMITS.body_s_max
        try:
            if "transfer-encoding" in headers:
                if headers["transfer-encoding"].lower() != "chunked":
                    raise SerializationException("Transfer-Encoding may be chunked, and no other.")
                return self._chunks(headers, until)
            length = headers.get("content-length", "0")
            if not length.isdecimal():
                raise SerializationException("Content-Length is no number.")
            size = int(length) if len(length) <= _DIGITS_MAX else sys.maxsize
            self._ensure_fits(headers, size)
            return self._read(size, until)
        except TimeoutError:
            raise RequestTimeoutException(
                f"The body did not arrive within {_LIMITS.body_s_max:g} seconds."
            ) from None
        finally:
            self.connection.settimeout(None)

    def _chunks(self, headers: dict[str, str], until: float) -> bytes:
        """A body whose length nobody told: it is read until it is over, or over the limit."""
        body = b""
        while True:
            self.connection.settimeout(max(until - monotonic(), 0.001))
            told = self._line().partition(b";")[0].strip()
            if not _SIZE.fullmatch(told):
                raise SerializationException("A chunk's size is no hexadecimal number.")
            size = int(told, 16)
            self._ensure_fits(headers, len(body) + size)
            if not size:
                self._skip_trailers(until)
                return body
            body += self._read(size, until)
            if self._line().strip():
                raise SerializationException("A chunk is longer than its size says.")

    def _skip_trailers(self, until: float) -> None:
        while self._line().strip():
            self.connection.settimeout(max(until - monotonic(), 0.001))

    def _line(self) -> bytes:
        line = self.rfile.readline(_CHUNK_BYTES)
        if not line.endswith(b"\n"):
            raise RequestTimeoutException("The client left before its body had arrived.")
        return line

    def _ensure_fits(self, headers: dict[str, str], size: int) -> None:
        """Refuse a body that is larger than others may be, unless it is for who takes such."""
        if size <= _LIMITS.body_bytes_max:
            return
        place: Any = self.server
        path = urlsplit(self.path).path
        bytes_max = place.engine.body_bytes_max(HttpRequest("POST", path, "", headers, b""))
        if size > bytes_max:
            raise RequestEntityTooLargeException(f"The body is larger than {bytes_max} bytes.")

    def _read(self, size: int, until: float) -> bytes:
        read = bytearray()
        while len(read) < size:
            self.connection.settimeout(max(until - monotonic(), 0.001))
            part = self.rfile.read1(min(size - len(read), _CHUNK_BYTES))
            if not part:
                raise RequestTimeoutException("The client left before its body had arrived.")
            read += part
        return bytes(read)

    def _send(self, response: HttpResponse) -> None:
        named = {name for name, _ in response.headers}
        added = [("content-length", str(len(response.body)))]
        if "date" not in named:
            added.append(("date", http_date(wall_ms() // SECOND_MS)))
        if self.close_connection:
            added.append(("connection", "close"))
        reason = self.responses.get(response.status, ("",))[0]
        head = f"HTTP/1.1 {response.status} {reason}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in (*response.headers, *added)
        )
        body = b"" if self.command == "HEAD" else response.body
        self.wfile.write(head.encode("latin-1") + b"\r\n" + body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the world has a journal."""


def _aside(request: HttpRequest) -> HttpResponse | None:
    """What is answered beside the API: a browser that asks first, and the health check."""
    if request.method == "OPTIONS":
        return _GATE.preflight(request.headers)
    if request.path != _HEALTH or request.method not in ("GET", "HEAD"):
        return None
    state = {
        "Status": "ok",
        "Version": __version__,
        "ModelDate": CONTRACT.model_date,
        "Auth": "open",
        "Process": getpid(),
    }
    return HttpResponse(200, [("content-type", aws_json.PLAIN)], orjson.dumps(state))


def _refusal(error: ApiError, headers: dict[str, str]) -> HttpResponse:
    request_id = ids.uuid(ids.new_random())
    return aws_json.encode_error(error, aws_json.content_type(headers), request_id)

"""A place that is a server of its own: a request goes there over HTTP, the answer comes back.

What was signed for AWS's host is sent with the server's Host and under the namespace's path, so a
server can check no signature of it: it has to be in open mode. Must not know operations, nor
botocore.
"""

import re
import select
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection

from cosell import address
from cosell.http import HttpRequest, HttpResponse
from cosell.originals import getpid, local, orjson
from cosell.testing.hurry import Hurried, Patience
from cosell.testing.place import AnswerLate, ConnectionCut

_SESSION_TOKEN = "x-amz-security-token"  # noqa: S105 - a header's name
_FRAMING = frozenset({"content-length", "connection", "transfer-encoding"})  # of one way alone
# Whom a page's origin is asked of is who speaks to the page.
_OURS = _FRAMING | {"host", "origin", _SESSION_TOKEN}
_ELSEWHERE = re.compile(r"/ns/[^/]*")
_CONNECT_S = 5.0
_HEALTH = "/_cosell/health"


class ServerGone(ConnectionError):
    """Nobody answers at the server's address."""


class There:
    """A server, spoken to on one connection for each thread, which is kept open."""

    def __init__(self, url: str) -> None:
        """ValueError for an address that is none."""
        where = address.read(url)
        if where.path:
            raise ValueError(
                f"{url!r} has a path ({where.path}), and a world has a namespace of its own on the"
                f" server: name the server alone, as in {where.scheme}://{where.netloc}."
            )
        if behind := re.search(r"[?#].*", url):
            raise ValueError(
                f"{url!r} has more than an address ({behind[0]}): name the server alone, as in"
                f" {where.scheme}://{where.netloc}."
            )
        self.url = f"{where.scheme}://{where.netloc}"
        self._host, self._port = where.host, where.port
        self._connect = HTTPSConnection if where.scheme == "https" else HTTPConnection
        self._own = local()
        self._patience = Patience(self.url)

    @property
    def hurried(self) -> Hurried:
        """The same for who leaves in a hurry."""
        return Hurried(self, self._patience)

    def exchange(
        self,
        request: HttpRequest,
        patience_s: float | None = None,
        connect_s: float = _CONNECT_S,
    ) -> HttpResponse:
        """The server's answer; ServerGone if nobody is there, within so many seconds."""
        kept = self._taken(connect_s)
        connection = kept.connection
        path = _path(request) + (f"?{request.query}" if request.query else "")
        # A session's token is bound to the path that it signed. Without it the key id alone says
        # whose session it is.
        headers = {name: told for name, told in request.headers.items() if name not in _OURS}
        try:
            if connection.sock is not None:
                connection.sock.settimeout(patience_s)
            connection.request(request.method, path, request.body, headers)
            answer = _read(connection.getresponse())
            self._own.kept = kept
            self._patience.renew()
            return answer
        except TimeoutError:
            connection.close()
            raise AnswerLate(f"{self.url} did not answer within {patience_s:g} s.") from None
        except (OSError, HTTPException) as error:
            connection.close()
            raise ConnectionCut(f"{self.url} closed the connection: {error!r}") from error
        except BaseException:  # a signal's: half an exchange is on it
            connection.close()
            raise

    def _taken(self, connect_s: float) -> "_Kept":
        """This thread's connection, or another one if the server has closed that. Until somebody
        puts it back nobody else has it, whatever else is at work in this thread."""
        kept: _Kept | None = self._own.__dict__.pop("kept", None)
        if kept is not None and kept.is_alive():
            return kept
        made = self._connect(self._host, self._port, timeout=connect_s)
        try:
            made.connect()
        except OSError as error:
            raise ServerGone(
                f"No cosell answers at {self.url} ({error.strerror or error}). Start it"
                " (cosell serve), or name no server: then the worlds are in this process."
            ) from error
        return _Kept(made)


class _Kept:
    """A connection that is closed with the thread, or the place, that it belongs to."""

    def __init__(self, connection: HTTPConnection) -> None:
        self.connection = connection
        self._process = getpid()

    def is_alive(self) -> bool:
        """Whether it is open: what comes where nothing was asked is its end. After a fork it is
        the other process's."""
        if self.connection.sock is None or self._process != getpid():
            return False
        poll = select.poll()
        poll.register(self.connection.sock, select.POLLIN)
        return not poll.poll(0)

    def __del__(self) -> None:
        self.connection.close()


@cache
def there(url: str) -> There:
    """The place of a server, one for all its worlds."""
    return There(url)


def ensure_usable(url: str) -> None:
    """ServerGone if nobody answers at an address, ValueError if that is no cosell, or one that
    would not have worlds."""
    try:
        place = there(url)
        answer = place.exchange(HttpRequest("GET", _HEALTH, "", {}, b""), _CONNECT_S)
        auth = orjson.loads(answer.body)["Auth"]
    except (AnswerLate, ConnectionCut, orjson.JSONDecodeError, KeyError, TypeError):
        raise ValueError(f"What answers at {url} is no cosell server.") from None
    if auth != "open":
        raise ValueError(
            f"The server at {url} checks signatures (its auth mode is {auth}), and calls that are"
            " sent on to a world have none for it: start one with cosell serve --auth open."
        )


def _path(request: HttpRequest) -> str:
    if request.namespace is None:
        return request.path
    path = (
        "/"
        if "x-amz-target" in request.headers
        else _ELSEWHERE.sub("", request.path, count=1) or "/"
    )
    return f"/ns/{request.namespace}{path}"


def _read(response: HTTPResponse) -> HttpResponse:
    told = ((name.lower(), value) for name, value in response.getheaders())
    headers = [(name, value) for name, value in told if name not in _FRAMING]
    return HttpResponse(response.status, headers, response.read())

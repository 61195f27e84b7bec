"""What is asked of a server beside its API, by whoever keeps it running: whether it lives, whether
it can answer, what it counted. Open to whoever may reach it: nothing here is anybody's.

Must not know an operation.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, Protocol, TypeVar

from cosell.http import HttpRequest, HttpResponse
from cosell.observing import logs
from cosell.observing.watching import COUNTS, SCRAPES, Watching
from cosell.originals import orjson
from cosell.store import StoreError

log = logging.getLogger("cosell.ready")

HEALTH: Final = "/_cosell/health"
READY: Final = "/_cosell/ready"
METRICS: Final = "/_cosell/metrics"
_ANSWER_S_MAX: Final = 1.0  # how long the store may take to answer
_JSON: Final = "application/json"
_TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
_SLOW: Final = f"The store did not answer within {_ANSWER_S_MAX:g} second."
_NAMED: Final = re.compile(r'"[^"]*"')
_STOPPING: Final = "The server is stopping: calls that run are finished, new ones go elsewhere."
_OFF: Final = (
    "This server counts nothing. Start it with --metrics, with COSELL_METRICS=true in its"
    " environment, or with metrics = true in its configuration file."
)
_Made = TypeVar("_Made")


class Checked(Protocol):
    """What is asked whether it is ready: a store, or who works on one."""

    @property
    def where(self) -> str: ...

    def check(self) -> None:
        """StoreError, which says why, unless it is."""
        ...


class Probes:
    """Answers probes; on the server's loop."""

    def __init__(
        self,
        checked: Checked,
        state: Mapping[str, object],
        metrics: Callable[[], bytes] | None,
        watching: Watching,
    ) -> None:
        """`state` is what the health check says; `metrics` None: there are none. Whoever fails to
        watch is shown to who asks whether the server is ready."""
        self._watching = watching
        self._stopping = False
        self._where = checked.where
        self._state = state
        self._checking = _Alone(checked.check, "cosell-ready")
        self._scraping = metrics and _Alone(metrics, "cosell-metrics")
        self._told = ""  # why the server was not ready when it was asked last
        self._answers: Mapping[str, Callable[[], HttpResponse | Awaitable[HttpResponse]]] = {
            HEALTH: self._health,
            READY: self._ready,
            METRICS: self._metrics,
        }

    def know(self, path: str) -> bool:
        """Whether it is a probe's path."""
        return path in self._answers

    def answer(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse] | None:
        """The answer to a probe, perhaps in a while; None for any other request."""
        if request.method not in ("GET", "HEAD"):
            return None
        answer = self._answers.get(request.path)
        return answer() if answer else None

    def _health(self) -> HttpResponse:
        """That it lives; from memory."""
        return _said(200, self._state)

    def stop(self) -> None:
        """The server is to end: it is not ready from here on."""
        self._stopping = True

    async def _ready(self) -> HttpResponse:
        """Whether a call would be answered, or why not."""
        why = _STOPPING if self._stopping else await self._why_not()
        if why != self._told:  # once, not at every probe
            self._told = why
            log.warning("%s", why or "The store answers again.")
        if why:
            # Where it is, and what it calls itself, is for the log.
            told = _NAMED.sub("…", why.replace(f" {self._where}", ""))
            return _said(503, {"Status": "unready", "Message": told})
        wrong = " ".join(filter(None, (self._watching.wrong(), logs.trouble())))
        return _said(200, {"Status": "ready"} | ({"Message": wrong} if wrong else {}))

    async def _why_not(self) -> str:
        try:
            await asyncio.wait_for(asyncio.shield(self._checking.ask()), _ANSWER_S_MAX)
        except TimeoutError:
            return _SLOW
        except StoreError as error:
            return str(error)
        return ""

    async def _metrics(self) -> HttpResponse:
        if self._scraping is None:
            wrong = self._watching.wrong(COUNTS)
            return _said(503 if wrong else 404, {"Message": wrong or _OFF})
        try:
            text = await asyncio.shield(self._scraping.ask())
        except OSError as error:
            self._watching.miss(SCRAPES, error)
            return _said(503, {"Message": self._watching.wrong(SCRAPES)})
        self._watching.go_on(SCRAPES)
        return HttpResponse(200, [("content-type", _TEXT)], text)


class _Alone(Generic[_Made]):
    """Work in a thread of its own, once at a time: who asks meanwhile gets the same answer, so that
    a crowd costs what one does, and holds nobody else up."""

    def __init__(self, work: Callable[[], _Made], name: str) -> None:
        self._work = work
        self._name = name
        self._thread: ThreadPoolExecutor | None = None  # until somebody asks
        self._asked: asyncio.Future[_Made] | None = None

    def ask(self) -> "asyncio.Future[_Made]":
        """What the work makes; to be shielded by who may give up on it."""
        if self._asked is None:
            self._thread = self._thread or ThreadPoolExecutor(1, self._name)
            loop = asyncio.get_running_loop()
            self._asked = loop.run_in_executor(self._thread, self._work)
            self._asked.add_done_callback(self._done)
        return self._asked

    def _done(self, asked: "asyncio.Future[_Made]") -> None:
        self._asked = None
        if not asked.cancelled():
            asked.exception()  # who asked may have given up; then nobody else looks at it


def _said(status: int, document: Mapping[str, object]) -> HttpResponse:
    return HttpResponse(status, [("content-type", _JSON)], orjson.dumps(document))

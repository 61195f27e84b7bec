"""The edge: RSGI on one side, the synchronous core on the other. Limits in bytes and in seconds.

Opens the store and owns its end. Must not know an operation, nor a protocol of AWS's beyond how a
refusal looks.
"""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # it is meant to be had there

from cosell import __version__, connections, counting, garbage, ids, words
from cosell.browsers import Gate
from cosell.clock import perf_counter, wall_ms
from cosell.config import Config, counts, is_postgres
from cosell.errors import (
    ApiError,
    InternalServerException,
    RequestEntityTooLargeException,
    RequestTimeoutException,
)
from cosell.http import HttpRequest, HttpResponse
from cosell.journal import PRESENT, Trace
from cosell.observing import logs
from cosell.observing.probes import Probes
from cosell.observing.watching import GAUGES
from cosell.selling.contract import CONTRACT
from cosell.service import Engine
from cosell.store import Store, StoreError
from cosell.store.sqlite import SqliteStore
from cosell.turns import Turns
from cosell.wire import aws_json

log = logging.getLogger("cosell")

_PARENT_CHECK_S = 0.25
_NOTE_S = 1.0
_LAST_CHECK = 2  # then a worker without its main process ends whatever it is at


class Headers(Protocol):
    def items(self) -> list[tuple[str, str]]: ...

    def keys(self) -> list[str]: ...

    def values(self) -> list[str]: ...


class Scope(Protocol):
    proto: str
    client: str
    method: str
    path: str
    query_string: str

    @property
    def headers(self) -> Headers: ...


class Stream(Protocol):
    def send_bytes(self, data: bytes) -> Awaitable[None]: ...


class Exchange(Protocol):
    """What RSGI calls a protocol: the body to await, and the answer to give."""

    def __call__(self) -> Awaitable[bytes]: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Stream: ...


class App:
    """One worker's application: `__rsgi__` answers, `__rsgi_init__` and `__rsgi_del__` begin and
    end it with the server's loop."""

    def __init__(
        self, config: Config, store: Store, main: int, counted: str | OSError | None = None
    ) -> None:
        """`counted` is where the processes of this server count together, if they do, or why they
        cannot."""
        self._config = config
        self._main = main
        self._store = store
        self._limits = config.limits
        self._gate = Gate(config)
        self._engine = Engine(store, config, ids.new_token_key())
        # A database elsewhere is waited for; our own answers before others could have a turn.
        self._turns = None if store.alone else Turns(config.postgres)
        self._engine.takes_turns = self._turns is not None
        self._in_progress = 0  # calls that have no answer yet
        self._counts_together = counted is not None
        watching = self._engine.watching
        self._metrics = counting.begin(store, counted, watching) if counts(config) else None
        if self._metrics is not None:
            self._metrics.watch(lambda: self._in_progress)
        if config.log.has_calls:
            logs.log_calls(config.log, watching)
        scraped = self._metrics.text if self._metrics else None
        self._probes = Probes(store, self._state(), scraped, watching)
        self._waiting: dict[asyncio.Task[None] | None, float] = {}  # for a body, until when
        self._overdue: set[asyncio.Task[None] | None] = set()

    def open(self, path: str) -> None:
        """Begin with the namespace that a file has; StoreError if that cannot be."""
        try:
            self._engine.open(Path(path).read_bytes())
        except (OSError, ValueError) as error:
            raise StoreError(f"{path} cannot be opened. {error}") from error
        except ApiError as error:
            raise StoreError(f"{path} cannot be opened. {error.message}") from error

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._store.alone:
            self._engine.runner.start()  # else workers do what is due
        self._watch_main(loop, words.leave_to_main(loop, self._engine.runner.leave_clocks))
        self._end_waiting(loop)
        loop.add_signal_handler(words.DRAIN, self._probes.stop)
        if self._counts_together:
            self._note(loop)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._engine.runner.stop()
        if self._turns is not None:
            self._turns.shutdown()
        self._store.close()

    def _watch_main(
        self, loop: asyncio.AbstractEventLoop, end: Callable[[], None], alone: int = 0
    ) -> None:
        """A worker whose main process was killed ends too: it would keep the port and the state."""
        if os.getppid() != self._main:
            if alone == _LAST_CHECK:  # the server heeds no signal while it starts
                logs.flush()
                os._exit(1)
            log.error("The main process %d is gone; stopping.", self._main)
            end()
            alone += 1
        loop.call_later(_PARENT_CHECK_S, self._watch_main, loop, end, alone)

    def _note(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write down how busy this process is: a scrape reaches one of several, and tells all."""
        if self._metrics is not None:
            self._engine.watching.guard(GAUGES, self._metrics.note)
        loop.call_later(_NOTE_S, self._note, loop)

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        headers = _folded(scope.headers)
        method = scope.method
        calls = method == "POST"
        self._in_progress += calls
        try:
            probed = not calls and self._probes.know(scope.path)
            self._gate.ensure_let_in(headers, by_address=probed)
            body = await self._body(scope, headers, exchange) if calls else b""
            request = HttpRequest(method, scope.path, scope.query_string, headers, body)
            if not calls and (aside := await self._aside(request)) is not None:
                response = aside
            else:
                here = self._turns is None and not self._engine.is_long(request)
                response = self._engine.handle(request) if here else await self._answer(request)
                if response.then is not None:
                    response = await self._waited_for(response)
            if response.delay_s:
                await asyncio.sleep(response.delay_s)
        except ApiError as error:
            response = self._refusal(error, headers)
        except Exception:
            response = self._refusal(InternalServerException(), headers, "the edge failed")
        finally:
            self._in_progress -= calls
        status, answered, body, _, cut, _, _ = response
        if cut:
            await _cut(scope, exchange)
            return
        if "origin" in headers:
            answered.extend(self._gate.granted(headers))
        exchange.response_bytes(status, answered, body)

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        """What the core says, called in a thread, where it keeps nobody waiting."""
        handle, turns = self._engine.handle, self._turns
        if turns is None:
            return await asyncio.to_thread(handle, request)
        way = self._engine.way(request)
        response = await turns.take(way, partial(handle, request, perf_counter()))
        while (then := response.then) is not None:
            await asyncio.sleep(response.delay_s)
            way = way._replace(how="writes") if response.pen else way
            response = await turns.take(way, then)
        return response

    async def _waited_for(self, response: HttpResponse) -> HttpResponse:
        """What the core says in the end, when it asked to wait first."""
        while response.then is not None:
            await asyncio.sleep(response.delay_s)
            response = response.then()
        return response

    async def _aside(self, request: HttpRequest) -> HttpResponse | None:
        """What is answered beside the API: a browser that asks first, and probes."""
        if request.method == "OPTIONS":
            return self._gate.preflight(request.headers)
        answer = self._probes.answer(request)
        return answer if isinstance(answer, HttpResponse | None) else await answer

    def _state(self) -> dict[str, object]:
        """What the health check says."""
        return {
            "Status": "ok",
            "Version": __version__,
            "ModelDate": CONTRACT.model_date,
            "Auth": self._config.auth.mode,
            "Main": self._main,
            "Process": os.getpid(),
        }

    async def _body(self, scope: Scope, headers: dict[str, str], exchange: Exchange) -> bytes:
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._limits.body_bytes_max:
            self._ensure_fits(scope, headers, int(length))
        task = asyncio.current_task()
        self._waiting[task] = time.monotonic() + self._limits.body_s_max
        try:
            if length.isdecimal():
                return await exchange()
            return await self._unannounced(scope, headers, exchange)
        except ProtocolClosed:  # nobody hears the answer; it is no fault of ours to be logged
            raise RequestTimeoutException("The client left before its body had arrived.") from None
        except asyncio.CancelledError:
            if task not in self._overdue:
                raise
            raise RequestTimeoutException(
                f"The body did not arrive within {self._limits.body_s_max:g} seconds."
            ) from None
        finally:
            del self._waiting[task]
            self._overdue.discard(task)

    def _end_waiting(self, loop: asyncio.AbstractEventLoop) -> None:
        """End the calls whose body is overdue; they stand in the order in which they came. One
        timer for all of them: one for each would cost a fifth of a request."""
        now = time.monotonic()
        for task, until in list(self._waiting.items()):
            if until > now or task is None:
                break
            self._overdue.add(task)
            task.cancel()
        loop.call_later(min(1.0, self._limits.body_s_max / 4), self._end_waiting, loop)

    async def _unannounced(
        self, scope: Scope, headers: dict[str, str], exchange: Exchange
    ) -> bytes:
        """A body whose length nobody told: it is read until it is over, or over the limit."""
        chunks, size = [], 0
        async for chunk in exchange:
            size += len(chunk)
            if size > self._limits.body_bytes_max:
                self._ensure_fits(scope, headers, size)
            chunks.append(bytes(chunk))
        return b"".join(chunks)

    def _ensure_fits(self, scope: Scope, headers: dict[str, str], size: int) -> None:
        """Refuse a body that is larger than others may be, unless it is for who takes such."""
        request = HttpRequest(scope.method, scope.path, scope.query_string, headers, b"")
        bytes_max = self._engine.body_bytes_max(request)
        if size > bytes_max:
            raise RequestEntityTooLargeException(f"The body is larger than {bytes_max} bytes.")

    def _refusal(
        self, error: ApiError, headers: Mapping[str, str], failed: str = ""
    ) -> HttpResponse:
        """The answer to what the core has not seen, or has not answered: `failed` tells the log."""
        trace = Trace(ids.uuid(ids.new_random()), wall_ms(), b"")
        trace.outcome, trace.lasted_s = error.code, 0.0  # since nobody knows when it began
        PRESENT.set(trace)
        if failed:
            log.exception(failed)
        kind = aws_json.content_type(headers)
        response = aws_json.encode_error(error, kind, trace.request_id)
        self._engine.watching.answered(trace, response)
        PRESENT.set(None)
        return response


async def _cut(scope: Scope, exchange: Exchange) -> None:
    """Close the connection. If nobody knows how, an answer that ends too soon does it too."""
    if connections.cut(scope.client):
        exchange.response_bytes(500, [], b"")  # ends the exchange for the server; nobody hears it
    else:
        await exchange.response_stream(500, [("content-length", "2")]).send_bytes(b"{")


def _folded(sent: Headers) -> dict[str, str]:
    """Headers as a dictionary; one that was sent several times is joined by commas."""
    names, values = sent.keys(), sent.values()
    headers = dict(zip(names, values, strict=False))
    if len(headers) == len(names) == len(values):
        return headers
    headers = {}
    for name, value in sent.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def _opened(config: Config, database: str, main: int) -> Store:
    if not is_postgres(database):
        return SqliteStore(database, main)
    from cosell.looks import Looks
    from cosell.store.postgres import PostgresStore

    return PostgresStore(database, config.postgres, Looks())


def load(
    config: Config,
    database: str,
    main: int,
    opened: str | None,
    counted: str | OSError | None = None,
) -> App:
    """What the server's worker answers by, on the state; StoreError if that cannot be used, and
    then it is let go. `opened` is a saved namespace to begin with, `counted` where several
    processes count, or why they cannot."""
    store = _opened(config, database, main)
    try:
        app = App(config, store, main, counted)
        if opened is not None:
            app.open(opened)
    except StoreError:
        store.close()
        raise
    garbage.collect_rarely()
    return app


def loaded_or_end(loading: Callable[[], App], end: Callable[[], object]) -> App:
    """What `loading` makes; or say why it cannot be, and `end` the whole server."""
    try:
        return loading()
    except StoreError as error:
        logs.say(f"cosell: {error}")
        end()
        raise SystemExit(1) from error

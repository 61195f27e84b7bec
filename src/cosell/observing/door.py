"""Where a process that answers no calls is asked how it is: probes and metrics, and nothing else,
from threads beside its loop.

Must not know what is answered.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

import orjson

from cosell.errors import ApiError
from cosell.http import HttpRequest, HttpResponse
from cosell.observing.probes import HEALTH, METRICS, READY, Probes

_CLIENT_S_MAX: Final = 5.0  # how long a client may take to ask
_ELSEWHERE: Final = (
    f"Here are {HEALTH}, {READY} and {METRICS}, for GET; calls are answered elsewhere."
)


class Door:
    """Answers, from `open` to `close`, whoever the gate lets in."""

    def __init__(self, probes: Probes, gate: Callable[[Mapping[str, str]], None]) -> None:
        """`gate` raises ApiError for headers of who is not let in."""
        self._probes = probes
        self._gate = gate
        self._server: ThreadingHTTPServer | None = None

    def open(self, host: str, port: int) -> None:
        """Listen; the probes are answered on the loop that runs now. OSError if it cannot be."""
        loop, answer = asyncio.get_running_loop(), self._answer

        class Handler(BaseHTTPRequestHandler):
            timeout = _CLIENT_S_MAX

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                path = self.path.partition("?")[0]
                response = answer(HttpRequest(self.command, path, "", headers, b""), loop)
                self.send_response(response.status)
                for name, value in response.headers:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(response.body)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(response.body)

            do_HEAD = do_GET

            def log_message(self, format: str, *args: object) -> None:
                """Nobody wants a line for each probe."""

        listening = _Six if ":" in host else ThreadingHTTPServer
        self._server = listening((host.strip("[]"), port), Handler)
        Thread(target=self._server.serve_forever, name="cosell-door", daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _answer(self, request: HttpRequest, loop: asyncio.AbstractEventLoop) -> HttpResponse:
        try:
            self._gate(request.headers)
        except ApiError as error:
            return _said(error.status, error.message)
        answer = self._probes.answer(request)
        if answer is None:
            return _said(404, _ELSEWHERE)
        if isinstance(answer, HttpResponse):
            return answer
        return asyncio.run_coroutine_threadsafe(_awaited(answer), loop).result()


class _Six(ThreadingHTTPServer):
    address_family = socket.AF_INET6


async def _awaited(answer: Awaitable[HttpResponse]) -> HttpResponse:
    return await answer


def _said(status: int, message: str) -> HttpResponse:
    return HttpResponse(
        status, [("content-type", "application/json")], orjson.dumps({"Message": message})
    )

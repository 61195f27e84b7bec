"""Where worlds are: an engine in this process, or a server somewhere else.

A place turns a request into an answer as a socket would, with the same bytes. Must not know
operations, nor botocore.
"""

import time
from typing import Protocol

from cosell.http import HttpRequest, HttpResponse
from cosell.service import Engine


class Place(Protocol):
    """Answers requests; `exchange` may be called from several threads at once."""

    def exchange(self, request: HttpRequest) -> HttpResponse: ...


class Here:
    """An engine in this process; nothing runs by itself in it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def exchange(self, request: HttpRequest) -> HttpResponse:
        response = self.engine.handle(request)
        if response.delay_s:
            time.sleep(response.delay_s)
        return response

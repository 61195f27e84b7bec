"""One request on its way through the stages, and what each stage has found out about it.

The service writes it, stage by stage; whoever keeps a journal reads it. Must not do anything.
"""

from cosell.auth import Identity
from cosell.calls import Handler
from cosell.clock import perf_counter, wall_ms
from cosell.contract import Document, Operation
from cosell.http import HttpRequest
from cosell.journal import Trace
from cosell.routing import Service
from cosell.store.faults import Met
from cosell.store.namespaces import Namespace


class Passage:
    """What is known of a request. What a stage finds out is None, or unset, until that stage."""

    __slots__ = (
        "began",
        "handler",
        "identity",
        "known",
        "met",
        "namespace",
        "operation",
        "raw",
        "request",
        "request_id",
        "service",
        "trace",
        "wall",
    )

    service: Service
    operation: Operation
    handler: Handler
    identity: Identity
    namespace: Namespace
    raw: object  # the body as JSON
    known: Document  # of it what the model knows, checked

    def __init__(self, request: HttpRequest, request_id: str, began: float | None = None) -> None:
        """`began` is when the request was there (`perf_counter`), if it has waited since."""
        self.request = request
        self.request_id = request_id
        self.wall = came = wall_ms()  # real time when its stages began, or went on after a wait
        self.began = now = perf_counter()
        if began is not None:
            self.began, came = began, came - round((now - began) * 1000)
        self.trace = Trace(request_id, came, request.body)  # what the journal is to know
        self.met: Met | None = None  # the faults that act on this call (PutFault)

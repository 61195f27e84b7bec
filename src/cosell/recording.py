"""What goes into the journal, and when: each call of ours that reached a namespace, once it is
answered. Must not look into a body.
"""

from contextlib import suppress
from typing import Final

from cosell.errors import ApiError, UnknownNamespaceException
from cosell.http import HttpResponse
from cosell.journal import Journal, Trace
from cosell.passage import Passage
from cosell.routing import Routes
from cosell.store import Store, StoreError, namespaces
from cosell.store.faults import Met

# What is not in it: that it was read; and what made another namespace of the name, whose journal
# begins empty.
_UNTOLD: Final = frozenset({"ListCalls", "GetCall"})
_RENEWING: Final = frozenset(
    {"ResetNamespace", "DeleteNamespace", "LoadNamespace", "ForkNamespace"}
)
_APART: Final = _UNTOLD | _RENEWING


class Recorder:
    """Puts calls into a journal."""

    def __init__(self, journal: Journal, store: Store, routes: Routes) -> None:
        self._journal = journal
        self._store = store
        self._routes = routes

    def note(self, error: ApiError, passage: Passage) -> None:
        """What the journal says of a refusal, and of a call that has gone astray at our door."""
        trace = passage.trace
        trace.errors = error.errors
        trace.causes = (error.cause,) if error.cause else ()
        if not trace.name and (meant := self._routes.meant(passage.request, error)):
            trace.name, trace.contract, trace.operation = meant
        elif isinstance(error, UnknownNamespaceException):
            trace.name = ""  # who may not see a namespace leaves no trace in it

    def record(self, passage: Passage, response: HttpResponse, answered: HttpResponse) -> None:
        """A call was answered: with what the client was sent or, if the connection was cut, would
        have been sent."""
        trace = passage.trace
        shown = response
        if passage.met is not None:
            _note_faults(passage.met, trace, response)
            shown = answered if response.cut else response
        if not shown.cut:
            trace.status = shown.status
            if trace.answer is None:  # else in JSON already
                trace.answer = shown.body
        if trace.operation in _APART and self._is_apart(trace):
            return
        if trace.offset_ms is None:  # refused before it was looked up
            with suppress(StoreError):
                found = namespaces.look_up(self._store, trace.name)
                trace.ns, trace.offset_ms, trace.frozen_at = (
                    found.ns, found.offset_ms, found.frozen_at,
                )  # fmt: skip
        self._journal.add(trace.name, trace)

    def _is_apart(self, trace: Trace) -> bool:
        """Whether the call is not told; what made another namespace empties the journal."""
        if trace.operation in _UNTOLD:
            return True
        renewed = trace.status == 200 and not trace.replayed
        if renewed:
            self._journal.clear(trace.name)
        return renewed


def _note_faults(met: Met, trace: Trace, response: HttpResponse) -> None:
    trace.fault_id = met.ids[0]
    trace.lasted_s += response.delay_s
    trace.cut = response.cut
    if met.end_after is not None and not response.cut:
        trace.errors, trace.causes = (), ()  # the fault's error is no rule's

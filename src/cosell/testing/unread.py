"""How much came to a world since its journal was read: it is read on before the desk forgets.

The desk forgets by count and by bytes, and its own calls count too. Must not look into a call.
"""

from collections.abc import Callable
from typing import Final

from cosell.http import HttpRequest, HttpResponse
from cosell.journal import BODY_BYTES_MAX
from cosell.testing.calling import DESK, request_id
from cosell.testing.remembered import BYTES_UNREAD_MAX, CALLS_UNREAD_MAX

_CALL_BYTES: Final = 1_000  # what the desk reckons for a call beside its bodies
_OK: Final = 200
_UNTOLD: Final = frozenset(f"{DESK[1]}.{operation}" for operation in ("ListCalls", "GetCall"))


class Unread:
    """Counts what was called on a world's way; calls of other processes do not come by here."""

    def __init__(self, read_on: Callable[[], object]) -> None:
        self._read_on = read_on
        self._calls = 0
        self._bytes = 0
        self.came = False
        """Whether anything was called but the desk."""
        self.first = ""
        """The request id of a call that the desk remembers, if nobody has it begin anew; '' once
        its journal was read."""
        self._wants_first = True

    def add(self, request: HttpRequest, response: HttpResponse | None) -> None:
        """A call was answered; or (None) it may have been, and the answer did not come."""
        target = request.headers.get("x-amz-target")
        if target in _UNTOLD:
            return  # the journal has no reading of it
        if target is None or not target.startswith(DESK[1]):
            self.came = True
            if self._wants_first and response is not None and "/_cosell" not in request.path:
                self._note_first(response)
        answer_bytes = BODY_BYTES_MAX if response is None else len(response.body)
        self._calls += 1
        self._bytes += len(request.body) + answer_bytes + _CALL_BYTES
        if self._calls > CALLS_UNREAD_MAX or self._bytes > BYTES_UNREAD_MAX:
            self._calls = self._bytes = 0
            self._read_on()

    def begin_anew(self) -> None:
        """The desk's journal begins anew: the next call is the first that it remembers."""
        self.first = ""
        self._wants_first = True

    def _note_first(self, response: HttpResponse) -> None:
        if response.status == _OK:
            self.first, self._wants_first = request_id(response), False

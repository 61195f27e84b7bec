"""What passes on a world's way and makes the desk forget: it is told before, and afterwards.

Whoever asks it, the world itself, the code under test, a child process that comes in through the
doorway. Must not know what a world has to remember.
"""

from typing import Final, Protocol

from cosell.http import HttpRequest, HttpResponse
from cosell.originals import orjson
from cosell.testing.calling import DESK

_RENEWING: Final = frozenset(
    {"ResetNamespace", "LoadNamespace", "ForkNamespace", "DeleteNamespace"}
)
_DELETING: Final = "DeleteFault"
_FORGETTING: Final = _RENEWING | {_DELETING}
_BY_TARGET: Final = {f"{DESK[1]}.{operation}": operation for operation in _FORGETTING}
_DOOR: Final = "/_cosell/"


class Remembering(Protocol):
    """Who has to know what the desk knows no more."""

    def about_to_forget(self, fault: str | None) -> None:
        """The desk is about to forget a fault (its id) or, if the namespace is to be another one,
        all faults, the lag and the journal (None)."""
        ...

    def has_forgotten(self, fault: str | None) -> None:
        """It has."""
        ...

    def has_kept(self, fault: str | None) -> None:
        """It refused, and knows what it knew."""
        ...

    def was_called(self, request: HttpRequest, response: HttpResponse | None) -> None:
        """A call was answered, or made and not answered (None)."""
        ...


class Forgetting:
    """Watches the calls on a world's way."""

    def __init__(self, remembering: Remembering) -> None:
        self._remembering = remembering

    def before(self, request: HttpRequest) -> None:
        """A call is about to be made."""
        operation = _forgetting(request)
        if operation is not None:
            self._remembering.about_to_forget(_fault(operation, request))

    def after(self, request: HttpRequest, response: HttpResponse) -> None:
        """A call was answered."""
        operation = _forgetting(request)
        if operation is not None:
            remembering = self._remembering
            is_done = response.status == 200
            tell = remembering.has_forgotten if is_done else remembering.has_kept
            tell(_fault(operation, request))
        self._remembering.was_called(request, response)

    def lost(self, request: HttpRequest) -> None:
        """A call was made, and no answer came."""
        self._remembering.was_called(request, None)


def _forgetting(request: HttpRequest) -> str | None:
    """The operation of a call after which the desk knows less; None for others."""
    target = request.headers.get("x-amz-target")
    if target is not None:
        return _BY_TARGET.get(target)
    if _DOOR not in request.path:
        return None
    operation = request.path.partition(_DOOR)[2].rstrip("/")
    return operation if operation in _FORGETTING else None


def _fault(operation: str, request: HttpRequest) -> str | None:
    """The id of the fault that a call takes back; None for a call that takes everything."""
    if operation != _DELETING:
        return None
    try:
        return str(orjson.loads(request.body)["FaultId"])
    except (ValueError, LookupError, TypeError):  # the desk refuses it
        return ""

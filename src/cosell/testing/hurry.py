"""Who leaves in a hurry (Ctrl-C, a run that is broken off) waits a few seconds for a server that
does not answer, and not once more for each thing that was to be taken back there.

Must not know who is in a hurry, nor what is asked.
"""

from typing import TYPE_CHECKING, Final

from cosell.clock import monotonic
from cosell.http import HttpRequest, HttpResponse
from cosell.testing.place import AnswerLate

if TYPE_CHECKING:
    from cosell.testing.there import There

_PATIENCE_S: Final = 5.0


class Patience:
    """What everybody together has left of it with one server, since that answered last."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._spent_s = 0.0
        self._is_lost = False

    def ensure(self) -> float:
        """So many seconds; AnswerLate if there are none."""
        left_s = _PATIENCE_S - self._spent_s
        if self._is_lost:
            raise AnswerLate(f"{self._url} was not waited for any longer.")
        if left_s <= 0:
            raise AnswerLate(f"{self._url} did not answer within {_PATIENCE_S:g} s.")
        return left_s

    def spend(self, seconds: float) -> None:
        """So long it was waited for in vain."""
        self._spent_s += seconds

    def lose(self) -> None:
        """Somebody would not wait so long."""
        self._is_lost = True

    def renew(self) -> None:
        """It has answered."""
        self._spent_s, self._is_lost = 0.0, False


class Hurried:
    """A server as a place, for who leaves in a hurry."""

    def __init__(self, place: "There", patience: Patience) -> None:
        self._place = place
        self._patience = patience

    @property
    def url(self) -> str:
        return self._place.url

    @property
    def hurried(self) -> "Hurried":
        """There is no more hurry than this."""
        return self

    def exchange(self, request: HttpRequest, patience_s: float | None = None) -> HttpResponse:
        """The server's answer; AnswerLate, without asking, once it was waited for long enough."""
        left_s = self._patience.ensure()
        began = monotonic()
        try:
            least_s = left_s if patience_s is None else min(left_s, patience_s)
            return self._place.exchange(request, least_s, left_s)
        except OSError as error:
            self._patience.spend(monotonic() - began)
            if isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError):
                self._patience.ensure()
            raise
        except BaseException as error:
            if not isinstance(error, Exception):  # Ctrl-C once more
                self._patience.lose()
            raise

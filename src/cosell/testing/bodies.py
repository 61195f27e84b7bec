"""What a call said and was answered: asked of the desk once, and then kept.

Must not know which calls there are.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from cosell.journal import CALLS_MAX
from cosell.testing.calling import Refused

if TYPE_CHECKING:
    from cosell.testing.world import World

ANOTHER: Final = (
    "This call was made before the world became another (start_from), and what it said is gone with"
    " that one. Look at its request and its response before."
)
ANEW: Final = (
    "This call was made before the namespace began anew (a reset, a load, a fork, a start of its"
    " server), and what it said is gone with that. Look at its request and its response before."
)


class Bodies:
    """The request and the answer of a call: asked of the desk once, and then kept."""

    def __init__(self, world: "World", request_id: str) -> None:
        self._world = world
        self._id = request_id
        self._texts: tuple[str | None, str | None] | None = None
        self._documents: tuple[Any, Any] | None = None
        self._gone = ""

    def leave(self, why: str) -> None:
        """Nobody can be asked any more."""
        self._gone = why

    def __call__(self) -> tuple[Any, Any]:
        """LookupError if the desk has forgotten them."""
        if self._documents is None:
            request, response = self._texts or self._asked()
            self._documents = (_document(request), _document(response))
            self._texts = None
        return self._documents

    def keep(self) -> None:
        """Ask before the desk forgets; what it has forgotten already is told to who asks."""
        if self._texts is None and self._documents is None:
            try:
                self._texts = self._asked()
            except LookupError as error:
                self._gone = str(error)

    def _asked(self) -> tuple[str | None, str | None]:
        if self._gone:
            raise LookupError(self._gone)
        try:
            whole: Mapping[str, Any] = self._world.desk("GetCall", RequestId=self._id)
        except Refused as refused:
            if refused.code != "ResourceNotFoundException":
                raise
            told = (
                f"The desk has forgotten what this call said: it keeps the last {CALLS_MAX:,} calls"
                " of a world, in memory, and none of before a reset. Look at its request and its"
                " response sooner."
            )
        else:
            return whole.get("Request"), whole.get("Response")
        raise LookupError(told)


def _document(text: str | None) -> Any:
    return orjson.loads(text) if text else None

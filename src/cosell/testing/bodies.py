"""What a call said and was answered: told by the desk with the call, or asked of it once, and kept.

Another process, which may be given a call, can ask nobody: it is given what was said. Must not know
which calls there are.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from cosell.journal import BODY_BYTES_MAX, CALLS_MAX, REQUEST, RESPONSE
from cosell.originals import orjson
from cosell.testing.calling import Answer, Refused
from cosell.testing.too_late import WorldClosed

if TYPE_CHECKING:
    from cosell.journal import Trace
    from cosell.testing.world import World

ANOTHER: Final = (
    "This call was made before the world became another (start_from), and what it said is gone with"
    " that one. Look at its request and its response before."
)
ANEW: Final = (
    "This call was made before the namespace began anew (a reset, a load, a fork, a start of its"
    " server), and what it said is gone with that. Look at its request and its response before."
)


_NOT_KEPT: Final = "NotKept"
_TOO_LONG: Final = (
    f"It was longer than {BODY_BYTES_MAX >> 10} KiB, and the desk keeps none that is: look at what"
    " came of the call instead."
)


class Gone:
    """What nobody can tell any more, and why: LookupError for who asks."""

    def __init__(self, why: str) -> None:
        self._why = why

    def __call__(self) -> tuple[Any, Any]:
        raise LookupError(self._why)


class Said:
    """A request and an answer that are known."""

    def __init__(self, request: Any = None, response: Any = None) -> None:
        self._documents = request, response

    def __call__(self) -> tuple[Any, Any]:
        return self._documents


def shown(document: Any) -> Any:
    """A document; LookupError for one of a pair that is gone."""
    return document() if isinstance(document, Gone) else document


class Bodies:
    """The request and the answer of a call: told with it, or asked of the desk once; then kept."""

    def __init__(self, world: "World", told: Answer) -> None:
        """`told`: the call as ListCalls told it."""
        self._world = world
        self._id: str = told.RequestId
        self._texts: tuple[_Text, _Text] | None = None
        if told.get(_NOT_KEPT) is not None:  # it has its bodies with it
            self._texts = _text(told, REQUEST), _text(told, RESPONSE)
        self._documents: tuple[Any, Any] | None = None
        self._trace: Trace | None = None
        self._gone = ""

    def leave(self, why: str) -> None:
        """Nobody can be asked any more."""
        self._gone = why

    def __call__(self) -> tuple[Any, Any]:
        """LookupError if the desk has forgotten them; Gone for one that it has not kept."""
        if self._documents is None:
            request, response = self._texts or self._asked()
            self._documents = (_document(request), _document(response))
            self._texts = self._trace = None
        return self._documents

    def keep(self, traces: "Mapping[str, Trace]") -> None:
        """Hold on to the call, if it is among these, or ask before the desk forgets; what it has
        forgotten already is told to who asks."""
        if self._gone or self._texts or self._documents or self._trace:
            return
        self._trace = traces.get(self._id)
        if self._trace is None:
            try:
                self._texts = self._asked()
            except LookupError as error:
                self._gone = str(error)

    def __reduce__(self) -> "tuple[type[Said | Gone], tuple[Any, ...]]":
        try:
            return Said, self()
        except (LookupError, OSError, WorldClosed) as error:
            return Gone, (str(error),)

    def _asked(self) -> "tuple[_Text, _Text]":
        if self._trace is not None:
            from cosell.desk.operations.journal import said  # loaded with the first world

            held = said(self._trace)
            return _text(held, REQUEST), _text(held, RESPONSE)
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
            return _text(whole, REQUEST), _text(whole, RESPONSE)
        raise LookupError(told)


_Text: TypeAlias = str | Gone | None


def _text(whole: Mapping[str, Any], body: str) -> _Text:
    if body in (whole.get(_NOT_KEPT) or ()):
        return Gone(_TOO_LONG)
    text: str | None = whole.get(body)
    return text


def _document(text: _Text) -> Any:
    return orjson.loads(text) if isinstance(text, str) and text else text

"""While a world is current: what is put in place when it is entered and taken back when it is left.

Must not make a world, nor close one that somebody has.
"""

from types import TracebackType
from typing import TYPE_CHECKING

from cosell.testing import current, environment
from cosell.testing.interception import Interception
from cosell.testing.place import here

if TYPE_CHECKING:
    from cosell.testing.world import World


class Entered:
    """A world is current, and the environment says so to child processes, within `with`.

    A signal's exception (Ctrl-C, the end of a test's time) may come at any place. If it comes while
    the world is entered or left, the world is not current afterwards. One moment is Python's own,
    and nobody can close it: after the last line within `with`, before the first of `__exit__`.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self._interception = Interception()
        self._endpoint: environment.Placed | None = None

    def begin(self) -> None:
        """Make it current. WorldClosed if it is closed. Whoever asks it asks `end`, even if it
        fails: each thing that is put in place is known before."""
        self._world.way.ensure_open()
        self._interception.begin()
        if url := _doorway():
            self._endpoint = environment.endpoint(url)
            self._endpoint.put()
        current.enter(self._world, self)

    def end(self) -> None:
        """Undo what `begin` did, and what is left of that if either was broken off."""
        current.leave(self)
        if self._endpoint is not None:
            self._endpoint.take_back()
            self._endpoint = None
        self._interception.end()

    def __enter__(self) -> "World":
        try:
            self.begin()
            return self._world
        except BaseException:
            self.end()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            self.end()
        finally:  # the rest, if a signal came in the middle of it
            self.end()


def _doorway() -> str | None:
    """What child processes are told: the address of this process, which means the world that is
    current, wherever that is. Who reads it here and keeps it follows from world to world."""
    try:
        return here().url
    except Exception:  # no descriptor is left, or no thread: there are no child processes to tell
        return None

"""`World`: a namespace of its own with everything around it, for one test.

The face of this package; what its parts do is in the modules beside it.
"""

from types import TracebackType

from cosell.testing.calling import DESK, SELLING, Caller
from cosell.testing.place import Place


class World:
    """A fresh namespace in a place. Closing it deletes the namespace."""

    def __init__(self, place: Place, name: str, account: str) -> None:
        self.place = place
        self.name = name
        self.account = account
        self.desk = Caller(place, name, account, DESK)

    def caller(self, account: str | None = None) -> Caller:
        """Calls operations of Partner Central as an account, without an SDK."""
        return Caller(self.place, self.name, account or self.account, SELLING)

    def close(self) -> None:
        """Leave nothing of it behind."""
        self.desk("ResetNamespace")

    def __enter__(self) -> "World":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

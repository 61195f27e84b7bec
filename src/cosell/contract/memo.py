"""Compiles each shape once, when it is first asked for, also where threads ask together.

Must not know what is compiled.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from cosell import forks
from cosell.originals import RLock

Compiled = TypeVar("Compiled")


class Memo(Generic[Compiled]):
    """What `compile_` makes of each name. A name that needs itself meanwhile gets `later`, which
    must ask again when it is called."""

    def __init__(
        self, compile_: Callable[[str], Compiled], later: Callable[[str], Compiled]
    ) -> None:
        self._compile = compile_
        self._later = later
        self._ready: dict[str, Compiled] = {}
        self.begin_anew()
        forks.renew(self)

    def begin_anew(self) -> None:
        """Nobody is at one now."""
        self._under_way: set[str] = set()
        self._lock = RLock()

    def of(self, name: str) -> Compiled:
        """What was made of `name`."""
        try:
            return self._ready[name]
        except KeyError:
            return self._make(name)

    def _make(self, name: str) -> Compiled:
        with self._lock:
            if name in self._ready:
                return self._ready[name]
            if name in self._under_way:
                return self._later(name)
            self._under_way.add(name)
            try:
                self._ready[name] = self._compile(name)
            finally:
                self._under_way.discard(name)
            return self._ready[name]

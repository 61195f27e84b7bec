"""The vocabulary of watching a server: who is told of calls, and who counts. Imports no sibling.

What is told is told of every call alike: this package must not know an operation, a kind of task,
nor what a body says.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from cosell.http import HttpResponse
from cosell.journal import Trace

Watcher: TypeAlias = Callable[[Trace, HttpResponse], None]
"""Told of a call once it is answered: what it left behind, and what the client is sent."""


class Counts(Protocol):
    """Who counts what happened beside the answers; told when it is committed."""

    def ran(self, kind: str, *, failed: bool) -> None:
        """An agenda entry was run, or met an error that nobody foresaw: it stays then."""
        ...

    def ended(self, kind: str, state: str) -> None:
        """A task came to its last state."""
        ...

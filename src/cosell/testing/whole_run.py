"""What is said of a whole run of tests, by its command line and its ini file: how a world is that
somebody makes in it, where nothing else is said.

Must not know pytest, nor make a world.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

SHARED: Final = "shared"


def _none() -> str:
    raise ValueError(
        "server: there is no run of tests here that has one: name an address, as"
        " http://127.0.0.1:2673."
    )


class Run(NamedTuple):
    """What was said; None is nothing. `shared` answers where the run's own server is, and starts it
    if need be."""

    account: str | None = None
    catalog: str | None = None
    server: str | None = None  # a URL, "shared", or none: in this process
    seed: int | None = None
    save_failed: str | None = None
    shared: Callable[[], str] = _none

    def server_of(self, said: object) -> str | None:
        """Where a world is of which this was said (None: nothing): an address, or None for this
        process. ValueError for what is neither text nor True nor False."""
        server = self.server if said is None else said
        if server is True or server == SHARED:
            return self.shared() if self.server in (None, SHARED) else self.server
        if server is False or server is None:
            return None
        if not isinstance(server, str):
            raise ValueError(f"server: {server!r} is neither True nor False nor an address.")
        return server


NOBODY: Final = Run()
"""What is said where there is no run."""
_present: list[Run] = []  # the innermost last


def begin(run: Run) -> Callable[[], None]:
    """Worlds that are made from now on are as a run says. What is answered ends that; a run within
    a test of another ends its own alone."""
    _present.append(run)

    def end() -> None:
        _present[:] = [one for one in _present if one is not run]

    return end


def present() -> Run:
    """What is said of the innermost run that there is."""
    return _present[-1] if _present else NOBODY

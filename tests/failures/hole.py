"""A host that is gone without a word: who connects to it waits for as long as he likes to.

Must not know cosell.
"""

import contextlib
import socket
from urllib.parse import urlsplit

_FULL = 8  # more than a queue of none takes


class Hole:
    """Listens on loopback, accepts nobody, and has no room for who waits: what comes is dropped."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=0)
        self._port = self._listening.getsockname()[1]
        self._waiting = [self._fill() for _ in range(_FULL)]

    def _fill(self) -> socket.socket:
        one = socket.socket()
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            one.connect(("127.0.0.1", self._port))
        return one

    def before(self, url: str, query: str = "") -> str:
        """A URL that leads here first, and then where another one does."""
        parts = urlsplit(url)
        user, _, host = parts.netloc.rpartition("@")
        return f"postgresql://{user}@127.0.0.1:{self._port},{host}{parts.path}{query}"

    def end(self) -> None:
        for one in (*self._waiting, self._listening):
            one.close()

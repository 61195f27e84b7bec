"""A worker of pytest-xdist asks for the server of the whole run, and whoever started it answers.

Workers are told things at their start alone; a server that only some test wants is started when the
first of them asks, by the process that outlives them all. Must not know how a server is started.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Final

_HOST: Final = "127.0.0.1"
_WAIT_S_MAX: Final = 60.0
_FOUND: Final = b"found "
_FAILED: Final = b"failed "


class Answering:
    """Listens at `port` until `close`; answers every worker what `find` does, the server's URL."""

    def __init__(self, find: Callable[[], str]) -> None:
        self._find = find
        self._open = True
        self._listening = socket.create_server((_HOST, 0))
        self.port: int = self._listening.getsockname()[1]
        Thread(target=self._serve, name="cosell-asking", daemon=True).start()

    def close(self) -> None:
        """Nobody asks any more."""
        self._open = False
        with suppress(OSError):  # it wakes who waits in accept
            socket.create_connection((_HOST, self.port), _WAIT_S_MAX).close()
        self._listening.close()

    def _serve(self) -> None:
        """One after another: the first has it started, the others wait and get the same."""
        while True:
            asking, _ = self._listening.accept()
            if not self._open:
                asking.close()
                return
            with asking, suppress(OSError):  # a worker that has gone meanwhile
                asking.sendall(self._answer())

    def _answer(self) -> bytes:
        try:
            return _FOUND + self._find().encode()
        except Exception as error:
            return _FAILED + str(error).encode()


def ask(port: int) -> str:
    """The URL of the run's server; RuntimeError says why there is none."""
    with socket.create_connection((_HOST, port), _WAIT_S_MAX) as asking:
        answer = b"".join(iter(lambda: asking.recv(4096), b""))
    if not answer.startswith(_FOUND):
        told = answer.removeprefix(_FAILED).decode() or "the run is at its end"
        raise RuntimeError(f"There is no server of this run: {told}")
    return answer.removeprefix(_FOUND).decode()

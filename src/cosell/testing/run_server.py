"""The server of a whole run of tests: started when it is asked for first, ended with the run.

Workers of pytest-xdist are told things at their start alone. So the process that outlives them all
listens, and starts the server when the first of them asks. Must not know what a test is.
"""

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cosell import forks
from cosell.originals import RLock, begin_thread, listening
from cosell.testing.accepting import receive
from cosell.testing.within import alone

if TYPE_CHECKING:
    from cosell.testing.server import Server

_HOST: Final = "127.0.0.1"
_BACKLOG: Final = 128
_WAIT_S_MAX: Final = 60.0
_FOUND: Final = b"found "
_FAILED: Final = b"failed "


class RunServer:
    """The run's server. `asks` is the port at which another process answers for it; without one
    it is this process's to start."""

    def __init__(self, asks: int | None) -> None:
        self._asks = asks
        self._url = ""
        self._started: Server | None = None
        self._listening: socket.socket | None = None
        self._open = True
        self._finding = RLock()
        forks.hold(self._finding)

    def url(self) -> str:
        """Where it is; RuntimeError if it cannot be started, or in the middle of that."""
        return self._url or alone(self._found)

    def _found(self) -> str:
        with self._finding:
            if not self._url:
                self._url = self._start() if self._asks is None else _asked(self._asks)
            return self._url

    def port(self) -> int:
        """Where this process answers workers that ask for it."""
        if self._listening is None:
            self._listening = listening(_BACKLOG)
            begin_thread(self._answer, (self._listening,), "cosell-asked")
        return int(self._listening.getsockname()[1])

    def close(self) -> None:
        """End it, if this process started it; nobody is answered any more."""
        self._open = False
        if self._listening is not None:
            with suppress(OSError):  # it wakes who waits in accept
                socket.create_connection(self._listening.getsockname(), _WAIT_S_MAX).close()
            self._listening.close()
        if self._started is not None:
            self._started.stop()

    def _start(self) -> str:
        from cosell.testing.server import start

        self._started = start()
        return self._started.url

    def _answer(self, listening: socket.socket) -> None:
        """One after another: the first has it started, the others wait and get the same."""
        receive(listening, self._tell)

    def _tell(self, asking: socket.socket, _: object) -> bool:
        with asking, suppress(OSError):  # of a worker that has gone meanwhile
            if self._open:
                asking.sendall(self._told())
        return self._open

    def _told(self) -> bytes:
        try:
            return _FOUND + self.url().encode()
        except Exception as error:
            return _FAILED + str(error).encode()


def _asked(port: int) -> str:
    with socket.create_connection((_HOST, port), _WAIT_S_MAX) as asking:
        answer = b"".join(iter(lambda: asking.recv(4096), b""))
    if not answer.startswith(_FOUND):
        told = answer.removeprefix(_FAILED).decode() or "it is at its end."
        raise RuntimeError(f"This run has no server: {told}")
    return answer.removeprefix(_FOUND).decode()

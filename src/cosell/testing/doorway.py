"""A socket on the engine of this process: for child processes, the AWS CLI, other languages.

It listens from the start and costs a thread that sleeps; what speaks HTTP (edge.py) is loaded with
the first connection. A server proper wants an event loop and a port of its own from its start, and
can take over no connection that somebody has accepted. Must not know operations.
"""

import atexit
import socket
from typing import TYPE_CHECKING, Final

from cosell.originals import begin_thread, listening
from cosell.testing.accepting import receive_each
from cosell.testing.current import listen

if TYPE_CHECKING:
    from cosell.testing.place import Here

_BACKLOG: Final = 128


class Doorway:
    """Listens on loopback, at a port that is free, until the process ends."""

    def __init__(self, place: "Here") -> None:
        self._place = place
        self._listener = listening(_BACKLOG)
        self.netloc = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"http://{self.netloc}"
        try:
            begin_thread(self._receive, (), "cosell-doorway")
        except BaseException:  # nobody would answer there: whoever asks again tries again
            self._listener.close()
            raise
        listen(self.netloc)
        atexit.register(self._listener.close)

    def forsake(self) -> None:
        """In a process that was forked off: the socket is the other one's alone."""
        self._listener.close()

    def _receive(self) -> None:
        receive_each(self._listener, self._serve, "cosell-edge")

    def _serve(self, connection: socket.socket, address: tuple[str, int]) -> None:
        try:
            from cosell.testing.edge import serve
        except OSError:  # no descriptor is left to read it with
            connection.close()  # the client is told at once, and finds it if it comes again
            return
        except BaseException:
            connection.close()
            raise
        serve(connection, address, self._place)

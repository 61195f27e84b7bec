"""Taking the connections that come to a listener, for as long as that is open.

Must not know what is said on them.
"""

import socket
from collections.abc import Callable
from typing import Final, TypeAlias

from cosell.originals import Event, accepted, begin_thread

_PAUSE_S: Final = 0.05

Served: TypeAlias = "Callable[[socket.socket, tuple[str, int]], None]"


def receive(
    listener: socket.socket, serve: Callable[[socket.socket, tuple[str, int]], bool]
) -> None:
    """Hand every connection, with its client's address, to `serve`, until that answers False or
    the listener is closed. A process that has no descriptor left for a connection gets some back:
    till then clients wait, and none is left waiting for good."""
    pause = Event()  # never set; time.sleep may be a test's own
    while True:
        try:
            connection, address = accepted(listener)
        except OSError:
            if listener.fileno() < 0:
                return
            pause.wait(_PAUSE_S)
            continue
        if not serve(connection, address):
            return


def receive_each(listener: socket.socket, serve: Served, name: str) -> None:
    """The same, each connection in a thread of its own. Where no thread is to be had the client is
    sent away at once, instead of being let wait for nobody."""

    def begin(connection: socket.socket, address: tuple[str, int]) -> bool:
        try:
            begin_thread(serve, (connection, address), name)
        except (RuntimeError, MemoryError):
            connection.close()
        return True

    receive(listener, begin)

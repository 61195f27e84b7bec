"""A wire between cosell and its database that a test can cut, or let fall silent.

Must not know cosell; of PostgreSQL's protocol only how a commit looks on the wire.
"""

import contextlib
import socket
import threading
from urllib.parse import urlsplit

COMMIT = b"commit\x00"


class Proxy:
    """Listens on loopback, and passes on what comes to the socket file of a PostgreSQL."""

    def __init__(self, to: str) -> None:
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._speaks = threading.Event()
        self._speaks.set()
        self._deaf: set[socket.socket] = set()  # clients whose wire leads nowhere any more
        self._room: int | None = None  # how many more wires there may be
        self._cuts = threading.Semaphore(0)  # commits whose answer is to be lost
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, direct: str) -> str:
        """The way here to the database that a URL leads to directly."""
        port = self._listening.getsockname()[1]
        return f"postgresql://postgres@127.0.0.1:{port}{urlsplit(direct).path}"

    def lose_answer(self) -> None:
        """The next commit happens, and nobody hears of it: the connection is cut."""
        self._cuts.release()

    def fall_silent(self) -> None:
        """From here on nothing is passed on, either way; connections stay."""
        self._speaks.clear()

    def lose(self, wires: slice = slice(None)) -> None:
        """From here on nothing is passed on of the wires that there are, or of some, the oldest
        first; they stay, and new ones work."""
        there = [client for client, _ in self._pairs if client.fileno() >= 0]
        self._deaf.update(there[wires])

    def let_in(self, count: int | None) -> None:
        """From here on so many connections may be made, and no more; None: any number."""
        self._room = count

    def speak(self) -> None:
        """What was held back goes on its way."""
        self._speaks.set()

    def cut(self) -> None:
        """Every connection is gone."""
        for pair in self._pairs:
            _close(*pair)
        self._pairs.clear()

    def end(self) -> None:
        self._listening.close()
        self.speak()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self._room == 0:
                    client.close()
                    continue
                self._room = None if self._room is None else self._room - 1
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(self._to)
                except OSError:
                    client.close()
                    continue
                self._pairs.append((client, server))
                lost = threading.Event()  # the next answer on this wire
                for what in (self._ask, self._answer):
                    threading.Thread(target=what, args=(client, server, lost), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65_536):
                self._speaks.wait()
                if client in self._deaf:
                    continue
                if COMMIT in data and self._cuts.acquire(blocking=False):
                    lost.set()
                server.sendall(data)
        _close(client, server)

    def _answer(self, client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while (data := server.recv(65_536)) and not lost.is_set():
                self._speaks.wait()
                if client not in self._deaf:
                    client.sendall(data)
        _close(client, server)


def _close(*pair: socket.socket) -> None:
    for one in pair:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()

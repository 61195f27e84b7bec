"""A server of its own process for a run of tests: one for all workers, its state in memory.

Must not be loaded by who needs no socket; and it knows of the server no more than its address.
"""

import sys
from http.client import HTTPConnection, HTTPException
from typing import IO, Final

from cosell.clock import monotonic, sleep
from cosell.originals import (
    DEVNULL,
    PIPE,
    Popen,
    TemporaryFile,
    TimeoutExpired,
    Timer,
    disk,
    getpid,
)

_COMMAND: Final = (
    "-m",
    "cosell",
    "serve",
    "--port",
    "0",
    "--database",
    ":memory:",
    "--auth",
    "open",
    "--with-parent",
)
_START_S_MAX: Final = 30.0
_PARTING_S_MAX: Final = 10.0


class NotStarted(RuntimeError):
    """The server did not come up; the text has what it said."""


class Server:
    """A running server, at `url`, until `stop`."""

    def __init__(self, process: "Popen[str]", url: str) -> None:
        self._process = process
        self._started_by = getpid()
        self.url = url

    def stop(self) -> None:
        """End it; a second time does nothing, nor does a process that was forked off."""
        if self._started_by != getpid():
            return
        self._process.terminate()
        try:
            self._process.wait(_PARTING_S_MAX)
        except TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def start() -> Server:
    """Start one, and wait until it answers; NotStarted says why it does not."""
    if disk.is_replaced():  # through pyfakefs, subprocess opens no pipe
        raise NotStarted(
            "No server can be started while a test has another file system in the place of the real"
            " one (pyfakefs): ask for one before that (with the fixture `cosell` in front of `fs`,"
            " or in a fixture of the session), or name one that runs (--cosell-server)."
        )
    with TemporaryFile("w+") as said:
        # Of a session of its own: Ctrl-C ends the tests, and they end the server.
        process = Popen(
            [sys.executable, *_COMMAND],
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
        )
        try:
            return _ready(process, said)
        except BaseException:  # Ctrl-C too: nobody else would end it
            Server(process, "").stop()
            raise


def _ready(process: "Popen[str]", said: IO[str]) -> Server:
    until = monotonic() + _START_S_MAX
    server = Server(process, _announced(process, _START_S_MAX))
    while not _answers(server.url):
        if process.poll() is not None or monotonic() > until:
            raise NotStarted(f"The shared cosell server did not start: {_text(said)}")
        sleep(0.02)
    return server


def _announced(process: "Popen[str]", patience_s: float) -> str:
    """The address that it says it will have; '' if it ended before. One that says nothing for too
    long is ended."""
    late = Timer(patience_s, process.kill)
    late.daemon = True
    late.start()
    try:
        for line in process.stdout or ():
            name, _, value = line.strip().partition(" ")
            if name == "endpoint":
                return value.strip()
        return ""
    finally:
        late.cancel()


def _answers(url: str) -> bool:
    if not url:
        return False
    connection = HTTPConnection(url.partition("://")[2], timeout=5.0)
    try:
        connection.request("GET", "/_cosell/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _text(said: IO[str]) -> str:
    said.seek(0)
    return said.read().strip() or "it ended without a word"

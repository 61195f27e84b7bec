"""The main process of a server: it starts the processes that answer, watches over them, and stops
them. It answers nothing itself.

Imports nothing that it does not need, since every millisecond of it is somebody's wait. Must not
print, nor know what is answered.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from cosell import config, words

_WAIT_S = 0.25  # between two tries to open a state that cannot be used
_LOOK_S = 0.25  # between two looks whether anybody answers still
_CONNECT_S = 1.0
_TRY_S = 0.01  # between two tries to connect to ourselves, or to end
_HANGS_UP = (signal.SIGTERM, signal.SIGHUP)  # who asks a server to end, and not to hurry
_LISTENS, _FAILED = b"listens", b"failed"  # what one that answers tells the main process
_PARTING_S = 5  # how long a server that ends waits for clients that neither speak nor listen


class State(NamedTuple):
    """What is served: a database, and the saved namespace, with its name, that it begins with."""

    database: str
    opened: str | None = None
    namespace: str = "default"


class _Main(NamedTuple):
    """This process, the directory in which those that answer count together (or why there is none),
    where they listen, and the pipe into which they say that they do, or that they cannot: by no
    signal, since Python may lose the one that ends a server if it comes while another is handled,
    and anybody may send one."""

    process: int
    counted: str | OSError | None
    address: tuple[str, int]
    heard: Any
    said: Any


def listen(
    address: tuple[str, int],
    settings: config.Config,
    state: State,
    listens: Callable[[], object],
) -> int:
    """Serve until a signal comes; answers the exit code. `listens` is called, once, when the state
    is open and whoever connects is let in."""
    main = _Main(os.getpid(), None, address, *multiprocessing.Pipe(duplex=False))
    if settings.workers == 1 or not config.counts(settings):
        return _serve(settings, state, main, listens)
    from cosell.observing import processes

    try:
        counted = processes.Directory()
    except OSError as error:  # those who would count say so: this process does not log
        return _serve(settings, state, main._replace(counted=error), listens)
    try:
        return _serve(settings, state, main._replace(counted=counted.path), listens)
    finally:
        counted.close()


class _Hearing:
    """What those that answer say of themselves: that somebody can connect, which is news once, or
    that the server cannot be."""

    def __init__(
        self, heard: Any, listens: Callable[[], object], end: Callable[[], object]
    ) -> None:
        self.failed = False
        self._heard = heard
        self._listens = listens
        self._end = end

    def live(self) -> None:
        """Hear, until this process ends."""
        listened = False
        with contextlib.suppress(EOFError, OSError):  # nobody says anything more
            while True:
                said = self._heard.recv_bytes()
                if said == _FAILED:
                    self.failed = True
                    self._end()
                elif not listened:
                    listened = True
                    self._listens()


def _tell(main: _Main, what: bytes) -> None:
    with contextlib.suppress(OSError):  # it has just been killed
        main.said.send_bytes(what)


def _say(main: _Main) -> None:
    """Tell the main process as soon as somebody can connect."""
    while os.getppid() == main.process:
        try:
            socket.create_connection(main.address, _CONNECT_S).close()
        except OSError:
            time.sleep(_TRY_S)
        else:
            _tell(main, _LISTENS)
            return


def _serve(
    settings: config.Config, state: State, main: _Main, listens: Callable[[], object]
) -> int:
    from granian.constants import Interfaces, Loops

    from cosell.crew import Begun, Crew

    begun = Begun()
    server: Any = Crew(
        begun,
        address=main.address[0],
        port=main.address[1],
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        websockets=False,
        workers=settings.workers,
        workers_kill_timeout=_PARTING_S,
        process_name=None,
    )
    words.prepare_forks()
    for number in words.STRAY:
        signal.signal(number, signal.SIG_IGN)
    ask = _heed_signals(server, settings.drain_s)
    hearing = _Hearing(main.heard, listens, partial(ask, signal.SIGINT))
    threading.Thread(target=hearing.live, daemon=True).start()
    loader = partial(_load, settings, state, main, begun)
    try:
        server.serve(target_loader=loader, wrap_loader=False)
    finally:
        for number in (*_HANGS_UP, signal.SIGINT):  # it has been heeded: saying it again is no more
            signal.signal(number, signal.SIG_IGN)
        if server.failed:
            _tell_of_deaths(settings)
    return 1 if hearing.failed else 0


def _do_nothing(*_: object) -> None:
    """A handler, without which Python would hear nothing of a signal."""


def _tell_of_deaths(settings: config.Config) -> None:
    from cosell.crew import TIMES_MAX, TIMES_S
    from cosell.observing.logs import set_up

    set_up(settings.log)
    logging.getLogger("cosell").error(
        "A process of this server ended again and again, %d times within %d seconds, so the server"
        " ends too. If nothing above says why, look whether the system killed it (memory).",
        TIMES_MAX + 1,
        TIMES_S,
    )


def _heed_signals(server: Any, drain_s: int) -> Callable[[int], object]:
    """Signals that end a server are heeded by a thread, and again until it has ended: a handler
    comes in the middle of whatever the main thread is at, which may hold the very lock that the
    library would ask for, or be about to forget what it was told. It does not come at all while
    that thread waits and another one took the signal, as when a process goes on that was stopped;
    so the thread hears what Python writes of each at once. Answers how to ask for the same without
    a signal.

    From then on nobody takes the place of a process that ends. With a time to drain, the server
    goes on for so long in which it says that it is not ready; asked twice, or by Ctrl-C, it ends at
    once.
    """
    end: Callable[[], None] = server.signal_handler_interrupt
    asked, asking = socket.socketpair()
    asking.setblocking(False)
    asks = asking.detach()  # as long as this process is
    signal.set_wakeup_fd(asks, warn_on_full_buffer=False)

    def heed() -> None:
        hangs_up = asked.recv(1)[0] in _HANGS_UP
        server.complete()
        if hangs_up and drain_s:
            _drain(server, asked, drain_s)
        while True:
            end()
            time.sleep(_TRY_S)

    threading.Thread(target=heed, daemon=True).start()
    server.signal_handler_interrupt = _do_nothing
    # A terminal that is closed ends a server, unless `nohup` is to keep it from that.
    unheard = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    server.signal_handler_reload = signal.SIG_IGN if unheard else _do_nothing
    return lambda number: os.write(asks, bytes([number]))


def _drain(server: Any, asked: socket.socket, drain_s: int) -> None:
    """Go on for a while, unless that is asked again, or nobody answers any more."""
    server.tell(words.DRAIN)
    until = time.monotonic() + drain_s
    while server.lives() and (left_s := until - time.monotonic()) > 0:
        asked.settimeout(min(left_s, _LOOK_S))
        with contextlib.suppress(TimeoutError):
            asked.recv(1)
            return


def _waited_for(loading: Callable[[], Any], main: int) -> Any:
    """Who takes another one's place waits for a state that cannot be used meanwhile, while there is
    a main process: others of the server may answer still, and it may pass. What is wrong is said
    once."""
    from cosell.store import StoreError

    told: set[str] = set()
    while os.getppid() == main:
        try:
            return loading()
        except StoreError as error:
            if str(error) not in told:
                logging.getLogger("cosell").error("A process that answers has to wait. %s", error)
                told.add(str(error))
            time.sleep(_WAIT_S)
    raise SystemExit(1)


def _load(settings: config.Config, state: State, main: _Main, begun: Any) -> Any:
    """The application, in a process that is to answer. `begun` is true where it takes another one's
    place; the first of all would rather say what is wrong with the state, and end the server."""
    from cosell.observing.logs import set_up

    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it is the main process's to heed it
    set_up(settings.log)
    if begun:
        in_memory = state.database == ":memory:"
        lost = " The state was in memory and is lost." if in_memory else ""
        logging.getLogger("cosell").error(
            "A process that answers ended unexpectedly; here is another.%s", lost
        )
    # Imported in the worker: the main process only watches over it.
    from cosell import app

    process = main.process
    loading = partial(app.load, settings, state.database, process, state.opened, main.counted)
    waits = begun and state.opened is None
    fail = partial(_tell, main, _FAILED)
    made = _waited_for(loading, process) if waits else app.loaded_or_end(loading, fail)
    threading.Thread(target=_say, args=(main,), daemon=True).start()
    return made

"""The main process of a server: it starts the processes that answer, watches over them, and stops
them. It answers nothing itself.

Imports nothing that it does not need, since every millisecond of it is somebody's wait. Must not
print, nor know what is answered.
"""

import contextlib
import logging
import multiprocessing
import os
import queue
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from cosell import config

_WAIT_S = 0.25  # between two tries to reach a database that was lost
_FIRST_WORKER_S = 2.0  # a worker that begins later than that takes another one's place
_CONNECT_S = 1.0
_TRY_S = 0.01  # between two tries to connect to ourselves, or to end
_TIMES_MAX = 5  # one process after another may end so often, soon after it began,
_TIMES_S = 60.0  # within so long; then the server ends
_HANGS_UP = (signal.SIGTERM, signal.SIGHUP)  # who asks a server to end, and not to hurry
_PARTING_S = 5  # how long a server that ends waits for clients that neither speak nor listen


class State(NamedTuple):
    """What is served: a database, and the saved namespace, with its name, that it begins with."""

    database: str
    opened: str | None = None
    namespace: str = "default"


class _Main(NamedTuple):
    """This process, when it began, the directory in which those that answer count together (or why
    there is none), where they listen, and the pipe into which they say that they do."""

    process: int
    since: float
    counted: str | OSError | None
    address: tuple[str, int]
    said: Any


def listen(
    address: tuple[str, int],
    settings: config.Config,
    state: State,
    listens: Callable[[], object],
) -> int:
    """Serve until a signal comes; answers the exit code. `listens` is called, once, when the state
    is open and whoever connects is let in."""
    heard, said = multiprocessing.Pipe(duplex=False)
    threading.Thread(target=_hear_once, args=(heard, listens), daemon=True).start()
    main = _Main(os.getpid(), time.monotonic(), None, address, said)
    if settings.workers == 1 or not config.counts(settings):
        return _serve(settings, state, main)
    from cosell.observing import processes

    try:
        counted = processes.Directory()
    except OSError as error:  # those who would count say so: this process does not log
        return _serve(settings, state, main._replace(counted=error))
    try:
        return _serve(settings, state, main._replace(counted=counted.path))
    finally:
        counted.close()


def _hear_once(heard: Any, listens: Callable[[], object]) -> None:
    """A process that answers says that it does; others that follow are no news. It does so by no
    signal: Python may lose the one that ends a server if it comes while another is handled."""
    try:
        heard.recv_bytes()
    except (EOFError, OSError):
        return  # nobody ever did, and this process ends
    listens()


def _say(main: _Main) -> None:
    """Tell the main process as soon as somebody can connect."""
    while os.getppid() == main.process:
        try:
            socket.create_connection(main.address, _CONNECT_S).close()
        except OSError:
            time.sleep(_TRY_S)
        else:
            with contextlib.suppress(OSError):  # it has just been killed
                main.said.send_bytes(b"listens")
            return


def _serve(settings: config.Config, state: State, main: _Main) -> int:
    from granian import Granian
    from granian.constants import Interfaces, Loops

    server: Any = Granian(
        "cosell",
        address=main.address[0],
        port=main.address[1],
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        workers=settings.workers,
        workers_kill_timeout=_PARTING_S,
        process_name=None,
    )
    failed = False

    def give_up(*_: object) -> None:
        nonlocal failed
        failed = True
        server.signal_handler_interrupt(signal.SIGINT)

    signal.signal(signal.SIGUSR1, give_up)  # from a worker that has said why it cannot serve
    _heed_signals(server, settings.drain_s)
    # A terminal that is closed ends a server, unless `nohup` is to keep it from that.
    unheard = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    server.signal_handler_reload = _do_nothing if unheard else server.signal_handler_interrupt
    server.respawned_wrks = _Begun()
    loader = partial(_load, settings, state, main)
    try:
        server.serve(target_loader=loader, wrap_loader=False)
    finally:
        if server.interrupt_children and not server.interrupt_signal:
            _tell_of_deaths(settings)
    return 1 if failed else 0


def _do_nothing(*_: object) -> None:
    """What is ignored stays so."""


class _Begun:
    """When each process began that took another one's place. The library, which ends the server if
    such a one has soon ended too, is told so of those alone that have done it again and again."""

    def __init__(self) -> None:
        self._times: dict[int, list[float]] = {}

    def __setitem__(self, index: int, now: float) -> None:
        lately = [one for one in self._times.get(index, ()) if now - one < _TIMES_S]
        self._times[index] = [*lately, now]

    def get(self, index: int, unknown: float) -> float:
        times = self._times.get(index, [])
        return times[-1] if len(times) >= _TIMES_MAX else unknown

    def clear(self) -> None:
        """Times are forgotten when they are over, and not when others began."""


def _tell_of_deaths(settings: config.Config) -> None:
    from cosell.observing.logs import set_up

    set_up(settings.log)
    logging.getLogger("cosell").error(
        "A process of this server ended again and again, %d times within %d seconds, so the server"
        " ends too. If nothing above says why, look whether the system killed it (memory).",
        _TIMES_MAX + 1,
        _TIMES_S,
    )


def _heed_signals(server: Any, drain_s: int) -> None:
    """Signals that end a server are heeded by a thread, and again until it has ended: a handler
    comes in the middle of whatever the main thread is at, which may hold the very lock that the
    library would ask for, or be about to forget what it was told.

    With a time to drain, the server goes on for so long in which it says that it is not ready;
    asked twice, or by Ctrl-C, it ends at once.
    """
    end: Callable[[], None] = server.signal_handler_interrupt
    asked: queue.SimpleQueue[int] = queue.SimpleQueue()

    def heed() -> None:
        if asked.get() in _HANGS_UP and drain_s:
            for worker in multiprocessing.active_children():
                if worker.pid is not None:
                    os.kill(worker.pid, signal.SIGUSR2)
            with contextlib.suppress(queue.Empty):
                asked.get(timeout=drain_s)
        while True:
            end()
            time.sleep(_TRY_S)

    threading.Thread(target=heed, daemon=True).start()
    server.signal_handler_interrupt = lambda number, *_: asked.put(number)


def _wait_for(url: str, main: int) -> None:
    """Who takes another one's place waits for a database that is lost meanwhile, while there is a
    main process; the first one of all would rather say that there is none."""
    from cosell.store import StoreError
    from cosell.store.postgres_pool import connected

    told = False
    while os.getppid() == main:
        try:
            connected(url, config.without_password(url)).close()
            return
        except StoreError as error:
            if not told:
                logging.getLogger("cosell").error("The worker has to wait. %s", error)
            told = True
            time.sleep(_WAIT_S)


def _load(settings: config.Config, state: State, main: _Main) -> Any:
    from cosell.observing.logs import set_up

    signal.signal(signal.SIGUSR2, signal.SIG_IGN)  # until there is something to drain
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it is the main process's to heed it
    set_up(settings.log)
    if time.monotonic() - main.since > _FIRST_WORKER_S:
        in_memory = state.database == ":memory:"
        lost = " The state was in memory and is lost." if in_memory else ""
        logging.getLogger("cosell").error("The worker ended unexpectedly; here is another.%s", lost)
        if config.is_postgres(state.database):
            _wait_for(state.database, main.process)
    # Imported in the worker: the main process only watches over it.
    from cosell.app import load

    made = load(settings, state.database, main.process, state.opened, main.counted)
    threading.Thread(target=_say, args=(main,), daemon=True).start()
    return made

"""The main process of a server: it starts the processes that answer, watches over them, and stops
them. It answers nothing itself.

Imports nothing that it does not need, since every millisecond of it is somebody's wait. Must not
print, nor know what is answered.
"""

import logging
import multiprocessing
import os
import signal
import threading
import time
from functools import partial
from typing import Any, NamedTuple

from cosell import config

_WAIT_S = 0.25  # between two tries to reach a database that was lost
_FIRST_WORKER_S = 2.0  # a worker that begins later than that takes another one's place
_PARTING_S = 5  # how long a server that ends waits for clients that neither speak nor listen


class State(NamedTuple):
    """What is served: a database, and the saved namespace, with its name, that it begins with."""

    database: str
    opened: str | None = None
    namespace: str = "default"


class _Main(NamedTuple):
    """This process, when it began, and the directory in which those that answer count together."""

    process: int
    since: float
    counted: str | None


def listen(address: tuple[str, int], settings: config.Config, state: State) -> int:
    """Serve until a signal comes; answers the exit code."""
    if settings.workers == 1 or not config.counts(settings):
        return _serve(address, settings, state, None)
    from cosell.observing import processes

    counted = processes.open_directory()
    try:
        return _serve(address, settings, state, counted)
    finally:
        processes.close_directory(counted)


def _serve(
    address: tuple[str, int], settings: config.Config, state: State, counted: str | None
) -> int:
    from granian import Granian
    from granian.constants import Interfaces, Loops

    server = Granian(
        "cosell",
        address=address[0],
        port=address[1],
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
        os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGUSR1, give_up)  # from a worker that has said why it cannot serve
    if settings.drain_s:
        _let_drain(server, settings.drain_s)
    loader = partial(_load, settings, state, _Main(os.getpid(), time.monotonic(), counted))
    server.serve(target_loader=loader, wrap_loader=False)
    return 1 if failed else 0


def _let_drain(server: Any, drain_s: int) -> None:
    """Asked to end, the server goes on for a while in which it says that it is not ready; asked
    twice, or by Ctrl-C, it ends at once."""
    end, asked = server.signal_handler_interrupt, False
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)  # which a worker inherits until it is listening

    def stop(number: int = signal.SIGINT, *_: object) -> None:
        nonlocal asked
        if asked or number != signal.SIGTERM:
            end()
            return
        asked = True
        for worker in multiprocessing.active_children():
            if worker.pid is not None:
                os.kill(worker.pid, signal.SIGUSR2)
        later = threading.Timer(drain_s, end)
        later.daemon = True
        later.start()

    server.signal_handler_interrupt = stop


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

    set_up(settings.log)
    if time.monotonic() - main.since > _FIRST_WORKER_S:
        in_memory = state.database == ":memory:"
        lost = " The state was in memory and is lost." if in_memory else ""
        logging.getLogger("cosell").error("The worker ended unexpectedly; here is another.%s", lost)
        if config.is_postgres(state.database):
            _wait_for(state.database, main.process)
    # Imported in the worker: the main process only watches over it.
    from cosell.app import load

    return load(settings, state.database, main.process, state.opened, main.counted)

"""The worker: a process that looks at namespaces when something is due there, and does it.

Any number of them work on one PostgreSQL database. Must not know what is due means: that is in the
runner's table.
"""

import asyncio
import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, cast

import procrastinate
from procrastinate import jobs

from cosell import __version__, counting, garbage, words
from cosell.browsers import Gate
from cosell.clock import wall_ms
from cosell.config import Config, ConfigError, counts
from cosell.ids import new_token_key
from cosell.looks import LOOK, QUEUE, Looks
from cosell.observing import logs
from cosell.observing.door import Door
from cosell.observing.probes import Probes
from cosell.service import Engine
from cosell.store import Contention, StoreError, Tx, Value, ledger, namespaces
from cosell.store.postgres import SOON_MS, PostgresStore
from cosell.store.retries import retrying

log = logging.getLogger("cosell.worker")

_LOOK_S = 2.0  # then other namespaces have their turn
_POLL_S = 0.5  # a look that was planned for later is found so late at most
_HEARTBEAT_S = 2.0
_STALLED_S = 10.0  # a worker that was not heard of for so long is gone
_SWEEP = "* * * * * */10"  # every ten seconds
_SOON_MS = SOON_MS // 2  # what comes as near as that is planned by the sweep, if nobody has,
_IMPATIENCE = "1s"  # for one namespace that somebody holds, for the sake of the others
_PATIENCE_MS = 20_000  # and so is what somebody should have done so long ago
_PARTING_S = 20.0  # for the looks that are at work when it is to end
_END_S = 25.0  # then it is gone, whatever it waits for
_ROWS = 1_000  # that are swept, or tokens that are forgotten, in one transaction
_HOUSE_S = 2.0  # of a sweep for each of both; what is left then waits for the next one
_SWEEP_AFTER_MS = 10_000  # a call that looked the name up before its reset has ended by then
_TRIES = procrastinate.RetryStrategy(
    max_attempts=5, wait=1, retry_exceptions=[StoreError, Contention]
)  # what fails otherwise is looked at anew by the sweep
_PAUSE_S = 0.5  # between two tries to reach a database that was lost
_AGAIN_S = 5.0  # between two lives of the queue's worker that end by themselves
_PROVEN_S = 3.0  # longer than all that it does by itself takes to be done once
_ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LOST = (StoreError, procrastinate.exceptions.ConnectorException)


class Worker:
    """What the jobs do."""

    def __init__(self, store: PostgresStore, engine: Engine) -> None:
        self._store = store
        self._runner = engine.runner
        self._outlived = ledger.Outlived()
        self._house = threading.Lock()

    def look(self, namespace: str, at: int) -> None:
        """Do what is due in a namespace, as was planned for an instant, and let somebody look again
        when more is. An entry that cannot be run stays; the sweep comes back to it."""
        try:
            ran = self._runner.work(namespace, _LOOK_S, partial(_woken, at))
        except (Contention, StoreError):
            raise
        except Exception:  # it is told
            return
        log.debug("%d entries ran in %s", ran, namespace)

    def unplanned(self) -> list[str]:
        """Namespaces at which somebody is to look soon, and nobody will."""
        when: dict[str, Value] = {"soon": _SOON_MS, "patience": _PATIENCE_MS}
        with self._store.read(single=True) as tx:
            rows = tx.all("unplanned", wall=wall_ms(), **when)
        return [cast("str", row[0]) for row in rows]

    def plan(self, name: str) -> None:
        """Let somebody look at a namespace when something is due there."""
        given_up = wall_ms() - _PATIENCE_MS

        def plan(tx: Tx) -> None:
            tx.one("be_impatient", limit=_IMPATIENCE)
            if _woken(given_up, tx, name):
                self._runner.plan_look(name, tx)

        retrying(self._store, plan)

    def keep_house(self) -> None:
        """Delete what namespaces that are no more left behind, and tokens whose day is over, until
        none are left or others want their turn. A sweep that comes while one is at it leaves it
        to that one; those of other processes take others' rows."""
        if not self._house.acquire(blocking=False):
            return
        try:
            self._go_on("rows of namespaces that are no more were swept", self._sweep)
            self._go_on("client tokens whose day is over were forgotten", self._forget)
        finally:
            self._house.release()

    def _sweep(self) -> tuple[int, bool]:
        count = self._store.sweep(_ROWS, wall_ms() - _SWEEP_AFTER_MS)
        return count, not count

    def _forget(self) -> tuple[int, bool]:
        return self._outlived.forget(self._store, wall_ms(), _ROWS)

    def _go_on(self, what: str, some: Callable[[], tuple[int, bool]]) -> None:
        """Do some of it until all was looked at; if that takes too long, tell of it."""
        done, until = 0, time.monotonic() + _HOUSE_S
        while True:
            count, is_over = some()
            done += count
            if is_over:
                return
            if time.monotonic() > until:
                log.info("%d %s; what was not looked at waits for the next sweep", done, what)
                return


def _woken(at: int, tx: Tx, name: str) -> bool:
    """Who was to look at an instant has come: from here on whoever plans something has to call
    somebody anew. Whether there is such a namespace. The instant is compared as it was written: the
    machines' clocks may differ."""
    if not namespaces.find(tx, name).ns:
        return False
    tx.run("clear_woken", name=name, at=at)
    return True


def app_of(store: PostgresStore, worker: Worker) -> procrastinate.App:
    """The library's application: its tasks are the looks, and what is done every few seconds."""
    connector = procrastinate.PsycopgConnector(**store.of_queue())
    app = procrastinate.App(connector=connector)

    @app.task(name=LOOK, queue=QUEUE, retry=_TRIES)
    def look(namespace: str, at: int) -> None:
        worker.look(namespace, at)

    @app.periodic(cron=_SWEEP)
    @app.task(name="cosell:sweep", queue=QUEUE, queueing_lock="cosell:sweep")
    async def sweep(timestamp: int) -> None:
        try:
            await _sweep(app, worker)
        except (*_LOST, Contention) as error:
            log.warning("The sweep has to wait: %s", store.said(error) or error)
        except Exception:
            log.exception("the sweep failed; it is tried again")

    return app


async def _sweep(app: procrastinate.App, worker: Worker) -> None:
    """Let others do what somebody left or forgot, and keep house."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_S):
        log.warning("job %s was left by a worker that is gone; it is done by another", job.id)
        await app.job_manager.retry_job(job)
    for name in await asyncio.to_thread(worker.unplanned):
        try:
            await asyncio.to_thread(worker.plan, name)
        except (StoreError, Contention) as error:  # it is not to keep the others waiting
            log.warning("The sweep leaves %s for another time: %s", name, error)
    await asyncio.to_thread(worker.keep_house)


class Life:
    """How the queue's worker of this process is: `trouble` is why it is not at work, or nothing."""

    def __init__(self, store: PostgresStore) -> None:
        self.where = store.where
        self.trouble = "The worker has not begun yet."
        self.failed = False  # since it was at work last
        self._store = store
        self._reasons = _Reasons()

    def check(self) -> None:
        """StoreError unless it is at work, on a database that can be used."""
        self._store.check()
        if self.trouble:
            raise StoreError(self.trouble)

    def at_work(self) -> None:
        """It has begun, and if it had failed before, it has gone on for a while."""
        self.trouble, self.failed = "", False
        log.info("At work on %s.", self.where)

    def fail(self, error: Exception, *, began: bool) -> float:
        """It has ended, or could not begin; why, is told once, not at each try. Answers how many
        seconds to wait before the next one: longer if it began and ended before it was at work, or
        had gone on for a while, since it would do so at once again."""
        pause_s = _AGAIN_S if began and self.failed else _PAUSE_S
        told, self.failed = self.trouble, True
        self._reasons.take()  # it is this one, or of no more use
        said = self._store.said(error)
        self.trouble = f"The worker has to wait: {said or type(error).__name__}"
        if told != self.trouble:
            if said:
                log.warning("%s", self.trouble)
            else:
                log.error("the worker of the queue ended; here is another", exc_info=error)
        return pause_s

    def reason(self) -> Exception:
        """Why the library's worker has ended by itself."""
        return self._reasons.take() or RuntimeError("the worker of the queue ended by itself")


class _Reasons(logging.Handler):
    """Hears what the library's worker tells its log alone: that something failed which it does
    beside the jobs. It ends then as if it had been told to. All else that it would say is said
    here."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._last: Exception | None = None
        library = logging.getLogger("procrastinate")
        library.setLevel(logging.ERROR)
        library.propagate = False
        library.handlers = [self]

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if getattr(record, "action", "") == "side_task_failed" and isinstance(error, Exception):
            self._last = error

    def take(self) -> Exception | None:
        """The last reason, once."""
        last, self._last = self._last, None
        return last


def run(config: Config, database: str) -> None:
    """Work until a signal comes; what is at work then is finished, and signals that come later
    change nothing. StoreError for a database that cannot be used."""
    for number in words.STRAY:
        signal.signal(number, signal.SIG_IGN)
    store = PostgresStore(database, config.postgres, Looks())
    try:
        engine = Engine(store, config, new_token_key())
        life = Life(store)
        door = _door(life, store, engine, config)
        garbage.collect_rarely()
        asyncio.run(_work(Worker(store, engine), life, door, store, config))
    finally:
        for number in _ENDS:  # it has been heeded: saying it again is no more
            signal.signal(number, signal.SIG_IGN)
        store.close()


def _door(life: Life, store: PostgresStore, engine: Engine, config: Config) -> Door | None:
    """Where somebody may ask how this process is, and what it counted."""
    if not config.worker.port:
        return None
    metrics = counting.begin(store, None, engine.watching) if counts(config) else None
    state = {"Status": "ok", "Version": __version__, "Process": os.getpid()}
    probes = Probes(life, state, metrics.text if metrics else None, engine.watching)
    gate = Gate(replace(config, host=config.worker.host))
    return Door(probes, partial(gate.ensure_let_in, by_address=True))


async def _work(
    worker: Worker, life: Life, door: Door | None, store: PostgresStore, config: Config
) -> None:
    """Work, and answer at the door, until a signal comes. ConfigError if the door cannot be."""
    host, port = config.worker.host, config.worker.port
    try:
        if door is not None:
            door.open(host, port)
    except OSError as error:
        raise ConfigError(f"--port: cannot listen at {host}, port {port}: {error}") from None
    try:
        await _live_on(worker, life, store, config)
    finally:
        if door is not None:
            await asyncio.to_thread(door.close)


async def _live_on(worker: Worker, life: Life, store: PostgresStore, config: Config) -> None:
    """The library's worker ends when it cannot reach the database: then here is another one, as
    soon as it can."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.set_exception_handler(partial(_tell_of_broken_off, store))
    _heed_signals(loop, stopped)
    while not stopped.is_set():
        pause_s, began = _PAUSE_S, False
        try:
            await asyncio.to_thread(store.check)
            began = True
            await _live(app_of(store, worker), life, config, stopped)
        except Exception as error:
            pause_s = life.fail(error, began=began)
        if not stopped.is_set():
            await _first(stopped.wait(), asyncio.sleep(pause_s))


def _heed_signals(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    """Not by the loop's own handlers: those are gone before this process is."""

    def heard(*_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: it has been heeded
            loop.call_soon_threadsafe(_stop, stopped)

    for number in _ENDS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` makes it
            signal.signal(number, heard)


def _stop(stopped: asyncio.Event) -> None:
    """It is to end, in order if that is possible in time."""
    if not stopped.is_set():
        stopped.set()
        last = threading.Timer(_END_S, _give_up)
        last.daemon = True
        last.start()


def _give_up() -> None:
    log.error("What is at work does not end within %g seconds; it is left to others.", _END_S)
    logs.flush()
    os._exit(1)


def _tell_of_broken_off(
    store: PostgresStore, loop: asyncio.AbstractEventLoop, context: dict[str, Any]
) -> None:
    """A job whose end could not be written down is done by another worker: the library leaves that
    to nobody, and its stack says nothing."""
    error = context.get("exception")
    if isinstance(error, _LOST):
        said = store.said(error) or error
        log.warning("A look was broken off, and is made anew: %s", said)
    else:
        loop.default_exception_handler(context)


async def _live(app: procrastinate.App, life: Life, config: Config, stopped: asyncio.Event) -> None:
    """One life of the library's worker; when it is to stop, it finishes what is at work. Whatever
    ends it before is raised."""
    working = asyncio.create_task(_working(app, life, config))
    await _first(stopped.wait(), working)
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
        if not stopped.is_set():
            raise life.reason()


async def _working(app: procrastinate.App, life: Life, config: Config) -> None:
    loop = asyncio.get_running_loop()
    async with app.open_async():
        begun = loop.call_later(_PROVEN_S if life.failed else 0, life.at_work)
        try:
            await app.run_worker_async(
                queues=[QUEUE],
                name="cosell",
                concurrency=config.postgres.short_max,
                fetch_job_polling_interval=_POLL_S,
                update_heartbeat_interval=_HEARTBEAT_S,
                stalled_worker_timeout=_STALLED_S,
                shutdown_graceful_timeout=_PARTING_S,
                delete_jobs=jobs.DeleteJobCondition.ALWAYS,
                install_signal_handlers=False,
            )
        finally:
            begun.cancel()


async def _first(waiting: Coroutine[Any, Any, object], other: Awaitable[object]) -> None:
    """Wait until one of two is over."""
    wait = asyncio.ensure_future(waiting)
    await asyncio.wait((wait, asyncio.ensure_future(other)), return_when=asyncio.FIRST_COMPLETED)
    wait.cancel()

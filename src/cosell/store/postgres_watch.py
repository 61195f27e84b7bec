"""Whether a PostgreSQL database answers: asked beside those who use it, as soon as there is doubt,
so that nobody waits long for one that is gone, or that has fallen silent.

Must not know what is asked of the database.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable

import psycopg
from psycopg.pq.abc import PGconn

from cosell.store import StoreError
from cosell.store.postgres_tx import Connection

log = logging.getLogger("cosell.store")

_TICK_S = 0.1
_LONG_S = 0.2  # who is at work for longer may be waiting for an answer that never comes
_SILENT_S = 0.5  # a database that says nothing for so long is silent: the question costs it nothing
_CUT_S = 0.8  # then who is at work there is told
_GIVEN_UP_S = 2.0  # an answer that did not come until then comes no more: it is asked anew


class Watch:
    """`lost` is why the database cannot be used now, or nothing; `silent` whether that is because
    it takes questions and answers none. `at_work` has since when each connection is in use."""

    def __init__(self, connect: Callable[[], Connection], where: str) -> None:
        """`connect` makes a connection, or raises StoreError that says why not."""
        self.lost = ""
        self.silent = False
        self.at_work: dict[Connection, float] = {}
        self._connect = connect
        self._where = where
        self._connection: Connection | None = connect()
        self._asked_at: float | None = None  # since when an answer is waited for
        self._doubt = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._live, name="cosell-watch", daemon=True)
        self._thread.start()

    def doubt(self) -> None:
        """Somebody found a connection dead, or got none."""
        self._doubt.set()

    def end(self) -> None:
        """Watch no more."""
        self._ended = True
        self._doubt.set()
        self._thread.join()
        if self._connection is not None:
            self._connection.close()

    def _live(self) -> None:
        while not self._ended:
            doubted = self._doubt.wait(_TICK_S)
            self._doubt.clear()
            try:
                self._look(doubted)
            except Exception:
                log.exception("the database could not be looked after; it is tried again")
            if doubted:
                time.sleep(_TICK_S / 2)  # many doubt at once, and one answer is enough for them

    def _look(self, doubted: bool) -> None:
        now = time.monotonic()
        began = min([*self.at_work.values()], default=now)
        if self._asked_at is None and (doubted or self.lost or now - began > _LONG_S):
            self._ask()
        if self._connection is not None and self._asked_at is not None:
            self._hear(self._connection.pgconn, now - self._asked_at)
        if self.silent:
            for connection, since in [*self.at_work.items()]:
                if now - since > _CUT_S:
                    _cut(connection)

    def _ask(self) -> None:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
            self._connection.pgconn.send_query(b"select 1")
            self._asked_at = time.monotonic()
        except psycopg.Error:  # it has died since: another one tells
            self._drop()
            self._doubt.set()
        except StoreError as error:
            self._connection = None
            self._tell(str(error), silent=self.silent)

    def _hear(self, pgconn: PGconn, waited_s: float) -> None:
        try:
            pgconn.consume_input()
            while not pgconn.is_busy():
                if pgconn.get_result() is None:
                    self._asked_at = None
                    self._tell("", silent=False)
                    return
        except psycopg.Error:
            self._drop()
            self._doubt.set()
            return
        if waited_s > _SILENT_S:
            self._tell(f"The database {self._where} does not answer.", silent=True)
        if waited_s > _GIVEN_UP_S:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._asked_at = None

    def _tell(self, lost: str, silent: bool) -> None:
        if lost and not self.lost:
            log.error("%s Calls get a 500, and may be repeated, until it is back.", lost)
        elif self.lost and not lost:
            log.warning("The database %s answers again.", self._where)
        self.lost, self.silent = lost, silent


def _cut(connection: Connection) -> None:
    """End what somebody waits for on a connection: for him it is broken. The descriptor may be
    another's by the time that it is copied; then it is left alone."""
    try:
        number = connection.pgconn.socket
        with socket.socket(fileno=os.dup(number)) as copy:
            if connection.pgconn.socket == number:
                copy.shutdown(socket.SHUT_RDWR)
    except (OSError, psycopg.Error):
        pass  # it has ended by itself

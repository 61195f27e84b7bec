"""Whether a PostgreSQL database answers: asked beside those who use it, as soon as there is doubt,
so that nobody waits long for one that is gone, or silent, or that never heard the question.

Must not know what is asked of the database.
"""

import logging
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from cosell.config import Postgres
from cosell.store import StoreError
from cosell.store.statements import postgres_statements

log = logging.getLogger("cosell.store")

_Answer = TypeVar("_Answer")

_TICK_S = 0.1
_LONG_S = 0.1  # who waits for longer may be waiting for an answer that never comes
_SILENT_S = 0.5  # a database that says nothing for so long is silent: the question costs it nothing
_LOOKS = 5  # so often it was looked for an answer then: a machine that is busy looks late itself
_ALONE_S = 0.1  # an answer that takes longer may be lost with its connection: another one is tried
_UNHEARD_S = 0.6  # who waits for longer is asked about: whether the database is at work for him
_CUT_S = 0.8  # from a silent database nobody waits longer
_GIVEN_UP_S = 2.0  # an answer that did not come until then comes no more: it is asked anew
_ON_ITS_WAY_S = 3.0  # how long an answer may take to come once the database has given it
_RENEWED_S = 2.0  # for as long those that nobody uses need not be made anew once more
_MARGIN_S = 2.0  # the database's own time-outs come first
_IDLE = postgres_statements()["idle_backends"]


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that tells since when an answer is waited for on it, and when the last one was
    there (monotonic seconds)."""

    asked_at: float | None = None
    heard_at = 0.0
    is_long = False  # whether what is asked may take its time
    warned = ""  # the last warning that came with an answer

    def wait(self, gen: PQGen[_Answer], *how: Any, **named: Any) -> _Answer:
        self.asked_at = time.monotonic()
        try:
            answer = super().wait(gen, *how, **named)
            self.heard_at = time.monotonic()
            return answer
        finally:
            self.asked_at = None


class AsyncConnection(psycopg.AsyncConnection[tuple[Any, ...]]):
    """The same, on a loop."""

    asked_at: float | None = None
    heard_at = 0.0
    is_long = False

    async def wait(self, gen: PQGen[_Answer], *how: Any, **named: Any) -> _Answer:
        self.asked_at = time.monotonic()
        try:
            answer = await super().wait(gen, *how, **named)
            self.heard_at = time.monotonic()
            return answer
        finally:
            self.asked_at = None


Watched: TypeAlias = Connection | AsyncConnection


class _Wait(NamedTuple):
    """Somebody waits for an answer on a connection; `pid` is the backend that owes it, or 0."""

    connection: Watched
    since: float
    pid: int


class _Another:
    """A connection that is made beside the first one, in a thread of its own, since nobody knows
    how long that takes."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self.began = time.monotonic()
        self.looked = 0  # how often it was looked for an answer since
        self.made: Connection | None = None
        self.failed = False
        self.is_asked = False
        self._connect = connect
        self._is_left = False
        self._lock = threading.Lock()
        threading.Thread(target=self._make, name="cosell-watch-another", daemon=True).start()

    def _make(self) -> None:
        try:
            made = self._connect()
        except Exception:  # why, is told by who tries next
            self.failed = True
            return
        with self._lock:
            self.made = made
            if self._is_left:
                made.close()

    def leave(self) -> None:
        """Nobody needs it any more, unless it has become the first one."""
        with self._lock:
            self._is_left = True
            if self.made is not None and not self.is_asked:
                self.made.close()


class Watch:
    """`lost` is why the database cannot be used now, or nothing; `silent` whether that is because
    it takes questions and answers none."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        where: str,
        settings: Postgres,
        renew: Callable[[], None],
    ) -> None:
        """`connect` makes a connection, or raises StoreError that says why not. `renew` is called
        when connections were found dead: those that nobody uses may be dead as well."""
        self.lost = ""
        self.silent = False
        self._known: dict[Watched, int] = {}
        self._connect = connect
        self._where = where
        self._answer_s_max = settings.statement_s_max + _MARGIN_S
        self._long_s_max = settings.long_s_max + _MARGIN_S
        self._renew = renew
        self._renewed_at = 0.0
        self._connection: Connection | None = connect()
        self._asked_at: float | None = None  # since when an answer is waited for
        self._looked = 0  # how often since
        self._another: _Another | None = None  # is tried, since the answer does not come
        self._asked_about: list[_Wait] = []
        self._doubt = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._live, name="cosell-watch", daemon=True)
        self._thread.start()

    def know(self, connection: Watched, pid: int = 0) -> None:
        """Look after a connection until it is closed. `pid` is its backend's, 0 if that is not
        known: what a pooler in between says it is may be another."""
        self._known[connection] = pid

    def doubt(self) -> None:
        """Somebody found a connection dead, or got none."""
        self._doubt.set()

    def waiting(self, longer_s: float) -> int:
        """On how many of the connections that calls are made on somebody waits for longer, but for
        those who may take their time."""
        before = time.monotonic() - longer_s
        return sum(
            one.since < before
            for one in self._waits()
            if isinstance(one.connection, Connection) and not one.connection.is_long
        )

    def end(self) -> None:
        """Watch no more."""
        self._ended = True
        self._doubt.set()
        self._thread.join()
        self._drop()

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

    def _waits(self) -> list[_Wait]:
        """Who waits for an answer; who listens for what may never come does not."""
        found = []
        for connection, pid in [*self._known.items()]:
            since = connection.asked_at
            if connection.closed:
                self._known.pop(connection, None)
            elif since and connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
                found.append(_Wait(connection, since, pid))
        return found

    def _look(self, doubted: bool) -> None:
        waits, now = self._waits(), time.monotonic()
        waited_s = now - min([one.since for one in waits], default=now)
        if self._asked_at is None and (doubted or self.lost or waited_s > _LONG_S):
            self._ask([one for one in waits if one.pid and now - one.since > _UNHEARD_S])
        if self._connection is not None and self._asked_at is not None:
            self._hear(self._connection.pgconn, self._asked_at)
        if self.silent:
            for one in waits:
                if now - one.since > _CUT_S:
                    _cut(one)
        for is_long, s_max in ((False, self._answer_s_max), (True, self._long_s_max)):
            late = [one for one in waits if now - one.since > s_max]
            late = [one for one in late if one.connection.is_long is is_long]
            self._end(late, f"gave no answer within {s_max:g} seconds")

    def _ask(self, about: list[_Wait]) -> None:
        """Whether it answers; and what it does for those who have waited for long."""
        began = time.monotonic()
        pids = ",".join(str(one.pid) for one in about)
        text = _IDLE.replace(":pids", f"'{{{pids}}}'") if about else "select 1"
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
            self._connection.pgconn.send_query(text.encode())
            self._asked_at, self._asked_about, self._looked = time.monotonic(), about, 0
            _await_input(self._connection.pgconn)
        except psycopg.Error:  # it has died since: another one tells
            self._drop()
            self._doubt.set()
        except StoreError as error:
            self._connection = None
            silent = self.silent or time.monotonic() - began > _SILENT_S
            self._tell(str(error), silent)

    def _hear(self, pgconn: PGconn, asked_at: float) -> None:
        self._looked += 1
        try:
            pgconn.consume_input()
            heard_at = time.monotonic()
            while not pgconn.is_busy():
                if (answer := pgconn.get_result()) is None:
                    self._asked_at = None
                    self._leave_another()
                    self._tell("", silent=False)
                    return
                unheard = self._unheard(answer, heard_at)
                self._end(unheard, "had heard nothing of what was said on it")
        except psycopg.Error:
            self._drop()
            self._doubt.set()
            return
        late_s = heard_at - asked_at
        if late_s > _ALONE_S and not self._is_heard_since(asked_at):
            self._doubt_itself(late_s > _SILENT_S and self._looked > _LOOKS, heard_at)
        elif late_s > _GIVEN_UP_S:
            self._drop()

    def _doubt_itself(self, is_late: bool, now: float) -> None:
        """Nobody hears anything. Before it is told that the database is silent, it is asked on
        another connection: the one of the watch, which is older than others, may lead nowhere."""
        another = self._another
        if another is None:
            self._another = _Another(self._connect)
            return
        another.looked += 1
        if another.failed:  # at once, or after as long as connecting may take
            self._drop()
            self._doubt.set()
        elif another.made is not None and not another.is_asked:
            another.is_asked = True
            self._ask_on(another.made)
        elif is_late and now - another.began > _SILENT_S and another.looked > _LOOKS:
            self._tell(f"The database {self._where} does not answer.", silent=True)
            if another.is_asked and now - another.began > _GIVEN_UP_S:
                self._drop()

    def _ask_on(self, connection: Connection) -> None:
        """Ask on another connection from here on."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._asked_about = connection, []
        try:
            connection.pgconn.send_query(b"select 1")
            _await_input(connection.pgconn)
        except psycopg.Error:  # it has died since
            self._drop()
            self._doubt.set()

    def _leave_another(self) -> None:
        if self._another is not None:
            self._another.leave()
        self._another = None

    def _is_heard_since(self, instant: float) -> bool:
        """Whether anybody got an answer: then the database is busy, and not silent."""
        return any(one.heard_at > instant for one in [*self._known])

    def _unheard(self, answer: PGresult, heard_at: float) -> list[_Wait]:
        """Those who were asked about and for whom the database does nothing: their backend is gone,
        or has had nothing to do since before they asked, or since it gave an answer that is lost.
        Not those to whom an answer came which they, on a machine that is busy, had no turn to read;
        so for how long that is, is reckoned up to when it was heard."""
        about, self._asked_about = self._asked_about, []
        if answer.status != ExecStatus.TUPLES_OK:
            return []
        idle = {
            int(answer.get_value(row, 0) or 0): float(answer.get_value(row, 1) or 0)
            for row in range(answer.ntuples if about else 0)
        }
        return [
            one
            for one in about
            if idle.get(one.pid, _ON_ITS_WAY_S * 2) > min(heard_at - one.since, _ON_ITS_WAY_S)
        ]

    def _end(self, waits: list[_Wait], why: str) -> None:
        """Let those who wait on connections that are dead wait no more."""
        ended = [one.connection for one in waits if _cut(one)]
        for connection in ended:
            self._known.pop(connection, None)
        if ended:
            log.warning(
                "The database %s %s: %d of its connections ended, which is told to who waited.",
                self._where, why, len(ended),
            )  # fmt: skip
            self._renew_all()

    def _renew_all(self) -> None:
        if time.monotonic() - self._renewed_at > _RENEWED_S:
            self._renewed_at = time.monotonic()
            self._renew()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._asked_at = None
        self._leave_another()

    def _tell(self, lost: str, silent: bool) -> None:
        if lost and not self.lost:
            log.error("%s Calls get a 500, and may be repeated, until it is back.", lost)
        elif self.lost and not lost:
            log.warning("The database %s answers again.", self._where)
        if self.silent and not silent:
            self._renew_all()
        self.lost, self.silent = lost, silent


def _await_input(pgconn: PGconn) -> None:
    """Most answers are there at once: so they are heard when they were given."""
    with selectors.DefaultSelector() as selector:
        selector.register(pgconn.socket, selectors.EVENT_READ)
        selector.select(_TICK_S)


def _cut(wait: _Wait) -> bool:
    """End what somebody waits for on a connection: for him it is broken. Not if he waits no more;
    and the descriptor may be another's by the time that it is copied: then it is left alone."""
    pgconn = wait.connection.pgconn
    try:
        number = pgconn.socket
        with socket.socket(fileno=os.dup(number)) as copy:
            if pgconn.socket != number or wait.connection.asked_at != wait.since:
                return False
            copy.shutdown(socket.SHUT_RDWR)
            return True
    except (OSError, psycopg.Error):
        return False  # it has ended by itself

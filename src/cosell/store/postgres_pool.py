"""The connections of one process to a PostgreSQL database: how they are made, and how many.

Must not know what is said on them.
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

import psycopg
import psycopg_pool
from psycopg.errors import Diagnostic
from psycopg.types.numeric import Int8BinaryDumper

from cosell.config import Postgres, is_readable
from cosell.store import StoreError
from cosell.store.postgres_tx import unusable
from cosell.store.postgres_watch import AsyncConnection, Connection, Watch

_SPARE = 1  # connections beyond those of who is at work: for numbers
_PREPARED_MAX = 1_000  # statements of a connection that the database has understood already
_QUEUE_MAX = 2  # of the queue's, beside the one that listens: each is needed for a moment
_QUEUE_WAIT_S = 2.0  # how long the queue waits for one, and tries to make one
_RECONNECT_S = 0.2  # for as long nobody is waiting for; then the next call tries again
_LEAST = 1 + _SPARE  # that there always are: what one call may want
_FIRST_TRIES = 6  # to see that one can connect, until the pool has those
_LOST_WAIT_S = 0.05  # for a connection to a database of which it is known that it is gone
_HOPE_S = 0.3  # then who waits looks whether it is gone
_PATIENCE_S = 1.0  # beyond what somebody else's lock may take; then it is not the lock
# What is to be found is found by an index, in its order: the statements are made for that, and
# tests read their plans. So the planner is not to weigh anything by what it guesses of the rows.
PLANS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
    "enable_incremental_sort": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
_WARNING = {"client_min_messages": "warning"}  # whatever is set for a role or the database
_CONNECTING: dict[str, Any] = {
    "autocommit": True,
    "connect_timeout": 2,
    "application_name": "cosell",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds after which a machine that is silent counts as gone
}


class Pool:
    """Connections for who gives them back."""

    def __init__(self, url: str, where: str, settings: Postgres) -> None:
        """It has what one call may want, however long that takes to be made. StoreError if there is
        no such database."""
        self._url = url
        self._where = where
        self._settings = settings
        # It tells of every try; the watch tells once what is lost, and when it is back.
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self._taken: set[Connection] = set()
        self._pool = psycopg_pool.ConnectionPool(
            url,
            connection_class=Connection,
            kwargs=_CONNECTING,
            min_size=_LEAST,
            max_size=settings.connections_max + _SPARE,
            timeout=settings.wait_s_max,
            reconnect_timeout=_RECONNECT_S,
            configure=self._configure,
            num_workers=1,
            name="cosell",
            open=False,
        )
        self._watch = Watch(lambda: connected(url, where), where, settings, self._pool.drain)
        self._pool.open()
        try:
            self._await_first()
        except StoreError:
            self.close()
            raise

    def _await_first(self) -> None:
        """Have the least that is wanted before any call wants it. To connect may take longer than a
        call waits: where the first of several hosts is silent, each connection waits for it."""
        held: list[Connection] = []
        try:
            for _ in range(_LEAST + _FIRST_TRIES):
                connection = self._waited_for(self._settings.wait_s_max)
                if connection is None:
                    connected(self._url, self._where).close()  # takes as long, or says why not
                    continue
                held.append(connection)
                if len(held) == _LEAST:
                    return
        finally:
            for connection in held:
                self._pool.putconn(connection)
        raise self._none(self._settings.wait_s_max)

    def _configure(self, connection: Connection) -> None:
        self._watch.know(connection)
        connection.add_notice_handler(partial(_note_warning, connection))
        said = {**PLANS, **_WARNING, **_limits(self._settings)}
        [(pid, *_)] = connection.execute(_telling(said), [*said.values()]).fetchall()
        self._watch.know(connection, pid)
        connection.adapters.register_dumper(int, Int8BinaryDumper)
        connection.adapters.register_dumper(bool, Int8BinaryDumper)  # kept as SQLite keeps it
        connection.prepare_threshold = 0
        connection.prepared_max = _PREPARED_MAX

    def of_queue(self) -> Mapping[str, Any]:
        """What a pool of the queue's library is to be made of: a few connections more, limited and
        looked after as those of the calls are."""
        return {
            "conninfo": self._url,
            "connection_class": AsyncConnection,
            "kwargs": {name: how for name, how in _CONNECTING.items() if name != "autocommit"},
            "configure": self._configure_queue,
            "min_size": 1,
            "max_size": _QUEUE_MAX,
            "timeout": _QUEUE_WAIT_S,
            "reconnect_timeout": _QUEUE_WAIT_S,
        }

    async def _configure_queue(self, connection: AsyncConnection) -> None:
        self._watch.know(connection)
        await connection.set_autocommit(True)  # whatever the library says is one statement
        said = _limits(self._settings)
        told = await connection.execute(_telling(said), [*said.values()])
        [(pid, *_)] = await told.fetchall()
        self._watch.know(connection, pid)

    def take(self) -> Connection:
        """A connection; StoreError if there is none in time, at once if none is to be had."""
        watch, wait_s = self._watch, self._settings.wait_s_max
        lost = watch.lost
        if watch.silent:
            raise StoreError(watch.lost)
        if lost and not self._taken:
            wait_s = min(wait_s, _LOST_WAIT_S)
        connection = self._waited_for(min(wait_s, _HOPE_S))
        if connection is None and not watch.lost:
            connection = self._waited_for(wait_s - _HOPE_S)
        if connection is None:
            lost = watch.lost or lost
            raise StoreError(lost) if lost else self._none(wait_s)
        self._taken.add(connection)
        return connection

    def _none(self, wait_s: float) -> StoreError:
        return StoreError(
            f"The database {self._where} gave no connection within {wait_s:g} seconds: it takes no"
            f" more, or takes longer to give one, or all {self._settings.connections_max} of this"
            " process are at work ([postgres] connections_max)."
        )

    def _waited_for(self, wait_s: float) -> Connection | None:
        try:
            return self._pool.getconn(wait_s)
        except psycopg_pool.PoolTimeout:
            self._watch.doubt()
            return None
        except psycopg_pool.PoolClosed:
            raise StoreError(f"The database {self._where} is used no more.") from None

    def ensure_moving(self) -> None:
        """StoreError if as many as may write at once wait longer for their answers than anybody
        else's lock can keep them."""
        longer_s = self._settings.lock_s_max + _PATIENCE_S
        waiting = self._watch.waiting(longer_s)
        if waiting >= self._settings.writers_max:
            raise StoreError(
                f"{waiting} calls have waited for the database {self._where} for more than"
                f" {longer_s:g} seconds."
            )

    def give_back(self, connection: Connection) -> None:
        """What is broken, or within a transaction still, is closed and replaced."""
        self._taken.remove(connection)
        connection.is_long = False
        if connection.closed:
            self._watch.doubt()
        self._pool.putconn(connection)

    def use(self) -> Mapping[str, int]:
        """How many connections are open, at work, and waited for."""
        use = self._pool.get_stats()
        size, idle = use.get("pool_size", 0), use.get("pool_available", 0)
        return {"open": size, "used": size - idle, "waited": use.get("requests_waiting", 0)}

    def close(self) -> None:
        self._pool.close()
        self._watch.end()


def _note_warning(connection: Connection, told: Diagnostic) -> None:
    if told.severity_nonlocalized == "WARNING":
        connection.warned = told.message_primary or "it does not say of what"


def _limits(settings: Postgres) -> dict[str, str]:
    """The database's own time-outs for a session."""
    return {
        "statement_timeout": f"{settings.statement_s_max:g}s",
        "lock_timeout": f"{settings.lock_s_max:g}s",
        "idle_in_transaction_session_timeout": f"{settings.idle_s_max:g}s",
        "client_min_messages": "warning",
    }


def _telling(said: Mapping[str, str]) -> str:
    """The statement that tells a session its settings; it answers first whose backend it has."""
    values = ", ".join(f"set_config('{name}', %s, false)" for name in said)
    return f"select pg_backend_pid(), {values}"


def connected(url: str, where: str) -> Connection:
    """A connection of its own, outside of any pool; StoreError if there is no such database."""
    unreadable = StoreError(
        f"The address {where} cannot be read. It is postgresql://user:password@host:port/name;"
        " a sign like %, @ or / in one of them is written as %25, %40 or %2F."
    )
    if not is_readable(url):  # what would be said of it may be a part of the password
        raise unreadable
    try:
        return Connection.connect(url, **_CONNECTING)
    except psycopg.ProgrammingError:  # and so may what this quotes
        raise unreadable from None
    except psycopg.Error as error:
        raise StoreError(unusable(where, error)) from None

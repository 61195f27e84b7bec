"""PostgreSQL: any number of processes; in each namespace one writes at a time, and who reads sees
one instant.

With postgres_tx and postgres_schema the only module that imports psycopg. Must not know what the
rows mean, nor what becomes of a namespace at which somebody is to look.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeAlias, cast

import psycopg
import psycopg_pool
from psycopg.types.numeric import Int8BinaryDumper

from cosell.clock import wall_ms
from cosell.config import Postgres, without_password
from cosell.store import Columns, StoreError, Tx, namespaces
from cosell.store.postgres_schema import columns_of, ensure_usable, tables_of
from cosell.store.postgres_tx import Connection, PostgresTx, failed, unusable
from cosell.store.sqlite_file import newest_format
from cosell.store.statements import postgres_statements

Defer: TypeAlias = Callable[[Connection, str, int], None]
"""Somebody is to look at a namespace at an instant of real time: said on the connection, and in the
transaction, of what is due then."""

_BLOCK = 1_000  # numbers that a counter hands out per trip to the database
_EVER = 1 << 62
_RAISING = 0x736571  # 'seq': one raises it at a time
_MARGIN = 1_000_000  # more than others can draw between two instructions
_SPARE = 1  # connections beyond those of who is at work: for numbers
_PREPARED_MAX = 1_000  # statements of a connection that the database has understood already
_RECONNECT_S = 1.0  # for as long nobody is waiting for; then the next call tries again
_LATE_MS = 50  # a look that is planned so little later is not planned anew
# What is to be found is found by an index, in its order: the statements are made for that, and
# tests read their plans. So the planner is not to weigh anything by what it guesses of the rows.
_PLANS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}


class PostgresStore:
    """A database that any number of processes share."""

    alone = False

    def __init__(self, url: str, settings: Postgres, defer: Defer | None = None) -> None:
        """StoreError if it cannot be used: not there, or of another format than this program's."""
        self.where = without_password(url)
        self.format = newest_format()
        self._settings = settings
        self._defer = defer
        self._numbers: dict[str, tuple[int, int]] = {}
        self._numbers_lock = threading.Lock()
        self._here = threading.local()  # the write transaction of each thread
        with connected(url, self.where) as connection:
            ensure_usable(connection, self.where)
            self._tables = {name: columns_of(connection, name) for name in tables_of(connection)}
            self._traits = columns_of(connection, "namespace")
        self._pool = psycopg_pool.ConnectionPool(
            url,
            kwargs=_CONNECTING,
            min_size=1,
            max_size=settings.connections_max + _SPARE,
            timeout=settings.wait_s_max,
            reconnect_timeout=_RECONNECT_S,
            configure=self._configure,
            num_workers=1,
            name="cosell",
            open=True,
        )

    def _configure(self, connection: Connection) -> None:
        settings = self._settings
        said = {
            **_PLANS,
            "statement_timeout": f"{settings.statement_s_max:g}s",
            "lock_timeout": f"{settings.lock_s_max:g}s",
            "idle_in_transaction_session_timeout": f"{settings.idle_s_max:g}s",
            "client_min_messages": "warning",
        }
        values = ", ".join(f"set_config('{name}', %s, false)" for name in said)
        connection.execute(f"select {values}", [*said.values()])
        connection.adapters.register_dumper(int, Int8BinaryDumper)
        connection.prepare_threshold = 0
        connection.prepared_max = _PREPARED_MAX

    # --- transactions --------------------------------------------------------------------------

    def read(self, *, single: bool = False) -> AbstractContextManager[Tx]:
        return _Single(self) if single else _Reading(self)

    def write(self) -> AbstractContextManager[Tx]:
        return _Writing(self)

    def take(self) -> Connection:
        """A connection, for who gives it back; StoreError if there is none in time."""
        try:
            return self._pool.getconn()
        except (psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed) as error:
            raise StoreError(
                f"The database {self.where} gave no connection within"
                f" {self._settings.wait_s_max:g} seconds: it cannot be reached, or all"
                f" {self._settings.connections_max} of this process are at work."
            ) from error

    def give_back(self, connection: Connection) -> None:
        """What is broken, or within a transaction still, is closed and replaced by the pool."""
        self._pool.putconn(connection)

    def begun(self, how: str) -> Connection:
        """A connection on which a transaction has begun. One that has died since it was used last
        is replaced: nothing was done on it yet."""
        while True:
            connection = self.take()
            try:
                connection.execute(how, prepare=False)
                return connection
            except psycopg.Error as error:
                self.give_back(connection)
                if not connection.closed:
                    failed(self.where, error)
            except BaseException:
                self.give_back(connection)
                raise

    def plan_looks(self, connection: Connection, tx: PostgresTx) -> None:
        """Somebody looks at the namespaces for which something was planned when that is due, unless
        somebody looks soon enough already."""
        if self._defer is None or tx.planned is None:
            return
        wall = wall_ms()
        for name in list(tx.woken_at):
            namespace = namespaces.find(tx, name)
            if not namespace.ns or not namespace.reaches(tx.planned):
                continue
            at, woken_at = max(wall, tx.planned - namespace.offset_ms), tx.woken_at[name]
            if woken_at is None or at < woken_at - _LATE_MS:
                tx.run("put_woken", name=name, woken_at=at)
                self._defer(connection, name, at)

    @property
    def writing(self) -> "_Writing | None":
        """The write transaction of this thread."""
        return getattr(self._here, "writing", None)

    @writing.setter
    def writing(self, one: "_Writing | None") -> None:
        self._here.writing = one

    def is_left(self) -> bool:
        return self.writing is not None

    def abandon(self) -> None:
        if (one := self.writing) is not None:
            one.end(undone=True)

    # --- beside them ---------------------------------------------------------------------------

    def setting(self, name: str, default: bytes) -> bytes:
        with self.write() as tx:
            tx.run("put_setting", name=name, value=default)
            row = tx.one("find_setting", name=name)
        return cast("tuple[bytes]", row)[0]

    def sweep(self, batch_max: int, retired_before: int | None = None) -> int:
        before = _EVER if retired_before is None else retired_before
        with self.read(single=True) as reading:
            row = reading.one("sweepable", before=before)
        if row is None:
            return 0
        ns, deleted = cast("int", row[0]), 0
        some = postgres_statements()["sweep_some"]
        with self.write() as tx:
            for table in self._tables:
                left = batch_max - deleted
                deleted += tx.execute(some.replace("{table}", table), {"ns": ns, "batch": left})
                if deleted >= batch_max:
                    return deleted
            return deleted + tx.run("forget_retired", ns=ns)

    def tables(self) -> Mapping[str, Columns]:
        return self._tables

    def traits(self) -> Columns:
        return self._traits

    def take_number(self, counter: str) -> int:
        """The next number of a block; a block that is used up is followed by another, whatever
        becomes of the transaction that asked."""
        with self._numbers_lock:
            number, end = self._numbers.get(counter, (0, 0))
            if number >= end:
                with self.read(single=True) as tx:
                    row = tx.one("take_numbers", name=counter, size=_BLOCK)
                end = cast("tuple[int]", row)[0]
                number = end - _BLOCK
            self._numbers[counter] = (number + 1, end)
        return number

    def raise_number(self, counter: str, least: int) -> None:
        """The next number of a counter is that at least, whatever becomes of the transaction that
        asked. A block in hand that begins below is given up."""
        if counter == "seq":
            self._raise_seq(least)
            return
        with self._numbers_lock:
            with self.read(single=True) as tx:
                tx.run("raise_numbers", name=counter, least=least)
            if self._numbers.get(counter, (least, 0))[0] < least:
                del self._numbers[counter]

    def _raise_seq(self, least: int) -> None:
        """Whoever draws meanwhile cannot be kept from it (a lock would wait for all who have drawn
        and not ended), so the sequence goes on far beyond what they can have drawn."""
        with connected_from(self) as connection, connection.transaction():
            tx = PostgresTx(self, connection, writes=False)
            tx.one("wait_for", lock=_RAISING)
            tx.all("raise_seq", least=least, margin=_MARGIN)

    def pool_use(self) -> Mapping[str, int]:
        """How many connections are open, at work, and waited for."""
        use = self._pool.get_stats()
        size, idle = use.get("pool_size", 0), use.get("pool_available", 0)
        return {"open": size, "used": size - idle, "waited": use.get("requests_waiting", 0)}

    def check(self) -> None:
        """StoreError unless the database answers, in the format that this program knows."""
        with connected_from(self) as connection:
            ensure_usable(connection, self.where)

    def close(self) -> None:
        self._pool.close()


_CONNECTING: dict[str, Any] = {
    "autocommit": True,
    "connect_timeout": 2,
    "application_name": "cosell",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds after which a machine that is silent counts as gone
}


def connected(url: str, where: str) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection of its own, outside of any pool; StoreError if there is no such database."""
    try:
        return psycopg.connect(url, **_CONNECTING)
    except psycopg.Error as error:
        raise StoreError(unusable(where, error)) from None


class connected_from(AbstractContextManager["Connection"]):
    """A connection of a store's pool, within `with`."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store

    def __enter__(self) -> Connection:
        self._connection = self._store.begun("select 1")
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._store.give_back(self._connection)


class _Writing:
    """A write transaction. No generator: one that an exception left half-way would end the
    transaction when it is collected."""

    __slots__ = ("_connection", "_store", "_tx")

    def __init__(self, store: PostgresStore) -> None:
        self._store = store

    def __enter__(self) -> PostgresTx:
        store = self._store
        if store.writing is not None:
            raise RuntimeError("a transaction was begun within another one of the same thread")
        self._connection = store.begun("begin")
        self._tx = PostgresTx(store, self._connection, writes=True)
        store.writing = self
        return self._tx

    def __exit__(self, kind: object, *_: object) -> None:
        self.end(undone=kind is not None)

    def end(self, undone: bool) -> None:
        """Commit, or undo; either way the connection goes back."""
        store, connection = self._store, self._connection
        try:
            if not undone:
                undone = True  # unless it gets as far as the commit
                self._commit()
                undone = False
        except psycopg.Error as error:
            failed(store.where, error)
        finally:
            try:
                if undone and not connection.closed:
                    connection.execute("rollback", prepare=False)
            except psycopg.Error:
                connection.close()  # which undoes it as well
            store.writing = None
            store.give_back(connection)

    def _commit(self) -> None:
        self._store.plan_looks(self._connection, self._tx)
        ended = self._connection.execute("commit", prepare=False)
        if ended.statusmessage != "COMMIT":  # it was broken, and somebody did not heed that
            raise StoreError(f"The transaction on {self._store.where} was undone.")


class _Reading:
    """A read transaction, which sees one instant."""

    __slots__ = ("_connection", "_store")

    def __init__(self, store: PostgresStore) -> None:
        self._store = store

    def __enter__(self) -> PostgresTx:
        self._connection = self._store.begun("begin isolation level repeatable read read only")
        return PostgresTx(self._store, self._connection, writes=False)

    def __exit__(self, *_: object) -> None:
        try:
            if not self._connection.closed:
                self._connection.execute("commit", prepare=False)
        except psycopg.Error:
            pass  # it has read what it wanted; the pool looks after the connection
        finally:
            self._store.give_back(self._connection)


class _Single:
    """Reads of one statement each, which is an instant by itself."""

    __slots__ = ("_connection", "_store")

    def __init__(self, store: PostgresStore) -> None:
        self._store = store

    def __enter__(self) -> PostgresTx:
        self._connection = self._store.take()
        return PostgresTx(self._store, self._connection, writes=False, renew=self._renew)

    def _renew(self) -> Connection | None:
        """Another connection for one that has died; None for one that has not."""
        if not self._connection.closed:
            return None
        self._store.give_back(self._connection)
        self._connection = self._store.take()
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._store.give_back(self._connection)

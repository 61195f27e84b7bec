"""PostgreSQL: any number of processes; in each namespace one writes at a time, and who reads sees
one instant.

With its siblings postgres_* the only module that imports psycopg. Must not know what the rows
mean, nor what becomes of a namespace at which somebody is to look.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

import psycopg

from cosell.clock import wall_ms
from cosell.config import Postgres, without_password
from cosell.store import Made, StoreError, Thing, Tx, namespaces
from cosell.store.postgres_pool import Pool, connected
from cosell.store.postgres_queue import Queue
from cosell.store.postgres_rights import ensure_allowed
from cosell.store.postgres_schema import ensure_usable
from cosell.store.postgres_tx import PostgresTx, failed, unusable
from cosell.store.postgres_watch import Connection
from cosell.store.sqlite_file import newest_form
from cosell.store.statements import postgres_statements

_BLOCK = 1_000  # numbers that a counter hands out per trip to the database
_EVER = 1 << 62
_RAISING = 0x736571  # 'seq': one raises it at a time
_MARGIN = 1_000_000  # more than others can draw between two instructions
_READ = "begin isolation level repeatable read read only"
_WRITE_LONG = "begin isolation level repeatable read"
_LATE_MS = 50  # a look that is planned so little later is not planned anew
SOON_MS = 60_000  # what is due later is planned when it comes near (`unplanned`)


class PostgresStore:
    """A database that any number of processes share."""

    alone = False

    def __init__(self, url: str, settings: Postgres, queue: Queue | None = None) -> None:
        """StoreError if it cannot be used: not there, or of another format than this program's.
        Without a queue nobody is called to look at what is due."""
        self.where = without_password(url)
        self.form = newest_form()
        self._queue = queue
        self._for_long = _for_long(settings.long_s_max)
        self._numbers: dict[str, tuple[int, int]] = {}
        self._numbers_lock = threading.Lock()
        self._here = threading.local()  # the write transaction of each thread
        try:
            with connected(url, self.where) as connection:
                ensure_allowed(connection, self.where)
                ensure_usable(connection, self.where, self._queue)
        except psycopg.Error as error:  # it was there when this began
            failed(self.where, error)
        self._pool = Pool(url, self.where, settings)

    # --- transactions --------------------------------------------------------------------------

    def read(self, *, single: bool = False, long: bool = False) -> AbstractContextManager[Tx]:
        return _Single(self) if single else _Reading(self, _READ + self._for_long * long)

    def look_up(self, statement: str, key: str, made: Made[Thing]) -> Thing:
        with self.read(single=True) as tx:
            return tx.known(statement, key, made)

    def write(self, *, long: bool = False) -> AbstractContextManager[Tx]:
        return _Writing(self, _WRITE_LONG + self._for_long if long else "begin")

    def take(self) -> Connection:
        """A connection, for who gives it back; StoreError if there is none in time."""
        return self._pool.take()

    def give_back(self, connection: Connection) -> None:
        """What is broken, or within a transaction still, is closed and replaced by the pool."""
        self._pool.give_back(connection)

    def begun(self, how: str) -> Connection:
        """A connection on which a transaction has begun. One that has died since it was used last
        is replaced: nothing was done on it yet."""
        while True:
            connection = self.take()
            connection.is_long = how.endswith(self._for_long)
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
        """Somebody looks at the namespaces for which something was planned when that is due, if it
        is soon, unless somebody looks early enough already."""
        if self._queue is None or tx.planned is None:
            return
        wall = wall_ms()
        for name in list(tx.woken_at):
            namespace = namespaces.find(tx, name)
            if not namespace.ns or not namespace.reaches(tx.planned):
                continue
            stands = namespace.frozen_at is not None  # then it is due now, or is not reached
            at = wall if stands else max(wall, tx.planned - namespace.offset_ms)
            woken_at = tx.woken_at[name]
            if at <= wall + SOON_MS and (woken_at is None or at < woken_at - _LATE_MS):
                tx.run("put_woken", name=name, woken_at=at)
                self._queue.defer(connection, name, at)

    @property
    def writing(self) -> "_Writing | None":
        """The write transaction of this thread."""
        return getattr(self._here, "writing", None)

    @writing.setter
    def writing(self, one: "_Writing | None") -> None:
        self._here.writing = one

    def is_awaited(self) -> bool:
        return False  # only the database knows, and to ask it costs as much as an entry

    def is_left(self) -> bool:
        return self.writing is not None

    def abandon(self) -> None:
        if (one := self.writing) is not None:
            one.end(undone=True)

    # --- beside them ---------------------------------------------------------------------------

    def sweep(self, batch_max: int, retired_before: int | None = None) -> int:
        before = _EVER if retired_before is None else retired_before
        some = postgres_statements()["sweep_some"]
        with self.write() as tx:
            row = tx.one("sweepable", before=before)
            if row is None:
                return 0
            ns, deleted = cast("int", row[0]), 0
            for table in tx.form().tables:  # also of those that a newer program has
                left = batch_max - deleted
                deleted += tx.execute(some.replace("{table}", table), {"ns": ns, "batch": left})
                if deleted >= batch_max:
                    return deleted
            return deleted + tx.run("forget_retired", ns=ns)

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

    def drop_numbers(self) -> None:
        """Somebody else has a number of ours: the next ones are of a block that nobody has."""
        with self._numbers_lock:
            self._numbers.clear()

    def _raise_seq(self, least: int) -> None:
        """Whoever draws meanwhile cannot be kept from it (a lock would wait for all who have drawn
        and not ended), so the sequence goes on far beyond what they can have drawn."""
        try:
            with connected_from(self) as connection, connection.transaction():
                tx = PostgresTx(self, connection, writes=False)
                tx.one("wait_for", lock=_RAISING)
                tx.all("raise_seq", least=least, margin=_MARGIN)
        except psycopg.Error as error:
            failed(self.where, error)

    def pool_use(self) -> Mapping[str, int]:
        """How many connections are open, at work, and waited for."""
        return self._pool.use()

    def check(self) -> None:
        """StoreError unless the database answers, those that are at work included, in the format
        that this program knows."""
        self._pool.ensure_moving()
        with connected_from(self) as connection:
            ensure_allowed(connection, self.where)
            ensure_usable(connection, self.where, self._queue)
            [(only_read,)] = connection.execute(
                "select current_setting('transaction_read_only')"
            ).fetchall()
        if only_read == "on":
            raise StoreError(f"The database {self.where} may only be read: a standby, perhaps.")

    def of_queue(self) -> Mapping[str, Any]:
        """What a pool of the queue's library is to be made of."""
        return self._pool.of_queue()

    def said(self, error: BaseException) -> str | None:
        """What the database itself said, if an error is one of its own; the queue's library has it
        as the cause of one of the library's."""
        if isinstance(error, StoreError):
            return str(error)
        first = error.__cause__ or error
        return unusable(self.where, first) if isinstance(first, psycopg.Error) else None

    def close(self) -> None:
        self._pool.close()


def _for_long(s_max: float) -> str:
    """What a transaction that takes its time says after its beginning."""
    limits = ("statement_timeout", "idle_in_transaction_session_timeout")
    return "".join(f"; set local {limit} = '{s_max * 1_000:.0f}ms'" for limit in limits)


@contextmanager
def connected_from(store: PostgresStore) -> Iterator[Connection]:
    """A connection of a store's pool, within `with`."""
    connection = store.begun("select 1")
    try:
        yield connection
    finally:
        store.give_back(connection)


class _Writing:
    """A write transaction. No generator: one that an exception left half-way would end the
    transaction when it is collected."""

    __slots__ = ("_begin", "_connection", "_store", "_tx")

    def __init__(self, store: PostgresStore, begin: str) -> None:
        self._store = store
        self._begin = begin

    def __enter__(self) -> PostgresTx:
        store = self._store
        if store.writing is not None:
            raise RuntimeError("a transaction was begun within another one of the same thread")
        self._connection = store.begun(self._begin)
        self._tx = PostgresTx(store, self._connection, writes=True)
        store.writing = self
        return self._tx

    def __exit__(self, kind: object, *_: object) -> None:
        self.end(undone=kind is not None)

    def end(self, undone: bool) -> None:
        """Commit, or undo; either way the connection goes back."""
        try:
            if undone:
                self._undo()
            else:
                self._commit()
        except psycopg.Error as error:
            self._undo()
            failed(self._store.where, error)
        except BaseException:
            self._undo()
            raise
        finally:
            self._store.writing = None
            self._store.give_back(self._connection)

    def _undo(self) -> None:
        if self._connection.closed:
            return
        try:
            self._connection.execute("rollback", prepare=False)
        except psycopg.Error:
            self._connection.close()  # which undoes it as well

    def _commit(self) -> None:
        self._tx.write_behind()
        self._store.plan_looks(self._connection, self._tx)
        connection, where = self._connection, self._store.where
        connection.warned = ""
        ended = connection.execute("commit", prepare=False)
        if ended.statusmessage != "COMMIT":  # it was broken, and somebody did not heed that
            raise StoreError(f"The transaction on {where} was undone.")
        if connection.warned:  # its standby may not have what this one has
            raise StoreError(f"The database {where} warned of what it wrote: {connection.warned}.")


class _Reading:
    """A read transaction, which sees one instant."""

    __slots__ = ("_begin", "_connection", "_store")

    def __init__(self, store: PostgresStore, begin: str) -> None:
        self._store = store
        self._begin = begin

    def __enter__(self) -> PostgresTx:
        self._connection = self._store.begun(self._begin)
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
        self._connection: Connection | None = None

    def __enter__(self) -> PostgresTx:
        self._connection = self._store.take()
        return PostgresTx(self._store, self._connection, writes=False, renew=self._renew)

    def _renew(self) -> Connection | None:
        """Another connection for one that has died; None for one that has not."""
        if self._connection is not None:
            if not self._connection.closed:
                return None
            dead, self._connection = self._connection, None
            self._store.give_back(dead)
        self._connection = self._store.take()
        return self._connection

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._store.give_back(self._connection)

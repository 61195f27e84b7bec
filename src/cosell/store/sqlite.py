"""SQLite: one process owns the file, one writer at a time, readers beside it.

With sqlite_tx and sqlite_file the only module that imports sqlite3. Must not know what the rows
mean.
"""

import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from sqlite3 import connect
from typing import cast

from cosell.originals import Path, getpid
from cosell.store import Contention, Kept, Made, StoreError, Thing, Tx
from cosell.store.ownership import Ownership
from cosell.store.pen import Pen
from cosell.store.sqlite_file import form_of, format_of, migrate, tables_of
from cosell.store.sqlite_sweep import sweep
from cosell.store.sqlite_tx import Known, Numbers, SqliteTx, unusable

_BLOCK = 1_000  # numbers that a counter hands out per trip to the database
_BUSY_S_MAX = 0.8  # how long a statement waits for who else has the file
_ROOM_BYTES = 65_536  # on the disk; with less, hardly any call finds room for what it writes
_CHECK_S_MAX = 0.4  # how long each part of a check does
_EVER = 1 << 62
# Bytes. Of a page that is written what it was is kept until the commit, so large ones cost every
# call; with smaller ones what is listed does not fit, and a copy of a namespace takes longer.
_MEMORY_PAGE = 8_192
# Pages that commits append before they are put into the file: the more, the rarer is a page put
# there that the next commit changes again. Readers find theirs by one hash table still.
_LOG_PAGES = 4_000
_READINGS_MAX = 8  # connections kept for the next reader
_HOLD = "select name from sqlite_master"


class SqliteStore:
    """A state file (or ':memory:') that this process owns until `close`."""

    alone = True

    def __init__(self, path: str, owner: int | None = None) -> None:
        """`owner` is the process to stop for the state to be free; this one, if none is named."""
        self.where = path
        self._memory = path == ":memory:"
        self._in_memory = _InMemory(self)
        owner = getpid() if owner is None else owner
        self._lock = None if self._memory else Ownership(Path(path).resolve(), owner)
        self.pen = Pen()
        self._readings: list[_Reading] = []  # of which nobody is reading
        self._open: list[sqlite3.Connection] = []
        self._numbers: Numbers = {}
        self.known: Known | None = {}  # None while a commit changes what is kept
        try:
            self._writer = self._connect()
            version = format_of(self._writer, path)
            self._writer.execute("pragma journal_mode = wal")  # the file remembers it
            self._writer.execute(f"pragma wal_autocheckpoint = {_LOG_PAGES}")
            migrate(self._writer, version)
            self._tables = tables_of(self._writer)
            self.form = form_of(self._writer)
        except sqlite3.Error as error:
            self.close()
            raise StoreError(unusable(path, error)) from error
        except BaseException:
            self.close()
            raise

    def read(self, *, single: bool = False, long: bool = False) -> AbstractContextManager[Tx]:
        if self._memory:
            return self._in_memory
        try:
            reading = self._readings.pop()
        except IndexError:
            connection = self._connect_for_reading()
            reading = _Reading(self, connection)
        return reading.single if single else reading

    def look_up(self, statement: str, key: str, made: Made[Thing]) -> Thing:
        known = self.known
        found = None if known is None else known.get((statement, key))
        if found is not None:
            return found  # type: ignore[return-value]  # who asked before had the same made
        with self.read(single=True) as tx:
            return tx.known(statement, key, made)

    def _connect_for_reading(self) -> sqlite3.Connection:
        try:
            connection = self._connect()
            connection.execute("pragma query_only = on")
        except sqlite3.Error as error:
            raise StoreError(unusable(self.where, error)) from error
        return connection

    def done_reading(self, reading: "_Reading") -> None:
        """Take a reading back for the next; what is more than a few is closed."""
        if len(self._readings) < _READINGS_MAX:
            self._readings.append(reading)
        else:
            reading.close()

    def reading_in_memory(self) -> SqliteTx:
        """A reading by who has the pen: nobody commits meanwhile, so what is known holds."""
        tx = SqliteTx(self, self._writer)
        tx.known_then = self.known
        return tx

    def write(self, *, long: bool = False) -> AbstractContextManager[Tx]:
        return _Writing(self)

    def begin(self) -> SqliteTx:
        """The transaction of who has the pen."""
        try:
            self._writer.execute("begin immediate")
        except sqlite3.OperationalError as error:
            raise StoreError(unusable(self.where, error)) from error
        tx = SqliteTx(self, self._writer)
        tx.kept = Kept()
        tx.known_then = self.known
        return tx

    def commit(self, tx: SqliteTx, numbers: Numbers) -> None:
        """End it, or undo it; what it changed is no longer known as it was."""
        try:
            tx.write_behind()
            if tx.forgetting:
                self.known = None
            self._writer.execute("commit")
        except BaseException as error:
            self.undo(numbers)
            if isinstance(error, sqlite3.OperationalError):
                raise StoreError(unusable(self.where, error)) from error
            raise
        if tx.forgetting:
            self.known = {}

    def undo(self, numbers: Numbers) -> None:
        """What was done since the numbers were looked at is not; by who has the pen."""
        self.keep_numbers(numbers)
        # A full disk ends the transaction by itself; there is nothing left to roll back.
        if self._writer.in_transaction:
            self._writer.execute("rollback")
        if self.known is None:
            self.known = {}

    def is_awaited(self) -> bool:
        return self.pen.is_awaited()

    def is_left(self) -> bool:
        return self.pen.is_left()

    def abandon(self) -> None:
        try:
            if self.pen.is_mine():
                self.undo({})
                self.known = {}
        finally:
            self.pen.drop()

    def sweep(self, batch_max: int, retired_before: int | None = None) -> int:
        before = _EVER if retired_before is None else retired_before
        with self.read() as reading:
            if reading.one("sweepable", before=before) is None:
                return 0
        with self.write() as tx:
            return sweep(tx, self._tables, batch_max, before)

    def rows_written(self) -> int:
        """How many rows were written or deleted since the state was opened."""
        return self._writer.total_changes

    def is_ended(self, connection: sqlite3.Connection) -> bool:
        """Whether the write transaction on a connection is over before its commit."""
        return connection is self._writer and not connection.in_transaction

    def check(self) -> None:
        try:
            with self.read(single=True) as tx:
                found = cast("int", tx.query("pragma user_version", {})[0][0])
        except StoreError as error:
            raise StoreError(f"The state cannot be read: {error.__cause__}.") from error
        if found != self.form.format:
            raise StoreError(
                f"The state has format {found}; this cosell keeps format {self.form.format}."
            )
        # A writer of ours may be at work for long; whoever else has the file keeps us out of it.
        if not self._memory and self.pen.take(_CHECK_S_MAX):
            try:
                self._ensure_writable()
            finally:
                self.pen.__exit__()

    def _ensure_writable(self) -> None:
        """StoreError if nothing can be written; by who has the pen."""
        if _room(self.where) < _ROOM_BYTES:
            raise StoreError("The state cannot be written: its disk is full. Make room there.")
        self._writer.execute(f"pragma busy_timeout = {_CHECK_S_MAX * 1000:.0f}")
        try:
            self._writer.execute("begin immediate")
            self._writer.execute(
                f"pragma user_version = {self.form.format}"
            )  # it is; this writes a page
            self._writer.execute("commit")
        except sqlite3.Error as error:
            if self._writer.in_transaction:
                self._writer.execute("rollback")
            raise StoreError(unusable(self.where, error)) from error
        finally:
            self._writer.execute(f"pragma busy_timeout = {_BUSY_S_MAX * 1000:.0f}")

    def pool_use(self) -> Mapping[str, int]:
        return {}

    def take_number(self, tx: Tx, counter: str) -> int:
        """The next number of a block; a block that is used up is followed by another."""
        number, end = self._numbers.get(counter, (0, 0))
        if number >= end:
            row = tx.one("take_numbers", name=counter, size=_BLOCK)
            end = cast("tuple[int]", row)[0]
            number = end - _BLOCK
        self._numbers[counter] = (number + 1, end)
        return number

    def drop_numbers(self, counter: str, least: int) -> None:
        """A block in hand that begins below is given up."""
        if self._numbers.get(counter, (least, 0))[0] < least:
            del self._numbers[counter]

    def numbers(self) -> Numbers:
        """The blocks in hand, to be handed to `keep_numbers` if what follows is undone."""
        return dict(self._numbers)

    def keep_numbers(self, blocks: Numbers) -> None:
        """What was done since is undone: a block that was taken meanwhile is not ours."""
        for counter, (_, end) in list(self._numbers.items()):
            if blocks.get(counter, (0, 0))[1] != end:
                del self._numbers[counter]

    def disconnect(self, connection: sqlite3.Connection) -> None:
        """Close one connection for good."""
        self._open.remove(connection)
        connection.close()

    def close(self) -> None:
        self._readings.clear()
        for connection in self._open:
            connection.close()
        self._open.clear()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _connect(self) -> sqlite3.Connection:
        connection = connect(
            self.where,
            timeout=_BUSY_S_MAX,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        self._open.append(connection)
        if self._memory:
            connection.execute(f"pragma page_size = {_MEMORY_PAGE}")
            connection.execute("pragma secure_delete = off")  # nothing of it is on a disk
        connection.execute("pragma synchronous = full")
        connection.execute("pragma temp_store = memory")
        if sys.platform == "darwin":
            connection.execute("pragma fullfsync = on")
        return connection


class _InMemory:
    """Reads of a state in memory, which has one connection: they take turns with the writers."""

    __slots__ = ("_store",)

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def __enter__(self) -> SqliteTx:
        self._store.pen.__enter__()
        return self._store.reading_in_memory()

    def __exit__(self, *_: object) -> None:
        self._store.pen.__exit__()


class _Writing:
    """A write transaction, for who has the pen meanwhile. No generator: one that an exception left
    half-way would end the transaction when it is collected, whoever's that is then."""

    __slots__ = ("_numbers", "_store", "_tx")

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def __enter__(self) -> SqliteTx:
        store = self._store
        store.pen.__enter__()
        try:
            self._numbers = store.numbers()
            self._tx = store.begin()
        except BaseException:
            store.abandon()
            raise
        return self._tx

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._store.commit(self._tx, self._numbers)
            else:
                self._store.undo(self._numbers)
        except Contention:  # it is undone, and nothing is wrong with the database
            self._store.pen.__exit__()
            raise
        except BaseException:
            self._store.abandon()
            raise
        self._store.pen.__exit__()


class _Reading:
    """A read transaction on a connection of its own, used again and again.

    A statement that is not read to its end holds its instant for those that follow. It costs one
    trip to the database where `begin` and `commit` cost two, and each trip lets other threads in.
    """

    __slots__ = ("_connection", "_held", "_store", "_tx", "single")

    def __init__(self, store: SqliteStore, connection: sqlite3.Connection) -> None:
        self._store = store
        self._connection = connection
        self._tx = SqliteTx(store, connection)
        self.single = _Single(store, self, self._tx)

    def __enter__(self) -> SqliteTx:
        # A commit that changes what is known takes the dictionary away before and puts another
        # one there afterwards: whoever finds the same one before and after its instant began
        # shares it with readers of the same state only.
        known = self._store.known
        try:
            self._held = self._connection.execute(_HOLD)
        except sqlite3.Error as error:
            self.close()
            raise StoreError(unusable(self._store.where, error)) from error
        self._tx.known_then = known if known is self._store.known else None
        return self._tx

    def __exit__(self, *_: object) -> None:
        self._held.close()
        self._store.done_reading(self)

    def close(self) -> None:
        self._store.disconnect(self._connection)


class _Single:
    """Reads of one statement each, which is an instant by itself."""

    __slots__ = ("_reading", "_store", "_tx")

    def __init__(self, store: SqliteStore, reading: _Reading, tx: SqliteTx) -> None:
        self._store = store
        self._reading = reading
        self._tx = tx

    def __enter__(self) -> SqliteTx:
        self._tx.known_then = self._store.known
        return self._tx

    def __exit__(self, *_: object) -> None:
        self._store.done_reading(self._reading)


def _room(path: str) -> int:
    """Bytes that are free on the disk of a file."""
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize

"""One transaction of PostgreSQL's: what is said to the database in it.

With its siblings postgres_* the only module that imports psycopg. Must not know who else reads or
writes, nor what the rows mean.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NoReturn, Protocol, TypeAlias, cast

import psycopg
from psycopg import errors

from cosell.store import (
    READING,
    Columns,
    Contention,
    Form,
    Kept,
    Late,
    Made,
    Row,
    StoreError,
    StoreFault,
    Taken,
    Thing,
    Tx,
    Value,
)
from cosell.store.dialect import postgres
from cosell.store.late import Rows, write_all
from cosell.store.postgres_rows import KINDS, together
from cosell.store.postgres_schema import COLUMNS, form_of
from cosell.store.statements import changes_namespaces, postgres_statements, statements

GRANTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};"
    " GRANT SELECT, USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};"
)
"""What a role needs that works on a database which another one has migrated."""

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
Renew: TypeAlias = Callable[[], Connection | None]

_SEQ_BLOCK = 64  # as the sequence `seq` is made
_TOGETHER = 500  # rows that are written by one statement
_STATEMENTS = {**statements(), **postgres_statements()}
_NAMED = {name: postgres(text) for name, text in _STATEMENTS.items()}
_LOCKED = {"find_namespace": _NAMED["lock_namespace"]}
# With these one waits for who writes in a namespace.
_PENS = {_NAMED[name] for name in ("lock_namespace", "lock_number", "insert_namespace")}
# Somebody else was first, or waits for us as we wait for him: another try may succeed.
_CONTENDED = (errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected)


class Numbers(Protocol):
    """What a transaction needs of its store."""

    where: str

    def take_number(self, counter: str) -> int: ...

    def raise_number(self, counter: str, least: int) -> None: ...

    def drop_numbers(self) -> None: ...


class PostgresTx:
    """One transaction on one connection. `writes` is whether it holds the pen of each namespace
    that it has looked up."""

    __slots__ = (
        "_cursor", "_found", "_left", "_next", "_renew", "_steps", "_store", "_writes",
        "behind", "kept", "lags_at", "planned", "woken_at",
    )  # fmt: skip

    def __init__(
        self, store: Numbers, connection: Connection, writes: bool, renew: Renew | None = None
    ) -> None:
        """`renew` has another connection for one that has died, if nothing was done on it that
        would have to be done again."""
        self._store = store
        self._renew = renew
        self._cursor = connection.cursor(binary=True)
        self._writes = writes
        self._found: dict[str, Row] = {}  # what it holds: nobody else changes it meanwhile
        self._steps: list[bool] = []  # those under way: whether the database knows of each
        self._next = self._left = 0  # of the block of `seq` in hand
        self.planned: int | None = None
        self.lags_at: int | None = None
        self.kept: Kept | None = Kept() if writes else None
        self.behind: Late | None = None
        self.woken_at: dict[str, int | None] = {}  # of each namespace that it holds

    def one(self, statement: str, /, **values: Value) -> Row | None:
        return self._run(_NAMED[statement], values).fetchone()

    def all(self, statement: str, /, **values: Value) -> list[Row]:
        return cast("list[Row]", self._run(_NAMED[statement], values).fetchall())

    def known(self, statement: str, key: str, made: Made[Thing], /) -> Thing:
        if not self._writes or statement not in _LOCKED:
            return made(key, self.one(statement, name=key))
        row = self._found.get(key) or self._hold(_LOCKED[statement], key)
        if row is not None:
            self._found[key] = row
        return made(key, row)

    def _hold(self, text: str, key: str) -> Row | None:
        """Wait for a namespace's row, and keep it. One that was renewed meanwhile (a reset) is not
        seen by who waited for the old one: it is looked for again."""
        row = self._run(text, {"name": key}).fetchone()
        if row is None:
            row = self._run(text, {"name": key}).fetchone()
        if row is None:
            self.woken_at[key] = None  # it may come to be in this transaction
            return None
        *known, self.woken_at[key], self._next = row
        self._left = _SEQ_BLOCK
        return tuple(known)

    def run(self, statement: str, /, **values: Value) -> int:
        return self.execute(_STATEMENTS[statement], values)

    def write_behind(self, tables: Sequence[str] | None = None, /) -> None:
        if self.behind is not None:
            write_all(self.behind, tables, self._write)

    def _write(self, text: str, rows: Rows) -> int:
        """Execute a statement for all rows in one go; answers how many changed. Not in a pipeline:
        a process that stood still within one would keep its namespaces, for the database's
        time-outs look away there."""
        if len(rows) == 1:
            return self._ask(postgres(text), rows[0]).rowcount
        many, names = together(text)
        changed = 0
        for begun in range(0, len(rows), _TOGETHER):
            some = rows[begun : begun + _TOGETHER]
            arrays = {name: [row[name] for row in some] for name in names}
            changed += self._ask(many, arrays).rowcount
        return changed

    def query(self, text: str, values: Mapping[str, Value], /) -> list[Row]:
        return cast("list[Row]", self._run(postgres(text), values).fetchall())

    def query_alone(self, text: str, values: Mapping[str, Value], /) -> list[Row]:
        return cast("list[Row]", self._ask(postgres(text), values).fetchall())

    def execute(self, text: str, values: Mapping[str, Value], /) -> int:
        if changes_namespaces(text):
            self._found.clear()
        return self._run(postgres(text), values).rowcount

    def _run(self, text: str, values: Mapping[str, Value]) -> "psycopg.Cursor[tuple[Any, ...]]":
        self._write_before(text)
        return self._ask(text, values)

    def _write_before(self, text: str) -> None:
        """Write what is late and has to be there before a statement."""
        if self.behind is not None and (tables := self.behind.before(text)):
            self.write_behind(tables)

    def _ask(self, text: str, values: Mapping[str, Any]) -> "psycopg.Cursor[tuple[Any, ...]]":
        if self._steps and not self._steps[-1] and not text.startswith(READING):
            self._tell_steps()
        try:
            return self._cursor.execute(text, values)
        except psycopg.Error as error:
            if self._renew is None or (another := self._renew()) is None:
                if isinstance(error, errors.UniqueViolation):
                    self._store.drop_numbers()  # a namespace that has some of them was loaded
                if isinstance(error, errors.LockNotAvailable) and text in _PENS:
                    raise StoreError(_busy(values)) from None
                failed(self._store.where, error)
        self._cursor = another.cursor(binary=True)
        return self._ask(text, values)

    def hold(self, ns: int, /) -> None:
        self.one("lock_number", ns=ns)

    def fill(self, table: str, columns: Columns, rows: Iterable[Sequence[object]], /) -> None:
        """Not by COPY: a process that stood still within one would keep its namespaces, as within a
        pipeline."""
        text = _STATEMENTS["insert_rows"].replace("{table}", table)
        text = text.replace("{columns}", ", ".join(columns))
        arrays = ", ".join(f"%b::{KINDS[kind]}" for kind in columns.values())
        text = text.replace("{arrays}", arrays)
        self._write_before(text)
        self._tell_steps()
        left = iter(rows)
        try:
            while some := list(islice(left, _TOGETHER)):
                self._cursor.execute(text, [list(column) for column in zip(*some, strict=True)])
        except (errors.IntegrityError, psycopg.DataError) as error:
            raise ValueError(f"{table}: {error.diag.message_primary or error}") from error
        except psycopg.Error as error:
            failed(self._store.where, error)

    def number(self, counter: str, /) -> int:
        if counter != "seq":
            return self._store.take_number(counter)
        if not self._left:
            [self._next] = cast("tuple[int]", self._run(_NAMED["take_seq"], {}).fetchone())
            self._left = _SEQ_BLOCK
        self._left -= 1
        self._next += 1
        return self._next - 1

    def raise_number(self, counter: str, least: int, /) -> None:
        self._store.raise_number(counter, least)
        if counter == "seq":
            self._left = 0

    def form(self) -> Form:
        return form_of(cast("list[Row]", self._run(COLUMNS, {}).fetchall()))

    def hint(self, index: str | None, /) -> str:
        return ""  # the sessions' settings leave the planner no other choice

    def savepoint(self) -> "_Savepoint":
        return _Savepoint(self)

    def set_out(self) -> None:
        """Begin a step that can be undone by itself. The database is told when something is written
        in it: there is nothing to undo in most of those that fail."""
        self.write_behind()
        self.behind = None
        self._steps.append(False)

    def end_step(self, undone: bool) -> None:
        """End the step that began last. One that ends well is left as it is: to say so would be one
        more trip, and the commit says it of all."""
        told = self._steps.pop()
        if not undone:
            return
        self._found.clear()
        if self.kept is not None:
            self.kept.clear()
        if told:
            name = _step(len(self._steps))
            self._run(f"rollback to {name}", {})
            self._run(f"release {name}", {})

    def _tell_steps(self) -> None:
        for depth, told in enumerate(self._steps):
            if not told:
                self._steps[depth] = True
                self._run(f"savepoint {_step(depth)}", {})


def _step(depth: int) -> str:
    """A step's name is that of an earlier one that ended well: the database takes the later."""
    return f"step_{depth}"


class _Savepoint:
    """A step of a transaction. No generator, as in sqlite_tx."""

    __slots__ = ("_tx",)

    def __init__(self, tx: PostgresTx) -> None:
        self._tx = tx

    def __enter__(self) -> None:
        self._tx.set_out()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or not issubclass(kind, StoreError):  # else nothing can be said any more
            self._tx.end_step(undone=kind is not None)


def _busy(values: Mapping[str, Value]) -> str:
    """What is said of a namespace whose pen was not to be had."""
    named = f"{values['name']!r}" if "name" in values else f"of the number {values['ns']!r}"
    return (
        f"Somebody else writes in the namespace {named}, or holds a lock on it; the call was given"
        " up after [postgres] lock_s_max."
    )


def failed(where: str, error: psycopg.Error) -> NoReturn:
    """Say what an error of the database's means. What it quotes of a row is left out: it may be
    something that must not reach a log."""
    if isinstance(error, _CONTENDED):
        about = error.diag.constraint_name or error.diag.table_name or ""
        kind = Taken if isinstance(error, errors.UniqueViolation) else Contention
        raise kind(f"{type(error).__name__} {about}".rstrip()) from None
    unable = psycopg.OperationalError | psycopg.InterfaceError | errors.InternalError
    if isinstance(error, unable) or error.sqlstate in _WHY:
        raise StoreError(unusable(where, error)) from None
    about = ", ".join(
        part
        for part in (error.sqlstate, error.diag.table_name, error.diag.constraint_name)
        if part is not None
    )
    raise StoreFault(f"{type(error).__name__} ({about})") from None


def unusable(where: str, error: psycopg.Error) -> str:
    """What is said of a database that cannot be used now."""
    said = error.diag.message_primary or str(error).strip().splitlines()[0]
    # A connection that is refused has no code, only words.
    code = error.sqlstate or ("53300" if any(some in said for some in _TOO_MANY) else "")
    why = _WHY.get(code)
    return f"The database {where} cannot be used: {said}." + (f" {why}" if why else "")


_TOO_MANY = ("too many clients", "too many connections", "connection slots are reserved")
_WHY = {
    "53100": "Its disk is full: make room there; nothing that was acknowledged is lost.",
    "53300": "It takes no more connections: raise its max_connections, or give each process fewer"
    " ([postgres] connections_max).",
    "55P03": "Somebody else holds a lock on the table; the call was given up after"
    " [postgres] lock_s_max.",
    "57014": "A statement took longer than [postgres] statement_s_max.",
    "25006": "It is read-only: a standby, or its disk is.",
    "42501": f"Its role lacks a right. {GRANTS.format(schema='…', role='…')}",
    **dict.fromkeys(
        ("42703", "42883", "42P01", "42P10"),
        "It is not as this cosell knows it: run `cosell migrate --database …`; if that finds"
        " nothing to do, what it was restored from was not whole.",
    ),
}
"""What helps, by the database's own code."""

_: type[Tx] = PostgresTx  # it is one

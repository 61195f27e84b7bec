"""One transaction of SQLite's: what is said to the database in it.

With sqlite and sqlite_file the only module that imports sqlite3. Must not know who else reads or
writes, nor what the rows mean.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NoReturn, Protocol, TypeAlias, cast

from cosell.store import Columns, Form, Kept, Late, Made, Row, StoreError, Thing, Tx, Value
from cosell.store.late import Rows, write_all
from cosell.store.statements import changes_namespaces, statements

Known: TypeAlias = dict[tuple[str, str], object]
"""What was made of rows that every call asks for, by the statement and its value."""
Numbers: TypeAlias = dict[str, tuple[int, int]]
"""The blocks in hand: by counter the next number, and where its block ends."""

_KNOWN_MAX = 1_024  # rows of which is kept in memory what they are
_WORDED_MAX = 1_024  # statements as sqlite3 has them; there are as many as ways to ask for a list
_NAME = re.compile(r":(\w+)")  # no text within a statement has a colon
_STATEMENTS = statements()
_FORGETTING = frozenset(n for n, text in _STATEMENTS.items() if changes_namespaces(text))


Worded: TypeAlias = tuple[str, Callable[[Mapping[str, Value]], Any]]
"""A statement as sqlite3 takes it, and what makes of its values by name what is given with it."""

_worded: dict[str, Worded] = {}


def worded(text: str) -> Worded:
    """A statement as sqlite3 executes it soonest: with a mark (`?`) for each value, and a tuple; of
    each name it would ask the database, and make a text, whenever that is executed.

    Where a name occurs twice it keeps its names: each value is given once then. Numbers would do
    too, but Python 3.12.0 to 3.12.3 take `?1` for a name, and warn of the tuple."""
    names = _NAME.findall(text)
    if len(_worded) >= _WORDED_MAX:
        _worded.clear()
    repeats = len(set(names)) < len(names)
    found = (text, _all) if repeats else (_NAME.sub("?", text), _taker(names))
    _worded[text] = found
    return found


def _all(values: Mapping[str, Value]) -> Mapping[str, Value]:
    return values


def _taker(names: list[str]) -> Callable[[Mapping[str, Value]], Any]:
    """What takes the values of those names, as a tuple."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple([values[name] for name in names])


class Blocks(Protocol):
    """What a transaction needs of its store."""

    where: str
    form: Form

    def is_ended(self, connection: sqlite3.Connection) -> bool: ...

    def take_number(self, tx: Tx, counter: str) -> int: ...

    def drop_numbers(self, counter: str, least: int) -> None: ...

    def numbers(self) -> Numbers: ...

    def keep_numbers(self, blocks: Numbers) -> None: ...


class SqliteTx:
    """One transaction on one connection."""

    __slots__ = (
        "_connection", "_depth", "_execute", "_execute_many", "_store", "behind", "forgetting",
        "kept", "known_then", "lags_at", "planned",
    )  # fmt: skip

    def __init__(self, store: "Blocks", connection: sqlite3.Connection) -> None:
        self._store = store
        self._connection = connection
        self._execute = connection.execute
        self._execute_many = connection.executemany
        self._depth = 0  # steps under way
        self.planned: int | None = None
        self.lags_at: int | None = None
        self.kept: Kept | None = None
        self.behind: Late | None = None
        self.known_then: Known | None = None  # what is known at the transaction's instant
        self.forgetting = False  # whether a row that is kept in memory was changed

    def one(self, statement: str, /, **values: Value) -> Row | None:
        return cast("Row | None", self._run(_STATEMENTS[statement], values).fetchone())

    def all(self, statement: str, /, **values: Value) -> list[Row]:
        return self._run(_STATEMENTS[statement], values).fetchall()

    def known(self, statement: str, key: str, made: Made[Thing], /) -> Thing:
        known = self.known_then
        if known is None:
            return made(key, self.one(statement, name=key))
        found = known.get((statement, key))
        if found is None:
            if len(known) >= _KNOWN_MAX:
                known.clear()
            known[statement, key] = found = made(key, self.one(statement, name=key))
        return cast("Thing", found)

    def run(self, statement: str, /, **values: Value) -> int:
        if statement in _FORGETTING:
            self._forget()
        return self._run(_STATEMENTS[statement], values).rowcount

    def _forget(self) -> None:
        """A row that is kept in memory changes: others go on with what is known until then."""
        self.forgetting, self.known_then = True, None

    def write_behind(self, tables: Sequence[str] | None = None, /) -> None:
        if self.behind is not None:
            write_all(self.behind, tables, self._write)

    def _write(self, text: str, rows: Rows) -> int:
        """Execute a statement for each row; answers how many changed."""
        if len(rows) == 1:
            return self._ask(text, rows[0]).rowcount
        words, take = _worded.get(text) or worded(text)
        try:
            return self._execute_many(words, map(take, rows)).rowcount
        except sqlite3.DatabaseError as error:
            self._raise(error)

    def query(self, text: str, values: Mapping[str, Value], /) -> list[Row]:
        return self._run(text, values).fetchall()

    def query_alone(self, text: str, values: Mapping[str, Value], /) -> list[Row]:
        return self._ask(text, values).fetchall()

    def execute(self, text: str, values: Mapping[str, Value], /) -> int:
        if changes_namespaces(text):
            self._forget()
        return self._run(text, values).rowcount

    def _run(self, text: str, values: Mapping[str, Value]) -> sqlite3.Cursor:
        self._write_before(text)
        return self._ask(text, values)

    def _write_before(self, text: str) -> None:
        """Write what is late and has to be there before a statement."""
        if self.behind is not None and (tables := self.behind.before(text)):
            self.write_behind(tables)

    def _ask(self, text: str, values: Mapping[str, Value]) -> sqlite3.Cursor:
        words, take = _worded.get(text) or worded(text)
        try:
            return self._execute(words, take(values))
        except sqlite3.DatabaseError as error:
            self._raise(error)

    def _raise(self, error: sqlite3.DatabaseError) -> NoReturn:
        """What the database refused is its caller's; anything else says that it cannot be used."""
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise error
        if self._store.is_ended(self._connection):
            self._execute = self._execute_many = self._refuse
        raise StoreError(unusable(self._store.where, error)) from error

    def _refuse(self, *_: object) -> NoReturn:
        """A full disk ends a transaction by itself: what followed would be written on its own."""
        raise StoreError(f"The transaction on {self._store.where} has ended.")

    def hold(self, ns: int, /) -> None:
        pass  # there is one pen for all

    def fill(self, table: str, columns: Columns, rows: Iterable[Sequence[object]], /) -> None:
        marks = ", ".join("?" * len(columns))
        text = f"insert into {table} ({', '.join(columns)}) values ({marks})"
        self._write_before(text)
        try:
            self._execute_many(text, rows)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, OverflowError) as error:
            raise ValueError(f"{table}: {error}") from error
        except sqlite3.Error as error:
            raise StoreError(unusable(self._store.where, error)) from error

    def number(self, counter: str, /) -> int:
        return self._store.take_number(self, counter)

    def raise_number(self, counter: str, least: int, /) -> None:
        self.run("raise_numbers", name=counter, least=least)
        self._store.drop_numbers(counter, least)

    def form(self) -> Form:
        return self._store.form  # nobody else has the file

    def hint(self, index: str | None, /) -> str:
        # The planner guesses from statistics; an index that it is told cannot be guessed wrong.
        return f"indexed by {index}" if index else ""

    def savepoint(self) -> "_Savepoint":
        return _Savepoint(self, self._store)

    def set_out(self) -> str:
        """Begin a step that can be undone by itself; answers its name."""
        self.write_behind()
        self.behind = None
        self._depth += 1
        name = f"step_{self._depth}"
        self._run(f"savepoint {name}", {})
        return name

    def end_step(self, name: str, undone: bool) -> None:
        """End a step. One of a transaction that has ended meanwhile is undone already."""
        self._depth -= 1
        if not undone:
            self._run(f"release {name}", {})
            return
        if self.kept is not None:
            self.kept.clear()
        if self._connection.in_transaction:
            self._run(f"rollback to {name}", {})
            self._run(f"release {name}", {})


class _Savepoint:
    """A step of a transaction. No generator: one that was left half-way would undo its step when
    it is collected, in whoever's transaction that is then."""

    __slots__ = ("_name", "_numbers", "_store", "_tx")

    def __init__(self, tx: SqliteTx, store: "Blocks") -> None:
        self._tx = tx
        self._store = store

    def __enter__(self) -> None:
        self._numbers = self._store.numbers()
        self._name = self._tx.set_out()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._tx.end_step(self._name, undone=kind is not None)
        finally:
            if kind is not None:
                self._store.keep_numbers(self._numbers)


def unusable(path: str, error: sqlite3.Error) -> str:
    """What is said of a database that cannot be used, and what helps."""
    name = getattr(error, "sqlite_errorname", "")  # an error of Python's own has none
    why = next((text for start, text in _WHY.items() if name.startswith(start)), _OTHERWISE)
    return f"The state {path} cannot be used: {error}. {why}"


_WHY = {
    "SQLITE_FULL": "Make room on its disk; nothing that was acknowledged is lost.",
    "SQLITE_BUSY": "Another program has locked it: end that one's transaction.",
    "SQLITE_READONLY": "It, its folder or its disk may only be read: let this user write there.",
    "SQLITE_IOERR": "Its disk does not do what it is asked: see the system's log. Once it is in"
    " order, start anew; what was acknowledged and reached the disk is there.",
    "SQLITE_CORRUPT": "It is damaged: stop, and put back a copy of it, or of its namespaces.",
    "SQLITE_CANTOPEN": "See whether it is there, and whether this user may write in its folder.",
}
_OTHERWISE = "If it is not a file of cosell's, start with another --database."

"""The vocabulary of storage: transactions, views, and what can go wrong. Imports no sibling.

A service speaks to a `Tx` through the functions of this package's modules; only `sqlite` (and the
next driver) knows a database. Must not know any service, nor what a document means.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Final, NamedTuple, NewType, Protocol, TypeAlias, TypeVar

Value: TypeAlias = int | str | bytes | None
Row: TypeAlias = tuple[object, ...]
Thing = TypeVar("Thing")
Made: TypeAlias = Callable[[str, Row | None], Thing]
"""What makes something of a row: of the value that it was asked for by, and of itself."""
_ORDER: Final = ("delete", "update", "insert")  # what gives way goes first
READING: Final = ("select", "with")
"""How a statement begins that writes nothing."""
_WORD: Final = re.compile(r"\w+")
_KEPT_MAX: Final = 1_024  # beyond that it begins anew
Named = NewType("Named", tuple[str, tuple[Value, ...]])
"""A row: its table, and what tells it from others there. Only `named` makes such."""
Columns: TypeAlias = Mapping[str, str]
"""A table's columns beside `ns`, and whether each holds integer, text or blob."""


class StoreError(Exception):
    """The database cannot be used; the message says why and what to do."""


class StoreFault(Exception):
    """The database refused what it should have taken; the message names no value of a row."""


class Contention(Exception):
    """Somebody else changed the same row; the call is to be tried again."""


class Taken(Contention):
    """There is such a row already: somebody else was quicker, where others can be."""


class View(NamedTuple):
    """A table of view rows: `lead` narrows it to one account's list, `sort` is the default order.

    `filters` maps a column to the index that leads with it, the most selective first; `orders` maps
    each further sort column to its index (None: the table itself). A row keeps what is in the
    columns of `lead`, in seq and id, and in those that `kept` names, from its first day on.
    """

    table: str
    lead: tuple[str, ...]
    sort: str
    columns: tuple[str, ...]
    filters: Mapping[str, str]
    orders: Mapping[str, str]
    kept: tuple[str, ...] = ()

    @property
    def fixed(self) -> tuple[str, ...]:
        """The columns that no change of a row writes."""
        return (*self.lead, "seq", "id", *self.kept)


class Form(NamedTuple):
    """What a format keeps of a namespace: what the row in `namespace` says of it, beside its name
    and its use, and every table that holds its rows."""

    format: int
    traits: Columns
    tables: Mapping[str, Columns]


class Batch(NamedTuple):
    """Some rows of a table, on their way: each has a value for every column."""

    table: str
    columns: Columns
    rows: Sequence[Sequence[object]]


class Kept:
    """What a transaction that writes need not read again, since it has read or written it itself,
    by the names of rows: documents; in which catalog an account sees what; who is in an engagement;
    the newest revision of what is shown somewhere, with its digest, and what the next would show;
    and what the desk said of an account. Who changes such a thing keeps it anew, or forgets it."""

    __slots__ = ("_things",)

    def __init__(self) -> None:
        self._things: dict[Named, object] = {}

    def clear(self) -> None:
        """Nothing is known any more: a step was undone."""
        self._things.clear()

    def of(self, row: Named) -> object | None:
        """What is known by that name, if anything is."""
        return self._things.get(row)

    def keep(self, row: Named, thing: object) -> None:
        """Something was read or written."""
        if len(self._things) >= _KEPT_MAX:
            self._things.clear()
        self._things[row] = thing

    def forget(self, row: Named) -> None:
        """Something is no more, or no more as it was."""
        self._things.pop(row, None)


class Write(NamedTuple):
    """A statement that writes a row, by its values: an `exact` one changes one, or else something
    is not as it was taken to be."""

    text: str
    values: Mapping[str, Value]
    exact: bool = False


class Late:
    """What is yet to be written, by table and row; and what is known of a table besides, one thing
    of each, until somebody else speaks of it. Once anything has `failed`, nothing more is written,
    whoever has caught that: all of it is done again."""

    __slots__ = ("_known", "_tables", "failed")

    def __init__(self) -> None:
        self.failed: Exception | None = None
        self._tables: dict[str, dict[Named, Write]] = {}
        self._known: dict[str, object] = {}

    def count(self) -> int:
        """How many rows are yet to be written."""
        return sum(map(len, self._tables.values()))

    def put(self, row: Named, write: Write) -> None:
        """Write that row so, and no more as was said before."""
        rows = self._tables.setdefault(row[0], {})
        rows.pop(row, None)
        rows[row] = write

    def found(self, row: Named) -> Write | None:
        """How a row is yet to be written, if it is."""
        return self._tables.get(row[0], {}).get(row)

    def drop(self, row: Named) -> None:
        """A row need not be written any more."""
        self._tables[row[0]].pop(row)

    def of(self, table: str) -> list[tuple[Named, Write]]:
        """All that is yet to be written in a table, with its rows' names."""
        return [*self._tables.get(table, {}).items()]

    def know(self, table: str, thing: object) -> None:
        """Remember something of a table."""
        self._known[table] = thing

    def known(self, table: str, kind: type[Thing]) -> Thing | None:
        """What is remembered of a table, if it still holds."""
        found = self._known.get(table)
        return found if isinstance(found, kind) else None

    def before(self, text: str) -> list[str]:
        """The tables that have to be written before a statement, since it names them. If it does
        not only read, what is known of them besides is so no more."""
        if not self._tables and not self._known:
            return []
        words = _words(text)
        if not text.startswith(READING):
            for table in [one for one in self._known if one in words]:
                del self._known[table]
        return [table for table in self._tables if table in words]

    def take(self, tables: Sequence[str] | None = None) -> Iterator[tuple[str, list[Write]]]:
        """What is yet to be written in those tables, or in all: for each statement its rows. It is
        as good as written."""
        for table in [*self._tables] if tables is None else tables:
            groups: dict[str, list[Write]] = {}
            for write in self._tables.pop(table, {}).values():
                groups.setdefault(write.text, []).append(write)
            yield from groups.items() if len(groups) < 2 else sorted(groups.items(), key=_rank)


def _rank(group: tuple[str, object]) -> int:
    return _ORDER.index(group[0].partition(" ")[0])


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


class Tx(Protocol):
    """One transaction. A statement is called by its name in sql/*.sql. `planned` is the first
    instant, in the namespace's time, for which something was put on an agenda in it (0: somebody is
    to look at it at once); `lags_at` the namespace's time, if its lists lag; `kept` what need not
    be read again, since this transaction has read or written it: None in one that only reads, and
    emptied where a step is undone; `behind` what is yet to be written (late.py): None where
    everything is written at once, as it is wherever a step may be undone by itself."""

    planned: int | None
    lags_at: int | None
    kept: Kept | None
    behind: Late | None

    def one(self, statement: str, /, **values: Value) -> Row | None: ...

    def all(self, statement: str, /, **values: Value) -> list[Row]: ...

    def known(self, statement: str, key: str, made: Made[Thing], /) -> Thing:
        """What is made of the row of a statement whose only value is `name`, for a row that every
        call asks for: a database that one process owns may answer from what it knows, until this
        transaction changes it. Who asks for the same row has the same made of it."""
        ...

    def run(self, statement: str, /, **values: Value) -> int:
        """Execute; answers how many rows changed."""
        ...

    def write_behind(self, tables: Sequence[str] | None = None, /) -> None:
        """Write what is late in those tables, or in all."""
        ...

    def query(self, text: str, values: Mapping[str, Value], /) -> list[Row]:
        """Rows of a statement that was composed from the templates of this package."""
        ...

    def query_alone(self, text: str, values: Mapping[str, Value], /) -> list[Row]:
        """As `query`, of rows none of which is yet to be written: see late.rows_of."""
        ...

    def execute(self, text: str, values: Mapping[str, Value], /) -> int:
        """Run a statement that was composed from the templates of this package."""
        ...

    def hold(self, ns: int, /) -> None:
        """Have the pen of a namespace whose name was not looked up."""
        ...

    def fill(self, table: str, columns: Columns, rows: Iterable[Sequence[object]], /) -> None:
        """Insert rows, each with a value for every column, `ns` included; ValueError if the table
        does not take them."""
        ...

    def number(self, counter: str, /) -> int:
        """The next number of a counter: grows, never repeats, may leave gaps."""
        ...

    def raise_number(self, counter: str, least: int, /) -> None:
        """The next number of a counter is that at least."""
        ...

    def form(self) -> Form:
        """What the database keeps of a namespace now. It may have a newer format than this program
        where several work on it."""
        ...

    def hint(self, index: str | None, /) -> str:
        """How this database is told which index to walk; None: the table's own order."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone if it raises; the transaction goes on, and writes
        everything at once from here."""
        ...


class Store(Protocol):
    """A database that is open. `read` sees one instant; who looks up a namespace in `write` holds
    its only pen until the end. `alone` is whether no other process works on it."""

    where: str
    form: Form  # as this program knows it; its number grows with every migration
    alone: bool

    def read(self, *, single: bool = False, long: bool = False) -> AbstractContextManager[Tx]:
        """A transaction that sees one instant; a `single` one promises that of each statement. A
        `long` one may take its time."""
        ...

    def look_up(self, statement: str, key: str, made: Made[Thing]) -> Thing:
        """As `Tx.known` in a `single` transaction of its own."""
        ...

    def write(self, *, long: bool = False) -> AbstractContextManager[Tx]:
        """A transaction that writes. A `long` one may take its time, and what it reads of
        namespaces whose pen it has not is of one instant."""
        ...

    def sweep(self, batch_max: int, retired_before: int | None = None) -> int:
        """Delete at most that many rows of namespaces that were retired before an instant of real
        time (None: ever); answers how many were deleted."""
        ...

    def is_awaited(self) -> bool:
        """Whether somebody waits for the end of this thread's write transaction, as far as this
        process can know."""
        ...

    def is_left(self) -> bool:
        """Whether this thread is in a transaction that keeps others waiting."""
        ...

    def abandon(self) -> None:
        """Undo such a transaction of this thread's, whatever it was at when it was left: for who
        finds, outside of all of them, that an exception came in between their end."""
        ...

    def check(self) -> None:
        """StoreError if it would not be read and written now, or is not of this program's
        format."""
        ...

    def pool_use(self) -> Mapping[str, int]:
        """How many connections a pool has, by their state; nothing where there is no pool."""
        ...

    def close(self) -> None: ...

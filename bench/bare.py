"""Bare commits: the rows that one Start writes, written by prepared statements and nothing else.

Which rows those are is read off the state file itself, before and after one Start: what is new,
what changed and what went. The same changes are then written again and again, each time with other
identifiers, one transaction each, in a file with the same schema and the same durability.
"""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bench import BenchError

Value: TypeAlias = int | str | bytes | None
Row: TypeAlias = dict[str, Value]
Statement: TypeAlias = tuple[str, tuple[Value, ...]]

NAMED = re.compile(r"\b(?:task|engi|eng|job)-[0-9a-z]{13,20}\b|\bO\d{5,}\b|\b[0-9a-f-]{36}\b")
SEQ_APART = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """One row, as it was and as it is; absent before: new, absent after: gone."""

    table: str
    key: tuple[str, ...]
    before: Row | None
    after: Row | None

    def texts(self) -> Iterator[str]:
        for row in (self.before, self.after):
            for value in (row or {}).values():
                if isinstance(value, str | bytes):
                    yield value if isinstance(value, str) else value.decode("latin-1")

    def statement(self, names: dict[str, str], shift: int) -> Statement:
        """The change as it would be for other identifiers."""
        if self.after is None:
            return self._where("delete from {table}", (), varied(self.before or {}, names, shift))
        after = varied(self.after, names, shift)
        if self.before is None:
            return put(self.table, after)
        old = varied(self.before, names, shift)
        changed = [name for name in after if after[name] != old[name]]
        assigned = ", ".join(f"{name} = ?" for name in changed)
        return self._where(
            f"update {{table}} set {assigned}", tuple(after[name] for name in changed), old
        )

    def _where(self, head: str, values: tuple[Value, ...], row: Row) -> Statement:
        text = head.format(table=self.table) + " where "
        text += " and ".join(f"{name} = ?" for name in self.key)
        return text, (*values, *(row[name] for name in self.key))


def put(table: str, row: Row, otherwise: str = "") -> Statement:
    marks = ", ".join("?" * len(row))
    text = f"insert {otherwise} into {table} ({', '.join(row)}) values ({marks})"
    return text, tuple(row.values())


def varied(row: Row, names: dict[str, str], shift: int) -> Row:
    """A row with other identifiers and numbers."""
    changed: Row = {}
    for name, value in row.items():
        if isinstance(value, str):
            changed[name] = NAMED.sub(lambda found: names[found[0]], value)
        elif isinstance(value, bytes):
            text = NAMED.sub(lambda found: names[found[0]], value.decode("latin-1"))
            changed[name] = text.encode("latin-1")
        else:
            changed[name] = value + shift if name == "seq" and value is not None else value
    return changed


def copy(database: Path, to: Path) -> None:
    """The state of this moment, also of a file that a server has open."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source:
        with closing(sqlite3.connect(to)) as target:
            source.backup(target)


def changes(before: Path, after: Path) -> list[Change]:
    """What is different between two states."""
    with closing(sqlite3.connect(before)) as old, closing(sqlite3.connect(after)) as new:
        find = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
        found = [
            change
            for (table,) in new.execute(find).fetchall()
            for change in _table_changes(old, new, table)
        ]
    if not found:
        raise BenchError("the Start changed nothing in the state file")
    return found


def _table_changes(
    old: sqlite3.Connection, new: sqlite3.Connection, table: str
) -> Iterator[Change]:
    key = _key(new, table)
    was, now = _rows(old, table, key), _rows(new, table, key)
    for place in sorted(was.keys() | now.keys(), key=repr):
        before, after = was.get(place), now.get(place)
        if before != after:
            yield Change(table, key, before, after)


def _rows(db: sqlite3.Connection, table: str, key: tuple[str, ...]) -> dict[object, Row]:
    cursor = db.execute(f"select * from {table}")
    names = [column[0] for column in cursor.description]
    rows = (dict(zip(names, row, strict=True)) for row in cursor)
    return {tuple(row[name] for name in key): row for row in rows}


def _key(db: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """The columns that name a row: the primary key, or a unique index."""
    columns = db.execute(f"pragma table_info({table})").fetchall()
    key = [column[1] for column in sorted(columns, key=lambda c: c[5]) if column[5]]
    if key:
        return tuple(key)
    for _, index, unique, *_ in db.execute(f"pragma index_list({table})").fetchall():
        if unique:
            return tuple(row[2] for row in db.execute(f"pragma index_info({index})"))
    return tuple(column[1] for column in columns)


class Commits:
    """A file in which the changes of one Start are written many times over."""

    apart = SEQ_APART

    def __init__(self, database: Path, found: list[Change], count: int) -> None:
        self._db = sqlite3.connect(database, isolation_level=None, cached_statements=512)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._waiting = self._prepared(found, count)

    def _prepared(self, found: list[Change], count: int) -> Iterator[list[Statement]]:
        """Rows that will be changed are there before; what is to be written is ready."""
        names = sorted({name for change in found for text in change.texts()
                        for name in NAMED.findall(text)})  # fmt: skip
        ready = []
        self.begin()
        for number in range(count):
            other = {name: _other(name, place, number) for place, name in enumerate(names)}
            shift = (number + 1) * self.apart
            for change in found:
                if change.before:
                    row = varied(change.before, other, shift)
                    self.put(put(change.table, row, "or ignore"))
            ready.append([change.statement(other, shift) for change in found])
        self.commit()
        return iter(ready)

    def rate(self, count: int) -> float:
        """Transactions per second over the next `count`."""
        execute = self.execute
        begun, done = time.perf_counter(), 0
        for statements in self._waiting:
            self.begin()
            for statement in statements:
                execute(statement)
            self.commit()
            done += 1
            if done == count:
                break
        return done / (time.perf_counter() - begun)

    def begin(self) -> None:
        self._db.execute("begin immediate")

    def put(self, statement: Statement) -> None:
        """A row that may be there already."""
        self._db.execute(*statement)

    def execute(self, statement: Statement) -> None:
        self._db.execute(*statement)

    def commit(self) -> None:
        self._db.execute("commit")

    def close(self) -> None:
        self._db.close()


def _other(name: str, place: int, number: int) -> str:
    """Another identifier of the same form and length, as far as its digits reach."""
    if name.startswith("O"):
        return f"O{7_000_000 + number * 10 + place % 10}"
    head, _, tail = name.rpartition("-")
    return f"{head}-{number:07d}{place:02d}{tail[9:]}"

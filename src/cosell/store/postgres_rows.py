"""A statement that writes one row, for many rows at once: their values come as arrays, so that the
database understands it once for any number of them.

Must not execute anything.
"""

import re
from functools import lru_cache
from typing import Final

from cosell.store.sqlite_file import newest_form
from cosell.store.statements import postgres_statements

KINDS: Final = {"integer": "int8[]", "text": "text[]", "blob": "bytea[]"}
"""The array of a kind of column."""

_EQUAL = re.compile(r"(\w+) = :(\w+)")
_EQUALS = r"(\w+ = :\w+(?:(?:,| and)\s+\w+ = :\w+)*)"
_INSERT = re.compile(r"\w+ into (\w+)\s*\(([^)]*)\)\s*values\s*\(([^)]*)\)")
_UPDATE = re.compile(rf"\w+ (\w+) set {_EQUALS}\s+where {_EQUALS}")
_DELETE = re.compile(rf"\w+ from (\w+)\s+where {_EQUALS}")


@lru_cache(maxsize=256)
def together(text: str) -> tuple[str, list[str]]:
    """The statement for many rows, as psycopg takes it, and the names of its values. ValueError if
    it does more than to give columns values, and to ask which they have."""
    verb, given, asked = text.partition(" ")[0], "", ""
    if found := _INSERT.fullmatch(text):
        columns, names = re.split(r",\s*", found[2]), re.split(r",\s*:", found[3].removeprefix(":"))
        pairs = [*zip(columns, names, strict=True)]
    elif found := _UPDATE.fullmatch(text):
        given, asked = found[2], found[3]
        pairs = _EQUAL.findall(f"{given} {asked}")
    elif found := _DELETE.fullmatch(text):
        asked = found[2]
        pairs = _EQUAL.findall(asked)
    else:
        raise ValueError(f"it gives no row values alone, nor asks for them alone: {text}")
    parts = {
        "table": found[1],
        "columns": ", ".join(column for column, _ in pairs),
        "arrays": _arrays(found[1], pairs),
        "names": ", ".join(name for _, name in pairs),
        "assignments": _EQUAL.sub(r"\1 = r.\2", given),
        "conditions": _EQUAL.sub(r"t.\1 = r.\2", asked),
    }
    return postgres_statements()[_FOR_MANY[verb]].format(**parts), [name for _, name in pairs]


_FOR_MANY: Final = {"insert": "insert_rows", "update": "update_rows", "delete": "delete_rows"}


def _arrays(table: str, pairs: list[tuple[str, str]]) -> str:
    """The values of each row, one array for each name."""
    kinds = {"ns": "integer", **newest_form().tables[table]}
    return ", ".join(f"%({name})b::{KINDS[kinds[column]]}" for column, name in pairs)

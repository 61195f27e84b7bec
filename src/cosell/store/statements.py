"""Read the named statements of sql/*.sql. Must not execute anything."""

import re
from functools import cache

from cosell import packaged

_CHANGES = re.compile(r"(insert into|update|delete from) namespace\b")
_HEAD = re.compile(r"^-- (\w+): .*(?:\n-- .*)*\n", re.MULTILINE)


@cache
def statements() -> dict[str, str]:
    """Every named statement that each database understands, without its final semicolon."""
    return _read("engine", "selling", "pages", "laboratory")


@cache
def postgres_statements() -> dict[str, str]:
    """The named statements that only PostgreSQL understands."""
    return _read("postgres")


def _read(*sources: str) -> dict[str, str]:
    named: dict[str, str] = {}
    for source in sources:
        text = packaged.text(__spec__, f"sql/{source}.sql")
        heads = list(_HEAD.finditer(text))
        ends = [head.start() for head in heads[1:]] + [len(text)]
        for head, end in zip(heads, ends, strict=True):
            if head[1] in named:
                raise ValueError(f"two statements are called {head[1]}")
            named[head[1]] = text[head.end() : end].strip().rstrip(";")
    return named


@cache
def changes_namespaces(text: str) -> bool:
    """Whether a statement writes what is known of namespaces by their names."""
    return _CHANGES.match(text) is not None

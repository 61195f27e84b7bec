"""Read the named statements of sql/*.sql. Must not execute anything."""

import re
from functools import cache
from importlib.resources import files

_HEAD = re.compile(r"^-- (\w+): .*(?:\n-- .*)*\n", re.MULTILINE)


@cache
def statements() -> dict[str, str]:
    """Every named statement, without its final semicolon."""
    named: dict[str, str] = {}
    for source in ("engine", "selling", "pages", "laboratory"):
        text = (files(__package__) / "sql" / f"{source}.sql").read_text()
        heads = list(_HEAD.finditer(text))
        ends = [head.start() for head in heads[1:]] + [len(text)]
        for head, end in zip(heads, ends, strict=True):
            if head[1] in named:
                raise ValueError(f"two statements are called {head[1]}")
            named[head[1]] = text[head.end() : end].strip().rstrip(";")
    return named

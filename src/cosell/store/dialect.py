"""What PostgreSQL reads where SQLite reads something else: values, and what names an index.

Must not execute anything, nor know what a statement is for.
"""

import re
from functools import lru_cache

_VALUE = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_INDEX = re.compile(r"\s+indexed by \w+")


@lru_cache(maxsize=4096)
def postgres(text: str) -> str:
    """A statement of this package's as psycopg takes it: `:name` is a value there as `%(name)s`,
    and the planner is not told its index (the sessions' settings leave it no other choice)."""
    return _VALUE.sub(r"%(\1)s", _INDEX.sub("", text.replace("%", "%%")))

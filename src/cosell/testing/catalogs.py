"""In which catalogs the code under test asked, and where what it could find was made: by the test's
own words, or in the file that the world began from. Looked at when a report is made, not before.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from cosell.originals import Path
from cosell.store.saved import read
from cosell.store.sqlite_file import newest_format
from cosell.testing.known_calls import Call

_DOCUMENTS: Final = "document"  # a table, and its column:
_CATALOG: Final = "catalog"
_SHOWN_MAX: Final = 50  # characters of what a call named


def elsewhere(calls: Iterable[Call], acted_in: Collection[str | Path]) -> list[str]:
    """What there is to say if no call was made where something was: in these catalogs, and in those
    of these files. OSError, Unreadable for a file that is no more what it was."""
    asked = {_asked(call) for call in calls} - {""}
    made = {one for where in acted_in for one in _made(where)} if asked else set()
    if not made or asked & made:
        return []
    return [
        f"these calls asked in catalog {_each(asked)}, and the test's own words (given, aws), or"
        f" its scene's, acted in {_each(made)}: they act in cosell.catalog (cosell_catalog of the"
        " ini file), unless they say another"
    ]


def _asked(call: Call) -> str:
    """The catalog that a call named; '' if none, or if that is not known any more."""
    try:
        return str(call.request["Catalog"])[:_SHOWN_MAX]
    except (LookupError, TypeError):
        return ""


def _made(where: str | Path) -> Iterator[str]:
    if isinstance(where, str):
        yield where
        return
    _, batches = read(where.read_bytes(), newest_format())
    for batch in batches:
        if batch.table == _DOCUMENTS:
            at = [*batch.columns].index(_CATALOG)
            yield from (str(row[at]) for row in batch.rows)


def _each(catalogs: Iterable[str]) -> str:
    return ", ".join(sorted(catalogs))

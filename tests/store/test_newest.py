"""An empty file is brought to the newest format at once, and that is what the steps lead to."""

import sqlite3
from contextlib import closing

from cosell.store import sqlite_file
from tools.newest_format import SCRIPT


def contents(connection: sqlite3.Connection) -> list[str]:
    """Everything that the database holds, as statements; and its format."""
    (version,) = connection.execute("pragma user_version").fetchone()
    return [*connection.iterdump(), str(version)]


def test_script_says_what_the_steps_lead_to() -> None:
    assert SCRIPT.read_text() == sqlite_file.newest(), "run tools/newest_format.py"


def test_empty_file_is_as_one_that_went_every_step() -> None:
    with closing(sqlite3.connect(":memory:")) as one, closing(sqlite3.connect(":memory:")) as other:
        sqlite_file.migrate(one, 0)
        sqlite_file.migrate(other, 0, sqlite_file.newest_format())
        assert contents(one) == contents(other)


def test_every_step_is_known() -> None:
    written = sorted(path.stem for path in (SCRIPT.parent / "sqlite").iterdir())
    assert list(sqlite_file.STEPS) == written

"""Writes src/cosell/store/migrations/sqlite_newest.sql: what the steps in migrations/sqlite lead
to, in one script, for files that are empty. To be run when a step was added.

    python tools/newest_format.py
"""

from pathlib import Path

from cosell.store.sqlite_file import newest

SCRIPT = Path(__file__).parents[1] / "src/cosell/store/migrations/sqlite_newest.sql"

if __name__ == "__main__":
    SCRIPT.write_text(newest())

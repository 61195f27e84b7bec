"""The next version of cosell, made for a test: the same program, with one more format, and lists
that it renders otherwise.

Must not know what a test does with it.
"""

import shutil
from pathlib import Path

import cosell
from cosell.store.sqlite_file import newest_format

_LAUNCHER = """
import sys
sys.path.insert(0, {folder!r})
from cosell.cli import main
if __name__ == "__main__":
    sys.exit(main())
"""
_RENDERER = "RENDERER: Final = "


def next_version(folder: Path, works_with: int) -> Path:
    """A program, to be run by Python, whose format programs of `works_with` may go on with."""
    source = folder / "src" / "cosell"
    shutil.copytree(
        Path(cosell.__file__).parent, source, ignore=shutil.ignore_patterns("__pycache__")
    )
    format = newest_format() + 1
    migrations = source / "store" / "migrations"
    (migrations / "sqlite" / f"{format:04}_next.sql").write_text(
        "alter table document add column note text;\n"
    )
    (migrations / "postgres" / f"{format:04}_next.sql").write_text(
        f"-- works with: {works_with}\nalter table document add column note text;\n"
    )
    module = source / "selling" / "__init__.py"
    text = module.read_text()
    assert _RENDERER in text
    module.write_text(text.replace(_RENDERER, f"{_RENDERER}1 + "))
    program = folder / "cosell_next.py"
    program.write_text(_LAUNCHER.format(folder=str(folder / "src")))
    return program

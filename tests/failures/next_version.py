"""The next version of cosell, made for a test: the same program, with one more format, and lists
that it renders otherwise. And this one with later releases of the queue's library.

Must not know what a test does with it.
"""

import re
import shutil
from pathlib import Path

import procrastinate

import cosell
from cosell.store.sqlite_file import STEPS, newest_format

_LAUNCHER = """
import sys
sys.path.insert(0, {folder!r})
from cosell.cli import main
if __name__ == "__main__":
    sys.exit(main())
"""
_RENDERER = "RENDERER: Final = "
_MIGRATION = """
alter table document add column note text;
alter table namespace add column mood text not null default '';
create table remark (
  ns {integer} not null,
  id text not null,
  body {blob} not null,
  primary key (ns, id)
);
"""
_FETCH = "procrastinate_fetch_job_v2"


def next_version(folder: Path, works_with: int) -> Path:
    """A program, to be run by Python, whose format programs of `works_with` may go on with."""
    source = folder / "src" / "cosell"
    shutil.copytree(
        Path(cosell.__file__).parent, source, ignore=shutil.ignore_patterns("__pycache__")
    )
    format = newest_format() + 1
    migrations = source / "store" / "migrations"
    (migrations / "sqlite" / f"{format:04}_next.sql").write_text(
        _MIGRATION.format(integer="integer", blob="blob")
    )
    (migrations / "postgres" / f"{format:04}_next.sql").write_text(
        f"-- works with: {works_with}\n" + _MIGRATION.format(integer="bigint", blob="bytea")
    )
    last = f'"{STEPS[-1]}")'
    _changed(source / "store" / "sqlite_file.py", last, f'{last[:-1]}, "{format:04}_next")')
    _changed(source / "selling" / "__init__.py", _RENDERER, f"{_RENDERER}1 + ")
    return _launcher(folder)


def next_library(folder: Path, releases: int) -> Path:
    """This cosell, to be run by Python, with a Procrastinate that is so many releases ahead. Each
    fetches jobs with a function of its own, which its `pre_` step makes, and its `post_` step takes
    away that of the release before."""
    package = folder / "src" / "procrastinate"
    shutil.copytree(
        Path(procrastinate.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    scripts = package / "sql"
    schema = (scripts / "schema.sql").read_text()
    [made] = re.findall(rf"CREATE FUNCTION {_FETCH}\(.*?\n\$\$;\n", schema, re.DOTALL)
    for number in range(1, releases + 1):
        name, before = f"{_FETCH}{number}", f"{_FETCH}{number - 1 or ''}"
        pre, post = (scripts / "migrations" / step for step in steps_of(number))
        pre.write_text(made.replace(_FETCH, name))
        post.write_text(f"DROP FUNCTION {before}(character varying[], bigint);\n")
    _changed(scripts / "queries.sql", f"{_FETCH}(", f"{_FETCH}{releases}(")
    return _launcher(folder)


def steps_of(release: int) -> tuple[str, str]:
    """The names of the steps of a release of the library's that is so many ahead."""
    return f"03.9{release}.00_01_pre_next.sql", f"03.9{release}.00_50_post_next.sql"


def _changed(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def _launcher(folder: Path) -> Path:
    program = folder / "cosell_next.py"
    program.write_text(_LAUNCHER.format(folder=str(folder / "src")))
    return program

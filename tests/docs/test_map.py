"""A newcomer finds everything: the code map of ARCHITECTURE.md names each part of the program and
nothing else, the README each page."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.test_tidy import ROOT

PROGRAM = ROOT / "src" / "cosell"
NAME = re.compile(r"`([\w/.]+)`")
ROW = re.compile(r"^\| (`.+?) \| (.*?) \|", re.MULTILINE)


def rows() -> list[tuple[str, str]]:
    """Where, and what it does."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return ROW.findall(text.partition("## The code map")[2].partition("\n## ")[0])


def named(where: str) -> Iterator[str]:
    """The paths that a cell names: a name alone stands for one beside the path before it."""
    folder = ""
    for name in NAME.findall(where):
        path = name.rstrip("/")
        folder = path.rpartition("/")[0] or folder
        yield name if "/" in path else f"{folder}/{name}".lstrip("/")


def parts(folder: Path) -> set[str]:
    """The modules and packages in a folder."""
    found = {one.name for one in folder.glob("*.py") if one.name != "__init__.py"}
    return found | {f"{one.parent.name}/" for one in folder.glob("*/__init__.py")}


def test_map_names_every_part_and_nothing_else() -> None:
    selling = {f"selling/{name}" for name in parts(PROGRAM / "selling")}
    there = parts(PROGRAM) - {"selling/"} | selling
    told = [path for where, _ in rows() for path in named(where)]
    assert sorted(told) == sorted(there)


def test_map_names_every_part_of_the_store() -> None:
    [said] = [what for where, what in rows() if where == "`store/`"]
    there = {name.removesuffix(".py") for name in parts(PROGRAM / "store")}
    assert set(NAME.findall(said)) == there | {"sql/", "migrations/"}


def test_readme_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = (ROOT / "docs" / "guide", ROOT / "docs" / "reference")
    pages = [str(page.relative_to(ROOT)) for folder in folders for page in folder.glob("*.md")]
    assert [page for page in pages if f"]({page})" not in readme] == []

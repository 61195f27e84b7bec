"""The project's shape, checked: sizes, names, where SQL may stand, what no file may hold.

Each failure lists the places and says what to do about them. Imports between layers are
import-linter's business (pyproject.toml), formatting is ruff's.
"""

import ast
import ipaddress
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from cosell.selling.differences.rows import SUBJECTS
from cosell.selling.rules.tables import TABLES

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
CODE_FOLDERS = ("src", "tests", "bench", "tools", "examples")
FOREIGN_FOLDERS = {"node_modules", "dist", "__pycache__"}  # and every folder with a dot

LINES_MAX = 400
FUNCTION_LINES_MAX = 50
NESTING_MAX = 3
ARGUMENTS_MAX = 5
BANNED_NAMES = {"base", "common", "helpers", "manager", "misc", "models", "utils"}
# Papers that a reader does not have, and the names of rules in them.
PAPERS = re.compile(
    r"domain-"
    r"platform|decisions-"
    r"operations|(?:domain|decisions|wire|DESIGN)\.md"
    r"|domain "
    r"rules?\b|\brules? [A-J]\d|rule "
    r"book"
)
# "see differences `submit.where` and `task.titles`", also where a line ends in between.
NAMED = re.compile(r"\b(difference|row)s?((?:,|\s|and|#|`[a-z]+\.[a-z.-]+`)+)", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")

ENTRY_POINTS = {"cosell.__main__", "cosell.pytest_plugin", "cosell.testing"}
FACES = {"cosell.testing"}  # what they export is imported when somebody asks for it
SQL_HOMES = (
    "cosell/store/pages.py",
    "cosell/store/postgres_queue.py",
    "cosell/store/postgres_schema.py",
    "cosell/store/postgres_migration.py",
    "cosell/store/sqlite.py",
    "cosell/store/sqlite_file.py",
    "cosell/store/sqlite_sweep.py",
    "cosell/store/sqlite_tx.py",
)  # read schema, join named parts
SQL = re.compile(
    r"(?is)^\s*(?:select\b.+\bfrom\b|insert\s+(?:or\s+\w+\s+)?into\b|update\s+\w+\s+set\b"
    r"|delete\s+from\b|(?:create|drop|alter)\s+(?:unique\s+)?(?:table|index|view|trigger)\b)"
)

ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
EXAMPLE_NETWORKS = [
    ipaddress.ip_network(block)
    for block in ("127.0.0.0/8", "0.0.0.0/32", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
]
HOST = re.compile(r"https?://([A-Za-z0-9.-]+)")
EXAMPLE_HOST = re.compile(r"localhost|127\.0\.0\.1|host|cosell|(?:[a-z0-9-]+\.)*example(?:\.\w+)?")
CITED_HOSTS = {  # pages that the documents may send a reader to
    "calculator.aws",
    "docs.aws.amazon.com",
    "github.com",
    "keepachangelog.com",
    "semver.org",
    "www.apache.org",
}

NESTING = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match,
)  # fmt: skip
Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_ours(path: Path) -> bool:
    folders = path.relative_to(ROOT).parts[:-1]
    return not any(name in FOREIGN_FOLDERS or name.startswith(".") for name in folders)


@cache
def python_files() -> tuple[Path, ...]:
    found = (path for folder in CODE_FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(path for path in found if is_ours(path))


@cache
def documents() -> tuple[Path, ...]:
    found = sorted(ROOT.rglob("*.md"))
    return tuple(path for path in found if is_ours(path))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree(path)):
        if isinstance(node, Function):
            yield node


def refuse(places: list[str], remedy: str) -> None:
    if places:
        pytest.fail(remedy + "\n  " + "\n  ".join(places), pytrace=False)


# --- sizes ---------------------------------------------------------------------------------------


def test_files_are_short() -> None:
    sizes = ((path, len(path.read_text(encoding="utf-8").splitlines())) for path in python_files())
    places = [f"{name(path)}: {lines} lines" for path, lines in sizes if lines > LINES_MAX]
    refuse(places, f"Split what does two jobs; a file has {LINES_MAX} lines at most.")


def test_functions_are_short() -> None:
    places = [
        f"{name(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in python_files()
        for node in functions(path)
        if node.end_lineno and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    refuse(
        places,
        "Let a parent decide and its leaves compute, or turn the cases into a table; "
        f"a function has {FUNCTION_LINES_MAX} lines at most.",
    )


def depth(node: ast.AST, level: int = 0) -> int:
    """How deep the compound statements below a node stand; `elif` is no deeper than its `if`."""
    deepest = level
    for field, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        is_elif = field == "orelse" and isinstance(node, ast.If) and len(children) == 1
        for child in (c for c in children if isinstance(c, ast.AST)):
            if isinstance(child, Function | ast.ClassDef | ast.Lambda):
                continue
            same = is_elif and isinstance(child, ast.If)
            step = 1 if isinstance(child, NESTING) and not same else 0
            deepest = max(deepest, depth(child, level + step))
    return deepest


def test_nesting_is_shallow() -> None:
    places = [
        f"{name(path)}:{node.lineno} {node.name}: {depth(node)} levels"
        for path in python_files()
        for node in functions(path)
        if depth(node) > NESTING_MAX
    ]
    refuse(places, f"Return early, or name the inner block; {NESTING_MAX} levels at most.")


def argument_count(node: Function) -> int:
    named = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([a for a in named if a not in ("self", "cls")])


def test_arguments_are_few() -> None:
    places = [
        f"{name(path)}:{node.lineno} {node.name}: {argument_count(node)} arguments"
        for path in python_files()
        for node in functions(path)
        if argument_count(node) > ARGUMENTS_MAX and "tests" not in path.parts  # fixtures, builders
    ]
    refuse(places, f"Put what belongs together into a record; {ARGUMENTS_MAX} arguments at most.")


# --- names and first lines -----------------------------------------------------------------------


def test_module_names_say_what_is_inside() -> None:
    places = [
        name(path)
        for path in python_files()
        if BANNED_NAMES & {path.stem, *path.relative_to(ROOT).parts}
    ]
    refuse(
        places, "Name the file after what it is for; these names fit everything: move or rename."
    )


def test_modules_say_what_they_are_for() -> None:
    places = [
        name(path)
        for path in python_files()
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree(path))
    ]
    refuse(places, "Begin the file with a docstring: its job, and what must not be in it.")


def lines_with(words: re.Pattern[str], paths: Iterable[Path]) -> list[str]:
    """Where one of the words stands, as file:line."""
    return [
        f"{name(path)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]


def test_nothing_is_left_for_later() -> None:
    marked = (*python_files(), *documents(), *sorted(SOURCE.rglob("*.sql")), ROOT / "Makefile")
    refuse(lines_with(UNFINISHED, marked), "Do it now, or say in a sentence what holds instead.")


def test_no_paper_is_named_that_a_reader_does_not_have() -> None:
    told = (*python_files(), *documents(), *sorted(SOURCE.rglob("*.sql")))
    refuse(
        lines_with(PAPERS, told),
        "Name AWS's page by its title, or the row or difference that says it.",
    )


def test_rows_and_differences_that_are_named_are_there() -> None:
    known = {
        "difference": {row.id for subject in SUBJECTS for row in subject.rows},
        "row": {row.id for table in TABLES for row in table.rules},
    }
    named = [
        (path, kind.lower(), id)
        for path in (*python_files(), *documents())
        for kind, ids in NAMED.findall(path.read_text(encoding="utf-8"))
        for id in re.findall("`(.+?)`", ids)
    ]
    assert named
    places = [f"{name(path)}: {kind} {id}" for path, kind, id in named if id not in known[kind]]
    refuse(places, "Name a row of rules/ or differences/ that is there.")


# --- imports -------------------------------------------------------------------------------------


@cache
def modules() -> dict[str, Path]:
    """Every module under src/ by its dotted name."""
    named = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return named


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a file imports, packages above them included, and module names in strings
    (`"cosell.app:app"`, which is how a server is told what to load)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.partition(":")[0]


def test_a_package_imports_none_of_its_parts() -> None:
    places = [
        f"{name(path)}: {imported}"
        for module, path in modules().items()
        if path.name == "__init__.py" and module not in FACES
        for imported in sorted(set(imports(path)))
        if imported.startswith(f"{module}.") and imported in modules()
    ]
    refuse(
        places,
        "A package's __init__ holds the words that its parts share: "
        "move what needs a part into a part, or import the part where it is used.",
    )


def test_every_module_is_reached() -> None:
    reached: set[str] = set()
    waiting = [module for module in ENTRY_POINTS if module in modules()]
    for path in python_files():
        if path.is_relative_to(ROOT / "tools"):
            waiting.extend(imports(path))  # data of the program that only chores read
    while waiting:
        module = waiting.pop()
        if module in reached or module not in modules():
            continue
        reached.add(module)
        waiting.extend(imports(modules()[module]))
        waiting.append(module.rpartition(".")[0])
    places = [name(modules()[module]) for module in sorted(modules().keys() - reached)]
    refuse(
        places, f"Nothing leads here from {', '.join(sorted(ENTRY_POINTS))}, tools/: use it or go."
    )


# --- what stands where ---------------------------------------------------------------------------


def strings(path: Path) -> Iterator[ast.Constant]:
    """String constants that are not docstrings."""
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Module | ast.ClassDef | Function)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node


def test_sql_stands_in_sql_files() -> None:
    places = [
        f"{name(path)}:{node.lineno}"
        for path in modules().values()
        if not path.relative_to(SOURCE).as_posix().startswith(SQL_HOMES)
        for node in strings(path)
        if SQL.search(str(node.value))
    ]
    refuse(places, "Give the statement a name and a sentence in one of the store's .sql files.")


def is_example(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return True  # a version number, say
    return any(parsed in block for block in EXAMPLE_NETWORKS)


def test_documents_name_no_network_but_examples() -> None:
    places = []
    for path in documents():
        text = path.read_text(encoding="utf-8")
        hosts = {host for host in HOST.findall(text) if host not in CITED_HOSTS}
        places += [f"{name(path)}: {a}" for a in ADDRESS.findall(text) if not is_example(a)]
        places += [f"{name(path)}: {h}" for h in sorted(hosts) if not EXAMPLE_HOST.fullmatch(h)]
    refuse(
        places,
        "Write localhost, 127.0.0.1 or a name under example.com; a page worth citing is added "
        "to CITED_HOSTS in tests/test_tidy.py.",
    )

"""Writes docs/reference/: `make docs`. With `--check` it writes nothing, names the pages that are
stale, and fails if there are any."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools.reference import desk, differences, lifecycles, lists, operations, quotas, rules

FOLDER: Final = Path(__file__).parents[2] / "docs/reference"
PAGES: Final[dict[str, Callable[[], str]]] = {
    rules.FILE: rules.rules_page,
    differences.FILE: differences.differences_page,
    desk.FILE: desk.desk_page,
    operations.FILE: operations.operations_page,
    lifecycles.FILE: lifecycles.lifecycles_page,
    lists.FILE: lists.lists_page,
    quotas.FILE: quotas.quotas_page,
}


def stale() -> list[str]:
    """The pages that are not as the program would write them now, and files that are no page."""
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*")}
    written = {name: write() for name, write in PAGES.items()}
    return sorted(name for name in {*found, *written} if found.get(name) != written.get(name))


def main(arguments: list[str]) -> int:
    names = stale()
    if arguments == ["--check"]:
        for name in names:
            sys.stderr.write(f"docs/reference/{name} is stale: make docs\n")
        return 1 if names else 0
    FOLDER.mkdir(exist_ok=True)
    for name in names:
        if name in PAGES:
            (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
        else:
            (FOLDER / name).unlink()
        sys.stdout.write(f"docs/reference/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

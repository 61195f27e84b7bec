"""The reference pages, written from the program itself: words and Markdown that the pages share.

`python -m tools.reference` writes them (`make docs`). Imports no sibling, and must not know what a
page is about.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

HEAD: Final = "<!-- Written by `make docs` from the program; a change by hand is lost. -->\n\n"
_PLACE = re.compile(r"\{(?:\w+\.)*(\w+)\}")
# Facts whose own names say too little to a reader of the pages.
_SPOKEN: Final = {
    "example": "an ARN",
    "invalid_url": "the URL",
    "job": "its id",
    "kind": "type of the payload",
    "other": "its id",
    "solution_status": "its status",
    "status": "its status",
    "stored_type": "its type",
    "type": "its type",
}


def page(title: str, *parts: str) -> str:
    """A whole page: its title, and its parts with an empty line between them."""
    return HEAD + "\n\n".join((f"# {title}", *(part for part in parts if part))) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; nothing if it has no rows."""
    lines = [_line(cell(one) for one in row) for row in rows]
    if not lines:
        return ""
    return "\n".join((_line(heads), _line("---" for _ in heads), *lines))


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def cell(text: str) -> str:
    """Text as one cell of a table."""
    return text.replace("\n", " ").replace("|", "\\|").strip()


def code(text: str) -> str:
    """Text as it stands, in code; nothing for nothing."""
    if not text:
        return ""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def anchor(heading: str) -> str:
    """The fragment by which GitHub finds a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


def link(heading: str, file: str = "", shown: str = "") -> str:
    """A link to a heading, of another page if one is named."""
    return f"[{shown or heading}]({file}#{anchor(heading)})"


def listed(values: Iterable[str], last: str = "and") -> str:
    """`a`, `b` and `c`, as a sentence has them."""
    every = list(values)
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} {last} {every[-1]}"


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def open_message(message: str) -> str:
    """A refusal's text, which says in italics what each refusal puts in."""
    return _PLACE.sub(lambda place: f"*{_spoken(place[1])}*", message)


def _spoken(fact: str) -> str:
    return _SPOKEN.get(fact, fact.replace("_", " "))


def first_line(documentation: str | None) -> str:
    """The first paragraph of a docstring, as one line."""
    return " ".join((documentation or "").strip().split("\n\n")[0].split())

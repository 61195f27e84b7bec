"""Where cosell had to choose: what AWS's documents say, what was observed, and what cosell does.

These are the choices that no row of `rules` shows; the reference page has both. A row is written
for a reader outside the project. Imports no sibling: `rows` lists them all.
"""

from typing import Final, NamedTuple

from cosell.selling.rules import Source

SILENT: Final = "Nothing."


class Difference(NamedTuple):
    """One choice. `says` is what AWS's documents say, `seen` what was observed ('' for nothing),
    `done` what cosell does; `switch` is the profile switch that turns it, `operations` are those
    in which a user meets it (none: all); `outside` what of the model's shapes answers leave by it:
    a text of another form (`Shape`, `Structure.Member`), or a value (`Shape: value`)."""

    id: str
    title: str
    says: str
    seen: str
    done: str
    source: Source
    cite: str = ""
    operations: tuple[str, ...] = ()
    switch: str = ""
    outside: tuple[str, ...] = ()


class Subject(NamedTuple):
    """Choices about one thing, under one heading."""

    title: str
    rows: tuple[Difference, ...]

"""AWS leaves one thing to the builders, whatever its autopilot does with others.

On a server what is due happens by itself, so a rule that takes no time may act between two steps of
a builder; in the process of a test nothing does. A rule for that one thing alone, which waits for
years, is put before and taken back after. Must not know what the builders do meanwhile.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from cosell.testing.calling import HIDES_REFUSALS, Refused
from cosell.testing.place import Here

if TYPE_CHECKING:
    from cosell.testing.world import World

__tracebackhide__ = HIDES_REFUSALS

REVIEW: Final = ("Review",)
ANSWER: Final = ("Accept", "Reject")
_YEARS_S: Final = 315_360_000  # the longest that a rule waits


@contextmanager
def by_hand(world: "World", acts: tuple[str, ...], catalog: str, title: object) -> Iterator[None]:
    """Within it no rule for `acts` (REVIEW, ANSWER) does anything with what has this title in a
    catalog; from its end on the rules hold for it, as if it had come just then."""
    id = _put(world, acts, catalog, title)
    try:
        yield
    finally:
        if id:
            world.desk("DeleteAutopilot", Id=id)


def _put(world: "World", acts: tuple[str, ...], catalog: str, title: object) -> str:
    """The id of the rule; '' where none is needed or none can be."""
    if isinstance(world.place, Here) or not isinstance(title, str):
        return ""
    rules = world.desk("GetAutopilot").Rules
    if not any(rule.Act in acts for rule in rules):
        return ""
    id = f"by-hand-{token_hex(8)}"
    rule = {
        "Id": id,
        "Act": acts[0],
        "Catalog": catalog,
        "TitlePattern": rf"\A{re.escape(title)}\z",
        "DelaySeconds": _YEARS_S,
    }
    try:
        world.desk("PutAutopilot", **rule)
    except Refused:  # there are as many rules as there may be, or the title is too long for one
        return ""
    return id

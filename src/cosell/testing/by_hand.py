"""AWS leaves one thing to the builders, whatever its autopilot does with others.

On a server what is due happens by itself, so a rule that takes no time may act between two steps of
a builder; in the process of a test nothing does. A rule that leaves that one thing alone is put
before and taken back after, also where AWS does nothing by itself yet: another thread may tell it
to. AWS plans its look meanwhile as it would in a test's process, and has it afterwards. Must not
know what the builders do meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from cosell.originals import token_hex
from cosell.selling.domain import autopilot
from cosell.testing import failing
from cosell.testing.calling import HIDES_REFUSALS
from cosell.testing.leaving import in_a_hurry
from cosell.testing.place import Here

if TYPE_CHECKING:
    from cosell.testing.world import World

__tracebackhide__ = HIDES_REFUSALS


@contextmanager
def by_hand(world: "World", catalog: str, id: str) -> Iterator[None]:
    """Within it no rule does anything with the opportunity, or with an invitation into the
    engagement, that has this id; at its end what is due for it meanwhile is done at once, the rest
    in its time."""
    if isinstance(world.place, Here):
        yield
        return
    name = f"{autopilot.BY_HAND}{token_hex(8)}"
    rule = {"Id": name, "Act": autopilot.LEAVE, "Catalog": catalog, "Identifier": id}
    world.desk("PutAutopilot", **rule)
    take_back = partial(world.desk, "DeleteAutopilot", Id=name)
    try:
        yield
    except BaseException as error:
        if failing.breaks_off(error):
            with in_a_hurry(world.way, error, f"The rule {name} was not taken back"):
                take_back()
        else:
            take_back()
        raise
    take_back()

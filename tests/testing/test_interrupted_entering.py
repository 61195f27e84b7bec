"""An exception out of nowhere while a world is entered or left (Ctrl-C, the end of a test's time):
no world is current afterwards, and the process is as it was.
"""

import os
import sys
from collections.abc import Callable

import botocore.httpsession
import pytest

from cosell.testing import World, current, interception
from cosell.testing.entered import Entered
from tests.interrupting import everywhere

ANOTHER = World()


def enter_new() -> None:
    with World():
        pass


def enter_another() -> None:
    with ANOTHER.current():
        pass


class Watch:
    """Keeps where something stayed behind, and clears it away."""

    def __init__(self) -> None:
        self._before = _process()
        self.left: list[str] = []

    def __call__(self, where: str) -> None:
        if _process() == self._before:
            return
        self.left.append(where.partition(" ")[2])
        for entered, _ in list(current._entered):
            assert isinstance(entered, Entered)
            entered.end()
        assert _process() == self._before, where


def _process() -> tuple[object, ...]:
    """What a world that is current changes of this process."""
    variables = {name: told for name, told in os.environ.items() if name.startswith("AWS_")}
    finders = [finder for finder in sys.meta_path if finder is interception._finder]
    send = botocore.httpsession.URLLib3Session.send
    return current.current(), variables, send, finders, len(interception._active)


# A socket that a signal comes right after is closed when nobody has it any more.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize("entering", [enter_new, enter_another])
def test_no_world_stays_current(bare: None, entering: Callable[[], None]) -> None:
    watch = Watch()
    everywhere(entering, watch)  # amid what is made once as well: after that it is there
    watch.left.clear()
    assert everywhere(entering, watch) > 40
    # A signal is looked at when a function begins, and nobody asks `__exit__` twice. At the end of
    # one, where this interrupts too, no signal is looked at.
    assert watch.left == ["(__enter__, return)", "(__exit__, call)"]

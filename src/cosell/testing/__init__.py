"""A world to test in: Partner Central, AWS on its other side, a clock, faults, for one test.

Imports nothing of the server's and no AWS SDK, and its own parts only when somebody asks for them,
with `World` all of them: who only has the package installed pays nothing. What is loaded stays,
whoever tidies sys.modules.
"""

from typing import TYPE_CHECKING, Any

from cosell.originals import import_module
from cosell.testing import staying

if TYPE_CHECKING:
    from cosell.testing.calling import Answer as Answer
    from cosell.testing.calling import Refused as Refused
    from cosell.testing.expected import FaultForgotten as FaultForgotten
    from cosell.testing.expected import FaultNeverFired as FaultNeverFired
    from cosell.testing.interception import expect_stopped as expect_stopped
    from cosell.testing.partner import Partner as Partner
    from cosell.testing.sending import NotLetOut as NotLetOut
    from cosell.testing.too_late import WorldClosed as WorldClosed
    from cosell.testing.within import CallWithinAnother as CallWithinAnother
    from cosell.testing.world import World as World

_HOMES = {
    "Answer": "calling",
    "CallWithinAnother": "within",
    "FaultForgotten": "expected",
    "FaultNeverFired": "expected",
    "NotLetOut": "sending",
    "Partner": "partner",
    "Refused": "calling",
    "World": "world",
    "WorldClosed": "too_late",
    "expect_stopped": "interception",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "World":
        from cosell.testing import beforehand, whole_run

        if whole_run.present() is whole_run.NOBODY:  # else the plugin sees to it
            beforehand.load()
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


staying.keep()
import cosell.clock  # noqa: E402, F401 - before any test: see there

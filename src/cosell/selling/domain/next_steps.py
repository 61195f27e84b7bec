"""The history of next steps, of an opportunity and of what AWS says of one.

Must not decide whether the steps are new.
"""

from typing import Final, cast

from cosell.calls import Call
from cosell.clock import iso
from cosell.contract import Document, Json
from cosell.selling import objects_at

HISTORY_MAX: Final = 50  # the model's; the oldest go


def grown(call: Call, before: Document, steps: str) -> list[Json]:
    """The history of a document that has a LifeCycle, with the steps that are new now."""
    entry: Document = {"Time": iso(call.now), "Value": steps}
    history = [*objects_at(before, "LifeCycle.NextStepsHistory"), entry]
    return cast("list[Json]", history[-HISTORY_MAX:])

"""Dead calls: what botocore itself refuses, so that it never leaves the process.

A test that mocks the client never sees them; here they stand beside the calls that were made. Must
not change what botocore does.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from cosell.clock import wall_ms
from cosell.testing.calling import DESK, SELLING
from cosell.testing.current import Reached, current

BOUND = "cosell_world"  # on a client's serializer, and on its requests: the world it belongs to
_SERVICES = frozenset({SELLING[0], DESK[0]})


class DeadCall(NamedTuple):
    """A call that botocore's parameter validation refused; `real_ms` is real time, in ms."""

    operation: str
    message: str
    real_ms: int


def serialize(original: Callable[..., Any], serializer: Any, parameters: Any, model: Any) -> Any:
    """What the original does; if it refuses a call of ours, the world it was for has a record."""
    __tracebackhide__ = True
    try:
        return original(serializer, parameters, model)
    except Exception as error:
        if type(error).__name__ == "ParamValidationError" and _is_ours(model):
            world: Reached | None = getattr(serializer, BOUND, None) or current()
            if world is not None:
                world.record_dead_call(model.name, str(error))
        raise


def dead_call(operation: str, message: str) -> DeadCall:
    """A dead call of this moment."""
    return DeadCall(operation, message, wall_ms())


def _is_ours(model: Any) -> bool:
    return model.service_model.signing_name in _SERVICES

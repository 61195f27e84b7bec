"""Dead calls: what botocore itself refuses, so that it never leaves the process.

A test that mocks the client never sees them; here they stand beside the calls that were made. Must
not change what botocore does.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from cosell.clock import wall_ms
from cosell.testing.calling import DESK, SELLING
from cosell.testing.current import Reached, current

if TYPE_CHECKING:
    from cosell.contract import Contract

SPEAKER = "cosell_account"  # on a client's serializer: who calls
BOUND = "cosell_world"  # on a client's serializer, and on its requests: the world it belongs to
STS = "sts"
_TOLD = "_cosell_told"
_SERVICES = frozenset({SELLING[0], DESK[0], STS})


class DeadCall(NamedTuple):
    """A call that botocore's parameter validation refused: `account`'s ('' if the client names
    none), at `real_ms` of real time. `request` has its parameters as JSON has them, sensitive ones
    masked; None for those that JSON cannot have."""

    operation: str
    message: str
    real_ms: int
    account: str
    request: Any
    service: str = SELLING[0]


def serialize(original: Callable[..., Any], serializer: Any, parameters: Any, model: Any) -> Any:
    """What the original does; if it refuses a call of ours, the world it was for has a record."""
    __tracebackhide__ = True
    try:
        return original(serializer, parameters, model)
    except Exception as error:
        if _is_new(error) and _is_ours(model):
            world: Reached | None = getattr(serializer, BOUND, None) or current()
            if world is not None:
                world.record_dead_call(_dead_call(serializer, parameters, model, str(error)))
        raise


def _dead_call(serializer: Any, parameters: Any, model: Any, message: str) -> DeadCall:
    request = _shown(model, parameters)
    account, service = getattr(serializer, SPEAKER, ""), model.service_model.signing_name
    return DeadCall(model.name, message, wall_ms(), account, request, service)


def _shown(model: Any, parameters: Any) -> Any:
    """The parameters as the journal shows a request; they may be anything."""
    from cosell.originals import orjson

    contract = _contract(model.service_model.signing_name)
    operation = contract.operations.get(model.name)
    try:
        written = orjson.dumps(parameters, default=str, option=orjson.OPT_NON_STR_KEYS)
    except Exception:  # whatever their own __str__ raises
        return None
    document = orjson.loads(written)
    if operation is None or not isinstance(document, dict):
        return None
    return contract.redact(operation.input_shape, document)


def _contract(service: str) -> "Contract":
    if service == DESK[0]:
        from cosell.desk.contract import CONTRACT as DESK_CONTRACT

        return DESK_CONTRACT
    if service == STS:
        from cosell.sts.contract import CONTRACT as STS_CONTRACT

        return STS_CONTRACT
    from cosell.selling.contract import CONTRACT

    return CONTRACT


def _is_new(error: Exception) -> bool:
    """Whether nobody was told yet: who wraps a hook keeps it below the next one."""
    if type(error).__name__ != "ParamValidationError" or hasattr(error, _TOLD):
        return False
    setattr(error, _TOLD, True)
    return True


def _is_ours(model: Any) -> bool:
    return model.service_model.signing_name in _SERVICES

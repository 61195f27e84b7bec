"""How an event reaches a handler: a plain function's or Lambda's way, awaited if it is async.

Must not know which event it is, nor whether it was delivered before.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Final

from cosell.clock import monotonic
from cosell.originals import orjson
from cosell.testing.calling import Answer

_REGION: Final = "us-east-1"
_LAMBDA_S_MAX: Final = 900.0  # the longest that Lambda lets a function run


class Context:
    """What Lambda hands to a function beside the event."""

    function_version = "$LATEST"
    memory_limit_in_mb = "128"
    identity = None
    client_context = None

    def __init__(self, function: str, event: Answer) -> None:
        self.aws_request_id: str = event["id"]
        self.function_name = function
        self.invoked_function_arn = (
            f"arn:aws:lambda:{_REGION}:{event['account']}:function:{function}"
        )
        self.log_group_name = f"/aws/lambda/{function}"
        self.log_stream_name = f"{event['time'][:10].replace('-', '/')}/[$LATEST]{event['id']}"
        self._ends = monotonic() + _LAMBDA_S_MAX

    def get_remaining_time_in_millis(self) -> int:
        """How much of Lambda's fifteen minutes is left, in real time."""
        return max(0, round((self._ends - monotonic()) * 1000))


def delivery(handler: Callable[..., object]) -> Callable[[Answer], None]:
    """Calls the handler with a copy of an event, so that no delivery sees what another did; as
    `handler(event, context)` if it wants two arguments. What it answers is awaited if it can be;
    RuntimeError where a loop runs already, which an await in here would block."""
    takes_context = _required(handler) > 1

    def deliver(event: Answer) -> None:
        told = orjson.loads(orjson.dumps(event))
        more = (Context(name(handler), event),) if takes_context else ()
        answer = handler(told, *more)
        if inspect.isawaitable(answer):
            _await(answer, handler)

    return deliver


def name(handler: Callable[..., object]) -> str:
    """What to call a handler."""
    return str(getattr(handler, "__name__", "handler"))


def _await(answer: Awaitable[object], handler: Callable[..., object]) -> None:
    import asyncio  # who delivers to plain functions does not pay for it

    try:
        asyncio.get_running_loop()
    except RuntimeError:  # none runs in this thread: this one may

        async def whole() -> None:
            await answer

        asyncio.run(whole())
        return
    if inspect.iscoroutine(answer):
        answer.close()
    raise RuntimeError(
        f"{name(handler)} is async, and so is who delivers to it. Deliver from a thread: "
        "await asyncio.to_thread(cosell.events.deliver_all, handler)."
    )


def _required(handler: Callable[..., object]) -> int:
    """How many positional arguments a handler wants; 1 if it does not say."""
    try:
        takes = inspect.signature(handler).parameters.values()
    except ValueError:  # of a builtin
        return 1
    placed = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(1 for one in takes if one.kind in placed and one.default is one.empty)

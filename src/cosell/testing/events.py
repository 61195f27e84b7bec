"""`world.events`: what EventBridge would have brought, to look at or to hand to a handler.

Delivery here is EventBridge's: once, or twice, in order or not. Must not know what an event means.
"""

import inspect
from collections.abc import Callable, Iterator
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import orjson

from cosell import ids
from cosell.testing.calling import Answer

if TYPE_CHECKING:
    from cosell.testing.partner import Who
    from cosell.testing.world import World

_ROUNDS_MAX: Final = 100


class Events:
    """The events that accounts of one world received, oldest first."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._delivered: dict[str, int] = {}  # to each account, up to which Seq

    def to(self, account: "Who" = None) -> list[Answer]:
        """The envelopes that an account received (the default partner, an account id, a partner or
        its label)."""
        return [event for _, event in self._after(-1, self._world.account_of(account))]

    def mark(self) -> int:
        """A mark behind the newest event, for `since`."""
        newest = max((seq for seq, _ in self._after(-1, None)), default=-1)
        return newest

    def since(self, mark: int, account: "Who" = None) -> list[Answer]:
        """What an account received after a mark."""
        return [event for _, event in self._after(mark, self._world.account_of(account))]

    def deliver_all(
        self,
        handler: Callable[..., object],
        *,
        to: "Who" = None,
        duplicate: float = 0.0,
        shuffle: bool = False,
        seed: int | None = None,
    ) -> int:
        """Call a handler, `handler(event)` or Lambda's `handler(event, context)`, with every event
        of an account that was not delivered yet, those included that the handler itself causes.

        `duplicate` is the share of events that come twice (1.0: all), `shuffle` lets them come in
        any order; `seed` (the world's) decides which. Answers how many deliveries there were.
        """
        account = self._world.account_of(to)
        random = ids.seeded(self._world.seed if seed is None else seed)
        deliver = _delivery(handler)
        deliveries = 0
        for round_number in count(1):
            waiting = self._after(self._delivered.get(account, -1), account)
            if not waiting:
                return deliveries
            if round_number > _ROUNDS_MAX:
                raise RuntimeError(
                    f"{_name(handler)} causes events each time it is called: after {_ROUNDS_MAX} "
                    f"rounds there are {len(waiting)} more. Let it leave alone what it did itself."
                )
            self._delivered[account] = waiting[-1][0]
            planned = [event for _, event in waiting]
            planned += [event for _, event in waiting if random.random() < duplicate]
            if shuffle:
                random.shuffle(planned)
            for event in planned:
                deliver(event)
            deliveries += len(planned)
        return deliveries

    def rewind(self) -> None:
        """Let `deliver_all` begin anew, with the first event of each account."""
        self._delivered.clear()

    def __iter__(self) -> Iterator[Answer]:
        """Every event of every account."""
        return (event for _, event in self._after(-1, None))

    def _after(self, seq: int, account: str | None) -> list[tuple[int, Answer]]:
        asked: dict[str, Any] = {"MaxResults": 1000}
        if seq >= 0:
            asked["AfterSeq"] = seq
        if account:
            asked["AccountId"] = account
        found: list[tuple[int, Answer]] = []
        while True:
            page = self._world.desk("ListEvents", **asked)
            found += [(one.Seq, one.Event) for one in page.Events]
            if not page.NextToken:
                return found
            asked["NextToken"] = page.NextToken


def _delivery(handler: Callable[..., object]) -> Callable[[Answer], object]:
    """How an event reaches the handler: as a copy, so that no delivery sees what another did."""

    def alone(event: Answer) -> object:
        return handler(orjson.loads(orjson.dumps(event)))

    def in_context(event: Answer) -> object:
        context = SimpleNamespace(aws_request_id=event["id"], function_name=_name(handler))
        return handler(orjson.loads(orjson.dumps(event)), context)

    return in_context if _required(handler) > 1 else alone


def _required(handler: Callable[..., object]) -> int:
    """How many positional arguments a handler wants; 1 if it does not say."""
    try:
        takes = inspect.signature(handler).parameters.values()
    except ValueError:  # of a builtin
        return 1
    placed = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(1 for one in takes if one.kind in placed and one.default is one.empty)


def _name(handler: Callable[..., object]) -> str:
    return str(getattr(handler, "__name__", "handler"))

"""`world.events`: what EventBridge would have brought, to look at or to hand to a handler.

Delivery here is EventBridge's: once, or twice, in order or not. Must not know what an event means.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from cosell import ids
from cosell.testing import amounts
from cosell.testing.calling import HIDES_REFUSALS, Answer
from cosell.testing.delivery import delivery, name

if TYPE_CHECKING:
    from cosell.testing.partner import Who
    from cosell.testing.world import World

__tracebackhide__ = HIDES_REFUSALS

_ROUNDS_MAX: Final = 100


class _Delivered:
    """What one account was delivered: everything up to a Seq, and some beyond it."""

    def __init__(self) -> None:
        self.upto = -1
        self.beyond: set[int] = set()

    @contextmanager
    def delivering(self, seq: int) -> Iterator[None]:
        """Within it an event counts as delivered, and afterwards unless the handler failed."""
        known = seq in self.beyond
        self.beyond.add(seq)
        try:
            yield
        except BaseException:
            if not known:
                self.beyond.discard(seq)
            raise

    def settle(self, upto: int) -> None:
        """Everything up to a Seq was delivered."""
        self.upto = max(self.upto, upto)
        self.beyond -= {seq for seq in self.beyond.copy() if seq <= self.upto}


class Events:
    """The events that accounts of one world received, oldest first."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._delivered: dict[str, _Delivered] = {}  # to each account
        self._newest = -1  # the Seq of the newest that `mark` has seen

    def to(self, account: "Who" = None) -> list[Answer]:
        """The envelopes that an account received (the default partner, an account id, a partner or
        its label)."""
        return [event for _, event in self._after(-1, self._world.account_of(account))]

    def mark(self) -> int:
        """A mark behind the newest event, for `since`."""
        newer = self._after(self._newest, None)
        if newer:
            self._newest = newer[-1][0]
        return self._newest

    def since(self, mark: int, account: "Who" = None) -> list[Answer]:
        """What an account received after a mark."""
        amounts.mark(mark, -1)
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
        any order; `seed` (the world's) decides which. Answers how many deliveries there were. An
        error of the handler's ends it: that event, and those after it, come the next time. An async
        handler is awaited.
        """
        account, duplicate = self._world.account_of(to), amounts.share("duplicate", duplicate)
        random = ids.seeded(self._world.seed if seed is None else amounts.seed(seed))
        deliver = delivery(handler)
        done = self._delivered.setdefault(account, _Delivered())
        deliveries = 0
        for round_number in count(1):
            waiting = [one for one in self._after(done.upto, account) if one[0] not in done.beyond]
            if not waiting:
                return deliveries
            if round_number > _ROUNDS_MAX:
                raise RuntimeError(
                    f"{name(handler)} causes events each time it is called: after {_ROUNDS_MAX} "
                    f"rounds there are {len(waiting)} more. Let it leave alone what it did itself."
                )
            planned = waiting + [one for one in waiting if random.random() < duplicate]
            if shuffle:
                random.shuffle(planned)
            for seq, event in planned:
                with done.delivering(seq):
                    deliver(event)
            done.settle(waiting[-1][0])
            deliveries += len(planned)
        return deliveries

    def rewind(self) -> None:
        """Let `deliver_all` begin anew, with the first event of each account; the events may be
        others now."""
        self._delivered.clear()
        self._newest = -1

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

"""How events arrive: at once and once, or (profile switch `events_unordered`) late, out of order
and some of them twice.

What is late is on the agenda until then. Drawn by a seed that stands, with the number of draws, in
a desk rule: the same seed and the same events arrive alike. Must not know what an event says.
"""

from collections.abc import Iterable, Iterator
from typing import Final, cast

from cosell.calls import Call
from cosell.contract import Document
from cosell.events import Event, deliver, emit, envelopes
from cosell.ids import draw
from cosell.selling.domain import desk_rules
from cosell.selling.profiles import profile
from cosell.store import Tx, agenda

KIND: Final = "event-delivery"  # the agenda's word, and the kind of the desk's rule
_RULE: Final = "unordered"
_LATE: Final = 0.5  # the share of events that are
_LATE_MS_MAX: Final = 30_000
_TWICE: Final = 0.25  # the share of events that are delivered once more, late


def tell(call: Call, tx: Tx, event: Event, accounts: Iterable[str]) -> None:
    """Each account is told of an event, in the way of the namespace's profile."""
    if not profile(call).events_unordered:
        emit(call, tx, event, accounts)
        return
    for account, body in envelopes(call, event, accounts):
        for wait_ms in _waits(call, tx):
            if wait_ms:
                late = f"{account} {body.decode()}"
                agenda.plan(tx, call.ns, call.now + wait_ms, KIND, late)
            else:
                deliver(tx, call.ns, account, body)


def arrive(call: Call, tx: Tx, late: str) -> None:
    """What was late arrives."""
    account, _, body = late.partition(" ")
    deliver(tx, call.ns, account, body.encode())


def put_seed(call: Call, tx: Tx, seed: int) -> None:
    """Draw by this seed from now on, from its beginning."""
    desk_rules.put(call, tx, KIND, _RULE, {"seed": seed, "drawn": 0})


def _waits(call: Call, tx: Tx) -> Iterator[int]:
    """When the copies of one event arrive, in milliseconds from now; 0 is at once."""
    rule: Document = desk_rules.find(call, tx, KIND, _RULE) or {"seed": 0, "drawn": 0}
    seed, number = cast("int", rule["seed"]), cast("int", rule["drawn"])
    is_late, wait, again, wait_again = (draw(seed, number + at) for at in range(4))
    desk_rules.put(call, tx, KIND, _RULE, {**rule, "drawn": number + 4})
    yield 1 + int(wait * _LATE_MS_MAX) if is_late < _LATE else 0
    if again < _TWICE:
        yield 1 + int(wait_again * _LATE_MS_MAX)

"""Events as EventBridge delivers them: written to the outbox in the transaction of their cause.

Must not know how they are delivered, nor what a service means by them.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso_seconds
from cosell.contract import Document
from cosell.originals import orjson
from cosell.store import Tx, Value, late, named
from cosell.store.statements import statements

SOURCE = "aws.partnercentral-selling"


class Event(NamedTuple):
    """What happened, before it is addressed: `resources` are ARNs, `detail` as AWS spells it.
    Without `resources` the envelope has no such member."""

    detail_type: str
    resources: tuple[str, ...] | None
    detail: Document
    version: str = "0"


def emit(call: Call, tx: Tx, event: Event, accounts: Iterable[str]) -> None:
    """One copy of an event for each account; AWS itself (`aws`) gets none."""
    for account, body in envelopes(call, event, accounts):
        deliver(tx, call.ns, account, body)


def envelopes(call: Call, event: Event, accounts: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Each account that is told, and what it is told."""
    for account in accounts:
        if account == "aws":
            continue
        envelope: dict[str, object] = {
            "version": event.version,
            "id": ids.uuid(call.random),
            "detail-type": event.detail_type,
            "source": SOURCE,
            "account": account,
            "time": iso_seconds(call.now),
            "region": ids.REGION,
        }
        if event.resources is not None:
            envelope["resources"] = event.resources
        envelope["detail"] = event.detail
        yield account, orjson.dumps(envelope)


def deliver(tx: Tx, ns: int, account: str, body: bytes) -> None:
    """An event arrives at an account, after everything that arrived before."""
    seq = tx.number("seq")
    event: dict[str, Value] = {"ns": ns, "seq": seq, "account": account, "body": body}
    late.write(tx, named.event(ns, seq), statements()["emit"], event)

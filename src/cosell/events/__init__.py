"""Events as EventBridge delivers them: written to the outbox in the transaction of their cause.

Must not know how they are delivered, nor what a service means by them.
"""

from collections.abc import Iterable
from typing import NamedTuple

import orjson

from cosell import ids
from cosell.calls import Call
from cosell.clock import iso_seconds
from cosell.contract import Document
from cosell.store import Tx

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
    for account in accounts:
        if account == "aws":
            continue
        envelope = {
            "version": event.version,
            "id": ids.uuid(call.random),
            "detail-type": event.detail_type,
            "source": SOURCE,
            "account": account,
            "time": iso_seconds(call.now),
            "region": ids.REGION,
            **({} if event.resources is None else {"resources": event.resources}),
            "detail": event.detail,
        }
        tx.run(
            "emit",
            ns=call.ns,
            seq=tx.number("seq"),
            account=account,
            body=orjson.dumps(envelope),
        )

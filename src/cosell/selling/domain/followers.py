"""The opportunities that follow another, and AWS's summaries of them, which are that one's.

A summary that changes is told, whoever changed it. Must not decide what AWS shows. See differences
`summary.received` and `summary.told`.
"""

from typing import TypeAlias

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import Kind
from cosell.selling.domain import summaries
from cosell.selling.domain.event_messages import tell_of_opportunity
from cosell.store import Tx, documents
from cosell.store.documents import Stored

Summaries: TypeAlias = dict[str, tuple[Stored, Document]]  # by id, in the order of their telling


def of(call: Call, tx: Tx, leader: str) -> list[str]:
    """The opportunities that follow one, the first of them last."""
    rows = tx.all("followers_of", ns=call.ns, leader=leader)
    return [str(row[0]) for row in reversed(rows)]


def seen(call: Call, tx: Tx, leader: Stored) -> Summaries:
    """Those that have their summary from this one, with it: each with its own before the next."""
    waiting = of(call, tx, leader.id)
    if not waiting:
        return {}
    found: Summaries = {leader.id: (leader, summaries.read(call, tx, leader))}
    while waiting:
        one = documents.get(tx, call.ns, Kind.OPPORTUNITY, waiting.pop())
        above = found.get(summaries.leader_of(one.document))
        if above:
            found[one.id] = one, summaries.received(above[1], one)
            waiting += of(call, tx, one.id)
    del found[leader.id]
    return found


def changed(call: Call, tx: Tx, leader: Stored, before: Summaries) -> list[Stored]:
    """Those whose summary is another than it was; they are as they are now."""
    now = seen(call, tx, leader) if before else {}
    return [one for one, summary in now.values() if summary != before[one.id][1]]


def tell(call: Call, tx: Tx, leader: Stored, before: Summaries) -> None:
    """The owners of those whose summary is another than it was are told."""
    for one in changed(call, tx, leader, before):
        tell_of_opportunity(call, tx, one, "Updated")

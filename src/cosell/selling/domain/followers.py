"""The opportunities that follow another, and AWS's summaries of them, which are that one's.

Where AWS's summary of an opportunity did not change, nobody is asked who follows. Must not decide
what AWS shows, nor tell anybody. See difference `summary.received`.
"""

from cosell.calls import Call
from cosell.selling import Kind
from cosell.selling.domain import summaries
from cosell.store import Tx, documents
from cosell.store.documents import Stored


def of(call: Call, tx: Tx, leader: str) -> list[str]:
    """The opportunities that follow one, the first of them last."""
    rows = tx.all("followers_of", ns=call.ns, leader=leader)
    return [str(row[0]) for row in reversed(rows)]


def changed(call: Call, tx: Tx, before: Stored, after: Stored) -> list[Stored]:
    """Those that have their summary from an opportunity which changed, and have another now: each
    with its own before the next. They are as they are now: what AWS says of them untold fits, also
    where nothing else in their summary changed."""
    if summaries.own(before.document) == summaries.own(after.document):
        return []
    waiting = of(call, tx, after.id)
    if not waiting:
        return []
    read = summaries.read
    known = {after.id: (read(call, tx, before), read(call, tx, after))}
    others: list[Stored] = []
    while waiting:
        one = documents.get(tx, call.ns, Kind.OPPORTUNITY, waiting.pop())
        above = known.get(summaries.leader_of(one.document))
        if not above:
            continue
        was = summaries.received(above[0], one)
        one = summaries.fit(call, tx, one)
        now = summaries.received(above[1], one)
        if was != now:
            known[one.id] = was, now
            others.append(one)
            waiting += of(call, tx, one.id)
    return others

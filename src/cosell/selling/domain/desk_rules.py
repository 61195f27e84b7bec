"""What the desk says once and selling asks later: documents of a kind, each under a name.

Must not know what a kind means: each kind has a module of its own that does.
"""

from typing import cast

from cosell.calls import Call
from cosell.contract import Document
from cosell.originals import orjson
from cosell.store import Row, Tx


def put(call: Call, tx: Tx, kind: str, name: str, body: Document) -> None:
    """Say something; what was said under the same name is replaced, and keeps its place."""
    tx.run(
        "put_desk_rule",
        ns=call.ns,
        kind=kind,
        name=name,
        seq=tx.number("seq"),
        body=orjson.dumps(body),
    )


def find(call: Call, tx: Tx, kind: str, name: str) -> Document | None:
    """What was said under a name, if anything was."""
    row = tx.one("find_desk_rule", ns=call.ns, kind=kind, name=name)
    return None if row is None else _body(row)


def every(call: Call, tx: Tx, kind: str) -> list[Document]:
    """All that was said of a kind, in the order in which it was first said."""
    return [_body(row) for row in tx.all("list_desk_rules", ns=call.ns, kind=kind)]


def forget(call: Call, tx: Tx, kind: str, name: str | None = None) -> int:
    """Take back what was said under a name, or all of the kind; answers how much that was."""
    if name is None:
        return tx.run("delete_desk_rules", ns=call.ns, kind=kind)
    return tx.run("delete_desk_rule", ns=call.ns, kind=kind, name=name)


def _body(row: Row) -> Document:
    return cast("Document", orjson.loads(cast("bytes", row[0])))

"""How rows are called while they are late, and where something of them is kept: who writes one and
who looks at it call it the same.

A name is a table and a key there; several rows that are only ever looked at together have one name,
and `late.rows_within` is told how names begin. Must not say what is written, nor when.
"""

from cosell.store import Named, Value, View


def document(ns: int, kind: str, id: str) -> Named:
    """A resource's truth."""
    return Named(("document", (ns, kind, id)))


def seen(view: View, row: dict[str, Value]) -> Named:
    """What an account, or whoever else the view is for, sees of a resource."""
    if "account" in view.lead:
        return Named((view.table, (row["ns"], row["account"], row["id"])))
    return Named((view.table, tuple([row[name] for name in ("ns", *view.lead[1:], "seq")])))


def seen_by(view: View, ns: int, account: str, id: str) -> Named:
    """What an account sees of a resource."""
    return Named((view.table, (ns, account, id)))


def members(ns: int, engagement: str) -> Named:
    """Who is in an engagement."""
    return Named(("member", (ns, engagement)))


def partner(ns: int, account: str) -> Named:
    """What the desk said of an account."""
    return Named(("partner", (ns, account)))


def invited(ns: int, engagement: str, account: str, invitation: str) -> Named:
    """That an account is invited to an engagement."""
    return Named(("invited", (ns, engagement, account, invitation)))


def snapshots(ns: int, engagement: str) -> Named:
    """How the names of `revisions` begin, of all that is shown in an engagement."""
    return Named(("snapshot", (ns, engagement)))


def revisions(ns: int, target: tuple[str, str, str]) -> Named:
    """The revisions of what is shown of a resource: engagement, resource, template."""
    return Named(("snapshot", (ns, *target)))


def shown(ns: int, resource: str) -> Named:
    """What a revision would show of a resource: kept, and never written under this name."""
    return Named(("shown", (ns, resource)))


def event(ns: int, seq: int) -> Named:
    """An event in the outbox."""
    return Named(("outbox", (ns, seq)))


def entry(ns: int, due_at: int, seq: int) -> Named:
    """An entry of an agenda."""
    return Named(("agenda", (ns, due_at, seq)))


def entries(ns: int, kind: str, ref: str) -> Named:
    """All entries of an agenda for a thing, to be forgotten: they go before any is planned."""
    return Named(("agenda", (ns, kind, ref)))


def binding(key: tuple[Value, ...]) -> Named:
    """What a client token is bound to."""
    return Named(("ledger", tuple(key)))

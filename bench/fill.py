"""Many tasks in a state file: one real Start through cosell's own engine, then copies of its rows.

The copies have identifiers, instants and numbers of their own, so that every index holds what it
would hold after that many calls. One task in 50,000 is a copy of one that FAILED. Works on a file
that no server owns at the moment.
"""

import json
import sqlite3
import uuid
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import ACCOUNT, CATALOG, START, BenchError
from bench.load import once
from bench.servers import Server
from bench.signed import Request, plain, sign

RARE = 50_000
APART_MS = 977
SPREAD = 2_718_281_828_459  # odd and not divisible by five: distinct modulo powers of ten


@dataclass(frozen=True, slots=True)
class Seed:
    """What one call of Start left in the file, by the identifiers in its rows."""

    task: str
    invitation: str
    opportunity: str


def refer(server: Server, namespace: str = "") -> Request:
    """The desk's call that makes an invitation arrive."""
    url = server.url(namespace) + "_cosell/ReferOpportunity"
    return plain(url, {"Catalog": CATALOG, "ReceiverAccountId": ACCOUNT})


def start(server: Server, invitation: str, namespace: str = "") -> Request:
    """The call that accepts an invitation, with a client token of its own."""
    document = {"Catalog": CATALOG, "ClientToken": str(uuid.uuid4()), "Identifier": invitation}
    return sign(server.url(namespace), START, document)


def seed(server: Server, namespace: str) -> tuple[Seed, Seed]:
    """A task that is COMPLETE and one that FAILED, made by calls."""
    invitation: str = json.loads(once(refer(server, namespace)))["EngagementInvitationId"]
    done = [json.loads(once(start(server, invitation, namespace))) for _ in range(2)]
    if [answer["TaskStatus"] for answer in done] != ["COMPLETE", "FAILED"]:
        raise BenchError(f"the two tasks did not end COMPLETE and FAILED: {done}")
    complete, failed = (
        Seed(answer["TaskId"], invitation, answer["OpportunityId"] or "") for answer in done
    )
    return complete, failed


def grow(database: Path, namespace: str, seeds: tuple[Seed, Seed], count: int) -> None:
    """Bring a namespace that holds two tasks to `count` of them."""
    rare = min(RARE // 2, count // 2)
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        db.execute("pragma cache_size = -800000")
        find = "select ns from namespace where name = ?"
        ns = db.execute(find, (namespace,)).fetchone()[0]
        find = "select next from counter where name = 'seq'"
        seq = db.execute(find).fetchone()[0]
        find = "select start_at from task_view where ns = ? and id = ?"
        at = db.execute(find, (ns, seeds[0].task)).fetchone()[0]
        values = {"ns": ns, "count": count - 2, "seq": seq, "rare": rare, "until": at}
        db.execute("begin")
        for made, which in zip(seeds, ("<>", "="), strict=True):
            for table in ("document", "task_view"):
                _copy(db, table, which, {**values, **_names(db, ns, made)})
        db.execute("update counter set next = next + ? where name = 'seq'", (count,))
        db.execute("commit")
        db.execute("pragma journal_mode = wal")


def _names(db: sqlite3.Connection, ns: int, made: Seed) -> dict[str, object]:
    """What is to be replaced in a row's texts."""
    find = (
        "select start_at, strftime('%Y-%m-%dT%H:%M:%S', start_at / 1000, 'unixepoch')"
        " || printf('.%03dZ', start_at % 1000) from task_view where ns = ? and id = ?"
    )
    at, told = db.execute(find, (ns, made.task)).fetchone()
    absent = "-nothing-has-this-name-"
    return {
        "task": made.task,
        "invitation": made.invitation,
        "opportunity": made.opportunity or absent,
        "at": str(at),
        "told": told,
    }


def _copy(db: sqlite3.Connection, table: str, which: str, values: Mapping[str, object]) -> None:
    columns = [row[1:3] for row in db.execute(f"pragma table_info({table})")]
    own = {"seq": ":seq + n", "start_at": "at_n"}
    shown = ", ".join(own.get(name) or _replaced(name, kind) for name, kind in columns)
    db.execute(
        f"""
        with recursive
          run(n) as (select 0 union all select n + 1 from run where n + 1 < :count),
          fresh as (
            select n, :until - (:count - n) * {APART_MS} as at_n,
              printf('%013d', (n + 1) * {SPREAD} % 10000000000000) as id_n,
              'O' || (5000000 + n) as opportunity_n
            from run where n % {RARE} {which} :rare)
        insert into {table} ({", ".join(name for name, _ in columns)})
        select {shown} from fresh, {table} t where t.ns = :ns and t.id = :task
        order by n
        """,
        values,
    )


def _replaced(name: str, kind: str) -> str:
    if kind.lower() not in ("text", "blob"):
        return f"t.{name}"
    at_n = (
        "strftime('%Y-%m-%dT%H:%M:%S', at_n / 1000, 'unixepoch') || printf('.%03dZ', at_n % 1000)"
    )
    text = f"cast(t.{name} as text)"
    for old, new in (
        (":task", "'task-' || id_n"),
        (":invitation", "'engi-' || id_n"),
        (":opportunity", "opportunity_n"),
        (":told", at_n),
        (":at", "at_n"),
    ):
        text = f"replace({text}, {old}, {new})"
    return f"cast({text} as {kind})"

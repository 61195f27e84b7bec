"""The floor: the least that an honest answer to a read costs in Python on this server.

Verify one signature with a key that was derived before, parse the body, read a keyset page of 21
clustered rows from the middle and join the stored documents, or read one document by its key. No
routing, no namespaces, no validation, no policy, no filters, no paging tokens: what an engine adds
to this is its tax.

`python -m bench.floor serve PORT DATABASE` serves it, making an empty database if there is none;
`python -m bench.floor fill ROWS DATABASE` makes one with rows in it. Granian, RSGI, uvloop, one
worker, as cosell itself. Must not import anything of cosell.
"""

import hashlib
import hmac
import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import orjson

from bench import ACCOUNT, CATALOG, KEY_ID, REGION, SECRET, SERVICE

MADE = """
create table if not exists task_view (
  ns integer not null, account text not null, catalog text not null, kind text not null,
  start_at integer not null, seq integer not null, id text not null, summary blob not null,
  primary key (ns, account, catalog, kind, start_at, seq)
) without rowid
"""
MADE_ALSO = """
create table if not exists document (
  ns integer not null, kind text not null, id text not null, body blob not null,
  primary key (ns, kind, id)
)
"""
KEEP = "insert or replace into document values (1, 'opportunity', ?, ?)"
READ_ONE = "select body from document where ns = 1 and kind = 'opportunity' and id = ?"
PUT = "insert into task_view values (1, ?, ?, 'accept', ?, ?, ?, ?)"
MIDDLE = "select start_at from task_view order by start_at limit 1 offset :half"
READ = """
select start_at, seq, id, summary from task_view
where ns = 1 and account = ? and catalog = ? and kind = 'accept' and (start_at, seq) < (?, ?)
order by start_at desc, seq desc limit 21
"""

SIGNED = ("content-type", "host", "x-amz-date", "x-amz-target")
NAMES = ";".join(SIGNED)
TOKEN = b"t" * 160
HEADERS = [
    ("content-type", "application/x-amz-json-1.0"),
    ("x-amzn-requestid", "00000000-0000-0000-0000-000000000000"),
]
BEGAN_AT = 1_764_000_000_000


def signing_key(day: str) -> bytes:
    key = b"AWS4" + SECRET.encode()
    for part in (day, REGION, SERVICE, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


class Floor:
    """The RSGI application: one straight line per call."""

    def __init__(self, database: str) -> None:
        self.db = open_database(database)
        self.db.execute("pragma query_only = 1")
        rows = self.db.execute("select count(*) from task_view").fetchone()[0]
        found = self.db.execute(MIDDLE, {"half": rows // 2}).fetchone()
        self.middle = (found[0], 1 << 62) if found else (0, 0)
        self.keys: dict[str, bytes] = {}

    def verify(self, path: str, headers: Any, body: bytes) -> bool:
        given = headers.get("authorization", "")
        at = headers.get("x-amz-date")
        day = at[:8]
        key = self.keys.get(day) or self.keys.setdefault(day, signing_key(day))
        signed = "".join(f"{name}:{headers.get(name)}\n" for name in SIGNED)
        payload = hashlib.sha256(body).hexdigest()
        canonical = f"POST\n{path}\n\n{signed}\n{NAMES}\n{payload}"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        scope = f"{day}/{REGION}/{SERVICE}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{digest}"
        expected = hmac.digest(key, text.encode(), "sha256").hex()
        return f"Credential={KEY_ID}/{scope}" in given and hmac.compare_digest(
            given[-64:], expected
        )

    def answer(self, target: str, body: bytes) -> bytes:
        request = orjson.loads(body)
        if target.endswith(".GetOpportunity"):
            found: bytes = self.db.execute(READ_ONE, (request["Identifier"],)).fetchone()[0]
            return found
        rows = self.db.execute(READ, (ACCOUNT, request["Catalog"], *self.middle)).fetchall()
        summaries = b",".join([row[3] for row in rows[:20]])
        if len(rows) < 21:
            return b'{"NextToken":null,"TaskSummaries":[' + summaries + b"]}"
        return b'{"NextToken":"' + TOKEN + b'","TaskSummaries":[' + summaries + b"]}"

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        body = await protocol()
        if not self.verify(scope.path, scope.headers, body):
            protocol.response_empty(403, [])
            return
        answer = self.answer(scope.headers.get("x-amz-target"), body)
        protocol.response_bytes(200, HEADERS, answer)


def open_database(database: str) -> sqlite3.Connection:
    db = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    db.execute("pragma journal_mode = wal")
    db.execute(MADE)
    db.execute(MADE_ALSO)
    return db


def keep(database: str, id: str, body: bytes) -> None:
    """One document, to be read by its key."""
    db = open_database(database)
    db.execute(KEEP, (id, body))
    db.close()


def summary(number: int) -> bytes:
    """As long as a real one, its members in the same order."""
    task = f"task-{number:013d}"
    arn = f"arn:aws:partnercentral:{REGION}:{ACCOUNT}:catalog/{CATALOG}"
    document = {
        "EngagementInvitationId": f"engi-{number:013d}",
        "Message": None,
        "OpportunityId": f"O{1_000_000 + number}",
        "ReasonCode": None,
        "ResourceSnapshotJobId": f"job-{number:013d}",
        "StartTime": "2026-11-23T08:00:00.123Z",
        "TaskArn": f"{arn}/engagement-by-accepting-invitation-task/{task}",
        "TaskId": task,
        "TaskStatus": "COMPLETE",
    }
    return json.dumps(document, separators=(",", ":")).encode()


def fill(rows: int, database: str) -> None:
    """A database of that many tasks, one a second."""
    db = open_database(database)
    db.execute("begin")
    values = (
        (ACCOUNT, CATALOG, BEGAN_AT + n * 1000, n, f"task-{n:013d}", summary(n))
        for n in range(rows)
    )
    db.executemany(PUT, values)
    db.execute("commit")
    db.close()


def make() -> Floor:
    """What Granian's worker calls."""
    return Floor(os.environ["FLOOR_DATABASE"])


def serve(port: int, database: str) -> None:
    from granian.constants import Interfaces, Loops
    from granian.server import Server

    os.environ["FLOOR_DATABASE"] = database
    server = Server(
        "bench.floor:make",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        websockets=False,
        workers=1,
        factory=True,
        log_enabled=False,
    )
    server.serve()


if __name__ == "__main__":
    what, number, where = sys.argv[1:]
    Path(where).parent.mkdir(parents=True, exist_ok=True)
    {"fill": fill, "serve": serve}[what](int(number), where)

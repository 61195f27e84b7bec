"""Every list with very many rows: pages of a large list beside the same pages of a small one.

One resource is made by calls; its row in the list's view is copied by SQL, each copy with
identifiers, instants and numbers of its own. A state file for each list, which goes when it was
measured.
"""

import http.client
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import ACCOUNT, CATALOG, LIST, PAGE, TARGET, BenchError, servers
from bench.load import once, rate
from bench.measures import Bench
from bench.report import Line, rates
from bench.resources import Document, Make, Maker
from bench.servers import Server
from bench.signed import sign

APART_MS = 977
SPREAD = 2_718_281_828_459  # odd and not divisible by five: distinct modulo powers of ten
RARE_ROWS = 25  # of the small list: a page and a few
OTHER = "444455556666"
ID = re.compile(r"\b(?:(?:task|engi|eng|job)-[0-9a-z]{13,14}|O[0-9]{7,}|S-777)\b")


@dataclass(frozen=True)
class Listed:
    """A list operation: its view and how one row comes to be; the column and the two values of the
    filter that is measured, which the summary shows too; the sorts beside the default one; what a
    request has to say, which identifiers every row keeps, and how many rows a page may have."""

    operation: str
    view: str
    make: Make
    filter: tuple[str, Any]
    column: str
    values: tuple[str, str]  # what nearly all rows have, and what few have
    sorts: tuple[str, ...] = ()
    asks: Document = field(default_factory=dict)
    keeps: tuple[str, ...] = ()
    page_max: int = 100


LISTS = (
    Listed(
        "ListOpportunities", "opportunity_view", Maker.opportunity,
        ("LifeCycleStage", ["Qualified"]), "stage", ("Prospect", "Qualified"),
        ("Identifier", "CustomerCompanyName", "CreatedDate", "TargetCloseDate"),
    ),
    Listed(
        "ListEngagementInvitations", "invitation_view", Maker.invitation,
        ("Status", ["REJECTED"]), "status", ("PENDING", "REJECTED"),
        asks={"ParticipantType": "RECEIVER"},
    ),
    Listed(
        "ListEngagements", "engagement_view", Maker.engagement,
        ("CreatedBy", [OTHER]), "created_by", (ACCOUNT, OTHER),
    ),
    Listed(
        "ListResourceSnapshotJobs", "job_view", Maker.job,
        ("Status", "Running"), "status", ("Stopped", "Running"), page_max=1_000,
    ),
    Listed(
        "ListResourceSnapshots", "snapshot_view", Maker.snapshot,
        ("CreatedBy", OTHER), "created_by", (ACCOUNT, OTHER), keeps=("engagement",), page_max=1_000,
    ),
    Listed(
        "ListEngagementResourceAssociations", "association_view", Maker.snapshot,
        ("CreatedBy", OTHER), "created_by", (ACCOUNT, OTHER), page_max=1_000,
    ),
    Listed(
        "ListSolutions", "solution_view", Maker.solution,
        ("Status", ["Inactive"]), "status", ("Active", "Inactive"),
    ),
    Listed(
        "ListEngagementFromOpportunityTasks", "task_view", Maker.submission,
        ("TaskStatus", ["FAILED"]), "status", ("COMPLETE", "FAILED"), page_max=1_000,
    ),
    Listed(
        "ListOpportunityFromEngagementTasks", "task_view", Maker.conversion,
        ("TaskStatus", ["FAILED"]), "status", ("COMPLETE", "FAILED"), page_max=1_000,
    ),
    Listed(
        "ListProspectingFromEngagementTasks", "prospecting_view", Maker.prospecting,
        ("TaskName", ["Rare"]), "name", ("Common", "Rare"),
    ),
)  # fmt: skip


def many(bench: Bench) -> Iterator[Line]:
    """Each list, the large one beside the small one."""
    for listed in LISTS:
        state = bench.folder / f"{listed.operation}.db"
        bench.progress.step(f"filling {listed.operation}")
        asks = fill(state, listed, bench.sizes.lists)
        with servers.cosell(state) as server:
            server.first_answer(sign(server.url(), LIST, {"Catalog": CATALOG}))
            yield from _measured(bench, server, listed, asks)
        for path in bench.folder.glob(f"{state.name}*"):
            path.unlink()


def namespace(rows: int) -> str:
    return f"rows-{rows}"


# --- measuring -----------------------------------------------------------------------------------


def _measured(
    bench: Bench, server: Server, listed: Listed, asks: dict[int, Document]
) -> Iterator[Line]:
    small, large = bench.sizes.lists
    pages = {rows: dict(_pages(server, listed, rows, asks[rows])) for rows in (small, large)}
    name = listed.operation.removeprefix("List")
    first = sign(server.url(namespace(large)), listed.operation, pages[large]["first page"])
    rate(first, bench.sizes.list_seconds)  # the server and its pages of the file become warm
    for page in pages[small]:
        bench.progress.step(f"{listed.operation}, {page}")
        calls = {
            rows: sign(server.url(namespace(rows)), listed.operation, pages[rows][page])
            for rows in (small, large)
        }
        measured: dict[int, list[float]] = {small: [], large: []}
        for _ in range(bench.sizes.list_rounds):
            for rows, call in calls.items():
                measured[rows].append(rate(call, bench.sizes.list_seconds))
        told = f"{name} of {large:,}: {page}"
        yield rates(told, f"of {small:,}", measured[large], measured[small])


def _pages(
    server: Server, listed: Listed, rows: int, asks: Document
) -> Iterator[tuple[str, Document]]:
    """The calls that are measured; each is what it is called."""
    for sort in ("", *listed.sorts):
        first = {"Catalog": CATALOG, "MaxResults": PAGE, **listed.asks, **asks}
        if sort:
            first["Sort"] = {"SortBy": sort, "SortOrder": "DESCENDING"}
        by = f" by {sort}" if sort else ""
        token = _walk(server, listed, rows, first)
        yield f"first page{by}", _ensured(server, listed, rows, first, True)
        last = {**first, "NextToken": token}
        yield f"last page{by}", _ensured(server, listed, rows, last, False)
    member, value = listed.filter
    wanted = {"Catalog": CATALOG, "MaxResults": PAGE, **listed.asks, **asks, member: value}
    yield f"a {member} that few have", _ensured(server, listed, rows, wanted, True)


def _ensured(server: Server, listed: Listed, rows: int, request: Document, more: bool) -> Document:
    answer = json.loads(once(sign(server.url(namespace(rows)), listed.operation, request)))
    token = answer.pop("NextToken")
    [page] = answer.values()
    few = f'"{listed.values[1]}"'
    right = len(page) == PAGE and (token is not None) == more
    if listed.filter[0] in request:
        right = right and all(few in json.dumps(row) for row in page)
    if not right:
        raise BenchError(f"{listed.operation} of {rows}: {request} has {len(page)} rows, {token}")
    return request


def _walk(server: Server, listed: Listed, rows: int, request: Document) -> str:
    """The token of the last page of PAGE rows, on one connection, unsigned."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    path = f"/ns/{namespace(rows)}/"
    headers = {
        "X-Amz-Target": TARGET + listed.operation,
        "Content-Type": "application/x-amz-json-1.0",
    }
    left, token = rows - PAGE, ""
    with closing(connection):
        while left > 0:
            step = {**request, "MaxResults": min(listed.page_max, left)}
            body = json.dumps({**step, "NextToken": token} if token else step)
            connection.request("POST", path, body, headers)
            answer = json.loads(connection.getresponse().read())
            token = answer.pop("NextToken", None)
            [page] = answer.values()
            left -= len(page)
            if not token:
                raise BenchError(f"{listed.operation} of {rows:,} ended {left:,} rows early")
    return token


# --- filling -------------------------------------------------------------------------------------


def fill(state: Path, listed: Listed, sizes: tuple[int, int]) -> dict[int, Document]:
    """A namespace for each size; answers what requests have to say in it."""
    with servers.cosell(state) as server:
        server.first_answer(sign(server.url(), LIST, {"Catalog": CATALOG}))
        for rows in sizes:
            listed.make(Maker(server, namespace(rows)))
    asks: dict[int, Document] = {}
    with closing(sqlite3.connect(state, isolation_level=None)) as db:
        for pragma in ("journal_mode = off", "synchronous = off", "cache_size = -800000"):
            db.execute(f"pragma {pragma}")
        db.row_factory = sqlite3.Row
        for rows in sizes:
            row = _made(db, listed, namespace(rows))
            asks[rows] = {f"{kept.title()}Identifier": row[kept] for kept in listed.keeps}
            _copy(db, listed, row, rows, every=max(2, sizes[0] // RARE_ROWS))
        db.execute("pragma journal_mode = wal")
    return asks


def _made(db: sqlite3.Connection, listed: Listed, name: str) -> Mapping[str, Any]:
    """The row that the calls made; what a new account has already goes."""
    find = f"select * from {listed.view} where ns = (select ns from namespace where name = ?)"
    rows = [dict(row) for row in db.execute(find, (name,)).fetchall()]
    rows = [row for row in rows if row.get("account", ACCOUNT) == ACCOUNT]
    if not rows:
        raise BenchError(f"{listed.operation}: the calls left no row in {listed.view}")
    made = max(rows, key=lambda row: int(row["seq"]))
    text = f"delete from {listed.view} where ns = ? and id <> ?"
    db.execute(text, (made["ns"], made["id"]))
    return made


def _copy(
    db: sqlite3.Connection, listed: Listed, row: Mapping[str, Any], count: int, every: int
) -> None:
    kept = {str(row[name]) for name in listed.keeps}
    texts = sorted({found for value in row.values() for found in _ids(value)} - kept)
    shown = ", ".join(_source(listed, name, value, texts) for name, value in row.items())
    find = "select next from counter where name = 'seq'"
    first = db.execute(find).fetchone()[0]
    until = next(value for name, value in row.items() if name.endswith("_at"))
    db.execute("begin")
    db.execute(
        f"""
        with recursive
          run(n) as (select 1 union all select n + 1 from run where n + 1 < :count),
          fresh as (
            select n, :until - (:count - n) * {APART_MS} as at_n, n % {every} = 1 as rare,
              printf('%013d', n * {SPREAD} % 10000000000000) as id_n
            from run)
        insert into {listed.view} ({", ".join(row)})
        select {shown} from fresh, {listed.view} t where t.ns = :ns and t.id = :id
        order by n
        """,
        {"count": count, "until": until, "ns": row["ns"], "id": row["id"], "first": first},
    )
    db.execute("update counter set next = next + ? where name = 'seq'", (count,))
    db.execute("commit")


def _ids(value: object) -> list[str]:
    if isinstance(value, bytes):
        value = value.decode()
    return ID.findall(value) if isinstance(value, str) else []


def _source(listed: Listed, name: str, value: object, texts: list[str]) -> str:
    """What a copy has in a column, as SQL says it."""
    own = {
        "seq": ":first + n",
        "number": "5000000 + n",
        "company": "printf('Company %07d', n)",
        "close_date": "date('2027-01-01', '+' || (n % 9000) || ' days')",
    }
    if name in own:
        return own[name]
    if name.endswith("_at") and name != "expires_at":
        return "at_n"
    if not isinstance(value, str | bytes):
        return f"t.{name}"
    text = f"cast(t.{name} as text)"
    for old in texts:
        text = f"replace({text}, '{old}', {_fresh(old)})"
    common, rare = listed.values
    if name == listed.column:
        text = f"iif(rare, '{rare}', '{common}')"
    elif isinstance(value, bytes):
        text = f"iif(rare, replace({text}, '\"{common}\"', '\"{rare}\"'), {text})"
    return f"cast({text} as {'blob' if isinstance(value, bytes) else 'text'})"


def _fresh(old: str) -> str:
    """Another identifier of the same kind and length, for each copy."""
    if old.startswith("O"):
        return "'O' || (5000000 + n)"
    if old.startswith("S-"):
        return "'S-' || (5000000 + n)"
    prefix, _, digits = old.partition("-")
    zeros = "0" * (len(digits) - 13)
    return f"'{prefix}-{zeros}' || id_n"

"""cosell on PostgreSQL, with several processes: tasks that workers bring to their end beside the
queue's empty jobs, inline Starts beside bare commits, list pages beside pgbench, memory.

*Paced tasks to COMPLETE* is how many tasks of five steps each, StepSeconds 0, two workers end in a
second; *empty jobs* is how many jobs that do nothing two of Procrastinate's own workers end in a
second, each with eight at once. Both by turns on one database with the same servers up; what the
servers do meanwhile is nothing, so that the figures for two and four servers differ by what was
started beside each other, and by how many tasks there are already.
"""

import json
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial

from bench import ACCOUNT, CATALOG, LIST, PAGE, BenchError, bare, servers
from bench import floor as floor_program
from bench.cluster import Cluster, Commits, cluster, copy, drained, empty_jobs, hub, worker
from bench.fill import refer, start
from bench.load import drive, once, rate
from bench.measures import MILLION, Bench
from bench.report import Line, rates
from bench.servers import Server
from bench.signed import plain, sign
from cosell.clock import wall_ms
from cosell.selling.views import TASKS
from cosell.store.dialect import postgres
from cosell.store.pages import Order, Place, Selection, compose
from cosell.store.postgres_tx import PostgresTx
from cosell.store.statements import postgres_statements

SPACES = 8  # namespaces between which tasks are divided
WORKERS = 2


def hubs(bench: Bench) -> Iterator[Line]:
    """Everything about PostgreSQL, on one cluster."""
    with cluster(bench.folder / "cluster") as found:
        yield from _starts(bench, found)
        yield from _lists(bench, found)
        yield from _spaces(bench, found)
        for processes in (2, 4):
            yield from _tasks(bench, found, processes)


def _ready(server: Server) -> None:
    server.first_answer(sign(server.url(), LIST, {"Catalog": CATALOG}))


# --- tasks that workers end ----------------------------------------------------------------------


def _tasks(bench: Bench, found: Cluster, processes: int) -> Iterator[Line]:
    """Paced tasks, started by calls at so many servers while no worker is there, and then ended by
    two workers; and as many empty jobs of the queue's library, ended by two of its workers, with
    the same servers up and the same tasks in the database. In turns, a part of all at a time, each
    beginning with what the other began with in the turn before, after a `vacuum analyze`. A rate is
    reckoned from when a twentieth was done: starting up is not in it."""
    rounds = bench.sizes.rounds
    each = bench.sizes.hub_tasks // rounds
    ours: list[float] = []
    theirs: list[float] = []
    begun, working = [], [0.0]
    with hub(found, bench.folder, processes) as server:
        _ready(server)
        for number in range(rounds):
            bench.progress.step(f"{each:,} paced tasks, {processes} servers, turn {number + 1}")
            spaces = [f"paced-{processes}-{number}-{space}" for space in range(SPACES)]
            begun.append(_paced(server, each, spaces))
            turn = [
                (theirs, partial(empty_jobs, found, each, WORKERS)),
                (ours, partial(_ended, bench, found, spaces, working)),
            ]
            for measured, measure in reversed(turn) if number % 2 else turn:
                found.tidy()
                measured.append(measure())
        main, *answering = [taken / MILLION for taken in server.resident_bytes()]
    told = (
        f"{bench.sizes.hub_tasks:,} paced tasks to COMPLETE, {processes} servers, {WORKERS} workers"
    )
    yield rates(told, "empty jobs of the queue", ours, theirs)
    yield Line(
        f"  referred and started before, {processes} servers", f"{statistics.median(begun):,.0f}/s"
    )
    yield Line("  resident: the main process of a server", f"{main:.0f} MB")
    yield Line("  resident: a process that answers, at most", f"{max(answering):.0f} MB")
    yield Line("  resident: a worker, at most", f"{max(working):.0f} MB")


def _paced(server: Server, count: int, spaces: list[str]) -> float:
    """Start so many tasks whose steps wait for workers; how many a second."""

    def some(name: str) -> float:
        once(plain(server.url(name) + "_cosell/PutPace", {"Mode": "Paced", "StepSeconds": 0}))
        call = refer(server, name)
        referred = drive([call.bytes()] * (count // SPACES), call.address, keep=True, connections=2)
        invitations = [json.loads(body)["EngagementInvitationId"] for body in referred.bodies]
        calls = [start(server, one, name).bytes() for one in invitations]
        return referred.elapsed_s + drive(calls, call.address, connections=2).elapsed_s

    with ThreadPoolExecutor(SPACES) as pool:
        return count / max(pool.map(some, spaces))


def _ended(bench: Bench, found: Cluster, spaces: list[str], working: list[float]) -> float:
    """Let workers end the tasks of some namespaces; how many a second. What a worker had of memory
    goes into `working`. Who looks how many are left looks at these namespaces alone: in the others
    there may be a million."""
    with closing(found.connect()) as connection:
        rows = connection.execute("select ns from namespace where name = any(%s)", [spaces])
        numbers = ",".join(str(ns) for (ns,) in rows)
    these = f"from task_view where ns = any('{{{numbers}}}')"
    left = f"select count(*) {these} and status = 'IN_PROGRESS'"
    with closing(found.connect()) as connection, ExitStack() as stack:
        [(count,)] = connection.execute(left.encode()).fetchall()
        workers = [stack.enter_context(worker(found, bench.folder)) for _ in range(WORKERS)]
        rate = drained(found, left, count)
        working.extend(max(one.resident_bytes()) / MILLION for one in workers)
        ended = connection.execute(f"select status {these} group by 1".encode()).fetchall()
    if {str(status) for (status,) in ended} != {"COMPLETE"}:
        raise BenchError(f"not all tasks are COMPLETE: {ended}")
    return rate


# --- inline Starts -------------------------------------------------------------------------------


def _starts(bench: Bench, found: Cluster) -> Iterator[Line]:
    rounds, ours, theirs = bench.sizes.rounds, [], []
    each = bench.sizes.starts // rounds // 2
    with hub(found, bench.folder, 1) as server:
        _ready(server)
        before, after = bench.folder / "pg-before.db", bench.folder / "pg-after.db"
        invitations = [json.loads(once(refer(server)))["EngagementInvitationId"] for _ in range(2)]
        once(start(server, invitations[0]))
        copy(found, before)
        once(start(server, invitations[1]))
        copy(found, after)
        changed = bare.changes(before, after)
        commits = Commits(found, changed, each * rounds)
        for number in range(rounds):
            bench.progress.step(f"inline Starts on PostgreSQL, round {number + 1}")
            ours.append(_rate_of_starts(server, each))
            theirs.append(commits.rate(each))
        commits.close()
    yield rates("inline Start, PostgreSQL", f"{len(changed)} rows committed bare", ours, theirs)


def _rate_of_starts(server: Server, count: int) -> float:
    call = refer(server)
    referred = drive([call.bytes()] * count, call.address, keep=True)
    invitations = [json.loads(body)["EngagementInvitationId"] for body in referred.bodies]
    outcome = drive([start(server, one).bytes() for one in invitations], call.address, keep=True)
    if any(json.loads(body)["TaskStatus"] != "COMPLETE" for body in outcome.bodies):
        raise BenchError("not all tasks are COMPLETE")
    return outcome.rate


# --- many namespaces -----------------------------------------------------------------------------


def _spaces(bench: Bench, found: Cluster) -> Iterator[Line]:
    """What so many namespaces take, each with a task and what belongs to it, and what it costs to
    look over all of them for something that was forgotten."""
    count = bench.sizes.hub_spaces
    bench.progress.step(f"{count:,} namespaces on PostgreSQL")
    with hub(found, bench.folder, 1) as server:
        _ready(server)
        before, at_first = _database_bytes(found), server.memory_bytes()
        begun = time.perf_counter()
        with ThreadPoolExecutor(SPACES) as pool:
            for _ in pool.map(partial(_space, server), range(count)):
                pass
        elapsed_s = time.perf_counter() - begun
        grown, more = _database_bytes(found) - before, server.memory_bytes() - at_first
    text = postgres(postgres_statements()["unplanned"])
    values = {"wall": wall_ms(), "soon": 30_000, "patience": 20_000}
    looks = []
    with closing(found.connect()) as connection:
        for _ in range(20):
            begun = time.perf_counter()
            connection.execute(text, values).fetchall()
            looks.append(time.perf_counter() - begun)
    yield Line(f"{count:,} namespaces with a task each", f"made at {count / elapsed_s:,.0f}/s")
    yield Line("  of the database, each", f"{grown / count / 1024:.0f} KiB")
    yield Line("  memory of the server, each", f"{more / count / 1024:.1f} KiB")
    yield Line("  the sweep looks over them in", f"{statistics.median(looks) * 1000:.1f} ms")


def _space(server: Server, number: int) -> None:
    name = f"space-{number}"
    invitation = json.loads(once(refer(server, name)))["EngagementInvitationId"]
    once(start(server, invitation, name))


def _database_bytes(found: Cluster) -> int:
    with closing(found.connect()) as connection:
        [(size,)] = connection.execute("select pg_database_size(current_database())").fetchall()
    return int(size)


# --- list pages ----------------------------------------------------------------------------------


def _lists(bench: Bench, found: Cluster) -> Iterator[Line]:
    with hub(found, bench.folder, 2) as server:
        _ready(server)
        yield _least(bench, found)
        for tasks in (min(bench.sizes.tasks), max(bench.sizes.tasks)):
            bench.progress.step(f"{tasks:,} tasks on PostgreSQL")
            yield from _lists_of(bench, found, server, tasks)


def _least(bench: Bench, found: Cluster) -> Line:
    """What the floor program answers in a second, which asks no server of a database: no answer in
    Python to a signed request costs less."""
    tasks = min(bench.sizes.tasks)
    database = bench.folder / "hub-floor.db"
    floor_program.fill(tasks, str(database))
    ours, theirs = [], []
    with servers.floor(database) as floor:
        call = sign(floor.url(), LIST, {"Catalog": CATALOG, "MaxResults": PAGE})
        floor.first_answer(call)
        for _ in range(bench.sizes.rounds):
            ours.append(rate(call, bench.sizes.seconds))
            theirs.append(found.pgbench("select 1", bench.sizes.seconds))
    return rates(f"floor, list {PAGE} of {tasks:,} on SQLite", "pgbench, select 1", ours, theirs)


def _lists_of(bench: Bench, found: Cluster, server: Server, tasks: int) -> Iterator[Line]:
    name = f"listed-{tasks}"
    invitation = json.loads(once(refer(server, name)))["EngagementInvitationId"]
    once(start(server, invitation, name))
    ns = _grow(found, name, tasks)
    statement = _page(found, ns)
    document: dict[str, object] = {"Catalog": CATALOG, "MaxResults": PAGE}
    token = _last_token(server, name, tasks)
    ours: list[float] = []
    last: list[float] = []
    theirs: list[float] = []
    for _ in range(bench.sizes.rounds):
        first_call = sign(server.url(name), LIST, document)
        last_call = sign(server.url(name), LIST, {**document, "NextToken": token})
        ours.append(rate(first_call, bench.sizes.seconds))
        last.append(rate(last_call, bench.sizes.seconds))
        theirs.append(found.pgbench(statement, bench.sizes.seconds))
    yield rates(f"list {PAGE} of {tasks:,}, 2 servers", "pgbench, its SELECT", ours, theirs)
    yield rates(f"  last page of {tasks:,}", "first page", last, ours)


def _grow(found: Cluster, name: str, tasks: int) -> int:
    """A namespace's list of one task becomes one of so many; its integer."""
    with closing(found.connect()) as connection:
        [(ns,)] = connection.execute("select ns from namespace where name = %s", [name]).fetchall()
        connection.execute(
            """
            insert into task_view
            select ns, account, catalog, kind, start_at - n * 977, -n,
              'task-' || lpad(n::text, 13, '0'), status, invitation, opportunity, renderer,
              convert_to(replace(convert_from(summary, 'UTF8'), id,
                'task-' || lpad(n::text, 13, '0')), 'UTF8'), engagement, context, subject
            from task_view, generate_series(1, %s) n where ns = %s
            """,
            [tasks - 1, ns],
        )
        connection.execute("vacuum analyze task_view")
    return int(ns)


def _last_token(server: Server, name: str, tasks: int) -> object:
    token, left = None, tasks - PAGE
    while left > 0:
        asked = {"Catalog": CATALOG, "MaxResults": min(1_000, left)}
        body = {**asked, **({"NextToken": token} if token else {})}
        answer = json.loads(once(sign(server.url(name), LIST, body)))
        token, left = answer["NextToken"], left - len(answer["TaskSummaries"])
    return token


def _page(found: Cluster, ns: int) -> str:
    """The SELECT of a page, with its values in it."""
    with closing(found.connect()) as connection:
        tx = PostgresTx(None, connection, writes=False)  # type: ignore[arg-type]  # asks no numbers
        lead = (ns, ACCOUNT, CATALOG, "engagement-by-accepting-invitation-task")
        place = Place(Order("start_at", descending=False), 1)
        text, values = compose(tx, TASKS, Selection(lead), place)
        values["limit"] = PAGE + 1
    for key in sorted(values, key=len, reverse=True):
        value = values[key]
        text = text.replace(f":{key}", f"'{value}'" if isinstance(value, str) else str(value))
    return text

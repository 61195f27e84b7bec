"""The measurements of `make bench`; each takes turns with what it is measured beside."""

import compileall
import json
import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from bench import CATALOG, LIST, PAGE, ROOT, BenchError, Sizes, bare, servers
from bench import floor as floor_program
from bench.fill import RARE, grow, refer, seed, start
from bench.load import drive, once, paced, rate
from bench.report import Line, Progress, amounts, percentile, rates
from bench.servers import Server
from bench.signed import plain, sign

WALK = 1_000  # rows per call on the way to a page
PACE_S = 0.005
SWEPT_WITHIN_S = 120.0
MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a run works, how much it does and whom it tells."""

    folder: Path
    sizes: Sizes
    progress: Progress

    @property
    def state(self) -> Path:
        return self.folder / "tasks.db"


def namespace(tasks: int) -> str:
    return f"tasks-{tasks}"


# --- lists ---------------------------------------------------------------------------------------


def fill(bench: Bench) -> None:
    """A state file with a namespace for each size, and a floor database for each."""
    made = {}
    with servers.cosell(bench.state) as server:
        server.first_answer(sign(server.url(), LIST, {"Catalog": CATALOG}))
        for tasks in sorted({*bench.sizes.tasks, *bench.sizes.resets}):
            made[tasks] = seed(server, namespace(tasks))
    for tasks, seeds in made.items():
        bench.progress.step(f"filling {tasks:,} tasks")
        grow(bench.state, namespace(tasks), seeds, tasks)
        floor_program.fill(tasks, str(bench.folder / f"floor-{tasks}.db"))


def lists(bench: Bench) -> Iterator[Line]:
    """Pages of 20, signed, beside the floor program's page of as many tasks."""
    with ExitStack() as stack:
        server = stack.enter_context(servers.cosell(bench.state))
        server.first_answer(sign(server.url(), LIST, {"Catalog": CATALOG}))
        for tasks in bench.sizes.tasks:
            database = bench.folder / f"floor-{tasks}.db"
            beside = stack.enter_context(servers.floor(database))
            beside.first_answer(sign(beside.url(), LIST, {"Catalog": CATALOG}))
            yield from _lists_of(bench, server, beside, tasks)


def _lists_of(bench: Bench, server: Server, beside: Server, tasks: int) -> Iterator[Line]:
    cases = dict(_pages(server, tasks))
    for name, document in cases.items():
        _ensure_page(server, tasks, name, document)
    ours: dict[str, list[float]] = {name: [] for name in cases}
    theirs: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(bench.sizes.rounds):
        for name, document in cases.items():
            bench.progress.step(f"{tasks:,} tasks, {name}, round {number + 1}")
            call = sign(server.url(namespace(tasks)), LIST, document)
            floor_call = sign(beside.url(), LIST, {"Catalog": CATALOG, "MaxResults": PAGE})
            ours[name].append(rate(call, bench.sizes.seconds))
            theirs[name].append(rate(floor_call, bench.sizes.seconds))
    for name in cases:
        yield rates(f"list {PAGE} of {tasks:,}: {name}", "floor", ours[name], theirs[name])


def _pages(server: Server, tasks: int) -> Iterator[tuple[str, dict[str, object]]]:
    """The calls that are measured; tokens are taken by walking there."""
    first: dict[str, object] = {"Catalog": CATALOG, "MaxResults": PAGE}
    yield "first page", first
    middle = _walk(server, tasks, None, tasks // 2)
    yield "middle", {**first, "NextToken": middle}
    last = _walk(server, tasks, middle, tasks - tasks // 2 - PAGE)
    yield "last page", {**first, "NextToken": last}
    yield "a status that nearly all have", {**first, "TaskStatus": ["COMPLETE"]}
    yield f"a status of one in {RARE:,}", {**first, "TaskStatus": ["FAILED"]}


def _ensure_page(server: Server, tasks: int, name: str, document: dict[str, object]) -> None:
    """What is measured is what it is called."""
    answer = json.loads(once(sign(server.url(namespace(tasks)), LIST, document)))
    shown = {summary["TaskStatus"] for summary in answer["TaskSummaries"]}
    rows, more = len(answer["TaskSummaries"]), answer["NextToken"] is not None
    if document.get("TaskStatus") == ["FAILED"]:
        right = shown == {"FAILED"}
    else:
        right = rows == PAGE and more == (name != "last page")
    if not right:
        raise BenchError(f"the {name} of {tasks:,} tasks has {rows} rows, more: {more}")


def _walk(server: Server, tasks: int, token: str | None, rows: int) -> str | None:
    while rows > 0:
        document = {"Catalog": CATALOG, "MaxResults": min(WALK, rows)}
        if token:
            document["NextToken"] = token
        answer = json.loads(once(sign(server.url(namespace(tasks)), LIST, document)))
        rows -= len(answer["TaskSummaries"])
        token = answer["NextToken"]
        if token is None:
            raise BenchError(f"the list of {tasks:,} tasks ended {rows:,} rows early")
    return token


# --- tasks ---------------------------------------------------------------------------------------


def starts(bench: Bench) -> Iterator[Line]:
    """Start to COMPLETE, beside bare commits of the same rows."""
    state = bench.folder / "starts.db"
    rounds = bench.sizes.rounds
    each = bench.sizes.starts // rounds
    with servers.cosell(state) as server:
        server.first_answer(sign(server.url(), LIST, {"Catalog": CATALOG}))
        found = _one_start(bench, server, state)
        commits = bare.Commits(bench.folder / "before.db", found, each * rounds)
        ours, theirs = [], []
        for number in range(rounds):
            bench.progress.step(f"Start to COMPLETE, round {number + 1}")
            ours.append(_starts_per_second(server, each))
            theirs.append(commits.rate(each))
        commits.close()
    yield rates("Start to COMPLETE", f"{len(found)} rows committed bare", ours, theirs)


def _one_start(bench: Bench, server: Server, state: Path) -> list[bare.Change]:
    """What one Start changes in the state, once everything that happens once has happened."""
    before, after = bench.folder / "before.db", bench.folder / "after.db"
    invitations = [json.loads(once(refer(server)))["EngagementInvitationId"] for _ in range(2)]
    once(start(server, invitations[0]))
    bare.copy(state, before)
    once(start(server, invitations[1]))
    bare.copy(state, after)
    return bare.changes(before, after)


def _starts_per_second(server: Server, count: int) -> float:
    referral = refer(server)
    referred = drive([referral.bytes()] * count, referral.address, keep=True)
    invitations = [json.loads(body)["EngagementInvitationId"] for body in referred.bodies]
    calls = [start(server, invitation).bytes() for invitation in invitations]
    outcome = drive(calls, referral.address, keep=True)
    complete = sum(json.loads(body)["TaskStatus"] == "COMPLETE" for body in outcome.bodies)
    if complete != count:
        raise BenchError(f"{count - complete} of {count} tasks are not COMPLETE")
    return outcome.rate


# --- starting up and memory ----------------------------------------------------------------------


def launches(bench: Bench) -> Iterator[Line]:
    """Process start to first answer with a new database, and memory then and under load."""
    for sources in (ROOT / "src" / "cosell", ROOT / "bench"):
        compileall.compile_dir(sources, quiet=1)  # as an installed package is
    seen: dict[str, list[tuple[float, float, float]]] = {"cosell": [], "floor": []}
    for number in range(bench.sizes.launches):
        bench.progress.step(f"starting up, round {number + 1}")
        for name in seen:
            seen[name].append(_launch(bench, name, bench.folder / f"new-{name}-{number}.db"))
    ours, theirs = (list(zip(*seen[name], strict=True)) for name in ("cosell", "floor"))
    yield amounts("process start to first answer", "floor", "s", ours[0], theirs[0])
    yield amounts("memory after the first answer", "floor", "MB", ours[1], theirs[1])
    yield amounts("memory after a load of list calls", "floor", "MB", ours[2], theirs[2])


def _launch(bench: Bench, name: str, database: Path) -> tuple[float, float, float]:
    launched = servers.cosell if name == "cosell" else servers.floor
    with launched(database) as server:
        call = sign(server.url(), LIST, {"Catalog": CATALOG, "MaxResults": PAGE})
        elapsed_s = server.first_answer(call)
        at_first = server.memory_bytes() / MILLION
        rate(call, bench.sizes.seconds)
        return elapsed_s, at_first, server.memory_bytes() / MILLION


# --- resets --------------------------------------------------------------------------------------


def resets(bench: Bench) -> Iterator[Line]:
    """How long a reset takes, and what calls in other namespaces feel of the sweep that follows."""
    elsewhere = namespace(bench.sizes.tasks[0])
    for tasks in bench.sizes.resets:
        bench.progress.step(f"reset of {tasks:,} tasks")
        with servers.cosell(bench.state) as server:
            call = sign(server.url(elsewhere), LIST, {"Catalog": CATALOG, "MaxResults": PAGE})
            server.first_answer(call)
            _swept(bench.state, SWEPT_WITHIN_S)
            before = paced(call, bench.sizes.listen_s, PACE_S)
            url = server.url(namespace(tasks)) + "_cosell/ResetNamespace"
            begun = time.perf_counter()
            once(plain(url, {}))
            reset_ms = (time.perf_counter() - begun) * 1000
            begun, during = time.perf_counter(), []
            while not (done := _swept(bench.state, 0.0)) and time.perf_counter() < (
                begun + SWEPT_WITHIN_S
            ):
                during += paced(call, 0.25, PACE_S)
            swept_s = time.perf_counter() - begun
            yield Line(f"reset of {tasks:,} tasks", f"{reset_ms:.1f} ms")
            yield _felt(tasks, before, during or before, f"{swept_s:.1f} s" if done else "")


def _felt(tasks: int, before: list[float], during: list[float], swept: str) -> Line:
    told = f"swept in {swept}" if swept else f"still sweeping after {SWEPT_WITHIN_S:.0f} s"
    shown = [
        f"{statistics.median(waits) * 1000:.2f} / {percentile(waits, 0.99) * 1000:.2f} ms"
        for waits in (during, before)
    ]
    cost = percentile(during, 0.99) / percentile(before, 0.99)
    return Line(f"p50 / p99 elsewhere meanwhile ({told})", shown[0], f"before {shown[1]}", cost)


def _swept(database: Path, patience_s: float) -> bool:
    """Whether no rows of a lost namespace are left; waits a while for that."""
    until = time.perf_counter() + patience_s
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        while db.execute("select count(*) from retired").fetchone()[0]:
            if time.perf_counter() >= until:
                return False
            time.sleep(0.05)
    return True

"""One opportunity: created and updated beside bare commits of the same rows, read beside the floor
program's read of the same answer."""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import CATALOG, LIST, BenchError, bare, servers
from bench import floor as floor_program
from bench.load import drive, once, rate
from bench.measures import Bench
from bench.report import Line, rates
from bench.resources import Document, Maker, opportunity
from bench.servers import Server
from bench.signed import Request, sign

# What clients leave out when they send an opportunity back.
ROUND_TRIP = ("Arn", "CreatedDate", "Id", "OpportunityTeam", "RelatedEntityIdentifiers")


def writes(bench: Bench) -> Iterator[Line]:
    """Create and update, each beside bare commits of its rows; then get, beside the floor."""
    state = bench.folder / "writes.db"
    each = max(1, bench.sizes.writes // bench.sizes.rounds)
    with servers.cosell(state) as server:
        server.first_answer(sign(server.url(), LIST, {"Catalog": CATALOG}))
        Maker(server, "").opportunity()  # what happens once has happened
        yield _beside_commits(bench, state, "CreateOpportunity", lambda n: _creations(server, n))
        updates = _Updates(server, each * bench.sizes.rounds + 1)
        yield _beside_commits(bench, state, "UpdateOpportunity", updates.take)
        yield _read(bench, server)


def _beside_commits(
    bench: Bench, state: Path, name: str, calls: Callable[[int], Sequence[Request]]
) -> Line:
    """So many calls a round, and as many commits of the rows that one of them writes."""
    rounds = bench.sizes.rounds
    each = max(1, bench.sizes.writes // rounds)
    before, after = bench.folder / f"{name}-before.db", bench.folder / f"{name}-after.db"
    [first] = calls(1)
    bare.copy(state, before)
    once(first)
    bare.copy(state, after)
    found = bare.changes(before, after)
    commits = bare.Commits(before, found, each * rounds)
    ours, theirs = [], []
    for number in range(rounds):
        bench.progress.step(f"{name}, round {number + 1}")
        ready = [call.bytes() for call in calls(each)]
        ours.append(drive(ready, first.address).rate)
        theirs.append(commits.rate(each))
    commits.close()
    return rates(name, f"{len(found)} rows committed bare", ours, theirs)


def _creations(server: Server, count: int) -> list[Request]:
    requests = (
        {"Catalog": CATALOG, "ClientToken": str(uuid.uuid4()), **opportunity()}
        for _ in range(count)
    )
    return [sign(server.url(), "CreateOpportunity", request) for request in requests]


class _Updates:
    """Updates of opportunities that were made for it, each of one of its own."""

    def __init__(self, server: Server, count: int) -> None:
        self._server = server
        calls = [call.bytes() for call in _creations(server, count)]
        made = drive(calls, ("127.0.0.1", server.port), keep=True)
        self._made = [json.loads(body) for body in made.bodies]

    def take(self, count: int) -> list[Request]:
        return [self._update(self._made.pop()) for _ in range(count)]

    def _update(self, made: Document) -> Request:
        """Another title and other next steps."""
        changed: dict[str, Any] = opportunity()
        changed["Project"]["Title"] = "Web shop and warehouse on AWS"
        changed["LifeCycle"]["NextSteps"] = "Meet the customer"
        changed["Marketing"] = {"Source": "None"}
        return sign(
            self._server.url(),
            "UpdateOpportunity",
            {
                **changed,
                "Catalog": CATALOG,
                "Identifier": made["Id"],
                "LastModifiedDate": made["LastModifiedDate"],
            },
        )


def _read(bench: Bench, server: Server) -> Line:
    """GetOpportunity, beside the same answer from the floor program's table by its key."""
    id = Maker(server, "").opportunity()
    request = {"Catalog": CATALOG, "Identifier": id}
    call = sign(server.url(), "GetOpportunity", request)
    database = bench.folder / "floor-get.db"
    floor_program.keep(str(database), id, once(call))
    ours, theirs = [], []
    with servers.floor(database) as beside:
        beside_call = sign(beside.url(), "GetOpportunity", request)
        beside.first_answer(beside_call)
        if once(beside_call) != once(call):
            raise BenchError("the floor program's GetOpportunity answers something else")
        for number in range(bench.sizes.rounds):
            bench.progress.step(f"GetOpportunity, round {number + 1}")
            ours.append(rate(call, bench.sizes.seconds))
            theirs.append(rate(beside_call, bench.sizes.seconds))
    return rates("GetOpportunity", "floor", ours, theirs)

"""Calls that come at the same time, from threads of their own, and what became of them.

Must not know what a test expects.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from tests.foreign import Attempt
from tests.harness import ACCOUNT, Reply, World

CATALOG = {"Catalog": "Sandbox"}
DONE = "done"


def at_once(calls: Sequence[Callable[[], Reply]]) -> list[Reply]:
    """What each call is answered; none begins before all are ready."""
    ready = Barrier(len(calls))

    def ask(call: Callable[[], Reply]) -> Reply:
        ready.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(ask, calls))


def asks(
    world: World, operation: str, bodies: Sequence[Any], account: str = ACCOUNT
) -> list[Callable[[], Reply]]:
    """Calls of one operation by an account."""
    sender = Attempt(world, account)
    return [
        lambda body=body: sender.send(operation, {**CATALOG, **body})  # type: ignore[misc]
        for body in bodies
    ]


def outcome(reply: Reply) -> str:
    """What became of a call: done, or the code of its refusal, of the field's if it has one."""
    if reply.status == 200:
        return DONE
    errors = reply.document.get("ErrorList") or [{"Code": reply.document["__type"]}]
    return str(errors[0]["Code"])


def outcomes(replies: Sequence[Reply]) -> dict[str, int]:
    return dict(Counter(map(outcome, replies)))


def together(world: World, operation: str, bodies: Sequence[Any]) -> dict[str, int]:
    """How often which outcome came of the calls of one operation."""
    return outcomes(at_once(asks(world, operation, bodies)))


def jobs(world: World) -> list[Any]:
    return list(
        world.client().list_resource_snapshot_jobs(**CATALOG)["ResourceSnapshotJobSummaries"]
    )

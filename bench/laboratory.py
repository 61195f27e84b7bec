"""What a test pays for its world: a fresh one, and a fork of a scene. In this process, in memory.

`make bench ARGS="--only laboratory"`. Beside each figure stands the bound that it is held to.
"""

import statistics
import time
from collections.abc import Callable, Iterator

from bench import ACCOUNT, BenchError
from bench.measures import Bench
from bench.report import Line
from bench.resources import opportunity
from cosell.testing.world import World

RESOURCES = 1_000
DEALS = RESOURCES // 10  # each an invitation, an engagement, an opportunity, a task and a job
FRESH_MS_MAX = 2.0
FORK_MS_MAX = 20.0
_CATALOG = {"Catalog": "Sandbox"}


def laboratory(bench: Bench) -> Iterator[Line]:
    """Medians of many; each world is used, and closed before the next begins."""
    bench.progress.step("fresh worlds")
    fresh = _timed(bench.sizes.worlds, _touch)
    yield _line("a fresh world, in process", fresh, FRESH_MS_MAX)
    bench.progress.step(f"forks of {RESOURCES:,} resources")
    with World() as scene:
        _fill(scene)
        forks = _timed(bench.sizes.worlds // 5, lambda fork: _fork(scene, fork))
    yield _line(f"a fork of {RESOURCES:,} resources, in process", forks, FORK_MS_MAX)


def _line(measure: str, times_ms: list[float], bound_ms: float) -> Line:
    return Line(measure, f"{statistics.median(times_ms):.2f} ms", f"bound {bound_ms:g} ms")


def _touch(world: World) -> None:
    world.desk("PutPace", Mode="Inline")


def _fork(scene: World, world: World) -> None:
    world.desk("ForkNamespace", Source=scene.name)


def _timed(count: int, begin: Callable[[World], None]) -> list[float]:
    """How long it takes until there is a world that can be used, in milliseconds."""
    times = []
    for _ in range(count):
        before = time.perf_counter()
        with World() as world:
            begin(world)
            times.append((time.perf_counter() - before) * 1_000)
    return times


def _fill(scene: World) -> None:
    """A scene of so many resources, as an integration sees them."""
    partner, aws = scene.caller(), scene.desk
    for number in range(DEALS):
        referred = aws("ReferOpportunity", ReceiverAccountId=ACCOUNT, **_CATALOG)
        partner(
            "StartEngagementByAcceptingInvitationTask",
            ClientToken=f"deal-{number}",
            Identifier=referred.EngagementInvitationId,
            **_CATALOG,
        )
    for number in range(RESOURCES - 5 * DEALS):
        partner("CreateOpportunity", ClientToken=f"draft-{number}", **_CATALOG, **opportunity())
    listed = partner("ListOpportunities", MaxResults=100, **_CATALOG)
    if listed.NextToken is None:
        raise BenchError("the scene is smaller than it is called")

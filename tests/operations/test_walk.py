"""A walk over a thousand tasks while others are being started, and over tasks of one instant."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.harness import World
from tests.scenes import LIST, ids_of, page, started, walked

TASKS = 1_000
THREADS = 4
ASCENDING = {"SortBy": "StartTime", "SortOrder": "ASCENDING"}


def make(world: World, count: int) -> list[Any]:
    """That many finished tasks, started by several threads at once."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda _: started_raw(world), range(count)))


def started_raw(world: World) -> Any:
    """A task on a referral of its own, with no SDK in between."""
    invitation = world.referred()["EngagementInvitationId"]
    token = f"token-{invitation}"
    body = {"Catalog": "Sandbox", "ClientToken": token, "Identifier": invitation}
    reply = world.post("StartEngagementByAcceptingInvitationTask", body)
    assert reply.status == 200
    return reply.document


class Starter:
    """Starts tasks, one after the other, as long as the block lasts; at least one each time that
    `more` is called, so that a walk cannot be over before anything happened beside it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stop = threading.Event()
        self._one_more = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run)
        self.made: list[str] = []

    def __enter__(self) -> "Starter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.made.append(started_raw(self._world)["TaskId"])
            self._one_more.release()

    def more(self) -> None:
        assert self._one_more.acquire(timeout=30)


def ensure_each_once(world: World, order: str, filters: dict[str, Any]) -> None:
    """Walk in pages of a hundred while others start: all that were there before, exactly once;
    later ones at most once."""
    before = set(ids_of(walked(world.client(), 1000)))
    pages = world.client().get_paginator(LIST).paginate(
        Catalog="Sandbox",
        Sort={"SortBy": "StartTime", "SortOrder": order},
        PaginationConfig={"PageSize": 100},
        **filters,
    )  # fmt: skip
    seen: list[str] = []
    with Starter(world) as starter:
        for one in pages:
            seen += ids_of(one["TaskSummaries"])
            starter.more()
    assert len(seen) == len(set(seen))
    assert before <= set(seen) <= before | set(starter.made)
    assert len(starter.made) >= TASKS // 100


def test_list_tasks_of_a_thousand_walked_while_others_start_shows_each_once(world: World) -> None:
    made = make(world, TASKS)
    assert {task["TaskStatus"] for task in made} == {"COMPLETE"}
    whole = page(world.client(), MaxResults=1000)
    assert set(ids_of(whole["TaskSummaries"])) == set(ids_of(made))
    assert len(whole["TaskSummaries"]) == TASKS
    assert "NextToken" not in whole
    for order in ("ASCENDING", "DESCENDING"):
        for filters in ({}, {"TaskStatus": ["COMPLETE", "IN_PROGRESS", "FAILED"]}):
            ensure_each_once(world, order, filters)


def test_list_tasks_without_max_results_has_fifty_to_a_page(world: World) -> None:
    make(world, 51)
    answer = page(world.client())
    assert len(answer["TaskSummaries"]) == 50
    rest = page(world.client(), NextToken=answer["NextToken"])
    assert len(rest["TaskSummaries"]) == 1
    assert "NextToken" not in rest


def test_list_tasks_of_one_instant_keeps_the_order_of_starting(world: World) -> None:
    world.desk("PutClock", Time="2024-02-29T12:00:00Z", Frozen=True)
    made = [started(world) for _ in range(7)]
    assert len({task["StartTime"] for task in made}) == 1
    partner = world.client()
    for size in (1, 2, 3, 7):
        assert walked(partner, size) == made[::-1]
        assert walked(partner, size, Sort=ASCENDING) == made
        assert walked(partner, size, TaskStatus=["COMPLETE", "FAILED"]) == made[::-1]


def test_list_tasks_of_one_instant_walked_while_others_start_loses_nothing(world: World) -> None:
    world.desk("PutClock", Frozen=True)
    before = ids_of([started_raw(world) for _ in range(20)])
    seen: list[str] = []
    pages = world.client().get_paginator(LIST).paginate(
        Catalog="Sandbox", Sort=ASCENDING, PaginationConfig={"PageSize": 3}
    )  # fmt: skip
    later: list[str] = []
    for one in pages:
        seen += ids_of(one["TaskSummaries"])
        if len(later) < 5:
            later.append(started_raw(world)["TaskId"])
    assert seen == before + later

"""The lists of the other kinds of tasks: which of them a request selects, in which order, in which
pages; and that nobody sees another's.

The oracle is the whole list, filtered and sorted here.
"""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from tests.engaging import engaged, lead
from tests.harness import ACCOUNT, OTHER, Server, World
from tests.refusal import refusal
from tests.tasking import CONVERTING, SANDBOX, SUBMITTING, Kind, prospect

BEGUN = datetime(2030, 1, 1, tzinfo=UTC)
UNKNOWN = {
    "TaskIdentifier": "task-0000000000000",
    "OpportunityIdentifier": "O9999999999999999999",
    "EngagementIdentifier": "eng-00000000000000",
    "ContextIdentifier": "77",
    "TaskStatus": "IN_PROGRESS",
}
FIELDS = {
    "TaskIdentifier": "TaskId",
    "OpportunityIdentifier": "OpportunityId",
    "EngagementIdentifier": "EngagementId",
    "ContextIdentifier": "ContextId",
    "TaskStatus": "TaskStatus",
}


class Crowd(NamedTuple):
    """A world with tasks of a kind, and all of them as they are listed, newest first."""

    world: World
    kind: Kind
    tasks: list[Any]

    @property
    def filters(self) -> list[str]:
        has_context = self.kind is CONVERTING
        return [name for name in FIELDS if has_context or name != "ContextIdentifier"]

    def selected(self, filters: dict[str, list[str]]) -> list[Any]:
        """What filters select: OR within one, AND between them."""
        return [
            task
            for task in self.tasks
            if all(task.get(FIELDS[name]) in values for name, values in filters.items())
        ]

    def values(self, name: str) -> list[str]:
        return sorted({task[FIELDS[name]] for task in self.tasks if FIELDS[name] in task})


@pytest.fixture(scope="module", params=["converting", "submitting"])
def crowd(server: Server, request: pytest.FixtureRequest) -> Crowd:
    """Complete ones, one that failed early, one that failed late, and another account's."""
    kind = {"converting": CONVERTING, "submitting": SUBMITTING}[request.param]
    world = World(server)
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    for step in (None, 0, None, -1, None):
        world.desk("AdvanceClock", Seconds=60)
        if step is not None:
            fault = {"Step": kind.steps[step], "ReasonCode": "InternalError"}
            world.desk("PutTaskFault", **fault)
        kind.started(world)
    members = kind.prepare(world)
    if kind is CONVERTING:  # a context "3" as well, and an engagement of two tasks
        kind.start(world, **members)
    kind.start(world, **members)
    kind.started(world, OTHER)
    kind.started(world, Catalog="AWS", **kind.prepare(world, catalog="AWS"))
    return Crowd(world, kind, kind.listed(world))


# --- one thing: conversions and submissions ------------------------------------------------------


def test_list_shows_the_callers_own_of_the_catalog_newest_first(crowd: Crowd) -> None:
    starts = [task["StartTime"] for task in crowd.tasks]
    assert len(starts) == (7 if crowd.kind is CONVERTING else 6)
    assert starts == sorted(starts, reverse=True)
    assert len(crowd.kind.listed(crowd.world, OTHER)) == 1
    assert len(crowd.kind.listed(crowd.world, Catalog="AWS")) == 1
    assert crowd.kind.listed(crowd.world, OTHER, Catalog="AWS") == []


def test_list_selects_by_each_filter_alone(crowd: Crowd) -> None:
    for name in crowd.filters:
        for value in [*crowd.values(name), UNKNOWN[name]]:
            filters: dict[str, Any] = {name: [value]}
            assert crowd.kind.listed(crowd.world, **filters) == crowd.selected(filters), name


def test_list_selects_by_any_two_filters(crowd: Crowd) -> None:
    for one, other in itertools.combinations(crowd.filters, 2):
        for first, second in itertools.product(crowd.values(one)[:3], crowd.values(other)[:3]):
            filters: dict[str, Any] = {
                one: [first, UNKNOWN[one]],
                other: [UNKNOWN[other], second],
            }
            assert crowd.kind.listed(crowd.world, **filters) == crowd.selected(filters)


def test_list_takes_arns_where_the_model_does(crowd: Crowd) -> None:
    task = crowd.tasks[0]
    base = "arn:aws:partnercentral:us-east-1::catalog/"
    engagement = f"{base}Sandbox/engagement/{task['EngagementId']}"
    cases: list[tuple[dict[str, Any], list[Any]]] = [
        ({"TaskIdentifier": [task["TaskArn"]]}, [task]),
        ({"TaskIdentifier": [task["TaskArn"].replace("Sandbox", "AWS")]}, []),
        ({"EngagementIdentifier": [engagement]}, crowd.selected(
            {"EngagementIdentifier": [task["EngagementId"]]}
        )),
        ({"EngagementIdentifier": [engagement.replace("Sandbox", "AWS")]}, []),
    ]  # fmt: skip
    for filters, expected in cases:
        assert crowd.kind.listed(crowd.world, **filters) == expected


@pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
def test_list_in_pages_shows_each_once_in_order(crowd: Crowd, order: str) -> None:
    partner = crowd.world.client()
    paginator = partner.get_paginator(crowd.kind.list_name)
    expected = crowd.tasks if order == "DESCENDING" else crowd.tasks[::-1]
    for size in (1, 2, 100):
        pages = paginator.paginate(
            **SANDBOX,
            Sort={"SortBy": "StartTime", "SortOrder": order},
            PaginationConfig={"PageSize": size},
        )
        assert [task for page in pages for task in page["TaskSummaries"]] == expected


def test_list_shows_each_task_as_start_answered_it(crowd: Crowd) -> None:
    for task in crowd.tasks:
        [again] = crowd.kind.listed(crowd.world, TaskIdentifier=[task["TaskId"]])
        assert again == task
    failed = [task for task in crowd.tasks if task["TaskStatus"] == "FAILED"]
    assert len(failed) == 2
    assert {task["ReasonCode"] for task in failed} == {"InternalError"}


def test_list_with_a_token_of_another_kinds_list_is_refused(crowd: Crowd) -> None:
    partner = crowd.world.client()
    token = getattr(partner, crowd.kind.list_name)(**SANDBOX, MaxResults=1)["NextToken"]
    for kind in (CONVERTING, SUBMITTING):
        if kind is not crowd.kind:
            told = refusal(getattr(partner, kind.list_name), **SANDBOX, NextToken=token)
            assert told.fields == [("nextToken", "INVALID_VALUE")]


@pytest.mark.parametrize("kind", [CONVERTING, SUBMITTING], ids=["converting", "submitting"])
def test_list_without_anything_asked_is_empty(world: World, kind: Kind) -> None:
    assert kind.listed(world) == []


# --- prospecting ---------------------------------------------------------------------------------


class Campaign(NamedTuple):
    """A world with prospecting tasks, and all of them as they are listed, newest first."""

    world: World
    tasks: list[Any]


def page(world: World, account: str = ACCOUNT, **members: Any) -> Any:
    asked = {**SANDBOX, **members}
    return world.client(account).list_prospecting_from_engagement_tasks(**asked)


@pytest.fixture(scope="module")
def campaign(server: Server) -> Campaign:
    """Nine tasks, a minute apart, of three names and with none to two failures."""
    world = World(server)
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    good, bad = engaged(world, lead())["Id"], [f"eng-{number:014}" for number in range(2)]
    for number in range(9):
        world.desk("AdvanceClock", Seconds=60)
        known = [good] if number < 4 else []  # each leaves a context: there is room for five
        name = ("spring", "Autumn", "winter \u00e9")[number % 3]
        prospect(world, *known, *bad[: number % 3], TaskName=name)
    prospect(world, account=OTHER, TaskName="spring")
    prospect(world, Catalog="AWS", TaskName="spring")
    return Campaign(world, page(world)["TaskSummaries"])


def test_list_of_prospecting_counts_the_outcomes(campaign: Campaign) -> None:
    assert len(campaign.tasks) == 9
    counts = [
        tuple(task[f"{what}EngagementCount"] for what in ("Total", "Completed", "Failed"))
        for task in campaign.tasks[::-1]
    ]
    assert counts == [
        (1, 1, 0), (2, 1, 1), (3, 1, 2), (1, 1, 0), (1, 0, 1), (2, 0, 2), (0, 0, 0), (1, 0, 1),
        (2, 0, 2),
    ]  # fmt: skip
    assert all(task["EndTime"] == task["StartTime"] for task in campaign.tasks)
    assert len(page(campaign.world, OTHER)["TaskSummaries"]) == 1


SORTS: dict[str, Callable[[Any], Any]] = {
    "StartTime": lambda task: task["StartTime"],
    "TaskName": lambda task: task["TaskName"],
    "FailedEngagementCount": lambda task: task["FailedEngagementCount"],
}


@pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
@pytest.mark.parametrize("by", SORTS)
def test_list_of_prospecting_is_sorted_and_paged(campaign: Campaign, by: str, order: str) -> None:
    oldest_first = campaign.tasks[::-1]
    expected = sorted(oldest_first, key=SORTS[by])
    if order == "DESCENDING":
        expected = sorted(campaign.tasks, key=SORTS[by], reverse=True)
    sort = {"SortBy": by, "SortOrder": order}
    for size in (1, 4, 100):
        seen: list[Any] = []
        answer = page(campaign.world, Sort=sort, MaxResults=size)
        while "NextToken" in answer:
            seen += answer["TaskSummaries"]
            answer = page(campaign.world, Sort=sort, MaxResults=size, NextToken=answer["NextToken"])
        assert seen + answer["TaskSummaries"] == expected, size


def test_list_of_prospecting_selects_by_id_and_name(campaign: Campaign) -> None:
    ids = [task["TaskId"] for task in campaign.tasks[2:5]]
    for filters in (
        {"TaskIdentifier": [*ids, "task-00000000000000"]},
        {"TaskName": ["spring", "nobody"]},
        {"TaskName": ["winter \u00e9", "Autumn"]},
        {"TaskName": ["SPRING"]},
        {"TaskIdentifier": ids, "TaskName": ["spring"]},
    ):
        expected = [
            task
            for task in campaign.tasks
            if task["TaskId"] in filters.get("TaskIdentifier", [task["TaskId"]])
            and task["TaskName"] in filters.get("TaskName", [task["TaskName"]])
        ]
        for sort in SORTS:
            order = {"SortBy": sort, "SortOrder": "ASCENDING"}
            found = page(campaign.world, Sort=order, **filters)["TaskSummaries"]
            assert found == sorted([*reversed(expected)], key=SORTS[sort]), filters


def test_list_of_prospecting_with_empty_filters_shows_all(campaign: Campaign) -> None:
    found = page(campaign.world, TaskIdentifier=[], TaskName=[])["TaskSummaries"]
    assert found == campaign.tasks


@pytest.mark.parametrize(
    ("after", "before"),
    [(None, 180), (180, None), (120, 300), (180, 180), (179, 181), (600, None), (None, 60)],
)
def test_list_of_prospecting_selects_by_start(
    campaign: Campaign, after: int | None, before: int | None
) -> None:
    """A task that began at the instant itself began neither after nor before it."""
    bounds: dict[str, Any] = {
        name: BEGUN + timedelta(seconds=seconds)
        for name, seconds in (("StartAfter", after), ("StartBefore", before))
        if seconds is not None
    }
    expected = [
        task
        for task in campaign.tasks
        if bounds.get("StartAfter", BEGUN) < task["StartTime"]
        and task["StartTime"] < bounds.get("StartBefore", BEGUN + timedelta(days=1))
    ]
    assert page(campaign.world, **bounds)["TaskSummaries"] == expected
    named = page(campaign.world, **bounds, TaskName=["spring"])["TaskSummaries"]
    assert named == [task for task in expected if task["TaskName"] == "spring"]


def test_list_of_prospecting_shows_twenty_unless_asked_otherwise(world: World) -> None:
    for _ in range(21):
        prospect(world)
    assert len(page(world)["TaskSummaries"]) == 20
    assert len(page(world, MaxResults=100)["TaskSummaries"]) == 21
    told = refusal(world.client().list_prospecting_from_engagement_tasks, **SANDBOX, MaxResults=101)
    assert told.fields == [("maxResults", "VALUE_OUT_OF_RANGE")]


def test_list_of_prospecting_has_no_end_while_the_task_is_at_work(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    prospect(world, "eng-00000000000000")
    [task] = page(world)["TaskSummaries"]
    assert "EndTime" not in task
    assert (task["TotalEngagementCount"], task["FailedEngagementCount"]) == (1, 0)

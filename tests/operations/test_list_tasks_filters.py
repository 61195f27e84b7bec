"""ListEngagementByAcceptingInvitationTasks: which tasks a request selects, and in which order.

The oracle is the whole list, filtered here; each case is one rule of the operation's page.
"""

import itertools
from typing import Any, NamedTuple

import pytest

from tests.harness import ACCOUNT, OTHER, Server, World
from tests.scenes import ids_of, listed, page, start, started, walked

UNKNOWN_TASK, UNKNOWN_OPPORTUNITY = "task-0000000000000", "O9999999999999999999"
UNKNOWN_INVITATION = "engi-0000000000000"
ARN = "arn:aws:partnercentral:us-east-1::catalog/{}/{}/{}"
TASK_KIND = "engagement-by-accepting-invitation-task"
INVITATION_KIND = "engagement-invitation"
FIELDS = {
    "TaskIdentifier": "TaskId",
    "EngagementInvitationIdentifier": "EngagementInvitationId",
    "OpportunityIdentifier": "OpportunityId",
    "TaskStatus": "TaskStatus",
}


class Crowd(NamedTuple):
    """A world with tasks in every state, and all of them as they are listed, newest first."""

    world: World
    partner: Any
    tasks: list[Any]

    def selected(self, filters: dict[str, list[str]]) -> list[str]:
        """What the page says that filters select: OR within one, AND between them."""
        return [
            task["TaskId"]
            for task in self.tasks
            if all(task.get(FIELDS[name]) in values for name, values in filters.items())
        ]

    def found(self, **filters: list[str]) -> list[str]:
        return ids_of(listed(self.partner, **filters))


def values_of(crowd: Crowd, name: str) -> set[str]:
    """Every value that a filter can select a task of the crowd by."""
    member = FIELDS[name]
    return {task[member] for task in crowd.tasks if member in task}


@pytest.fixture(scope="module")
def crowd(server: Server) -> Crowd:
    """Three COMPLETE, two FAILED (one before its opportunity was there, one after), two on one
    invitation, two IN_PROGRESS; and tasks of others that nobody here may see."""
    world = World(server)
    partner = world.client()
    for _ in range(2):
        started(world)
    for step in ("CreateOpportunity", "CreateResourceSnapshot"):
        world.desk("PutTaskFault", Step=step, ReasonCode="InternalError")
        failed = started(world)
    start(partner, failed["EngagementInvitationId"])
    world.desk("PutPace", Mode="Held")
    for _ in range(2):
        started(world)
    started(world, OTHER)
    started(world, catalog="AWS")
    tasks = listed(partner)
    assert sorted(task["TaskStatus"] for task in tasks) == [
        "COMPLETE", "COMPLETE", "COMPLETE", "FAILED", "FAILED", "IN_PROGRESS", "IN_PROGRESS",
    ]  # fmt: skip
    return Crowd(world, partner, tasks)


# --- order ---------------------------------------------------------------------------------------


def test_list_tasks_without_sort_is_newest_first(world: World) -> None:
    made = [started(world) for _ in range(5)]
    assert listed(world.client()) == made[::-1]


@pytest.mark.parametrize(("order", "step"), [("ASCENDING", 1), ("DESCENDING", -1)])
def test_list_tasks_with_a_sort_is_in_that_order(world: World, order: str, step: int) -> None:
    made = [started(world) for _ in range(5)]
    sort = {"SortBy": "StartTime", "SortOrder": order}
    assert listed(world.client(), Sort=sort) == made[::step]


# --- each filter alone ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIELDS)
def test_list_tasks_by_each_value_alone_selects_what_has_it(crowd: Crowd, name: str) -> None:
    values = values_of(crowd, name)
    assert len(values) > 1
    for value in values:
        assert crowd.found(**{name: [value]}) == crowd.selected({name: [value]}) != []


def test_list_tasks_by_a_task_arn_selects_that_task(crowd: Crowd) -> None:
    for task in crowd.tasks:
        assert listed(crowd.partner, TaskIdentifier=[task["TaskArn"]]) == [task]


def test_list_tasks_by_an_invitation_arn_selects_its_tasks(crowd: Crowd) -> None:
    for id in {task["EngagementInvitationId"] for task in crowd.tasks}:
        arn = ARN.format("Sandbox", INVITATION_KIND, id)
        expected = crowd.selected({"EngagementInvitationIdentifier": [id]})
        assert crowd.found(EngagementInvitationIdentifier=[arn]) == expected


@pytest.mark.parametrize("name", FIELDS)
def test_list_tasks_by_several_values_selects_what_has_any(crowd: Crowd, name: str) -> None:
    values = sorted(values_of(crowd, name))
    for pair in itertools.permutations(values, 2):
        assert crowd.found(**{name: list(pair)}) == crowd.selected({name: list(pair)})


@pytest.mark.parametrize("name", FIELDS)
def test_list_tasks_by_a_value_twice_selects_it_once(crowd: Crowd, name: str) -> None:
    value = sorted(values_of(crowd, name))[0]
    assert crowd.found(**{name: [value] * 3}) == crowd.selected({name: [value]})


def test_list_tasks_by_an_id_and_its_arn_selects_it_once(crowd: Crowd) -> None:
    task = crowd.tasks[0]
    asked = [task["TaskId"], task["TaskArn"], task["TaskId"]]
    assert listed(crowd.partner, TaskIdentifier=asked) == [task]
    invitation = task["EngagementInvitationId"]
    both = [invitation, ARN.format("Sandbox", INVITATION_KIND, invitation)]
    assert listed(crowd.partner, EngagementInvitationIdentifier=both) == [task]


def test_list_tasks_by_every_status_selects_all(crowd: Crowd) -> None:
    statuses = ["FAILED", "IN_PROGRESS", "COMPLETE"]
    assert crowd.found(TaskStatus=statuses) == ids_of(crowd.tasks)


def test_list_tasks_by_opportunity_finds_no_task_that_failed_before_it(world: World) -> None:
    referred = world.referred()
    world.desk("PutTaskFault", Step="CreateOpportunity", ReasonCode="OpportunityConflict")
    partner = world.client()
    start(partner, referred["EngagementInvitationId"])
    asked = {"OpportunityIdentifier": [referred["OpportunityId"]]}
    assert listed(partner, **asked) == []
    resumed = start(partner, referred["EngagementInvitationId"])
    assert listed(partner, **asked) == [resumed]


def test_list_tasks_by_opportunity_finds_a_task_in_progress(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    task = started(world)
    assert task["TaskStatus"] == "IN_PROGRESS"
    assert listed(world.client(), OpportunityIdentifier=[task["OpportunityId"]]) == [task]


def test_list_tasks_by_status_follows_the_task(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    task, partner = started(world), world.client()
    assert listed(partner, TaskStatus=["IN_PROGRESS"]) == [task]
    world.desk("AdvanceTask", Catalog="Sandbox", TaskIdentifier=task["TaskId"], Steps=5)
    assert listed(partner, TaskStatus=["IN_PROGRESS", "FAILED"]) == []
    [after] = listed(partner, TaskStatus=["COMPLETE"])
    assert after["TaskId"] == task["TaskId"]


# --- what matches nothing ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TaskIdentifier", UNKNOWN_TASK),
        ("EngagementInvitationIdentifier", UNKNOWN_INVITATION),
        ("OpportunityIdentifier", UNKNOWN_OPPORTUNITY),
    ],
)
def test_list_tasks_by_an_id_that_nobody_knows_selects_nothing(
    crowd: Crowd, name: str, value: str
) -> None:
    assert crowd.found(**{name: [value]}) == []
    known = crowd.tasks[0][FIELDS[name]]  # the newest has one of each
    assert crowd.found(**{name: [value, known]}) == crowd.selected({name: [known]})


def test_list_tasks_by_an_arn_of_something_else_selects_nothing(crowd: Crowd) -> None:
    task = crowd.tasks[0]
    id, invitation = task["TaskId"], task["EngagementInvitationId"]
    strange = [
        ARN.format("AWS", TASK_KIND, id),
        ARN.format("Sandbox", INVITATION_KIND, id),
        ARN.format("Sandbox", "engagement-from-opportunity-task", id),
        task["TaskArn"].replace("us-east-1::", f"us-east-1:{ACCOUNT}:"),
        task["TaskArn"].replace("us-east-1", "eu-west-1"),
        task["TaskArn"] + "/",
        "arn:" + id,
        "arn:",
    ]
    for arn in strange:
        assert crowd.found(TaskIdentifier=[arn]) == [], arn
    assert crowd.found(TaskIdentifier=[*strange, id]) == [id]
    arn = ARN.format("AWS", INVITATION_KIND, invitation)
    assert crowd.found(EngagementInvitationIdentifier=[arn]) == []
    assert crowd.found(EngagementInvitationIdentifier=[task["TaskArn"]]) == []


def test_list_tasks_of_nobody_is_empty_and_has_no_token(world: World) -> None:
    answer = page(world.client())
    assert answer["TaskSummaries"] == []
    assert "NextToken" not in answer


# --- whose they are ------------------------------------------------------------------------------


def test_list_tasks_of_two_accounts_are_apart(world: World) -> None:
    mine, theirs = started(world), started(world, OTHER)
    assert listed(world.client()) == [mine]
    assert listed(world.client(OTHER)) == [theirs]
    for task, account in ((mine, OTHER), (theirs, ACCOUNT)):
        for name, member in FIELDS.items():
            found = ids_of(listed(world.client(account), **{name: [task[member]]}))
            assert task["TaskId"] not in found


def test_list_tasks_of_two_namespaces_are_apart(world: World) -> None:
    task, other = started(world), World(world.server)
    assert listed(other.client(), TaskIdentifier=[task["TaskId"]]) == []
    assert listed(other.client()) == []


def test_list_tasks_of_two_catalogs_are_apart(world: World) -> None:
    sandbox, real = started(world), started(world, catalog="AWS")
    partner = world.client()
    assert listed(partner, Catalog="Sandbox") == [sandbox]
    assert listed(partner, Catalog="AWS") == [real]
    assert listed(partner, Catalog="AWS", TaskIdentifier=[sandbox["TaskId"]]) == []


# --- combinations --------------------------------------------------------------------------------


def choices(crowd: Crowd) -> list[dict[str, list[str]]]:
    """Every combination of no filter, one value, and several values, for each of the four."""
    first, second = crowd.tasks[0], crowd.tasks[3]
    several = {
        "TaskIdentifier": [UNKNOWN_TASK, *ids_of(crowd.tasks[1:6])],
        "EngagementInvitationIdentifier": [
            first["EngagementInvitationId"],
            UNKNOWN_INVITATION,
            crowd.tasks[-1]["EngagementInvitationId"],
        ],
        "OpportunityIdentifier": [
            task["OpportunityId"] for task in crowd.tasks if "OpportunityId" in task
        ],
        "TaskStatus": ["FAILED", "COMPLETE"],
    }
    options = [
        [{}, {name: [second[field]]}, {name: values}]
        for (name, field), values in zip(FIELDS.items(), several.values(), strict=True)
    ]
    return [
        dict(itertools.chain(*(one.items() for one in chosen)))
        for chosen in itertools.product(*options)
    ]


@pytest.mark.parametrize("order", ["ASCENDING", "DESCENDING"])
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_list_tasks_with_any_filters_pages_through_what_they_select(
    crowd: Crowd, order: str, size: int
) -> None:
    sort = {"SortBy": "StartTime", "SortOrder": order}
    met = 0
    for filters in choices(crowd):
        expected = crowd.selected(filters)[:: 1 if order == "DESCENDING" else -1]
        found = ids_of(walked(crowd.partner, size, Sort=sort, **filters))
        assert found == expected, filters
        met += bool(expected)
    assert met > 20  # the oracle says something in a good part of the cases

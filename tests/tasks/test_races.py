"""Starts that come at the same time: what must have happened once has happened once, whoever was
first. Many Starts on one invitation: test_tokens.py.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from tests.engaging import engaged, lead
from tests.harness import Reply, World, answered
from tests.racing import CATALOG, asks, at_once, jobs
from tests.tasking import KINDS, Kind, advance, failure


def opportunities(world: World) -> list[Any]:
    return list(world.client().list_opportunities(**CATALOG)["OpportunitySummaries"])


BUSY = {
    "accepting": "EngagementInvitationConflict",
    "converting": "EngagementConflict",
    "submitting": "OpportunityConflict",
}
OVER = {"accepting": "EngagementInvitationConflict", "submitting": "OpportunitySubmissionFailed"}


def started(world: World, kind: Kind, tokens: Sequence[str]) -> list[Any]:
    """The tasks of Starts on one thing, each with its token."""
    members = kind.prepare(world)
    bodies = [{**members, "ClientToken": token} for token in tokens]
    return [answered(one) for one in at_once(asks(world, kind.operation, bodies))]


def ensure_once(world: World, submitted: bool) -> None:
    """One opportunity, shown by one job in one engagement, and AWS was invited at most once."""
    assert len(opportunities(world)) == len(jobs(world)) == 1
    assert len(world.client().list_engagements(**CATALOG)["EngagementSummaryList"]) == 1
    sent = world.client().list_engagement_invitations(**CATALOG, ParticipantType="SENDER")
    assert len(sent["EngagementInvitationSummaries"]) == submitted


@pytest.mark.parametrize("name", KINDS)
def test_starts_at_once_with_one_token_are_one_task(world: World, name: str) -> None:
    tasks = started(world, KINDS[name], ["one"] * 4)
    assert {task["TaskStatus"] for task in tasks} == {"COMPLETE"}
    assert len({task["TaskId"] for task in tasks}) == 1
    assert len(KINDS[name].listed(world)) == 1
    ensure_once(world, submitted=name == "submitting")


@pytest.mark.parametrize("name", OVER)
def test_starts_at_once_with_tokens_of_their_own_have_one_effect(world: World, name: str) -> None:
    tasks = started(world, KINDS[name], ["one", "two", "three"])
    ends = Counter(map(failure, tasks))
    assert ends == {("COMPLETE", None): 1, ("FAILED", OVER[name]): 2}
    assert len(KINDS[name].listed(world)) == 3
    ensure_once(world, submitted=name == "submitting")


@pytest.mark.parametrize("name", KINDS)
def test_starts_at_once_beside_an_unfinished_task_have_one_effect(world: World, name: str) -> None:
    world.desk("PutPace", Mode="Held")
    tasks = started(world, KINDS[name], ["one", "two", "three"])
    ends = Counter(map(failure, tasks))
    assert ends == {("IN_PROGRESS", None): 1, ("FAILED", BUSY[name]): 2}
    [task] = [one for one in tasks if one["TaskStatus"] == "IN_PROGRESS"]
    advance(world, task, Steps=len(KINDS[name].steps))
    assert [one["TaskStatus"] for one in KINDS[name].listed(world)].count("COMPLETE") == 1
    ensure_once(world, submitted=name == "submitting")


@pytest.mark.parametrize("mode", ["Inline", "Held"])
def test_steps_asked_for_at_once_are_each_done_once(world: World, mode: str) -> None:
    """Two who advance one task, and somebody who starts it again with its token meanwhile."""
    world.desk("PutPace", Mode="Held")
    kind = KINDS["submitting"]
    members = {**kind.prepare(world), "ClientToken": "one"}
    task = kind.start(world, **members)
    world.desk("PutPace", Mode=mode)

    def step() -> Reply:
        advance(world, task, Steps=len(kind.steps))
        return Reply(200, {}, b"")

    at_once([step, step, *asks(world, kind.operation, [members] * 2)])
    assert [one["TaskStatus"] for one in kind.listed(world)] == ["COMPLETE"]
    ensure_once(world, submitted=True)


def test_converted_at_once_a_lead_gives_each_task_a_draft_of_its_own(world: World) -> None:
    """Nothing forbids a second draft: there is no effect that two Starts could share."""
    tasks = started(world, KINDS["converting"], ["one", "two"])
    assert [task["TaskStatus"] for task in tasks] == ["COMPLETE"] * 2
    for member in ("OpportunityId", "ResourceSnapshotJobId", "ContextId"):
        assert len({task[member] for task in tasks}) == 2
    found = world.client().get_engagement(**CATALOG, Identifier=tasks[0]["EngagementId"])
    assert sorted(one["Id"] for one in found["Contexts"]) == ["1", "2", "3"]


@pytest.mark.parametrize("same", [True, False])
def test_prospected_at_once_an_engagement_has_a_result_for_each_task(
    world: World, *, same: bool
) -> None:
    id = engaged(world, lead())["Id"]
    bodies = [
        {"Identifiers": [id], "TaskName": "Spring", "ClientToken": token}
        for token in (("one", "one") if same else ("one", "two"))
    ]
    replies = at_once(asks(world, "StartProspectingFromEngagementTask", bodies))
    expected = 1 if same else 2
    assert len({answered(one)["TaskId"] for one in replies}) == expected
    found = world.client().get_engagement(**CATALOG, Identifier=id)["Contexts"]
    assert [one["Type"] for one in found] == ["Lead", *["ProspectingResult"] * expected]
    assert len({one["Id"] for one in found}) == 1 + expected

"""A step asks what its operation would: a partner that is shut out meanwhile gets no further."""

from typing import Any

import pytest

from tests.engaging import engaged, lead
from tests.harness import ACCOUNT, OTHER, World
from tests.tasking import KINDS, Kind, advance, failure, prospect, prospected

SUBJECTS = {
    "AcceptInvitation": "Invitation",
    "CreateEngagement": "Engagement",
    "CreateEngagementContext": "Engagement",
    "CreateEngagementInvitation": "Invitation",
    "CreateOpportunity": "Opportunity",
    "CreateResourceSnapshot": "ResourceSnapshot",
    "CreateResourceSnapshotJob": "ResourceSnapshotJob",
    "GetEngagement": "Engagement",
    "GetOpportunity": "Opportunity",
    "StartResourceSnapshotJob": "ResourceSnapshotJob",
    "SubmitOpportunity": "Opportunity",
}
ROWS = [(kind, number) for kind in KINDS.values() for number in range(len(kind.steps))]


def enrol(world: World, account: str, *catalogs: str) -> None:
    world.desk("PutPartner", AccountId=account, Catalogs=list(catalogs))


@pytest.mark.parametrize(
    ("kind", "number"), ROWS, ids=[f"{kind.arn_type}-{kind.steps[n]}" for kind, n in ROWS]
)
def test_task_of_a_partner_that_is_shut_out_fails_at_its_next_step(
    world: World, kind: Kind, number: int
) -> None:
    members = kind.prepare(world)
    world.desk("PutPace", Mode="Held")
    task = kind.start(world, **members)
    if number:
        advance(world, task, Steps=number)
    enrol(world, ACCOUNT, "AWS")
    stopped = advance(world, task, Steps=9)
    reason = f"{SUBJECTS[kind.steps[number]]}AccessDenied"
    assert failure(stopped) == ("FAILED", reason)
    assert stopped["Message"] == (
        f"The account {ACCOUNT} is not enrolled as a partner in catalog Sandbox."
    )
    enrol(world, ACCOUNT, "AWS", "Sandbox")
    world.desk("PutPace", Mode="Inline")
    assert failure(kind.start(world, **members)) == ("COMPLETE", None)


def test_task_by_the_clock_of_a_partner_that_is_shut_out_fails(world: World) -> None:
    world.desk("PutClock", Frozen=True)
    world.desk("PutPace", Mode="Paced", StepSeconds=60)
    tasks: list[Any] = [KINDS["submitting"].started(world, account) for account in (ACCOUNT, OTHER)]
    enrol(world, OTHER)
    world.desk("AdvanceClock", Seconds=3600)
    enrol(world, OTHER, "AWS", "Sandbox")
    ended = [
        KINDS["submitting"].listed(world, account, TaskIdentifier=[task["TaskId"]])[0]
        for account, task in zip((ACCOUNT, OTHER), tasks, strict=True)
    ]
    assert [failure(task) for task in ended] == [
        ("COMPLETE", None), ("FAILED", "OpportunityAccessDenied"),
    ]  # fmt: skip


def test_prospecting_of_a_partner_that_is_shut_out_fails_for_every_engagement(world: World) -> None:
    world.desk("PutPace", Mode="Held")
    task = prospect(world, *(engaged(world, lead())["Id"] for _ in range(2)))
    enrol(world, ACCOUNT, "AWS")
    advance(world, task, Steps=9)
    enrol(world, ACCOUNT, "AWS", "Sandbox")
    told = prospected(world, task)["Engagements"]
    assert [(one["Status"], one["ReasonCode"]) for one in told] == [
        ("FAILED", "EngagementAccessDenied")
    ] * 2

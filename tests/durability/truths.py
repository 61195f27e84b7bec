"""What must be true of a state whatever died on the way, read from the file itself and through
boto3. Must not know how a server is started or killed.
"""

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from tests.durability.lives import Life
from tests.harness import ACCOUNT

TASK = "engagement-by-accepting-invitation-task"


def check_one_task(life: Life, referred: Any, task: Any) -> list[str]:
    """One referral and its task, which has ended: everything is there, and once. Answers the
    events' types, to be compared with those of a life without deaths."""
    assert task["TaskStatus"] == "COMPLETE", task
    assert task["OpportunityId"] == referred["OpportunityId"]
    [listed] = life.partner("list_engagement_by_accepting_invitation_tasks")["TaskSummaries"]
    assert listed["TaskId"] == task["TaskId"]
    [opportunity] = life.partner("list_opportunities")["OpportunitySummaries"]
    assert opportunity["Id"] == task["OpportunityId"]
    [job] = life.partner("list_resource_snapshot_jobs")["ResourceSnapshotJobSummaries"]
    assert (job["Id"], job["Status"]) == (task["ResourceSnapshotJobId"], "Running")
    [invitation] = life.partner("list_engagement_invitations", ParticipantType="RECEIVER")[
        "EngagementInvitationSummaries"
    ]
    assert invitation["Status"] == "ACCEPTED"
    engagement = life.partner("get_engagement", Identifier=referred["EngagementId"])
    assert engagement["MemberCount"] == 2
    events = life.insist(life.world.events)
    assert len({event["id"] for event in events}) == len(events)
    return [event["detail-type"] for event in events]


def check_nothing(life: Life) -> None:
    """A start that did not happen left nothing."""
    assert life.partner("list_engagement_by_accepting_invitation_tasks")["TaskSummaries"] == []
    assert life.partner("list_opportunities")["OpportunitySummaries"] == []
    assert life.partner("list_resource_snapshot_jobs")["ResourceSnapshotJobSummaries"] == []
    for invitation in life.partner("list_engagement_invitations", ParticipantType="RECEIVER")[
        "EngagementInvitationSummaries"
    ]:
        assert invitation["Status"] == "PENDING"


def check_file(state: Path) -> Counter[str]:
    """A state at rest: every invitation that was accepted has one task, which is complete, and
    one of everything that a task makes. Answers how many there are of each kind."""
    connection = sqlite3.connect(f"file:{state}?mode=ro", uri=True)
    try:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        found: Counter[str] = Counter()
        for (ns,) in connection.execute("select ns from namespace").fetchall():
            found += _check_namespace(connection, ns)
        return found
    finally:
        connection.close()


def _check_namespace(connection: sqlite3.Connection, ns: int) -> Counter[str]:
    def rows(statement: str) -> list[Any]:
        return connection.execute(statement, {"ns": ns, "account": ACCOUNT}).fetchall()

    documents = [
        (kind, id, orjson.loads(body))
        for kind, id, body in rows("select kind, id, body from document where ns = :ns")
    ]
    tasks = [document for kind, _, document in documents if kind == TASK]
    assert {task["TaskStatus"] for task in tasks} <= {"COMPLETE"}
    accepted = [
        document
        for kind, _, document in documents
        if kind == "engagement-invitation" and document["Status"] == "ACCEPTED"
    ]
    invitations = Counter(task["EngagementInvitationId"] for task in tasks)
    assert invitations == Counter(document["Id"] for document in accepted)
    engagements = Counter(document["EngagementId"] for document in accepted)
    opportunities = Counter(task["OpportunityId"] for task in tasks)
    joined = rows("select engagement from member where ns = :ns and account = :account")
    assert Counter(one for (one,) in joined) == engagements
    made = rows("select engagement, resource, created_by from snapshot where ns = :ns")
    for author in (ACCOUNT, "aws"):  # the partner's view, and AWS's own
        assert Counter(one for one, _, by in made if by == author) == engagements
        assert Counter(one for _, one, by in made if by == author) == opportunities
    for table, expected in [
        ("task_view", Counter(task["TaskId"] for task in tasks)),
        ("opportunity_view", opportunities),
        ("job_view", Counter(task["ResourceSnapshotJobId"] for task in tasks)),
        ("engagement_view", engagements),
    ]:
        seen = rows(f"select id from {table} where ns = :ns and account = :account")
        assert Counter(one for (one,) in seen) == expected, table
    assert rows("select * from agenda where ns = :ns and kind = 'task-step'") == []
    found = Counter(kind for kind, _, _ in documents)
    _check_events(found, Counter(_types(rows("select body from outbox where ns = :ns"))))
    return found


def _types(bodies: list[Any]) -> list[str]:
    return [orjson.loads(body)["detail-type"] for (body,) in bodies]


def _check_events(found: Counter[str], events: Counter[str]) -> None:
    """Each event once for each thing that it tells of."""
    assert events["Engagement Invitation Created"] == found["engagement-invitation"]
    assert events["Engagement Invitation Accepted"] == found[TASK]
    assert events["Engagement Member Added"] == found[TASK]
    assert events["Engagement Resource Snapshot Created"] == 2 * found[TASK]

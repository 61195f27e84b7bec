"""Tasks of every kind, inline and paced, killed at every one of their commits: before it, and when
it is tried again, after it. In the end everything is there, once, as if nothing had died.

The state is a file and the deaths are SIGKILL; the server around them is test_commits.py's.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.durability.launcher import Plan
from tests.engaging import engaged, lead
from tests.harness import environment
from tests.inside import Inside
from tests.submitting import CO_SELL, created

SANDBOX = {"Catalog": "Sandbox"}
SPACE = "inside"


class Kind(NamedTuple):
    """The operation that starts a task, what has to be there before (it answers the members), and
    how many steps it has."""

    operation: str
    prepare: Callable[[Inside], dict[str, Any]]
    steps: int


def acceptance(world: Inside) -> dict[str, Any]:
    return {"Identifier": world.referred()["EngagementInvitationId"]}


def conversion(world: Inside) -> dict[str, Any]:
    return {"Identifier": engaged(world, lead())["Id"], "ContextIdentifier": "1"}


def submission(world: Inside) -> dict[str, Any]:
    return {"Identifier": created(world), "AwsSubmission": CO_SELL}


def campaign(world: Inside) -> dict[str, Any]:
    known = [engaged(world, lead())["Id"] for _ in range(2)]
    return {"Identifiers": [known[0], "eng-00000000000000", known[1]], "TaskName": "Spring"}


KINDS = {
    "acceptance": Kind("StartEngagementByAcceptingInvitationTask", acceptance, 5),
    "conversion": Kind("StartOpportunityFromEngagementTask", conversion, 6),
    "submission": Kind("StartEngagementFromOpportunityTask", submission, 7),
    "prospecting": Kind("StartProspectingFromEngagementTask", campaign, 3),
}


def lived(state: Path, kind: Kind, pace: str, every: bool) -> tuple[dict[str, Any], int, int]:
    """A task from its start to its end. Answers what there is then, how often a commit was tried,
    and how many lives that took."""
    world = Inside(SPACE, state=str(state))
    partner = world.client()
    partner.put_selling_system_settings(**SANDBOX, ResourceSnapshotJobRoleIdentifier="Snapshots")
    world.desk("PutPace", Mode=pace, StepSeconds=0)
    members = {**SANDBOX, **kind.prepare(world), "ClientToken": "one"}
    world.close()
    plan = Plan(f"{state}.commits", whom="worker", every=every)
    Path(plan.commits).touch()
    plan.arm()
    command = [sys.executable, "-m", "tests.durability.dying", json.dumps(asdict(plan))]
    command += [str(state), SPACE, kind.operation, json.dumps(members)]
    ended = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    world = Inside(SPACE, state=str(state))
    seen = everything(world)
    world.close()
    return seen, plan.disarm(), int(ended.stdout)


def everything(world: Inside) -> dict[str, Any]:
    """All that the account can list of what tasks make, without what chance decides."""
    partner = world.client()
    events = world.events()
    assert len({event["id"] for event in events}) == len(events)
    engagements = partner.list_engagements(**SANDBOX)["EngagementSummaryList"]
    about = [partner.get_engagement(**SANDBOX, Identifier=one["Id"]) for one in engagements]
    invitations = [
        partner.list_engagement_invitations(**SANDBOX, ParticipantType=part)
        for part in ("SENDER", "RECEIVER")
    ]
    jobs = partner.list_resource_snapshot_jobs(**SANDBOX)["ResourceSnapshotJobSummaries"]
    opportunities = partner.list_opportunities(**SANDBOX)["OpportunitySummaries"]
    campaigns = partner.list_prospecting_from_engagement_tasks(**SANDBOX)["TaskSummaries"]
    lists = ("by_accepting_invitation", "from_opportunity")
    tasks = [
        *partner.list_opportunity_from_engagement_tasks(**SANDBOX)["TaskSummaries"],
        *(
            task
            for name in lists
            for task in getattr(partner, f"list_engagement_{name}_tasks")(**SANDBOX)[
                "TaskSummaries"
            ]
        ),
    ]
    return {
        "contexts": [[one["Type"] for one in each.get("Contexts", [])] for each in about],
        "due": world.desk("GetClock")["NextDueTime"],
        "events": [event["detail-type"] for event in events],
        "invitations": [
            [one["Status"] for one in page["EngagementInvitationSummaries"]] for page in invitations
        ],
        "jobs": [one["Status"] for one in jobs],
        "opportunities": [one["LifeCycle"]["ReviewStatus"] for one in opportunities],
        "outcomes": [
            (one["CompletedEngagementCount"], one["FailedEngagementCount"]) for one in campaigns
        ],
        "tasks": [one["TaskStatus"] for one in tasks],
    }


@pytest.mark.parametrize("pace", ["Inline", "Paced"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_task_whose_every_commit_dies_ends_as_if_nothing_had_died(
    tmp_path: Path, kind: Kind, pace: str
) -> None:
    calm, commits, lives = lived(tmp_path / "calm.db", kind, pace, every=False)
    assert (commits, lives) == (1 if pace == "Inline" else 1 + kind.steps, 1)
    assert calm["due"] is None
    assert calm["tasks"] == ["COMPLETE"] or calm["outcomes"] == [(2, 1)]
    seen, tried, lives = lived(tmp_path / "killed.db", kind, pace, every=True)
    assert (tried, lives) == (2 * commits, 2 * commits + 1)
    assert seen == calm

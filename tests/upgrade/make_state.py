"""Makes the state file that test_formats.py opens for ever after.

    python -m tests.upgrade.make_state

One command, since a format may change until it is released; from then on its file stays as it is.
It writes the newest format alone.
The file is made by a real server, ends at rest, and is small.
"""

import json
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from tests.engaging import lead
from tests.harness import OTHER, Server, World, opportunity
from tests.submitting import CO_SELL, created

FOLDER = Path(__file__).parent / "states"
FORMAT = 3
BEGUN = "2030-01-01T00:00:00.000Z"
CATALOG = "AWS"


def state_of(format: int) -> Path:
    return FOLDER / f"format-{format}.db"


def answers_of(format: int) -> Path:
    return FOLDER / f"format-{format}.json"


def live(world: World) -> None:
    """A namespace with one of everything: a task that ended, one at work, one that failed, an
    invitation that waits, a draft, faults to come, a clock that stands."""
    partner = world.client()
    world.desk("PutClock", Time=BEGUN, Frozen=True)
    ended, failed, at_work = [world.referred(catalog=CATALOG) for _ in range(3)]
    world.referred(catalog=CATALOG)
    world.referred(OTHER, catalog=CATALOG)
    start = partner.start_engagement_by_accepting_invitation_task
    start(
        Catalog=CATALOG,
        ClientToken="ended",
        Identifier=ended["EngagementInvitationId"],
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    world.desk("PutTaskFault", Step="CreateOpportunity", ReasonCode="OpportunityConflict", Count=1)
    start(Catalog=CATALOG, ClientToken="failed", Identifier=failed["EngagementInvitationId"])
    world.desk("PutPace", Mode="Paced", StepSeconds=60)
    start(Catalog=CATALOG, ClientToken="at-work", Identifier=at_work["EngagementInvitationId"])
    partner.create_opportunity(Catalog=CATALOG, ClientToken="draft", **opportunity())
    live_on(world)
    world.desk("PutFault", Operation="GetOpportunity", Error="ThrottlingException", Count=1)


def live_on(world: World) -> None:
    """What format 1 did not know: tasks of the other kinds, at work."""
    partner = world.client()
    engagements = [
        partner.create_engagement(Catalog=CATALOG, ClientToken=str(number), Contexts=[lead()])["Id"]
        for number in range(2)
    ]
    partner.start_opportunity_from_engagement_task(
        Catalog=CATALOG, ClientToken="lead", Identifier=engagements[0], ContextIdentifier="1"
    )
    partner.start_engagement_from_opportunity_task(
        Catalog=CATALOG,
        ClientToken="submission",
        Identifier=created(world, catalog=CATALOG),
        AwsSubmission=CO_SELL,
    )
    partner.start_prospecting_from_engagement_task(
        Catalog=CATALOG, ClientToken="campaign", Identifiers=engagements, TaskName="Spring"
    )


def others(world: World) -> dict[str, Any]:
    """The lists of what format 1 did not know."""
    partner = world.client()
    return {
        "campaigns": partner.list_prospecting_from_engagement_tasks(Catalog=CATALOG),
        "conversions": partner.list_opportunity_from_engagement_tasks(Catalog=CATALOG),
        "engagements": partner.list_engagements(Catalog=CATALOG),
        "submissions": partner.list_engagement_from_opportunity_tasks(Catalog=CATALOG),
    }


def answers(world: World) -> dict[str, Any]:
    """What the API and the desk say of the namespace, reading only."""
    partner = world.client()
    lists = {
        "tasks": partner.list_engagement_by_accepting_invitation_tasks(Catalog=CATALOG),
        "opportunities": partner.list_opportunities(Catalog=CATALOG),
        "jobs": partner.list_resource_snapshot_jobs(Catalog=CATALOG),
        "invitations": partner.list_engagement_invitations(
            Catalog=CATALOG, ParticipantType="RECEIVER"
        ),
        "others": world.client(OTHER).list_engagement_invitations(
            Catalog=CATALOG, ParticipantType="RECEIVER"
        ),
        "clock": world.desk("GetClock"),
        "events": world.events(),
        **others(world),
    }
    [ended] = [t for t in lists["tasks"]["TaskSummaries"] if t["TaskStatus"] == "COMPLETE"]
    arn = next(
        one["Arn"]
        for one in lists["opportunities"]["OpportunitySummaries"]
        if one["Id"] == ended["OpportunityId"]
    )
    lists["tags"] = partner.list_tags_for_resource(ResourceArn=arn)
    for answer in lists.values():
        if isinstance(answer, dict):
            answer.pop("ResponseMetadata", None)
    plain: dict[str, Any] = json.loads(json.dumps(lists, default=str))
    return plain


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "state.db"
        server = Server(str(made)).start()
        world = World(server, "kept")
        live(world)
        answers_of(FORMAT).write_text(json.dumps(answers(world), indent=1, sort_keys=True) + "\n")
        assert server.stop() == 0
        state_of(FORMAT).unlink(missing_ok=True)
        connection = sqlite3.connect(made)
        connection.execute("vacuum into ?", (str(state_of(FORMAT)),))
        connection.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

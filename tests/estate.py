"""Everything that an account can have, of each kind two at least; and all the rows of a namespace,
read from the state itself. Must not know what a test expects.
"""

from collections import Counter
from typing import Any, NamedTuple, TypeAlias

from tests import submitting
from tests.databases import Database
from tests.engaging import CATALOG, accepted, engaged, invited, lead
from tests.harness import ACCOUNT, Server, World
from tests.operations.test_answers import Made
from tests.scenes import started
from tests.sharing import target

Rows: TypeAlias = Counter[tuple[Any, ...]]
SOLUTION = "S-777"


class Estate(NamedTuple):
    """What the owner has: the story that requests are made for, and what else can be named."""

    made: Made
    invitation: str  # sent, and not answered
    received: str  # received, and not answered
    lead: str  # an engagement with a lead, and a fellow in it
    opportunities: list[str]
    tasks: dict[str, list[Any]]  # by the operation that started them

    @property
    def world(self) -> World:
        return self.made.world

    @property
    def engagement(self) -> str:
        """Where the first opportunity is shown: AWS, the owner and a fellow are its members."""
        return self.made.engagement


def settled(server: Server) -> Estate:
    """An owner in a world of its own."""
    world = World(server)
    partner = world.client()
    by_invitation = [started(world, Tags=[{"Key": "team", "Value": "blue"}]) for _ in range(2)]
    task = by_invitation[0]
    found = partner.get_engagement_invitation(
        Catalog=CATALOG, Identifier=task["EngagementInvitationId"]
    )
    engagement = str(found["EngagementId"])
    accepted(world, invited(world, engagement))
    at_lead = engaged(world, lead(), lead())["Id"]
    accepted(world, invited(world, at_lead))
    by_others = _tasks(world, at_lead)
    partner.create_resource_snapshot(**target(engagement, task["OpportunityId"]))
    partner.put_selling_system_settings(
        Catalog=CATALOG, ResourceSnapshotJobRoleIdentifier="Snapshots"
    )
    world.desk("PutSolution", Catalog=CATALOG, AccountId=ACCOUNT, Identifier=SOLUTION)
    received = [world.referred()["EngagementInvitationId"] for _ in range(2)]
    return Estate(
        Made(world, task, engagement),
        invited(world, engagement, "999999999999"),
        received[0],
        at_lead,
        [one["OpportunityId"] for one in by_invitation],
        {"StartEngagementByAcceptingInvitationTask": by_invitation, **by_others},
    )


def _tasks(world: World, at_lead: str) -> dict[str, list[Any]]:
    """Tasks of the other kinds, by the operation that started them."""
    partner = world.client()
    converted = [
        partner.start_opportunity_from_engagement_task(
            Catalog=CATALOG, Identifier=at_lead, ContextIdentifier=number
        )
        for number in ("1", "2")
    ]
    prospected = [
        partner.start_prospecting_from_engagement_task(
            Catalog=CATALOG, Identifiers=[at_lead], TaskName=name
        )
        for name in ("Spring", "Autumn")
    ]
    submitted = [
        partner.start_engagement_from_opportunity_task(
            Catalog=CATALOG,
            Identifier=submitting.created(world),
            AwsSubmission=submitting.CO_SELL,
        )
        for _ in range(2)
    ]
    return {
        "StartEngagementFromOpportunityTask": submitted,
        "StartOpportunityFromEngagementTask": converted,
        "StartProspectingFromEngagementTask": prospected,
    }


def rows(world: World) -> Rows:
    """Every row of a world, whoever may see it."""
    found = Database(world.server.database).rows_of(world.namespace)
    return Counter((table, *row) for table, row in found)

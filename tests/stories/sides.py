"""What every story needs: a complete opportunity, an edit as programs make it, what a task gave.

Must not know how a story goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.harness import ACCOUNT, World, opportunity

ROLE = "SnapshotJobRole"
SOLUTION, ANOTHER_SOLUTION = "S-1234567", "S-0059631"
TEMPLATE = "OpportunitySummaryView"
# What UpdateOpportunity does not take back from GetOpportunity, as every sample program drops it.
_NOT_SENT_BACK = ("Id", "Arn", "CreatedDate", "OpportunityTeam", "RelatedEntityIdentifiers")


def complete(**changes: Any) -> dict[str, Any]:
    """A CreateOpportunity request with everything that a Co-Sell submission asks for."""
    plain = opportunity()
    project = {
        **plain["Project"],
        "CustomerUseCase": "Migration / Database Migration",
        "DeliveryModels": ["SaaS or PaaS"],
        "SalesActivities": ["Customer has shown interest in solution"],
    }
    project |= changes.pop("Project", {})
    return opportunity(
        Project={name: value for name, value in project.items() if value is not None},
        PrimaryNeedsFromAws=["Co-Sell - Technical Consultation"],
        **changes,
    )


@dataclass(frozen=True)
class Side:
    """One account's side of a catalog: its boto3 client with the Catalog filled in."""

    world: World
    catalog: str
    account: str = ACCOUNT

    @cached_property
    def client(self) -> Any:
        return self.world.client(self.account)

    def ask(self, operation: str, **members: Any) -> Any:
        """Call an operation by its boto3 name."""
        return getattr(self.client, operation)(Catalog=self.catalog, **members)

    def create(self, **changes: Any) -> str:
        return str(self.ask("create_opportunity", **complete(**changes))["Id"])

    def get(self, id: str) -> Any:
        return self.ask("get_opportunity", Identifier=id)

    def life(self, id: str) -> Any:
        return self.get(id)["LifeCycle"]

    def edit(self, id: str, change: Callable[[dict[str, Any]], object]) -> Any:
        """GET, change, PUT: with nothing but the renames that every program does."""
        found = self.get(id)
        request = {k: v for k, v in found.items() if k not in (*_NOT_SENT_BACK, "ResponseMetadata")}
        request.pop("Catalog")
        change(request)
        return self.ask("update_opportunity", Identifier=id, **request)

    def move(self, id: str, stage: str, **life: str) -> Any:
        """To another stage of the sale."""
        return self.edit(id, lambda one: one["LifeCycle"].update(Stage=stage, **life))

    def associate(self, id: str, entity: str = SOLUTION, type: str = "Solutions") -> None:
        self.ask(
            "associate_opportunity",
            OpportunityIdentifier=id,
            RelatedEntityType=type,
            RelatedEntityIdentifier=entity,
        )

    def disassociate(self, id: str, entity: str, type: str = "Solutions") -> None:
        self.ask(
            "disassociate_opportunity",
            OpportunityIdentifier=id,
            RelatedEntityType=type,
            RelatedEntityIdentifier=entity,
        )

    def submit(self, id: str, involvement: str = "Co-Sell", **members: Any) -> Any:
        """Share it with AWS by the task, which ends COMPLETE."""
        submission = {"InvolvementType": involvement, **members}
        task = self.ask(
            "start_engagement_from_opportunity_task", Identifier=id, AwsSubmission=submission
        )
        assert task["TaskStatus"] == "COMPLETE", task
        return task

    def review(self, id: str, outcome: str, **words: str) -> Any:
        """What AWS decides."""
        return self.world.desk(
            "ReviewOpportunity",
            Catalog=self.catalog,
            OpportunityIdentifier=id,
            Outcome=outcome,
            **words,
        )

    def summary(self, id: str) -> Any:
        return self.ask("get_aws_opportunity_summary", RelatedOpportunityIdentifier=id)

    def invitation(self, id: str) -> Any:
        return self.ask("get_engagement_invitation", Identifier=id)

    def members(self, engagement: str) -> list[str]:
        page = self.ask("list_engagement_members", Identifier=engagement)
        return [one["AccountId"] for one in page["EngagementMemberList"]]

    def snapshots(self, engagement: str, template: str = TEMPLATE) -> list[int]:
        """The revisions that the account sees of a template, in order."""
        page = self.ask(
            "list_resource_snapshots",
            EngagementIdentifier=engagement,
            ResourceSnapshotTemplateIdentifier=template,
        )
        return sorted(one["Revision"] for one in page["ResourceSnapshotSummaries"])

    def snapshot(self, engagement: str, id: str, template: str = TEMPLATE) -> Any:
        """What the latest revision shows."""
        answer = self.ask(
            "get_resource_snapshot",
            EngagementIdentifier=engagement,
            ResourceType="Opportunity",
            ResourceIdentifier=id,
            ResourceSnapshotTemplateIdentifier=template,
        )
        [payload] = answer["Payload"].values()
        return payload

    def tags(self, arn: str) -> Any:
        return self.client.list_tags_for_resource(ResourceArn=arn)["Tags"]

    def told(self) -> list[str]:
        """The detail types of the events that the account received, oldest first."""
        return [event["detail-type"] for event in self.world.events(self.account)]

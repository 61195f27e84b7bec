"""An opportunity that can be submitted, where it is shown, and what partner and AWS do with it.

Must not know what a test expects.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.engaging import invitation
from tests.harness import ACCOUNT, OTHER, World
from tests.sharing import SUMMARY, joined
from tests.submitting import CO_SELL, submittable
from tests.updating import changed, renamed, stripped

CATALOGS = ("AWS", "Sandbox")
AWS_VIEW = "AwsOpportunitySummaryFullView"

# What is told, and of what.
CREATED = "Engagement Invitation Created"
ACCEPTED = "Engagement Invitation Accepted"
REJECTED = "Engagement Invitation Rejected"
JOINED = "Engagement Member Added"
UPDATED = "Opportunity Updated"
SHOWN = "Engagement Resource Snapshot Created"
Told = tuple[str, str]
VIEW, AWS_OWN = (SHOWN, SUMMARY), (SHOWN, AWS_VIEW)


@dataclass(frozen=True)
class Deal:
    """An opportunity of an account's, and the engagement in which it is shown ('' for none)."""

    world: World
    id: str
    engagement: str
    catalog: str = "Sandbox"
    account: str = ACCOUNT

    @property
    def partner(self) -> Any:
        return self.world.client(self.account)

    @property
    def named(self) -> dict[str, str]:
        return {"Catalog": self.catalog, "Identifier": self.id}

    def submit(self, **members: Any) -> None:
        self.partner.submit_opportunity(**{**self.named, **CO_SELL, **members})

    def review(self, outcome: str, **members: Any) -> Any:
        """AWS reviews it."""
        asked = {"Catalog": self.catalog, "OpportunityIdentifier": self.id, "Outcome": outcome}
        return self.world.desk("ReviewOpportunity", **asked, **members)

    def say(self, **members: Any) -> Any:
        """AWS says something of it."""
        asked = {"Catalog": self.catalog, "OpportunityIdentifier": self.id, **members}
        return self.world.desk("UpdateAwsOpportunitySummary", **asked)

    def read(self) -> Any:
        return self.partner.get_opportunity(**self.named)

    @property
    def status(self) -> str:
        return str(self.read()["LifeCycle"]["ReviewStatus"])

    def update(self, changes: dict[str, Any]) -> None:
        """Send it back whole, as clients do, with other values at dotted paths."""
        answer = self.world.client(self.account).get_opportunity(**self.named)
        del answer["ResponseMetadata"]
        self.partner.update_opportunity(**changed(stripped(renamed(answer)), changes))

    def summary(self) -> Any:
        """AWS's summary of it, without what is null."""
        body = {"Catalog": self.catalog, "RelatedOpportunityIdentifier": self.id}
        answer = self.partner.get_aws_opportunity_summary(**body)
        del answer["ResponseMetadata"]
        return answer

    def as_viewed(self) -> Any:
        """What AWS's own view of it has to be: the summary as it is."""
        summary = self.summary()
        del summary["Catalog"]
        return summary

    def view(self) -> Any:
        """AWS's own view of it."""
        return self.snapshot(AWS_VIEW)["Payload"][AWS_VIEW]

    def target(self, template: str = SUMMARY) -> dict[str, Any]:
        return {
            "Catalog": self.catalog,
            "EngagementIdentifier": self.engagement,
            "ResourceType": "Opportunity",
            "ResourceIdentifier": self.id,
            "ResourceSnapshotTemplateIdentifier": template,
        }

    def snapshot(self, template: str = SUMMARY, **members: Any) -> Any:
        return self.partner.get_resource_snapshot(**self.target(template), **members)

    def invitations(self) -> list[Any]:
        """What the account sent in the engagement, newest first, whole."""
        found = self.partner.list_engagement_invitations(
            Catalog=self.catalog,
            ParticipantType="SENDER",
            EngagementIdentifier=[self.engagement],
        )["EngagementInvitationSummaries"]
        asked = self.partner.get_engagement_invitation
        return [asked(Catalog=self.catalog, Identifier=one["Id"]) for one in found]

    def members(self) -> list[str]:
        found = self.partner.list_engagement_members(
            Catalog=self.catalog, Identifier=self.engagement
        )
        return [one["AccountId"] for one in found["EngagementMemberList"]]


def created(
    world: World,
    changes: dict[str, Any] | None = None,
    catalog: str = "Sandbox",
    account: str = ACCOUNT,
) -> Deal:
    """An opportunity that lacks nothing but an engagement; `changes` by dotted path."""
    request = submittable()
    request["Customer"]["Contacts"] = [{"Email": "buyer@example.com", "FirstName": "Buyer"}]
    request["LifeCycle"]["NextSteps"] = "Call the customer."
    request = changed(request, changes or {})
    made = world.client(account).create_opportunity(Catalog=catalog, **request)
    return Deal(world, made["Id"], "", catalog, account)


def shown(deal: Deal, engagement: str) -> Deal:
    """The opportunity in an engagement of which its owner is a member."""
    deal = Deal(deal.world, deal.id, engagement, deal.catalog, deal.account)
    deal.partner.create_resource_snapshot(**deal.target())
    return deal


def engaged(
    world: World,
    changes: dict[str, Any] | None = None,
    catalog: str = "Sandbox",
    account: str = ACCOUNT,
) -> Deal:
    """An opportunity in an engagement of its owner's own."""
    deal = created(world, changes, catalog, account)
    made = deal.partner.create_engagement(
        Catalog=catalog, Title="Web shop", Description="Shared work"
    )
    return shown(deal, made["Id"])


def submitted(world: World, catalog: str = "Sandbox", **members: Any) -> Deal:
    """An opportunity that waits for AWS's review."""
    deal = engaged(world, catalog=catalog)
    deal.submit(**members)
    return deal


def beside_aws(world: World) -> Deal:
    """An opportunity in an engagement that AWS is a member of."""
    return shown(created(world), joined(world))


def followed(deal: Deal, account: str = OTHER) -> Deal:
    """The opportunity that another partner gets when it is invited to the engagement."""
    invited = deal.partner.create_engagement_invitation(
        Catalog=deal.catalog,
        EngagementIdentifier=deal.engagement,
        Invitation=invitation(account),
    )
    task = deal.world.client(account).start_engagement_by_accepting_invitation_task(
        Catalog=deal.catalog, Identifier=invited["Id"]
    )
    assert task["TaskStatus"] == "COMPLETE", task
    return Deal(deal.world, task["OpportunityId"], deal.engagement, deal.catalog, account)


def told(world: World, account: str, act: Callable[[], Any]) -> list[Told]:
    """What an account is told of an act: each event, and what it is about."""
    before = len(world.events(account))
    act()
    return [(one["detail-type"], about(one)) for one in world.events(account)[before:]]


def about(event: Any) -> str:
    """What an event is about: a template, an opportunity, a member, or who is invited."""
    detail = event["detail"]
    if "resourceSnapshot" in detail:
        return str(detail["resourceSnapshot"]["arn"].split("/template/")[1].split("/")[0])
    if "opportunity" in detail:
        return str(detail["opportunity"]["identifier"])
    if "engagementMember" in detail:
        return str(detail["engagementMember"]["accountId"])
    return str(detail["engagementInvitation"]["receiverAccountId"])


def statuses(deal: Deal) -> list[str]:
    """The review status that each revision shows."""
    newest = deal.snapshot()["Revision"]
    return [
        deal.snapshot(Revision=number)["Payload"]["OpportunitySummary"]["Lifecycle"]["ReviewStatus"]
        for number in range(1, newest + 1)
    ]


def completed(follower: Deal, changes: dict[str, Any] | None = None) -> Deal:
    """With all that a submission needs, and with `changes` by dotted path."""
    follower.update(
        {
            "Customer.Account.Address.PostalCode": "98101",
            "Customer.Account.Address.StateOrRegion": "Washington",
            "PrimaryNeedsFromAws": ["Co-Sell - Deal Support"],
            "Project.CustomerUseCase": "Migration / Database Migration",
            "Project.DeliveryModels": ["SaaS or PaaS"],
            "Project.OtherSolutionDescription": "Ours",
            "Project.SalesActivities": ["SOW Signed"],
            **(changes or {}),
        }
    )
    return follower

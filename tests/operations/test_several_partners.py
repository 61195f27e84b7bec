"""Several partners in one namespace: what each sees of an engagement before it joins and after,
the opportunity that it gets, and what it never sees.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.engaging import (
    CATALOG,
    THIRD,
    accepted,
    engaged,
    invitation,
    invited,
    opportunity_payload,
    project,
)
from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal
from tests.sharing import SUMMARY, target

CAMPAIGN = {"Source": "Marketing Activity", "AwsFundingUsed": "No", "CampaignName": "Spring"}


class Shared:
    """ACCOUNT shows an opportunity in an engagement of its own, and invites OTHER there."""

    def __init__(self, world: World) -> None:
        self.world = world
        sender = world.client()
        self.opportunity = sender.create_opportunity(
            Catalog=CATALOG, **opportunity(Marketing=CAMPAIGN)
        )["Id"]
        self.engagement = engaged(world, project())["Id"]
        sender.create_resource_snapshot(**target(self.engagement, self.opportunity))
        self.invitation = invited(world, self.engagement)

    def answers(self, account: str) -> dict[str, Callable[[], Any]]:
        """How an account looks at what is shared: by name what it calls."""
        partner, inside = self.world.client(account), {"Catalog": CATALOG}
        where = {**inside, "EngagementIdentifier": self.engagement}
        return {
            "engagement": lambda: partner.get_engagement(**inside, Identifier=self.engagement),
            "members": lambda: partner.list_engagement_members(
                **inside, Identifier=self.engagement
            ),
            "snapshots": lambda: partner.list_resource_snapshots(**where),
            "snapshot": lambda: partner.get_resource_snapshot(
                **target(self.engagement, self.opportunity)
            ),
        }

    def lists(self, account: str) -> dict[str, list[Any]]:
        """What an account lists of engagements and of what is shown in them."""
        partner = self.world.client(account)
        engagements = partner.list_engagements(Catalog=CATALOG)
        associations = partner.list_engagement_resource_associations(Catalog=CATALOG)
        return {
            "engagements": engagements["EngagementSummaryList"],
            "associations": associations["EngagementResourceAssociationSummaries"],
            "opportunities": partner.list_opportunities(Catalog=CATALOG)["OpportunitySummaries"],
        }

    def start(self, account: str = OTHER, invitation: str = "") -> Any:
        """The account accepts by a task; the answer."""
        task = self.world.client(account).start_engagement_by_accepting_invitation_task(
            Catalog=CATALOG, Identifier=invitation or self.invitation
        )
        assert task["TaskStatus"] == "COMPLETE", task
        return task


@pytest.fixture
def shared(world: World) -> Shared:
    return Shared(world)


def ids(rows: list[Any]) -> list[str]:
    return [row["Id"] for row in rows]


def of(world: World, account: str, id: str) -> Any:
    return world.client(account).get_opportunity(Catalog=CATALOG, Identifier=id)


# --- before and after ----------------------------------------------------------------------------


def test_before_it_accepts_a_partner_sees_the_invitation_alone(shared: Shared) -> None:
    for account in (OTHER, THIRD):
        for method in shared.answers(account).values():
            assert refusal(method).code == "ResourceNotFoundException"
        assert shared.lists(account) == {"engagements": [], "associations": [], "opportunities": []}
    seen = shared.world.client(OTHER).get_engagement_invitation(
        Catalog=CATALOG, Identifier=shared.invitation
    )
    assert seen["Payload"] == opportunity_payload()
    assert shared.opportunity not in str(seen), "the sender's opportunity is not named"
    received = shared.world.client(THIRD).list_engagement_invitations(
        Catalog=CATALOG, ParticipantType="RECEIVER"
    )
    assert received["EngagementInvitationSummaries"] == []
    assert shared.world.events(THIRD) == []
    told = [event["detail-type"] for event in shared.world.events(OTHER)]
    assert told == ["Engagement Invitation Created"]


def test_afterwards_it_sees_what_is_shared_and_no_more(shared: Shared) -> None:
    own = shared.start()["OpportunityId"]
    seen = {
        account: {name: method() for name, method in shared.answers(account).items()}
        for account in (ACCOUNT, OTHER)
    }
    for answers in seen.values():
        for answer in answers.values():
            del answer["ResponseMetadata"]
    assert seen[OTHER] == seen[ACCOUNT]
    assert [one["AccountId"] for one in seen[OTHER]["members"]["EngagementMemberList"]] == [
        ACCOUNT, OTHER,
    ]  # fmt: skip
    snapshots = seen[OTHER]["snapshots"]["ResourceSnapshotSummaries"]
    assert [(one["ResourceId"], one["CreatedBy"]) for one in snapshots] == [
        (own, OTHER), (shared.opportunity, ACCOUNT),
    ]  # fmt: skip
    assert seen[OTHER]["engagement"]["MemberCount"] == 2
    assert seen[OTHER]["engagement"]["ModifiedBy"] == OTHER
    sender, receiver = shared.lists(ACCOUNT), shared.lists(OTHER)
    assert sender["engagements"] == receiver["engagements"]
    assert sender["associations"] == receiver["associations"]
    assert ids(sender["opportunities"]) == [shared.opportunity]
    assert ids(receiver["opportunities"]) == [own]
    for account, id in ((OTHER, shared.opportunity), (ACCOUNT, own)):
        method = shared.world.client(account).get_opportunity
        told = refusal(method, Catalog=CATALOG, Identifier=id)
        assert told.code == "ResourceNotFoundException"
    for method in shared.answers(THIRD).values():
        assert refusal(method).code == "ResourceNotFoundException"


def test_its_own_opportunity_is_drawn_from_the_invitation(shared: Shared) -> None:
    task = shared.start()
    made = of(shared.world, OTHER, task["OpportunityId"])
    payload = opportunity_payload()["OpportunityInvitation"]
    account = made["Customer"]["Account"]
    assert {name: account[name] for name in ("CompanyName", "Industry", "WebsiteUrl")} == {
        name: payload["Customer"][name] for name in ("CompanyName", "Industry", "WebsiteUrl")
    }
    assert account["Address"] == {"CountryCode": payload["Customer"]["CountryCode"]}
    said = payload["Project"]
    assert made["Project"] == {
        "CustomerBusinessProblem": said["BusinessProblem"],
        "ExpectedCustomerSpend": said["ExpectedCustomerSpend"],
        "Title": said["Title"],
    }
    assert made["LifeCycle"] == {
        "ReviewStatus": "Pending Submission",
        "Stage": "Prospect",
        "TargetCloseDate": said["TargetCompletionDate"],
    }
    assert made["Marketing"] == {"CampaignName": "Spring", "Source": "None"}
    assert made["Arn"].endswith(f":{OTHER}:catalog/Sandbox/opportunity/{made['Id']}")
    job = shared.world.client(OTHER).get_resource_snapshot_job(
        Catalog=CATALOG, ResourceSnapshotJobIdentifier=task["ResourceSnapshotJobId"]
    )
    assert (job["Status"], job["EngagementId"]) == ("Running", shared.engagement)
    hidden = refusal(
        shared.world.client().get_resource_snapshot_job,
        Catalog=CATALOG,
        ResourceSnapshotJobIdentifier=job["Id"],
    )
    assert hidden.code == "ResourceNotFoundException"


def test_members_are_told_of_each_other(shared: Shared) -> None:
    before = {account: len(shared.world.events(account)) for account in (ACCOUNT, OTHER)}
    shared.start()
    told = {
        account: [event["detail-type"] for event in shared.world.events(account)[before[account] :]]
        for account in (ACCOUNT, OTHER)
    }
    common = ["Engagement Invitation Accepted", "Engagement Member Added"]
    snapshot = ["Engagement Resource Snapshot Created"]
    assert told[ACCOUNT] == [*common, *snapshot]
    assert told[OTHER] == [*common, "Opportunity Created", "Opportunity Updated", *snapshot]


def test_a_partner_that_declines_sees_no_more_than_before(shared: Shared) -> None:
    shared.world.client(OTHER).reject_engagement_invitation(
        Catalog=CATALOG, Identifier=shared.invitation, RejectionReason="Other"
    )
    for method in shared.answers(OTHER).values():
        assert refusal(method).code == "ResourceNotFoundException"
    for account, participant in ((ACCOUNT, "SENDER"), (OTHER, "RECEIVER")):
        [one] = shared.world.client(account).list_engagement_invitations(
            Catalog=CATALOG, ParticipantType=participant
        )["EngagementInvitationSummaries"]
        assert one["Status"] == "REJECTED"
        seen = shared.world.client(account).get_engagement_invitation(
            Catalog=CATALOG, Identifier=one["Id"]
        )
        assert seen["RejectionReason"] == "Other"


def test_what_is_shared_later_is_seen_by_all_who_are_there_then(shared: Shared) -> None:
    shared.start()
    later = shared.world.client(OTHER).create_opportunity(Catalog=CATALOG, **opportunity())["Id"]
    shared.world.client(OTHER).create_resource_snapshot(**target(shared.engagement, later))
    shown = shared.world.client().get_resource_snapshot(**target(shared.engagement, later))
    assert (shown["CreatedBy"], shown["Revision"]) == (OTHER, 1)
    assert shown["TargetMemberAccounts"] == [ACCOUNT, OTHER]
    third = invited(shared.world, shared.engagement, THIRD)
    shared.start(THIRD, third)
    resources = [one["ResourceId"] for one in shared.lists(THIRD)["associations"]]
    assert len(resources) == 4
    assert {later, shared.opportunity} < set(resources)


# --- ten -----------------------------------------------------------------------------------------


def test_ten_partners_share_one_engagement(shared: Shared) -> None:
    world, owners = shared.world, {ACCOUNT: shared.opportunity}
    owners[OTHER] = shared.start()["OpportunityId"]
    inviter = OTHER
    for number in range(8):
        account = f"3{number:011}"
        task = shared.start(account, invited(world, shared.engagement, account, inviter))
        owners[account] = task["OpportunityId"]
        inviter = account
    assert len(set(owners.values())) == 10
    full = refusal(
        world.client(OTHER).create_engagement_invitation,
        Catalog=CATALOG,
        EngagementIdentifier=shared.engagement,
        Invitation=invitation(THIRD),
    )
    assert full.code == "ServiceQuotaExceededException"
    for account, own in owners.items():
        partner = world.client(account)
        members = partner.list_engagement_members(Catalog=CATALOG, Identifier=shared.engagement)
        assert [one["AccountId"] for one in members["EngagementMemberList"]] == list(owners)
        lists = shared.lists(account)
        assert ids(lists["opportunities"]) == [own]
        assert lists["engagements"][0]["MemberCount"] == 10
        shown = {one["ResourceId"]: one["CreatedBy"] for one in lists["associations"]}
        assert shown == {resource: owner for owner, resource in owners.items()}
        for resource in owners.values():
            snapshot = partner.get_resource_snapshot(**target(shared.engagement, resource))
            assert snapshot["ResourceSnapshotTemplateName"] == SUMMARY
    assert shared.lists(THIRD) == {"engagements": [], "associations": [], "opportunities": []}


def test_an_account_may_be_in_many_engagements_at_once(world: World) -> None:
    made = [engaged(world, account=account)["Id"] for account in (ACCOUNT, OTHER, THIRD)]
    accepted(world, invited(world, made[1], ACCOUNT, OTHER), ACCOUNT)
    accepted(world, invited(world, made[0], THIRD), THIRD)
    accepted(world, invited(world, made[2], ACCOUNT, THIRD), ACCOUNT)
    seen = {
        account: set(
            ids(world.client(account).list_engagements(Catalog=CATALOG)["EngagementSummaryList"])
        )
        for account in (ACCOUNT, OTHER, THIRD)
    }
    assert seen == {
        ACCOUNT: set(made), OTHER: {made[1]}, THIRD: {made[0], made[2]},
    }  # fmt: skip

"""Running jobs share what changes: what counts as a change, and what it takes to share it."""

from collections.abc import Iterator
from typing import Any

import pytest

from cosell.calls import Call
from cosell.contract import Document
from cosell.selling import Kind, object_at
from cosell.selling.domain import changes
from cosell.store import documents
from tests.harness import ACCOUNT, World, opportunity
from tests.relating import ENTITIES, Deal
from tests.scenes import Scene
from tests.sharing import joined, target

SNAPSHOT = "Engagement Resource Snapshot Created"
CATALOGS = ("AWS", "Sandbox")


class Shown:
    """An opportunity in an engagement, with a running job, and a role unless told otherwise."""

    def __init__(self, world: World, catalog: str = "Sandbox", *, role: bool = True) -> None:
        self.world, self.client = world, world.client()
        self.deal = Deal(world, catalog)
        referred = world.referred(catalog=catalog)
        self.client.accept_engagement_invitation(
            Catalog=catalog, Identifier=referred["EngagementInvitationId"]
        )
        self.target = target(referred["EngagementId"], self.deal.id) | {"Catalog": catalog}
        if role:
            self.set_role()
        made = self.client.create_resource_snapshot_job(**self.target)
        self.job = {"Catalog": catalog, "ResourceSnapshotJobIdentifier": made["Id"]}
        self.client.create_resource_snapshot(**self.target)
        self.client.start_resource_snapshot_job(**self.job)

    def set_role(self) -> None:
        self.client.put_selling_system_settings(
            Catalog=self.deal.catalog, ResourceSnapshotJobRoleIdentifier="Snapshots"
        )

    def revision(self) -> int:
        return int(self.client.get_resource_snapshot(**self.target)["Revision"])

    def shown(self) -> Any:
        found = self.client.get_resource_snapshot(**self.target)
        return found["Payload"]["OpportunitySummary"]

    def read(self) -> Any:
        return self.client.get_resource_snapshot_job(**self.job)

    def assign(self, name: str) -> None:
        self.client.assign_opportunity(
            Catalog=self.deal.catalog,
            Identifier=self.deal.id,
            Assignee={
                "BusinessTitle": "PartnerAccountManager",
                "Email": f"{name}@example.com",
                "FirstName": name,
                "LastName": "Manager",
            },
        )

    def told(self) -> list[str]:
        """What the account was told since this was asked last."""
        events = [one["detail-type"] for one in self.world.events()]
        before = getattr(self, "_told", 0)
        self._told = len(events)
        return events[before:]


@pytest.mark.parametrize("catalog", CATALOGS)
@pytest.mark.parametrize("type", ["Solutions", "AwsProducts", "AwsMarketplaceProducts"])
def test_running_job_shares_an_association_and_its_end(
    world: World, catalog: str, type: str
) -> None:
    shown = Shown(world, catalog)
    shown.told()
    shown.deal.associate(type)
    assert shown.told() == ["Opportunity Updated", SNAPSHOT]
    assert shown.revision() == 2
    assert shown.shown()["RelatedEntityIdentifiers"][type] == [ENTITIES[type]]
    shown.deal.associate(type)
    assert (shown.told(), shown.revision()) == ([], 2)
    shown.deal.disassociate(type)
    assert shown.told() == ["Opportunity Updated", SNAPSHOT]
    assert shown.revision() == 3
    assert not any(shown.shown()["RelatedEntityIdentifiers"].values())


@pytest.mark.parametrize("type", ["AwsMarketplaceOffers", "AwsMarketplaceOfferSets"])
def test_offer_is_not_shared_before_something_else_is(world: World, type: str) -> None:
    shown = Shown(world)
    shown.told()
    shown.deal.associate(type)
    assert shown.told() == ["Opportunity Updated"]
    assert shown.revision() == 1
    assert "LastFailure" not in shown.read()
    shown.deal.associate("AwsProducts")
    assert shown.revision() == 2
    assert shown.shown()["RelatedEntityIdentifiers"][type] == [ENTITIES[type]]
    shown.deal.disassociate(type)
    assert shown.revision() == 2


def test_running_job_shares_an_assignment(world: World) -> None:
    shown = Shown(world)
    shown.assign("first")
    shown.assign("second")
    assert shown.revision() == 3
    shown.assign("second")
    assert shown.revision() == 3
    assert [one["FirstName"] for one in shown.shown()["OpportunityTeam"][1:]] == ["second"]


def test_job_tells_when_it_shared_last(world: World) -> None:
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    shown = Shown(world)
    assert "LastSuccessfulExecutionDate" not in shown.read()
    world.desk("AdvanceClock", Seconds=60)
    shown.deal.associate("Solutions")
    assert shown.read()["LastSuccessfulExecutionDate"].isoformat() == "2030-01-01T00:01:00+00:00"
    world.desk("AdvanceClock", Seconds=60)
    shown.deal.associate("AwsMarketplaceOffers")
    assert shown.read()["LastSuccessfulExecutionDate"].isoformat() == "2030-01-01T00:01:00+00:00"


def test_job_without_a_role_fails_until_it_has_one(world: World) -> None:
    shown = Shown(world, role=False)
    assert "LastFailure" not in shown.read()  # there was nothing to share
    shown.deal.associate("Solutions")
    assert shown.revision() == 1
    assert "PutSellingSystemSettings" in shown.read()["LastFailure"]
    assert shown.read()["Status"] == "Running"
    shown.set_role()
    assert shown.revision() == 1  # the setting shares nothing
    assert "LastFailure" in shown.read()
    shown.deal.associate("AwsProducts")
    assert shown.revision() == 2
    assert "LastFailure" not in shown.read()
    assert shown.read()["LastSuccessfulExecutionDate"]


@pytest.mark.parametrize("act", ["start", "change of nothing shared"])
def test_failure_of_a_job_is_over_when_it_runs_with_a_role_and_all_is_shared(
    world: World, act: str
) -> None:
    """Somebody else shared what it could not, so that it has nothing new to show."""
    world.desk("PutClock", Time="2030-01-01T00:00:00Z", Frozen=True)
    shown = Shown(world, role=False)
    shown.deal.associate("Solutions")
    assert "LastFailure" in shown.read()
    shown.client.create_resource_snapshot(**shown.target)
    shown.deal.associate("AwsMarketplaceOffers")
    assert "LastFailure" in shown.read()  # no role yet, as before
    shown.set_role()
    world.desk("AdvanceClock", Seconds=60)
    if act == "start":
        shown.client.start_resource_snapshot_job(**shown.job)
    else:
        shown.deal.disassociate("AwsMarketplaceOffers")
    job = shown.read()
    assert "LastFailure" not in job
    assert job["LastSuccessfulExecutionDate"].isoformat() == "2030-01-01T00:01:00+00:00"


def test_role_of_another_catalog_or_account_is_no_role(world: World) -> None:
    shown = Shown(world, role=False)
    for account, catalog in ((ACCOUNT, "AWS"), ("444455556666", "Sandbox")):
        world.client(account).put_selling_system_settings(
            Catalog=catalog, ResourceSnapshotJobRoleIdentifier="Snapshots"
        )
    shown.deal.associate("Solutions")
    assert shown.revision() == 1
    assert "LastFailure" in shown.read()


def test_stopped_job_shares_what_changed_meanwhile_when_it_is_started(world: World) -> None:
    shown = Shown(world)
    shown.client.stop_resource_snapshot_job(**shown.job)
    shown.deal.associate("Solutions")
    shown.deal.associate("AwsProducts")
    assert shown.revision() == 1
    shown.client.start_resource_snapshot_job(**shown.job)
    assert shown.revision() == 2
    assert shown.shown()["RelatedEntityIdentifiers"]["AwsProducts"] == ["AmazonEC2Linux"]


def test_direct_snapshot_of_what_a_job_shared_makes_the_next_revision(world: World) -> None:
    shown = Shown(world)
    shown.deal.associate("Solutions")
    made = shown.client.create_resource_snapshot(**shown.target)
    assert made["Revision"] == 3
    shown.client.stop_resource_snapshot_job(**shown.job)
    shown.client.start_resource_snapshot_job(**shown.job)
    assert shown.revision() == 3


def test_two_jobs_of_one_target_make_one_revision_of_a_change(world: World) -> None:
    partner = world.client()
    task = partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=world.referred()["EngagementInvitationId"]
    )
    its = {"Catalog": "Sandbox", "ResourceSnapshotJobIdentifier": task["ResourceSnapshotJobId"]}
    engagement = partner.get_resource_snapshot_job(**its)["EngagementId"]
    asked = target(engagement, task["OpportunityId"])
    second = partner.create_resource_snapshot_job(**asked)["Id"]
    partner.start_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier=second)
    jobs = [its, {**its, "ResourceSnapshotJobIdentifier": second}]

    def read(member: str) -> list[Any]:
        found = (partner.get_resource_snapshot_job(**job).get(member) for job in jobs)
        return list(found)

    deal = Deal(world, id=task["OpportunityId"])
    deal.associate("Solutions")
    assert all("PutSellingSystemSettings" in failure for failure in read("LastFailure"))
    partner.put_selling_system_settings(
        Catalog="Sandbox", ResourceSnapshotJobRoleIdentifier="Snapshots"
    )
    for revision, type in ((2, "AwsProducts"), (3, "AwsMarketplaceProducts")):
        deal.associate(type)
        assert partner.get_resource_snapshot(**asked)["Revision"] == revision
        assert read("LastFailure") == [None, None]
        first, last = read("LastSuccessfulExecutionDate")
        assert first is not None
        assert first == last


def test_change_is_shared_in_every_engagement(world: World) -> None:
    shown = Shown(world)
    other = target(joined(world), shown.deal.id)
    job = shown.client.create_resource_snapshot_job(**other)["Id"]
    shown.client.start_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier=job)
    assert shown.client.get_resource_snapshot(**other)["Revision"] == 1  # what was new to it
    shown.deal.associate("Solutions")
    assert shown.revision() == 2
    assert shown.client.get_resource_snapshot(**other)["Revision"] == 2


# --- what counts ---------------------------------------------------------------------------------

# Members that the view of an opportunity shows, and those that it does not, each with a new value.
COUNTED: dict[str, Any] = {
    "OpportunityType": "Expansion",
    "LifeCycle.Stage": "Qualified",
    "LifeCycle.ReviewStatus": "Submitted",
    "LifeCycle.TargetCloseDate": "2098-01-01",
    "LifeCycle.NextSteps": "Call them",
    "OpportunityTeam": [],
    "PrimaryNeedsFromAws": ["Co-Sell - Pricing Assistance"],
    "Customer.Account.CompanyName": "Another Company",
    "Customer.Account.Address.City": "Seattle",
    "Customer.Contacts": [{"FirstName": "Some"}],
    "Project.DeliveryModels": ["Managed Services"],
    "Project.ExpectedCustomerSpend": [],
    "Project.ExpectedContractDuration": {"Term": "Months", "Value": "12"},
    "Project.CustomerUseCase": "Archiving",
    "Project.SalesActivities": ["Conducted POC / Demo"],
    "Project.OtherSolutionDescription": "What we do ourselves",
    "RelatedEntityIdentifiers.Solutions": ["S-1234567"],
    "RelatedEntityIdentifiers.AwsProducts": ["AmazonEC2Linux"],
    "RelatedEntityIdentifiers.AwsMarketplaceSolutions": ["arn:1"],
    "RelatedEntityIdentifiers.AwsMarketplaceProducts": ["arn:2"],
}
UNCOUNTED: dict[str, Any] = {
    "Project.Title": "Another title",
    "Project.CustomerBusinessProblem": "Another problem, told at some length",
    "Project.AdditionalComments": "None",
    "Project.CompetitorName": "On-Prem",
    "Marketing.Source": "Marketing Activity",
    "SoftwareRevenue": {"DeliveryModel": "Contract"},
    "NationalSecurity": "Yes",
    "PartnerOpportunityIdentifier": "our-1",
    "LifeCycle.ReviewComments": "Well done",
    "LifeCycle.ReviewStatusReason": "None",
    "LifeCycle.ClosedLostReason": "Price",
    "LifeCycle.NextStepsHistory": [],
    "RelatedEntityIdentifiers.AwsMarketplaceOffers": ["arn:3"],
    "RelatedEntityIdentifiers.AwsMarketplaceOfferSets": ["arn:4"],
    "involvement": "Co-Sell",
}


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    made = Scene()
    made.ask("PutSellingSystemSettings", ResourceSnapshotJobRoleIdentifier="Snapshots")
    yield made
    made.close()


def changed(document: Document, path: str, value: Any) -> Document:
    name, _, rest = path.partition(".")
    inner = changed(object_at(document, name), rest, value) if rest else value
    return {**document, name: inner}


def revisions_after(scene: Scene, path: str, value: Any) -> int:
    """How many revisions there are of an opportunity whose member changed, and changed no more."""
    invitation = scene.desk("ReferOpportunity", Catalog="Sandbox", ReceiverAccountId=ACCOUNT)
    named = {"Identifier": invitation["EngagementInvitationId"]}
    assert scene.ask("AcceptEngagementInvitation", **named).status == 200
    made = scene.ask("CreateOpportunity", ClientToken=named["Identifier"], **opportunity())
    asked = target(invitation["EngagementId"], made.document["Id"])
    job = scene.ask("CreateResourceSnapshotJob", ClientToken=named["Identifier"], **asked).document
    started = {"ResourceSnapshotJobIdentifier": job["Id"]}
    assert scene.ask("StartResourceSnapshotJob", **started).status == 200
    for _ in "12":
        with scene.store.write() as tx:
            call: Call = scene.call(tx, ACCOUNT)
            stored = documents.get(tx, call.ns, Kind.OPPORTUNITY, made.document["Id"])
            changes.change(call, tx, stored, changed(stored.document, path, value))
    found = scene.ask("ListResourceSnapshots", EngagementIdentifier=invitation["EngagementId"])
    return len(found.document["ResourceSnapshotSummaries"])


@pytest.mark.parametrize(("path", "value"), COUNTED.items())
def test_change_of_what_is_shown_makes_one_revision(scene: Scene, path: str, value: Any) -> None:
    assert revisions_after(scene, path, value) == 2


@pytest.mark.parametrize(("path", "value"), UNCOUNTED.items())
def test_change_of_what_is_not_shown_makes_none(scene: Scene, path: str, value: Any) -> None:
    assert revisions_after(scene, path, value) == 1

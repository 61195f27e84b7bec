"""What members of an engagement see of each other's snapshots, and what only one of them sees."""

from typing import Any

from cosell.contract import Document
from cosell.selling.views import SNAPSHOTS, Place, snapshot_row
from cosell.store import documents
from tests.engaging import THIRD, accepted, engaged, invited
from tests.harness import ACCOUNT, OTHER, World, opportunity
from tests.refusal import refusal
from tests.scenes import Scene
from tests.sharing import SUMMARY, target

AWS_FULL = "AwsOpportunitySummaryFullView"
LISTS = {
    "ListResourceSnapshots": "ResourceSnapshotSummaries",
    "ListEngagementResourceAssociations": "EngagementResourceAssociationSummaries",
    "ListResourceSnapshotJobs": "ResourceSnapshotJobSummaries",
    "ListSolutions": "SolutionSummaries",
}


def made(world: World, account: str) -> str:
    answer = world.client(account).create_opportunity(Catalog="Sandbox", **opportunity())
    return str(answer["Id"])


def shared(world: World, engagement: str, id: str, account: str = ACCOUNT) -> None:
    world.client(account).create_resource_snapshot(**target(engagement, id))


def snapshots(world: World, engagement: str, account: str, **members: Any) -> list[Any]:
    """Who shared what, newest first."""
    found = world.client(account).list_resource_snapshots(
        Catalog="Sandbox", EngagementIdentifier=engagement, **members
    )["ResourceSnapshotSummaries"]
    return [(one["CreatedBy"], one["ResourceId"], one["Revision"]) for one in found]


def associations(world: World, account: str, **members: Any) -> list[Any]:
    found = world.client(account).list_engagement_resource_associations(
        Catalog="Sandbox", **members
    )["EngagementResourceAssociationSummaries"]
    return [(one["CreatedBy"], one["ResourceId"]) for one in found]


def test_members_see_what_each_of_them_shares(world: World) -> None:
    engagement = engaged(world)["Id"]
    ours, theirs = made(world, ACCOUNT), made(world, OTHER)
    shared(world, engagement, ours)
    invitation = invited(world, engagement)
    assert associations(world, OTHER) == []
    method = world.client(OTHER).list_resource_snapshots
    before = refusal(method, Catalog="Sandbox", EngagementIdentifier=engagement)
    assert before.code == "ResourceNotFoundException"
    accepted(world, invitation)
    shared(world, engagement, theirs, OTHER)
    shared(world, engagement, ours)
    wanted = [(ACCOUNT, ours, 2), (OTHER, theirs, 1), (ACCOUNT, ours, 1)]
    for account in (ACCOUNT, OTHER):
        assert snapshots(world, engagement, account) == wanted
        assert snapshots(world, engagement, account, CreatedBy=OTHER) == wanted[1:2]
        assert associations(world, account) == [(OTHER, theirs), (ACCOUNT, ours)]
        assert associations(world, account, CreatedBy=ACCOUNT) == [(ACCOUNT, ours)]
        assert associations(world, account, EngagementIdentifier=engagement) == [
            (OTHER, theirs), (ACCOUNT, ours),
        ]  # fmt: skip
        read = world.client(account).get_resource_snapshot
        assert read(**target(engagement, theirs))["CreatedBy"] == OTHER
    assert associations(world, THIRD) == []
    third = world.client(THIRD).list_resource_snapshots
    refused = refusal(third, Catalog="Sandbox", EngagementIdentifier=engagement)
    assert refused.code == "ResourceNotFoundException"


def test_member_cannot_share_or_stop_what_another_one_has(world: World) -> None:
    engagement = engaged(world)["Id"]
    accepted(world, invited(world, engagement))
    ours = made(world, ACCOUNT)
    job = world.client().create_resource_snapshot_job(**target(engagement, ours))["Id"]
    other = world.client(OTHER)
    named = {"Catalog": "Sandbox", "ResourceSnapshotJobIdentifier": job}
    for method, members in (
        (other.create_resource_snapshot, target(engagement, ours)),
        (other.create_resource_snapshot_job, target(engagement, ours)),
        (other.start_resource_snapshot_job, named), (other.stop_resource_snapshot_job, named),
        (other.delete_resource_snapshot_job, named), (other.get_resource_snapshot_job, named),
    ):  # fmt: skip
        assert refusal(method, **members).code == "ResourceNotFoundException"


def test_jobs_of_two_members_share_each_their_own(world: World) -> None:
    engagement = engaged(world)["Id"]
    accepted(world, invited(world, engagement))
    ids = {}
    for account in (ACCOUNT, OTHER):
        partner = world.client(account)
        ids[account] = made(world, account)
        partner.put_selling_system_settings(
            Catalog="Sandbox", ResourceSnapshotJobRoleIdentifier="Snapshots"
        )
        job = partner.create_resource_snapshot_job(**target(engagement, ids[account]))["Id"]
        partner.start_resource_snapshot_job(Catalog="Sandbox", ResourceSnapshotJobIdentifier=job)
    world.client(OTHER).associate_opportunity(
        Catalog="Sandbox",
        OpportunityIdentifier=ids[OTHER],
        RelatedEntityType="AwsProducts",
        RelatedEntityIdentifier="AmazonEC2Linux",
    )
    assert snapshots(world, engagement, ACCOUNT) == [
        (OTHER, ids[OTHER], 2), (OTHER, ids[OTHER], 1), (ACCOUNT, ids[ACCOUNT], 1),
    ]  # fmt: skip
    told = [
        one["detail"]["resourceSnapshot"]["resourceId"]
        for one in world.events(ACCOUNT)
        if one["detail-type"] == "Engagement Resource Snapshot Created"
    ]
    assert told == [ids[ACCOUNT], ids[OTHER], ids[OTHER]]


def test_what_aws_says_of_an_opportunity_is_listed_for_its_owner_alone(world: World) -> None:
    referred = world.referred()
    task = world.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=referred["EngagementInvitationId"]
    )
    engagement, id = referred["EngagementId"], task["OpportunityId"]
    for words in ("Call them", "Call them again"):
        world.desk(
            "UpdateAwsOpportunitySummary",
            Catalog="Sandbox",
            OpportunityIdentifier=id,
            LifeCycle={"NextSteps": words},
        )
    accepted(world, invited(world, engagement))
    by_aws = {"CreatedBy": "aws"}
    owned = snapshots(world, engagement, ACCOUNT, **by_aws)
    assert owned[:2] == [("aws", id, len(owned)), ("aws", id, len(owned) - 1)]
    template = {"ResourceSnapshotTemplateIdentifier": AWS_FULL}
    assert snapshots(world, engagement, ACCOUNT, **template) == owned
    assert snapshots(world, engagement, OTHER, **by_aws) == []
    assert snapshots(world, engagement, OTHER, **template) == []
    for_all = [one for one in snapshots(world, engagement, ACCOUNT) if one not in owned]
    assert snapshots(world, engagement, OTHER) == for_all != []
    assert associations(world, OTHER) == associations(world, ACCOUNT) == [(ACCOUNT, id)]


# --- rows that are written into the store --------------------------------------------------------


def joined(scene: Scene) -> tuple[str, str]:
    """An engagement that the account is in, and an opportunity of its own."""
    referred = scene.desk("ReferOpportunity", Catalog="Sandbox", ReceiverAccountId=ACCOUNT)
    scene.ask("AcceptEngagementInvitation", Identifier=referred["EngagementInvitationId"])
    made = scene.ask("CreateOpportunity", ClientToken="one", **opportunity())
    return str(referred["EngagementId"]), str(made.document["Id"])


def shown_to(scene: Scene, engagement: str, audience: str, revision: int) -> None:
    """A snapshot that one account alone sees, as AWS makes them."""
    arn = f"arn:aws:partnercentral:us-east-1::catalog/Sandbox/engagement/{engagement}"
    with scene.store.write() as tx:
        call = scene.call(tx, audience)
        document: Document = {
            "Arn": f"{arn}/resource/Opportunity/O1/template/{AWS_FULL}/snapshot/{revision}",
            "CreatedBy": "aws",
            "EngagementId": engagement,
            "ResourceId": "O1",
            "ResourceSnapshotTemplateName": AWS_FULL,
            "ResourceType": "Opportunity",
            "Revision": revision,
        }
        place = Place(call.ns, tx.number("seq"), call.now)
        documents.show(tx, SNAPSHOTS, snapshot_row(place, audience, document))


def test_snapshot_for_its_owner_alone_stands_among_those_for_all(scene: Scene) -> None:
    scene.desk("PutClock", Frozen=True)
    engagement, id = joined(scene)
    for number in range(1, 7):  # the third and the sixth are for all
        audience = {1: ACCOUNT, 2: OTHER, 4: ACCOUNT, 5: OTHER}.get(number, "")
        if audience:
            shown_to(scene, engagement, audience, number)
        else:
            scene.ask("CreateResourceSnapshot", ClientToken=str(number), **target(engagement, id))
    every = [f"{SUMMARY}/2", f"{AWS_FULL}/4", f"{SUMMARY}/1", f"{AWS_FULL}/1"]
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, every),
        ({"ResourceSnapshotTemplateIdentifier": AWS_FULL}, every[1::2]),
        ({"ResourceIdentifier": id}, every[::2]),
        ({"CreatedBy": "aws"}, every[1::2]),
        ({"CreatedBy": "aws", "ResourceIdentifier": id}, []),
    ]
    for members, wanted in cases:
        for size in (1, 2, 50):
            found = []
            asked: dict[str, Any] = {
                "EngagementIdentifier": engagement,
                "MaxResults": size,
                **members,
            }
            while asked:
                page = scene.ask("ListResourceSnapshots", **asked).document
                rows = page["ResourceSnapshotSummaries"]
                found += [
                    f"{one['ResourceSnapshotTemplateName']}/{one['Revision']}" for one in rows
                ]
                token = page["NextToken"]
                asked = {**asked, "NextToken": token} if token else {}
            assert found == wanted, (members, size)


def test_lists_that_an_older_renderer_wrote_look_the_same(scene: Scene) -> None:
    """Of rows without documents as of those with one."""
    engagement, id = joined(scene)
    scene.desk("PutSolution", Catalog="Sandbox", AccountId=ACCOUNT, Name="Our own")
    for number in "123":
        scene.ask("CreateResourceSnapshot", ClientToken=number, **target(engagement, id))
    scene.ask("CreateResourceSnapshotJob", ClientToken="job", **target(engagement, id))
    tables = ("snapshot_view", "association_view", "job_view", "solution_view")
    asked: dict[str, Any] = {"EngagementIdentifier": engagement, "MaxResults": 2}
    before = {name: scene.ask(name, **asked).document[member] for name, member in LISTS.items()}
    assert all(before.values())
    with scene.store.write() as tx:
        for table in tables:
            tx.execute(f"update {table} set renderer = 0, summary = :old", {"old": b"{}"})
    for name, member in LISTS.items():
        assert scene.ask(name, **asked).document[member] == before[name], name

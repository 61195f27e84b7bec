"""The founding story: AWS refers, the partner sees, starts, lists, and has the opportunity."""

from tests.harness import World


def test_a_referral_is_accepted_by_a_task(world: World) -> None:
    partner = world.client()
    referred = world.referred()

    [invitation] = partner.list_engagement_invitations(
        Catalog="Sandbox", ParticipantType="RECEIVER"
    )["EngagementInvitationSummaries"]
    assert invitation["Id"] == referred["EngagementInvitationId"]
    assert invitation["Status"] == "PENDING"

    started = partner.start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=invitation["Id"], Tags=[{"Key": "team", "Value": "blue"}]
    )
    assert started["TaskStatus"] == "COMPLETE"
    assert started["OpportunityId"] == referred["OpportunityId"]

    [task] = partner.list_engagement_by_accepting_invitation_tasks(Catalog="Sandbox")[
        "TaskSummaries"
    ]
    del started["ResponseMetadata"]
    assert task == started

    opportunity = partner.get_opportunity(Catalog="Sandbox", Identifier=task["OpportunityId"])
    assert opportunity["LifeCycle"]["ReviewStatus"] == "Approved"
    tags = partner.list_tags_for_resource(ResourceArn=opportunity["Arn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "blue"}]
    job = partner.get_resource_snapshot_job(
        Catalog="Sandbox", ResourceSnapshotJobIdentifier=task["ResourceSnapshotJobId"]
    )
    assert job["Status"] == "Running"

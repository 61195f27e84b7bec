"""The stories of AWS's developer guide between a partner and AWS, told with boto3 and the desk."""

from tests.refusal import refusal
from tests.stories.sides import ANOTHER_SOLUTION, ROLE, SOLUTION, Side

OPEN_STAGES = ("Qualified", "Technical Validation", "Business Validation", "Committed")


def test_partner_originated_co_sell_to_launched(side: Side) -> None:
    side.ask("put_selling_system_settings", ResourceSnapshotJobRoleIdentifier=ROLE)
    id = side.create()
    assert side.life(id)["ReviewStatus"] == "Pending Submission"
    side.associate(id)
    task = side.submit(id)
    assert side.life(id)["ReviewStatus"] == "Submitted"
    assert side.members(task["EngagementId"]) == [side.account]
    invitation = side.invitation(task["EngagementInvitationId"])
    assert (invitation["Status"], invitation["Receiver"]) == (
        "PENDING",
        {"Account": {"AwsAccountId": "aws"}},
    )
    job = side.ask(
        "get_resource_snapshot_job", ResourceSnapshotJobIdentifier=task["ResourceSnapshotJobId"]
    )
    assert job["Status"] == "Running"

    side.review(id, "Approved", Comments="Welcome.")
    life = side.life(id)
    assert (life["ReviewStatus"], life["ReviewComments"]) == ("Approved", "Welcome.")
    assert side.invitation(task["EngagementInvitationId"])["Status"] == "ACCEPTED"
    assert side.members(task["EngagementId"]) == [side.account, "aws"]
    summary = side.summary(id)
    assert (summary["InvolvementType"], summary["Visibility"]) == ("Co-Sell", "Full")
    assert summary["Origin"] == "Partner Referral"

    for stage in (*OPEN_STAGES, "Launched"):
        side.move(id, stage)
        assert side.life(id)["Stage"] == stage
        assert side.snapshot(task["EngagementId"], id)["Lifecycle"]["Stage"] == stage
    revisions = side.snapshots(task["EngagementId"])
    assert revisions == list(range(1, len(revisions) + 1))
    again = refusal(side.move, id=id, stage="Qualified")
    assert again.fields == [("lifeCycle.stage", "ACTION_NOT_PERMITTED")]


def test_aws_referral_accepted_and_worked_on(side: Side) -> None:
    referred = side.world.referred(side.account, side.catalog)
    found = side.ask("list_engagement_invitations", ParticipantType="RECEIVER", Status=["PENDING"])[
        "EngagementInvitationSummaries"
    ]
    assert [one["Id"] for one in found] == [referred["EngagementInvitationId"]]
    task = side.ask("start_engagement_by_accepting_invitation_task", Identifier=found[0]["Id"])
    assert task["TaskStatus"] == "COMPLETE"
    id = task["OpportunityId"]
    assert side.life(id)["ReviewStatus"] == "Approved"
    assert side.summary(id)["Origin"] == "AWS Referral"
    side.associate(id)
    for stage in (*OPEN_STAGES, "Launched"):
        side.move(id, stage)
    assert side.life(id)["Stage"] == "Launched"


def test_action_required_and_resubmission(side: Side) -> None:
    id = side.create()
    side.associate(id)
    first = side.submit(id)
    side.review(id, "Action Required", Comments="Which city?")
    life = side.life(id)
    assert (life["ReviewStatus"], life["ReviewComments"]) == ("Action Required", "Which city?")
    assert side.invitation(first["EngagementInvitationId"])["Status"] == "PENDING"
    frozen = refusal(side.edit, id=id, change=lambda one: one["Project"].update(Title="Other"))
    assert frozen.fields == [("project.title", "ACTION_NOT_PERMITTED")]

    side.edit(id, lambda one: one["Customer"]["Account"]["Address"].update(City="Seattle"))
    assert side.life(id)["ReviewStatus"] == "Submitted"
    again = side.submit(id)  # a program that submits after its update is not turned away
    assert again["EngagementId"] == first["EngagementId"]
    assert again["EngagementInvitationId"] == first["EngagementInvitationId"]
    side.review(id, "Approved")
    assert side.life(id)["ReviewStatus"] == "Approved"
    engagements = side.ask("list_engagements")["EngagementSummaryList"]
    assert [one["Id"] for one in engagements] == [first["EngagementId"]]


def test_action_required_and_submitted_without_an_update(side: Side) -> None:
    id = side.create()
    side.associate(id)
    first = side.submit(id)
    side.review(id, "ActionRequired")
    again = side.submit(id)
    assert side.life(id)["ReviewStatus"] == "Submitted"
    assert again["EngagementInvitationId"] == first["EngagementInvitationId"]
    assert again["ResourceSnapshotJobId"] == first["ResourceSnapshotJobId"]


def test_rejected(side: Side) -> None:
    id = side.create()
    side.associate(id)
    task = side.submit(id)
    side.review(id, "Rejected", Reason="Unable to support")
    assert side.life(id)["ReviewStatus"] == "Rejected"
    invitation = side.invitation(task["EngagementInvitationId"])
    assert (invitation["Status"], invitation["RejectionReason"]) == (
        "REJECTED",
        "Unable to support",
    )
    assert side.members(task["EngagementId"]) == [side.account]
    told = refusal(side.edit, id=id, change=lambda one: one["Project"].update(Title="Other"))
    assert told.fields == [("project.title", "ACTION_NOT_PERMITTED")]
    again = side.ask(
        "start_engagement_from_opportunity_task",
        Identifier=id,
        AwsSubmission={"InvolvementType": "Co-Sell"},
    )
    assert (again["TaskStatus"], again["ReasonCode"]) == ("FAILED", "OpportunitySubmissionFailed")


def test_for_visibility_only(side: Side) -> None:
    id = side.create(Project={"SalesActivities": None})
    side.associate(id)
    side.submit(id, "For Visibility Only", Visibility="Limited")
    side.review(id, "Approved")
    needs = side.get(id)["PrimaryNeedsFromAws"]
    assert needs == ["Do Not Need Support from AWS Sales Rep"]
    summary = side.summary(id)
    assert (summary["InvolvementType"], summary["Visibility"]) == (
        "For Visibility Only",
        "Limited",
    )
    side.move(id, "Qualified")  # the whole answer goes back, the value outside the enum included
    assert side.get(id)["PrimaryNeedsFromAws"] == needs


def test_deal_sizing_with_a_contract_duration(side: Side) -> None:
    own = {
        "Amount": "120000.00",
        "CurrencyCode": "USD",
        "Frequency": "None",
        "TargetCompany": "Self",
    }
    id = side.create(
        Project={
            "ExpectedContractDuration": {"Term": "Months", "Value": "24"},
            "ExpectedCustomerSpend": [own],
        }
    )
    estimate = {
        "Amount": "5000.00",
        "CurrencyCode": "USD",
        "Frequency": "Monthly",
        "TargetCompany": "AWS",
    }
    assert side.get(id)["Project"]["ExpectedCustomerSpend"] == [estimate, own]
    insights = side.summary(id)
    assert insights["Project"]["ExpectedCustomerSpend"][0]["TargetCompany"] == "AWS"

    def prolong(one: dict[str, dict[str, object]]) -> None:
        one["Project"]["ExpectedContractDuration"] = {"Term": "Months", "Value": "12"}

    side.edit(id, prolong)
    amounts = [one["Amount"] for one in side.get(id)["Project"]["ExpectedCustomerSpend"]]
    assert amounts == ["10000.00", "120000.00"]
    side.edit(id, lambda one: one["Project"].pop("ExpectedContractDuration"))
    project = side.get(id)["Project"]
    assert project["ExpectedContractDuration"]["Value"] == "12", "left out is unchanged"


def test_solution_replaced(side: Side) -> None:
    id = side.create()
    side.associate(id)
    task = side.submit(id)
    side.review(id, "Approved")
    side.associate(id, ANOTHER_SOLUTION)
    side.disassociate(id, SOLUTION)
    assert side.get(id)["RelatedEntityIdentifiers"]["Solutions"] == [ANOTHER_SOLUTION]
    side.move(id, "Committed")
    last = refusal(side.disassociate, id=id, entity=ANOTHER_SOLUTION)
    assert last.code == "ValidationException"
    assert [code for _, code in last.fields] == ["ACTION_NOT_PERMITTED"]
    assert side.get(id)["RelatedEntityIdentifiers"]["Solutions"] == [ANOTHER_SOLUTION]
    assert side.members(task["EngagementId"]) == [side.account, "aws"]


def test_closed_lost(side: Side) -> None:
    id = side.create()
    early = refusal(side.move, id=id, stage="Closed Lost", ClosedLostReason="Price")
    assert early.fields == [("lifeCycle.stage", "ACTION_NOT_PERMITTED")]
    side.associate(id)
    side.submit(id)
    side.review(id, "Approved")
    without = refusal(side.move, id=id, stage="Closed Lost")
    assert without.fields == [("lifeCycle.closedLostReason", "REQUIRED_FIELD_MISSING")]
    side.move(id, "Closed Lost", ClosedLostReason="Price")
    assert side.life(id)["ClosedLostReason"] == "Price"
    back = refusal(side.move, id=id, stage="Qualified")
    assert ("lifeCycle.stage", "ACTION_NOT_PERMITTED") in back.fields


def test_aws_works_on_its_side(side: Side) -> None:
    referred = side.world.referred(side.account, side.catalog)
    task = side.ask(
        "start_engagement_by_accepting_invitation_task",
        Identifier=referred["EngagementInvitationId"],
    )
    id = task["OpportunityId"]
    side.world.desk(
        "UpdateAwsOpportunitySummary",
        Catalog=side.catalog,
        OpportunityIdentifier=id,
        LifeCycle={"Stage": "Engaged", "NextSteps": "Workshop next week"},
    )
    life = side.summary(id)["LifeCycle"]
    assert (life["Stage"], life["NextSteps"]) == ("Engaged", "Workshop next week")
    assert side.told()[-2:] == ["Opportunity Updated", "Engagement Resource Snapshot Created"]
    engagement = referred["EngagementId"]
    full = side.snapshot(engagement, id, "AwsOpportunitySummaryFullView")
    assert full["LifeCycle"]["Stage"] == "Engaged"
    assert side.snapshots(engagement, "AwsOpportunitySummaryFullView") == [1, 2]

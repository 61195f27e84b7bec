"""The stories of AWS's developer guide between a partner and AWS, told with boto3 and the desk."""

from tests.refusal import refusal
from tests.stories.deals import ANOTHER_SOLUTION, ROLE, SOLUTION, Deal

OPEN_STAGES = ("Qualified", "Technical Validation", "Business Validation", "Committed")


def test_partner_originated_co_sell_to_launched(deal: Deal) -> None:
    deal.ask("put_selling_system_settings", ResourceSnapshotJobRoleIdentifier=ROLE)
    id = deal.create()
    assert deal.life(id)["ReviewStatus"] == "Pending Submission"
    deal.associate(id)
    task = deal.submit(id)
    assert deal.life(id)["ReviewStatus"] == "Submitted"
    assert deal.members(task["EngagementId"]) == [deal.account]
    invitation = deal.invitation(task["EngagementInvitationId"])
    assert (invitation["Status"], invitation["Receiver"]) == (
        "PENDING",
        {"Account": {"AwsAccountId": "aws"}},
    )
    job = deal.ask(
        "get_resource_snapshot_job", ResourceSnapshotJobIdentifier=task["ResourceSnapshotJobId"]
    )
    assert job["Status"] == "Running"

    deal.review(id, "Approved", Comments="Welcome.")
    life = deal.life(id)
    assert (life["ReviewStatus"], life["ReviewComments"]) == ("Approved", "Welcome.")
    assert deal.invitation(task["EngagementInvitationId"])["Status"] == "ACCEPTED"
    assert deal.members(task["EngagementId"]) == [deal.account, "aws"]
    summary = deal.summary(id)
    assert (summary["InvolvementType"], summary["Visibility"]) == ("Co-Sell", "Full")
    assert summary["Origin"] == "Partner Referral"

    for stage in (*OPEN_STAGES, "Launched"):
        deal.move(id, stage)
        assert deal.life(id)["Stage"] == stage
        assert deal.snapshot(task["EngagementId"], id)["Lifecycle"]["Stage"] == stage
    revisions = deal.snapshots(task["EngagementId"])
    assert revisions == list(range(1, len(revisions) + 1))
    again = refusal(deal.move, id=id, stage="Qualified")
    assert again.fields == [("lifeCycle.stage", "ACTION_NOT_PERMITTED")]


def test_aws_referral_accepted_and_worked_on(deal: Deal) -> None:
    referred = deal.world.referred(deal.account, deal.catalog)
    found = deal.ask("list_engagement_invitations", ParticipantType="RECEIVER", Status=["PENDING"])[
        "EngagementInvitationSummaries"
    ]
    assert [one["Id"] for one in found] == [referred["EngagementInvitationId"]]
    task = deal.ask("start_engagement_by_accepting_invitation_task", Identifier=found[0]["Id"])
    assert task["TaskStatus"] == "COMPLETE"
    id = task["OpportunityId"]
    assert deal.life(id)["ReviewStatus"] == "Approved"
    assert deal.summary(id)["Origin"] == "AWS Referral"
    deal.associate(id)
    for stage in (*OPEN_STAGES, "Launched"):
        deal.move(id, stage)
    assert deal.life(id)["Stage"] == "Launched"


def test_action_required_and_resubmission(deal: Deal) -> None:
    id = deal.create()
    deal.associate(id)
    first = deal.submit(id)
    deal.review(id, "Action Required", Comments="Which city?")
    life = deal.life(id)
    assert (life["ReviewStatus"], life["ReviewComments"]) == ("Action Required", "Which city?")
    assert deal.invitation(first["EngagementInvitationId"])["Status"] == "PENDING"
    frozen = refusal(deal.edit, id=id, change=lambda one: one["Project"].update(Title="Other"))
    assert frozen.fields == [("project.title", "ACTION_NOT_PERMITTED")]

    deal.edit(id, lambda one: one["Customer"]["Account"]["Address"].update(City="Seattle"))
    assert deal.life(id)["ReviewStatus"] == "Submitted"
    again = deal.submit(id)  # a program that submits after its update is not turned away
    assert again["EngagementId"] == first["EngagementId"]
    assert again["EngagementInvitationId"] == first["EngagementInvitationId"]
    deal.review(id, "Approved")
    assert deal.life(id)["ReviewStatus"] == "Approved"
    engagements = deal.ask("list_engagements")["EngagementSummaryList"]
    assert [one["Id"] for one in engagements] == [first["EngagementId"]]


def test_action_required_and_submitted_without_an_update(deal: Deal) -> None:
    id = deal.create()
    deal.associate(id)
    first = deal.submit(id)
    deal.review(id, "ActionRequired")
    again = deal.submit(id)
    assert deal.life(id)["ReviewStatus"] == "Submitted"
    assert again["EngagementInvitationId"] == first["EngagementInvitationId"]
    assert again["ResourceSnapshotJobId"] == first["ResourceSnapshotJobId"]


def test_rejected(deal: Deal) -> None:
    id = deal.create()
    deal.associate(id)
    task = deal.submit(id)
    deal.review(id, "Rejected", Reason="Unable to support")
    assert deal.life(id)["ReviewStatus"] == "Rejected"
    invitation = deal.invitation(task["EngagementInvitationId"])
    assert (invitation["Status"], invitation["RejectionReason"]) == (
        "REJECTED",
        "Unable to support",
    )
    assert deal.members(task["EngagementId"]) == [deal.account]
    told = refusal(deal.edit, id=id, change=lambda one: one["Project"].update(Title="Other"))
    assert told.fields == [("project.title", "ACTION_NOT_PERMITTED")]
    again = deal.ask(
        "start_engagement_from_opportunity_task",
        Identifier=id,
        AwsSubmission={"InvolvementType": "Co-Sell"},
    )
    assert (again["TaskStatus"], again["ReasonCode"]) == ("FAILED", "OpportunitySubmissionFailed")


def test_for_visibility_only(deal: Deal) -> None:
    id = deal.create(Project={"SalesActivities": None})
    deal.associate(id)
    deal.submit(id, "For Visibility Only", Visibility="Limited")
    deal.review(id, "Approved")
    needs = deal.get(id)["PrimaryNeedsFromAws"]
    assert needs == ["Do Not Need Support from AWS Sales Rep"]
    summary = deal.summary(id)
    assert (summary["InvolvementType"], summary["Visibility"]) == (
        "For Visibility Only",
        "Limited",
    )
    deal.move(id, "Qualified")  # the whole answer goes back, the value outside the enum included
    assert deal.get(id)["PrimaryNeedsFromAws"] == needs


def test_deal_sizing_with_a_contract_duration(deal: Deal) -> None:
    own = {
        "Amount": "120000.00",
        "CurrencyCode": "USD",
        "Frequency": "None",
        "TargetCompany": "Self",
    }
    id = deal.create(
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
    assert deal.get(id)["Project"]["ExpectedCustomerSpend"] == [estimate, own]
    insights = deal.summary(id)
    assert insights["Project"]["ExpectedCustomerSpend"][0]["TargetCompany"] == "AWS"

    def prolong(one: dict[str, dict[str, object]]) -> None:
        one["Project"]["ExpectedContractDuration"] = {"Term": "Months", "Value": "12"}

    deal.edit(id, prolong)
    amounts = [one["Amount"] for one in deal.get(id)["Project"]["ExpectedCustomerSpend"]]
    assert amounts == ["10000.00", "120000.00"]
    deal.edit(id, lambda one: one["Project"].pop("ExpectedContractDuration"))
    project = deal.get(id)["Project"]
    assert project["ExpectedContractDuration"]["Value"] == "12", "left out is unchanged"


def test_solution_replaced(deal: Deal) -> None:
    id = deal.create()
    deal.associate(id)
    task = deal.submit(id)
    deal.review(id, "Approved")
    deal.associate(id, ANOTHER_SOLUTION)
    deal.disassociate(id, SOLUTION)
    assert deal.get(id)["RelatedEntityIdentifiers"]["Solutions"] == [ANOTHER_SOLUTION]
    deal.move(id, "Committed")
    last = refusal(deal.disassociate, id=id, entity=ANOTHER_SOLUTION)
    assert last.code == "ValidationException"
    assert [code for _, code in last.fields] == ["ACTION_NOT_PERMITTED"]
    assert deal.get(id)["RelatedEntityIdentifiers"]["Solutions"] == [ANOTHER_SOLUTION]
    assert deal.members(task["EngagementId"]) == [deal.account, "aws"]


def test_closed_lost(deal: Deal) -> None:
    id = deal.create()
    early = refusal(deal.move, id=id, stage="Closed Lost", ClosedLostReason="Price")
    assert early.fields == [("lifeCycle.stage", "ACTION_NOT_PERMITTED")]
    deal.associate(id)
    deal.submit(id)
    deal.review(id, "Approved")
    without = refusal(deal.move, id=id, stage="Closed Lost")
    assert without.fields == [("lifeCycle.closedLostReason", "REQUIRED_FIELD_MISSING")]
    deal.move(id, "Closed Lost", ClosedLostReason="Price")
    assert deal.life(id)["ClosedLostReason"] == "Price"
    back = refusal(deal.move, id=id, stage="Qualified")
    assert ("lifeCycle.stage", "ACTION_NOT_PERMITTED") in back.fields


def test_aws_works_on_its_side(deal: Deal) -> None:
    referred = deal.world.referred(deal.account, deal.catalog)
    task = deal.ask(
        "start_engagement_by_accepting_invitation_task",
        Identifier=referred["EngagementInvitationId"],
    )
    id = task["OpportunityId"]
    deal.world.desk(
        "UpdateAwsOpportunitySummary",
        Catalog=deal.catalog,
        OpportunityIdentifier=id,
        LifeCycle={"Stage": "Engaged", "NextSteps": "Workshop next week"},
    )
    life = deal.summary(id)["LifeCycle"]
    assert (life["Stage"], life["NextSteps"]) == ("Engaged", "Workshop next week")
    assert deal.told()[-2:] == ["Opportunity Updated", "Engagement Resource Snapshot Created"]
    engagement = referred["EngagementId"]
    full = deal.snapshot(engagement, id, "AwsOpportunitySummaryFullView")
    assert full["LifeCycle"]["Stage"] == "Engaged"
    assert deal.snapshots(engagement, "AwsOpportunitySummaryFullView") == [1, 2]

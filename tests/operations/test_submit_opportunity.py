"""SubmitOpportunity: what it does."""

import pytest

from tests.deals import CATALOGS, Deal, beside_aws, created, engaged, shown, submitted
from tests.harness import World
from tests.refusal import refusal
from tests.submitting import VISIBILITY_ONLY

LIMITED = {"Visibility": "Limited"}
SUPPORT = ["Co-Sell - Deal Support"]
NO_SUPPORT = "Do Not Need Support from AWS Sales Rep"


@pytest.mark.parametrize("catalog", CATALOGS)
def test_submission_waits_for_review_and_asks_aws_in(world: World, catalog: str) -> None:
    deal = engaged(world, {"Project.Title": "A" * 60}, catalog)
    before = deal.read()
    deal.submit()
    after = deal.read()
    assert after["LifeCycle"].pop("ReviewStatus") == "Submitted"
    assert after.pop("LastModifiedDate") > before.pop("LastModifiedDate")
    del before["LifeCycle"]["ReviewStatus"], before["ResponseMetadata"], after["ResponseMetadata"]
    assert after == before
    assert deal.members() == [deal.account]
    [asked] = deal.invitations()
    assert asked["Receiver"] == {"Account": {"AwsAccountId": "aws"}}
    assert asked["Status"] == "PENDING"
    assert "ExpirationDate" not in asked
    assert (asked["EngagementTitle"], asked["EngagementDescription"]) == ("Web shop", "Shared work")
    payload = asked["Payload"]["OpportunityInvitation"]
    assert payload["Project"]["Title"] == "A" * 60
    assert payload["Customer"]["CompanyName"] == "Example Company"
    [contact] = payload["SenderContacts"]
    assert contact["Email"] == after["OpportunityTeam"][0]["Email"]
    assert payload["ReceiverResponsibilities"] == ["Co-Sell Facilitator"]
    world.desk("AdvanceClock", Seconds=365 * 86_400)
    assert deal.invitations()[0]["Status"] == "PENDING"


CONTRACT = {
    "Project.ExpectedContractDuration": {"Term": "Months", "Value": "12"},
    "Project.ExpectedCustomerSpend": [
        {
            "Amount": "120000.00",
            "CurrencyCode": "USD",
            "Frequency": "None",
            "TargetCompany": "Self",
        }
    ],
}
MONTHLY = {
    "Amount": "10000.00",
    "CurrencyCode": "USD",
    "Frequency": "Monthly",
    "TargetCompany": "AWS",
}


def test_invitation_of_aws_does_not_tell_the_contracts_value(world: World) -> None:
    deal = engaged(world, CONTRACT)
    assert len(deal.read()["Project"]["ExpectedCustomerSpend"]) == 2
    deal.submit()
    [asked] = deal.invitations()
    assert asked["Payload"]["OpportunityInvitation"]["Project"]["ExpectedCustomerSpend"] == [
        MONTHLY
    ]


def test_referral_does_not_tell_the_contracts_value(world: World) -> None:
    project = {path.split(".")[1]: value for path, value in CONTRACT.items()}
    referred = world.referred(Project=project)
    asked = {"Catalog": "Sandbox", "Identifier": referred["EngagementInvitationId"]}
    invitation = world.client().get_engagement_invitation(**asked)
    payload = invitation["Payload"]["OpportunityInvitation"]
    assert payload["Project"]["ExpectedCustomerSpend"] == [MONTHLY]
    task = world.client().start_engagement_by_accepting_invitation_task(**asked)
    deal = Deal(world, task["OpportunityId"], referred["EngagementId"])
    kept = deal.read()["Project"]["ExpectedCustomerSpend"]
    assert [one["TargetCompany"] for one in kept] == ["AWS", "Self"]


def test_engagement_without_a_title_asks_with_the_opportunitys(world: World) -> None:
    problem = "The customer has a web shop. " * 12
    changes = {"Project.Title": "B" * 60, "Project.CustomerBusinessProblem": problem}
    deal = created(world, changes)
    made = deal.partner.create_engagement(Catalog="Sandbox")
    deal = shown(deal, made["Id"])
    deal.submit()
    [asked] = deal.invitations()
    assert asked["EngagementTitle"] == "B" * 40
    assert asked["EngagementDescription"] == problem[:255]


def test_submission_where_aws_is_a_member_asks_nobody(world: World) -> None:
    deal = beside_aws(world)
    deal.submit()
    assert deal.status == "Submitted"
    assert deal.invitations() == []


def test_second_submission_into_an_engagement_asks_aws_once(world: World) -> None:
    first = submitted(world)
    second = shown(created(world), first.engagement)
    second.submit()
    assert second.status == "Submitted"
    assert len(first.invitations()) == 1


def test_submission_goes_where_the_opportunity_was_shown_last(world: World) -> None:
    first = engaged(world)
    made = first.partner.create_engagement(Catalog="Sandbox", Title="Other", Description="Work")
    second = shown(first, made["Id"])
    second.submit()
    assert (first.invitations(), len(second.invitations())) == ([], 1)


def test_second_submission_goes_where_the_first_one_went(world: World) -> None:
    first = submitted(world)
    first.review("ActionRequired")
    made = first.partner.create_engagement(Catalog="Sandbox", Title="Other", Description="Work")
    second = shown(first, made["Id"])
    second.submit()
    assert (len(first.invitations()), second.invitations()) == (1, [])
    second.review("Approved")
    assert ("aws" in first.members(), "aws" in second.members()) == (True, False)


def test_submission_makes_no_snapshot_of_its_own(world: World) -> None:
    deal = submitted(world)
    shown_then = deal.snapshot()
    assert shown_then["Revision"] == 1
    assert shown_then["Payload"]["OpportunitySummary"]["Lifecycle"]["ReviewStatus"] == (
        "Pending Submission"
    )
    jobs = deal.partner.list_resource_snapshot_jobs(Catalog="Sandbox")
    assert jobs["ResourceSnapshotJobSummaries"] == []


def test_submission_for_visibility_only_wants_no_support(world: World) -> None:
    deal = engaged(world)
    deal.submit(**VISIBILITY_ONLY, **LIMITED)
    after = deal.read()
    assert after["PrimaryNeedsFromAws"] == [NO_SUPPORT]
    assert after["LifeCycle"]["NextSteps"] == "Call the customer."


def test_submission_for_visibility_only_drops_next_steps_as_documented(world: World) -> None:
    world.desk("PutProfile", Profile="documented")
    deal = engaged(world)
    deal.submit(**VISIBILITY_ONLY)
    assert "NextSteps" not in deal.read()["LifeCycle"]


def test_submission_after_an_update_of_what_aws_asked_for_has_nothing_left_to_do(
    world: World,
) -> None:
    deal = submitted(world)
    deal.review("ActionRequired")
    deal.update({"Customer.Account.Address.City": "Seattle"})
    assert deal.status == "Submitted"
    told = world.events()
    before = deal.read()
    for _ in "12":
        deal.submit()
    assert deal.read()["LastModifiedDate"] == before["LastModifiedDate"]
    assert world.events() == told


def resubmitted(world: World, **submission: str) -> Deal:
    """An opportunity that AWS sent back and an update submitted again. The Sandbox's reviewer wrote
    its needs, which no partner could meanwhile."""
    deal = submitted(world, **submission)
    deal.update({"LifeCycle.ReviewStatus": "Action Required", "PrimaryNeedsFromAws": SUPPORT})
    deal.update({"Customer.Account.Address.City": "Seattle"})
    assert deal.status == "Submitted"
    return deal


def test_submission_after_an_update_that_asks_for_more_is_one_like_any_other(world: World) -> None:
    deal = resubmitted(world, **VISIBILITY_ONLY, **LIMITED)
    deal.submit()
    assert deal.status == "Submitted"
    assert involved(deal) == ("Co-Sell", "Full")
    assert deal.read()["PrimaryNeedsFromAws"] == SUPPORT
    told = refusal(deal.submit)
    assert told.fields == [("lifeCycle.reviewStatus", "ACTION_NOT_PERMITTED")]


@pytest.mark.parametrize(
    ("asked", "field"),
    [(LIMITED, "primaryNeedsFromAws"), (VISIBILITY_ONLY, "involvementType")],
    ids=["limited", "visibility only"],
)
def test_submission_after_an_update_is_refused_like_any_other(
    world: World, asked: dict[str, str], field: str
) -> None:
    deal = resubmitted(world)
    told = refusal(deal.submit, **asked)
    assert told.fields == [(field, "ACTION_NOT_PERMITTED")]
    assert involved(deal) == ("Co-Sell", "Full")
    deal.submit()


def involved(deal: Deal) -> tuple[str, str]:
    summary = deal.summary()
    return summary["InvolvementType"], summary["Visibility"]


def test_submission_of_what_aws_sent_back_changes_nothing_else(world: World) -> None:
    deal = submitted(world)
    [asked] = deal.invitations()
    deal.review("ActionRequired", Comments="Which city?")
    deal.submit()
    assert deal.status == "Submitted"
    assert deal.read()["LifeCycle"]["ReviewComments"] == "Which city?"
    assert [one["Id"] for one in deal.invitations()] == [asked["Id"]]

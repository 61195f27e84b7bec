"""The stories of AWS's developer guide among several partners, and of leads."""

from typing import Any

from tests.harness import OTHER
from tests.refusal import refusal
from tests.stories.sides import ROLE, Side

CONTACT = {
    "BusinessTitle": "Alliance Lead",
    "Email": "Alliances@example.com",
    "FirstName": "A",
    "LastName": "B",
}


def to_partner(receiver: str, **project: Any) -> dict[str, Any]:
    """An opportunity invitation."""
    return {
        "Message": "Let us do this together.",
        "Receiver": {"Account": {"AwsAccountId": receiver, "Alias": "Friends"}},
        "Payload": {
            "OpportunityInvitation": {
                "Customer": {
                    "CompanyName": "Example Company",
                    "CountryCode": "US",
                    "Industry": "Retail",
                    "WebsiteUrl": "https://www.example.com",
                },
                "Project": {
                    "BusinessProblem": "The customer wants to move its web shop to AWS.",
                    "ExpectedCustomerSpend": [
                        {
                            "Amount": "10000.00",
                            "CurrencyCode": "USD",
                            "Frequency": "Monthly",
                            "TargetCompany": "AWS",
                        }
                    ],
                    "TargetCompletionDate": "2099-06-30",
                    "Title": "Web shop, together",
                    **project,
                },
                "ReceiverResponsibilities": ["Reseller"],
                "SenderContacts": [CONTACT],
            }
        },
    }


def invited(side: Side, **changes: Any) -> tuple[str, str, str]:
    """An opportunity that AWS reviews, and a friend who is asked to join: opportunity, engagement,
    invitation."""
    for account in (side.account, OTHER):
        partner = Side(side.world, side.catalog, account)
        partner.ask("put_selling_system_settings", ResourceSnapshotJobRoleIdentifier=ROLE)
    id = side.create(**changes)
    side.associate(id)
    engagement = side.submit(id)["EngagementId"]
    invitation = side.ask(
        "create_engagement_invitation",
        EngagementIdentifier=engagement,
        Invitation=to_partner(OTHER),
    )
    return id, engagement, invitation["Id"]


def test_multi_partner_before_the_friend_accepts(side: Side) -> None:
    """It knows what the invitation says and nothing else."""
    friend = Side(side.world, side.catalog, OTHER)
    id, engagement, invitation = invited(side)
    seen = friend.invitation(invitation)
    assert seen["Payload"]["OpportunityInvitation"]["Project"]["Title"] == "Web shop, together"
    assert [one["CompanyName"] for one in seen["ExistingMembers"]]
    hidden = {"EngagementIdentifier": engagement}
    assert refusal(friend.ask, operation="list_resource_snapshots", **hidden).code == (
        "ResourceNotFoundException"
    )
    assert refusal(friend.get, id=id).code == "ResourceNotFoundException"


def test_multi_partner(side: Side) -> None:
    friend = Side(side.world, side.catalog, OTHER)
    marketing = {
        "Source": "Marketing Activity",
        "CampaignName": "Spring",
        "AwsFundingUsed": "No",
    }
    id, engagement, invitation = invited(side, Marketing=marketing)
    accepted = friend.ask("start_engagement_by_accepting_invitation_task", Identifier=invitation)
    assert accepted["TaskStatus"] == "COMPLETE"
    own = accepted["OpportunityId"]
    got = friend.get(own)
    assert own != id
    assert (got["Project"]["Title"], got["LifeCycle"]["ReviewStatus"]) == (
        "Web shop, together",
        "Submitted",
    )
    assert got["LifeCycle"]["TargetCloseDate"] == "2099-06-30"
    assert got["Marketing"]["CampaignName"] == "Spring"
    assert friend.members(engagement) == [side.account, OTHER]
    assert friend.snapshot(engagement, id)["Customer"]["Account"]["CompanyName"]
    assert refusal(friend.get, id=id).code == "ResourceNotFoundException"

    # What AWS decides of the sender's holds for the receiver's too.
    side.review(id, "Approved")
    assert side.life(id)["ReviewStatus"] == "Approved"
    assert friend.life(own)["ReviewStatus"] == "Approved"
    assert side.members(engagement) == [side.account, OTHER, "aws"]

    # Each sees what the other shares from then on, through its running job.
    side.move(id, "Qualified", NextSteps="Meet in May")
    shown = friend.snapshot(engagement, id)["Lifecycle"]
    assert (shown["Stage"], shown["NextSteps"]) == ("Qualified", "Meet in May")
    associated = friend.ask("list_engagement_resource_associations")
    resources = associated["EngagementResourceAssociationSummaries"]
    assert {(one["ResourceId"], one["CreatedBy"]) for one in resources} == {
        (id, side.account),
        (own, OTHER),
    }


def test_multi_partner_invitation_is_rejected(side: Side) -> None:
    friend = Side(side.world, side.catalog, OTHER)
    _, engagement, invitation = invited(side)
    friend.ask("reject_engagement_invitation", Identifier=invitation, RejectionReason="No capacity")
    assert side.invitation(invitation)["Status"] == "REJECTED"
    assert friend.invitation(invitation)["RejectionReason"] == "No capacity"
    assert side.members(engagement) == [side.account]
    again = side.ask(
        "create_engagement_invitation",
        EngagementIdentifier=engagement,
        Invitation=to_partner(OTHER),
    )
    assert again["Id"] != invitation


def test_lead_to_opportunity(side: Side) -> None:
    """In the Sandbox a second account plays AWS; the desk does so in both catalogs."""
    sender = Side(side.world, side.catalog, OTHER)
    made = sender.ask(
        "create_engagement",
        Title="Lead from the trade fair",
        Description="A lead",
        Contexts=[{"Type": "Lead", "Payload": {"Lead": LEAD}}],
    )
    invited = sender.ask(
        "create_engagement_invitation",
        EngagementIdentifier=made["Id"],
        Invitation={
            "Message": "A lead for you.",
            "Receiver": {"Account": {"AwsAccountId": side.account}},
            "Payload": {
                "LeadInvitation": {
                    "Customer": {"CompanyName": "Example Company", "CountryCode": "US"},
                    "Interaction": {"ContactBusinessTitle": "CTO", "Usecase": "Analytics"},
                }
            },
        },
    )
    _convert(side, invited["Id"], made["Id"])


def test_lead_from_aws_to_opportunity(side: Side) -> None:
    referred = side.world.desk("ReferLead", Catalog=side.catalog, ReceiverAccountId=side.account)
    invitation = side.invitation(referred["EngagementInvitationId"])
    assert (invitation["PayloadType"], invitation["SenderAwsAccountId"]) == (
        "LeadInvitation",
        "aws",
    )
    _convert(side, referred["EngagementInvitationId"], referred["EngagementId"])


LEAD = {
    "QualificationStatus": "Unqualified",
    "Customer": {
        "CompanyName": "Example Company",
        "Industry": "Retail",
        "WebsiteUrl": "https://www.example.com",
        "Address": {"City": "Seattle", "StateOrRegion": "Washington", "CountryCode": "US"},
        "MarketSegment": "Enterprise",
    },
    "Interactions": [
        {
            "SourceType": "Event",
            "BusinessProblem": "The customer looks for a way to analyse its sales.",
            "Contact": {
                "BusinessTitle": "CTO",
                "Email": "cto@example.com",
                "FirstName": "C",
                "LastName": "D",
            },
        }
    ],
}


def _convert(side: Side, invitation: str, engagement: str) -> None:
    """Accept the lead, qualify it, make an opportunity of it, and share that with AWS."""
    side.ask("accept_engagement_invitation", Identifier=invitation)
    found = side.ask("get_engagement", Identifier=engagement)
    [context] = found["Contexts"]
    assert context["Type"] == "Lead"
    customer = context["Payload"]["Lead"]["Customer"]
    side.ask(
        "update_engagement_context",
        EngagementIdentifier=engagement,
        ContextIdentifier=context["Id"],
        EngagementLastModifiedAt=found["ModifiedAt"],
        Type="Lead",
        Payload={"Lead": {"QualificationStatus": "Qualified", "Customer": customer}},
    )
    task = side.ask(
        "start_opportunity_from_engagement_task",
        Identifier=engagement,
        ContextIdentifier=context["Id"],
        Tags=[{"Key": "origin", "Value": "lead"}],
    )
    assert (task["TaskStatus"], task["ContextId"]) == ("COMPLETE", "2")
    id = task["OpportunityId"]
    draft = side.get(id)
    assert draft["Project"]["Title"] == "Converted from Lead"
    assert draft["LifeCycle"]["ReviewStatus"] == "Pending Submission"
    tags = side.tags(draft["Arn"])
    assert tags == [{"Key": "origin", "Value": "lead"}]
    contexts = side.ask("get_engagement", Identifier=engagement)["Contexts"]
    assert [(one["Id"], one["Type"]) for one in contexts] == [
        ("1", "Lead"),
        ("2", "CustomerProject"),
    ]

    side.edit(id, _complete)
    side.associate(id)
    submitted = side.submit(id)
    assert submitted["EngagementId"] == engagement, "the lead's engagement goes on"
    side.review(id, "Approved")
    assert side.life(id)["ReviewStatus"] == "Approved"


def _complete(one: dict[str, Any]) -> None:
    """What a lead does not say and a submission asks for."""
    one["Customer"]["Account"]["Address"] |= {
        "StateOrRegion": "Washington",
        "PostalCode": "98101",
    }
    one["PrimaryNeedsFromAws"] = ["Co-Sell - Deal Support"]
    one["Project"] |= {
        "Title": "Analytics on AWS",
        "CustomerUseCase": "AI Machine Learning and Analytics",
        "DeliveryModels": ["Professional Services"],
        "SalesActivities": ["Initialized discussions with customer"],
        "ExpectedCustomerSpend": [
            {
                "Amount": "700.00",
                "CurrencyCode": "USD",
                "Frequency": "Monthly",
                "TargetCompany": "AWS",
            }
        ],
    }

"""The stories of AWS's developer guide among several partners, and of leads."""

from typing import Any

from tests.harness import OTHER
from tests.refusal import refusal
from tests.stories.deals import ROLE, Deal

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


def invited(deal: Deal, **changes: Any) -> tuple[str, str, str]:
    """An opportunity that AWS reviews, and a friend who is asked to join: opportunity, engagement,
    invitation."""
    for account in (deal.account, OTHER):
        partner = Deal(deal.world, deal.catalog, account)
        partner.ask("put_selling_system_settings", ResourceSnapshotJobRoleIdentifier=ROLE)
    id = deal.create(**changes)
    deal.associate(id)
    engagement = deal.submit(id)["EngagementId"]
    invitation = deal.ask(
        "create_engagement_invitation",
        EngagementIdentifier=engagement,
        Invitation=to_partner(OTHER),
    )
    return id, engagement, invitation["Id"]


def test_multi_partner_before_the_friend_accepts(deal: Deal) -> None:
    """It knows what the invitation says and nothing else."""
    friend = Deal(deal.world, deal.catalog, OTHER)
    id, engagement, invitation = invited(deal)
    seen = friend.invitation(invitation)
    assert seen["Payload"]["OpportunityInvitation"]["Project"]["Title"] == "Web shop, together"
    assert [one["CompanyName"] for one in seen["ExistingMembers"]]
    hidden = {"EngagementIdentifier": engagement}
    assert refusal(friend.ask, operation="list_resource_snapshots", **hidden).code == (
        "ResourceNotFoundException"
    )
    assert refusal(friend.get, id=id).code == "ResourceNotFoundException"


def test_multi_partner(deal: Deal) -> None:
    friend = Deal(deal.world, deal.catalog, OTHER)
    marketing = {
        "Source": "Marketing Activity",
        "CampaignName": "Spring",
        "AwsFundingUsed": "No",
    }
    id, engagement, invitation = invited(deal, Marketing=marketing)
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
    assert friend.members(engagement) == [deal.account, OTHER]
    assert friend.snapshot(engagement, id)["Customer"]["Account"]["CompanyName"]
    assert refusal(friend.get, id=id).code == "ResourceNotFoundException"

    # What AWS decides of the sender's holds for the receiver's too.
    deal.review(id, "Approved")
    assert deal.life(id)["ReviewStatus"] == "Approved"
    assert friend.life(own)["ReviewStatus"] == "Approved"
    assert deal.members(engagement) == [deal.account, OTHER, "aws"]

    # Each sees what the other shares from then on, through its running job.
    deal.move(id, "Qualified", NextSteps="Meet in May")
    shown = friend.snapshot(engagement, id)["Lifecycle"]
    assert (shown["Stage"], shown["NextSteps"]) == ("Qualified", "Meet in May")
    associated = friend.ask("list_engagement_resource_associations")
    resources = associated["EngagementResourceAssociationSummaries"]
    assert {(one["ResourceId"], one["CreatedBy"]) for one in resources} == {
        (id, deal.account),
        (own, OTHER),
    }


def test_multi_partner_invitation_is_rejected(deal: Deal) -> None:
    friend = Deal(deal.world, deal.catalog, OTHER)
    _, engagement, invitation = invited(deal)
    friend.ask("reject_engagement_invitation", Identifier=invitation, RejectionReason="No capacity")
    assert deal.invitation(invitation)["Status"] == "REJECTED"
    assert friend.invitation(invitation)["RejectionReason"] == "No capacity"
    assert deal.members(engagement) == [deal.account]
    again = deal.ask(
        "create_engagement_invitation",
        EngagementIdentifier=engagement,
        Invitation=to_partner(OTHER),
    )
    assert again["Id"] != invitation


def test_lead_to_opportunity(deal: Deal) -> None:
    """In the Sandbox a second account plays AWS; the desk does so in both catalogs."""
    sender = Deal(deal.world, deal.catalog, OTHER)
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
            "Receiver": {"Account": {"AwsAccountId": deal.account}},
            "Payload": {
                "LeadInvitation": {
                    "Customer": {"CompanyName": "Example Company", "CountryCode": "US"},
                    "Interaction": {"ContactBusinessTitle": "CTO", "Usecase": "Analytics"},
                }
            },
        },
    )
    _convert(deal, invited["Id"], made["Id"])


def test_lead_from_aws_to_opportunity(deal: Deal) -> None:
    referred = deal.world.desk("ReferLead", Catalog=deal.catalog, ReceiverAccountId=deal.account)
    invitation = deal.invitation(referred["EngagementInvitationId"])
    assert (invitation["PayloadType"], invitation["SenderAwsAccountId"]) == (
        "LeadInvitation",
        "aws",
    )
    _convert(deal, referred["EngagementInvitationId"], referred["EngagementId"])


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


def _convert(deal: Deal, invitation: str, engagement: str) -> None:
    """Accept the lead, qualify it, make an opportunity of it, and share that with AWS."""
    deal.ask("accept_engagement_invitation", Identifier=invitation)
    found = deal.ask("get_engagement", Identifier=engagement)
    [context] = found["Contexts"]
    assert context["Type"] == "Lead"
    customer = context["Payload"]["Lead"]["Customer"]
    deal.ask(
        "update_engagement_context",
        EngagementIdentifier=engagement,
        ContextIdentifier=context["Id"],
        EngagementLastModifiedAt=found["ModifiedAt"],
        Type="Lead",
        Payload={"Lead": {"QualificationStatus": "Qualified", "Customer": customer}},
    )
    task = deal.ask(
        "start_opportunity_from_engagement_task",
        Identifier=engagement,
        ContextIdentifier=context["Id"],
        Tags=[{"Key": "origin", "Value": "lead"}],
    )
    assert (task["TaskStatus"], task["ContextId"]) == ("COMPLETE", "2")
    id = task["OpportunityId"]
    draft = deal.get(id)
    assert draft["Project"]["Title"] == "Converted from Lead"
    assert draft["LifeCycle"]["ReviewStatus"] == "Pending Submission"
    tags = deal.tags(draft["Arn"])
    assert tags == [{"Key": "origin", "Value": "lead"}]
    contexts = deal.ask("get_engagement", Identifier=engagement)["Contexts"]
    assert [(one["Id"], one["Type"]) for one in contexts] == [
        ("1", "Lead"),
        ("2", "CustomerProject"),
    ]

    deal.edit(id, _complete)
    deal.associate(id)
    submitted = deal.submit(id)
    assert submitted["EngagementId"] == engagement, "the lead's engagement goes on"
    deal.review(id, "Approved")
    assert deal.life(id)["ReviewStatus"] == "Approved"


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

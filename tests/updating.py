"""What clients do before an update: read an opportunity, rename what UpdateOpportunity calls
otherwise, change some members; and how an opportunity comes into each state.

Must not know what an update answers.
"""

import copy
from typing import Any

from tests import submitting
from tests.engaging import invitation, opportunity_payload
from tests.harness import ACCOUNT, OTHER, World, answered
from tests.sharing import joined

Body = dict[str, Any]
DROPPED = ("Arn", "CreatedDate", "OpportunityTeam", "RelatedEntityIdentifiers")
CALCULATOR = "https://calculator.aws/#/estimate?id=0123456789abcdef0123456789abcdef"


def whole(world: World, id: str, catalog: str = "Sandbox") -> Body:
    """GetOpportunity's answer as it is on the wire, nulls and all."""
    reply = world.post("GetOpportunity", {"Catalog": catalog, "Identifier": id})
    return dict(answered(reply))


def renamed(got: Body) -> Body:
    """An answer of GetOpportunity as a request of UpdateOpportunity."""
    body = copy.deepcopy(got)
    body["Identifier"] = body.pop("Id")
    for name in DROPPED:
        body.pop(name, None)
    return body


def stripped(value: Any) -> Any:
    """The same without nulls, as boto3 hands it out."""
    if isinstance(value, dict):
        return {name: stripped(item) for name, item in value.items() if item is not None}
    return [stripped(item) for item in value] if isinstance(value, list) else value


def body(world: World, id: str, changes: Body | None = None, catalog: str = "Sandbox") -> Body:
    """A request of UpdateOpportunity that changes members by their paths; None leaves one out."""
    made = stripped(renamed(whole(world, id, catalog)))
    return changed(made, changes or {})


def changed(request: Body, changes: Body) -> Body:
    """The request with members changed by path; None takes one away."""
    made = copy.deepcopy(request)
    for path, value in changes.items():
        *parents, name = path.split(".")
        holder = made
        for parent in parents:
            holder = holder.setdefault(parent, {})
        holder.pop(name, None)
        if value is not None:
            holder[name] = value
    return made


def updated(world: World, id: str, changes: Body | None = None, catalog: str = "Sandbox") -> Body:
    """Update an opportunity; answers it as GetOpportunity tells it afterwards, without nulls."""
    world.client().update_opportunity(**body(world, id, changes, catalog))
    return dict(stripped(whole(world, id, catalog)))


def decided(world: World, id: str, status: str, changes: Body | None = None) -> Body:
    """The Sandbox's reviewer decides, and changes members by the way."""
    return updated(world, id, {"LifeCycle.ReviewStatus": status, **(changes or {})})


def submitted(world: World, id: str, involvement: Body | None = None) -> None:
    """The opportunity is shown in an engagement and submitted."""
    submitting.shown(world, id, joined(world))
    world.client().submit_opportunity(
        Catalog="Sandbox", Identifier=id, **(involvement or submitting.CO_SELL)
    )


def in_state(world: World, status: str, stage: str = "", request: Body | None = None) -> str:
    """An opportunity of the account's in the Sandbox with a review status, and with a stage: its
    id. One that is Launched has a solution, one that is Committed may have none: it was made so."""
    asked = request or submitting.submittable()
    if stage == "Committed":
        asked = changed(asked, {"LifeCycle.Stage": stage})
    made = world.client().create_opportunity(Catalog="Sandbox", **asked)
    id = str(made["Id"])
    if status in ("Submitted", "In review"):
        submitted(world, id)
        if status == "In review":
            asked = {"Catalog": "Sandbox", "OpportunityIdentifier": id}
            world.desk("ReviewOpportunity", **asked, Outcome="InReview")
    elif status != "Pending Submission":
        moved: Body = {"LifeCycle.Stage": stage} if stage else {}
        if stage == "Launched":
            sold = {"RelatedEntityType": "Solutions", "RelatedEntityIdentifier": "S-1234567"}
            world.client().associate_opportunity(
                Catalog="Sandbox", OpportunityIdentifier=id, **sold
            )
        if stage == "Closed Lost":
            moved["LifeCycle.ClosedLostReason"] = "Other"
        decided(world, id, status, moved)
    return id


def received(world: World, sender_status: str = "Pending Submission", **project: Any) -> str:
    """An opportunity that came from a partner, whose own has that review status: its id. `project`
    replaces members of the invitation's."""
    partner = world.client(OTHER)
    engagement = partner.create_engagement(
        Catalog="Sandbox", Title="Web shop", Description="Shared work"
    )["Id"]
    own = submitting.created(world, OTHER)
    if sender_status != "Pending Submission":
        found = partner.get_opportunity(Catalog="Sandbox", Identifier=own)
        found.pop("ResponseMetadata")
        found["LifeCycle"]["ReviewStatus"] = sender_status
        partner.update_opportunity(**renamed(found))
    partner.create_resource_snapshot(
        Catalog="Sandbox",
        EngagementIdentifier=engagement,
        ResourceType="Opportunity",
        ResourceIdentifier=own,
        ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
    )
    asked = invitation(ACCOUNT, opportunity_payload(**project))
    invited = partner.create_engagement_invitation(
        Catalog="Sandbox", EngagementIdentifier=engagement, Invitation=asked
    )["Id"]
    task = world.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=invited
    )
    return str(task["OpportunityId"])


def full() -> Body:
    """A CreateOpportunity request that sets every member, in total contract value."""
    request = submitting.submittable()
    account = request["Customer"]["Account"]
    account |= {"AwsAccountId": "123456789012", "Duns": "123456789", "OtherIndustry": "Shops"}
    account["Address"] |= {"City": "Seattle", "StreetAddress": "1 Example Street"}
    request["Customer"]["Contacts"] = [
        {"Email": "a@example.com", "FirstName": "A", "LastName": "B", "Phone": "+12065550100"}
    ]
    request["LifeCycle"]["NextSteps"] = "Call"
    request["Marketing"] = {
        "AwsFundingUsed": "Yes",
        "CampaignName": "Spring",
        "Channels": ["Email", "Telemarketing"],
        "Source": "Marketing Activity",
        "UseCases": ["Analytics"],
    }
    request["NationalSecurity"] = "No"
    request["OpportunityType"] = "Expansion"
    request["PartnerOpportunityIdentifier"] = "mine-1"
    request["Project"] |= {
        "AdditionalComments": "Soon",
        "ApnPrograms": ["One", "Two"],
        "AwsPartition": "aws-eusc",
        "CompetitorName": "*Other",
        "ExpectedContractDuration": {"Term": "Months", "Value": "12"},
        "ExpectedCustomerSpend": [
            {
                "Amount": "12000",
                "CurrencyCode": "EUR",
                "Frequency": "None",
                "TargetCompany": "Self",
            }
        ],
        "OtherCompetitorNames": "Somebody",
        "SalesActivities": ["Conducted POC / Demo", "SOW Signed"],
    }
    request["SoftwareRevenue"] = {
        "DeliveryModel": "Contract",
        "EffectiveDate": "2031-01-01",
        "ExpirationDate": "2032-01-01",
        "Value": {"Amount": "100.00", "CurrencyCode": "EUR"},
    }
    return request

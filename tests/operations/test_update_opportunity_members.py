"""UpdateOpportunity: which members change in which state, each member in each of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from cosell.selling.rules.opportunity_members import MEMBERS, PATHS, SERVER_OWNED
from tests.answers import MODEL
from tests.harness import World
from tests.refusal import Refusal, refusal
from tests.updating import body, decided, full, in_state, updated, whole

PROBLEM = "The customer wants to move another web shop to AWS."
# A member of full() and another value for it.
OTHERS: dict[str, Any] = {
    "PrimaryNeedsFromAws": ["Co-Sell - Deal Support"],
    "NationalSecurity": "Yes",
    "PartnerOpportunityIdentifier": "mine-2",
    "Customer.Account.CompanyName": "Another Company",
    "Customer.Account.WebsiteUrl": "https://another.example.com",
    "Customer.Account.Industry": "Government",
    "Customer.Account.OtherIndustry": "Offices",
    "Customer.Account.AwsAccountId": "210987654321",
    "Customer.Account.Duns": "987654321",
    "Customer.Account.Address.CountryCode": "DE",
    "Customer.Account.Address.PostalCode": "10115",
    "Customer.Account.Address.StateOrRegion": "Oregon",
    "Customer.Account.Address.City": "Portland",
    "Customer.Account.Address.StreetAddress": "2 Example Street",
    "Customer.Contacts": [{"Email": "b@example.com"}],
    "Project.Title": "Another web shop",
    "Project.CustomerBusinessProblem": PROBLEM,
    "Project.CustomerUseCase": "Networking",
    "Project.DeliveryModels": ["Resell"],
    "Project.ExpectedCustomerSpend": [
        {"Amount": "24000", "CurrencyCode": "EUR", "Frequency": "None", "TargetCompany": "Self"}
    ],
    "Project.ExpectedContractDuration": {"Term": "Months", "Value": "24"},
    "Project.ApnPrograms": ["Three"],
    "Project.SalesActivities": ["In evaluation / planning stage"],
    "Project.CompetitorName": "On-Prem",
    "Project.OtherCompetitorNames": "Somebody else",
    "Project.OtherSolutionDescription": "Something else",
    "Project.RelatedOpportunityIdentifier": "O1",
    "Project.AdditionalComments": "Later",
    "Project.AwsPartition": None,
    "OpportunityType": "Flat Renewal",
    "Marketing.Source": "None",
    "Marketing.CampaignName": "Autumn",
    "Marketing.UseCases": ["Storage"],
    "Marketing.Channels": ["Video"],
    "Marketing.AwsFundingUsed": "No",
    "SoftwareRevenue.DeliveryModel": "Subscription",
    "SoftwareRevenue.Value.Amount": "200",
    "SoftwareRevenue.Value.CurrencyCode": "USD",
    "SoftwareRevenue.EffectiveDate": "2031-02-01",
    "SoftwareRevenue.ExpirationDate": "2033-01-01",
    "LifeCycle.Stage": "Qualified",
    "LifeCycle.TargetCloseDate": "2098-12-31",
    "LifeCycle.NextSteps": "Call again",
    "LifeCycle.ClosedLostReason": "Price",
}
CORRECTABLE = {
    "Customer.Account.Address.City",
    "Customer.Account.Address.CountryCode",
    "Customer.Account.Address.PostalCode",
    "Customer.Account.Address.StateOrRegion",
    "Customer.Account.Address.StreetAddress",
    "Customer.Account.WebsiteUrl",
    "LifeCycle.TargetCloseDate",
    "PartnerOpportunityIdentifier",
    "Project.CustomerBusinessProblem",
    "Project.ExpectedContractDuration",
    "Project.ExpectedCustomerSpend",
}
FROZEN = {
    "Customer.Account.Address.CountryCode",
    "Customer.Account.Address.PostalCode",
    "Customer.Account.CompanyName",
    "Customer.Account.Industry",
    "Customer.Account.OtherIndustry",
    "Customer.Account.WebsiteUrl",
    "NationalSecurity",
    "PartnerOpportunityIdentifier",
    "Project.CustomerBusinessProblem",
    "Project.Title",
    "SoftwareRevenue.DeliveryModel",
    "SoftwareRevenue.EffectiveDate",
    "SoftwareRevenue.ExpirationDate",
    "SoftwareRevenue.Value.Amount",
    "SoftwareRevenue.Value.CurrencyCode",
}
LASTING = {
    "Customer.Account.Duns",
    "Customer.Contacts",
    "LifeCycle.NextSteps",
    "Project.AdditionalComments",
    "Project.DeliveryModels",
}
UNSET = {"LifeCycle.ClosedLostReason", "Project.RelatedOpportunityIdentifier"}  # in full()
EVERY = set(OTHERS) - {"LifeCycle.Stage"}
# Review status, stage, what of it all may change, and how the refusal of the rest ends.
STATES = [
    ("Pending Submission", "Prospect", EVERY, ""),
    ("Submitted", "Prospect", set(), "status is Submitted"),
    ("In review", "Prospect", set(), "status is In review"),
    ("Rejected", "Prospect", set(), "status is Rejected"),
    ("Action Required", "Prospect", CORRECTABLE, "status is Action Required"),
    ("Approved", "Prospect", EVERY - FROZEN, "status is Approved"),
    ("Approved", "Committed", EVERY - FROZEN, "status is Approved"),
    ("Approved", "Launched", LASTING | UNSET, "stage is Launched"),
    ("Approved", "Closed Lost", LASTING, "stage is Closed Lost"),
]


def field(path: str) -> str:
    return ".".join(part[0].lower() + part[1:] for part in path.split("."))


def leaves(shape_name: str, path: str = "") -> Iterator[str]:
    """Every member of a structure that is no structure itself; the contract's duration is one."""
    for name, ref in MODEL["shapes"][shape_name]["members"].items():
        below = f"{path}{name}"
        shape = MODEL["shapes"][ref["shape"]]
        if shape["type"] == "structure" and name != "ExpectedContractDuration":
            yield from leaves(ref["shape"], f"{below}.")
        else:
            yield below


def test_members_are_those_of_the_model() -> None:
    known = set(leaves("UpdateOpportunityRequest"))
    named = {"Catalog", "Identifier", "LastModifiedDate"}
    assert {*PATHS, *SERVER_OWNED} == known - named
    assert len(PATHS) == len(MEMBERS) == len(set(PATHS))
    assert set(OTHERS) == set(PATHS)


def refused(world: World, id: str, changes: dict[str, Any]) -> Refusal:
    return refusal(world.client().update_opportunity, **body(world, id, changes))


@pytest.fixture(scope="module", params=STATES, ids=lambda state: f"{state[0]}, {state[1]}")
def state(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_update_opportunity_refuses_what_its_state_closes(world: World, state: Any) -> None:
    status, stage, open_now, reason = state
    id = in_state(world, status, stage, full())
    for path in PATHS:
        if path in open_now or path == "LifeCycle.Stage":
            continue
        told = refused(world, id, {path: OTHERS[path]})
        assert told.errors == [
            (field(path), "ACTION_NOT_PERMITTED", f"{field(path)} is not editable if {reason}")
        ]
        assert (told.code, told.reason) == ("ValidationException", "BUSINESS_VALIDATION_FAILED")


def test_update_opportunity_refuses_everything_closed_at_once_in_order(
    world: World, state: Any
) -> None:
    status, stage, open_now, _ = state
    id = in_state(world, status, stage, full())
    closed = [path for path in PATHS if path not in open_now and path != "LifeCycle.Stage"]
    if not closed:
        return
    told = refused(world, id, {path: OTHERS[path] for path in closed})
    assert told.fields == [(field(path), "ACTION_NOT_PERMITTED") for path in closed]


# What changes alone would break a rule of the content goes with what it needs.
TOGETHER: dict[str, dict[str, Any]] = {
    "NationalSecurity": {"Customer.Account.Industry": "Government"},
    "Project.ExpectedContractDuration": {},
    "Project.CompetitorName": {"Project.OtherCompetitorNames": None},
    "Project.AwsPartition": {},
    "Marketing.Source": {
        "Marketing.AwsFundingUsed": None, "Marketing.CampaignName": None,
        "Marketing.Channels": None, "Marketing.UseCases": None,
    },
    "Marketing.AwsFundingUsed": {"Marketing.UseCases": None},
    "SoftwareRevenue.Value.CurrencyCode": {"Project.AwsPartition": None},
}  # fmt: skip
NEVER = {"LifeCycle.ClosedLostReason"}  # only with the stage that it is for


def test_update_opportunity_takes_what_its_state_opens(world: World, state: Any) -> None:
    status, stage, open_now, _ = state
    own = in_state(world, "Pending Submission")
    values = OTHERS | {"Project.RelatedOpportunityIdentifier": own}
    for path in PATHS:
        if path not in open_now - NEVER:
            continue
        changes = {path: values[path], **TOGETHER.get(path, {})}
        if path == "OpportunityType":
            changes["Project.RelatedOpportunityIdentifier"] = own
        id = in_state(world, status, stage, full())
        before = whole(world, id)
        after = updated(world, id, changes)
        if status == "Action Required":
            assert after["LifeCycle"]["ReviewStatus"] == "Submitted"
        found: Any = after
        for part in path.split("."):
            found = found.get(part) if found else None
        if path != "Project.ExpectedCustomerSpend":
            assert found == values[path], path
        assert after["LastModifiedDate"] > before["LastModifiedDate"]


# --- set once ------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["Prospect", "Launched"])
def test_update_opportunity_sets_once_what_approval_found_empty(world: World, stage: str) -> None:
    id = in_state(world, "Approved", stage)
    paths = ["PartnerOpportunityIdentifier", "Customer.Account.OtherIndustry"]
    paths += [path for path in PATHS if path.startswith("SoftwareRevenue")]
    after = updated(world, id, {path: OTHERS[path] for path in paths})
    assert after["SoftwareRevenue"]["Value"] == {"Amount": "200", "CurrencyCode": "USD"}
    for path in paths:
        if path.startswith("SoftwareRevenue.Value"):
            continue  # its two members go together
        told = refused(world, id, {path: None})
        assert told.fields == [(field(path), "ACTION_NOT_PERMITTED")]
    gone = refused(world, id, {"SoftwareRevenue": None})
    assert {one for one, _ in gone.fields} == {field(path) for path in paths[2:]}
    updated(world, id, {"SoftwareRevenue.Value.Amount": "200.00"})  # a number like before


def test_update_opportunity_of_closed_lost_sets_nothing_more(world: World) -> None:
    id = in_state(world, "Approved", "Closed Lost")
    told = refused(world, id, {"PartnerOpportunityIdentifier": "mine-1"})
    assert told.errors == [
        (
            "partnerOpportunityIdentifier",
            "ACTION_NOT_PERMITTED",
            "partnerOpportunityIdentifier is not editable if stage is Closed Lost",
        )
    ]


def test_update_opportunity_that_leaves_out_what_is_closed_clears_nothing(world: World) -> None:
    id = in_state(world, "Pending Submission", request=full())
    decided(world, id, "Approved")
    told = refused(
        world,
        id,
        {"Customer.Account.WebsiteUrl": None, "NationalSecurity": None, "SoftwareRevenue": None},
    )
    assert [name for name, _ in told.fields] == [
        "customer.account.websiteUrl",
        "softwareRevenue.deliveryModel",
        "softwareRevenue.value.amount",
        "softwareRevenue.value.currencyCode",
        "softwareRevenue.effectiveDate",
        "softwareRevenue.expirationDate",
    ]  # NationalSecurity is No where nobody says otherwise

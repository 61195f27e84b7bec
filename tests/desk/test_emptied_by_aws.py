"""What an opportunity has and its owner may not empty, AWS does not empty either; what the owner
may, AWS may, too."""

from typing import Any

import pytest

from cosell.selling import at
from cosell.selling.rules.opportunity_members import PATHS
from cosell.selling.rules.update_by_aws import EMPTIED
from tests.deals import submitted
from tests.harness import Reply, World
from tests.inside import Inside
from tests.refusal import desk_refusal, rules_named
from tests.updating import body, changed, full, in_state, received, stripped, whole

SPEND = [{"Amount": "10", "CurrencyCode": "EUR", "Frequency": "Monthly", "TargetCompany": "AWS"}]
# AWS has no word on the first; the others are of no use one by one.
APART = ("PartnerOpportunityIdentifier", "SoftwareRevenue.Value.")
Told = list[tuple[str, str, str]]


@pytest.fixture
def inside() -> Any:
    world = Inside("here")
    yield world
    world.close()


def everything() -> dict[str, Any]:
    """A request with every member, the spend by the month."""
    request = changed(full(), {"Project.ExpectedCustomerSpend": SPEND})
    del request["Project"]["ExpectedContractDuration"]
    return request


def draft(world: World) -> str:
    return in_state(world, "Pending Submission", request=everything())


def approved(world: World) -> str:
    """An opportunity of Co-Sell."""
    deal = submitted(world)
    deal.review("Approved")
    for name in ("Marketing", "Project", "SoftwareRevenue"):
        world.desk("UpdatePartnerOpportunity", **asked(deal.id, name, everything()[name]))
    return deal.id


def committed(world: World) -> str:
    """One to which nothing is associated."""
    id = approved(world)
    stage = {"LifeCycle": {"Stage": "Committed"}}
    world.desk("UpdatePartnerOpportunity", Catalog="Sandbox", OpportunityIdentifier=id, **stage)
    return id


def passed_on(world: World) -> str:
    """One that came from a partner, as far as Qualified."""
    id = received(world, "Approved")
    for name in ("PrimaryNeedsFromAws", "Project"):
        world.desk("UpdatePartnerOpportunity", **asked(id, name, everything()[name]))
    world.desk("UpdatePartnerOpportunity", **asked(id, "LifeCycle", {"Stage": "Qualified"}))
    return id


def asked(id: str, path: str, value: Any) -> dict[str, Any]:
    """What the desk is asked for by AWS, which says one member."""
    for name in reversed(path.split(".")):
        value = {name: value}
    return {"Catalog": "Sandbox", "OpportunityIdentifier": id, **value}


def errors_of(reply: Reply) -> Told:
    found = reply.document.get("ErrorList", ())
    return [(one["FieldName"], one["Code"], one["Message"]) for one in found]


@pytest.mark.parametrize("begun", [draft, approved, committed, passed_on])
def test_what_the_owner_may_not_empty_aws_does_not(inside: Inside, begun: Any) -> None:
    id = begun(inside)
    outcomes = set()
    for path in PATHS:
        value = at(stripped(whole(inside, id)), path)
        if value is None or isinstance(value, dict) or path.startswith(APART):
            continue
        empty: Any = [] if isinstance(value, list) else ""
        told = errors_of(inside.call("UpdateOpportunity", plain(body(inside, id, {path: empty}))))
        reply = inside.desk_call("UpdatePartnerOpportunity", asked(id, path, empty))
        if any(code == "ACTION_NOT_PERMITTED" for _, code, _ in told):
            outcomes.add("closed")
        else:
            assert (path, errors_of(reply)) == (path, told)
            outcomes.add("refused" if told else "taken")
        inside.desk("UpdatePartnerOpportunity", **asked(id, path, value))
    assert {"refused", "taken"} <= outcomes


def test_every_row_of_what_aws_may_not_empty_refuses_something(inside: Inside) -> None:
    named: set[str] = set()
    for begun in (draft, approved, committed, passed_on):
        id = begun(inside)
        before = stripped(whole(inside, id))
        for path in PATHS:
            empty: Any = [] if isinstance(at(before, path), list) else ""
            if inside.desk_call("UpdatePartnerOpportunity", asked(id, path, empty)).status == 200:
                inside.desk("UpdatePartnerOpportunity", **asked(id, path, at(before, path)))
            else:
                named.update(rules_named(inside))
    assert {rule.id for rule in EMPTIED} <= named


def plain(request: dict[str, Any]) -> dict[str, Any]:
    """The request as it is sent."""
    return {
        name: one.isoformat() if hasattr(one, "isoformat") else one for name, one in request.items()
    }


@pytest.mark.parametrize(
    ("said", "field", "code", "message"),
    [
        (
            {"Project": {"ExpectedCustomerSpend": []}},
            "project.expectedCustomerSpend",
            "REQUIRED_FIELD_MISSING",
            "Estimated AWS Monthly Recurring Revenue cannot be blank or 0",
        ),
        (
            {"Customer": {"Account": {"CompanyName": ""}}},
            "customer.account.companyName",
            "REQUIRED_FIELD_MISSING",
            "customer.account.companyName is required",
        ),
        (
            {"Project": {"DeliveryModels": []}},
            "project.deliveryModels",
            "REQUIRED_FIELD_MISSING",
            "project.deliveryModels is required once the opportunity is submitted",
        ),
    ],
)
def test_approved_opportunity_keeps_what_it_needs(
    inside: Inside, said: dict[str, Any], field: str, code: str, message: str
) -> None:
    id = approved(inside)
    before = whole(inside, id)
    named = {"Catalog": "Sandbox", "OpportunityIdentifier": id}
    refused = desk_refusal(inside, "UpdatePartnerOpportunity", **named, **said)
    assert refused.errors == [(field, code, message)]
    assert whole(inside, id) == before


def test_what_a_referral_goes_without_may_stay_empty(inside: Inside) -> None:
    made = inside.referred(Project={"ExpectedCustomerSpend": []})
    task = inside.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=made["EngagementInvitationId"]
    )
    id = task["OpportunityId"]
    said = {"Project": {"ExpectedCustomerSpend": [], "Title": "By AWS"}}
    inside.desk("UpdatePartnerOpportunity", Catalog="Sandbox", OpportunityIdentifier=id, **said)
    assert whole(inside, id)["Project"]["Title"] == "By AWS"

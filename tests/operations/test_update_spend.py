"""UpdateOpportunity: the expected customer spend, in both of its modes, and its estimates."""

from typing import Any

import pytest

from tests.harness import World
from tests.refusal import refusal
from tests.updating import CALCULATOR, Body, body, in_state, updated, whole

SPEND, DURATION = "Project.ExpectedCustomerSpend", "Project.ExpectedContractDuration"


def entry(company: str, amount: str, frequency: str = "Monthly", **more: str) -> Body:
    return {
        "Amount": amount, "CurrencyCode": "USD", "Frequency": frequency, "TargetCompany": company,
        **more,
    }  # fmt: skip


OWN = entry("Self", "12000", "None")
MONTHS = {"Term": "Months", "Value": "12"}
YEARS = {"Term": "Months", "Value": "24"}


def in_contract_value(world: World) -> str:
    id = in_state(world, "Pending Submission")
    updated(world, id, {SPEND: [OWN], DURATION: MONTHS})
    return id


def spend_of(world: World, id: str) -> tuple[Any, Any]:
    project = whole(world, id)["Project"]
    entries = [
        {name: item for name, item in one.items() if item is not None}
        for one in project["ExpectedCustomerSpend"]
    ]
    return entries, project["ExpectedContractDuration"]


def test_update_opportunity_goes_over_to_contract_value_and_back(world: World) -> None:
    id = in_contract_value(world)
    assert spend_of(world, id) == ([entry("AWS", "1000.00"), OWN], MONTHS)
    request = body(world, id, {SPEND: [entry("AWS", "8000.00")]})
    request["Project"]["ExpectedContractDuration"] = None
    assert world.post("UpdateOpportunity", request).status == 200
    assert spend_of(world, id) == ([entry("AWS", "8000.00")], None)
    request = body(world, id)
    request["Project"]["ExpectedContractDuration"] = None  # outside contract value: nothing
    assert world.post("UpdateOpportunity", request).status == 200
    assert spend_of(world, id) == ([entry("AWS", "8000.00")], None)


@pytest.mark.parametrize(
    ("changes", "entries", "months"),
    [
        ({}, [entry("AWS", "1000.00"), OWN], MONTHS),
        ({DURATION: None}, [entry("AWS", "1000.00"), OWN], MONTHS),
        ({DURATION: None, SPEND: None}, [entry("AWS", "1000.00"), OWN], MONTHS),
        ({DURATION: None, SPEND: []}, [entry("AWS", "1000.00"), OWN], MONTHS),
        ({DURATION: None, SPEND: [entry("AWS", "7.00")]}, [entry("AWS", "1000.00"), OWN], MONTHS),
        ({SPEND: [OWN]}, [entry("AWS", "1000.00"), OWN], MONTHS),
        ({SPEND: [OWN, entry("AWS", "9")]}, [entry("AWS", "1000.00"), OWN], MONTHS),
        ({DURATION: YEARS}, [entry("AWS", "500.00"), OWN], YEARS),
        ({DURATION: YEARS, SPEND: []}, [entry("AWS", "500.00"), OWN], YEARS),
        (
            {DURATION: None, SPEND: [entry("Self", "1200", "None")]},
            [entry("AWS", "100.00"), entry("Self", "1200", "None")],
            MONTHS,
        ),
    ],
)
def test_update_opportunity_in_contract_value_keeps_what_is_left_out(
    world: World, changes: Body, entries: list[Body], months: Body
) -> None:
    id = in_contract_value(world)
    updated(world, id, changes)
    assert spend_of(world, id) == (entries, months)


@pytest.mark.parametrize("estimate", [{}, {"Amount": ""}, {"Amount": "0.00"}, {"Amount": None}])
def test_update_opportunity_makes_awss_own_entry_anew_whatever_is_sent(
    world: World, estimate: Body
) -> None:
    id = in_state(world, "Pending Submission")
    decade = {"Term": "Months", "Value": "144"}
    updated(world, id, {SPEND: [entry("Self", "0.50", "None")], DURATION: decade})
    assert spend_of(world, id)[0] == [entry("AWS", "0.01"), entry("Self", "0.50", "None")]
    request = body(world, id)
    aws, own = request["Project"]["ExpectedCustomerSpend"]
    aws |= estimate
    own["Amount"] = "288.00"
    assert world.post("UpdateOpportunity", request).status == 200
    assert spend_of(world, id) == ([entry("AWS", "2.00"), entry("Self", "288.00", "None")], decade)


def test_update_opportunity_with_another_currency_beside_awss_own_entry_is_refused(
    world: World,
) -> None:
    id = in_contract_value(world)
    request = body(world, id)
    _, own = request["Project"]["ExpectedCustomerSpend"]
    own["CurrencyCode"] = "EUR"
    told = refusal(world.client().update_opportunity, **request)
    assert told.fields == [("project.expectedCustomerSpend.currencyCode", "INVALID_VALUE")]
    request["Project"]["ExpectedCustomerSpend"] = [own]
    world.client().update_opportunity(**request)
    assert spend_of(world, id)[0] == [entry("AWS", "1000.00") | {"CurrencyCode": "EUR"}, own]


@pytest.mark.parametrize("amount", ["0", "0.00", ""])
def test_update_opportunity_with_a_worthless_contract_is_refused(world: World, amount: str) -> None:
    id = in_contract_value(world)
    request = body(world, id)
    _, own = request["Project"]["ExpectedCustomerSpend"]
    own["Amount"] = amount
    told = refusal(world.client().update_opportunity, **request)
    code = "INVALID_VALUE" if amount else "REQUIRED_FIELD_MISSING"
    assert told.fields == [("project.expectedCustomerSpend.amount", code)]


def test_update_opportunity_without_its_whole_project_keeps_the_contract(world: World) -> None:
    id = in_contract_value(world)
    told = refusal(world.client().update_opportunity, **body(world, id, {"Project": None}))
    assert told.fields == [
        ("project.title", "REQUIRED_FIELD_MISSING"),
        ("project.customerBusinessProblem", "REQUIRED_FIELD_MISSING"),
    ]


def test_update_opportunity_cannot_leave_contract_value_with_its_entry(world: World) -> None:
    id = in_contract_value(world)
    request = body(world, id)
    request["Project"]["ExpectedContractDuration"] = None
    reply = world.post("UpdateOpportunity", request)
    assert [(one["FieldName"], one["Message"]) for one in reply.document["ErrorList"]] == [
        (
            "project.expectedContractDuration",
            "ExpectedContractDuration is required when a Self entry is present",
        )
    ]


def test_update_opportunity_with_a_duration_and_no_value_is_refused(world: World) -> None:
    id = in_state(world, "Pending Submission")
    told = refusal(world.client().update_opportunity, **body(world, id, {DURATION: MONTHS}))
    assert told.fields == [("project.expectedCustomerSpend", "INVALID_VALUE")]


def test_update_opportunity_asks_an_estimate_for_its_amount(world: World) -> None:
    id = in_state(world, "Pending Submission")
    alone = {name: item for name, item in entry("AWS", "").items() if item}
    updated(world, id, {SPEND: [{**alone, "EstimationUrl": CALCULATOR}]})
    assert spend_of(world, id)[0] == [entry("AWS", "1000.00", EstimationUrl=CALCULATOR)]
    world.desk("PutEstimate", EstimationUrl=CALCULATOR, Amount="700")
    updated(world, id, {"Project.Title": "Another"})  # what was said before stays
    assert spend_of(world, id)[0] == [entry("AWS", "1000.00", EstimationUrl=CALCULATOR)]
    updated(world, id, {SPEND: [{**alone, "EstimationUrl": CALCULATOR}]})
    assert spend_of(world, id)[0] == [entry("AWS", "700", EstimationUrl=CALCULATOR)]
    updated(world, id, {SPEND: [entry("AWS", "701", EstimationUrl=CALCULATOR)]})
    assert spend_of(world, id)[0] == [entry("AWS", "701")]
    updated(world, id, {SPEND: [entry("AWS", "701", EstimationUrl="www.amazon.com")]})
    assert spend_of(world, id)[0] == [entry("AWS", "701")]
    updated(world, id, {SPEND: [entry("Somebody", "702")]})
    assert spend_of(world, id)[0] == [entry("AWS", "702")]

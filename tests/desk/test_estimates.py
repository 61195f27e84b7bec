"""PutEstimate, ListEstimates, DeleteEstimate: what an estimate's URL is worth, and who asks."""

from typing import Any

import pytest

from tests.harness import World, opportunity
from tests.refusal import desk_refusal, refusal

URL = "https://calculator.aws/#/estimate?id=0123456789abcdef0123456789abcdef"
EURO = "https://pricing.calculator.aws.eu/#/estimate?id=fedcba9876543210fedcba9876543210"


def spend(**members: str) -> dict[str, str]:
    return {"CurrencyCode": "USD", "Frequency": "Monthly", "TargetCompany": "AWS", **members}


def request(**members: str) -> dict[str, Any]:
    project = {**opportunity()["Project"], "ExpectedCustomerSpend": [spend(**members)]}
    return {"Catalog": "AWS", **opportunity(Project=project)}


def kept(world: World, **members: str) -> Any:
    """The spend of a new opportunity, without what all have."""
    partner = world.client()
    id = partner.create_opportunity(**request(**members))["Id"]
    [entry] = partner.get_opportunity(Catalog="AWS", Identifier=id)["Project"][
        "ExpectedCustomerSpend"
    ]
    return {name: entry.get(name) for name in ("Amount", "EstimationUrl")}


def test_put_estimate_answers_what_it_keeps(world: World) -> None:
    assert world.desk("PutEstimate", EstimationUrl=URL, Amount="123.40") == {
        "Amount": "123.40", "CurrencyCode": "USD", "EstimationUrl": URL,
    }  # fmt: skip
    world.desk("PutEstimate", EstimationUrl=EURO, Amount="9", CurrencyCode="EUR")
    world.desk("PutEstimate", EstimationUrl=URL)
    assert world.desk("ListEstimates")["Estimates"] == [
        {"Amount": None, "CurrencyCode": "USD", "EstimationUrl": URL},
        {"Amount": "9", "CurrencyCode": "EUR", "EstimationUrl": EURO},
    ]
    assert world.desk("DeleteEstimate", EstimationUrl=URL) == {"Deleted": 1}
    assert world.desk("DeleteEstimate", EstimationUrl=URL) == {"Deleted": 0}
    assert world.desk("DeleteEstimate") == {"Deleted": 1}
    assert world.desk("ListEstimates")["Estimates"] == []


@pytest.mark.parametrize("url", ["www.example.com", "https://calculator.aws/#/estimate?id=abc"])
def test_put_estimate_of_another_url_is_refused(world: World, url: str) -> None:
    refused = desk_refusal(world, "PutEstimate", EstimationUrl=url, Amount="1")
    assert refused.fields == [("estimationUrl", "INVALID_VALUE")]


@pytest.mark.parametrize("amount", ["0", "01", "-1", "1.234", "a", ""])
def test_put_estimate_of_no_amount_is_refused(world: World, amount: str) -> None:
    refused = desk_refusal(world, "PutEstimate", EstimationUrl=URL, Amount=amount)
    assert refused.fields == [("amount", "INVALID_STRING_FORMAT")]


def test_create_opportunity_takes_its_amount_from_a_known_estimate(world: World) -> None:
    assert kept(world, EstimationUrl=URL) == {"Amount": "1000.00", "EstimationUrl": URL}
    world.desk("PutEstimate", EstimationUrl=URL, Amount="123.40")
    assert kept(world, EstimationUrl=URL) == {"Amount": "123.40", "EstimationUrl": URL}


@pytest.mark.parametrize(
    ("amount", "url"), [("123.4", URL), ("123.40", URL), ("123.41", None), ("5", None)]
)
def test_create_opportunity_drops_an_estimate_that_says_another_amount(
    world: World, amount: str, url: str | None
) -> None:
    world.desk("PutEstimate", EstimationUrl=URL, Amount="123.40")
    assert kept(world, Amount=amount, EstimationUrl=URL) == {
        "Amount": amount, "EstimationUrl": url,
    }  # fmt: skip


def test_create_opportunity_with_an_estimate_that_leads_nowhere(world: World) -> None:
    world.desk("PutEstimate", EstimationUrl=URL)
    assert kept(world, Amount="5", EstimationUrl=URL) == {"Amount": "5", "EstimationUrl": None}
    refused = refusal(world.client().create_opportunity, **request(EstimationUrl=URL))
    field = "project.expectedCustomerSpend.estimationUrl"
    assert refused.errors == [(field, "INVALID_VALUE", f"Invalid Estimation URL: {URL}")]


def test_create_opportunity_with_an_estimate_of_another_currency(world: World) -> None:
    world.desk("PutEstimate", EstimationUrl=EURO, Amount="9", CurrencyCode="EUR")
    assert kept(world, CurrencyCode="EUR", EstimationUrl=EURO)["Amount"] == "9"
    assert kept(world, Amount="9", EstimationUrl=EURO)["EstimationUrl"] is None
    refused = refusal(world.client().create_opportunity, **request(EstimationUrl=EURO))
    assert refused.fields == [("project.expectedCustomerSpend.currencyCode", "INVALID_VALUE")]


def test_estimates_are_a_namespaces_own(world: World) -> None:
    world.desk("PutEstimate", EstimationUrl=URL, Amount="2")
    assert World(world.server).desk("ListEstimates")["Estimates"] == []
    world.desk("ResetNamespace")
    assert kept(world, EstimationUrl=URL)["Amount"] == "1000.00"

"""What AWS says of a customer's spend may leave out what an answer needs, as the developer guide's
examples do."""

from typing import Any

import pytest

from tests.deals import Deal
from tests.harness import World, opportunity
from tests.refusal import desk_refusal
from tests.updating import stripped

CATALOGS = ("AWS", "Sandbox")


def made(world: World, catalog: str = "Sandbox") -> Deal:
    """A draft."""
    answer = world.client().create_opportunity(Catalog=catalog, **opportunity())
    return Deal(world, answer["Id"], "", catalog)


def said(deal: Deal, **sources: dict[str, Any]) -> Any:
    answer = deal.say(Insights={"AwsProductsSpendInsightsBySource": sources})
    shown = deal.summary()["Insights"]["AwsProductsSpendInsightsBySource"]
    assert shown == stripped(answer["Insights"]["AwsProductsSpendInsightsBySource"])
    return shown


def product(**changes: Any) -> dict[str, Any]:
    return {"ProductCode": "", "Categories": [], "Optimizations": [], **changes}


@pytest.mark.parametrize("catalog", CATALOGS)
def test_products_without_amounts_have_no_sums(world: World, catalog: str) -> None:
    products = [
        {"ProductCode": code, "Amount": None, "Categories": ["MAP Eligible"], "Optimizations": []}
        for code in ("AmazonEC2", "AWSLambda")
    ]
    spend = {"CurrencyCode": "USD", "Frequency": "Monthly", "AwsProducts": products}
    assert said(made(world, catalog), AWS=spend) == {
        "AWS": {
            "CurrencyCode": "USD",
            "Frequency": "Monthly",
            "TotalAmountByCategory": {},
            "AwsProducts": [
                product(ProductCode=code, Categories=["MAP Eligible"])
                for code in ("AmazonEC2", "AWSLambda")
            ],
        }
    }


def test_product_without_a_code_is_called_as_the_calculator_calls_it(world: World) -> None:
    products: list[dict[str, Any]] = [
        {"ServiceCode": "amazonSageMaker", "Categories": ["A", "B"], "Amount": "1000.00"},
        {"ServiceCode": "ec2", "ProductCode": "AmazonEC2", "Categories": ["B"], "Amount": "0.5"},
        {"ProductCode": "AWSLambda", "Categories": ["C"]},
    ]
    shown = said(made(world), Partner={"AwsProducts": products, "TotalAmount": "1000.50"})
    assert shown["Partner"] == {
        "CurrencyCode": "USD",
        "Frequency": "Monthly",
        "TotalAmount": "1000.50",
        "TotalAmountByCategory": {"A": "1000.00", "B": "1000.50"},
        "AwsProducts": [
            product(ProductCode="amazonSageMaker", **products[0]),
            product(**products[1]),
            product(**products[2]),
        ],
    }


@pytest.mark.parametrize("source", ["AWS", "Partner"])
def test_product_counts_once_in_a_category(world: World, source: str) -> None:
    products = [
        {"ServiceCode": "ec2", "Amount": "1.10", "Categories": ["A", "A", "B", "A"]},
        {"ServiceCode": "ec2", "Amount": "1.10", "Categories": ["A"]},
    ]
    shown = said(made(world), **{source: {"AwsProducts": products}})[source]
    assert shown["TotalAmountByCategory"] == {"A": "2.20", "B": "1.10"}
    assert shown["AwsProducts"][0]["Categories"] == ["A", "A", "B", "A"]


@pytest.mark.parametrize("source", ["AWS", "Partner"])
@pytest.mark.parametrize(
    "nameless", [{}, {"ProductCode": ""}, {"ServiceCode": ""}, {"Amount": "5", "Categories": ["A"]}]
)
def test_product_that_has_no_code_at_all_is_refused(
    world: World, source: str, nameless: dict[str, Any]
) -> None:
    deal = made(world)
    spend = {source: {"AwsProducts": [{"ServiceCode": "ec2"}, nameless]}}
    refused = desk_refusal(
        world,
        "UpdateAwsOpportunitySummary",
        Catalog="Sandbox",
        OpportunityIdentifier=deal.id,
        Insights={"AwsProductsSpendInsightsBySource": spend},
    )
    place = f"insights.awsProductsSpendInsightsBySource.{source.lower()}"
    told = "ProductCode is required unless ServiceCode is given"
    assert refused.errors == [
        (f"{place}.awsProducts[1].productCode", "REQUIRED_FIELD_MISSING", told)
    ]
    assert "Insights" not in deal.summary()


def test_what_is_said_stays_as_it_was_said(world: World) -> None:
    spend = {
        "CurrencyCode": "EUR",
        "Frequency": "Monthly",
        "TotalAmountByCategory": {"A": "7"},
        "AwsProducts": [
            product(
                ProductCode="AmazonEC2",
                Amount="1.00",
                Categories=["A"],
                Optimizations=[{"Description": "Reserve", "SavingsAmount": "0.10"}],
            )
        ],
    }
    assert said(made(world), AWS=spend, Partner={}) == {
        "AWS": spend,
        "Partner": {
            "CurrencyCode": "USD",
            "Frequency": "Monthly",
            "TotalAmountByCategory": {},
            "AwsProducts": [],
        },
    }


def test_what_is_spent_in_the_sovereign_cloud_is_in_euro(world: World) -> None:
    spend = {"Amount": "5", "CurrencyCode": "EUR", "Frequency": "Monthly", "TargetCompany": "AWS"}
    deal = made(world)
    deal.update({"Project.AwsPartition": "aws-eusc", "Project.ExpectedCustomerSpend": [spend]})
    assert said(deal, AWS={})["AWS"]["CurrencyCode"] == "EUR"


def test_no_word_on_spend_adds_none(world: World) -> None:
    deal = made(world)
    deal.say(Insights={"EngagementScore": "Low", "AwsProductsSpendInsightsBySource": {}})
    assert deal.summary()["Insights"]["EngagementScore"] == "Low"


def test_what_a_word_on_spend_cannot_be_is_refused(world: World) -> None:
    deal = made(world)
    asked: dict[str, Any] = {"Catalog": "Sandbox", "OpportunityIdentifier": deal.id}
    place = "insights.awsProductsSpendInsightsBySource.aws"
    for spend, field, code in (
        ({"AwsProducts": [{"Amount": "1,000"}]}, "awsProducts[0].amount", "INVALID_STRING_FORMAT"),
        ({"Frequency": "Yearly"}, "frequency", "INVALID_ENUM_VALUE"),
        (
            {"AwsProducts": [{"Optimizations": [{"Description": "x"}]}]},
            "awsProducts[0].optimizations[0].savingsAmount",
            "REQUIRED_FIELD_MISSING",
        ),
    ):
        insights = {"AwsProductsSpendInsightsBySource": {"AWS": spend}}
        refused = desk_refusal(world, "UpdateAwsOpportunitySummary", **asked, Insights=insights)
        assert refused.fields == [(f"{place}.{field}", code)]

"""What AWS says of a customer's spend, product by product, with what an answer cannot be without:
its words may leave out what the model has in every answer, as the developer guide's examples do.

Only makes documents. Source: developer guide, Working with deal sizing insights; see difference
`summary.spend-insights`.
"""

from decimal import Decimal
from typing import Final, cast

from cosell.contract import Document, Json
from cosell.selling import at, object_at, objects_at, text_at

SPEND: Final = "Insights.AwsProductsSpendInsightsBySource"
_EURO: Final = "aws-eusc"  # the partition in which all is in Euro


def completed(said: Document, partition: str) -> Document:
    """What AWS says of an opportunity, its spend by source complete; `partition` is the
    opportunity's AwsPartition, or ''."""
    sources = object_at(said, SPEND)
    if not sources:
        return said
    currency = "EUR" if partition == _EURO else "USD"
    whole: Document = {
        source: _complete(cast("Document", spend), currency) for source, spend in sources.items()
    }
    insights = {**object_at(said, "Insights"), "AwsProductsSpendInsightsBySource": whole}
    return {**said, "Insights": insights}


def _complete(spend: Document, currency: str) -> Document:
    products = [_product(one) for one in objects_at(spend, "AwsProducts")]
    default: Document = {"CurrencyCode": currency, "Frequency": "Monthly"}
    by_category: Json = _by_category(products)
    return {
        **default,
        "TotalAmountByCategory": by_category,
        **spend,
        "AwsProducts": cast("list[Json]", products),
    }


def _product(said: Document) -> Document:
    """A product that has no code of Partner Central's is called as the calculator calls it."""
    code = text_at(said, "ServiceCode")
    return {"ProductCode": code, "Categories": [], "Optimizations": [], **said}


def _by_category(products: list[Document]) -> Document:
    """What is spent on the products of each category, as far as their amounts are said; a product
    that has a category twice is spent on once."""
    sums: dict[str, Decimal] = {}
    for one in products:
        if amount := text_at(one, "Amount"):
            for category in dict.fromkeys(cast("list[str]", at(one, "Categories"))):
                sums[category] = sums.get(category, Decimal(0)) + Decimal(amount)
    return {category: f"{total:.2f}" for category, total in sums.items()}

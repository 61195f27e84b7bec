"""CreateOpportunity: marketing that holds together, and a currency that is wrong twice."""

from typing import Any

import pytest

from cosell.selling.values import marketing_use_cases
from tests.harness import World
from tests.operations.test_create_opportunity_rules import (
    BY_RULE,
    FUNDED,
    SPEND,
    entry,
    errors_of,
    request_with,
)


@pytest.mark.parametrize(
    "marketing",
    [
        {**FUNDED, "UseCases": [*marketing_use_cases()]},
        {**FUNDED, "AwsFundingUsed": "No", "UseCases": []},
        {**FUNDED, "AwsFundingUsed": "No", "Channels": ["Email"], "CampaignName": "Spring"},
        {"Source": "None", "AwsFundingUsed": "No"},
    ],
)
def test_create_opportunity_takes_marketing_that_holds_together(
    world: World, marketing: dict[str, Any]
) -> None:
    request = request_with({"Marketing": marketing})
    assert world.client().create_opportunity(Catalog="AWS", **request)["Id"]


def test_create_opportunity_in_a_sovereign_partition_tells_both_faults_of_a_currency(
    world: World,
) -> None:
    request = request_with(
        {"Project.AwsPartition": "aws-eusc", SPEND: [entry(CurrencyCode="EUR")]},
        {"SoftwareRevenue": {"Value": {"Amount": "1", "CurrencyCode": "GBP"}}},
    )
    rules = ["opportunity.revenue-euro", "opportunity.revenue-currency"]
    assert errors_of(world, request) == [BY_RULE[one].error for one in rules]

"""The desk's model: our own operations (own/) and the shapes that they share with selling."""

from cosell import packaged
from cosell.contract.load import load
from cosell.selling.contract import ADDITIONS, WORDS

# Of what the desk alone asks for.
DESK_WORDS = {
    "AccountId": "must be an account's 12 digits, such as 111122223333",
    "AnyTaskIdentifier": "must be a task's ARN, or its id such as task-0123456789abc",
    "AutopilotIdentifier": (
        "must be the id of an opportunity, an invitation or an engagement, such as O1234567"
    ),
    "AutopilotRuleId": (
        "must have 1 to 64 letters, digits and . _ -, with a letter or digit first: such as my-rule"
    ),
    "AwsMarketplaceSolutionIdentifier": WORDS["AwsMarketplaceSolutionArn"],
    "NamespaceName": (
        "must be a namespace's name: 1 to 63 characters of a-z, 0-9 and '-', not '-' in front"
    ),
    "EstimateAmount": "must be an amount of 1 or more, such as 2500.00",
    "PutSolutionIdentifier": "must be a solution's id, such as S-0000001",
}

_SHARED = ADDITIONS._replace(
    unpatterned=frozenset({"EstimationUrl"}),
    empty_lists=frozenset(
        {
            ("ListEstimatesResponse", "Estimates"),
            ("GetQuotasResponse", "Quotas"),
            ("ListEventsResponse", "Events"),
            ("ListNamespacesResponse", "Namespaces"),
            ("ListFaultsResponse", "Faults"),
            ("ListProspectingResultsResponse", "Results"),
        }
    ),
    objects=frozenset(),
    echoes=frozenset({"AutopilotRule", "FaultError"}),
    words={**WORDS, **DESK_WORDS},
    closed_members=True,  # a misspelt member must not make a default act
)

CONTRACT = load(packaged.read(__spec__, "model.json"), _SHARED)

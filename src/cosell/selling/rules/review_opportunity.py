"""When AWS can review an opportunity, and what it cannot say of one.

See difference `review.states`. In the Sandbox a partner that plays the reviewer follows the rows of
an update.
"""

from typing import NamedTuple

from cosell.contract import Document
from cosell.selling import text_at
from cosell.selling.rules import Rule, Table, spend
from cosell.selling.rules.content import Content
from cosell.selling.rules.opportunity_content import CLOSE_DATE_IMPOSSIBLE
from cosell.selling.rules.sources import INTEGRATION
from cosell.selling.rules.spend import Spend

# What any spend has to be that has no contract beside it.
_ASKED = frozenset(
    {
        "spend.frequency",
        "spend.euro",
        "spend.currency",
        "spend.amount-missing",
        "spend.amount-positive",
        "spend.estimation-url",
        "spend.estimate-currency",
    }
)


class Reviewing(NamedTuple):
    """An opportunity's review status, what AWS decides, and the status after that, if any; and
    whether it, or one that it follows, was ever submitted."""

    status: str
    outcome: str
    after: str | None
    submitted: bool


RULES: tuple[Rule[Reviewing], ...] = (
    Rule(
        "review.approved",
        "outcome",
        "ACTION_NOT_PERMITTED",
        "reviewStatus is not editable if status is Approved",
        "observed",
        lambda reviewing: reviewing.status == "Approved",
        INTEGRATION,
        when="ReviewStatus is Approved",
    ),
    Rule(
        "review.draft",
        "outcome",
        "INVALID_RESOURCE_STATE",
        "An opportunity that is Pending Submission cannot be reviewed: its partner has to submit it"
        " first (SubmitOpportunity)",
        "not documented",
        lambda reviewing: reviewing.status == "Pending Submission" and reviewing.after is None,
        when="ReviewStatus is Pending Submission",
    ),
    Rule(
        "review.state",
        "outcome",
        "INVALID_RESOURCE_STATE",
        "An opportunity that is {facts.status} cannot become {facts.outcome}",
        "not documented",
        lambda reviewing: (
            reviewing.after is None and reviewing.status not in ("Approved", "Pending Submission")
        ),
        when="The life cycle of the review has no such step",
    ),
    Rule(
        "review.unsubmitted",
        "outcome",
        "INVALID_RESOURCE_STATE",
        "An opportunity that never reached AWS cannot be reviewed: its partner has to submit it"
        " first (SubmitOpportunity), or decides in the Sandbox itself (UpdateOpportunity)",
        "not documented",
        lambda reviewing: reviewing.after is not None and not reviewing.submitted,
        when="Only the Sandbox's reviewer has seen the opportunity, and nobody has submitted it",
    ),
)
SAID: tuple[Rule[Content], ...] = (
    CLOSE_DATE_IMPOSSIBLE,  # a past one AWS may well know
    Rule(
        "summary.closed-lost-reason",
        "lifeCycle.closedLostReason",
        "INVALID_VALUE",
        "ClosedLostReason is only for stage Closed Lost: say that stage, too",
        "not documented",
        lambda said: (
            bool(said.text("LifeCycle.ClosedLostReason"))
            and said.text("LifeCycle.Stage") != "Closed Lost"
        ),
        when="The summary has another stage, or none",
    ),
)
SAID_SPEND: tuple[Rule[Spend], ...] = (
    Rule(
        "summary.self",
        "project.expectedCustomerSpend.targetCompany",
        "INVALID_VALUE",
        "AWS says what is spent on AWS: a Self entry is the partner's own, in its opportunity",
        "not documented",
        lambda said: bool(said.own),
        when="An entry's TargetCompany is Self",
    ),
    *(row for row in spend.RULES if row.id in _ASKED),
)
SAID_PRODUCT: Rule[Document] = Rule(
    "summary.product-code",
    "insights.awsProductsSpendInsightsBySource.aws.awsProducts.productCode",
    "REQUIRED_FIELD_MISSING",
    "ProductCode is required unless ServiceCode is given",
    "not documented",
    lambda product: not (text_at(product, "ProductCode") or text_at(product, "ServiceCode")),
    "API reference: AwsProductDetails",
    when="A product has neither",
    place="insights.awsProductsSpendInsightsBySource.aws.awsProducts[n].productCode",
)
TABLES: tuple[Table, ...] = (
    Table("AWS reviews an opportunity", ("ReviewOpportunity",), RULES),
    Table(
        "AWS says something of an opportunity",
        ("UpdateAwsOpportunitySummary",),
        (*SAID, *SAID_SPEND, SAID_PRODUCT),
    ),
)

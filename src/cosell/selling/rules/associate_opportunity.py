"""What an opportunity may be associated with. What it is associated with already is never refused.

The review's status and the stage refuse nothing: "at any stage" (developer guide).
"""

from collections.abc import Callable
from typing import NamedTuple

from cosell.contract import Document
from cosell.errors import ResourceNotFoundException
from cosell.selling import related, values
from cosell.selling.rules import Rule, Table
from cosell.selling.rules.sources import (
    ASSOCIATING,
)

_FIELD = "relatedEntityIdentifier"


class Association(NamedTuple):
    """The opportunity, and the entity that it is to have; `look_up` answers the status of the
    account's solution that the identifier names, None if there is none such; `whose` account."""

    opportunity: Document
    type: str
    identifier: str
    look_up: Callable[[], str | None]
    whose: str = "your account"

    @property
    def solution_status(self) -> str | None:
        return self.look_up()

    @property
    def example(self) -> str:
        return related.EXAMPLES[self.type]

    @property
    def limit(self) -> int:
        return related.LIMITS[self.type]

    @property
    def other_offer(self) -> bool:
        """Whether the opportunity has an offer where a set is to come, or the other way round."""
        others = [one for one in related.OFFERS if one != self.type]
        return self.type in related.OFFERS and related.has_any(self.opportunity, others)


RULES: tuple[Rule[Association], ...] = (
    Rule(
        "associate.form",
        _FIELD,
        "INVALID_VALUE",
        "This is not how such an entity of AWS Marketplace is called; an example: {facts.example}",
        "not documented",
        lambda facts: not related.is_well_formed(facts.type, facts.identifier),
        "API reference: RelatedEntityIdentifiers (the forms)",
        when="An entity of AWS Marketplace is named neither by its ARN nor by its id",
    ),
    Rule(
        "associate.solution-unknown",
        "",
        None,
        "There is no such solution in this catalog for {facts.whose}. ListSolutions shows them;"
        " each is named by its Id, not by its Arn. One that is not there is told in"
        " Project.OtherSolutionDescription.",
        "not documented",
        lambda facts: facts.type == "Solutions" and facts.solution_status is None,
        "API reference: AssociateOpportunity (errors)",
        store=True,
        error=ResourceNotFoundException,
        shown="There is no such solution in this catalog for your account. ListSolutions shows"
        " them; each is named by its Id, not by its Arn. One that is not there is told in"
        " Project.OtherSolutionDescription.",
        when="The account has no solution of this id in the catalog",
    ),
    Rule(
        "associate.product-unknown",
        "",
        None,
        "There is no such AWS product. Use an Identifier of AWS's list, such as AmazonEC2Linux.",
        "decision",
        lambda facts: facts.type == "AwsProducts" and facts.identifier not in values.aws_products(),
        ASSOCIATING,
        error=ResourceNotFoundException,
        when="AWS's list of products has no such Identifier",
    ),
    Rule(
        "associate.solution-inactive",
        _FIELD,
        "INVALID_RESOURCE_STATE",
        "Only an Active solution can be associated; this one is {facts.solution_status}",
        "not documented",
        lambda facts: facts.type == "Solutions" and facts.solution_status != "Active",
        "API reference: SolutionBase, Status",
        store=True,
        when="The solution's Status is not Active",
    ),
    Rule(
        "associate.offer-or-set",
        _FIELD,
        "TOO_MANY_VALUES",
        "An opportunity has either an offer or an offer set; disassociate the other first",
        "documented",
        lambda facts: facts.other_offer,
        ASSOCIATING,
        when="An offer comes to an offer set, or an offer set to an offer",
    ),
    Rule(
        "associate.limit",
        _FIELD,
        "TOO_MANY_VALUES",
        "An opportunity has at most {facts.limit} associated {facts.type}",
        "documented",
        lambda facts: len(related.entities(facts.opportunity, facts.type)) >= facts.limit,
        "developer guide: Quotas",
        shown="An opportunity has at most 10 associated *type* (AwsProducts: 20; an offer or an"
        " offer set: 1)",
        when="It has as many of this type already, and not this one",
    ),
)
TABLES = (
    Table(
        "Associate an entity with an opportunity",
        ("AssociateOpportunity", "PutAutopilot", "ReferOpportunity"),
        RULES,
        "At the desk each is a fault of the entity's place in `RelatedEntityIdentifiers`.",
    ),
)

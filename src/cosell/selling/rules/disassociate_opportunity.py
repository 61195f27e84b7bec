"""What an opportunity may be disassociated from: not from the last entity that it needs."""

from typing import NamedTuple

from cosell.contract import Document
from cosell.selling import related, text_at
from cosell.selling.lifecycle import AWAITING_AWS, WON
from cosell.selling.rules import Rule, Table

_FIELD = "relatedEntityIdentifier"
_PAGE = "API reference: DisassociateOpportunity"


class Disassociation(NamedTuple):
    """The opportunity, and the entity that it is to lose, as it was given; None if it has none
    such."""

    opportunity: Document
    type: str
    kept: str | None

    def is_last_of(self, types: tuple[str, ...]) -> bool:
        """Whether nothing is left of these types without the entity."""
        if self.kept is None or self.type not in types:
            return False
        return sum(len(related.entities(self.opportunity, one)) for one in types) == 1


RULES: tuple[Rule[Disassociation], ...] = (
    Rule(
        "disassociate.absent",
        _FIELD,
        "INVALID_VALUE",
        "The opportunity is not associated with this entity",
        "not documented",
        lambda facts: facts.kept is None,
        _PAGE,
        when="It has no such entity of this type",
    ),
    Rule(
        "disassociate.last-in-review",
        _FIELD,
        "ACTION_NOT_PERMITTED",
        "A submitted opportunity without OtherSolutionDescription needs a solution or a product;"
        " associate another one first",
        "decision",
        lambda facts: (
            text_at(facts.opportunity, "LifeCycle.ReviewStatus") in AWAITING_AWS
            and not text_at(facts.opportunity, "Project.OtherSolutionDescription")
            and facts.is_last_of(related.NEEDED)
        ),
        _PAGE,
        when="ReviewStatus is Submitted or In review, and no solution, product or text is left",
    ),
    Rule(
        "disassociate.last-sold",
        _FIELD,
        "ACTION_NOT_PERMITTED",
        "An opportunity at Committed or Launched needs a solution or an AWS Marketplace product;"
        " associate another one first",
        "decision",
        lambda facts: (
            text_at(facts.opportunity, "LifeCycle.ReviewStatus") == "Approved"
            and text_at(facts.opportunity, "LifeCycle.Stage") in WON
            and facts.is_last_of(related.SOLD)
        ),
        _PAGE,
        when="An Approved one is there, and no solution or AWS Marketplace product is left",
    ),
)
TABLES = (Table("Disassociate an entity", ("DisassociateOpportunity",), RULES),)

"""What AWS is refused when it tells more of a lead: that there is none, or no room in it."""

from typing import NamedTuple

from cosell.contract import Document
from cosell.errors import ResourceNotFoundException
from cosell.selling import objects_at, text_at
from cosell.selling.rules import Rule, Table
from cosell.selling.rules.engagement_context import INTERACTIONS_MAX


class Telling(NamedTuple):
    """The context that the desk named ('' for the newest lead), the one that is meant if there is
    such a one, how many interactions were said, and whether nothing was."""

    named: str
    stored: Document | None
    more: int
    wordless: bool

    @property
    def is_lead(self) -> bool:
        return text_at(self.stored or {}, "Type") == "Lead"

    @property
    def interactions(self) -> int:
        """How many the lead would have."""
        known = len(objects_at(self.stored or {}, "Payload.Lead.Interactions"))
        return known + (1 if self.wordless else self.more)


RULES: tuple[Rule[Telling], ...] = (
    Rule(
        "lead.unknown",
        "",
        None,
        "There is no such context in the engagement.",
        "not documented",
        lambda facts: bool(facts.named) and facts.stored is None,
        store=True,
        error=ResourceNotFoundException,
        when="None has this ContextIdentifier",
    ),
    Rule(
        "lead.none",
        "engagementIdentifier",
        "INVALID_RESOURCE_STATE",
        "The engagement has no Lead context. ReferLead makes one with a lead",
        "not documented",
        lambda facts: not facts.named and facts.stored is None,
        store=True,
        when="No context is named, and none is a Lead",
    ),
    Rule(
        "lead.type",
        "contextIdentifier",
        "INVALID_VALUE",
        "This context is no Lead; leave ContextIdentifier out, and the newest lead is meant",
        "not documented",
        lambda facts: facts.stored is not None and not facts.is_lead,
        store=True,
        when="The context is of another type",
    ),
    Rule(
        "lead.interactions",
        "interactions",
        "TOO_MANY_VALUES",
        f"A lead has at most {INTERACTIONS_MAX} interactions, and these come to those it has; say"
        " Customer or Insights alone",
        "not documented",
        lambda facts: facts.interactions > INTERACTIONS_MAX,
        cite="API reference: LeadContext, the list's maximum",
        store=True,
        when="With the new ones, one of them if nothing is said, it would have more",
    ),
)
TABLES = (Table("AWS tells more of a lead", ("UpdateLead",), RULES),)

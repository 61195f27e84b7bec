"""What and who belongs to an opportunity: related entities, and the user whom it is assigned to.

Both go past the review's status: the developer guide allows them at any stage.
"""

from typing import cast

from cosell.calls import Call, command
from cosell.contract import Document, Json
from cosell.selling import object_at, objects_at, related, text_at
from cosell.selling.domain import associations, opportunities
from cosell.selling.domain.changes import change
from cosell.selling.rules import assign_opportunity as assigning
from cosell.selling.rules import associate_opportunity as associating
from cosell.selling.rules import disassociate_opportunity as disassociating
from cosell.selling.rules import enforce
from cosell.selling.rules.assign_opportunity import MANAGER, OWNER
from cosell.store import Tx


@command("AssociateOpportunity")
def associate_opportunity(call: Call, tx: Tx) -> Document:
    """One entity more; one that is associated already changes nothing."""
    opportunity = opportunities.find(call, tx, text_at(call.input, "OpportunityIdentifier"))
    document, (type, identifier) = opportunity.document, _entity(call)
    if related.found(document, type, identifier) is not None:
        return {}

    enforce(associating.RULES, associations.asked(call, tx, document, type, identifier))
    change(call, tx, opportunity, related.associated(document, type, identifier))
    return {}


@command("DisassociateOpportunity")
def disassociate_opportunity(call: Call, tx: Tx) -> Document:
    """One entity less."""
    opportunity = opportunities.find(call, tx, text_at(call.input, "OpportunityIdentifier"))
    document, (type, identifier) = opportunity.document, _entity(call)
    kept = related.found(document, type, identifier)
    enforce(disassociating.RULES, disassociating.Disassociation(document, type, kept))
    change(call, tx, opportunity, related.dissociated(document, type, cast("str", kept)))
    return {}


@command("AssignOpportunity")
def assign_opportunity(call: Call, tx: Tx) -> Document:
    """The assignee takes the place of one with the same BusinessTitle in the team; a
    PartnerAccountManager joins a team that has none, and whoever has another title becomes the
    owner (`OpportunityOwner`), who stays first."""
    opportunity = opportunities.find(call, tx, text_at(call.input, "Identifier"))
    asked = object_at(call.input, "Assignee")
    team = objects_at(opportunity.document, "OpportunityTeam")
    title = _role(team, text_at(asked, "BusinessTitle"))
    assignee = {**asked, "BusinessTitle": title}
    place = _place(team, assignee)
    others = [one for n, one in enumerate(team) if n != place]
    enforce(assigning.RULES, assigning.Assignment(asked, len(others)))
    others.insert(place, assignee)
    named = {**opportunity.document, "OpportunityTeam": cast("list[Json]", others)}
    change(call, tx, opportunity, named)
    return {}


def _place(team: list[Document], assignee: Document) -> int:
    """Where an assignee comes to stand: in the place of one with its title, of several in its own,
    if its Email is there, else in that of the first; after all others, if there is none."""
    title, email = text_at(assignee, "BusinessTitle"), text_at(assignee, "Email").lower()
    alike = [n for n, one in enumerate(team) if text_at(one, "BusinessTitle") == title]
    own = [n for n in alike if text_at(team[n], "Email").lower() == email]
    return next(iter(own or alike), len(team))


def _role(team: list[Document], title: str) -> str:
    """The BusinessTitle by which an assignee stands in a team; AWS knows two of them."""
    there = [text_at(one, "BusinessTitle") for one in team]
    return title if title in (MANAGER, *there) else OWNER


def _entity(call: Call) -> tuple[str, str]:
    """The type and the identifier that a request names."""
    return (
        text_at(call.input, "RelatedEntityType"),
        text_at(call.input, "RelatedEntityIdentifier"),
    )

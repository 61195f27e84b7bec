"""In which order an operation asks its tables, and which it asks together: for the reference pages.

What is not named here is asked in the order of `tables`, table by table. Tests ask every operation
and compare. Must not hold rows.
"""

from typing import Final, Literal, NamedTuple

from cosell.selling.rules import create_opportunity, postal_code, update_opportunity
from cosell.selling.rules.tables import TABLES


class Turn(NamedTuple):
    """Tables that are asked in one go, by their acts: field errors of `all` of them are told
    together; of `one`, what the request names decides which it is."""

    acts: tuple[str, ...]
    of: Literal["all", "one"] = "all"


def _each(*acts: str) -> tuple[Turn, ...]:
    return tuple(Turn((act,)) for act in acts)


_CALLER, _TAGGED = "Call as a partner", "Name tags in a request"
_ENGAGEMENT, _OPPORTUNITY = "Find an engagement", "Find an opportunity"
_SHOWN: Final = (_ENGAGEMENT, _OPPORTUNITY, "Choose a template for a snapshot or its job")
_TAGGABLE: Final = (
    Turn(("Name a resource that has tags",)),
    Turn((_OPPORTUNITY, "Find a snapshot job"), "one"),
)
_REFERRED: Final = _each(
    "AWS chooses a receiver",
    "AWS refers an opportunity",
    "Associate an entity with an opportunity",
)
_POSTAL: Final = tuple(table.act for table in postal_code.TABLES)
_GOES_ON: Final = "Go on where a task failed"

ORDER: Final[dict[str, tuple[Turn, ...]]] = {
    "AdvanceTask": (Turn(("Find any task", "Find a task in any catalog"), "one"),),
    "CreateOpportunity": (
        *_each(_CALLER, _TAGGED),
        Turn((*(table.act for table, _ in create_opportunity.TOGETHER), *_POSTAL)),
    ),
    "CreateResourceSnapshot": _each(_CALLER, *_SHOWN),
    "CreateResourceSnapshotJob": _each(_CALLER, _TAGGED, *_SHOWN, "Create a resource snapshot job"),
    "GetResourceSnapshot": _each(
        _CALLER, _ENGAGEMENT, "Read a resource snapshot", "Find a snapshot"
    ),
    "ListTagsForResource": (*_each(_CALLER), *_TAGGABLE),
    "PutAutopilot": _REFERRED,
    "ReferOpportunity": _REFERRED,
    "StartEngagementByAcceptingInvitationTask": _each(
        _CALLER,
        _TAGGED,
        "Find an invitation",
        "Accept an invitation in a task",
        _GOES_ON,
        "Answer an invitation",
        "Become a member of an engagement",
        "Find room in an engagement",
    ),
    "StartEngagementFromOpportunityTask": _each(
        _CALLER,
        _TAGGED,
        _OPPORTUNITY,
        "Submit an opportunity in a task",
        _GOES_ON,
        "Submit: the opportunity's state",
        "Submit: what is missing",
        "Submit: where it is shared",
    ),
    "StartOpportunityFromEngagementTask": _each(
        _CALLER, _TAGGED, _ENGAGEMENT, "Convert a lead in a task", _GOES_ON
    ),
    "TagResource": (*_each(_CALLER, _TAGGED), *_TAGGABLE, *_each("Tag a resource")),
    "UntagResource": (*_each(_CALLER, _TAGGED), *_TAGGABLE),
    "UpdateEngagementContext": (
        *_each(_CALLER, _ENGAGEMENT, "Find the context that is to change"),
        Turn(("Say what a context is about", "Change a context")),
    ),
    "UpdateOpportunity": (
        *_each(_CALLER, _OPPORTUNITY, *(table.act for table in update_opportunity.FIRST)),
        Turn((*(table.act for table, _ in update_opportunity.TOGETHER), *_POSTAL)),
    ),
}


def turns_of(operation: str) -> tuple[Turn, ...]:
    """The tables of an operation, in the order in which it asks them."""
    named = ORDER.get(operation)
    return named or _each(*(one.act for one in TABLES if operation in one.operations))

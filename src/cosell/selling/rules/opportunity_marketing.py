"""What an opportunity may say of the marketing that it came from."""

from cosell.contract import Json
from cosell.contract.faults import lower_camel
from cosell.selling import at
from cosell.selling.rules import Rule
from cosell.selling.rules.content import FUNDING, SOURCE, USE_CASES, Content, about, field_of
from cosell.selling.rules.sources import FIELD_LIST


def _stray(member: str, harmless: str = "") -> Rule[Content]:
    """A member of Marketing that says something, which `harmless` does not, although Source is
    None."""
    path = f"Marketing.{member}"
    nothing: tuple[Json, ...] = (None, [], "", harmless)
    return Rule(
        f"opportunity.marketing-{lower_camel(member)}",
        field_of(path),
        "INVALID_VALUE",
        f"{member} is only for Source 'Marketing Activity'",
        "documented",
        about(
            (SOURCE, path),
            lambda content: content.without_marketing and at(content.document, path) not in nothing,
        ),
        FIELD_LIST,
        when="It is filled, and Source is None or not there (an update that leaves Source out is"
        " told that alone)" + (f"; '{harmless}' is taken" if harmless else ""),
    )


RULES: tuple[Rule[Content], ...] = (
    _stray("CampaignName"),
    _stray("Channels"),
    _stray("UseCases"),
    _stray("AwsFundingUsed", harmless="No"),  # says nothing that Source None does not; is sent
    Rule(
        "opportunity.marketing-funding",
        field_of(FUNDING),
        "REQUIRED_FIELD_MISSING",
        "AwsFundingUsed is required when Source is 'Marketing Activity'",
        "documented",
        about(
            (SOURCE, FUNDING),
            lambda c: c.text(SOURCE) == "Marketing Activity" and not c.text(FUNDING),
        ),
        FIELD_LIST,
        when="It is empty and Source is Marketing Activity",
    ),
    Rule(
        "opportunity.marketing-use-case",
        field_of(USE_CASES),
        "INVALID_ENUM_VALUE",
        "UseCases must be of AWS's list, such as 'Analytics' or 'Migration & Transfer'; it has no"
        " '{facts.unknown_use_case}'",
        "documented",
        about((USE_CASES,), lambda c: c.unknown_use_case is not None),
        "API reference: Marketing",
        shown="UseCases must be of AWS's list, such as 'Analytics' or 'Migration & Transfer'; it"
        " has no *value*",
        when="One of them is not in the list of the API reference",
    ),
    Rule(
        "opportunity.marketing-unfunded",
        field_of(USE_CASES),
        "INVALID_VALUE",
        "UseCases must be empty when AwsFundingUsed is 'No'",
        "documented",
        # Without a marketing activity they are told to be out of place already.
        about((FUNDING, USE_CASES), lambda c: not c.without_marketing and c.unfunded_use_cases),
        "API reference: Marketing",
        when="Source is Marketing Activity, AwsFundingUsed is No and UseCases has an item",
    ),
)

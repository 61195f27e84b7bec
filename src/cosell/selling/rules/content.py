"""An opportunity's content as the rules ask it, and what their rows have in common.

Must not hold a rule.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias, cast

from cosell.contract import Document
from cosell.contract.faults import lower_camel
from cosell.selling import Path, at, text_at, values

NEW_BUSINESS: Final = "Net New Business"  # the OpportunityType of whatever names none
COUNTRY_CODE: Final = "Customer.Account.Address.CountryCode"
SECURITY: Final = "NationalSecurity"
SOURCE: Final = "Marketing.Source"
FUNDING: Final = "Marketing.AwsFundingUsed"
USE_CASES: Final = "Marketing.UseCases"


class Content(NamedTuple):
    """An opportunity as it is to be, the namespace's date (`2026-11-23`), whether an opportunity of
    that id is the owner's, and which members the request changes (None: everything is new)."""

    document: Document
    today: str
    owns: Callable[[str], bool]
    changed: frozenset[Path] | None = None

    def text(self, path: Path) -> str:
        return text_at(self.document, path)

    def touches(self, *paths: Path) -> bool:
        """Whether the request changes one of the members."""
        return self.changed is None or not self.changed.isdisjoint(paths)

    @property
    def national_security(self) -> bool:
        return self.text(SECURITY) == "Yes"

    @property
    def in_us(self) -> bool:
        return self.text(COUNTRY_CODE) == "US"

    @property
    def postal_forms(self) -> str:
        """How the postal codes of its country look."""
        forms = values.postal_code_formats().get(self.text(COUNTRY_CODE), "")
        return forms.replace(" OR ", " or ")

    @property
    def without_marketing(self) -> bool:
        """Whether it is said to come from no marketing. An update that leaves the source out says
        nothing of that: the source is missed, and nothing beside it is out of place."""
        source = self.text(SOURCE)
        missed = self.changed is not None and SOURCE in self.changed
        return source == "None" or not (source or missed)

    @property
    def unknown_use_case(self) -> str | None:
        """The first of the marketing's use cases that is not of AWS's list."""
        return next(
            (one for one in self._use_cases if one not in values.marketing_use_cases()), None
        )

    @property
    def _use_cases(self) -> list[str]:
        found = at(self.document, USE_CASES)
        return cast("list[str]", found) if isinstance(found, list) else []

    @property
    def unfunded_use_cases(self) -> bool:
        """Whether marketing that AWS did not fund has use cases."""
        return self.text(FUNDING) == "No" and bool(self._use_cases)


Condition: TypeAlias = Callable[[Content], bool]


def field_of(path: Path) -> str:
    """How errors name a member: `lifeCycle.targetCloseDate`."""
    return ".".join(lower_camel(part) for part in path.split("."))


def about(paths: tuple[Path, ...], condition: Condition) -> Condition:
    """A condition that is asked only if one of its members changes."""
    return lambda content: content.touches(*paths) and condition(content)
